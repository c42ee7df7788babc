/* scores.c - accuracy, AUC and log-likelihood of a model that all hospitals know.
 *
 * Every hospital scores its own rows and counts them by outcome in BINS public bins of
 * the predicted probability.  Twice the Mann-Whitney sum is
 *     sum_i pos_i (2 (neg_0 + .. + neg_(i-1)) + neg_i),
 * ties within a bin at one half: a product of joint counts, taken in shares.  Opened:
 * the sum, the tied pairs (half of them bounds the error), the rows on the
 * right side of 0.5, and the log-likelihood. */
#include <math.h>
#include <stdlib.h>

#include "program.h"

enum { BINS = 1024 }; /* AGREEMENT */
enum { SCALE = 24 };  /* AGREEMENT: of the log-likelihood, |sum| <= 64 * 2^24 a hospital */
enum { CORRECT, LIKELIHOOD, COUNTS, MANN_WHITNEY = COUNTS, TIES, NUMBERS };

struct score { int64_t count[COUNTS], positive[BINS], negative[BINS], below[BINS]; };

static void score_rows(struct score *c, const struct design *d, const double *beta) {
  double likelihood = 0;
  for (size_t i = 0; i < d->n; i++) {
    double mu = design_score(d, i, beta);
    bool y = d->y[i] > 0;
    unsigned bin = mu < 1 ? (unsigned)(mu * BINS) : BINS - 1;
    (y ? c->positive : c->negative)[bin]++;
    c->count[CORRECT] += (mu >= 0.5) == y;
    likelihood += fmax(-64, log(y ? mu : 1 - mu));
  }
  c->count[LIKELIHOOD] = llround(ldexp(likelihood, SCALE));
  for (int64_t i = 0, negatives = 0; i < BINS; i++) {
    c->below[i] = 2 * negatives + c->negative[i];
    negatives += c->negative[i];
  }
}

smpc_err fit_scores(smpc_session *s, struct fit_job *job, const double *beta) {
  struct score *c = calloc(1, sizeof *c);
  int64_t out[NUMBERS];
  struct fit *f = &job->fit;
  if (c == NULL) return SMPC_E_NOMEM;
  if (job->mine != NULL && !job->joint.estimating) score_rows(c, job->mine, beta);
  smpc_shared *counts = fit_sum(s, job, c->count, COUNTS, ldexp(64 * FIT_MOST_ROWS, SCALE), NULL, NULL);
  smpc_shared *positive = fit_sum(s, job, c->positive, BINS, FIT_MOST_ROWS, NULL, NULL);
  smpc_shared *both = fit_sum(s, job, c->below, BINS, 2 * FIT_MOST_ROWS, NULL, NULL);
  both = smpc_concat(s, both, fit_sum(s, job, c->negative, BINS, FIT_MOST_ROWS, NULL, NULL));
  free(c);
  smpc_shared *pairs = smpc_mul(s, both, positive);
  const double most = 2 * FIT_MOST_ROWS * FIT_MOST_ROWS; /* pairs, twice */
  smpc_shared *all = smpc_transpose(s, counts);
  for (unsigned i = 0; i < 2; i++)
    all = smpc_concat(s, all, fit_within(s, smpc_sum(s, smpc_slice(s, pairs, i, 0, fit_shape(1, BINS))), most));
  smpc_err err = fit_open(s, job, all, FIT_RESULT, out, NUMBERS);
  double pairs_in_all = (double)f->events * (double)(f->n - f->events);
  f->accuracy = (double)out[CORRECT] / (double)f->n;
  f->log_likelihood = ldexp((double)out[LIKELIHOOD], -SCALE);
  f->auc = (double)out[MANN_WHITNEY] / (2 * pairs_in_all);
  f->auc_error = (double)out[TIES] / (2 * pairs_in_all);
  return err;
}
