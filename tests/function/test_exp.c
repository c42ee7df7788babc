/* test_exp.c - function/exp.h over its domain, for several scales. */
#include "function/exp.h"

#include "curve.h"

static smpc_err run(struct smpc_session *s, shr *z, shr *const in[], size_t n) { return smpi_exp(s, z, in[0], n); }
static double exact(double x, double a) { return (void)a, exp(x); }
static double bound(double x, double a, unsigned f) {
  (void)a;
  return (exp(x) * (4 + fabs(x) / 2) + 1) * ldexp(1, -(int)f);
}
static struct curve curve(void) { return (struct curve){run, smpi_exp_cost, exact, bound, 1, 0, 0}; }

static double highest(unsigned f) { return floor((60 - 2 * f) * M_LN2 * ldexp(1, (int)f)) * ldexp(1, -(int)f); }

static void the_whole_domain(void **state) {
  (void)state;
  struct curve c = curve();
  curve_sweep(&c, 2, 20, -20, highest(20), 66001); /* more than a block */
  curve_sweep(&c, 3, 20, -1, 1, 4001);
  print_message("# worst: %.3g of the bound, at %g\n", c.worst, c.worst_at);
  assert_true(c.worst > 0.2);
}

static void every_scale(void **state) {
  (void)state;
  struct curve c = curve();
  for (unsigned f = 1; f <= 28; f += 3)
    curve_sweep(&c, 2, f, -ldexp(1, 59 - 2 * (int)f) < -40 ? -40 : -7, highest(f), 2001);
}

static void the_ends(void **state) {
  (void)state;
  struct curve c = curve();
  const int64_t at[] = {0, 1, -1, curve_fixed(highest(20), 20), curve_fixed(-13.86, 20), curve_fixed(-13.87, 20),
                        curve_fixed(-1000, 20), -(INT64_C(1) << 40) + 1};
  curve_check(&c, 5, 20, at, NULL, sizeof at / sizeof *at);
}

static void the_header_states_the_cost(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2};
  smpi_exp_cost(&c, 640);
  assert_int_equal(c.rounds, 21);
  assert_int_equal(c.bytes, 640 * 326.875);
  assert_int_equal(c.corr[SMPI_TRIPLE], 12 * 640);
  assert_int_equal(c.corr[SMPI_TRUNC], 8 * 640);
}

TEST_MAIN(T(the_whole_domain), T(every_scale), T(the_ends), T(the_header_states_the_cost))
