/* test_expand.c - triple/expand.h: what the parties expand and the dealer
 * corrects adds up to the correlation; every share alone is uniform. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "support/seams.h"
#include "triple/expand.h"

enum { FRAC = 20, MOST = 5 };

static uint8_t seed[MOST][32];
static uint64_t *share[MOST][SMPI_CORR_COLUMNS], *words[MOST];

static void set_seeds(void) {
  for (unsigned i = 0; i < MOST; i++) memset(seed[i], (int)(i + 1), sizeof seed[i]);
}

/* One batch as P parties get it; the last one's dependent columns from the dealer. */
static void make_batch(unsigned P, enum smpi_corr kind, size_t n, uint64_t number) {
  struct smpi_deal deal;
  struct smpi_prg *g[MOST] = {NULL};
  uint64_t correction[SMPI_CHUNK / 8];
  size_t block = smpi_block_units(kind);
  set_seeds();
  assert_int_equal(smpi_deal_open(&deal, seed[0], P, kind, number, FRAC), SMPC_OK);
  for (unsigned i = 0; i < P; i++) {
    words[i] = smpi_alloc(n * smpi_corr_words(kind), 8);
    smpi_corr_lay(share[i], kind, words[i], n);
    assert_int_equal(smpi_expand_open(&g[i], seed[i], SMPI_USE_BATCH, kind, number), SMPC_OK);
  }
  for (size_t first = 0; first < n; first += block) {
    size_t some = smpi_min(block, n - first);
    uint64_t *at[SMPI_CORR_COLUMNS], *from = correction;
    smpi_deal_block(correction, &deal, some);
    for (unsigned i = 0; i < P; i++) {
      smpi_corr_at(at, share[i], kind, first);
      smpi_expand_block(at, kind, some, g[i], i + 1 == P);
    }
    for (unsigned c = 0; c < smpi_corr_columns(kind); c++) {
      if (smpi_corr_is_free(kind, c)) continue;
      memcpy(at[c], from, 8 * some * smpi_corr_width(kind, c));
      from += some * smpi_corr_width(kind, c);
    }
  }
  for (unsigned i = 0; i < P; i++) smpi_prg_close(g[i]);
  smpi_deal_close(&deal);
}

static void free_batch(unsigned P) {
  for (unsigned i = 0; i < P; i++) smpi_free(words[i]);
}

static uint64_t joined(unsigned P, enum smpi_corr kind, unsigned c, size_t i) {
  uint64_t v = 0;
  for (unsigned p = 0; p < P; p++) v = smpi_corr_is_xor(kind, c) ? v ^ share[p][c][i] : v + share[p][c][i];
  return v;
}

static void check_batch(unsigned P, enum smpi_corr kind, size_t n) {
  make_batch(P, kind, n, 3);
  uint64_t *clear = smpi_alloc(n * smpi_corr_words(kind), 8), *col[SMPI_CORR_COLUMNS];
  smpi_corr_lay(col, kind, clear, n);
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++)
    for (size_t i = 0; i < n * smpi_corr_width(kind, c); i++)
      if (smpi_corr_is_free(kind, c)) col[c][i] = joined(P, kind, c, i);
  smpi_corr_complete(col, kind, n, FRAC);
  size_t wrong = 0;
  for (unsigned c = 0; c < smpi_corr_columns(kind); c++)
    for (size_t i = 0; i < n * smpi_corr_width(kind, c); i++) wrong += col[c][i] != joined(P, kind, c, i);
  assert_int_equal(wrong, 0);
  smpi_free(clear);
  free_batch(P);
}

static void shares_add_up_at_every_size(void **state) {
  (void)state;
  static const size_t size[] = {1, 127, 128, 129, 1023, 1024, 1025};
  static const unsigned parties[] = {2, 3, 5};
  for (unsigned p = 0; p < 3; p++)
    for (unsigned k = 0; k < SMPI_SHARED; k++)
      for (unsigned i = 0; i < sizeof size / sizeof *size; i++) check_batch(parties[p], k, size[i]);
}

static void shares_add_up_in_large_batches(void **state) {
  (void)state;
  for (size_t n = (1 << 16) - 1; n <= (1 << 16) + 1; n++)
    for (unsigned k = 0; k < SMPI_SHARED; k++)
      if (smpi_corr_words(k) < 64) check_batch(n == 1 << 16 ? 3 : 2, k, n);
  check_batch(2, SMPI_EDABIT, (1 << 13) + 1);
  check_batch(2, SMPI_DABIT, (1 << 13) - 1);
}

/* Chi-square over bytes (255 degrees of freedom: 400 is beyond 10^-7), and each
 * bit's frequency within 6 sigma. */
static void check_uniform(const uint64_t *x, size_t n) {
  size_t byte[256] = {0}, bit[64] = {0};
  for (size_t i = 0; i < n; i++) {
    for (unsigned b = 0; b < 8; b++) byte[x[i] >> 8 * b & 255]++;
    for (unsigned b = 0; b < 64; b++) bit[b] += x[i] >> b & 1;
  }
  double expected = (double)n * 8 / 256, chi = 0;
  for (unsigned b = 0; b < 256; b++) chi += ((double)byte[b] - expected) * ((double)byte[b] - expected) / expected;
  assert_true(chi < 400);
  for (unsigned b = 0; b < 64; b++) assert_true(fabs((double)bit[b] - (double)n / 2) < 3 * sqrt((double)n));
}

/* Every column of every party, the last one's corrected columns too. */
static void every_column_is_uniform(void **state) {
  (void)state;
  for (unsigned k = 0; k < SMPI_SHARED; k++) {
    size_t n = 1 << 13;
    make_batch(3, k, n, 0);
    for (unsigned p = 0; p < 3; p++)
      for (unsigned c = 0; c < smpi_corr_columns(k); c++) check_uniform(share[p][c], n * smpi_corr_width(k, c));
    free_batch(3);
  }
}

static void streams_differ_by_use_kind_and_number(void **state) {
  (void)state;
  uint64_t first[3 * 2 * 2];
  unsigned n = 0;
  set_seeds();
  for (unsigned use = 0; use < 3; use++)
    for (unsigned kind = 0; kind < 2; kind++)
      for (uint64_t number = 0; number < 2; number++) {
        struct smpi_prg *g = NULL;
        assert_int_equal(smpi_expand_open(&g, seed[0], use, kind, number), SMPC_OK);
        smpi_prg_words(g, &first[n++], 1);
        smpi_prg_close(g);
      }
  for (unsigned i = 0; i < n; i++)
    for (unsigned j = 0; j < i; j++) assert_true(first[i] != first[j]);
}

static void memory_failing_at_any_point_leaves_nothing(void **state) {
  (void)state;
  uint64_t live = seam_heap_live();
  smpc_err err = SMPC_E_NOMEM;
  for (uint64_t k = 1; err != SMPC_OK; k++) {
    struct smpi_deal deal;
    seam_heap_reset(k);
    err = smpi_deal_open(&deal, seed[0], 3, SMPI_TRIPLE, 0, FRAC);
    seam_heap_reset(0);
    assert_true(err == SMPC_E_NOMEM || (err == SMPC_OK && k > 3));
    smpi_deal_close(&deal);
    assert_int_equal(seam_heap_live(), live);
  }
}

TEST_MAIN(T(shares_add_up_at_every_size), T(shares_add_up_in_large_batches), T(every_column_is_uniform),
          T(streams_differ_by_use_kind_and_number), T(memory_failing_at_any_point_leaves_nothing))
