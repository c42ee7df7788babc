/* shared_steps.c - Newton's method and the fixed Hessian, in shares; step 4 of shared.c. */
#include <math.h>

#include "shared.h"

enum { FIRST_STEPS = 14, WARM_STEPS = 6, LAST_STEPS = 8, FROM_FIXED_STEPS = 14 }; /* AGREEMENT: of the inverse */
static const double step_below = 0x1p-14;                                         /* AGREEMENT */

/* --- Hessian and gradient ----------------------------------------------------------- */

void shared_residuals(smpc_session *s, const struct shared_fit *t, smpc_shared **residuals, smpc_shared **w) {
  smpc_shared *eta = fit_within(s, smpc_matmul(s, t->z, t->beta), SHARED_MAX_ETA),
              *mu = smpc_logistic(s, eta, SMPC_LOGISTIC_FINE);
  *residuals = fit_within(s, smpc_sub(s, t->y, mu), 1);
  if (w != NULL) {
    smpc_shared *square = smpc_mul(s, mu, mu);
    *w = fit_within(s, smpc_sub(s, mu, square), 0.25);
    smpc_shared_free(s, square);
  }
  smpc_shared_free(s, eta);
  smpc_shared_free(s, mu);
}

/* Z' diag(w) Z / 2^m, or Z' Z / 2^(m + 2) for no w. */
static smpc_shared *hessian_of(smpc_session *s, const struct shared_fit *t, const smpc_shared *w) {
  if (w == NULL)
    return shared_halved(s, fit_within(s, smpc_matmul(s, t->zt, t->z), SHARED_MEAN_SQUARE * (double)t->count),
                         t->m + 2);
  smpc_shared *row = smpc_reshape(s, w, fit_shape(1, t->n)), *weighted = smpc_mul(s, t->zt, row);
  smpc_shared *turned = smpc_transpose(s, weighted);
  smpc_shared *h = fit_within(s, smpc_matmul(s, t->zt, turned), SHARED_MEAN_SQUARE / 4 * (double)t->count);
  smpc_shared_free(s, row);
  smpc_shared_free(s, weighted);
  smpc_shared_free(s, turned);
  return shared_halved(s, h, t->m);
}

static int gradient_bits(const struct shared_fit *t) { return t->m < SHARED_GRADIENT_BITS ? t->m : SHARED_GRADIENT_BITS; }

/* Z' r / 2^(m - gradient_bits). */
static smpc_shared *gradient_of(smpc_session *s, const struct shared_fit *t, const smpc_shared *residuals) {
  smpc_shared *g = fit_within(s, smpc_matmul(s, t->zt, residuals), SHARED_MEAN_SQUARE * (double)t->count);
  return shared_halved(s, g, t->m - gradient_bits(t));
}

/* --- the ridge -------------------------------------------------------------------------- */

/* The penalty, from the first Hessian: the weights are 1/4 there. */
static void find_penalty(smpc_session *s, struct shared_fit *t, const smpc_shared *hessian) {
  double ridge = t->job->model->ridge;
  if (ridge == 0) return;
  smpc_shared *weights = shared_slopes(s, t->p, 4 * ridge / (double)t->count);
  t->penalty = smpc_mul(s, hessian, weights);
  smpc_shared_free(s, weights);
}

/* x := x + y or x - y; the old x and y are freed. */
static void change(smpc_session *s, smpc_shared **x, smpc_shared *y, bool minus) {
  smpc_shared *z = minus ? smpc_sub(s, *x, y) : smpc_add(s, *x, y);
  smpc_shared_free(s, *x);
  smpc_shared_free(s, y);
  *x = z;
}

