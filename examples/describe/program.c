/* program.c - descriptive statistics as a joint computation.
 *
 * Functionality  from every hospital counts, sums and a cumulative histogram of its own
 *                rows; gives the recipients the joint counts and sums, which are n, means and
 *                covariances in other words, and of each quantile and rank the point of a public
 *                grid where it lies.  To everybody: whether the small-count rules hold, one bit
 *                a rule.  Nothing else to anybody.
 * Steps          1. hospitals share their numbers; sums in shares (local)
 *                2. rules, of all rows and of what is left when each recipient with data takes its own
 *                   away: at least minimum_cell rows; in each group of a t test; in each cell of a chi^2
 *                   table; and of all rows beyond each quantile and rank, on either side.  One bit a rule opens
 *                3. a quantile's place is the number of points of the grid at which fewer rows
 *                   than it asks for are at most there: where a bisection would compare one point a
 *                   step, in shares or with an opened bit, all are compared at once; only the
 *                   number of them opens
 *                4. sums and places open to the recipients
 * Why            rows at or below point j increase with j, so the points of step 3 are the first ones.
 *                part/whole of n: whole (rows <= point) < part n, in whole numbers: exact.
 * Ranges         counts are below 2^29 (2^24 rows of 32 hospitals), sums of |z| <= 1 in units of 2^-31
 *                at most 2^60; whole <= 10^6: products below 2^49.
 * Secrets        everything but what is opened; desc_opening() lists it.
 */
#include "program.h"

#include <stdio.h>
#include <string.h>

static const double MOST_ROWS = 0x1p29, MOST_SUM = 0x1p60;
enum { RULE_ROWS, RULE_GROUPS, RULE_CELLS, RULE_RANKS, RULES };

static smpc_shape shape(size_t rows, size_t cols) { return (smpc_shape){rows, cols}; }
static smpc_shared *constant(smpc_session *s, int64_t v) { return smpc_constant_i64(s, &v, shape(1, 1)); }
static smpc_shared *within(smpc_session *s, smpc_shared *x, double range) { return smpc_assume_range(s, x, range), x; }
static smpc_shared *stack(smpc_session *s, smpc_shared *x, smpc_shared *y) { return x == NULL ? y : smpc_concat(s, x, y); }

bool desc_opening(struct opening *o, const void *user, unsigned which) {
  static const char *const what[DESC_OPENINGS] = {
      "whether the small-count rules hold, one bit a rule",
      "the joint counts, means, variances and covariances that the question asks for"};
  const struct desc_job *job = user;
  bool has_ranks = which == DESC_RESULT && job->ask->n_ranks != 0;
  o->what = has_ranks ? "the joint counts, means, variances and covariances that the question asks for, and of each quantile "
                        "and rank its place in the range" : what[which];
  o->to_everybody = which == DESC_RULES;
  snprintf(o->purpose, sizeof o->purpose, "%s%s", job->joint.purpose,
           o->to_everybody ? ": whether the small-count rules hold" : "");
  return true;
}

/* --- 1. shares ----------------------------------------------------------------------- */

struct shares {
  struct desc_job *job;
  smpc_shared *sums;    /* 1 x numbers: of everybody                                        */
  smpc_shared *counts;  /* versions x counts: of everybody, then without each recipient's own */
  smpc_shared *at_most; /* variables x 2^bits                                               */
};

static void share(smpc_session *s, struct shares *t) {
  const struct ask *a = t->job->ask;
  const struct desc_sums *mine = t->job->mine;
  size_t n = desc_numbers(a), counts = desc_counts(a), grid = (size_t)1 << a->bits;
  smpc_shared *own[SMPC_MAX_PARTIES];
  unsigned n_own = 0;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    if (!joint_is_in(t->job->joint.roles.inputs, i)) continue;
    smpc_shared *x = within(s, smpc_input_i64(s, smpc_p(i), mine ? mine->v : NULL, shape(1, n)), MOST_SUM / SMPC_MAX_PARTIES);
    t->sums = t->sums ? within(s, smpc_add(s, t->sums, x), MOST_SUM) : x;
    if (joint_is_in(t->job->joint.roles.recipients, i)) own[n_own++] = x;
    if (a->n_ranks == 0) continue;
    x = within(s, smpc_input_i64(s, smpc_p(i), mine ? mine->at_most : NULL, shape(a->n_variables, grid)), MOST_ROWS);
    t->at_most = t->at_most ? within(s, smpc_add(s, t->at_most, x), MOST_ROWS) : x;
  }
  smpc_shared *all = within(s, smpc_slice(s, t->sums, 0, 0, shape(1, counts)), MOST_ROWS);
  t->counts = all;
  for (unsigned r = 0; r < n_own; r++)
    t->counts = smpc_concat(s, t->counts, smpc_sub(s, all, within(s, smpc_slice(s, own[r], 0, 0, shape(1, counts)), MOST_ROWS)));
}

