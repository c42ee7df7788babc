/* test_count_program.c - the joint program against the same rules in the clear, on
 * the simulated network: 2, 3 and 8 parties, with and without own data, all
 * kinds of zeros and totals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../examples/in_clear.h"
#include "examples/cohort-count/program.h"
#include "support/parties.h"
#include "support/test.h"

enum { PARTIES = 8 };

/* One run: what each party puts in, and what it gets. */
struct run {
  unsigned n, n_strata, labels[3];
  bool zeros_shown, true_totals, all_compute;
  unsigned dominant, percent; /* the rule; 0: none */
  int64_t k;
  unsigned roles[PARTIES];
  uint64_t recipients; /* bits */
  struct question *question;
  struct count_job job[PARTIES];
  struct table table[PARTIES];
  int64_t counts[PARTIES][CLEAR_CELLS];
};

static unsigned below(uint64_t *state, unsigned n) { return (unsigned)(test_random(state) % n); }

static void make_question(struct run *r) {
  char text[2048], message[256];
  FILE *f = fmemopen(text, sizeof text, "w");
  fprintf(f,
          "study: {title: t, purpose: p}\nquestions:\n  - name: q\n    program: cohort-count\n    recipients: [x]\n"
          "    columns: [{name: a, type: number}]\n    minimum_cell: %d\n    zeros: %s\n    totals: %s\n",
          (int)r->k, r->zeros_shown ? "shown" : "suppressed", r->true_totals ? "true" : "displayed");
  if (r->dominant > 0) fprintf(f, "    dominance: {parties: %u, percent: %u}\n", r->dominant, r->percent);
  if (r->n_strata > 0) fputs("    strata:\n", f);
  for (unsigned d = 0; d < r->n_strata; d++) {
    fprintf(f, "      - {name: s%u, expression: a, cells: [1", d);
    for (unsigned i = 2; i < r->labels[d]; i++) fprintf(f, ", %u", i);
    fputs("]}\n", f);
  }
  fclose(f);
  if (!question_parse(&r->question, "q", text, strlen(text), NULL, message, sizeof message)) fail_msg("%s", message);
}

static void set_up(struct run *r, uint64_t *state) {
  struct question_roles roles = {{r->recipients}, {0}, 0};
  make_question(r);
  for (unsigned p = 0; p < r->n; p++)
    if (r->roles[p] & SMPC_INPUT) roles.inputs = smpc_and(roles.inputs, smpc_p(p)), roles.n_inputs++;
  for (unsigned p = 0; p < r->n; p++) {
    bool sparse = below(state, 2) == 0;
    assert_true(table_init(&r->table[p], r->question));
    r->job[p] = (struct count_job){.question = r->question, .mine = r->counts[p], .table = &r->table[p]};
    r->job[p].joint = (struct joint){.purpose = "p", .roles = roles, .everybody = {(UINT64_C(1) << r->n) - 1}};
    for (size_t c = 0; c < r->question->n_cells; c++)
      r->counts[p][c] =
          !(r->roles[p] & SMPC_INPUT) || (sparse && below(state, 2)) ? 0 : below(state, 2 * (unsigned)r->k);
  }
}

static void tear_down(struct run *r) {
  for (unsigned p = 0; p < r->n; p++) {
    table_free(&r->table[p]);
    joint_free(&r->job[p].joint);
  }
  question_free(r->question);
}

static struct clear_table in_clear(const struct run *r) {
  struct clear_table t = {.k = r->k, .zeros_shown = r->zeros_shown};
  t.rows = r->n_strata == 2 ? r->labels[0] : 1;
  t.cols = (unsigned)r->question->n_cells / t.rows;
  for (unsigned p = 0; p < r->n; p++) {
    for (size_t c = 0; c < r->question->n_cells; c++) t.x[c] += r->counts[p][c];
    bool learns = r->recipients >> p & 1 || count_has_true_totals(r->question);
    if (!learns || !(r->roles[p] & SMPC_INPUT)) continue;
    memcpy(t.own[t.recipients++], r->counts[p], r->question->n_cells * sizeof **r->counts);
  }
  return t;
}

