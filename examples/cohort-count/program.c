/* program.c - joint counts with small cells suppressed inside the shares.
 *
 * Functionality  from every input party a vector of counts x_i; gives the recipients, for
 *                every cell with sum c, c if c >= k and c - x_r >= k for every learner r
 *                with data of its own, and no n hospitals have more than p per cent of it where
 *                the question has such a rule (or c = 0 and zeros are shown), else "suppressed".
 *                With noise: the same of c + x alone, x discrete Laplace and known to nobody;
 *                then nothing else is a learner's.
 *                Displayed totals: the learners are the recipients; nothing else to
 *                anybody.  True totals: all parties are learners, for they get which
 *                cells are primary and which margins pass their check; the recipients
 *                also get the margins that are published.
 *                With `distinct` x_i are keys with cells: c is the number of different ones, each in
 *                the cell of the first party that has it, and x_r counts r's different ones.
 * Steps          1. share x_i, add (distinct: count in shares, smpc_psi_tally); stack c and every c - x_r as rows         (versions)
 *                2. compare all of them with k at once, and with the rows of the dominance
 *                   rule (dominance.c); a cell is shown when all of
 *                   its versions pass: the product of bits, in log rounds     (show)
 *                3. displayed totals: open show (c + 1); 0 means suppressed
 *                   true totals: open show; choose the complement in public
 *                   (suppress.h); check the hidden sums of the lines; open the table
 * Why            Everything is decided in shares before anything opens, by comparisons and
 *                products of bits; what opens is a function of the functionality's output.
 * Assumes        smpc.h; a party's counts are below 2^40 together, and there are at most 32
 *                parties, so no sum overflows.
 * Secrets        everything but what smpc_open_i64() gives.
 */
#include "program.h"

#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dominance.h"

bool count_has_true_totals(const struct question *q) {
  return q->totals == QUESTION_TOTALS_TRUE && q->data.n_strata > 0;
}

bool count_opening(struct opening *o, const void *user, unsigned which) {
  const struct count_job *job = user;
  o->what = which == COUNT_FLAGS ? "which cells and margins are suppressed" : "the table";
  o->to_everybody = which == COUNT_FLAGS;
  snprintf(o->purpose, sizeof o->purpose, "%s%s", job->joint.purpose, which == COUNT_FLAGS ? ": which cells are suppressed" : "");
  return which == COUNT_TABLE || count_has_true_totals(job->question);
}

static smpc_shape shape(size_t rows, size_t cols) {
  smpc_shape s = {rows, cols};
  return s;
}

static smpc_shared *constant(smpc_session *s, int64_t value) { return smpc_constant_i64(s, &value, shape(1, 1)); }

/* 1 - bit */
static smpc_shared *negate(smpc_session *s, const smpc_shared *bit) { return smpc_scale_i64(s, -1, bit, 1); }

static smpc_shared *row(smpc_session *s, const smpc_shared *x, size_t i) {
  return smpc_slice(s, x, i, 0, shape(1, smpc_shared_shape(x).cols));
}

/* y's rows below x's; x is NULL at the start. */
static smpc_shared *stack(smpc_session *s, smpc_shared *x, smpc_shared *y) { return x ? smpc_concat(s, x, y) : y; }

/* Who learns anything from which it could subtract its own counts. */
static smpc_who learners(const struct count_job *job) {
  return count_has_true_totals(job->question) ? job->joint.everybody : job->joint.roles.recipients;
}

/* What must pass: `versions`, row 0 the joint table, the others what a learner cannot
 * subtract; `shares`, rows that are negative where few hospitals have most (or NULL). */
struct judged { smpc_shared *versions, *shares; };

/* `distinct`: every key once. */
static smpc_shared *count_keys(smpc_session *s, const struct count_job *job) {
  smpc_psi q = SMPC_PSI_INIT;
  q.owners = job->joint.roles.inputs;
  return smpc_psi_tally(s, &q, job->items, job->cell, job->question->n_cells, NULL);
}

