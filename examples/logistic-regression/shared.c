/* shared.c - `model-only`: Newton's method on shared rows, everything shared until
 * the final coefficients.
 *
 * Steps   1. rows n_i of each hospital, opened; n = their sum, 2^m >= n
 *         2. hospitals share their rows (n x k, |x| <= 1), outcomes, sum x / n and sum x^2 / n
 *         3. variance v = m2 - mean^2; c = 2^t with 4^-(t+1) <= v < 4^-t, t <= 6 (t = 6 also
 *            below that), from comparisons with public powers of 4; z = (x - mean) c
 *         4. `iterations` times, with Z = (1, z):
 *              mu = logistic(Z b), w = mu (1 - mu)
 *              H = Z' w Z / 2^m;  X = inverse(H), from the last X        (inverse.c)
 *              b += X (Z' (y - mu) / 2^m)
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
#include <string.h>

#include "program.h"

enum { MAX_SHIFT = 6, CONSTANT_SHIFT = 8, GRADIENT_BITS = 8 }; /* AGREEMENT */
enum { FIRST_STEPS = 18, WARM_STEPS = 6, LAST_STEPS = 8 };     /* AGREEMENT: of the inverse */
enum { STAND_IN = 1000 };                                      /* rows of a hospital, in an estimate */
enum { SOUND_COLUMNS, SOUND_INVERSE, SOUND_STEP, SOUNDS };
static const double residual_below = 0x1p-8, step_below = 0x1p-14; /* AGREEMENT */

struct shared_fit {
  struct fit_job *job;
  size_t n, k, p; /* rows; columns without and with the intercept */
  int m;          /* 2^m >= n */
  size_t rows[SMPC_MAX_PARTIES];
  smpc_shared *outcome, *y;             /* n x 1, whole; in fixed point */
  smpc_shared *mean, *c, *constant;     /* 1 x k; 1 x k; 1 x 1 count of constant columns */
  smpc_shared *zt, *z;                  /* p x n, and its transpose */
  smpc_shared *beta, *inverse, *residual, *step;
};

/* y's rows below x's; x, which is NULL at the start, is freed. */
static smpc_shared *stack(smpc_session *s, smpc_shared *x, smpc_shared *y) {
  if (x == NULL) return y;
  smpc_shared *both = smpc_concat(s, x, y);
  smpc_shared_free(s, x);
  smpc_shared_free(s, y);
  return both;
}

/* x is freed. */
static smpc_shared *halved(smpc_session *s, smpc_shared *x, int times) {
  smpc_shared *z = smpc_scale(s, ldexp(1, -times), x, 0);
  smpc_shared_free(s, x);
  return z;
}

static smpc_shared *fill(smpc_session *s, size_t rows, size_t cols, double value) {
  double *v = malloc(rows * cols * sizeof *v);
  for (size_t i = 0; v != NULL && i < rows * cols; i++) v[i] = value;
  smpc_shared *x = v == NULL ? NULL : smpc_constant(s, v, fit_shape(rows, cols));
  free(v);
  return x;
}

/* Step 1. */
static smpc_err open_rows(smpc_session *s, struct shared_fit *t) {
  struct fit_job *job = t->job;
  int64_t rows[SMPC_MAX_PARTIES] = {0};
  unsigned sites = job->roles.n_inputs;
  if (job->mine != NULL) rows[fit_site(job, job->cfg->me.id)] = (int64_t)job->mine->n;
  smpc_err err = fit_open(s, job, fit_sum(s, job, rows, sites, NULL, NULL), FIT_ROWS, rows, sites);
  for (unsigned i = 0; i < sites; i++) {
    t->rows[i] = job->estimating ? STAND_IN : (size_t)rows[i];
    t->n += t->rows[i];
  }
  while ((size_t)1 << t->m < t->n) t->m++;
  job->fit.n = (int64_t)t->n;
  return err;
}

/* --- 2: the rows ------------------------------------------------------------------- */

/* This hospital's numbers, row-major: rows, outcomes, and the moments of its columns. */
struct own {
  double *x, *moments;
  int64_t *y;
};

