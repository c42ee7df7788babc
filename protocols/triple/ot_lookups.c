/* ot_lookups.c - see ot_lookups.h; lookup.c is the protocol.  Both directions' transfers come in
 * the same round; four units are one block of transfers. */
#include "triple/ot_lookups.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum {
  UNIT = SMPI_LOOKUP_BITS * SMPI_OT_WORD, /* transfers */
  BLOCK_UNITS = SMPI_COT_BLOCK / UNIT
};
_Static_assert(BLOCK_UNITS * UNIT == SMPI_COT_BLOCK, "whole units in a block");

static size_t units_of_stretch(uint64_t left) {
  size_t most = smpi_ot_most(2) / UNIT;
  return left < most ? smpi_ceil_div((size_t)left, BLOCK_UNITS) * BLOCK_UNITS : most;
}

/* Units first .. first+n-1 of a block, to the columns' start. */
static void hash_block(const struct smpi_ot *o, size_t block, uint64_t *const col[], const uint64_t *index, size_t n) {
  uint64_t m0[SMPI_COT_BLOCK], m1[SMPI_COT_BLOCK], *at[SMPI_LOOKUP_COLUMNS];
  unsigned other = 1 - o->rank;
  smpi_ot_sent_words(o, other, block, m0, m1);
  for (size_t u = 0; u < n; u++) {
    for (unsigned c = 0; c < SMPI_LOOKUP_COLUMNS; c++) at[c] = col[c] + block * BLOCK_UNITS + u;
    smpi_lookup_send(at, m0 + UNIT * u, m1 + UNIT * u);
  }
  smpi_ot_received_words(o, other, block, m0);
  for (size_t u = 0; u < n; u++) {
    for (unsigned c = 0; c < SMPI_LOOKUP_COLUMNS; c++) at[c] = col[c] + block * BLOCK_UNITS + u;
    for (unsigned i = 0; i < SMPI_LOOKUP_BITS; i++) at[SMPI_LOOKUP_INDEX + i][0] = index[SMPI_LOOKUP_BITS * u + i];
    smpi_lookup_receive(at + SMPI_LOOKUP_VALUE, m0 + UNIT * u, at + SMPI_LOOKUP_INDEX);
  }
  smpi_wipe(m0, sizeof m0);
  smpi_wipe(m1, sizeof m1);
}

static smpc_err run_stretch(struct smpi_ot *o, uint64_t *const col[], uint64_t *index, size_t units, size_t n) {
  struct smpi_ot_stretch st = {.is_drawn = true};
  unsigned other = 1 - o->rank;
  st.n_send[other] = st.n_receive[other] = units * UNIT;
  st.choice[other] = index;
  smpc_err err = smpi_ot_transfer(o, &st);
  for (size_t u = 0; u < n && err == SMPC_OK; u += BLOCK_UNITS)
    hash_block(o, u / BLOCK_UNITS, col, index + SMPI_LOOKUP_BITS * u, smpi_min(BLOCK_UNITS, n - u));
  return err;
}

smpc_err smpi_ot_lookups(struct smpi_ot *o, uint64_t *const col[SMPI_LOOKUP_COLUMNS], size_t n) {
  uint64_t *at[SMPI_LOOKUP_COLUMNS];
  uint64_t *index = smpi_secret_alloc(SMPI_LOOKUP_BITS * units_of_stretch(n), sizeof *index);
  smpc_err err = SMPC_OK;
  if (index == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t done = 0, some; done < n; done += some) {
    size_t units = units_of_stretch(n - done);
    some = smpi_min(units, n - done);
    for (unsigned c = 0; c < SMPI_LOOKUP_COLUMNS; c++) at[c] = col[c] + done;
    TRY(run_stretch(o, at, index, units, some));
  }
out:
  smpi_secret_free(index);
  return err;
}

uint64_t smpi_ot_lookups_bytes(uint64_t n) {
  uint64_t bytes = 0;
  for (uint64_t done = 0; done < n; done += units_of_stretch(n - done))
    bytes += smpi_cot_message_len(SMPI_OT_K, units_of_stretch(n - done) * UNIT);
  return bytes;
}
