/* test_bits.c - math/bits.h and its transposition kernels. */
#include "kernels_support.h"

#include "math/bits.h"

static void every_kernel_transposes_64_by_64(void **state) {
  (void)state;
  uint64_t in[64], out[64], seed = 1;
  EACH_KERNEL(k)
    for (int run = 0; run < 20; run++) {
      for (int i = 0; i < 64; i++) in[i] = noise(&seed);
      k->transpose(out, in);
      for (int i = 0; i < 64; i++)
        for (int j = 0; j < 64; j++) assert_int_equal(out[i] >> j & 1, in[j] >> i & 1);
    }
}

/* One bit at every place goes to its mirror image, and no other bit is set. */
static void every_kernel_moves_single_bits(void **state) {
  (void)state;
  EACH_KERNEL(k)
    for (int i = 0; i < 64; i++)
      for (int j = 0; j < 64; j++) {
        uint64_t in[64] = {0}, out[64];
        in[i] = UINT64_C(1) << j;
        k->transpose(out, in);
        for (int r = 0; r < 64; r++) assert_int_equal(out[r], r == j ? UINT64_C(1) << i : 0);
      }
}

static void slicing_puts_bit_i_of_number_j_at_row_i_column_j(void **state) {
  (void)state;
  for (size_t s = 0; s < SIZES; s++) {
    size_t n = sizes[s], words = (n + 63) / 64, stride = words + s % 3;
    uint64_t *x = noise_words(n, s), *rows = noise_words(64 * stride, s + 1), *kept = noise_words(64 * stride, s + 1);
    smpi_bits_slice(rows, stride, x, n);
    for (size_t i = 0; i < 64; i++) {
      for (size_t j = 0; j < 64 * words; j++)
        assert_int_equal(rows[i * stride + j / 64] >> j % 64 & 1, j < n ? x[j] >> i & 1 : 0);
      for (size_t j = words; j < stride; j++) assert_int_equal(rows[i * stride + j], kept[i * stride + j]);
    }
    free(x);
    free(rows);
    free(kept);
  }
}

static void and_works_in_place(void **state) {
  (void)state;
  uint64_t *x = noise_words(1000, 1), *y = noise_words(1000, 2), *z = noise_words(1000, 1);
  smpi_bits_and(z, z, y, 1000);
  for (size_t i = 0; i < 1000; i++) assert_int_equal(z[i], x[i] & y[i]);
  free(x);
  free(y);
  free(z);
}

TEST_MAIN(T(every_kernel_transposes_64_by_64), T(every_kernel_moves_single_bits),
          T(slicing_puts_bit_i_of_number_j_at_row_i_column_j), T(and_works_in_place))
