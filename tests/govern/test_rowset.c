/* test_rowset.c - which rows stand behind an input: how few differ between two inputs, told by
 * sketches; and what every party refuses by them, whatever the questions. */
#include "support/test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/notary.h"
#include "govern/rowset.h"

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
struct rows { uint64_t first, n; int without, instead; bool silent; };

static void count(struct smpc_session *s, unsigned me, struct notary *n) {
  const struct rows *r = n->ctx;
  uint64_t row[2 * ROWS], kept = 0;
  int64_t mine = (int64_t)me, out;
  for (uint64_t i = 0; i < r->n; i++)
    if (me != 1 || (int)i != r->without) row[kept++] = 1000 * me + r->first + i;
  if (me == 1 && r->instead) row[kept++] = 777;
  LET_FAIL(smpi_record_rows(s, ROWS)); /* the same file for all questions */
  LET_FAIL(smpi_record_cohort(s, row, kept));
  smpc_shared *sum = smpc_input_i64(s, smpc_p(0), &mine, (smpc_shape){1, 1});
  for (unsigned i = 1; i < NOTARY_PARTIES; i++) sum = smpc_add(s, sum, smpc_input_i64(s, smpc_p(i), &mine, (smpc_shape){1, 1}));
  if (!r->silent)
    LET_FAIL(smpc_open_i64(s, sum, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "totals for the test", me < 2 ? &out : NULL, me < 2));
}

static const char THIRD[] = "    grade: ungraded\n  - name: third\n    program: test\n    recipients: [party0, party1]\n";
static struct rows rows;

static struct notary begin(const char *limits, const char *other) {
  assert_int_equal(system("rm -f *.journal *.yaml*"), 0);
  notary_write_study("study.yaml", SEED, limits, other);
  notary_sign_all("study.yaml", SEED);
  rows = (struct rows){0, ROWS, -1, 0, false};
  return (struct notary){.without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum", .program = count, .ctx = &rows};
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
  rows = (struct rows){100, ROWS, -1, 0, false}; /* other people, as many */
  expect_run(&n);
  rows = (struct rows){0, ROWS - 10, -1, 0, false};
  expect_run(&n);
  rows.n = ROWS - 9; /* 9 from the first, 1 from the last */
  expect_refusal(&n);
}

static void what_opened_nothing_is_no_result(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  rows.silent = true;
  expect_run(&n);
  rows = (struct rows){0, ROWS, 5, 0, false};
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

/* Who has the journal, but not the key, does not even see that two sets are the same. */
static void a_journal_shows_nothing_of_the_rows(void **state) {
  (void)state;
  size_t len;
  struct notary n = begin("    minimum change: 10\n", THIRD);
  expect_run(&n);
  n.ask = "third";
  expect_run(&n);
  assert_int_equal(announced("kind rows"), 2);
  char *text = notary_read(notary_journals[1], &len), *first = strstr(text, "\nsketch "), *second = strstr(first + 1, "\nsketch ");
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
      T(a_journal_shows_nothing_of_the_rows),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