/* Step 1. */
static struct judged inputs(smpc_session *s, const struct count_job *job) {
  smpc_shape cells = shape(1, job->question->n_cells);
  smpc_shared *own[SMPC_MAX_PARTIES], *input[SMPC_MAX_PARTIES], *sum = NULL, *all;
  unsigned n_own = 0, n = 0;
  bool is_distinct = job->question->distinct != NULL;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    if (!joint_is_in(job->joint.roles.inputs, i) || (is_distinct && !joint_is_in(learners(job), i))) continue;
    smpc_shared *x = smpc_input_i64(s, smpc_p(i), job->mine, cells);
    input[n++] = x;
    sum = sum ? smpc_add(s, sum, x) : x;
    if (joint_is_in(learners(job), i)) own[n_own++] = x;
  }
  if (is_distinct) sum = count_keys(s, job);
  if (job->joint.epsilon > 0) /* what is shown is decided by the noised counts alone: nothing else depends on the true ones */
    return (struct judged){smpc_add(s, sum, smpc_noise_laplace(s, job->joint.epsilon, cells)), NULL};
  all = sum;
  for (unsigned r = 0; r < n_own; r++) all = smpc_concat(s, all, smpc_sub(s, sum, own[r]));
  return (struct judged){all, dominance_rows(s, job->question, input, n, sum, own, n_own)};
}

/* The product over the rows of bits, 1 round for each halving. */
static smpc_shared *all_rows(smpc_session *s, smpc_shared *bits) {
  for (smpc_shape n = smpc_shared_shape(bits); n.rows > 1; n = smpc_shared_shape(bits)) {
    size_t half = n.rows / 2;
    smpc_shared *top = smpc_slice(s, bits, 0, 0, shape(half, n.cols));
    smpc_shared *both = smpc_mul(s, top, smpc_slice(s, bits, half, 0, shape(half, n.cols)));
    bits = n.rows % 2 ? smpc_concat(s, both, row(s, bits, n.rows - 1)) : both;
  }
  return bits;
}

/* Step 2. */
static smpc_shared *shown(smpc_session *s, const struct question *q, const struct judged *j) {
  const smpc_shared *versions = j->versions, *rows = smpc_scale_i64(s, 1, versions, -q->minimum_cell);
  if (j->shares != NULL) rows = smpc_concat(s, rows, j->shares);
  smpc_shared *small = smpc_less(s, rows, constant(s, 0));
  smpc_shared *show = all_rows(s, negate(s, small));
  if (q->zeros == QUESTION_ZEROS_SUPPRESSED) return show;
  smpc_shared *joint = row(s, versions, 0);
  return smpc_add(s, show, smpc_equal(s, joint, constant(s, 0))); /* never both: k >= 1 */
}

/* Step 3, displayed totals. */
static smpc_err open_cells(smpc_session *s, struct count_job *job, const smpc_shared *versions,
                           const smpc_shared *show) {
  smpc_shared *marked = smpc_mul(s, show, smpc_scale_i64(s, 1, row(s, versions, 0), 1));
  return joint_open(s, &job->joint, marked);
}

/* --- true totals ------------------------------------------------------------ */
struct totals {
  smpc_session *s;
  struct count_job *job;
  struct suppress *flags;
  smpc_shared *versions;
  size_t n_versions;
  struct suppress_rule rule;
  struct opening told;
};

/* The margins of a table given as one row, in one column: rows, then columns; one
 * dimension: the row. */
static smpc_shared *margins(const struct totals *t, smpc_shared *cells) {
  if (t->flags->rows == 1) return smpc_sum(t->s, cells);
  smpc_shared *table = smpc_reshape(t->s, cells, shape(t->flags->rows, t->flags->cols));
  smpc_shared *rows = smpc_sum_rows(t->s, smpc_transpose(t->s, table)), *cols = smpc_sum_rows(t->s, table);
  rows = smpc_transpose(t->s, rows);
  return smpc_concat(t->s, rows, smpc_transpose(t->s, cols));
}

/* How often each column of `sums` (n_versions rows) is below its public minimum: 1 x n. */
static smpc_shared *failures(const struct totals *t, smpc_shared *sums, const int64_t *minimum, size_t n) {
  return smpc_sum_rows(t->s, smpc_less(t->s, sums, smpc_constant_i64(t->s, minimum, shape(1, n))));
}

