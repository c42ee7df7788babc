/* shared.c - `model-only`: Newton's method on shared rows, everything shared until
 * the final coefficients.
 *
 * Steps   1. rows n_i of each hospital, opened; n = their sum, 2^m >= n
 *         2. hospitals share their rows (n x k, |x| <= 1), outcomes, sum x / n and sum x^2 / n
 *         3. variance v = m2 - mean^2; c = 2^t with 4^-(t+1) <= v < 4^-t, t <= 6 (t = 6 also
 *            below that), from comparisons with public powers of 4; z = (x - mean) c
 *         4. `iterations` times, with Z = (1, z):
 *              mu = logistic(Z b), w = mu (1 - mu)
 *              H = Z' w Z / 2^m + P;  X = inverse(H), from the last X        (inverse.c)
 *              b += X (Z' (y - mu) / 2^m - P b)
 *            P, for a ridge L, the diagonal (0, 4 L/n H_jj) of the first H, where w = 1/4:
 *            4 H_jj 2^m / n is the variance of z_j, so L/2 (b_j sd_j)^2 is taken off
 *         5. sound: no variance below 4^-8, |I - H X|^2 < 2^-8, |last step|^2 < 2^-14; the
 *            bits are opened, and without them nothing else
 *         6. b_j c_j; intercept b_0 - sum mean_j c_j b_j; variances c_j^2 X_jj and t' X t,
 *            t = (1, -mean_j c_j): opened to the recipients
 *         7. accuracy, AUC, log-likelihood: scores.c where all hospitals are recipients, else
 *            shared_scores.c
 * Ranges  After step 3 the mean of z_j^2 is below 1.1, so by Cauchy and Schwarz no entry of
 *         Z' w Z exceeds 1.1 n / 4 and none of Z' r exceeds 1.1 n: both below 2^20
 *         for n < 2^19, where products must stay below 2^22 (20 fractional bits).
 *         H has eigenvalues below its trace, p/4 * 1.1; X's entries, 1 / the smallest
 *         eigenvalue, must stay below 2^21.
 * Error   with 20 fractional bits, in units of the standardised coefficients: logistic()
 *         is off by at most 1.5e-5, which moves b by about 4 times as much; the gradient
 *         is rounded to 2^-20 after division by 2^(m-8): nothing beside that; X's
 *         error only slows the iteration down.  Standard errors: X_jj is off by about
 *         p |X| 2^-20, so 1e-4 of it where eigenvalues are above 0.1.
 * Leaks   what step 1 and 5 open; the truncations, as docs/threat-model.md says.
 * Differs from the usual standardisation: powers of two, which are exact and need no
 *         square root; the model is the same.
 */
#include <math.h>
#include <stdlib.h>

#include "shared.h"

enum { SOUND_COLUMNS, SOUND_INVERSE, SOUND_STEP, SOUNDS };
static const double residual_below = 0x1p-8, step_below = 0x1p-14; /* AGREEMENT */

/* --- small things --------------------------------------------------------------------- */

smpc_shared *shared_stack(smpc_session *s, smpc_shared *x, smpc_shared *y) {
  if (x == NULL) return y;
  smpc_shared *both = smpc_concat(s, x, y);
  smpc_shared_free(s, x);
  smpc_shared_free(s, y);
  return both;
}

smpc_shared *shared_halved(smpc_session *s, smpc_shared *x, int times) {
  smpc_shared *z = smpc_scale(s, ldexp(1, -times), x, 0);
  smpc_shared_free(s, x);
  return z;
}

smpc_shared *shared_fill(smpc_session *s, size_t rows, size_t cols, double value) {
  double *v = malloc(rows * cols * sizeof *v);
  for (size_t i = 0; v != NULL && i < rows * cols; i++) v[i] = value;
  smpc_shared *x = v == NULL ? NULL : smpc_constant(s, v, fit_shape(rows, cols));
  free(v);
  return x;
}

smpc_shared *shared_slopes(smpc_session *s, size_t p, double value) {
  double *v = calloc(p * p, sizeof *v);
  for (size_t j = 1; v != NULL && j < p; j++) v[j * p + j] = value;
  smpc_shared *x = v == NULL ? NULL : smpc_constant(s, v, fit_shape(p, p));
  free(v);
  return x;
}

/* --- 5 to 7: what is opened --------------------------------------------------------------------- */

static smpc_shared *squared_norm(smpc_session *s, smpc_shared *column) {
  return smpc_matmul(s, smpc_transpose(s, column), column);
}

