/* test_paillier_num.c - triple/paillier_num.h and paillier_prime.h, held against GMP's own
 * variable-time functions. */
#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "triple/paillier_prime.h"

static uint64_t seed = 3;
static void random_limbs(mp_limb_t *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = test_random(&seed);
}
/* An odd modulus with its top limb not zero: the largest, one just above 2^(64 n - 64), random ones. */
static void modulus(mp_limb_t *m, size_t n, unsigned which) {
  random_limbs(m, n);
  if (which == 0) memset(m, 0xff, n * sizeof *m);
  if (which == 1) memset(m, 0, n * sizeof *m), m[n - 1] = 1;
  m[0] |= n == 1 ? 3 : 1;
  m[n - 1] |= 1;
}
static void take(mpz_t z, const mp_limb_t *x, size_t n) { mpz_import(z, n, -1, sizeof *x, 0, 0, x); }
static bool is(const mp_limb_t *x, size_t n, const mpz_t want) {
  mpz_t z;
  mpz_init(z);
  take(z, x, n);
  bool same = mpz_cmp(z, want) == 0;
  mpz_clear(z);
  return same;
}

/* Of 0, 1, m - 1 and random numbers below m. */
static void operand(mp_limb_t *a, const mp_limb_t *m, size_t n, unsigned which) {
  random_limbs(a, n);
  smpi_num_mod(a, a, n, m, n);
  if (which < 2) memset(a, 0, n * sizeof *a), a[0] = which;
  if (which == 2) memcpy(a, m, n * sizeof *a), a[0] -= 1;
}

static const size_t lengths[] = {1, 2, 24, 48, 96};

static void products_and_differences(void **state) {
  (void)state;
  mpz_t x, y, z, q;
  mpz_inits(x, y, z, q, NULL);
  for (unsigned l = 0; l < 5; l++)
    for (unsigned i = 0; i < 4 * 16; i++) {
      size_t n = lengths[l];
      mp_limb_t m[96], a[96], b[96], r[96];
      struct smpi_mont M;
      modulus(m, n, i / 16);
      smpi_mont_open(&M, m, n);
      operand(a, m, n, i % 4), operand(b, m, n, i / 4 % 4);
      take(x, a, n), take(y, b, n), take(q, m, n);
      smpi_mont_enter(r, a, &M);
      smpi_mont_mul(r, r, b, &M);
      mpz_mul(z, x, y), mpz_mod(z, z, q);
      assert_true(is(r, n, z));
      smpi_mont_enter(r, a, &M);
      smpi_mont_square(r, r, &M);
      smpi_mont_leave(r, r, &M);
      mpz_mul(z, x, x), mpz_mod(z, z, q);
      assert_true(is(r, n, z));
      smpi_num_lower(r, b, m, n);
      assert_true(is(r, n, y));
      smpi_num_sub_mod(r, a, b, m, n);
      mpz_sub(z, x, y), mpz_mod(z, z, q);
      assert_true(is(r, n, z));
    }
  mpz_clears(x, y, z, q, NULL);
}

static void long_numbers_and_exact_quotients(void **state) {
  (void)state;
  mpz_t x, q;
  mpz_inits(x, q, NULL);
  for (unsigned l = 0; l < 5; l++)
    for (unsigned i = 0; i < 4; i++) {
      size_t n = lengths[l];
      mp_limb_t m[96], a[192], r[96];
      struct smpi_mont M;
      modulus(m, n, i);
      smpi_mont_open(&M, m, n);
      random_limbs(a, 2 * n);
      if (i == 2) memset(a, 0xff, 2 * n * sizeof *a);
      take(x, a, 2 * n), take(q, m, n);
      mpz_mod(x, x, q);
      smpi_mont_enter_long(r, a, &M);
      smpi_mont_leave(r, r, &M);
      assert_true(is(r, n, x));
      random_limbs(r, n);
      mpn_mul(a, r, (mp_size_t)n, m, (mp_size_t)n);
      take(x, r, n);
      smpi_mont_divide_exactly(r, a, &M);
      assert_true(is(r, n, x));
    }
  mpz_clears(x, q, NULL);
}

static void powers(void **state) {
  (void)state;
  mpz_t x, y, z, q;
  mpz_inits(x, y, z, q, NULL);
  for (unsigned l = 0; l < 4; l++)
    for (unsigned i = 0; i < 12; i++) {
      size_t n = lengths[l], e_len = 1 + i % 3;
      mp_limb_t m[96], a[96], e[3], r[96];
      struct smpi_mont M;
      modulus(m, n, i % 4);
      smpi_mont_open(&M, m, n);
      operand(a, m, n, i / 3);
      random_limbs(e, e_len);
      if (i == 5) memset(e, 0, sizeof e);
      smpi_mont_enter(r, a, &M);
      smpi_mont_power(r, r, e, e_len, &M);
      smpi_mont_leave(r, r, &M);
      take(x, a, n), take(y, e, e_len), take(q, m, n);
      mpz_powm(z, x, y, q);
      assert_true(is(r, n, z));
    }
  mpz_clears(x, y, z, q, NULL);
}

