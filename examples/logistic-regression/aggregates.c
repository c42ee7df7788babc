/* aggregates.c - Newton's method on securely summed gradients, Hessians and
 * log-likelihoods.
 *
 * Every hospital computes the three on its own rows in double precision, at the iterate
 * that all know; only their sums are opened.  As whole numbers: all predictors
 * lie in [-1, 1] (range), so gradients and Hessians are at most n in size, and
 * times 2^shift with n 2^shift <= 2^60 they are rounded to 2^-(shift + 1): for
 * a thousand rows to 4e-16, for 10^6 to 5e-13.  Log-likelihoods (at most 64 a row)
 * use 6 bits less.  So the result has nearly the precision of doubles.
 *
 * Whether to stop is decided by the opened whole numbers, the same at all parties.
 * Steps that lower the likelihood are halved. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

enum { LEAST_SHIFT = 60, LIKELIHOOD_BITS = 6 };
static const double enough = 1e-11; /* AGREEMENT: relative change of the deviance */

struct newton {
  size_t p, numbers;
  int shift;
  int64_t *packed;
  double *beta, *before, *penalty, *l; /* l: Hessian, then its factor */
  double unpenalised;                  /* log-likelihood */
  struct sums sums;
};

static bool begin(struct newton *t, size_t p) {
  *t = (struct newton){.p = p, .numbers = p + p * (p + 1) / 2 + 1};
  t->packed = calloc(t->numbers, sizeof *t->packed);
  t->beta = calloc(4 * p + 2 * p * p, sizeof *t->beta);
  if (t->beta == NULL) return false;
  t->before = t->beta + p;
  t->penalty = t->before + p;
  t->sums.gradient = t->penalty + p;
  t->sums.hessian = t->sums.gradient + p;
  t->l = t->sums.hessian + p * p;
  return t->packed != NULL;
}

static void end(struct newton *t) {
  free(t->packed);
  free(t->beta);
}

static int64_t whole(double v, int shift) { return llround(ldexp(v, shift)); }

static void pack(struct newton *t) {
  int64_t *out = t->packed;
  for (size_t j = 0; j < t->p; j++) *out++ = whole(t->sums.gradient[j], t->shift);
  for (size_t j = 0; j < t->p; j++)
    for (size_t k = 0; k <= j; k++) *out++ = whole(t->sums.hessian[j * t->p + k], t->shift);
  *out = whole(t->sums.log_likelihood, t->shift - LIKELIHOOD_BITS);
}

static void unpack(struct newton *t) {
  const int64_t *in = t->packed;
  for (size_t j = 0; j < t->p; j++) t->sums.gradient[j] = ldexp((double)*in++, -t->shift);
  for (size_t j = 0; j < t->p; j++)
    for (size_t k = 0; k <= j; k++, in++)
      t->sums.hessian[j * t->p + k] = t->sums.hessian[k * t->p + j] = ldexp((double)*in, -t->shift);
  t->sums.log_likelihood = ldexp((double)*in, LIKELIHOOD_BITS - t->shift);
}

/* The ridge L takes L/2 (b_j sd_j)^2 off for every column but the intercept, sd_j by division by n.
 * At the first iterate, 0, all weights are 1/4: the Hessian has the columns' sums
 * and squares. */
static void find_penalty(struct newton *t, double ridge) {
  const double *h = t->sums.hessian;
  double n = 4 * h[0];
  for (size_t j = 1; j < t->p && n > 0; j++) {
    double mean = 4 * h[j] / n, variance = 4 * h[j * (t->p + 1)] / n - mean * mean;
    t->penalty[j] = ridge * fmax(0, variance);
  }
}

static void penalise(struct newton *t) {
  t->unpenalised = t->sums.log_likelihood;
  for (size_t j = 1; j < t->p; j++) {
    t->sums.gradient[j] -= t->penalty[j] * t->beta[j];
    t->sums.hessian[j * (t->p + 1)] += t->penalty[j];
    t->sums.log_likelihood -= t->penalty[j] * t->beta[j] * t->beta[j] / 2;
  }
}

static smpc_err joint_sums(smpc_session *s, struct fit_job *job, struct newton *t, bool is_first) {
  memset(t->packed, 0, t->numbers * sizeof *t->packed);
  if (job->mine != NULL && !job->joint.estimating) {
    design_sums(job->mine, t->beta, &t->sums);
    pack(t);
  }
  smpc_shared *sum = fit_sum(s, job, t->packed, t->numbers, ldexp(1, LEAST_SHIFT), NULL, NULL);
  smpc_err err = fit_open(s, job, sum, FIT_STEPS, t->packed, t->numbers);
  smpc_shared_free(s, sum);
  unpack(t);
  if (is_first) find_penalty(t, job->model->ridge);
  penalise(t);
  return err;
}

