/* test_functions.c - the functions of smpc.h: values, estimates, refusals, and the
 * inverse of matrices. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "support/parties.h"

enum { N = 6, SIDE = 4 };
struct results { double v[8][N], inverse[SIDE * SIDE], warm[SIDE * SIDE], residual[3]; smpc_err err; smpc_cost spent[8]; };

static const double X[N] = {0.25, 1, -3.5, 7, 0.0009765625, -11}, Y[N] = {2, -0.5, 3, 100, 1000, 0.125};

static void show(smpc_session *s, const smpc_shared *x, double *out, size_t n, struct results *r) {
  double sink[SIDE * SIDE];
  smpc_who everybody = {s->cfg.parties == 3 ? 3u : 7u};
  smpc_err err = smpc_open(s, x, everybody, "test", s->is_dry || smpi_me(s) != 0 ? sink : out, n);
  if (smpi_me(s) == 0) r->err = err;
}

/* Symmetric, eigenvalues from 0.05 to 2.3; and one close to it. */
static const double A[SIDE * SIDE] = {1.0, 0.5, 0.2, 0.1, 0.5, 0.8, 0.3, 0.0, 0.2, 0.3, 0.6, 0.35, 0.1, 0.0, 0.35, 0.4};

static void everything(smpc_session *s, void *user) {
  struct results *r = user;
  smpc_shape row = {1, N}, square = {SIDE, SIDE};
  smpc_shared *x = smpc_input(s, smpc_p(0), X, row), *y = smpc_input(s, smpc_p(1), Y, row);
  smpc_shared *residual[3] = {0}, *a = smpc_input(s, smpc_p(1), A, square);
  show(s, smpc_reciprocal(s, x), r->v[0], N, r);
  show(s, smpc_divide(s, x, y), r->v[1], N, r);
  show(s, smpc_exp(s, x), r->v[2], N, r);
  show(s, smpc_logistic(s, x, SMPC_LOGISTIC_FINE), r->v[3], N, r);
  show(s, smpc_logistic(s, x, SMPC_LOGISTIC_COARSE), r->v[4], N, r);
  show(s, smpc_divide(s, smpc_slice(s, x, 0, 1, (smpc_shape){1, 1}), y), r->v[5], N, r);
  smpc_shared *inverse = smpc_inverse(s, a, NULL, 2.8, 14, &residual[0]);
  smpc_shared *near = smpc_scale(s, 0.9, a, 0);
  smpc_shared *warm = smpc_inverse(s, near, inverse, 0, 4, &residual[1]);
  (void)smpc_inverse(s, a, NULL, 2.8, 3, &residual[2]); /* too few */
  show(s, inverse, r->inverse, SIDE * SIDE, r);
  show(s, warm, r->warm, SIDE * SIDE, r);
  for (unsigned i = 0; i < 3; i++) show(s, residual[i], &r->residual[i], 1, r);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct results *r = ctx;
  everything(s, r);
  r->spent[me] = smpc_session_spent(s);
}

static void check(const double *got, double (*f)(double, double), double tolerance) {
  for (unsigned i = 0; i < N; i++) {
    double want = f(X[i], Y[i]);
    if (!(fabs(got[i] - want) <= tolerance * fmax(1, fabs(want))))
      fail_msg("at %g, %g: %.9g, not %.9g", X[i], Y[i], got[i], want);
  }
}

static double reciprocal(double x, double y) { return (void)y, 1 / x; }
static double divide(double x, double y) { return x / y; }
static double divide_one(double x, double y) { return (void)x, 1 / y; }
static double exponential(double x, double y) { return (void)y, exp(x); }
static double logistic(double x, double y) { return (void)y, 1 / (1 + exp(-x)); }
static double coarse(double x, double y) { return (void)y, x < -0.5 ? 0 : x < 0.5 ? x + 0.5 : 1; }

/* The largest |(k A X - I)_ij|, computed in the clear. */
static double misfit(const double *x, double k) {
  double worst = 0;
  for (unsigned i = 0; i < SIDE; i++)
    for (unsigned j = 0; j < SIDE; j++) {
      double sum = i == j ? -1 : 0;
      for (unsigned l = 0; l < SIDE; l++) sum += k * A[i * SIDE + l] * x[l * SIDE + j];
      worst = fmax(worst, fabs(sum));
    }
  return worst;
}

