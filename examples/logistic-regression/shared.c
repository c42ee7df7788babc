/* shared.c - `model-only`: Newton's method on shared rows, everything shared until
 * the final coefficients.
 *
 * Steps   (columns split: shared_columns.c instead of 1 to 3)
 *         1. rows n_i of each hospital, opened; n = their sum, 2^m >= n
 *         2. hospitals share their rows (n x k, |x| <= 1), outcomes, sum x / n and sum x^2 / n
 *         3. variance v = m2 - mean^2; c = 2^t with 4^-(t+1) <= v < 4^-t, t <= 6 (t = 6 also
 *            below that), from comparisons with public powers of 4; z = (x - mean) c
 *         4. b := 0; by the method of the question (program.c chooses where it says none):
 *            Newton's method, with Z = (1, z), `iterations` times (shared_steps.c):
 *              mu = logistic(Z b), w = mu (1 - mu)
 *              H = Z' w Z / 2^m + P;  X = inverse(H), from the last X        (inverse.c)
 *              b += X (Z' (y - mu) / 2^m - P b)
 *            the fixed Hessian [BL88]: H = Z' Z / 2^(m + 2) + P, which is above every other, and X once;
 *              then the steps alone, and a step of Newton's method as the last, from that X: H X <= I
 *            gradient descent in batches (shared_gradient.c)
 *            P, for a ridge L, the diagonal (0, 4 L/n H_jj) of the first H, where w = 1/4:
 *            4 H_jj 2^m / n is the variance of z_j, so L/2 (b_j sd_j)^2 is taken off
 *         5. sound: four bits are opened, and without them nothing else:
 *              no variance below 4^-8;
 *              rank: |I - H X|^2 < 2^-8 at the first inverse, after 14 steps: no eigenvalue below
 *                about 1.7e-4 of the trace;
 *              no separation: the same at the last inverse, where weights that vanish make H singular;
 *                and the last step is converged, or |step|^2 below half of the one before (Newton's method
 *                squares the error; on separated outcomes every step has the same length);
 *              converged: |last step|^2 < 2^-14
 *         6. b_j c_j; intercept b_0 - sum mean_j c_j b_j; variances c_j^2 X_jj and t' X t,
 *            t = (1, -mean_j c_j): opened to the recipients, with 7's where nobody else may know them
 *         7. accuracy, AUC, log-likelihood: scores.c where all hospitals are recipients, else
 *            shared_scores.c
 * Ranges  Products must stay below R = 2^(62-2f), which is 2^22 for f = 20 fractional bits.  A column
 *         lies in [-1, 1] (its hospital checks), so |z| <= 2 * 2^6.  After step 3 the mean of z_j^2 is
 *         below 1.1, so by Cauchy and Schwarz no entry of Z' w Z exceeds 1.1 n / 4, and
 *         none of Z' Z or Z' r exceeds 1.1 n, nor do their partial sums: n < R / 1.1 is asked for.  H
 *         has eigenvalues below its trace, p (0.275 + 1.1 L/n), L <= n.  Of a fit that step 5 calls sound:
 *         |b_j| < 64 (an odds ratio of e^64 a standard deviation), |Z b| < 2^10, n times a variance of
 *         a coefficient below 2^20.  Where that does not hold, the results are meaningless, and step 5 says so
 *         but for a chance of 2^-30 that garbage lies in its narrow limits.  All this is stated
 *         in the program (fit_within), so that smpc_estimate() checks the rest: no range warning.
 * Error   with 20 fractional bits, in units of the standardised coefficients: logistic()
 *         is off by at most 1.5e-5, which moves b by about 4 times as much; the gradient
 *         is rounded to 2^-20 after division by 2^(m-8): nothing beside that; X's
 *         error only slows the iteration down.  Standard errors: X_jj is off by about
 *         p |X| 2^-20, so 1e-4 of it where eigenvalues are above 0.1.  The fixed Hessian's error shrinks by a
 *         factor in every step, by half where weights are 1/8, and its last step squares it.
 *         Gradient descent: shared_gradient.c.
 * Leaks   what step 1 and 5 open; the truncations, as docs/threat-model.md says.
 * Differs from the usual standardisation: powers of two, which are exact and need no
 *         square root; the model is the same.
 */
#include <math.h>
#include <stdlib.h>

#include "shared.h"

