/* behind.c - see behind.h. */
#include "govern/behind.h"

#include <string.h>

#include "base/mem.h"

/* The salt is this party's own: its signing key's seed with the session. */
static void begin_inputs(struct smpi_hash *inputs, const uint8_t sign_secret[64], const uint8_t session[32]) {
  uint8_t salt[32];
  smpi_kdf(salt, sign_secret, "smpc journal salt 1", session, 32);
  smpi_hash_begin(inputs, "smpc journal input 1");
  smpi_hash_add(inputs, salt, sizeof salt);
  smpi_wipe(salt, sizeof salt);
}

void smpi_behind_begin(struct smpi_behind *b, const uint8_t sign_secret[64], const uint8_t session[32]) {
  begin_inputs(&b->inputs, sign_secret, session);
}

static struct smpi_again *find(const struct smpi_behind *b, const uint8_t session[32]) {
  for (size_t i = 0; i < b->n_again; i++)
    if (memcmp(b->again[i].session, session, 32) == 0) return &b->again[i];
  return NULL;
}

smpc_err smpi_behind_rows(struct smpi_behind *b, uint64_t rows, struct smpi_earlier *list, size_t n,
                          const uint8_t sign_secret[64]) {
  b->rows = rows;
  b->has_rows = true;
  b->earlier = list;
  b->n_earlier = n;
  if (n == 0) return SMPC_OK;
  b->again = smpi_secret_alloc(n, sizeof *b->again);
  if (b->again == NULL) return SMPC_E_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (find(b, list[i].session) != NULL) continue;
    memcpy(b->again[b->n_again].session, list[i].session, 32);
    begin_inputs(&b->again[b->n_again++].inputs, sign_secret, list[i].session);
  }
  return SMPC_OK;
}

void smpi_behind_input(struct smpi_behind *b, const void *bytes, size_t len) {
  smpi_hash_add(&b->inputs, bytes, len);
  for (size_t i = 0; i < b->n_again; i++) smpi_hash_add(&b->again[i].inputs, bytes, len);
  b->n_inputs++;
  for (size_t i = 0; i < b->n_earlier; i++) {
    uint8_t commitment[SMPI_HASH_LEN];
    if (b->earlier[i].inputs != b->n_inputs) continue;
    smpi_hash_peek(&find(b, b->earlier[i].session)->inputs, commitment);
    b->differs = b->differs || memcmp(commitment, b->earlier[i].commitment, sizeof commitment) != 0;
  }
}

/* An earlier opening later in the program than all of ours cannot be compared with: the programs differ. */
bool smpi_behind_is_same(const struct smpi_behind *b) {
  bool is_compared = true;
  for (size_t i = 0; i < b->n_earlier; i++) {
    if (b->earlier[i].inputs == b->n_inputs) return !b->differs;
    is_compared = is_compared && b->earlier[i].inputs < b->n_inputs;
  }
  return is_compared && !b->differs;
}

void smpi_behind_lines(struct smpi_lines *l, const struct smpi_behind *b) {
  uint8_t commitment[SMPI_HASH_LEN];
  smpi_hash_peek(&b->inputs, commitment);
  smpi_lines_add_count(l, "own-rows", b->has_rows, b->rows);
  smpi_lines_add_number(l, "inputs", b->n_inputs);
  smpi_lines_add_bytes(l, "input", commitment, sizeof commitment);
}

void smpi_behind_free(struct smpi_behind *b) {
  smpi_free(b->earlier);
  smpi_secret_free(b->again);
  b->earlier = NULL;
  b->again = NULL;
}
