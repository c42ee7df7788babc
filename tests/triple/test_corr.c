/* test_corr.c - triple/corr.h: the table agrees with triple.h, and dependent
 * columns are what their definitions say, computed here bit by bit. */
#include "support/test.h"

#include "base/mem.h"
#include "rand/prg.h"
#include "triple/corr.h"

enum { UNITS = 5, FRAC = 20 };

static uint64_t *words, *col[SMPI_CORR_COLUMNS];

/* Random free columns, dependent ones completed from junk. */
static void make(enum smpi_corr kind, unsigned frac_bits) {
  uint8_t key[32] = {(uint8_t)kind, 7};
  struct smpi_prg *g;
  assert_int_equal(smpi_prg_open(&g, key), SMPC_OK);
  words = smpi_alloc(UNITS * smpi_corr_words(kind), sizeof *words);
  smpi_corr_lay(col, kind, words, UNITS);
  smpi_prg_words(g, words, UNITS * smpi_corr_words(kind));
  smpi_prg_close(g);
  smpi_corr_complete(col, kind, UNITS, frac_bits);
}

static void table_is_that_of_the_header(void **state) {
  (void)state;
  static const struct { unsigned columns, words, dependent; } want[SMPI_CORRS] = {
      {3, 3, 1}, {3, 3, 1}, {5, 5, 2}, {2, 65, 64}, {65, 128, 64}, {3, 3, 2}, {38, 38, 2}};
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    unsigned sum = 0, dependent = 0;
    assert_int_equal(smpi_corr_columns(k), want[k].columns);
    for (unsigned c = 0; c < smpi_corr_columns(k); c++) {
      sum += smpi_corr_width(k, c);
      if (!smpi_corr_is_free(k, c)) dependent += smpi_corr_width(k, c);
    }
    assert_int_equal(sum, want[k].words);
    assert_int_equal(smpi_corr_words(k), sum);
    assert_int_equal(dependent, want[k].dependent);
    assert_int_equal(smpi_corr_dependent_words(k), dependent);
  }
  assert_int_equal(smpi_corr_width(SMPI_DABIT, 0), 64);
  assert_true(!smpi_corr_is_xor(SMPI_DABIT, 0) && smpi_corr_is_xor(SMPI_DABIT, 1));
  assert_true(!smpi_corr_is_xor(SMPI_EDABIT, 0) && smpi_corr_is_xor(SMPI_EDABIT, 64));
}

static void products_and_conjunctions(void **state) {
  (void)state;
  make(SMPI_TRIPLE, FRAC);
  for (size_t i = 0; i < UNITS; i++) assert_true(col[2][i] == col[0][i] * col[1][i]);
  smpi_free(words);
  make(SMPI_BIT_TRIPLE, FRAC);
  for (size_t i = 0; i < UNITS; i++) assert_true(col[2][i] == (col[0][i] & col[1][i]));
  smpi_free(words);
  make(SMPI_BIT_PAIR, FRAC);
  for (size_t i = 0; i < UNITS; i++) {
    assert_true(col[3][i] == (col[0][i] & col[1][i]));
    assert_true(col[4][i] == (col[0][i] & col[2][i]));
  }
  smpi_free(words);
}

static void bits_agree_with_numbers(void **state) {
  (void)state;
  make(SMPI_DABIT, FRAC);
  for (size_t i = 0; i < 64 * UNITS; i++) assert_true(col[0][i] == (col[1][i / 64] >> i % 64 & 1));
  smpi_free(words);
  make(SMPI_EDABIT, FRAC);
  for (size_t i = 0; i < 64 * UNITS; i++)
    for (unsigned b = 0; b < 64; b++) assert_true((col[1 + b][i / 64] >> i % 64 & 1) == (col[0][i] >> b & 1));
  smpi_free(words);
}

static void truncation_tuples_for_every_frac_bits(void **state) {
  (void)state;
  for (unsigned f = 1; f <= 28; f++) {
    make(SMPI_TRUNC, f);
    for (size_t i = 0; i < UNITS; i++) {
      uint64_t low = col[0][i] % (UINT64_C(1) << 63);
      assert_true(col[1][i] == low / (UINT64_C(1) << f));
      assert_true(col[2][i] == (col[0][i] >= UINT64_C(1) << 63));
    }
    smpi_free(words);
  }
}

/* Number by number: the entry at the index. */
static void lookups_find_their_entry(void **state) {
  (void)state;
  make(SMPI_LOOKUP, FRAC);
  for (size_t i = 0; i < 64 * UNITS; i++) {
    unsigned index = 0;
    for (unsigned b = 0; b < 4; b++) index |= (col[32 + b][i / 64] >> i % 64 & 1) << b;
    for (unsigned v = 0; v < 2; v++)
      assert_true((col[36 + v][i / 64] >> i % 64 & 1) == (col[2 * index + v][i / 64] >> i % 64 & 1));
  }
  smpi_free(words);
}

/* A part of a batch is the same units as the whole. */
static void parts_are_views(void **state) {
  (void)state;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    uint64_t *at[SMPI_CORR_COLUMNS];
    make(k, FRAC);
    uint64_t last = col[smpi_corr_columns(k) - 1][UNITS - 1];
    smpi_corr_at(at, col, k, 2);
    for (unsigned c = 0; c < smpi_corr_columns(k); c++) {
      assert_ptr_equal(at[c], col[c] + 2 * smpi_corr_width(k, c));
      if (!smpi_corr_is_free(k, c)) at[c][0] = ~at[c][0];
    }
    smpi_corr_complete(at, k, UNITS - 2, FRAC);
    assert_true(col[smpi_corr_columns(k) - 1][UNITS - 1] == last);
    smpi_free(words);
  }
}

TEST_MAIN(T(table_is_that_of_the_header), T(products_and_conjunctions), T(bits_agree_with_numbers),
          T(truncation_tuples_for_every_frac_bits), T(lookups_find_their_entry),
          T(parts_are_views))
