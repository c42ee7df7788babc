/* test_rowset.c - which rows stand behind an input: how few differ between two inputs, told by
 * sketches; and what every party refuses by them, whatever the questions. */
#include "support/test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/notary.h"
#include "govern/rowsets.h"

enum { SEED = 37, ROWS = 60 };

/* --- sketches ----------------------------------------------------------------------- */

static void sketch(struct smpi_sketch *k, unsigned apart, const uint64_t *row, size_t n, uint8_t key) {
  uint8_t secret[64];
  uint64_t *copy = malloc((n + 1) * sizeof *copy);
  memset(secret, key, sizeof secret);
  memcpy(copy, row, n * sizeof *copy);
  k->n = smpi_sketch_words(apart);
  smpi_sketch_make(k, copy, n, secret);
  free(copy);
}

/* Sets that share `common` rows; the one has `more` besides, the other `others`. */
static unsigned apart_of(unsigned limit, size_t common, size_t more, size_t others) {
  struct smpi_sketch a, b;
  uint64_t *row = malloc((common + more + others + 1) * sizeof *row), state = common + 7;
  for (size_t i = 0; i < common + more + others; i++) row[i] = test_random(&state);
  sketch(&a, limit, row + others, common + more, 1);
  sketch(&b, limit, row, others + common, 1);
  free(row);
  return smpi_sketch_apart_vt(a.word, b.word, a.n);
}

static void few_rows_apart_are_counted_exactly(void **state) {
  (void)state;
  static const unsigned limit[] = {1, 2, 9, SMPI_ROWS_APART};
  for (size_t l = 0; l < 4; l++)
    for (size_t d = 0; d <= limit[l] + 3; d++)
      for (size_t more = 0; more <= d; more += d / 3 + 1) {
        unsigned got = apart_of(limit[l], 200, more, d - more), many = smpi_sketch_words(limit[l]);
        if (got != (d <= limit[l] ? d : many)) fail_msg("limit %u: %zu and %zu: %u", limit[l], more, d - more, got);
      }
  assert_int_equal(apart_of(9, 0, 0, 0), 0);
  assert_int_equal(apart_of(9, 0, 3, 0), 3); /* no rows at all before */
  assert_int_equal(apart_of(9, 3000, 900, 1100), smpi_sketch_words(9));
  assert_int_equal(smpi_sketch_words(1000000), SMPI_SKETCH_WORDS);
}

static void equal_rows_are_rows(void **state) {
  (void)state;
  static const uint64_t one[] = {7, 7, 7, 5, 9}, other[] = {9, 7, 5, 7};
  struct smpi_sketch a, b, c;
  sketch(&a, 9, one, 5, 1);
  sketch(&b, 9, other, 4, 1);
  assert_int_equal(smpi_sketch_apart_vt(a.word, b.word, a.n), 1);
  sketch(&c, 9, one, 5, 2); /* another party's key: nothing in common */
  assert_int_equal(smpi_sketch_apart_vt(a.word, c.word, a.n), a.n);
}

static void shorter_sketches_begin_longer_ones(void **state) {
  (void)state;
  static const uint64_t row[] = {1, 2, 3, 4};
  struct smpi_sketch a, b;
  sketch(&a, 9, row, 4, 1);
  sketch(&b, 4, row, 3, 1);
  assert_int_equal(smpi_sketch_apart_vt(a.word, b.word, b.n), 1);
}

/* --- in sessions ---------------------------------------------------------------------- */

/* Rows first .. first + n - 1 of each party, but for the one that party 1 leaves out. */
struct rows { uint64_t first, n; int without, instead; bool silent, untold, late; };

static void count(struct smpc_session *s, unsigned me, struct notary *n) {
  const struct rows *r = n->ctx;
  uint64_t row[2 * ROWS], kept = 0;
  int64_t mine = (int64_t)me, out;
  for (uint64_t i = 0; i < r->n; i++)
    if (me != 1 || (int)i != r->without) row[kept++] = 1000 * me + r->first + i;
  if (me == 1 && r->instead) row[kept++] = 777;
  LET_FAIL(smpi_record_rows(s, ROWS)); /* the same file for all questions */
  if (!r->untold && !r->late) LET_FAIL(smpi_record_cohort(s, row, kept));
  smpc_shared *sum = smpc_input_i64(s, smpc_p(0), &mine, (smpc_shape){1, 1});
  for (unsigned i = 1; i < NOTARY_PARTIES; i++)
    sum = smpc_add(s, sum, smpc_input_i64(s, smpc_p(i), &mine, (smpc_shape){1, 1}));
  if (r->late) LET_FAIL(smpi_record_cohort(s, row, kept));
  if (!r->silent)
    LET_FAIL(smpc_open_i64(s, sum, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "totals for the test", me < 2 ? &out : NULL,
                           me < 2));
}