/* Do `dominant` of the hospitals other than `reader` have too much of what it cannot subtract?  The largest are
 * found by taking the largest again and again.  No rule where there are no more than so many. */
static bool is_dominated(const struct run *r, unsigned c, unsigned reader) {
  int64_t most = 0, joint = 0;
  unsigned others = 0;
  bool taken[PARTIES] = {false};
  for (unsigned p = 0; p < r->n; p++) {
    taken[p] = p == reader || !(r->roles[p] & SMPC_INPUT);
    if (!taken[p]) others++, joint += r->counts[p][c];
  }
  if (r->dominant == 0 || others <= r->dominant) return false;
  for (unsigned i = 0; i < r->dominant; i++) {
    unsigned best = PARTIES;
    for (unsigned p = 0; p < r->n; p++)
      if (!taken[p] && (best == PARTIES || r->counts[p][c] > r->counts[best][c])) best = p;
    taken[best] = true;
    most += r->counts[best][c];
  }
  return 100 * most > (int64_t)r->percent * joint;
}

static bool is_shown(const struct run *r, const struct clear_table *t, unsigned c) {
  bool dominated = is_dominated(r, c, PARTIES); /* to who has no data */
  for (unsigned p = 0; p < r->n; p++)
    if (r->recipients >> p & 1 && r->roles[p] & SMPC_INPUT) dominated |= is_dominated(r, c, p);
  return clear_is_shown(t, c) && !dominated;
}

static void check_displayed(const struct run *r, const struct clear_table *t, unsigned p) {
  for (unsigned c = 0; c < r->question->n_cells; c++)
    assert_int_equal(r->table[p].cells[c],
                     (r->recipients >> p & 1) && is_shown(r, t, c) ? t->x[c] : TABLE_SUPPRESSED);
}

static int64_t sum_of(const struct clear_table *t, const struct suppress *s, unsigned line, bool all) {
  int64_t sum = 0;
  for (unsigned c = 0; c < t->rows * t->cols; c++)
    if (all || (line < s->rows ? c / t->cols == line : c % t->cols == line - s->rows)) sum += t->x[c];
  return sum;
}

static void check_totals(const struct run *r, const struct clear_table *t, unsigned p) {
  const struct table *got = &r->table[p];
  bool has_it = r->recipients >> p & 1;
  struct suppress s;
  clear_publish(t, &s);
  assert_true(got->flags_known);
  assert_memory_equal(got->flags.hidden, s.hidden, r->question->n_cells);
  assert_memory_equal(got->flags.line_shown, s.line_shown, s.lines);
  assert_int_equal(got->flags.total_shown, s.total_shown);
  for (unsigned c = 0; c < r->question->n_cells; c++)
    assert_int_equal(got->cells[c], !s.hidden[c] && has_it ? t->x[c] : TABLE_SUPPRESSED);
  for (unsigned l = 0; l < s.lines; l++)
    assert_int_equal(got->lines[l], s.line_shown[l] && has_it ? sum_of(t, &s, l, false) : TABLE_SUPPRESSED);
  assert_int_equal(got->total, s.total_shown && has_it ? sum_of(t, &s, 0, true) : TABLE_SUPPRESSED);
  suppress_free(&s);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *r = ctx;
  count_program(s, &r->job[me]);
}

static void run_and_check(struct run *r, uint64_t *state) {
  struct parties parties = {.n = r->n, .dealer = true, .seed = test_random(state), .roles = r->roles};
  struct parties_result result;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  uint64_t bytes = 0;
  set_up(r, state);
  parties_run_ok(&parties, body, r, &result);
  struct clear_table t = in_clear(r);
  for (unsigned p = 0; p < r->n; p++) {
    assert_int_equal(r->job[p].joint.err, SMPC_OK);
    if (r->true_totals && r->n_strata > 0) check_totals(r, &t, p);
    else check_displayed(r, &t, p);
    if (result.spent[p].bytes > bytes) bytes = result.spent[p].bytes;
  }
  parties_config(&cfg, secret, &parties, 0);
  assert_int_equal(smpc_estimate(&cfg, count_program, &r->job[0], &cost), SMPC_OK);
  assert_int_equal(cost.rounds, result.spent[0].rounds);
  if (r->all_compute) assert_int_equal(cost.bytes, bytes);
  else assert_true(cost.bytes >= bytes); /* of a party that gives everybody's input */
  tear_down(r);
}

