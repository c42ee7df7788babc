/* expand.c - see expand.h. */
#include "triple/expand.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/ring.h"
#include "rand/hash.h"

smpc_err smpi_expand_open(struct smpi_prg **g, const uint8_t seed[32], enum smpi_stream_use use, enum smpi_corr kind,
                          uint64_t number) {
  static const char *const domain[] = {"smpc triple batch", "smpc triple mask", "smpc triple product"};
  uint8_t key[32], context[16];
  smpi_put64(context, (uint64_t)kind);
  smpi_put64(context + 8, number);
  smpi_kdf(key, seed, domain[use], context, sizeof context);
  smpc_err err = *g == NULL ? smpi_prg_open(g, key) : smpi_prg_restart(*g, key);
  smpi_wipe(key, sizeof key);
  return err;
}

/* One block's corrections are one chunk: 7680 words divide evenly by 1, 2 and 64. */
size_t smpi_block_units(enum smpi_corr kind) { return SMPI_CHUNK / 8 / smpi_corr_dependent_words(kind); }

static void expand_columns(uint64_t *const col[], enum smpi_corr kind, size_t n, struct smpi_prg *g, bool free_ones) {
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++)
    if (smpi_corr_is_free(kind, c) == free_ones) smpi_prg_words(g, col[c], n * smpi_corr_width(kind, c));
}

void smpi_expand_block(uint64_t *const col[], enum smpi_corr kind, size_t n, struct smpi_prg *g, bool is_last) {
  expand_columns(col, kind, n, g, true);
  if (!is_last) expand_columns(col, kind, n, g, false);
}

/* --- the dealer's side -------------------------------------------------------- */

smpc_err smpi_deal_open(struct smpi_deal *d, const uint8_t *seed, unsigned parties, enum smpi_corr kind,
                        uint64_t number, unsigned frac_bits) {
  smpc_err err = SMPC_OK;
  *d = (struct smpi_deal){.kind = kind, .parties = parties, .frac_bits = frac_bits};
  d->words = smpi_secret_alloc(3 * smpi_block_units(kind) * smpi_corr_words(kind), sizeof *d->words);
  if (d->words == NULL) return SMPC_E_NOMEM;
  for (unsigned i = 0; i < parties && err == SMPC_OK; i++)
    err = smpi_expand_open(&d->g[i], seed + 32 * i, SMPI_USE_BATCH, kind, number);
  return err;
}

void smpi_deal_close(struct smpi_deal *d) {
  for (unsigned i = 0; i < SMPC_MAX_COMPUTING; i++) smpi_prg_close(d->g[i]);
  smpi_secret_free(d->words);
  *d = (struct smpi_deal){.kind = d->kind};
}

/* Add one party's shares to the sum; the last one's dependent columns are what we seek. */
static void gather(uint64_t *const sum[], uint64_t *const share[], enum smpi_corr kind, size_t n, bool is_last) {
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++) {
    size_t words = n * smpi_corr_width(kind, c);
    if (is_last && !smpi_corr_is_free(kind, c)) continue;
    if (smpi_corr_is_xor(kind, c)) smpi_ring_xor_words(sum[c], share[c], words);
    else smpi_ring_add_words(sum[c], share[c], words);
  }
}

void smpi_deal_block(uint64_t *correction, struct smpi_deal *d, size_t n) {
  enum smpi_corr kind = d->kind;
  size_t words = n * smpi_corr_words(kind);
  uint64_t *sum[SMPI_CORR_COLUMNS], *share[SMPI_CORR_COLUMNS], *clear[SMPI_CORR_COLUMNS];
  smpi_corr_lay(sum, kind, d->words, n);
  smpi_corr_lay(share, kind, d->words + words, n);
  smpi_corr_lay(clear, kind, d->words + 2 * words, n);
  memset(d->words, 0, words * sizeof *d->words);
  for (unsigned i = 0; i < d->parties; i++) {
    bool is_last = i + 1 == d->parties;
    smpi_expand_block(share, kind, n, d->g[i], is_last);
    gather(sum, share, kind, n, is_last);
  }
  memcpy(d->words + 2 * words, d->words, words * sizeof *d->words);
  smpi_corr_complete(clear, kind, n, d->frac_bits);
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++) {
    if (smpi_corr_is_free(kind, c)) continue;
    size_t len = n * smpi_corr_width(kind, c);
    for (size_t i = 0; i < len; i++)
      *correction++ = smpi_corr_is_xor(kind, c) ? clear[c][i] ^ sum[c][i] : clear[c][i] - sum[c][i];
  }
}
