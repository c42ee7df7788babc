/* shared_columns.c - the joint table of data split by columns, in shares; in place of steps 1 to 3 of shared.c.
 *
 * Steps   1. by order: every hospital's number of rows is opened; they must be equal.  Hospital h
 *              shares its columns and a bit c_h for each row, 1 where none of its values is missing;
 *              u = the product of the bits, and every column and the outcome times u
 *            by key: the join of the hospitals' complete rows (smpc_psi_join): u_i = 1 where all have the
 *              key of row i, columns and outcome zero elsewhere; the hub is who has the outcome
 *         2. rules, decided in shares: n = sum u >= minimum_cell; events and n - events >= minimum_events times
 *            coefficients; of columns that hold only 0 and 1, as their owner says, every cell x by
 *            outcome >= minimum_cell.  One bit a rule is opened to everybody
 *         3. n is opened to everybody, 2^m >= n; mean = sum x / n, second moment = diag(X' X) / n
 *         4. scale c as in shared.c; Z = (u, (x - u mean) c)
 * Why     where u is 0, all of Z is, so the row adds nothing to Z' w Z and to Z' (y - mu): the steps and the
 *         results are those of the rows with u = 1 alone.
 * Ranges  those of shared.c; |x| <= 1 and the sums of step 3 run over n rows, at most the table's.
 * Leaks   the numbers of rows (by order) or of keys (by key), the rules' bits, n; nothing about single rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "shared.h"

enum { RULE_EVENTS, RULE_CELLS, RULE_ROWS, RULES };
enum { MOST_BINARY_RANGE = 20 };

/* --- 1: the table -------------------------------------------------------------------- */

/* Of each hospital: its predictors, rows x k or NULL, and where they stand in the question. */
struct pieces {
  smpc_shared *x[SMPC_MAX_PARTIES];
  unsigned predictor[SMPC_MAX_PARTIES][MODEL_MAX_PREDICTORS], k[SMPC_MAX_PARTIES];
};

static bool is_mine(const struct fit_job *job, unsigned id) {
  return job->columns != NULL && !job->joint.estimating && job->joint.cfg->me.id == id;
}

static smpc_err open_sizes(smpc_session *s, struct shared_fit *t) {
  struct fit_job *job = t->job;
  int64_t rows[SMPC_MAX_PARTIES] = {0};
  unsigned sites = job->joint.roles.n_inputs;
  if (job->columns != NULL) rows[fit_site(job, job->joint.cfg->me.id)] = (int64_t)job->columns->n;
  smpc_err err = fit_open(s, job, fit_sum(s, job, rows, sites, FIT_MOST_ROWS, NULL, NULL), FIT_ROWS, rows, sites);
  t->n = job->joint.estimating ? shared_stand_in(job) : (size_t)rows[0];
  for (unsigned i = 0; i < sites && err == SMPC_OK; i++)
    if (rows[i] != rows[0] || rows[i] < 0 || rows[i] > MODEL_MAX_ROWS)
      fit_refuse(
          job,
          "the hospitals' files have different numbers of rows: columns can only be put together by order where every "
          "row is the same person's");
  return err;
}

/* My rows in the order that batches need: a copy, to be freed. */
static void *reordered(const struct shared_fit *t, const void *from, size_t row_len) {
  char *to = from != NULL ? malloc(t->n * row_len + 1) : NULL;
  for (size_t i = 0; to != NULL && i < t->n; i++)
    memcpy(to + shared_place(t, i) * row_len, (const char *)from + i * row_len, row_len);
  return to;
}

static void drop(void *p, size_t len) {
  if (p != NULL) explicit_bzero(p, len);
  free(p);
}