/* Open where a number of failures is zero. */
static smpc_err open_passed(const struct totals *t, const smpc_shared *n_failures, int64_t *passed, size_t n) {
  smpc_shared *ok = smpc_less(t->s, n_failures, constant(t->s, 1));
  return smpc_open_i64(t->s, ok, t->job->joint.everybody, t->told.purpose, passed, n);
}

/* The cells for which `in` is 1, in every version. */
static smpc_shared *masked(const struct totals *t, const int64_t *in) {
  return smpc_mul(t->s, t->versions, smpc_constant_i64(t->s, in, shape(1, t->job->question->n_cells)));
}

static unsigned first_of_side(const struct suppress *flags, unsigned l) {
  unsigned first = 0;
  while (first < l && !suppress_same_side(flags, first, l)) first++;
  return first;
}

/* Lines of one side of a block fail together: give each the failures of all. */
static smpc_shared *by_side(const struct totals *t, const smpc_shared *each) {
  unsigned n = t->flags->lines;
  smpc_shared **side = calloc(n, sizeof *side), *all = NULL;
  for (unsigned l = 0; side != NULL && l < n; l++) {
    smpc_shared **sum = &side[first_of_side(t->flags, l)], *own = smpc_slice(t->s, each, 0, l, shape(1, 1));
    *sum = *sum ? smpc_add(t->s, *sum, own) : own;
  }
  for (unsigned l = 0; side != NULL && l < n; l++) all = stack(t->s, all, side[first_of_side(t->flags, l)]);
  free(side);
  return all;
}

/* Which margins of the affected lines may be published. */
static smpc_err check_lines(const struct totals *t, int64_t *room) {
  unsigned n = t->flags->lines;
  uint8_t *ok = calloc(n, 1);
  smpc_shared *sums = NULL;
  if (ok == NULL) return SMPC_E_NOMEM;
  for (size_t c = 0; c < t->job->question->n_cells; c++) room[c] = t->flags->hidden[c];
  smpc_shared *hidden = masked(t, room);
  for (size_t v = 0; v < t->n_versions; v++)
    sums = stack(t->s, sums, smpc_transpose(t->s, margins(t, row(t->s, hidden, v))));
  for (unsigned l = 0; l < n; l++) room[l] = suppress_line_minimum(t->flags, l, t->rule);
  smpc_err err = open_passed(t, by_side(t, failures(t, sums, room, n)), room, n);
  for (unsigned l = 0; l < n; l++) ok[l] = room[l] == 1;
  suppress_decide(t->flags, ok);
  free(ok);
  return err;
}

/* May the grand total be published? */
static smpc_err check_total(const struct totals *t, int64_t *room) {
  int64_t minimum = suppress_total_minimum(t->flags, t->rule), passed = 0;
  smpc_shared *sums = NULL;
  for (size_t c = 0; c < t->job->question->n_cells; c++) room[c] = suppress_open_cell(t->flags, c);
  smpc_shared *hidden = masked(t, room);
  for (size_t v = 0; v < t->n_versions; v++) sums = stack(t->s, sums, smpc_sum(t->s, row(t->s, hidden, v)));
  smpc_err err = open_passed(t, failures(t, sums, &minimum, 1), &passed, 1);
  t->flags->total_shown = passed == 1;
  return err;
}

/* Cells, margins and total in one column, each one more than it is; those that are not published are 0. */
static smpc_err open_table(const struct totals *t, int64_t *room) {
  size_t cells = t->job->question->n_cells, lines = t->flags->lines, n = cells + lines + 1;
  smpc_shared *joint = row(t->s, t->versions, 0), *all = smpc_reshape(t->s, joint, shape(cells, 1));
  all = smpc_concat(t->s, all, margins(t, joint));
  all = smpc_concat(t->s, all, smpc_sum(t->s, joint));
  for (size_t c = 0; c < cells; c++) room[c] = !t->flags->hidden[c];
  for (size_t l = 0; l < lines; l++) room[cells + l] = t->flags->line_shown[l];
  room[n - 1] = t->flags->total_shown;
  all = smpc_scale_i64(t->s, 1, all, 1);
  all = smpc_mul(t->s, all, smpc_constant_i64(t->s, room, shape(n, 1)));
  return joint_open(t->s, &t->job->joint, all);
}

