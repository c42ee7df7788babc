/* programs.c - see programs.h. */
#include "support/programs.h"

#include "session/session.h"

static const smpc_shape FOUR = {2, 2}, ROW = {1, 4};
static const int64_t WHOLE_X[4] = {3, -5, 0, 70000}, WHOLE_Y[4] = {3, 9, -1, 2};
static const double FIXED_X[4] = {1.5, -2.25, 0, 100.125}, FIXED_Y[4] = {-0.5, 4, 3, 0.0625};

/* --- operands: x from party 0, y from party 1 ------------------------------------- */

static smpc_shared *whole_x(smpc_session *s) { return smpc_input_i64(s, smpc_p(0), WHOLE_X, FOUR); }
static smpc_shared *whole_y(smpc_session *s) { return smpc_input_i64(s, smpc_p(1), WHOLE_Y, FOUR); }
static smpc_shared *fixed_x(smpc_session *s) { return smpc_input(s, smpc_p(0), FIXED_X, FOUR); }
static smpc_shared *fixed_y(smpc_session *s) { return smpc_input(s, smpc_p(1), FIXED_Y, FOUR); }

/* f(x, y), with x input first: the order in which arguments are evaluated is the compiler's. */
typedef smpc_shared *operation(smpc_session *s, const smpc_shared *x, const smpc_shared *y);
static smpc_shared *of_whole(smpc_session *s, operation *f) {
  smpc_shared *x = whole_x(s);
  return f(s, x, whole_y(s));
}
static smpc_shared *of_fixed(smpc_session *s, operation *f) {
  smpc_shared *x = fixed_x(s);
  return f(s, x, fixed_y(s));
}

/* --- the programs -------------------------------------------------------------------- */

static smpc_shared *share(smpc_session *s) { return whole_x(s); }
static smpc_shared *constant(smpc_session *s) {
  smpc_shared *x = smpc_constant_i64(s, WHOLE_X, FOUR);
  return smpc_add(s, x, whole_y(s));
}
static smpc_shared *local(smpc_session *s) {
  smpc_shared *x = smpc_transpose(s, whole_x(s)), *d = smpc_sub(s, x, whole_y(s)), *scaled = smpc_scale_i64(s, -2, d, 1);
  return smpc_concat(s, scaled, smpc_sum_rows(s, d));
}
static smpc_shared *mul(smpc_session *s) { return of_whole(s, smpc_mul); }
static smpc_shared *mul_fixed(smpc_session *s) { return of_fixed(s, smpc_mul); }
static smpc_shared *nearest(smpc_session *s) {
  return smpc_set_rounding(s, SMPC_ROUND_NEAREST) == SMPC_OK ? mul_fixed(s) : NULL;
}
static void products(smpc_session *s, void *user) {
  (void)user;
  of_whole(s, smpc_matmul);
}
static smpc_shared *prepared(smpc_session *s) {
  return smpc_preprocess(s, products, NULL) == SMPC_OK ? of_whole(s, smpc_matmul) : NULL;
}
static smpc_shared *scale(smpc_session *s) { return smpc_scale(s, 0.5, fixed_x(s), 1); }
static smpc_shared *matmul(smpc_session *s) {
  smpc_shared *x = whole_x(s), *xy = smpc_matmul(s, x, whole_y(s));
  return smpc_concat(s, xy, smpc_matmul(s, x, x));
}
static smpc_shared *matmul_fixed(smpc_session *s) { return of_fixed(s, smpc_matmul); }
static smpc_shared *less(smpc_session *s) { return of_whole(s, smpc_less); }
static smpc_shared *less_full(smpc_session *s) { return of_whole(s, smpc_less_full); }
static smpc_shared *equal(smpc_session *s) { return of_whole(s, smpc_equal); }
static smpc_shared *select_one(smpc_session *s) {
  static const int64_t bits[4] = {1, 0, 0, 1};
  smpc_shared *bit = smpc_input_i64(s, smpc_p(1), bits, FOUR), *x = whole_x(s);
  return smpc_select(s, bit, x, whole_y(s));
}
static smpc_shared *reciprocal(smpc_session *s) { return smpc_reciprocal(s, fixed_y(s)); }
static smpc_shared *divide(smpc_session *s) { return of_fixed(s, smpc_divide); }
static smpc_shared *exponential(smpc_session *s) { return smpc_exp(s, fixed_y(s)); }
static smpc_shared *logistic(smpc_session *s) {
  smpc_shared *fine = smpc_logistic(s, fixed_x(s), SMPC_LOGISTIC_FINE);
  return smpc_concat(s, fine, smpc_logistic(s, fixed_y(s), SMPC_LOGISTIC_COARSE));
}
static smpc_shared *inverse(smpc_session *s) {
  static const double a[4] = {1, 0.25, 0.25, 0.5};
  smpc_shared *x = fixed_x(s), *zero = smpc_sub(s, x, fixed_x(s)), *residual;
  return smpc_inverse(s, smpc_add(s, smpc_constant(s, a, FOUR), zero), NULL, 1.5, 6, &residual);
}
static smpc_shared *largest(smpc_session *s) { return smpc_max(s, smpc_reshape(s, whole_x(s), ROW)); }