static void share_pieces(smpc_session *s, struct shared_fit *t, struct pieces *p) {
  struct fit_job *job = t->job;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    if (!joint_is_in(job->joint.roles.inputs, i)) continue;
    const struct own_columns *o = is_mine(job, i) ? job->columns : NULL;
    double *x = o ? reordered(t, o->x, p->k[i] * sizeof *x) : calloc(t->n * p->k[i] + 1, sizeof *x);
    int64_t *y = o ? reordered(t, o->y, sizeof *y) : calloc(t->n + 1, sizeof *y);
    int64_t *bits = o ? reordered(t, o->complete, sizeof *bits) : calloc(t->n + 1, sizeof *bits);
    if (p->k[i] > 0) p->x[i] = fit_within(s, smpc_input(s, smpc_p(i), x, fit_shape(t->n, p->k[i])), 1);
    if (job->owner[0] == i) t->outcome = fit_within(s, smpc_input_i64(s, smpc_p(i), y, fit_shape(t->n, 1)), 1);
    smpc_shared *complete = fit_within(s, smpc_input_i64(s, smpc_p(i), bits, fit_shape(t->n, 1)), 1), *before = t->used;
    t->used = before ? smpc_mul(s, before, complete) : complete;
    smpc_shared_free(s, before);
    if (before) smpc_shared_free(s, complete);
    drop(x, t->n * p->k[i] * sizeof *x);
    drop(y, t->n * sizeof *y);
    drop(bits, t->n * sizeof *bits);
  }
}

static smpc_err join(smpc_session *s, struct shared_fit *t, struct pieces *p) {
  struct fit_job *job = t->job;
  smpc_psi_star q = SMPC_PSI_STAR_INIT;
  smpc_psi_rows mine = {.items = {.n = shared_stand_in(job)}};
  smpc_psi_joined joined;
  q.owner[q.owners++] = (smpc_psi_owner){.party = smpc_p(job->owner[0]), .reals = p->k[job->owner[0]], .wholes = 1};
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++)
    if (joint_is_in(job->joint.roles.inputs, i) && i != job->owner[0])
      q.owner[q.owners++] = (smpc_psi_owner){.party = smpc_p(i), .reals = p->k[i]};
  if (job->columns != NULL && !job->joint.estimating)
    mine = (smpc_psi_rows){job->columns->items, job->columns->x, job->columns->has_outcome ? job->columns->y : NULL};
  smpc_err err = smpc_psi_join(s, &q, &mine, &joined);
  if (err != SMPC_OK) return err;
  t->n = joined.bins;
  t->used = joined.matched;
  t->outcome = fit_within(s, joined.whole[0], 1);
  for (unsigned k = 0; k < q.owners; k++)
    if (joined.real[k] != NULL) p->x[q.owner[k].party.id] = fit_within(s, joined.real[k], 1);
  return SMPC_OK;
}

/* The pieces' columns as rows, in the question's order: k x n; the pieces are freed. */
static smpc_shared *together(smpc_session *s, const struct shared_fit *t, struct pieces *p) {
  smpc_shared *row[MODEL_MAX_PREDICTORS] = {NULL};
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    smpc_shared *turned = p->x[i] != NULL ? smpc_transpose(s, p->x[i]) : NULL;
    for (unsigned j = 0; turned != NULL && j < p->k[i]; j++)
      row[p->predictor[i][j]] = smpc_slice(s, turned, j, 0, fit_shape(1, t->n));
    smpc_shared_free(s, turned);
    smpc_shared_free(s, p->x[i]);
  }
  return shared_gather(s, row, t->k);
}

static smpc_err make_table(smpc_session *s, struct shared_fit *t, smpc_shared **xt) {
  struct pieces p = {.x = {NULL}};
  bool by_key = t->job->model->match == MODEL_BY_KEY;
  for (unsigned i = 0; i < t->job->joint.cfg->parties; i++)
    p.k[i] = joint_is_in(t->job->joint.roles.inputs, i) ? columns_of(p.predictor[i], t->job, i) : 0;
  smpc_err err = by_key ? join(s, t, &p) : open_sizes(s, t);
  if (err != SMPC_OK || t->job->joint.refusal[0] != 0) return err;
  t->rows[0] = t->n; /* for batches: as if of one hospital */
  t->batches = shared_batches(t);
  if (!by_key) share_pieces(s, t, &p);
  *xt = together(s, t, &p);
  if (by_key) return smpc_session_error(s).code;
  smpc_shared *row = smpc_transpose(s, t->used), *all = *xt, *outcome = t->outcome;
  *xt = smpc_mul(s, all, row);
  t->outcome = smpc_mul(s, outcome, t->used);
  smpc_shared *old[] = {row, all, outcome};
  for (unsigned i = 0; i < sizeof old / sizeof *old; i++) smpc_shared_free(s, old[i]);
  return smpc_session_error(s).code;
}

