/* shared_steps.c - the steps of the `model-only` fit; step 4 of shared.c. */
#include <math.h>

#include "shared.h"

enum { FIRST_STEPS = 18, WARM_STEPS = 6, LAST_STEPS = 8 }; /* AGREEMENT: of the inverse */

/* --- 4: a step ------------------------------------------------------------------------------ */

/* H := Z' w Z / 2^m and gradient := Z' (y - mu) / 2^(m - SHARED_GRADIENT_BITS). */
static void evaluate(smpc_session *s, struct shared_fit *t, smpc_shared **hessian, smpc_shared **gradient) {
  smpc_shared *eta = smpc_matmul(s, t->z, t->beta), *mu = smpc_logistic(s, eta, SMPC_LOGISTIC_FINE);
  smpc_shared *square = smpc_mul(s, mu, mu), *w = smpc_sub(s, mu, square), *r = smpc_sub(s, t->y, mu);
  smpc_shared *row = smpc_reshape(s, w, fit_shape(1, t->n)), *weighted = smpc_mul(s, t->zt, row);
  smpc_shared *turned = smpc_transpose(s, weighted);
  *hessian = shared_halved(s, smpc_matmul(s, t->zt, turned), t->m);
  *gradient = shared_halved(s, smpc_matmul(s, t->zt, r), t->m > SHARED_GRADIENT_BITS ? t->m - SHARED_GRADIENT_BITS : 0);
  smpc_shared *all[] = {eta, mu, square, w, r, row, weighted, turned};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
}

/* The penalty, from the first Hessian: w is 1/4 there. */
static void find_penalty(smpc_session *s, struct shared_fit *t, const smpc_shared *hessian) {
  double ridge = t->job->model->ridge;
  if (ridge == 0) return;
  smpc_shared *weights = shared_slopes(s, t->p, 4 * ridge / (double)t->n);
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

static void penalise(smpc_session *s, struct shared_fit *t, smpc_shared **hessian, smpc_shared **gradient) {
  if (t->penalty == NULL) return;
  int larger = t->m < SHARED_GRADIENT_BITS ? t->m : SHARED_GRADIENT_BITS;
  smpc_shared *pull = smpc_matmul(s, t->penalty, t->beta);
  change(s, gradient, smpc_scale_i64(s, INT64_C(1) << larger, pull, 0), true);
  change(s, hessian, smpc_slice(s, t->penalty, 0, 0, fit_shape(t->p, t->p)), false);
  smpc_shared_free(s, pull);
}

static void newton(smpc_session *s, struct shared_fit *t, unsigned i) {
  smpc_shared *hessian, *gradient, *before = t->inverse;
  double p = (double)t->p, trace = 0.275 * p + 1.1 * p * t->job->model->ridge / (double)t->n;
  bool is_last = i + 1 == t->job->model->steps;
  unsigned steps = i == 0 ? FIRST_STEPS : is_last ? LAST_STEPS : WARM_STEPS;
  evaluate(s, t, &hessian, &gradient);
  if (i == 0) find_penalty(s, t, hessian);
  penalise(s, t, &hessian, &gradient);
  t->inverse = smpc_inverse(s, hessian, before, trace, steps, is_last ? &t->residual : NULL);
  smpc_shared *step = smpc_matmul(s, t->inverse, gradient), *old = t->beta;
  t->step = shared_halved(s, step, t->m > SHARED_GRADIENT_BITS ? SHARED_GRADIENT_BITS : t->m);
  t->beta = smpc_add(s, old, t->step);
  smpc_shared *all[] = {hessian, gradient, before, old, is_last ? NULL : t->step};
  for (unsigned j = 0; j < sizeof all / sizeof *all; j++) smpc_shared_free(s, all[j]);
}

void shared_steps(smpc_session *s, struct shared_fit *t) {
  t->beta = shared_fill(s, t->p, 1, 0);
  for (unsigned i = 0; i < t->job->model->steps; i++) newton(s, t, i);
  t->job->fit.steps = t->job->model->steps;
}