static bool own_new(struct own *o, const struct shared_fit *t) {
  const struct design *d = t->job->mine;
  size_t n = t->job->estimating ? STAND_IN : d != NULL ? d->n : 0;
  o->x = calloc(n * t->k + 1, sizeof *o->x);
  o->y = calloc(n + 1, sizeof *o->y);
  o->moments = calloc(2 * t->k, sizeof *o->moments);
  if (o->x == NULL || o->y == NULL || o->moments == NULL) return false;
  for (size_t i = 0; d != NULL && i < d->n; i++) {
    o->y[i] = d->y[i] > 0;
    for (size_t j = 0; j < t->k; j++) {
      double x = d->x[i * d->p + 1 + j];
      o->x[i * t->k + j] = x;
      o->moments[j] += x / (double)t->n;
      o->moments[t->k + j] += x * x / (double)t->n;
    }
  }
  return true;
}

static void own_free(struct own *o, const struct shared_fit *t) {
  const struct design *d = t->job->mine;
  if (d != NULL && o->x != NULL) explicit_bzero(o->x, d->n * t->k * sizeof *o->x);
  if (d != NULL && o->y != NULL) explicit_bzero(o->y, d->n * sizeof *o->y);
  free(o->x);
  free(o->y);
  free(o->moments);
}

static smpc_err share_rows(smpc_session *s, struct shared_fit *t, smpc_shared **x, smpc_shared **moments) {
  struct own own = {0};
  bool good = own_new(&own, t);
  *x = *moments = NULL;
  for (unsigned i = 0; good && i < SMPC_MAX_PARTIES; i++) {
    size_t n = t->rows[fit_site(t->job, i)];
    if (!fit_is_in(t->job->roles.inputs, i)) continue;
    smpc_shared *mine = smpc_input(s, smpc_p(i), own.moments, fit_shape(2, t->k));
    *moments = *moments ? smpc_add(s, *moments, mine) : mine;
    if (n == 0) continue;
    *x = stack(s, *x, smpc_input(s, smpc_p(i), own.x, fit_shape(n, t->k)));
    t->outcome = stack(s, t->outcome, smpc_input_i64(s, smpc_p(i), own.y, fit_shape(n, 1)));
  }
  own_free(&own, t);
  t->y = smpc_scale(s, 1, t->outcome, 0);
  return good ? smpc_session_error(s).code : SMPC_E_NOMEM;
}

/* --- 3: standardisation ---------------------------------------------------------------- */

/* c = 1 + sum_t [v < 4^-t] 2^(t-1), which is 2^t; and how many columns are constant. */
static void find_scale(smpc_session *s, struct shared_fit *t, const smpc_shared *variance) {
  smpc_shared *copies = NULL, *limits = NULL;
  for (int i = 1; i <= MAX_SHIFT + 1; i++) {
    copies = stack(s, copies, smpc_slice(s, variance, 0, 0, fit_shape(1, t->k)));
    limits = stack(s, limits, fill(s, 1, t->k, ldexp(1, -2 * (i > MAX_SHIFT ? CONSTANT_SHIFT : i))));
  }
  smpc_shared *below = smpc_less(s, copies, limits);
  smpc_shared *c = smpc_scale_i64(s, 1, smpc_slice(s, below, 0, 0, fit_shape(1, t->k)), 1);
  for (int i = 2; i <= MAX_SHIFT; i++)
    c = smpc_add(s, c, smpc_scale_i64(s, INT64_C(1) << (i - 1), smpc_slice(s, below, (size_t)i - 1, 0, fit_shape(1, t->k)), 0));
  t->c = c;
  t->constant = smpc_sum(s, smpc_slice(s, below, MAX_SHIFT, 0, fit_shape(1, t->k)));
}

static void standardise(smpc_session *s, struct shared_fit *t, smpc_shared *x, const smpc_shared *moments) {
  t->mean = smpc_slice(s, moments, 0, 0, fit_shape(1, t->k));
  smpc_shared *second = smpc_slice(s, moments, 1, 0, fit_shape(1, t->k));
  find_scale(s, t, smpc_sub(s, second, smpc_mul(s, t->mean, t->mean)));
  smpc_shared *centred = smpc_sub(s, x, t->mean), *z = smpc_mul(s, centred, t->c);
  smpc_shared_free(s, x);
  smpc_shared_free(s, centred);
  t->zt = stack(s, fill(s, 1, t->n, 1), smpc_transpose(s, z));
  t->z = smpc_transpose(s, t->zt);
  smpc_shared_free(s, z);
}

/* --- 4: a step ------------------------------------------------------------------------------ */

