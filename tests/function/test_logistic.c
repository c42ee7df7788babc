/* test_logistic.c - function/logistic.h over the whole line, for several scales. */
#include "function/logistic.h"

#include "curve.h"

static smpc_err fine(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_logistic_fine(s, z, in[0], n);
}
static smpc_err coarse(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_logistic_coarse(s, z, in[0], n);
}

static double logistic(double x, double a) { return (void)a, 1 / (1 + exp(-x)); }
static double three_pieces(double x, double a) { return (void)a, x < -0.5 ? 0 : x < 0.5 ? x + 0.5 : 1; }
static double fine_bound(double x, double a, unsigned f) { return (void)x, (void)a, 1.25e-5 + ldexp(8, -(int)f); }
static double no_error(double x, double a, unsigned f) { return (void)x, (void)a, (void)f, 1e-300; }

static struct curve fine_curve(void) {
  return (struct curve){fine, smpi_logistic_fine_cost, logistic, fine_bound, 1, 0, 0};
}

static void fine_keeps_its_bound(void **state) {
  (void)state;
  struct curve c = fine_curve();
  curve_sweep(&c, 2, 20, -17, 17, 70001); /* more than a block */
  curve_sweep(&c, 3, 20, -0.01, 0.01, 501);
  curve_sweep(&c, 5, 26, -12, 12, 2001);
  print_message("# worst: %.3g of the bound, at %g\n", c.worst, c.worst_at);
  assert_true(c.worst > 0.4); /* the bound is not idle */
}

/* What users rely on at 20 bits: 1.5e-5 for |x| <= 16. */
static double promised(double x, double a, unsigned f) { return (void)x, (void)a, (void)f, 1.5e-5; }
static void fine_is_as_promised(void **state) {
  (void)state;
  struct curve c = fine_curve();
  c.bound = promised;
  curve_sweep(&c, 2, 20, -16, 16, 65536);
  curve_sweep(&c, 2, 24, -16, 16, 30001);
}

static void fine_at_every_scale(void **state) {
  (void)state;
  struct curve c = fine_curve();
  for (unsigned f = 3; f <= 28; f++) curve_sweep(&c, 2, f, -14, 14, 3001);
}

/* The steps themselves and their neighbours, and numbers as large as the ring takes. */
static void fine_at_the_ends(void **state) {
  (void)state;
  static const double at[] = {0.625, 1.25, 2.125, 3.375, 4.625, 6.375, 9.375, 11.375, 0, 16, 1000};
  struct curve c = fine_curve();
  int64_t x[72];
  size_t n = 0;
  for (size_t i = 0; i < sizeof at / sizeof *at; i++)
    for (int sign = -1; sign <= 1; sign += 2)
      for (int off = -1; off <= 1; off++) x[n++] = sign * curve_fixed(at[i], 20) + off;
  x[n++] = (INT64_C(1) << 62) - 1;
  x[n++] = -(INT64_C(1) << 62);
  curve_check(&c, 2, 20, x, NULL, n);
}

static void coarse_is_exact(void **state) {
  (void)state;
  struct curve c = {coarse, smpi_logistic_coarse_cost, three_pieces, no_error, 1, 0, 0};
  for (unsigned f = 1; f <= 28; f += 9) curve_sweep(&c, 2 + f % 2, f, -2, 2, 4001);
  const int64_t ends[] = {-(1 << 19) - 1, -(1 << 19), -(1 << 19) + 1, (1 << 19) - 1, 1 << 19, (1 << 19) + 1,
                          (INT64_C(1) << 62) - 1, -(INT64_C(1) << 62), 0};
  curve_check(&c, 3, 20, ends, NULL, sizeof ends / sizeof *ends);
}

static void the_headers_state_the_cost(void **state) {
  (void)state;
  struct smpi_cost a = {.parties = 2}, b = {.parties = 2};
  smpi_logistic_fine_cost(&a, 640);
  smpi_logistic_coarse_cost(&b, 640);
  assert_int_equal(a.rounds, 12);
  assert_int_equal(a.bytes, 458 * 640);
  assert_int_equal(a.corr[SMPI_TRIPLE], 4 * 640);
  assert_int_equal(a.corr[SMPI_TRUNC], 3 * 640);
  assert_int_equal(b.rounds, 9);
  assert_int_equal(b.bytes, (uint64_t)(69.25 * 640));
}

TEST_MAIN(T(fine_keeps_its_bound), T(fine_is_as_promised), T(fine_at_every_scale), T(fine_at_the_ends),
          T(coarse_is_exact), T(the_headers_state_the_cost))
