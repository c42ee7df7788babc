/* test_fixed.c - math/fixed.h */
#include "support/test.h"

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "math/fixed.h"

static uint64_t encoded(double v, unsigned f) {
  uint64_t x = 99;
  assert_int_equal(smpi_fixed_encode(&x, &v, 1, f), SMPC_OK);
  return x;
}

static void assert_refused(double v, unsigned f) {
  double in[3] = {1, v, 2};
  uint64_t out[3] = {9, 9, 9};
  assert_int_equal(smpi_fixed_encode(out, in, 3, f), SMPC_E_RANGE);
  for (int i = 0; i < 3; i++) assert_int_equal(out[i], 0);
}

static void exact_values_keep_their_bits(void **state) {
  (void)state;
  assert_int_equal(encoded(1, 20), 1 << 20);
  assert_int_equal(encoded(-1, 20), -(1 << 20));
  assert_int_equal(encoded(0.5, 1), 1);
  assert_int_equal(encoded(-3.25, 2), -13);
  assert_int_equal(encoded(12345, 0), 12345);
  assert_int_equal(encoded(-12345, 0), -12345);
  assert_int_equal(encoded(0.0, 20), 0);
  assert_int_equal(encoded(-0.0, 20), 0);
}

static void ties_go_to_even(void **state) {
  (void)state;
  for (unsigned f = 0; f <= 28; f++) {
    double unit = ldexp(1, -(int)f);
    const double tie[] = {0.5, 1.5, 2.5, 3.5, 20.5, 21.5};
    const int even[] = {0, 2, 2, 4, 20, 22};
    for (int i = 0; i < 6; i++) {
      assert_int_equal(encoded(tie[i] * unit, f), even[i]);
      assert_int_equal(encoded(-tie[i] * unit, f), -even[i]);
      assert_int_equal(encoded(nextafter(tie[i] * unit, 100), f), (int)tie[i] + 1);
      assert_int_equal(encoded(nextafter(tie[i] * unit, 0), f), (int)tie[i]);
    }
  }
}

static void small_numbers_are_zero(void **state) {
  (void)state;
  const double tiny[] = {DBL_TRUE_MIN, DBL_MIN, nextafter(DBL_MIN, 0), 1e-300, 1e-20, ldexp(1, -55), ldexp(1, -54)};
  for (size_t i = 0; i < sizeof tiny / sizeof *tiny; i++) {
    assert_int_equal(encoded(tiny[i], 28), 0);
    assert_int_equal(encoded(-tiny[i], 28), 0);
  }
}

static void the_ends_of_the_range(void **state) {
  (void)state;
  for (unsigned f = 0; f <= 31; f++) {
    double limit = ldexp(1, 62 - 2 * (int)f), last = nextafter(limit, 0);
    assert_refused(limit, f);
    assert_refused(-limit, f);
    double scaled = ldexp(last, (int)f), rounded = nearbyint(scaled);
    assert_int_equal(encoded(last, f), (uint64_t)(int64_t)rounded);
    assert_int_equal(encoded(-last, f), (uint64_t)-(int64_t)rounded);
  }
  assert_refused(DBL_MAX, 1);
}

static void what_is_no_number_is_refused(void **state) {
  (void)state;
  for (unsigned f = 0; f <= 31; f++) {
    assert_refused(NAN, f);
    assert_refused(-NAN, f);
    assert_refused(INFINITY, f);
    assert_refused(-INFINITY, f);
  }
}

static void too_many_fractional_bits_are_the_callers_fault(void **state) {
  (void)state;
  uint64_t x = 9;
  double v = 0;
  assert_int_equal(smpi_fixed_encode(&x, &v, 1, 32), SMPC_E_ARG);
  assert_int_equal(x, 0);
  assert_int_equal(smpi_fixed_encode(&x, &v, 0, 20), SMPC_OK);
}

/* Against the machine's own rounding, over all magnitudes. */
static void random_values_round_like_the_machine(void **state) {
  (void)state;
  srand(1);
  for (int i = 0; i < 200000; i++) {
    unsigned f = (unsigned)rand() % 29;
    double v = ldexp((double)rand() / RAND_MAX + (double)rand() * 1e-18, rand() % 100 - 60);
    if (rand() % 2) v = -v;
    if (fabs(v) >= ldexp(1, 62 - 2 * (int)f)) assert_refused(v, f);
    else assert_int_equal(encoded(v, f), (uint64_t)(int64_t)nearbyint(ldexp(v, (int)f)));
  }
}

static void the_rounding_mode_of_the_thread_does_not_matter(void **state) {
  (void)state;
  const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST};
  for (int i = 0; i < 4; i++) {
    fesetround(modes[i]);
    uint64_t a = encoded(2.5, 0), b = encoded(-2.75, 0);
    fesetround(FE_TONEAREST);
    assert_int_equal(a, 2);
    assert_int_equal(b, -3);
  }
}

static void decoding_is_the_inverse(void **state) {
  (void)state;
  const int64_t exact[] = {0, 1, -1, 1 << 20, -(1 << 20), (INT64_C(1) << 53) - 1, -(INT64_C(1) << 53), INT64_MIN};
  for (unsigned f = 0; f <= 31; f++)
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
      uint64_t x = (uint64_t)exact[i];
      double v;
      smpi_fixed_decode(&v, &x, 1, f);
      assert_true(v == ldexp((double)exact[i], -(int)f));
      if (fabs(v) < ldexp(1, 62 - 2 * (int)f)) assert_int_equal(encoded(v, f), x);
    }
}

TEST_MAIN(T(exact_values_keep_their_bits), T(ties_go_to_even), T(small_numbers_are_zero), T(the_ends_of_the_range),
          T(what_is_no_number_is_refused), T(too_many_fractional_bits_are_the_callers_fault),
          T(random_values_round_like_the_machine), T(the_rounding_mode_of_the_thread_does_not_matter),
          T(decoding_is_the_inverse))