static void penalise(smpc_session *s, const struct shared_fit *t, smpc_shared **hessian, smpc_shared **gradient) {
  if (t->penalty == NULL) return;
  if (hessian != NULL) change(s, hessian, smpc_slice(s, t->penalty, 0, 0, fit_shape(t->p, t->p)), false);
  if (gradient == NULL) return;
  smpc_shared *pull = fit_within(s, smpc_matmul(s, t->penalty, t->beta), SHARED_MEAN_SQUARE * SHARED_MAX_BETA);
  change(s, gradient, smpc_scale_i64(s, INT64_C(1) << gradient_bits(t), pull, 0), true);
  smpc_shared_free(s, pull);
}

/* --- the steps ------------------------------------------------------------------------------ */

static double trace_of(const struct shared_fit *t) {
  double a_column = SHARED_MEAN_SQUARE / 4 + SHARED_MEAN_SQUARE * t->job->model->ridge / (double)t->count;
  return a_column * (double)t->p;
}

/* beta += X gradient; the gradient is freed. */
static void move(smpc_session *s, struct shared_fit *t, smpc_shared *gradient) {
  double most = ldexp(SHARED_MAX_BETA, gradient_bits(t));
  smpc_shared *product = fit_within(s, smpc_matmul(s, t->inverse, gradient), most);
  smpc_shared *step = shared_halved(s, product, gradient_bits(t)), *old = t->beta;
  t->beta = fit_within(s, smpc_add(s, old, step), SHARED_MAX_BETA);
  smpc_shared_free(s, t->earlier);
  t->earlier = t->last;
  t->last = shared_norm(s, step);
  smpc_shared_free(s, old);
  smpc_shared_free(s, step);
  smpc_shared_free(s, gradient);
}

/* inverse := of the Hessian, which is freed. */
static void invert(smpc_session *s, struct shared_fit *t, smpc_shared *hessian, unsigned steps, smpc_shared **residual) {
  smpc_shared *before = t->inverse;
  t->inverse = smpc_inverse(s, hessian, before, trace_of(t), steps, residual);
  smpc_shared_free(s, before);
  smpc_shared_free(s, hessian);
}

static void newton(smpc_session *s, struct shared_fit *t, unsigned steps, smpc_shared **residual) {
  smpc_shared *residuals, *w;
  shared_residuals(s, t, &residuals, &w);
  smpc_shared *hessian = hessian_of(s, t, w), *gradient = gradient_of(s, t, residuals);
  smpc_shared_free(s, residuals);
  smpc_shared_free(s, w);
  if (t->inverse == NULL) find_penalty(s, t, hessian);
  penalise(s, t, &hessian, &gradient);
  invert(s, t, hessian, steps, residual);
  move(s, t, gradient);
}

static void with_fixed_hessian(smpc_session *s, struct shared_fit *t) {
  smpc_shared *hessian = hessian_of(s, t, NULL), *residuals;
  find_penalty(s, t, hessian);
  penalise(s, t, &hessian, NULL);
  invert(s, t, hessian, FIRST_STEPS, &t->rank);
  for (unsigned i = 0; i + 1 < t->job->steps; i++) {
    shared_residuals(s, t, &residuals, NULL);
    smpc_shared *gradient = gradient_of(s, t, residuals);
    smpc_shared_free(s, residuals);
    penalise(s, t, NULL, &gradient);
    move(s, t, gradient);
  }
  newton(s, t, FROM_FIXED_STEPS, &t->residual);
  smpc_shared_free(s, t->earlier); /* of another method: not to be compared */
  t->earlier = NULL;
}

void shared_steps(smpc_session *s, struct shared_fit *t) {
  unsigned n = t->job->steps;
  t->last_below = step_below;
  if (t->job->method == MODEL_FIXED_HESSIAN) {
    with_fixed_hessian(s, t);
    return;
  }
  for (unsigned i = 0; i < n; i++) {
    unsigned steps = i == 0 ? FIRST_STEPS : i + 1 == n ? LAST_STEPS : WARM_STEPS;
    newton(s, t, steps, i == 0 ? &t->rank : i + 1 == n ? &t->residual : NULL);
  }
}