/* Open the flags of the rule, and choose the complement. */
static smpc_err open_flags(const struct totals *t, const smpc_shared *show, int64_t *room) {
  const struct question *q = t->job->question;
  size_t n = q->n_cells;
  unsigned rows = q->data.n_strata == 2 ? question_n_labels(q, 0) : 1;
  uint8_t *primary = calloc(n, 1);
  smpc_err err = primary == NULL ? SMPC_E_NOMEM : smpc_open_i64(t->s, show, t->job->joint.everybody, t->told.purpose, room, n);
  for (size_t c = 0; err == SMPC_OK && c < n; c++) primary[c] = room[c] != 1;
  if (err == SMPC_OK &&
      !suppress_choose(t->flags, rows, (unsigned)(n / rows), primary, q->zeros == QUESTION_ZEROS_SHOWN))
    err = SMPC_E_NOMEM;
  free(primary);
  return err;
}

/* Step 3, true totals. */
static smpc_err open_with_totals(smpc_session *s, struct count_job *job, smpc_shared *versions,
                                 const smpc_shared *show) {
  struct totals t = {s,
                     job,
                     &job->table->flags,
                     versions,
                     smpc_shared_shape(versions).rows,
                     {job->question->minimum_cell, job->question->zeros == QUESTION_ZEROS_SHOWN},
                     {0}};
  int64_t *room = calloc(2 * job->question->n_cells + 4, sizeof *room);
  (void)count_opening(&t.told, job, COUNT_FLAGS);
  smpc_err err = room == NULL ? SMPC_E_NOMEM : open_flags(&t, show, room);
  if (err == SMPC_OK) err = check_lines(&t, room);
  if (err == SMPC_OK) err = check_total(&t, room);
  if (err == SMPC_OK) err = open_table(&t, room);
  job->table->flags_known = err == SMPC_OK;
  free(room);
  return err;
}

/* --- what opens, and what becomes of it ------------------------------------- */

static unsigned n_lines(const struct question *q) {
  if (!count_has_true_totals(q)) return 0;
  return q->data.n_strata == 2 ? question_n_labels(q, 0) + question_n_labels(q, 1) : 1;
}

size_t count_result_len(const struct question *q) {
  return count_has_true_totals(q) ? q->n_cells + n_lines(q) + 1 : q->n_cells;
}

/* Everywhere 0 is TABLE_SUPPRESSED, and else one more than the count. */
void count_decode(struct joint *joint) {
  struct count_job *job = (struct count_job *)joint;
  struct table *t = job->table;
  const struct question *q = t->question;
  const int64_t *words = joint->words;
  size_t lines = n_lines(q);
  joint->hidden = 0;
  joint->knows_hidden = true;
  for (size_t c = 0; c < q->n_cells; c++) joint->hidden += (t->cells[c] = words[c] - 1) == TABLE_SUPPRESSED;
  if (!count_has_true_totals(q)) return;
  for (size_t l = 0; l < lines; l++) t->lines[l] = words[q->n_cells + l] - 1;
  t->total = words[q->n_cells + lines] - 1;
  t->flags.rows = q->data.n_strata == 2 ? question_n_labels(q, 0) : 1;
  t->flags_known = true;
}

static smpc_err open_result(smpc_session *s, struct count_job *job) {
  struct judged j = inputs(s, job);
  smpc_shared *show = shown(s, job->question, &j), *versions = j.versions, *hidden = NULL;
  if (joint_tells(&job->joint)) hidden = smpc_scale_i64(s, -1, smpc_sum(s, show), (int64_t)job->question->n_cells);
  smpc_err err = joint_tell(s, &job->joint, hidden);
  suppress_free(&job->table->flags);
  if (err != SMPC_OK) return err;
  return count_has_true_totals(job->question) ? open_with_totals(s, job, versions, show)
                                              : open_cells(s, job, versions, show);
}

void count_program(smpc_session *s, void *user) {
  struct count_job *job = user;
  job->joint.err = open_result(s, job);
  if (job->joint.err == SMPC_OK) count_decode(&job->joint);
  if (job->joint.err == SMPC_E_NOMEM) smpc_session_cancel(s); /* the others need not wait for us */
}