static void values_and_estimates(void **state) {
  (void)state;
  for (unsigned n = 2; n <= 3; n++) {
    struct results r = {0}, unused = {0};
    struct parties p = {.n = n, .dealer = true, .seed = n};
    smpc_config cfg;
    uint8_t secret[32];
    smpc_cost cost;
    parties_config(&cfg, secret, &p, 0);
    assert_int_equal(smpc_estimate(&cfg, everything, &unused, &cost), SMPC_OK);
    parties_run_ok(&p, body, &r, NULL);
    assert_int_equal(r.err, SMPC_OK);
    check(r.v[0], reciprocal, 1e-5);
    check(r.v[1], divide, 1e-4);
    check(r.v[2], exponential, 1e-5);
    check(r.v[3], logistic, 2e-5);
    check(r.v[4], coarse, 1e-9);
    check(r.v[5], divide_one, 1e-5);
    assert_true(misfit(r.inverse, 1) < 2e-4);
    assert_true(misfit(r.warm, 0.9) < 2e-4);
    assert_true(r.residual[0] < 1e-5 && r.residual[1] < 1e-5 && r.residual[2] > 0.01);
    uint64_t bytes = 0;
    for (unsigned i = 0; i < n; i++) {
      assert_int_equal(r.spent[i].rounds, cost.rounds);
      bytes = r.spent[i].bytes > bytes ? r.spent[i].bytes : bytes;
    }
    assert_int_equal(bytes, cost.bytes);
  }
}

/* --- the header's cost of a step ------------------------------------------------------- */

static void invert(smpc_session *s, void *steps) {
  smpc_shared *a = smpc_input(s, smpc_p(1), A, (smpc_shape){SIDE, SIDE});
  smpc_shared_free(s, smpc_inverse(s, a, NULL, 2.8, *(const unsigned *)steps, NULL));
}

static void a_step_of_the_inverse_costs_as_stated(void **state) {
  (void)state;
  smpc_config cfg;
  uint8_t secret[32];
  smpc_cost few, more;
  unsigned three = 3, four = 4;
  parties_config(&cfg, secret, &(struct parties){.n = 2, .dealer = true}, 0);
  assert_int_equal(smpc_estimate(&cfg, invert, &three, &few), SMPC_OK);
  assert_int_equal(smpc_estimate(&cfg, invert, &four, &more), SMPC_OK);
  assert_int_equal(more.rounds - few.rounds, 4);
  assert_int_equal(more.bytes - few.bytes, 40 * SIDE * SIDE);
  assert_int_equal(few.bytes, (3 * 40 + 8) * SIDE * SIDE);
}

/* --- refusals: each in a session of its own -------------------------------------------- */

static void whole(smpc_session *s) { smpc_exp(s, smpc_constant_i64(s, (int64_t[]){1}, (smpc_shape){1, 1})); }
static smpc_shared *one(smpc_session *s) { return smpc_constant(s, (double[]){1}, (smpc_shape){1, 1}); }
static void strength(smpc_session *s) { smpc_logistic(s, one(s), (smpc_logistic_strength)7); }
static void oblong(smpc_session *s) {
  smpc_inverse(s, smpc_constant(s, (double[]){1, 2}, (smpc_shape){1, 2}), NULL, 1, 3, NULL);
}
static void bound(smpc_session *s) { smpc_inverse(s, one(s), NULL, 0, 3, NULL); }
static void steps(smpc_session *s) { smpc_inverse(s, one(s), NULL, 1, 101, NULL); }
static void start(smpc_session *s) {
  smpc_inverse(s, one(s), smpc_constant(s, (double[]){1, 2}, (smpc_shape){1, 2}), 1, 3, NULL);
}
static void misfits(smpc_session *s) {
  smpc_divide(s, smpc_constant(s, (double[]){1, 2, 3}, (smpc_shape){1, 3}),
              smpc_constant(s, (double[]){1, 2}, (smpc_shape){1, 2}));
}
static void nothing(smpc_session *s) { smpc_reciprocal(s, NULL); }

static void refusing(struct smpc_session *s, unsigned me, void *ctx) {
  (void)me;
  void (*const *wrong)(smpc_session *) = ctx;
  (*wrong)(s);
}

static void wrong_arguments_are_refused(void **state) {
  (void)state;
  static const struct { void (*run)(smpc_session *); smpc_err err; } all[] = {
      {whole, SMPC_E_SHAPE}, {strength, SMPC_E_ARG}, {oblong, SMPC_E_SHAPE}, {bound, SMPC_E_ARG}, {steps, SMPC_E_ARG},
      {start, SMPC_E_SHAPE}, {misfits, SMPC_E_SHAPE}, {nothing, SMPC_E_ARG}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct parties_result r;
    void (*run)(smpc_session *) = all[i].run;
    parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 3}, refusing, &run, &r);
    assert_true(r.close[0] == all[i].err || r.close[1] == all[i].err);
  }
}

TEST_MAIN(T(values_and_estimates), T(a_step_of_the_inverse_costs_as_stated), T(wrong_arguments_are_refused))