static smpc_err open_sound(smpc_session *s, struct shared_fit *t, bool *sound) {
  static const char *const why[SOUNDS] = {
      "a predictor is constant, or its `range` in the question is far too wide",
      "the columns depend on one another (collinear), or a predictor separates the outcomes",
      "no convergence within the agreed `iterations`: a predictor may separate the outcomes"};
  int64_t flag[SOUNDS];
  const int64_t one = 1;
  smpc_shared *columns = smpc_less(s, t->constant, smpc_constant_i64(s, &one, fit_shape(1, 1)));
  smpc_shared *sizes = shared_stack(s, t->residual, squared_norm(s, t->step));
  const double limits[2] = {residual_below, step_below}, zeros[2] = {-0x1p-16, -0x1p-16};
  smpc_shared *limit = smpc_constant(s, limits, fit_shape(2, 1)), *floor = smpc_constant(s, zeros, fit_shape(2, 1));
  smpc_shared *small = smpc_mul(s, smpc_less(s, sizes, limit), smpc_less(s, floor, sizes)); /* garbage may be negative */
  smpc_err err = fit_open(s, t->job, shared_stack(s, columns, small), FIT_SOUND, flag, SOUNDS);
  *sound = err == SMPC_OK;
  for (unsigned i = 0; *sound && i < SOUNDS; i++)
    if (!flag[i] && fit_refuse(t->job, "%s", why[i])) *sound = false;
  return err;
}

/* (b_0 + t b, b c) and (t' X t, c^2 X_jj), one under the other: 2p x 1. */
static smpc_shared *unscaled(smpc_session *s, struct shared_fit *t) {
  smpc_shared *c = smpc_transpose(s, t->c), *diagonal = NULL;
  smpc_shared *shift = smpc_mul(s, smpc_transpose(s, t->mean), smpc_scale_i64(s, -1, c, 0)); /* k x 1 */
  smpc_shared *tv = smpc_concat(s, shared_fill(s, 1, 1, 1), shift);
  smpc_shared *slopes = smpc_mul(s, smpc_slice(s, t->beta, 1, 0, fit_shape(t->k, 1)), c);
  for (size_t j = 1; j < t->p; j++) diagonal = shared_stack(s, diagonal, smpc_slice(s, t->inverse, j, j, fit_shape(1, 1)));
  smpc_shared *intercept = smpc_matmul(s, smpc_transpose(s, tv), t->beta);
  smpc_shared *at_zero = smpc_matmul(s, smpc_transpose(s, tv), smpc_matmul(s, t->inverse, tv));
  smpc_shared *variances = smpc_mul(s, diagonal, smpc_mul(s, c, c));
  return shared_stack(s, shared_stack(s, intercept, slopes), shared_stack(s, at_zero, variances));
}

static smpc_err open_model(smpc_session *s, struct shared_fit *t) {
  struct fit_job *job = t->job;
  struct fit *f = &job->fit;
  int64_t events = 0;
  double *out = calloc(2 * t->p, sizeof *out);
  if (out == NULL) return SMPC_E_NOMEM;
  for (size_t i = 0; job->mine != NULL && i < job->mine->n; i++) events += job->mine->y[i] > 0;
  smpc_shared *count = fit_sum(s, job, &events, 1, NULL, NULL);
  bool all_know = (job->roles.inputs.bits & ~job->roles.recipients.bits) == 0;
  smpc_err err = fit_open(s, job, count, FIT_RESULT, &f->events, 1);
  if (err == SMPC_OK && !all_know) err = fit_shared_scores(s, job, smpc_matmul(s, t->z, t->beta), t->outcome);
  if (err == SMPC_OK) err = smpc_set_rounding(s, SMPC_ROUND_NEAREST); /* of what is opened */
  smpc_shared *all = unscaled(s, t);
  if (err == SMPC_OK) err = fit_open_real(s, job, all, FIT_RESULT, out, 2 * t->p);
  for (size_t j = 0; j < t->p; j++) {
    int range = j >= 1 && j <= job->model->n_predictors ? job->model->range[j - 1] : 0;
    f->beta[j] = ldexp(out[j], -range);
    f->se[j] = ldexp(sqrt(ldexp(out[t->p + j], -t->m)), -range);
  }
  if (err == SMPC_OK && all_know) err = fit_scores(s, job, out);
  free(out);
  return err;
}

smpc_err fit_shared(smpc_session *s, struct fit_job *job) {
  struct shared_fit t = {.job = job, .p = job->fit.p, .k = job->fit.p - 1};
  bool sound = false;
  smpc_err err = shared_rows(s, &t);
  if (err != SMPC_OK || job->refusal[0] != 0) return err;
  shared_steps(s, &t);
  err = open_sound(s, &t, &sound);
  return err == SMPC_OK && sound ? open_model(s, &t) : err;
}