static void remainders_bits_and_bytes(void **state) {
  (void)state;
  mp_limb_t a[194], m[96], r[96], back[96];
  uint8_t bytes[768];
  mpz_t x, q;
  mpz_inits(x, q, NULL);
  random_limbs(a, 194);
  for (unsigned i = 0; i < 4; i++) {
    modulus(m, 96, i);
    smpi_num_mod(r, a, 194, m, 96);
    take(x, a, 194), take(q, m, 96);
    mpz_mod(x, x, q);
    assert_true(is(r, 96, x));
  }
  take(x, a, 96);
  for (size_t first = 0; first < 96 * 64 - 64; first += 37)
    for (unsigned n = 1; n <= 64; n += 21) {
      mpz_fdiv_q_2exp(q, x, first);
      mpz_fdiv_r_2exp(q, q, n);
      assert_true(smpi_num_bits(a, 96, first, n) == mpz_get_ui(q));
    }
  smpi_num_put(bytes, a, 96);
  smpi_num_get(back, bytes, 96);
  assert_memory_equal(a, back, sizeof back);
  assert_int_equal(bytes[8], a[1] & 255);
  mpz_clears(x, q, NULL);
}

static void order_and_common_factors(void **state) {
  (void)state;
  const mp_limb_t m[2] = {15, 1}, below[2] = {14, 1}, above[2] = {16, 1}, zero[4] = {0}; /* 2^64 + 15 = 13 x ... */
  mp_limb_t multiple[3] = {0}, a[4] = {0};
  assert_true(smpi_num_is_below_vt(below, m, 2));
  assert_false(smpi_num_is_below_vt(m, m, 2) || smpi_num_is_below_vt(above, m, 2));
  assert_true(smpi_num_has_common_factor_vt(zero, 4, m, 2));
  multiple[2] = mpn_mul_1(multiple, m, 2, 12345);
  assert_true(smpi_num_has_common_factor_vt(multiple, 3, m, 2));
  a[0] = 1;
  assert_false(smpi_num_has_common_factor_vt(a, 4, m, 2));
  mpz_t x, y;
  mpz_inits(x, y, NULL);
  for (unsigned i = 0; i < 2000; i++) {
    a[0] = i + 2;
    take(x, a, 4), take(y, m, 2);
    mpz_gcd(x, x, y);
    assert_int_equal(smpi_num_has_common_factor_vt(a, 4, m, 2), mpz_cmp_ui(x, 1) != 0);
  }
  mpz_clears(x, y, NULL);
}

/* --- primes ------------------------------------------------------------------------------------ */

static void numbers_are_told_from_primes(void **state) {
  (void)state;
  for (mp_limb_t p = 7; p < 6000; p += 4) { /* 3 modulo 4 */
    struct smpi_mont M;
    mpz_t z;
    bool passes = true;
    mpz_init_set_ui(z, p);
    smpi_mont_open(&M, &p, 1);
    for (mp_limb_t a = 2; a < 8 && a < p; a++) passes &= smpi_prime_passes(&M, &a);
    assert_int_equal(passes, mpz_probab_prime_p(z, 30) != 0); /* no exception below 6000 */
    mpz_clear(z);
  }
  const mp_limb_t square = 4093 * 4093, beyond = UINT64_C(4099) * 4111, prime = 4099;
  assert_true(smpi_prime_has_small_factor_vt(&square, 1));
  assert_false(smpi_prime_has_small_factor_vt(&beyond, 1) || smpi_prime_has_small_factor_vt(&prime, 1));
}

static void made_primes_are_primes(void **state) {
  (void)state;
  mp_limb_t p[2][SMPI_PRIME_LIMBS];
  mpz_t z;
  mpz_init(z);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(smpi_prime_make(p[i]), SMPC_OK);
    take(z, p[i], SMPI_PRIME_LIMBS);
    assert_int_equal(mpz_sizeinbase(z, 2), SMPI_PRIME_BITS);
    assert_true(mpz_probab_prime_p(z, 40) != 0);
    assert_int_equal(p[i][0] & 3, 3);
    assert_int_equal(p[i][SMPI_PRIME_LIMBS - 1] >> 62, 3);
  }
  assert_true(memcmp(p[0], p[1], sizeof p[0]) != 0);
  mpz_clear(z);
}

TEST_MAIN(T(products_and_differences), T(long_numbers_and_exact_quotients), T(powers), T(remainders_bits_and_bytes),
          T(order_and_common_factors), T(numbers_are_told_from_primes), T(made_primes_are_primes))
