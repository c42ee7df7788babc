/* test_ring.c - math/ring.h, and the elementwise kernels beneath it. */
#include "kernels_support.h"

#include "math/ring.h"

typedef void (*two_operands)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);

static uint64_t plain_add(uint64_t x, uint64_t y) { return x + y; }
static uint64_t plain_sub(uint64_t x, uint64_t y) { return x - y; }
static uint64_t plain_xor(uint64_t x, uint64_t y) { return x ^ y; }
static uint64_t plain_and(uint64_t x, uint64_t y) { return x & y; }

/* At every size and offset; into a third array, into x and into y; and the
 * word after the last stays as it was. */
static void check_two(two_operands f, uint64_t (*plain)(uint64_t, uint64_t)) {
  uint64_t *x = noise_words(MOST + OFFSETS, 1), *y = noise_words(MOST + OFFSETS, 2);
  uint64_t *z = noise_words(MOST + OFFSETS + 1, 3);
  for (size_t s = 0; s < SIZES; s++)
    for (size_t o = 0; o < OFFSETS; o++) {
      size_t n = sizes[s], p = (o * 3) % OFFSETS, q = (o * 5) % OFFSETS;
      for (int alias = 0; alias < 3; alias++) {
        if (alias == 1) memcpy(z + o, x + p, n * 8);
        if (alias == 2) memcpy(z + o, y + q, n * 8);
        uint64_t after = z[o + n];
        f(z + o, alias == 1 ? z + o : x + p, alias == 2 ? z + o : y + q, n);
        for (size_t i = 0; i < n; i++) assert_int_equal(z[o + i], plain(x[p + i], y[q + i]));
        assert_int_equal(z[o + n], after);
      }
    }
  free(x);
  free(y);
  free(z);
}

static void every_kernel_adds_and_combines_bits(void **state) {
  (void)state;
  EACH_KERNEL(k) {
    check_two(k->add, plain_add);
    check_two(k->sub, plain_sub);
    check_two(k->bit_xor, plain_xor);
    check_two(k->bit_and, plain_and);
  }
}

static void every_kernel_scales_and_sums(void **state) {
  (void)state;
  const uint64_t factors[] = {0, 1, 2, UINT64_MAX, UINT64_C(1) << 63, UINT64_C(0x123456789abcdef1)};
  uint64_t *x = noise_words(MOST + OFFSETS, 4), *z = noise_words(MOST + OFFSETS + 1, 5);
  EACH_KERNEL(k)
    for (size_t s = 0; s < SIZES; s++)
      for (size_t o = 0; o < OFFSETS; o++) {
        size_t n = sizes[s];
        uint64_t factor = factors[(s + o) % 6], plus = factors[o % 6], after = z[o + n], sum = 0;
        k->scale(z + o, x + o, factor, plus, n);
        for (size_t i = 0; i < n; i++) {
          assert_int_equal(z[o + i], factor * x[o + i] + plus);
          sum += x[o + i];
        }
        assert_int_equal(z[o + n], after);
        assert_int_equal(k->sum(x + o, n), sum);
        memcpy(z + o, x + o, n * 8);
        k->scale(z + o, z + o, factor, plus, n);
        for (size_t i = 0; i < n; i++) assert_int_equal(z[o + i], factor * x[o + i] + plus);
      }
  free(x);
  free(z);
}

static void shares_go_through_the_same_loops(void **state) {
  (void)state;
  shr x[9], y[9], z[9];
  uint64_t seed = 6, words[9];
  for (int i = 0; i < 9; i++) x[i].v = noise(&seed), y[i].v = noise(&seed);
  smpi_ring_add(z, x, y, 9);
  for (int i = 0; i < 9; i++) assert_int_equal(z[i].v, x[i].v + y[i].v);
  smpi_ring_sub(z, x, y, 9);
  for (int i = 0; i < 9; i++) assert_int_equal(z[i].v, x[i].v - y[i].v);
  smpi_ring_xor(z, x, y, 9);
  for (int i = 0; i < 9; i++) assert_int_equal(z[i].v, x[i].v ^ y[i].v);
  smpi_ring_scale(z, x, (pub){7}, (pub){9}, 9);
  for (int i = 0; i < 9; i++) assert_int_equal(z[i].v, 7 * x[i].v + 9);
  for (int i = 0; i < 9; i++) words[i] = x[i].v;
  smpi_ring_add_words(words, &y->v, 9);
  for (int i = 0; i < 9; i++) assert_int_equal(words[i], x[i].v + y[i].v);
  smpi_ring_xor_words(words, words, 9);
  for (int i = 0; i < 9; i++) assert_int_equal(words[i], 0);
  assert_int_equal(smpi_ring_sum(x, 2).v, x[0].v + x[1].v);
}

static void nothing_at_all_is_allowed(void **state) {
  (void)state;
  smpi_ring_add(NULL, NULL, NULL, 0);
  smpi_ring_sub(NULL, NULL, NULL, 0);
  smpi_ring_xor(NULL, NULL, NULL, 0);
  smpi_ring_scale(NULL, NULL, (pub){1}, (pub){1}, 0);
  assert_int_equal(smpi_ring_sum(NULL, 0).v, 0);
}

static void the_best_kernels_are_usable(void **state) {
  (void)state;
  assert_true(smpi_kernels()->usable());
  assert_ptr_equal(smpi_kernels_at(0), &smpi_kernels_portable);
  size_t usable = 0;
  EACH_KERNEL(k) {
    print_message("# runs here: %s\n", k->name);
    usable++;
  }
  assert_true(usable >= 1);
}

TEST_MAIN(T(every_kernel_adds_and_combines_bits), T(every_kernel_scales_and_sums), T(shares_go_through_the_same_loops),
          T(nothing_at_all_is_allowed), T(the_best_kernels_are_usable))