/* --- 2. rules -------------------------------------------------------------------------- */

/* 1 if none of the counts is below the minimum. */
static smpc_shared *hold(smpc_session *s, const struct shares *t, const smpc_shared *counts) {
  if (counts == NULL) return constant(s, 1);
  smpc_shared *few = smpc_sum(s, smpc_less(s, counts, constant(s, t->job->ask->base.minimum_cell)));
  return smpc_less(s, few, constant(s, 1));
}

static smpc_shared *group_counts(smpc_session *s, const struct shares *t) {
  const struct ask *a = t->job->ask;
  size_t versions = smpc_shared_shape(t->counts).rows;
  smpc_shared *n = smpc_transpose(s, smpc_slice(s, t->counts, 0, 0, shape(versions, 1))), *all = NULL;
  for (unsigned i = 0; i < a->n_t; i++) {
    smpc_shared *one = smpc_transpose(s, smpc_slice(s, t->counts, 0, 1 + i, shape(versions, 1)));
    all = stack(s, all, one);
    all = stack(s, all, smpc_sub(s, n, one));
  }
  return all;
}

static smpc_shared *cell_counts(smpc_session *s, const struct shares *t) {
  const struct ask *a = t->job->ask;
  size_t first = desc_chi_at(a, 0), versions = smpc_shared_shape(t->counts).rows;
  return a->n_chi == 0 ? NULL : smpc_slice(s, t->counts, 0, first, shape(versions, desc_counts(a) - first));
}

static smpc_shared *rows_of(smpc_session *s, const struct shares *t) { return smpc_slice(s, t->counts, 0, 0, shape(1, 1)); }

/* Of each quantile part n - minimum whole, and from above; of each rank n - k - minimum: 0 or more. */
static smpc_shared *ranks_hold(smpc_session *s, const struct shares *t) {
  const struct ask *a = t->job->ask;
  const smpc_shared *n = rows_of(s, t);
  smpc_shared *room = NULL;
  for (unsigned i = 0; i < a->n_ranks; i++) {
    const struct ask_rank *r = &a->rank[i];
    bool is_quantile = r->kind == ASK_QUANTILE;
    int64_t least = a->base.minimum_cell * (is_quantile ? r->whole : 1);
    room = stack(s, room, smpc_scale_i64(s, is_quantile ? r->part : 1, n, -least - (is_quantile ? 0 : r->part)));
    if (is_quantile) room = stack(s, room, smpc_scale_i64(s, r->whole - r->part, n, -least));
  }
  if (room == NULL) return constant(s, 1);
  smpc_shared *few = smpc_sum(s, smpc_less(s, room, constant(s, 0)));
  return smpc_less(s, few, constant(s, 1));
}

static void explain(struct desc_job *job, const int64_t flag[RULES]) {
  static const char *const why[RULES] = {
      [RULE_ROWS] = "fewer than %lld rows, in all or without a recipient's own",
      [RULE_GROUPS] = "a group of a t test has fewer than %lld rows, in all or without a recipient's own",
      [RULE_CELLS] = "a cell of a chi square table has fewer than %lld rows, in all or without a recipient's own",
      [RULE_RANKS] = "fewer than %lld rows lie beyond a quantile or rank"};
  for (unsigned i = RULES; i-- > 0;)
    if (!flag[i]) snprintf(job->joint.refusal, sizeof job->joint.refusal, why[i], (long long)job->ask->base.minimum_cell);
}

