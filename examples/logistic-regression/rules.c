/* rules.c - are the counts large enough to fit and to publish?
 *
 * Steps   1. every hospital shares: events, non-events, 1 if its rows suffice; and of each
 *            predictor: 1 if it holds only 0 and 1, and its four cells x by y
 *         2. of the sums, and of what is left when each recipient subtracts its own:
 *            events and non-events >= minimum_events times coefficients;
 *            binary predictors (all hospitals say so): every cell >= minimum_cell;
 *            every hospital's rows suffice (aggregates, unless accepted)
 *         3. one bit a rule is opened to everybody
 * Why     Everything is compared in shares; a hospital learns neither another's counts,
 *         nor which column or hospital broke a rule. */
#include <math.h>
#include <stdlib.h>

#include "program.h"

enum { EVENTS, OTHERS, SUFFICE, FIRST, CELLS = 4 };
enum { RULE_EVENTS, RULE_CELLS, RULE_ROWS, RULES };

/* 10 x numbers opened / columns: fewer rows could be solved for. */
static int64_t rows_needed(const struct fit_job *job) {
  int64_t p = (int64_t)job->fit.p, a_step = p + p * (p + 1) / 2 + 1;
  if (job->model->privacy == MODEL_ONLY || job->model->site_level) return 0;
  return (10 * a_step * job->steps + p - 1) / p;
}

/* counts[FIRST + j]: column j is binary; then for each of the cells (x y) = 11, 10, 01,
 * 00 its counts of all columns. */
static void count(int64_t *counts, const struct design *d, const struct model *m, int64_t needed) {
  unsigned k = m->n_predictors;
  counts[SUFFICE] = (int64_t)d->n >= needed;
  for (unsigned j = 0; j < k; j++) counts[FIRST + j] = 1;
  for (size_t i = 0; i < d->n; i++) {
    bool y = d->y[i] > 0;
    counts[y ? EVENTS : OTHERS]++;
    for (unsigned j = 0; j < k; j++) {
      double x = ldexp(d->x[i * d->p + 1 + j], m->range[j]);
      if (x != 0 && x != 1) counts[FIRST + j] = 0;
      counts[FIRST + k + (2 * (x != 1) + !y) * k + j]++;
    }
  }
}

static smpc_shared *constant(smpc_session *s, int64_t value) { return smpc_constant_i64(s, &value, fit_shape(1, 1)); }
static smpc_shared *none(smpc_session *s, const smpc_shared *bits) {
  smpc_shared *sum = smpc_sum(s, bits);
  return smpc_less(s, sum, constant(s, 1));
}

static smpc_shared *cells_hold(smpc_session *s, const struct fit_job *job, const smpc_shared *all) {
  unsigned k = job->model->n_predictors;
  size_t versions = smpc_shared_shape(all).rows;
  smpc_shared *binary = smpc_slice(s, all, 0, FIRST, fit_shape(1, k));
  binary = smpc_equal(s, binary, constant(s, job->joint.roles.n_inputs));
  smpc_shared *small = smpc_slice(s, all, 0, FIRST + k, fit_shape(versions, CELLS * k));
  small = smpc_less(s, small, constant(s, job->model->base.minimum_cell));
  smpc_shared *by_column = smpc_sum_rows(s, smpc_reshape(s, small, fit_shape(versions * CELLS, k)));
  return none(s, smpc_mul(s, binary, by_column));
}

smpc_err fit_rules(smpc_session *s, struct fit_job *job, bool *pass) {
  const struct model *m = job->model;
  size_t n = FIRST + (1 + CELLS) * (size_t)m->n_predictors;
  smpc_shared *own[SMPC_MAX_PARTIES];
  unsigned n_own = 0;
  int64_t flag[RULES], *mine = calloc(n, sizeof *mine), needed = rows_needed(job);
  if (mine == NULL) return SMPC_E_NOMEM;
  if (job->mine != NULL) count(mine, job->mine, m, needed);
  smpc_shared *sum = fit_sum(s, job, mine, n, FIT_MOST_ROWS, own, &n_own), *all = sum;
  free(mine);
  for (unsigned r = 0; r < n_own; r++) all = smpc_concat(s, all, smpc_sub(s, sum, own[r]));
  smpc_shared *few = smpc_slice(s, all, 0, EVENTS, fit_shape(smpc_shared_shape(all).rows, 2));
  smpc_shared *hold = none(s, smpc_less(s, few, constant(s, m->minimum_events * (int64_t)job->fit.p)));
  hold = smpc_concat(s, hold, cells_hold(s, job, all));
  smpc_shared *rows = smpc_slice(s, sum, 0, SUFFICE, fit_shape(1, 1));
  rows = smpc_equal(s, rows, constant(s, job->joint.roles.n_inputs));
  smpc_err err = fit_open(s, job, smpc_concat(s, hold, rows), FIT_RULES, flag, RULES);
  *pass = err == SMPC_OK && flag[RULE_EVENTS] && flag[RULE_CELLS] && flag[RULE_ROWS];
  if (err != SMPC_OK || *pass) return err;
  if (!flag[RULE_EVENTS])
    fit_refuse(job, "too few events or non-events: the question asks for %lld of each for each of the %zu coefficients, also "
               "without any one recipient's own rows", (long long)m->minimum_events, job->fit.p);
  else if (!flag[RULE_CELLS])
    fit_refuse(job, "a binary predictor has fewer than %lld rows of one value and one outcome",
               (long long)m->base.minimum_cell);
  else
    fit_refuse(job, "a hospital has fewer than %lld rows, 10 x (numbers opened) / (coefficients): its sums could tell too "
               "much; take fewer `iterations`, `privacy: model-only`, or `site_level: accepted`", (long long)needed);
  return SMPC_OK;
}
