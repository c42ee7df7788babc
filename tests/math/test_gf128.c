/* test_gf128.c - GF(2^128): every kernel against a reference bit by bit, field
 * laws, boundary lengths. */
#include "math/gf128.h"

#include "support/test.h"

#include <string.h>

#include "math/gf128_kernels.h"
#include "support/parties.h"

enum { MOST = 257 };
static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 257};

static blk random_blk(uint64_t *seed) {
  uint64_t w0 = test_random(seed);
  return (blk){{w0, test_random(seed)}};
}

static int equal(blk x, blk y) { return x.w[0] == y.w[0] && x.w[1] == y.w[1]; }

/* x times the polynomial "x" */
static blk doubled(blk x) {
  uint64_t carry = x.w[1] >> 63;
  return (blk){{x.w[0] << 1 ^ (carry ? 0x87 : 0), x.w[1] << 1 | x.w[0] >> 63}};
}

/* From the definition, bit by bit. */
static blk slow(blk x, blk y) {
  blk z = {{0, 0}};
  for (int i = 127; i >= 0; i--) {
    z = doubled(z);
    if (x.w[i / 64] >> i % 64 & 1) z = smpi_blk_xor(z, y);
  }
  return z;
}

static void fill(blk *x, size_t n, uint64_t seed) {
  for (size_t i = 0; i < n; i++) x[i] = random_blk(&seed);
  if (n > 2) x[1] = (blk){{UINT64_MAX, UINT64_MAX}}, x[2] = (blk){{0, UINT64_C(1) << 63}};
}

static void check_size(const struct smpi_gf128_kernels *k, size_t n) {
  blk x[MOST], y[MOST], z[MOST], sum = {{0, 0}};
  fill(x, MOST, n);
  fill(y, MOST, n + 1000);
  fill(z, MOST, n + 2000);
  blk after = z[n < MOST ? n : 0], factor = y[0], want[MOST];
  for (size_t i = 0; i < n; i++) {
    want[i] = smpi_blk_xor(z[i], slow(factor, x[i]));
    sum = smpi_blk_xor(sum, slow(x[i], y[i]));
  }
  assert_true(equal(k->dot(x, y, n), sum));
  k->axpy(z, factor, x, n);
  assert_memory_equal(z, want, n * sizeof *z);
  k->mul_each(z, x, y, n);
  for (size_t i = 0; i < n; i++) assert_true(equal(z[i], slow(x[i], y[i])));
  if (n < MOST) assert_true(equal(z[n], after));
  k->mul_each(x, x, y, n); /* in place */
  assert_memory_equal(x, z, n * sizeof *z);
}

static void every_kernel_agrees_with_the_definition(void **state) {
  (void)state;
  size_t ran = 0;
  for (size_t i = 0; smpi_gf128_kernels_at(i) != NULL; i++) {
    const struct smpi_gf128_kernels *k = smpi_gf128_kernels_at(i);
    if (!k->usable()) continue;
    print_message("# %s\n", k->name);
    for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) check_size(k, sizes[j]);
    ran++;
  }
  assert_true(ran >= 1);
}

/* Each single bit by each single bit: x^i x^j = x^(i+j). */
static void monomials_multiply(void **state) {
  (void)state;
  blk power[256] = {{{1, 0}}};
  for (int i = 1; i < 256; i++) power[i] = doubled(power[i - 1]);
  for (size_t kernel = 0; smpi_gf128_kernels_at(kernel) != NULL; kernel++) {
    const struct smpi_gf128_kernels *k = smpi_gf128_kernels_at(kernel);
    if (!k->usable()) continue;
    for (int i = 0; i < 128; i++)
      for (int j = 0; j < 128; j++) assert_true(equal(k->dot(&power[i], &power[j], 1), power[i + j]));
  }
}

static void it_is_a_field(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int i = 0; i < 200; i++) {
    blk x = random_blk(&seed), y = random_blk(&seed), z = random_blk(&seed), p = x;
    assert_true(equal(smpi_gf128_mul(x, smpi_gf128_one()), x));
    assert_true(equal(smpi_gf128_mul(x, y), smpi_gf128_mul(y, x)));
    assert_true(equal(smpi_gf128_mul(smpi_gf128_mul(x, y), z), smpi_gf128_mul(x, smpi_gf128_mul(y, z))));
    for (int j = 0; j < 128; j++) p = smpi_gf128_mul(p, p); /* Fermat: x^(2^128) = x */
    assert_true(equal(p, x));
  }
}

/* x^128 + x^7 + x^2 + x + 1 in the wire's bytes: x^127 times x is 87 00 ... */
static void bytes_are_little_endian(void **state) {
  (void)state;
  uint8_t top[16] = {0}, x[16] = {2}, want[16] = {0x87};
  top[15] = 0x80;
  blk a, b;
  memcpy(&a, top, 16);
  memcpy(&b, x, 16);
  blk c = smpi_gf128_mul(a, b);
  assert_memory_equal(&c, want, 16);
}

static void powers_follow_each_other(void **state) {
  (void)state;
  uint64_t seed = 9;
  blk x = random_blk(&seed), p[130], want = x;
  for (size_t n = 0; n <= 129; n += n < 4 ? 1 : 25) {
    p[n] = (blk){{5, 5}};
    smpi_gf128_powers(p, x, n);
    want = x;
    for (size_t i = 0; i < n; i++, want = smpi_gf128_mul(want, x)) assert_true(equal(p[i], want));
    assert_true(p[n].w[0] == 5 && p[n].w[1] == 5);
  }
}

TEST_MAIN(T(every_kernel_agrees_with_the_definition), T(monomials_multiply), T(it_is_a_field),
          T(bytes_are_little_endian), T(powers_follow_each_other))