static smpc_err open_rules(smpc_session *s, struct shares *t, bool *pass) {
  size_t versions = smpc_shared_shape(t->counts).rows;
  int64_t flag[RULES] = {0};
  struct opening o;
  (void)desc_opening(&o, t->job, DESC_RULES);
  smpc_shared *bits = hold(s, t, smpc_slice(s, t->counts, 0, 0, shape(versions, 1)));
  bits = smpc_concat(s, bits, hold(s, t, group_counts(s, t)));
  bits = smpc_concat(s, bits, hold(s, t, cell_counts(s, t)));
  bits = smpc_concat(s, bits, ranks_hold(s, t));
  smpc_err err = smpc_open_i64(s, bits, t->job->joint.everybody, o.purpose, flag, RULES);
  *pass = t->job->joint.estimating || (flag[RULE_ROWS] && flag[RULE_GROUPS] && flag[RULE_CELLS] && flag[RULE_RANKS]);
  if (err == SMPC_OK && !*pass) explain(t->job, flag);
  return err;
}

/* --- 3. quantiles and ranks -------------------------------------------------------------- */

/* What the rows at most at a point, times whole, stay below before the place: 1 x 1. */
static smpc_shared *target(smpc_session *s, const struct shares *t, const struct ask_rank *r) {
  if (r->kind == ASK_SMALLEST) return constant(s, r->part);
  if (r->kind == ASK_QUANTILE) return smpc_scale_i64(s, r->part, rows_of(s, t), 0);
  return smpc_scale_i64(s, 1, rows_of(s, t), 1 - r->part); /* the (n - k + 1)-th smallest */
}

/* Of each variable and rank the place: n x 1. */
static smpc_shared *ranks(smpc_session *s, const struct shares *t) {
  const struct ask *a = t->job->ask;
  size_t grid = (size_t)1 << a->bits;
  smpc_shared *rows = NULL, *targets = NULL;
  for (unsigned v = 0; v < a->n_variables; v++) {
    const smpc_shared *at_most = smpc_slice(s, t->at_most, v, 0, shape(1, grid));
    smpc_shared *own = NULL;
    for (unsigned r = 0; r < a->n_ranks; r++) {
      own = stack(s, own, smpc_scale_i64(s, a->rank[r].kind == ASK_QUANTILE ? a->rank[r].whole : 1, at_most, 0));
      targets = stack(s, targets, target(s, t, &a->rank[r]));
    }
    rows = stack(s, rows, own);
  }
  rows = smpc_transpose(s, rows);
  smpc_shared *before = smpc_less(s, rows, smpc_transpose(s, targets));
  return smpc_transpose(s, smpc_sum_rows(s, before));
}

/* --- 4. the result ----------------------------------------------------------------------------- */

size_t desc_result_len(const struct ask *a) { return desc_numbers(a) + (size_t)a->n_variables * a->n_ranks; }

void desc_decode(struct joint *joint) {
  struct desc_job *job = (struct desc_job *)joint;
  size_t n = job->all.n;
  memcpy(job->all.v, joint->words, n * sizeof *job->all.v);
  memcpy(job->place, joint->words + n, (joint->n_words - n) * sizeof *job->place);
}

static smpc_err open_result(smpc_session *s, struct shares *t) {
  smpc_shared *all = smpc_transpose(s, t->sums);
  smpc_err err = joint_tell(s, &t->job->joint, NULL);
  if (err != SMPC_OK) return err;
  if (t->job->ask->n_ranks != 0) all = smpc_concat(s, all, ranks(s, t));
  return joint_open(s, &t->job->joint, all);
}

void desc_program(smpc_session *s, void *user) {
  struct desc_job *job = user;
  struct shares t = {.job = job};
  bool pass = false;
  job->joint.refusal[0] = 0;
  job->joint.is_delivered = false;
  share(s, &t);
  job->joint.err = open_rules(s, &t, &pass);
  job->joint.all_know_hidden = true;
  job->joint.hidden = pass ? 0 : job->all.n;
  if (job->joint.err != SMPC_OK || !pass) return;
  job->joint.err = open_result(s, &t);
  if (job->joint.err == SMPC_OK) desc_decode(&job->joint);
  job->joint.is_delivered = job->joint.err == SMPC_OK && joint_is_in(job->joint.roles.recipients, job->joint.cfg->me.id);
}