static const char THIRD[] =
    "    grade: ungraded\n  - name: third\n    program: test\n    recipients: [party0, party1]\n";
static struct rows rows;

static struct notary begin(const char *limits, const char *other) {
  assert_int_equal(system("rm -f *.journal *.yaml*"), 0);
  notary_write_study("study.yaml", SEED, limits, other);
  notary_sign_all("study.yaml", SEED);
  rows = (struct rows){.n = ROWS, .without = -1};
  return (struct notary){
      .without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum", .program = count, .ctx = &rows};
}

static unsigned announced(const char *kind) { return notary_count(notary_journals[1], kind); }

static void expect_run(struct notary *n) {
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
}

/* Party 1 refuses, by its own journal, and nothing is announced at it; the others are told. */
static void expect_refusal(struct notary *n) {
  unsigned before = announced("kind open"), told = announced("differ from those behind an earlier result");
  assert_false(notary_run(n, NULL));
  assert_int_equal(announced("kind open"), before);
  assert_int_equal(announced("differ from those behind an earlier result"), told + 1);
}

static void two_questions_that_differ_by_one_row_are_refused(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  n.ask = "third";
  rows.without = 5; /* "and not the person of row 5", at party 1 alone */
  expect_refusal(&n);
  rows.instead = 1; /* one row for another: as many as before */
  expect_refusal(&n);
  rows.without = -1; /* one more */
  expect_refusal(&n);
  rows.instead = 0; /* the same rows, asked for something else */
  expect_run(&n);
}

static void the_rule_of_either_question_holds(void **state) {
  (void)state;
  char other[400];
  snprintf(other, sizeof other, "%s    minimum change: 10\n", THIRD);
  struct notary n = begin("", other);
  expect_run(&n); /* has no rule itself */
  n.ask = "third";
  rows.without = 5;
  expect_refusal(&n);
}

static void many_rows_apart_are_no_difference(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  n.ask = "third";
  rows = (struct rows){.first = 100, .n = ROWS, .without = -1}; /* other people, as many */
  expect_run(&n);
  rows = (struct rows){.n = ROWS - 10, .without = -1};
  expect_run(&n);
  rows.n = ROWS - 9; /* 9 from the first, 1 from the last */
  expect_refusal(&n);
}

static void what_opened_nothing_is_no_result(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  rows.silent = true;
  expect_run(&n);
  rows = (struct rows){.n = ROWS, .without = 5};
  expect_run(&n);
}

static void another_study_is_no_way_around(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  notary_more = ", identifier: another";
  notary_write_study("other.yaml", SEED, "    minimum change: 2\n", "");
  notary_more = "";
  notary_sign_all("other.yaml", SEED);
  n.study = "other.yaml";
  rows.without = 5;
  expect_refusal(&n);
}

static void write_other(const char *more, const char *limits) {
  notary_more = more;
  notary_write_study("other.yaml", SEED, limits, "");
  notary_more = "";
  notary_sign_all("other.yaml", SEED);
}

/* What is kept under a small rule is compared under a larger one: of another study, or a new version. */
static void a_larger_rule_holds_for_earlier_results(void **state) {
  (void)state;
  char more[120], hex[65];
  smpc_study *st;
  struct notary n = begin("    minimum change: 2\n", THIRD);
  n.ask = "third";
  expect_run(&n);
  write_other(", identifier: another", "    minimum change: 50\n");
  n.study = "other.yaml";
  n.ask = "sum";
  rows.n = ROWS - 5;
  expect_refusal(&n);
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  sodium_bin2hex(hex, sizeof hex, st->digest, 32);
  smpi_study_free(st);
  snprintf(more, sizeof more, ", replaces: ['%s']", hex);
  assert_int_equal(system("rm other.yaml*"), 0);
  write_other(more, "    minimum change: 20\n");
  expect_refusal(&n);
}

/* As docs/governance.md says: where no question has the rule, nothing is compared. */
static void a_study_without_the_rule_compares_nothing(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  write_other(", identifier: another", "");
  n.study = "other.yaml";
  rows.without = 5;
  expect_run(&n);
}

static void expect_failure(struct notary *n, smpc_err code, const char *word) {
  unsigned before = announced("kind open");
  assert_false(notary_run(n, NULL));
  if (n->met != code || strstr(n->text, word) == NULL) fail_msg("met %d, wanted \"%s\": %s", n->met, word, n->text);
  assert_int_equal(announced("kind open"), before);
}

static void who_tells_no_rows_opens_nothing(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  n.ask = "third"; /* another question of the study has the rule */
  rows.untold = true;
  rows.without = 5;
  expect_failure(&n, SMPC_E_POLICY, "has not told which rows it uses");
  n = begin("", ""); /* no question has it */
  rows.untold = true;
  expect_run(&n);
}

static void rows_are_told_before_the_input(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  rows.late = true;
  expect_failure(&n, SMPC_E_STATE, "is told before this party puts anything in");
}

/* Journals of before may hold sketches of fewer words. */
static void read_rows(struct smpi_rowsets *list, struct smpi_sketch *old, const uint8_t secret[64]) {
  static char room[SMPI_ENTRY_MAX + 1];
  static const uint8_t session[32] = {7}, none[32];
  static const enum smpi_kind kind[] = {SMPI_ROWS, SMPI_ITEMS};
  memcpy(list->now.session, session, sizeof session); /* as a `run` entry sets it */
  for (int i = 0; i < 2; i++) {
    struct smpi_lines l = {.at = room, .size = sizeof room};
    struct smpi_entry e;
    uint8_t hash[32];
    bool is_cut;
    smpi_entry_begin(&l, 1, none, 0, kind[i]);
    smpi_lines_add_bytes(&l, "session", session, 32);
    if (i == 0) smpi_rowsets_lines(&l, old, secret, session);
    else smpi_lines_add(&l, "set", "0 3");
    assert_int_equal(smpi_entry_sign(&l, secret, hash), SMPC_OK);
    assert_int_equal(smpi_entry_decode(&e, room, l.len, &is_cut), SMPC_OK);
    smpi_rowsets_seen(list, &e);
  }
  assert_int_equal(list->n, 1);
}

static void what_is_too_short_to_tell_is_refused(void **state) {
  (void)state;
  uint64_t row[ROWS], copy[ROWS];
  uint8_t secret[64];
  struct smpi_sketch old = {.least = 2}, k = {.n = SMPI_SKETCH_WORDS};
  struct smpi_rowsets list = {.at = NULL};
  bool is_short;
  memset(secret, 1, sizeof secret);
  for (uint64_t i = 0; i < ROWS; i++) row[i] = copy[i] = i;
  old.n = smpi_sketch_words(1);
  smpi_sketch_make(&old, copy, ROWS - 5, secret);
  read_rows(&list, &old, secret);
  smpi_sketch_make(&k, row, ROWS, secret);
  assert_null(smpi_rowsets_close_to(&is_short, &list, &k, secret)); /* by the rule it was made for: 5 are many */
  k.least = 3;
  assert_non_null(smpi_rowsets_close_to(&is_short, &list, &k, secret));
  assert_true(is_short);
  smpi_sketch_make(&k, row, ROWS - 5, secret);
  assert_null(smpi_rowsets_close_to(&is_short, &list, &k, secret)); /* the same rows */
  smpi_sketch_make(&k, row, ROWS - 4, secret);
  assert_non_null(smpi_rowsets_close_to(&is_short, &list, &k, secret));
  assert_false(is_short);
  smpi_rowsets_free(&list);
}

/* Who has the journal, but not the key, does not even see that two sets are the same. */
static void a_journal_shows_nothing_of_the_rows(void **state) {
  (void)state;
  size_t len;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  n.ask = "third";
  expect_run(&n);
  assert_int_equal(announced("kind rows"), 2);
  char *text = notary_read(notary_journals[1], &len), *first = strstr(text, "\nsketch "),
       *second = strstr(first + 1, "\nsketch ");
  assert_true(first != NULL && second != NULL && strncmp(first, second, 100) != 0);
  free(text);
  n = begin("", ""); /* and nothing where no question asks for it */
  expect_run(&n);
  assert_int_equal(announced("kind rows"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(few_rows_apart_are_counted_exactly), T(equal_rows_are_rows), T(shorter_sketches_begin_longer_ones),
      T(two_questions_that_differ_by_one_row_are_refused), T(the_rule_of_either_question_holds),
      T(many_rows_apart_are_no_difference), T(what_opened_nothing_is_no_result), T(another_study_is_no_way_around),
      T(a_journal_shows_nothing_of_the_rows), T(a_larger_rule_holds_for_earlier_results),
      T(a_study_without_the_rule_compares_nothing), T(who_tells_no_rows_opens_nothing), T(rows_are_told_before_the_input),
      T(what_is_too_short_to_tell_is_refused),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