/* --- 2: rules ---------------------------------------------------------------------------- */

static smpc_shared *whole(smpc_session *s, int64_t value) { return smpc_constant_i64(s, &value, fit_shape(1, 1)); }
static smpc_shared *none(smpc_session *s, const smpc_shared *bits) {
  smpc_shared *sum = smpc_sum(s, bits);
  return smpc_less(s, sum, whole(s, 1));
}

/* 1 for a column of 0 and 1, 1 x k: each hospital says so of its own. */
static smpc_shared *binary_columns(smpc_session *s, const struct shared_fit *t) {
  const struct fit_job *job = t->job;
  smpc_shared *bit[MODEL_MAX_PREDICTORS] = {NULL};
  for (unsigned i = 0; i < job->joint.cfg->parties; i++) {
    unsigned predictor[MODEL_MAX_PREDICTORS], k = joint_is_in(job->joint.roles.inputs, i) ? columns_of(predictor, job, i) : 0;
    int64_t none_of_mine[MODEL_MAX_PREDICTORS] = {0};
    if (k == 0) continue;
    smpc_shared *mine = fit_within(
        s, smpc_input_i64(s, smpc_p(i), is_mine(job, i) ? job->columns->binary : none_of_mine, fit_shape(k, 1)), 1);
    for (unsigned j = 0; j < k; j++) bit[predictor[j]] = smpc_slice(s, mine, j, 0, fit_shape(1, 1));
  }
  return smpc_transpose(s, shared_gather(s, bit, t->k));
}

/* x = 1 times 2^-range, as a binary column has it: k x 1. */
static smpc_shared *units(smpc_session *s, const struct shared_fit *t) {
  double one[MODEL_MAX_PREDICTORS] = {0};
  for (size_t j = 0; j < t->k; j++) {
    int range = t->job->model->range[j];
    if (range >= 0 && range <= MOST_BINARY_RANGE) one[j] = ldexp(1, -range);
  }
  return smpc_constant(s, one, fit_shape(t->k, 1));
}

/* Every cell of every binary column: counts times 2^-range against the minimum times the same. */
static smpc_shared *cells_hold(smpc_session *s, const struct shared_fit *t, const smpc_shared *xt, const smpc_shared *n,
                               const smpc_shared *events) {
  smpc_shared *unit = units(s, t), *in_events = smpc_matmul(s, unit, events), *in_all = smpc_matmul(s, unit, n);
  smpc_shared *sum = smpc_transpose(s, smpc_sum_rows(s, smpc_transpose(s, xt)));
  smpc_shared *both = smpc_matmul(s, xt, t->outcome), *only_x = smpc_sub(s, sum, both), *only_y = smpc_sub(s, in_events, both);
  smpc_shared *cell[] = {both, only_x, only_y, smpc_sub(s, smpc_sub(s, in_all, only_y), sum)};
  smpc_shared *least = smpc_scale_i64(s, t->job->model->base.minimum_cell, unit, 0), *limits[4];
  for (unsigned i = 0; i < 4; i++) limits[i] = smpc_slice(s, least, 0, 0, fit_shape(t->k, 1));
  smpc_shared *small = shared_gather(s, cell, 4);
  small = smpc_less(s, small, shared_gather(s, limits, 4));
  smpc_shared *by_column = smpc_sum_rows(s, smpc_reshape(s, small, fit_shape(4, t->k)));
  return none(s, smpc_mul(s, by_column, binary_columns(s, t)));
}

