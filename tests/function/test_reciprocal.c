/* test_reciprocal.c - function/reciprocal.h over its domain, for several scales. */
#include "function/reciprocal.h"

#include "curve.h"

static smpc_err reciprocal(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_divide(s, z, NULL, in[0], n);
}
static smpc_err divide(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_divide(s, z, in[1], in[0], n);
}
static unsigned frac = 20; /* the cost depends on it */
static void reciprocal_cost(struct smpi_cost *c, size_t n) { smpi_divide_cost(c, false, n, frac); }
static void divide_cost(struct smpi_cost *c, size_t n) { smpi_divide_cost(c, true, n, frac); }

static double inverse(double x, double a) { return (void)a, x == 0 ? 0 : 1 / x; }
static double quotient(double x, double a) { return x == 0 ? 0 : a / x; }
static double reciprocal_bound(double x, double a, unsigned f) {
  (void)a;
  return (x == 0 ? 1 : 8 / fabs(x) + 1) * ldexp(1, -(int)f);
}
static double quotient_bound(double x, double a, unsigned f) {
  if (x == 0) return ldexp(1, -(int)f);
  if (fabs(x) >= ldexp(1, (int)f)) return fmax(fabs(a), 1) * ldexp(1, -(int)f);
  return (fabs(a / x) * 8 + 2 / fabs(x) + 1) * ldexp(1, -(int)f);
}

static struct curve reciprocals(unsigned f) {
  frac = f;
  return (struct curve){reciprocal, reciprocal_cost, inverse, reciprocal_bound, 1, 0, 0};
}

/* All magnitudes from 2^lo to 2^hi ring units, both signs, ends of every octave. */
static size_t magnitudes(int64_t *x, unsigned lo, unsigned hi, uint64_t seed) {
  size_t n = 0;
  for (unsigned i = lo; i <= hi; i++)
    for (int k = 0; k < 12; k++) {
      int64_t base = INT64_C(1) << i, at = k == 0   ? base
                                           : k == 1 ? 2 * base - 1
                                                    : base + (int64_t)(test_random(&seed) % (uint64_t)base);
      if (at > 1 || lo == 0) x[n++] = at;
      if (at > 1) x[n++] = -at;
    }
  return n;
}

static void reciprocals_of_all_magnitudes(void **state) {
  (void)state;
  static int64_t x[4096];
  for (unsigned f = 2; f <= 28; f++) {
    struct curve c = reciprocals(f);
    unsigned lowest = 3 * f > 60 ? 3 * f - 60 : 0; /* 1/x < 2^(61-2f) */
    size_t n = magnitudes(x, lowest, 61 < 4 * f ? 61 - f : 60, f);
    curve_check(&c, f % 2 + 2, f, x, NULL, n);
  }
}

static void reciprocals_one_by_one(void **state) {
  (void)state;
  struct curve c = reciprocals(20);
  curve_sweep(&c, 2, 20, 0.5, 4, 66001); /* more than a block */
  curve_sweep(&c, 2, 20, -3, -0.001, 5001);
  print_message("# worst: %.3g of the bound, at %g\n", c.worst, c.worst_at);
  assert_true(c.worst > 0.2);
}

static void nothing_by_zero(void **state) {
  (void)state;
  struct curve c = reciprocals(20);
  const int64_t at[] = {0, 1, INT64_C(1) << 41, -(INT64_C(1) << 55)};
  curve_check(&c, 3, 20, at, NULL, 4);
}

static void quotients(void **state) {
  (void)state;
  static int64_t x[4096], a[4096];
  uint64_t seed = 9;
  for (unsigned f = 8; f <= 24; f += 4) {
    struct curve c = {divide, divide_cost, quotient, quotient_bound, 2, 0, 0};
    frac = f;
    size_t n = magnitudes(x, 2, 60 - f, f);
    for (size_t i = 0; i < n; i++) {
      double most = fmin(ldexp(1, 60 - (int)f), fabs((double)x[i]) * ldexp(1, 60 - 2 * (int)f)); /* of a, ring units */
      a[i] = (int64_t)(most * ((double)(int64_t)test_random(&seed) / 9.3e18));
    }
    curve_check(&c, 2, f, x, a, n);
  }
}

static void the_header_states_the_cost(void **state) {
  (void)state;
  struct smpi_cost a = {.parties = 2}, b = {.parties = 2};
  smpi_divide_cost(&a, false, 640, 20);
  smpi_divide_cost(&b, true, 640, 20);
  assert_int_equal(a.rounds, 27);
  assert_int_equal(b.rounds, 29);
  assert_int_equal(a.bytes, 640 * 329.75);
  assert_int_equal(a.corr[SMPI_TRIPLE], 9 * 640);
  assert_int_equal(b.bytes - a.bytes, 24 * 640);
}

TEST_MAIN(T(reciprocals_of_all_magnitudes), T(reciprocals_one_by_one), T(nothing_by_zero), T(quotients),
          T(the_header_states_the_cost))