/* n and events: what the scale is made of, and the null deviance. */
static smpc_err count_rows(smpc_session *s, struct fit_job *job, struct newton *t) {
  int64_t counts[2] = {0};
  if (job->mine != NULL) {
    counts[0] = (int64_t)job->mine->n;
    for (size_t i = 0; i < job->mine->n; i++) counts[1] += job->mine->y[i] > 0;
  }
  smpc_err err = fit_open(s, job, fit_sum(s, job, counts, 2, FIT_MOST_ROWS, NULL, NULL), FIT_STEPS, counts, 2);
  job->fit.n = counts[0];
  job->fit.events = counts[1];
  t->shift = LEAST_SHIFT;
  while (t->shift > 0 && counts[0] >> (LEAST_SHIFT - t->shift) != 0) t->shift--;
  return err;
}

/* beta += H^-1 g.  False: a column depends on others. */
static bool step(struct newton *t, struct fit_job *job) {
  memcpy(t->l, t->sums.hessian, t->p * t->p * sizeof *t->l);
  size_t dependent = cholesky(t->l, t->p);
  memcpy(t->before, t->beta, t->p * sizeof *t->beta);
  if (dependent < t->p) {
    if (dependent == 0) fit_refuse(job, "no row says anything: the weights are all zero");
    else if (dependent <= job->model->n_predictors)
      fit_refuse(job, "predictor '%s' is constant, or a combination of those before it (collinear), or separates the outcomes",
                 model_predictor(job->model, (unsigned)dependent - 1));
    else fit_refuse(job, "a site indicator depends on other columns: a hospital without rows?");
    return false;
  }
  cholesky_solve(t->l, t->sums.gradient, t->p);
  for (size_t j = 0; j < t->p; j++) t->beta[j] += t->sums.gradient[j];
  return true;
}

/* One more evaluation, and a step unless it went down.  *done: nothing moves any more. */
static smpc_err iterate(smpc_session *s, struct fit_job *job, struct newton *t, double *likelihood, bool *done) {
  bool is_first = isinf(*likelihood);
  smpc_err err = joint_sums(s, job, t, is_first);
  double now = t->sums.log_likelihood, change = now - *likelihood;
  if (err != SMPC_OK || job->joint.estimating) return err;
  *done = !is_first && fabs(change) <= enough * (fabs(now) + 0.05);
  if (!is_first && !*done && change < 0) {
    for (size_t j = 0; j < t->p; j++) t->beta[j] = (t->beta[j] + t->before[j]) / 2;
    return SMPC_OK;
  }
  *likelihood = now;
  if (!step(t, job)) *done = true;
  return SMPC_OK;
}

static void report(struct newton *t, struct fit_job *job) {
  struct fit *f = &job->fit;
  cholesky_inverse(t->l, t->sums.hessian, t->p);
  for (size_t j = 0; j < t->p; j++) {
    int range = j >= 1 && j <= job->model->n_predictors ? job->model->range[j - 1] : 0;
    f->beta[j] = ldexp(t->beta[j], -range);
    f->se[j] = ldexp(sqrt(t->sums.hessian[j * t->p + j]), -range);
  }
}

smpc_err fit_aggregates(smpc_session *s, struct fit_job *job) {
  struct newton t;
  double likelihood = -INFINITY;
  bool done = false;
  smpc_err err = begin(&t, job->fit.p) ? count_rows(s, job, &t) : SMPC_E_NOMEM;
  unsigned steps = 0;
  for (; steps < job->steps && !done && err == SMPC_OK; steps++) err = iterate(s, job, &t, &likelihood, &done);
  if (err == SMPC_OK && !done)
    fit_refuse(job, "no convergence within %u steps: a predictor may separate the outcomes; a `ridge` would help",
               job->steps);
  if (err == SMPC_OK && job->joint.refusal[0] == 0) {
    if (!job->joint.estimating) report(&t, job);
    job->fit.steps = steps;
    err = fit_scores(s, job, t.beta);
    job->fit.log_likelihood = t.unpenalised;
  }
  end(&t);
  return err;
}
