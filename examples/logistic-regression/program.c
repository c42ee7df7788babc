/* program.c - logistic regression as a joint computation.
 *
 * Functionality  from every hospital its rows; gives the recipients a fitted model
 *                (coefficients, standard errors, log-likelihood, n and events,
 *                accuracy, AUC).  To everybody: whether the small-count rules
 *                hold, and `aggregates`: n, events, and the gradient, Hessian and
 *                log-likelihood of the pooled rows at every step of Newton's
 *                method; `model-only`: every hospital's number of rows, and
 *                whether the fit is sound.  Columns split: instead of the rows, how many are complete at all
 *                hospitals, once that is enough.  Nothing else to anybody.
 * Steps          1. rules.c: the small-count rules, decided in shares (columns: shared_columns.c)
 *                2. aggregates.c, or shared.c for `model-only`
 *                3. scores.c: every hospital scores its own rows with the model
 * Secrets        everything but what is opened; fit_opening() lists it.
 */
#include "program.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of fits, by the openings they make. */
enum { AGGREGATES = 1, SHARED_ROWS = 2, BY_ORDER = 4, BY_KEY = 8, IN_SHARES = SHARED_ROWS | BY_ORDER | BY_KEY };

static unsigned kind_of(const struct model *m) {
  if (m->privacy == MODEL_AGGREGATES) return AGGREGATES;
  if (m->split == MODEL_ROWS) return SHARED_ROWS;
  return m->match == MODEL_BY_ORDER ? BY_ORDER : BY_KEY;
}

bool fit_opening(struct opening *o, const void *user, unsigned which) {
  const struct fit_job *job = user;
  static const struct { const char *what, *suffix; bool to_everybody; unsigned kinds; } all[FIT_OPENINGS] = {
      [FIT_RULES] = {"whether the small-count rules hold, one bit a rule",
                     ": whether the small-count rules hold", true, AGGREGATES | IN_SHARES},
      [FIT_ROWS] = {"the number of rows of each hospital", ": rows of each hospital", true, SHARED_ROWS | BY_ORDER},
      [FIT_MATCHED] = {"the number of rows that are complete at all hospitals", ": rows complete at all hospitals", true,
                       BY_ORDER | BY_KEY},
      [FIT_STEPS] = {"n, events, and the joint gradient, Hessian and log-likelihood at every step",
                     ": sums of every step", true, AGGREGATES},
      [FIT_SOUND] = {"whether the fit is sound, four bits: no constant column, no dependent columns (rank), no separation, converged",
                     ": whether the fit is sound", true, IN_SHARES},
      [FIT_RESULT] = {"the fitted model", "", false, AGGREGATES | IN_SHARES}};
  o->what = all[which].what;
  o->to_everybody = all[which].to_everybody;
  snprintf(o->purpose, sizeof o->purpose, "%s%s", job->joint.purpose, all[which].suffix);
  return (all[which].kinds & kind_of(job->model)) != 0;
}

/* Where products are dear, a Hessian of p^2 products a row costs more than the steps it saves: made by
 * oblivious transfer, about 68 bytes a product and 9 kB a logistic function. */
enum { DEAR_COLUMNS = 32 }; /* AGREEMENT */

void fit_method(struct fit_job *job) {
  static const unsigned steps[] = {[MODEL_NEWTON] = 8, [MODEL_FIXED_HESSIAN] = 30, [MODEL_GRADIENT] = 60};
  const struct model *m = job->model;
  bool is_dear = job->joint.cfg->source != SMPC_DEALER && job->fit.p > DEAR_COLUMNS;
  job->method = m->method;
  job->reason = NULL;
  if (m->method == MODEL_ANY && m->privacy == MODEL_ONLY) {
    job->method = is_dear ? MODEL_FIXED_HESSIAN : MODEL_NEWTON;
    job->reason = is_dear ? "many columns, and products without a dealer are dear"
                  : job->joint.cfg->source == SMPC_DEALER ? "products from a dealer are cheap" : "few columns";
  }
  job->steps = m->steps != 0 ? m->steps : m->privacy == MODEL_AGGREGATES ? 25 : steps[job->method];
  job->fit.has_errors = job->method != MODEL_GRADIENT;
}

unsigned fit_site(const struct fit_job *job, unsigned party) {
  unsigned n = 0;
  for (unsigned i = 0; i < party; i++) n += joint_is_in(job->joint.roles.inputs, i);
  return n;
}

bool fit_refuse(struct fit_job *job, const char *fmt, ...) {
  va_list args;
  if (job->joint.estimating) return false; /* openings are zeros there */
  va_start(args, fmt);
  vsnprintf(job->joint.refusal, sizeof job->joint.refusal, fmt, args);
  va_end(args);
  return true;
}

smpc_err fit_open(smpc_session *s, struct fit_job *job, const smpc_shared *x, enum fit_which why, int64_t *out, size_t n) {
  struct opening o;
  (void)fit_opening(&o, job, why);
  smpc_who to = o.to_everybody ? job->joint.everybody : job->joint.roles.recipients;
  bool mine = joint_is_in(to, job->joint.cfg->me.id);
  memset(out, 0, n * sizeof *out);
  return smpc_open_i64(s, x, to, o.purpose, mine ? out : NULL, mine ? n : 0);
}

smpc_shared *fit_within(smpc_session *s, smpc_shared *x, double range) {
  smpc_assume_range(s, x, range);
  return x;
}

smpc_shared *fit_sum(smpc_session *s, const struct fit_job *job, const int64_t *mine, size_t n, double most,
                     smpc_shared **own, unsigned *n_own) {
  smpc_shared *sum = NULL;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    if (!joint_is_in(job->joint.roles.inputs, i)) continue;
    smpc_shared *x = fit_within(s, smpc_input_i64(s, smpc_p(i), mine, fit_shape(1, n)), most);
    sum = sum ? fit_within(s, smpc_add(s, sum, x), most) : x;
    if (own != NULL && joint_is_in(job->joint.roles.recipients, i)) own[(*n_own)++] = x;
  }
  return sum;
}

static void fit(smpc_session *s, struct fit_job *job) {
  bool by_columns = job->model->split == MODEL_COLUMNS, pass = by_columns; /* these have rules of their own */
  job->joint.refusal[0] = 0;
  job->joint.is_delivered = false;
  fit_method(job);
  job->joint.err = by_columns ? SMPC_OK : fit_rules(s, job, &pass);
  if (job->joint.err != SMPC_OK || (!pass && !job->joint.estimating)) return;
  job->joint.err = job->model->privacy == MODEL_ONLY ? fit_shared(s, job) : fit_aggregates(s, job);
  job->joint.is_delivered = job->joint.err == SMPC_OK && job->joint.refusal[0] == 0 && joint_is_in(job->joint.roles.recipients, job->joint.cfg->me.id);
}

void fit_program(smpc_session *s, void *user) {
  struct fit_job *job = user;
  fit(s, job);
  job->joint.all_know_hidden = true;
  job->joint.hidden = job->joint.refusal[0] != 0 ? job->fit.p : 0;
}
