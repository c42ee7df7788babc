/* test_tails.c - examples/describe/tails.h against the closed forms of few degrees of freedom, and
 * tabulated values of others. */
#include "support/test.h"

#include <math.h>

#include "examples/describe/tails.h"

static void near(double got, double want, double relative) {
  if (!(fabs(got - want) <= relative * fabs(want))) fail_msg("%.17g instead of %.17g", got, want);
}

/* Towards 1 the subtraction leaves absolute errors alone, so relative ones hold for all. */
static void chi_square_has_closed_forms(void **state) {
  (void)state;
  for (double x = 1e-6; x < 1300; x *= 1.07) {
    near(chi_square_tail(x, 1), erfc(sqrt(x / 2)), 1e-10);
    near(chi_square_tail(x, 2), exp(-x / 2), 1e-10);
    near(chi_square_tail(x, 4), exp(-x / 2) * (1 + x / 2), 1e-10);
    near(chi_square_tail(x, 6), exp(-x / 2) * (1 + x / 2 + x * x / 8), 1e-10);
  }
}

static void t_has_closed_forms(void **state) {
  (void)state;
  for (double t = 1e-6; t < 1e6; t *= 1.1) {
    double c = t / sqrt(2 + t * t), d = t * t;
    near(t_tail(t, 1), t < 1 ? 1 - atan(t) * M_2_PI : atan(1 / t) * M_2_PI, 1e-10);
    near(t_tail(t, 2), 2 / ((2 + d) * (1 + c)), 1e-10);
    near(t_tail(-t, 2), t_tail(t, 2), 0);
  }
  for (double t = 0.01; t < 5; t *= 1.3) near(t_tail(t, 1e9), erfc(t * M_SQRT1_2), 1e-6); /* the normal distribution */
}

/* Critical values as in printed tables: 5 %, 1 % two-sided. */
static void tables_agree(void **state) {
  (void)state;
  near(t_tail(2.228138851964939, 10), 0.05, 1e-10);
  near(t_tail(2.749995653567231, 30), 0.01, 1e-9);
  near(chi_square_tail(18.307038053275146, 10), 0.05, 1e-10);
  near(chi_square_tail(135.80672317102676, 100), 0.01, 1e-9);
}

static void ends_are_kept(void **state) {
  (void)state;
  near(t_tail(0, 5), 1, 1e-15);
  near(chi_square_tail(0, 5), 1, 0);
  assert_true(t_tail(INFINITY, 5) == 0);
  assert_true(t_tail(1e200, 3) < 1e-300);
  assert_true(isnan(t_tail(1, 0)) && isnan(t_tail(NAN, 3)) && isnan(chi_square_tail(-1, 3)) &&
              isnan(chi_square_tail(NAN, 3)));
}

TEST_MAIN(T(chi_square_has_closed_forms), T(t_has_closed_forms), T(tables_agree), T(ends_are_kept))