static smpc_err check_rules(smpc_session *s, struct shared_fit *t, const smpc_shared *xt, bool *pass) {
  struct fit_job *job = t->job;
  const struct model *m = job->model;
  int64_t flag[RULES];
  smpc_shared *n = smpc_sum(s, t->used), *events = smpc_sum(s, t->outcome);
  smpc_shared *classes = smpc_concat(s, events, smpc_sub(s, n, events));
  smpc_shared *enough = none(s, smpc_less(s, classes, whole(s, m->minimum_events * (int64_t)t->p)));
  smpc_shared *rows = none(s, smpc_less(s, n, whole(s, m->base.minimum_cell)));
  smpc_shared *bits = smpc_concat(s, smpc_concat(s, enough, cells_hold(s, t, xt, n, events)), rows);
  smpc_err err = fit_open(s, job, bits, FIT_RULES, flag, RULES);
  *pass = err == SMPC_OK && flag[RULE_EVENTS] && flag[RULE_CELLS] && flag[RULE_ROWS];
  if (err != SMPC_OK || *pass) return err;
  if (!flag[RULE_ROWS]) fit_refuse(job, "fewer than %lld rows are complete at all hospitals", (long long)m->base.minimum_cell);
  else if (!flag[RULE_EVENTS])
    fit_refuse(job, "too few events or non-events: the question asks for %lld of each for each of the %zu coefficients",
               (long long)m->minimum_events, t->p);
  else
    fit_refuse(job, "a binary predictor has fewer than %lld rows of one value and one outcome", (long long)m->base.minimum_cell);
  return SMPC_OK;
}

/* --- 3: the moments --------------------------------------------------------------------------- */

static smpc_err open_count(smpc_session *s, struct shared_fit *t) {
  int64_t n;
  smpc_err err = fit_open(s, t->job, smpc_sum(s, t->used), FIT_MATCHED, &n, 1);
  t->count = t->job->joint.estimating ? shared_stand_in(t->job) : (size_t)n;
  shared_scale_of(t);
  return err;
}

/* x / n, 1 x k; x is freed. */
static smpc_shared *mean_of(smpc_session *s, const struct shared_fit *t, smpc_shared *sum) {
  smpc_shared *part = shared_halved(s, fit_within(s, sum, (double)t->count), t->m);
  smpc_shared *mean = smpc_scale(s, ldexp(1, t->m) / (double)t->count, part, 0);
  smpc_shared_free(s, part);
  return fit_within(s, mean, 1);
}

static smpc_shared *moments_of(smpc_session *s, const struct shared_fit *t, const smpc_shared *xt, const smpc_shared *x) {
  smpc_shared *products = fit_within(s, smpc_matmul(s, xt, x), (double)t->count), *square[MODEL_MAX_PREDICTORS];
  for (size_t j = 0; j < t->k; j++) square[j] = smpc_slice(s, products, j, j, fit_shape(1, 1));
  smpc_shared *squares = shared_gather(s, square, t->k), *second = smpc_transpose(s, squares);
  smpc_shared_free(s, products);
  smpc_shared_free(s, squares);
  smpc_shared *first = mean_of(s, t, smpc_sum_rows(s, x));
  return smpc_concat(s, first, mean_of(s, t, second));
}

smpc_err shared_columns(smpc_session *s, struct shared_fit *t) {
  smpc_shared *xt = NULL;
  bool pass = false;
  smpc_err err = make_table(s, t, &xt);
  if (err == SMPC_OK && t->job->joint.refusal[0] == 0) err = check_rules(s, t, xt, &pass);
  if (err != SMPC_OK || t->job->joint.refusal[0] != 0) return err;
  err = open_count(s, t);
  if (err != SMPC_OK || t->job->joint.refusal[0] != 0) return err;
  t->y = fit_within(s, smpc_scale(s, 1, t->outcome, 0), 1);
  smpc_shared *x = smpc_transpose(s, xt), *moments = moments_of(s, t, xt, x);
  smpc_shared_free(s, xt);
  shared_standardise(s, t, x, moments);
  return smpc_session_error(s).code;
}