/* H := Z' w Z / 2^m and gradient := Z' (y - mu) / 2^(m - GRADIENT_BITS). */
static void evaluate(smpc_session *s, struct shared_fit *t, smpc_shared **hessian, smpc_shared **gradient) {
  smpc_shared *eta = smpc_matmul(s, t->z, t->beta), *mu = smpc_logistic(s, eta, SMPC_LOGISTIC_FINE);
  smpc_shared *square = smpc_mul(s, mu, mu), *w = smpc_sub(s, mu, square), *r = smpc_sub(s, t->y, mu);
  smpc_shared *row = smpc_reshape(s, w, fit_shape(1, t->n)), *weighted = smpc_mul(s, t->zt, row);
  smpc_shared *turned = smpc_transpose(s, weighted);
  *hessian = halved(s, smpc_matmul(s, t->zt, turned), t->m);
  *gradient = halved(s, smpc_matmul(s, t->zt, r), t->m > GRADIENT_BITS ? t->m - GRADIENT_BITS : 0);
  smpc_shared *all[] = {eta, mu, square, w, r, row, weighted, turned};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
}

static void newton(smpc_session *s, struct shared_fit *t, unsigned i) {
  smpc_shared *hessian, *gradient, *before = t->inverse;
  double trace = 0.275 * (double)t->p;
  bool is_last = i + 1 == t->job->model->steps;
  unsigned steps = i == 0 ? FIRST_STEPS : is_last ? LAST_STEPS : WARM_STEPS;
  evaluate(s, t, &hessian, &gradient);
  t->inverse = smpc_inverse(s, hessian, before, trace, steps, is_last ? &t->residual : NULL);
  smpc_shared *step = smpc_matmul(s, t->inverse, gradient), *old = t->beta;
  t->step = halved(s, step, t->m > GRADIENT_BITS ? GRADIENT_BITS : t->m);
  t->beta = smpc_add(s, old, t->step);
  smpc_shared *all[] = {hessian, gradient, before, old, is_last ? NULL : t->step};
  for (unsigned j = 0; j < sizeof all / sizeof *all; j++) smpc_shared_free(s, all[j]);
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
  smpc_shared *sizes = stack(s, t->residual, squared_norm(s, t->step));
  const double limits[2] = {residual_below, step_below}, zeros[2] = {-0x1p-16, -0x1p-16};
  smpc_shared *limit = smpc_constant(s, limits, fit_shape(2, 1)), *floor = smpc_constant(s, zeros, fit_shape(2, 1));
  smpc_shared *small = smpc_mul(s, smpc_less(s, sizes, limit), smpc_less(s, floor, sizes)); /* garbage may be negative */
  smpc_err err = fit_open(s, t->job, stack(s, columns, small), FIT_SOUND, flag, SOUNDS);
  *sound = err == SMPC_OK;
  for (unsigned i = 0; *sound && i < SOUNDS; i++)
    if (!flag[i] && fit_refuse(t->job, "%s", why[i])) *sound = false;
  return err;
}

/* (b_0 + t b, b c) and (t' X t, c^2 X_jj), one under the other: 2p x 1. */
static smpc_shared *unscaled(smpc_session *s, struct shared_fit *t) {
  smpc_shared *c = smpc_transpose(s, t->c), *diagonal = NULL;
  smpc_shared *shift = smpc_mul(s, smpc_transpose(s, t->mean), smpc_scale_i64(s, -1, c, 0)); /* k x 1 */
  smpc_shared *tv = smpc_concat(s, fill(s, 1, 1, 1), shift);
  smpc_shared *slopes = smpc_mul(s, smpc_slice(s, t->beta, 1, 0, fit_shape(t->k, 1)), c);
  for (size_t j = 1; j < t->p; j++) diagonal = stack(s, diagonal, smpc_slice(s, t->inverse, j, j, fit_shape(1, 1)));
  smpc_shared *intercept = smpc_matmul(s, smpc_transpose(s, tv), t->beta);
  smpc_shared *at_zero = smpc_matmul(s, smpc_transpose(s, tv), smpc_matmul(s, t->inverse, tv));
  smpc_shared *variances = smpc_mul(s, diagonal, smpc_mul(s, c, c));
  return stack(s, stack(s, intercept, slopes), stack(s, at_zero, variances));
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
  smpc_shared *x, *moments;
  bool sound = false;
  smpc_err err = open_rows(s, &t);
  if (err == SMPC_OK) err = share_rows(s, &t, &x, &moments);
  if (err != SMPC_OK) return err;
  standardise(s, &t, x, moments);
  t.beta = fill(s, t.p, 1, 0);
  for (unsigned i = 0; i < job->model->steps; i++) newton(s, &t, i);
  job->fit.steps = job->model->steps;
  err = open_sound(s, &t, &sound);
  return err == SMPC_OK && sound ? open_model(s, &t) : err;
}