/* So little noise that it is 0, but for 2 of 10^7. */
static smpc_shared *noise(smpc_session *s) { return smpc_noise_laplace(s, 3, FOUR); }

/* Items 1 .. 5 of party 1, the hub, and 4 .. 9 of party 0, with their tenfold and their negatives. */
static smpc_shared *join(smpc_session *s) {
  static const uint64_t item[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  static const int64_t ten[5] = {10, 20, 30, 40, 50}, negative[6] = {-4, -5, -6, -7, -8, -9};
  const smpc_psi_rows of[2] = {{{.n = 6, .flat = item + 3, .item_len = 8}, NULL, negative},
                               {{.n = 5, .flat = item, .item_len = 8}, NULL, ten}};
  unsigned me = s == NULL ? 0 : smpi_me(s);
  smpc_psi_star q = SMPC_PSI_STAR_INIT;
  smpc_psi_joined j;
  q.owners = 2;
  q.owner[0] = (smpc_psi_owner){smpc_p(1), 7, 0, 1};
  q.owner[1] = (smpc_psi_owner){smpc_p(0), 0, 0, 1};
  if (smpc_psi_join(s, &q, me < 2 ? &of[me] : NULL, &j) != SMPC_OK) return NULL;
  smpc_shared *sum = smpc_sum(s, j.matched);
  for (unsigned i = 0; i < 2; i++) sum = smpc_concat(s, sum, smpc_sum(s, j.whole[i]));
  return sum;
}

/* Items 1 .. 4 of party 0, and 3 .. 7 of party 1, by whether they are even; each counts once. */
static smpc_shared *tally(smpc_session *s) {
  static const uint64_t item[7] = {1, 2, 3, 4, 5, 6, 7};
  static const uint32_t even[7] = {0, 1, 0, 1, 0, 1, 0};
  static const uint64_t sizes[2] = {6, 5};
  const smpc_items of[2] = {{.n = 4, .flat = item, .item_len = 8}, {.n = 5, .flat = item + 2, .item_len = 8}};
  unsigned me = s == NULL ? 0 : smpi_me(s);
  smpc_psi q = SMPC_PSI_INIT;
  q.owners.bits = 3;
  q.sizes = sizes;
  return smpc_psi_tally(s, &q, me < 2 ? &of[me] : NULL, me == 1 ? even + 2 : even, 2, NULL);
}

const struct program programs[] = {
    {"share", false, share, 4, {3, -5, 0, 70000}, 0},
    {"constant", false, constant, 4, {6, 4, -1, 70002}, 0},
    /* d = x^T - y = {0, -9, -4, 69998} */
    {"local", false, local, 6, {1, 19, 9, -139995, -4, 69989}, 0},
    {"mul", true, mul, 4, {9, -45, 0, 140000}, 0},
    {"mul_fixed", true, mul_fixed, 4, {-0.75, -9, 0, 6.2578125}, 2e-6},
    {"nearest", true, nearest, 4, {-0.75, -9, 0, 6.2578125}, 1e-6},
    {"prepared", true, prepared, 4, {14, 17, -70000, 140000}, 0},
    {"scale", true, scale, 4, {1.75, -0.125, 1, 51.0625}, 2e-6},
    {"matmul", true, matmul, 8, {14, 17, -70000, 140000, 9, -350015, 0, 4900000000}, 0},
    {"matmul_fixed", true, matmul_fixed, 4, {-7.5, 5.859375, 300.375, 6.2578125}, 2e-6},
    {"less", true, less, 4, {0, 1, 0, 0}, 0},
    {"less_full", true, less_full, 4, {0, 1, 0, 0}, 0},
    {"equal", true, equal, 4, {1, 0, 0, 0}, 0},
    {"select", true, select_one, 4, {3, 9, -1, 70000}, 0},
    {"max", true, largest, 1, {70000}, 0},
    {"reciprocal", true, reciprocal, 4, {-2, 0.25, 1.0 / 3, 16}, 1e-4},
    {"divide", true, divide, 4, {-3, -0.5625, 0, 1602}, 1e-2},
    {"exp", true, exponential, 4, {0.60653066, 54.59815, 20.085537, 1.0644945}, 4e-4},
    {"logistic", true, logistic, 8, {0.81757448, 0.09534946, 0.5, 1, 0, 1, 1, 0.5625}, 1.5e-5},
    {"noise", true, noise, 4, {0, 0, 0, 0}, 0},
    {"psi_join", false, join, 3, {2, 90, -9}, 0, true},
    {"psi_tally", false, tally, 2, {4, 3}, 0, true},
    {"inverse", true, inverse, 4, {8 / 7.0, -4 / 7.0, -4 / 7.0, 16 / 7.0}, 1e-5},
};
const size_t n_programs = sizeof programs / sizeof *programs;

smpc_err program_run(const struct program *p, smpc_session *s, unsigned parties, double *out) {
  smpc_who all = {(UINT64_C(1) << parties) - 1};
  return smpc_open(s, p->run(s), all, "test", out, p->n);
}
