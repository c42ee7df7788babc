/* test_matrix.c - math/matrix.h and its product kernels. */
#include "kernels_support.h"

#include "math/matrix.h"
#include "math/matrix_impl.h"

/* The definition: what every kernel must agree with. */
static void plain_mul_add(uint64_t *c, const uint64_t *a, const uint64_t *b, size_t m, size_t k, size_t n) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t l = 0; l < k; l++) c[i * n + j] += a[i * k + l] * b[l * n + j];
}

static void check_shape(const struct smpi_kernels *kernel, size_t m, size_t k, size_t n) {
  uint64_t *a = noise_words(m * k, 1), *b = noise_words(k * n, 2);
  uint64_t *c = noise_words(m * n + 1, 3), *expected = noise_words(m * n + 1, 3);
  plain_mul_add(expected, a, b, m, k, n);
  smpi_matrix_mul_add_on(kernel, c, a, b, m, k, n);
  assert_memory_equal(c, expected, (m * n + 1) * 8); /* the word after the last, too */
  free(a);
  free(b);
  free(c);
  free(expected);
}

static void every_kernel_multiplies_small_shapes(void **state) {
  (void)state;
  const size_t side[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 33};
  EACH_KERNEL(kernel)
    for (size_t i = 0; i < 11; i++)
      for (size_t j = 0; j < 11; j++)
        for (size_t l = 0; l < 11; l++) check_shape(kernel, side[i], side[j], side[l]);
}

/* Around the blocks: depth 128, slab 384, strip 512, column depth 256. */
static void every_kernel_multiplies_across_its_blocks(void **state) {
  (void)state;
  const size_t shape[][3] = {{8, 127, 16},  {8, 128, 16},   {8, 129, 16},  {9, 257, 17},  {383, 3, 16},
                             {384, 3, 16},  {385, 130, 31}, {1, 5, 511},   {1, 4, 512},   {7, 7, 513},
                             {3, 6, 1025},  {5, 255, 1},    {5, 256, 7},   {5, 257, 7},   {1, 1000, 1},
                             {1000, 1, 1},  {1, 1, 1000},   {40, 300, 40}, {100, 64, 13}, {1, 600, 600},
                             {600, 600, 1}, {770, 2, 9}};
  EACH_KERNEL(kernel)
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) check_shape(kernel, shape[i][0], shape[i][1], shape[i][2]);
}

static void every_kernel_agrees_on_its_parts(void **state) {
  (void)state;
  const uint64_t k[SMPI_AXPY] = {3, UINT64_MAX, UINT64_C(0x8000000000000001), UINT64_C(0xfedcba9876543210)};
  uint64_t *x = noise_words(4 * (MOST + OFFSETS), 1), *y = noise_words(MOST + OFFSETS, 2);
  uint64_t *z = noise_words(MOST + OFFSETS + 1, 3), *expected = noise_words(MOST + OFFSETS + 1, 3);
  EACH_KERNEL(kernel)
    for (size_t s = 0; s < SIZES; s++)
      for (size_t o = 0; o < OFFSETS; o++) {
        size_t n = sizes[s], stride = MOST - o;
        uint64_t dot = 0;
        for (size_t i = 0; i < n; i++) {
          dot += x[o + i] * y[i];
          for (size_t j = 0; j < SMPI_AXPY; j++) expected[o + i] += k[j] * x[j * stride + i];
        }
        assert_int_equal(kernel->dot(x + o, y, n), dot);
        kernel->axpy(z + o, k, x, stride, n);
        assert_memory_equal(z, expected, (MOST + OFFSETS + 1) * 8);
      }
  free(x);
  free(y);
  free(z);
  free(expected);
}

static void the_public_product_is_the_same(void **state) {
  (void)state;
  uint64_t *a = noise_words(20 * 30, 1), *b = noise_words(30 * 40, 2);
  uint64_t *c = noise_words(20 * 40, 3), *expected = noise_words(20 * 40, 3);
  plain_mul_add(expected, a, b, 20, 30, 40);
  smpi_matrix_mul_add(c, a, b, 20, 30, 40);
  assert_memory_equal(c, expected, 20 * 40 * 8);
  free(a);
  free(b);
  free(c);
  free(expected);
}

static void transposing_swaps_rows_and_columns(void **state) {
  (void)state;
  const size_t side[] = {0, 1, 2, 7, 8, 9, 17, 100};
  for (size_t i = 0; i < 8; i++)
    for (size_t j = 0; j < 8; j++) {
      size_t m = side[i], n = side[j];
      uint64_t *x = noise_words(m * n, 1), *t = noise_words(m * n + 1, 2), after = t[m * n];
      smpi_matrix_transpose(t, x, m, n);
      for (size_t r = 0; r < m; r++)
        for (size_t c = 0; c < n; c++) assert_int_equal(t[c * m + r], x[r * n + c]);
      assert_int_equal(t[m * n], after);
      free(x);
      free(t);
    }
}

TEST_MAIN(T(every_kernel_multiplies_small_shapes), T(every_kernel_multiplies_across_its_blocks),
          T(every_kernel_agrees_on_its_parts), T(the_public_product_is_the_same), T(transposing_swaps_rows_and_columns))