enum { SOUND_COLUMNS, SOUND_RANK, SOUND_SEPARATION, SOUND_CONVERGED, SOUNDS };
static const double residual_below = 0x1p-8, above = -0x1p-16; /* AGREEMENT */

/* --- small things --------------------------------------------------------------------- */

smpc_shared *shared_stack(smpc_session *s, smpc_shared *x, smpc_shared *y) {
  if (x == NULL) return y;
  smpc_shared *both = smpc_concat(s, x, y);
  smpc_shared_free(s, x);
  smpc_shared_free(s, y);
  return both;
}

smpc_shared *shared_gather(smpc_session *s, smpc_shared **part, size_t n) {
  if (n < 2) return n == 1 ? part[0] : NULL;
  smpc_shared *upper = shared_gather(s, part, n / 2), *lower = shared_gather(s, part + n / 2, n - n / 2);
  return shared_stack(s, upper, lower);
}

smpc_shared *shared_norm(smpc_session *s, smpc_shared *column) {
  smpc_shared *row = smpc_transpose(s, column), *sum = smpc_matmul(s, row, column);
  smpc_shared_free(s, row);
  return fit_within(s, sum, SHARED_MAX_NORM);
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

static smpc_shared *one(smpc_session *s) { return smpc_constant_i64(s, &(const int64_t){1}, fit_shape(1, 1)); }
static smpc_shared *row_of(smpc_session *s, const smpc_shared *x, size_t i) { return smpc_slice(s, x, i, 0, fit_shape(1, 1)); }
static smpc_shared *either(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  smpc_shared *sum = smpc_add(s, x, y);
  return smpc_sub(s, sum, smpc_mul(s, x, y));
}

/* Is each of the sums of squares below its limit?  Garbage, which has left the ring, may be negative: not that either. */
static smpc_shared *are_small(smpc_session *s, const struct shared_fit *t) {
  const smpc_shared *sums[] = {t->rank, t->residual, t->last, t->last}, *zero = shared_fill(s, 1, 1, 0);
  const double limits[] = {residual_below, residual_below, t->last_below};
  smpc_shared *x = NULL, *limit = smpc_constant(s, limits, fit_shape(3, 1));
  for (unsigned i = 0; i < 4; i++) x = shared_stack(s, x, smpc_slice(s, sums[i] ? sums[i] : zero, 0, 0, fit_shape(1, 1)));
  smpc_shared *less = t->earlier ? smpc_scale(s, 0.5, t->earlier, 0) : shared_fill(s, 1, 1, 0);
  limit = shared_stack(s, limit, less);
  smpc_shared *below = smpc_less(s, x, limit);
  return smpc_mul(s, below, smpc_less(s, shared_fill(s, 4, 1, above), x));
}

/* The four bits of step 5. */
static smpc_shared *sound_bits(smpc_session *s, const struct shared_fit *t) {
  smpc_shared *small = are_small(s, t), *converged = row_of(s, small, 2), *columns = smpc_less(s, t->constant, one(s));
  smpc_shared *shrinks = t->earlier ? either(s, converged, row_of(s, small, 3)) : one(s);
  smpc_shared *bits = smpc_concat(s, columns, row_of(s, small, 0));
  bits = smpc_concat(s, bits, smpc_mul(s, shrinks, row_of(s, small, 1)));
  return smpc_concat(s, bits, converged);
}

static smpc_err open_sound(smpc_session *s, struct shared_fit *t, bool *sound) {
  static const char *const why[SOUNDS] = {
      [SOUND_COLUMNS] = "a predictor is constant, or its `range` in the question is far too wide",
      [SOUND_RANK] = "the columns depend on one another (collinear), or nearly: a condition beyond 5000; a `ridge` would help",
      [SOUND_SEPARATION] = "a predictor, or several together, separates the outcomes; a `ridge` would help",
      [SOUND_CONVERGED] = "no convergence within the agreed `iterations`: a predictor may separate the outcomes"};
  int64_t flag[SOUNDS];
  smpc_err err = fit_open(s, t->job, sound_bits(s, t), FIT_SOUND, flag, SOUNDS);
  *sound = err == SMPC_OK;
  for (unsigned i = 0; *sound && i < SOUNDS; i++)
    if (!flag[i] && fit_refuse(t->job, "%s", why[i])) *sound = false;
  return err;
}

/* What goes back to the hospitals' units: t of step 6. */
struct back { smpc_shared *c, *t; };

static struct back back_of(smpc_session *s, const struct shared_fit *t) {
  smpc_shared *c = smpc_transpose(s, t->c), *shift = smpc_transpose(s, t->mean);
  shift = smpc_mul(s, shift, smpc_scale_i64(s, -1, c, 0));
  return (struct back){c, smpc_concat(s, shared_fill(s, 1, 1, 1), shift)};
}

/* b_0 - sum mean_j c_j b_j; b c. */
static smpc_shared *coefficients(smpc_session *s, const struct shared_fit *t, const struct back *b) {
  smpc_shared *slopes = smpc_mul(s, smpc_slice(s, t->beta, 1, 0, fit_shape(t->k, 1)), b->c);
  smpc_shared *intercept = smpc_matmul(s, smpc_transpose(s, b->t), t->beta);
  return smpc_concat(s, fit_within(s, intercept, SHARED_MAX_VARIANCE), slopes);
}

/* t' X t, c^2 X_jj. */
static smpc_shared *variances(smpc_session *s, const struct shared_fit *t, const struct back *b) {
  smpc_shared *diagonal = NULL;
  for (size_t j = 1; j < t->p; j++) diagonal = shared_stack(s, diagonal, smpc_slice(s, t->inverse, j, j, fit_shape(1, 1)));
  smpc_shared *at = fit_within(s, smpc_matmul(s, t->inverse, b->t), SHARED_MAX_VARIANCE);
  smpc_shared *intercept = fit_within(s, smpc_matmul(s, smpc_transpose(s, b->t), at), SHARED_MAX_VARIANCE);
  smpc_shared *slopes = fit_within(s, smpc_mul(s, diagonal, smpc_mul(s, b->c, b->c)), SHARED_MAX_VARIANCE);
  return smpc_concat(s, intercept, slopes);
}

/* All that opens; the sums of what is opened are rounded to the nearest. */
static smpc_shared *words_of(smpc_session *s, struct shared_fit *t, const smpc_shared *scores) {
  if (smpc_set_rounding(s, SMPC_ROUND_NEAREST) != SMPC_OK) return NULL;
  struct back b = back_of(s, t);
  smpc_shared *all = coefficients(s, t, &b);
  if (t->inverse != NULL) all = smpc_concat(s, all, variances(s, t, &b));
  return fit_words(s, t->job, t->m, t->n, smpc_sum(s, t->outcome), all, scores);
}

/* Every hospital scores its own rows, with the model that it knows. */
static smpc_err score_rows(smpc_session *s, struct fit_job *job) {
  double *beta = calloc(job->fit.p, sizeof *beta);
  if (beta == NULL) return SMPC_E_NOMEM;
  for (size_t j = 0; j < job->fit.p; j++) beta[j] = fit_word(job, j);
  smpc_err err = fit_scores(s, job, beta);
  free(beta);
  return err;
}

static smpc_err open_model(smpc_session *s, struct shared_fit *t) {
  struct fit_job *job = t->job;
  const struct joint *j = &job->joint;
  bool all_know = !j->is_held && t->used == NULL && (j->roles.inputs.bits & ~j->roles.recipients.bits) == 0;
  smpc_shared *scores = NULL;
  if (!all_know)
    scores = fit_shared_scores(s, job, fit_within(s, smpc_matmul(s, t->z, t->beta), SHARED_MAX_ETA), t->outcome, t->used);
  smpc_err err = joint_tell(s, j, NULL);
  if (err == SMPC_OK) err = joint_open(s, &job->joint, words_of(s, t, scores));
  if (err != SMPC_OK) return err;
  if (joint_is_in(j->roles.recipients, j->cfg->me.id)) fit_decode(&job->joint);
  return all_know ? score_rows(s, job) : SMPC_OK;
}

smpc_err fit_shared(smpc_session *s, struct fit_job *job) {
  struct shared_fit t = {.job = job, .p = job->fit.p, .k = job->fit.p - 1};
  bool sound = false;
  smpc_err err = job->model->split == MODEL_COLUMNS ? shared_columns(s, &t) : shared_rows(s, &t);
  if (err != SMPC_OK || job->joint.refusal[0] != 0) return err;
  t.beta = shared_fill(s, t.p, 1, 0);
  if (job->method == MODEL_GRADIENT) shared_gradient(s, &t);
  else shared_steps(s, &t);
  err = open_sound(s, &t, &sound);
  return err == SMPC_OK && sound ? open_model(s, &t) : err;
}
