/* test_bitmat.c - math/bitmat.h: every variant against the definition. */
#include "support/test.h"

#include "math/bitmat.h"

enum { COLS = SMPI_BITMAT_COLS, ROWS = SMPI_BITMAT_ROWS, RUN = SMPI_BITMAT_RUN };

static uint64_t next_word(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state ^ *state >> 29;
}

static void fill(blk *x, size_t n, uint64_t seed) {
  for (size_t i = 0; i < n; i++) x[i] = (blk){{next_word(&seed), next_word(&seed)}};
}

static uint64_t bit_of_column(const blk *col, size_t c, size_t r) {
  return col[RUN * c + r / 128].w[r % 128 / 64] >> r % 64 & 1;
}

static void rows_are_the_columns_bits(void **state) {
  (void)state;
  static blk col[COLS * RUN], row[ROWS];
  for (size_t i = 0; smpi_bitmat_kernels_at(i) != NULL; i++) {
    if (!smpi_bitmat_kernels_at(i)->usable()) continue;
    fill(col, COLS * RUN, 7 + i);
    smpi_bitmat_kernels_at(i)->rows(row, col);
    size_t wrong = 0;
    for (size_t r = 0; r < ROWS; r++)
      for (size_t c = 0; c < COLS; c++) wrong += (row[r].w[c / 64] >> c % 64 & 1) != bit_of_column(col, c, r);
    assert_int_equal(wrong, 0);
  }
}

/* x y mod x^64 + x^4 + x^3 + x + 1, one bit at a time. */
static uint64_t times(uint64_t x, uint64_t y) {
  uint64_t z = 0;
  for (int i = 63; i >= 0; i--) {
    z = z << 1 ^ (z >> 63 ? 0x1b : 0);
    if (y >> i & 1) z ^= x;
  }
  return z;
}

static void hashes_are_sums_of_products(void **state) {
  (void)state;
  static blk col[COLS * RUN];
  uint64_t k[SMPI_BITMAT_WORDS], seed = 3;
  for (unsigned j = 0; j < SMPI_BITMAT_WORDS; j++) k[j] = next_word(&seed);
  for (size_t i = 0; smpi_bitmat_kernels_at(i) != NULL; i++) {
    blk sum[COLS] = {{{0}}};
    if (!smpi_bitmat_kernels_at(i)->usable()) continue;
    fill(col, COLS * RUN, 11 + i);
    smpi_bitmat_kernels_at(i)->hash(sum, col, COLS, k);
    smpi_bitmat_kernels_at(i)->hash(sum, col + RUN, COLS - 1, k); /* it adds */
    for (size_t c = 0; c < COLS; c++) {
      uint64_t want = 0;
      for (size_t j = 0; j < SMPI_BITMAT_WORDS; j++) {
        want ^= times(col[RUN * c + j / 2].w[j % 2], k[j]);
        if (c + 1 < COLS) want ^= times(col[RUN * (c + 1) + j / 2].w[j % 2], k[j]);
      }
      assert_int_equal(smpi_gf64_reduce(sum[c]), want);
    }
  }
}

/* The field: x^64 and x^127, by hand. */
static void reduction(void **state) {
  (void)state;
  assert_int_equal(smpi_gf64_reduce((blk){{5, 0}}), 5);
  assert_int_equal(smpi_gf64_reduce((blk){{0, 1}}), 0x1b);
  assert_int_equal(smpi_gf64_reduce((blk){{0, UINT64_C(1) << 62}}), times(UINT64_C(1) << 63, UINT64_C(1) << 63));
}

TEST_MAIN(T(rows_are_the_columns_bits), T(hashes_are_sums_of_products), T(reduction))
