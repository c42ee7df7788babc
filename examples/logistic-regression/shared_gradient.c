/* shared_gradient.c - mini-batch gradient descent in shares, for models with many columns; step 4
 * of shared.c.
 *
 * Steps   1. three fifths of the epochs: for every batch B of the rows, each with its part of every hospital's,
 *              b -= rate ((1 / |B|) Z_B' (mu_B - y_B) + P b)                (18 rounds)
 *         2. the others: the same over all rows, from b + i / (i + 3) (b - the b before) at the i-th [Nes83]
 *         3. converged: the whole gradient, divided by n, is shorter than 2^-9 in the end
 * Why     rate is what the question says, or 4 / p and at most 1: with mean z_j^2 <= 1
 *         the Hessian of the mean loss has eigenvalues of at most p / 4, so that never overshoots.
 *         Batches come near in few epochs and then move around the optimum; the second part ends that.
 *         A gradient of length e leaves b within e / (the smallest eigenvalue) of it.
 * Ranges  as shared.c; a batch is no longer than all rows.
 * No Hessian, so no standard errors; two matrix-vector products a row and epoch, where Newton's
 * method takes p^2 products. */
#include <math.h>

#include "shared.h"

static const double gradient_below = 0x1p-18; /* AGREEMENT */

static double rate_of(const struct shared_fit *t) {
  double given = t->job->model->rate;
  return given > 0 ? given : fmin(1, 4 / (double)t->p);
}

/* P of step 1: the ridge's pull, by L / n times the variance of z_j; the intercept goes free.  p x 1. */
static void find_penalty(smpc_session *s, struct shared_fit *t) {
  double ridge = t->job->model->ridge, n = (double)t->count;
  if (ridge == 0) return;
  smpc_shared *turned = smpc_slice(s, t->z, 0, 1, fit_shape(t->n, t->k)), *squares = smpc_mul(s, turned, turned);
  smpc_shared *sums = fit_within(s, smpc_sum_rows(s, squares), SHARED_MEAN_SQUARE * n);
  smpc_shared *means = shared_halved(s, sums, t->m), *slopes = smpc_scale(s, ldexp(ridge / n, t->m) / n, means, 0);
  t->penalty = shared_fill(s, 1, 1, 0);
  t->penalty = shared_stack(s, t->penalty, smpc_transpose(s, slopes));
  smpc_shared *all[] = {turned, squares, means, slopes};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
}

static int power_above(size_t n) {
  int m = 0;
  while ((size_t)1 << m < n) m++;
  return m;
}

/* (1 / n) Z' (mu - y) + P b over n of the rows. */
static smpc_shared *gradient_of(smpc_session *s, const struct shared_fit *t, size_t first, size_t n) {
  struct shared_fit part = *t;
  smpc_shared *residuals;
  int m = power_above(n);
  double used = (double)t->count / (double)t->n; /* of the rows; about as many of these */
  part.z = smpc_slice(s, t->z, first, 0, fit_shape(n, t->p));
  part.zt = smpc_transpose(s, part.z);
  part.y = smpc_slice(s, t->y, first, 0, fit_shape(n, 1));
  shared_residuals(s, &part, &residuals, NULL);
  smpc_shared *sum = fit_within(s, smpc_matmul(s, part.zt, residuals), SHARED_MEAN_SQUARE * (double)t->count);
  smpc_shared *mean = shared_halved(s, sum, m), *gradient = smpc_scale(s, -ldexp(1, m) / ((double)n * used), mean, 0);
  smpc_shared *all[] = {part.z, part.zt, part.y, residuals, mean};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
  if (t->penalty == NULL) return gradient;
  smpc_shared *pull = smpc_mul(s, t->penalty, t->beta), *both = smpc_add(s, gradient, pull);
  smpc_shared_free(s, gradient);
  smpc_shared_free(s, pull);
  return both;
}

static void descend(smpc_session *s, struct shared_fit *t, size_t first, size_t n) {
  smpc_shared *gradient = gradient_of(s, t, first, n), *step = smpc_scale(s, rate_of(t), gradient, 0), *old = t->beta;
  t->beta = fit_within(s, smpc_sub(s, old, step), SHARED_MAX_BETA);
  smpc_shared *all[] = {gradient, step, old};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
}

static void an_epoch(smpc_session *s, struct shared_fit *t) {
  for (size_t b = 0; b < t->batches; b++) {
    size_t first = shared_batch_begin(t, b), n = shared_batch_begin(t, b + 1) - first;
    if (n > 0) descend(s, t, first, n);
  }
}

/* Step 2, the i-th from 0; *before: the b before, replaced. */
static void accelerated(smpc_session *s, struct shared_fit *t, unsigned i, smpc_shared **before) {
  smpc_shared *now = t->beta;
  smpc_shared *change = *before != NULL ? smpc_sub(s, now, *before) : NULL;
  if (change != NULL) {
    smpc_shared *ahead = smpc_scale(s, i / (i + 3.0), change, 0);
    t->beta = fit_within(s, smpc_add(s, now, ahead), SHARED_MAX_BETA);
    smpc_shared_free(s, ahead);
  } else t->beta = smpc_slice(s, now, 0, 0, fit_shape(t->p, 1));
  smpc_shared_free(s, change);
  smpc_shared_free(s, *before);
  *before = now;
  descend(s, t, 0, t->n);
}

void shared_gradient(smpc_session *s, struct shared_fit *t) {
  unsigned last = 2 * t->job->steps / 5;
  smpc_shared *before = NULL;
  find_penalty(s, t);
  for (unsigned e = 0; e + last < t->job->steps; e++) an_epoch(s, t);
  for (unsigned i = 0; i < last; i++) accelerated(s, t, i, &before);
  smpc_shared *gradient = gradient_of(s, t, 0, t->n);
  t->last = shared_norm(s, gradient);
  t->last_below = gradient_below;
  smpc_shared_free(s, gradient);
  smpc_shared_free(s, before);
}
