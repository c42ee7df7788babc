/* shared_scores.c - accuracy, AUC and log-likelihood of a model that the hospitals do
 * not know: from shared linear predictors and shared outcomes.
 *
 * Steps   1. A_ti = [eta_i < knot_t] for KNOTS public knots                  (8 rounds)
 *         2. P = A y and N = A 1 - P: events and others below each knot       (1 round)
 *         3. twice the Mann-Whitney sum: over the cells between knots
 *            (P_hi - P_lo)(N_hi + N_lo); pairs in one cell (P_hi - P_lo)(N_hi - N_lo)
 *         4. right at 0.5: N_0 + (events - P_0), with the knot at 0
 *         5. sum of y eta - log(1 + e^eta), where with c the knot below eta, u = eta - c, s
 *            the logistic function
 *              log(1 + e^eta) = log(1 + e^c) + (s(c) + s(eta)) u / 2
 *                               - (s'(eta) - s'(c)) u^2 / 12
 *            and s' = s (1 - s): what depends on c is a sum over A_t, locally
 *         6. the four numbers are opened to the recipients, with the coefficients
 * Error   AUC: half of the pairs in one cell, at most; it is opened beside it.  Ties at one
 *         half do not count the order within cells, an error of second order: 3e-4
 *         where eta has standard deviation 1, less where it is wider.  Step 5
 *         is the rule of Euler and Maclaurin: off by u^5 max|s''''| / 720, below 2e-7 a
 *         row for u <= 1/4, below 1e-4 beyond |eta| = 5; s(eta) by 1.5e-5 u / 2. */
#include <math.h>

#include "program.h"

enum { KNOTS = 65, ZERO_KNOT = KNOTS / 2 }; /* AGREEMENT */

/* By eighths up to 2.5 on either side of 0, by quarters up to 5, then 6.5 and 8.5. */
static double knot(int t) {
  int from_zero = t - ZERO_KNOT, size = from_zero < 0 ? -from_zero : from_zero;
  double at = size <= 20 ? size / 8.0 : size <= 30 ? 2.5 + (size - 20) / 4.0 : size == 31 ? 6.5 : 8.5;
  return from_zero < 0 ? -at : at;
}

static double logistic(double x) { return 1 / (1 + exp(-x)); }
static double log_sum(double x) { return x + log1p(exp(-x)); } /* log(1 + e^x) */
static double slope(double x) { return logistic(x) * (1 - logistic(x)); }
static double itself(double x) { return x; }

/* eta as a row, below every knot: KNOTS x n of whole bits. */
static smpc_shared *below_knots(smpc_session *s, const smpc_shared *eta, size_t n) {
  double at[KNOTS];
  smpc_shared *row = smpc_reshape(s, eta, fit_shape(1, n)), *copies = smpc_slice(s, row, 0, 0, fit_shape(1, n));
  for (int t = 0; t < KNOTS; t++) at[t] = knot(t);
  for (size_t rows = 1; rows < KNOTS; rows *= 2) {
    smpc_shared *twice = smpc_concat(s, copies, copies);
    smpc_shared_free(s, copies);
    copies = twice;
  }
  smpc_shared *first = smpc_slice(s, copies, 0, 0, fit_shape(KNOTS, n)), *turned = smpc_transpose(s, first);
  smpc_shared *limits = smpc_constant(s, at, fit_shape(1, KNOTS)), *bits = smpc_less(s, turned, limits);
  smpc_shared *result = smpc_transpose(s, bits), *all[] = {row, copies, first, turned, limits, bits};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) smpc_shared_free(s, all[i]);
  return result;
}

/* f(the knot below eta), 1 x n; f of the lowest knot where there is none. */
static smpc_shared *at_knot(smpc_session *s, const smpc_shared *below, double (*f)(double), size_t n) {
  smpc_shared *sum = NULL;
  for (int t = 1; t < KNOTS; t++) { /* f(top) + sum_t [eta < knot_t] (f(knot_(t-1)) - f(knot_t)) */
    smpc_shared *row = smpc_slice(s, below, (size_t)t, 0, fit_shape(1, n)), *before = sum;
    smpc_shared *part = smpc_scale(s, f(knot(t - 1)) - f(knot(t)), row, t == 1 ? f(knot(KNOTS - 1)) : 0);
    sum = before ? smpc_add(s, before, part) : part;
    smpc_shared_free(s, row);
    smpc_shared_free(s, before);
    if (before) smpc_shared_free(s, part);
  }
  return sum;
}