static struct run random_run(unsigned n, uint64_t *state) {
  struct run r = {.n = n, .n_strata = below(state, 4), .zeros_shown = below(state, 2), .k = 3 + below(state, 5)};
  r.true_totals = r.n_strata < 3 && below(state, 3) > 0;
  for (unsigned d = 0; d < r.n_strata; d++) r.labels[d] = 2 + below(state, r.n_strata == 3 ? 2 : 5);
  for (unsigned p = 0; p < n; p++) r.roles[p] = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  r.all_compute = true;
  r.recipients = UINT64_C(1) << below(state, n);
  if (below(state, 2)) r.recipients |= UINT64_C(1) << below(state, n);
  if (n > 2 && below(state, 2)) r.roles[n - 1] = SMPC_COMPUTE | SMPC_RESULT; /* a recipient without data, perhaps */
  if (!(r.true_totals) && below(state, 2))
    r.dominant = 1 + below(state, n < 4 ? n - 1 : 3), r.percent = 40 + below(state, 50);
  if (r.dominant > 0 && r.dominant + 1 >= n) r.dominant = 1; /* one may be without data */
  if (n == 2 && r.dominant > 0) r.dominant = 1;
  return r;
}

static void random_runs(unsigned n, unsigned runs) {
  uint64_t state = n;
  for (unsigned i = 0; i < runs; i++) {
    struct run r = random_run(n, &state);
    run_and_check(&r, &state);
  }
}

static void two_parties(void **unused) {
  (void)unused;
  random_runs(2, 24);
}
static void three_parties(void **unused) {
  (void)unused;
  random_runs(3, 24);
}
static void eight_parties(void **unused) {
  (void)unused;
  random_runs(8, 6);
}

/* Five of eight hospitals delegate the computing to three. */
static void some_only_give_input(void **unused) {
  (void)unused;
  uint64_t state = 99;
  for (unsigned i = 0; i < 4; i++) {
    struct run r = random_run(8, &state);
    r.all_compute = false;
    for (unsigned p = 0; p < 8; p++) r.roles[p] = SMPC_INPUT | SMPC_RESULT | (p < 3 ? SMPC_COMPUTE : 0);
    run_and_check(&r, &state);
  }
}

/* With noise what opens is the table of noised counts: most of the cells are off, none by
 * much, and a cell is shown when its noised count is at least k. */
static void noise_is_added_before_anything_is_decided(void **unused) {
  (void)unused;
  uint64_t state = 12;
  struct run r = {.n = 3, .n_strata = 2, .labels = {5, 5}, .k = 10, .recipients = 1, .all_compute = true};
  unsigned off = 0, hidden = 0;
  for (unsigned p = 0; p < r.n; p++) r.roles[p] = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  set_up(&r, &state);
  for (unsigned p = 0; p < r.n; p++) {
    r.job[p].joint.epsilon = 0.5;
    for (unsigned c = 0; c < r.question->n_cells; c++) r.counts[p][c] = p == 0 ? c : 0; /* 0 .. 24, all of the recipient */
  }
  parties_run_ok(&(struct parties){.n = r.n, .dealer = true, .seed = 4}, body, &r, NULL);
  for (unsigned c = 0; c < r.question->n_cells; c++) {
    int64_t got = r.table[0].cells[c];
    hidden += got == TABLE_SUPPRESSED;
    if (got == TABLE_SUPPRESSED) continue;
    assert_true(got >= 10 && llabs(got - (int64_t)c) < 60);
    off += got != (int64_t)c;
  }
  assert_true(off >= 5); /* each is right with probability 0.24 */
  assert_in_range(hidden, 3, 17);
  tear_down(&r);
}

TEST_MAIN(T(noise_is_added_before_anything_is_decided), T(two_parties), T(three_parties), T(eight_parties),
          T(some_only_give_input))
