/* check.c - the consistency check of malicious extension, local halves; the box is in
 * active.c. */
#include "ot/check.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"

void smpi_check_begin(struct smpi_check *c, const uint8_t coin[SMPI_CHECK_COIN], const struct smpi_base_place *p,
                      uint64_t number) {
  uint8_t out[SMPI_HASH_LEN];
  struct smpi_hash h;
  blk key;
  smpi_hash_begin(&h, "smpc ot check");
  smpi_hash_add(&h, p->id, sizeof p->id);
  smpi_hash_add_u64(&h, number);
  smpi_hash_add(&h, coin, SMPI_CHECK_COIN);
  smpi_hash_end(&h, out);
  memcpy(&key, out, sizeof key);
  memset(c, 0, sizeof *c);
  smpi_aes_key_set(&c->coefficients, &key);
}

static void add(struct smpi_check *c, const uint64_t k[SMPI_BITMAT_WORDS], const blk *col, const blk *u) {
  smpi_bitmat_hash(c->col, col, SMPI_OT_KAPPA, k);
  if (u != NULL) smpi_bitmat_hash(&c->u, u, 1, k);
}

void smpi_check_add(struct smpi_check *c, uint64_t i, const blk *col, const blk *u) {
  blk counter[SMPI_BITMAT_RUN];
  uint64_t k[SMPI_BITMAT_WORDS];
  for (uint64_t j = 0; j < SMPI_BITMAT_RUN; j++) counter[j] = (blk){{SMPI_BITMAT_RUN * i + j, 0}};
  smpi_aes_encrypt(&c->coefficients, counter, counter, SMPI_BITMAT_RUN);
  memcpy(k, counter, sizeof k);
  add(c, k, col, u);
}

void smpi_check_mask(struct smpi_check *c, const blk *col, const blk *u) {
  const uint64_t first_rows[SMPI_BITMAT_WORDS] = {1};
  add(c, first_rows, col, u);
}

void smpi_check_respond(uint8_t response[SMPI_CHECK_RESPONSE], const struct smpi_check *c) {
  smpi_put64(response, smpi_gf64_reduce(c->u));
  for (size_t i = 0; i < SMPI_OT_KAPPA; i++) smpi_put64(response + 8 * (1 + i), smpi_gf64_reduce(c->col[i]));
}

bool smpi_check_verify(const struct smpi_check *c, const uint8_t response[SMPI_CHECK_RESPONSE], const blk *delta) {
  uint64_t u = smpi_get64(response), wrong = 0;
  for (size_t i = 0; i < SMPI_OT_KAPPA; i++) {
    uint64_t bit = delta->w[i / 64] >> i % 64 & 1;
    wrong |= smpi_gf64_reduce(c->col[i]) ^ smpi_get64(response + 8 * (1 + i)) ^ (u & (0 - bit));
  }
  return wrong == 0;
}