/* Step 5, twelve times: no division in shares, 1 x 1. */
static smpc_shared *likelihood(smpc_session *s, const smpc_shared *below, const smpc_shared *eta_column,
                               const smpc_shared *y, size_t n) {
  smpc_shape shape = fit_shape(1, n);
  smpc_shared *eta = smpc_reshape(s, eta_column, shape), *mu = smpc_logistic(s, eta, SMPC_LOGISTIC_FINE);
  smpc_shared *u = smpc_sub(s, eta, at_knot(s, below, itself, n)), *u2 = smpc_mul(s, u, u);
  smpc_shared *sides = smpc_add(s, mu, at_knot(s, below, logistic, n));
  smpc_shared *steeper = smpc_sub(s, mu, smpc_mul(s, mu, mu));
  steeper = smpc_sub(s, steeper, at_knot(s, below, slope, n));
  smpc_shared *trapezoid = smpc_sum(s, smpc_mul(s, u, sides)), *bend = smpc_sum(s, smpc_mul(s, u2, steeper));
  smpc_shared *base = smpc_sum(s, at_knot(s, below, log_sum, n));
  smpc_shared *events = smpc_sum(s, smpc_mul(s, eta, smpc_reshape(s, y, shape)));
  smpc_shared *area = smpc_sub(s, smpc_scale_i64(s, 6, trapezoid, 0), bend);
  return smpc_sub(s, smpc_scale_i64(s, 12, smpc_sub(s, events, base), 0), area);
}

/* 0, the counts below each knot, and the whole: KNOTS + 2. */
static smpc_shared *ends(smpc_session *s, const smpc_shared *counts, const smpc_shared *whole) {
  const int64_t zero = 0;
  return smpc_concat(s, smpc_concat(s, smpc_constant_i64(s, &zero, fit_shape(1, 1)), counts), whole);
}
static smpc_shared *upper(smpc_session *s, const smpc_shared *x) { return smpc_slice(s, x, 1, 0, fit_shape(KNOTS + 1, 1)); }
static smpc_shared *lower(smpc_session *s, const smpc_shared *x) { return smpc_slice(s, x, 0, 0, fit_shape(KNOTS + 1, 1)); }

/* Steps 2 to 4: correct, twice Mann-Whitney, ties; 3 x 1. */
static smpc_shared *counts(smpc_session *s, const smpc_shared *below, const smpc_shared *y, const smpc_shared *used,
                           int64_t rows) {
  smpc_shared *positive = smpc_matmul(s, below, y), *ones = smpc_sum(s, y);
  smpc_shared *all = used != NULL ? smpc_matmul(s, below, used) : smpc_transpose(s, smpc_sum_rows(s, smpc_transpose(s, below)));
  smpc_shared *negative = smpc_sub(s, all, positive), *zeros = smpc_sub(s, smpc_constant_i64(s, &rows, fit_shape(1, 1)), ones);
  smpc_shared *p = ends(s, positive, ones), *q = ends(s, negative, zeros);
  smpc_shared *p_low = lower(s, p), *in_cell = smpc_sub(s, upper(s, p), p_low), *q_low = lower(s, q), *q_up = upper(s, q);
  smpc_shared *won = smpc_sum(s, smpc_mul(s, in_cell, smpc_add(s, q_up, q_low)));
  smpc_shared *tied = smpc_sum(s, smpc_mul(s, in_cell, smpc_sub(s, q_up, q_low)));
  smpc_shared *right = smpc_slice(s, negative, ZERO_KNOT, 0, fit_shape(1, 1));
  right = smpc_add(s, right, smpc_sub(s, ones, smpc_slice(s, positive, ZERO_KNOT, 0, fit_shape(1, 1))));
  return smpc_concat(s, smpc_concat(s, right, won), tied);
}

smpc_shared *fit_shared_scores(smpc_session *s, const struct fit_job *job, const smpc_shared *eta, const smpc_shared *y,
                               const smpc_shared *used) {
  size_t n = (size_t)smpc_shared_shape(y).rows;
  smpc_shared *below = below_knots(s, eta, n);
  smpc_shared *numbers = counts(s, below, y, used, job->fit.n);
  return smpc_concat(s, numbers, smpc_as_i64(s, likelihood(s, below, eta, y, n)));
}

void fit_scored(struct fit_job *job, const int64_t score[FIT_SCORES], size_t rows) {
  struct fit *f = &job->fit;
  double pairs = (double)f->events * (double)(f->n - f->events);
  double log_likelihood = ldexp((double)score[FIT_LIKELIHOOD], -(int)job->joint.cfg->frac_bits);
  f->accuracy = (double)score[FIT_CORRECT] / (double)f->n;
  f->auc = (double)score[FIT_MANN_WHITNEY] / (2 * pairs);
  f->auc_error = (double)score[FIT_TIES] / (2 * pairs);
  f->log_likelihood = log_likelihood / 12 + (double)(rows - (size_t)f->n) * log(2); /* a row that is not used has eta = 0 */
}
