/* test_behind.c - what this party has behind an opening: rows that must be told, rows and input that
 * a crash does not forget, input compared at every opening, and limits judged before any link. */
#include "support/test.h"

#include <smpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "govern/notary.h"

enum { SEED = 43 };

/* Party 0 puts in a value, a sum opens; then another, and that opens. */
struct steps {
  bool tells_nothing, tells_late, opens_for_nobody_named, skips_first, stops_at_first;
  int64_t first, second; /* added to what party 0 puts in at each */
  uint64_t more_rows;
};

static smpc_shared *add_all(smpc_session *s, unsigned me, int64_t more) {
  int64_t mine[2] = {(int64_t)me + (me == 0 ? more : 0), 10};
  smpc_shape two = {1, 2};
  smpc_shared *sum = smpc_input_i64(s, smpc_p(0), mine, two);
  for (unsigned i = 1; i < NOTARY_PARTIES; i++) sum = smpc_add(s, sum, smpc_input_i64(s, smpc_p(i), mine, two));
  return sum;
}

static void steps(struct smpc_session *s, unsigned me, struct notary *n) {
  const struct steps *p = n->ctx;
  int64_t out[2];
  smpc_who to = p->opens_for_nobody_named ? smpc_to(smpc_p(0)) : smpc_and(smpc_to(smpc_p(0)), smpc_p(1));
  size_t room = to.bits >> me & 1 ? 2 : 0;
  if (!p->tells_nothing && !p->tells_late) LET_FAIL(notary_tell_rows(s, 100 + (me == 0 ? p->more_rows : 0)));
  smpc_shared *sum = add_all(s, me, p->first);
  if (p->tells_late) LET_FAIL(smpi_record_rows(s, 100));
  if (!p->skips_first) LET_FAIL(smpc_open_i64(s, sum, to, "totals for the test", room ? out : NULL, room));
  if (!p->stops_at_first)
    LET_FAIL(smpc_open_i64(s, add_all(s, me, p->second), to, "totals for the test", room ? out : NULL, room));
}

static struct notary begin(const char *lines, struct steps *p) {
  assert_int_equal(system("rm -f *.journal* *.yaml*"), 0);
  notary_write_study("study.yaml", SEED, lines, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){
      .without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum", .program = steps, .ctx = p};
}

static void expect_run(struct notary *n) {
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
}

static void expect_refusal(struct notary *n, smpc_err err, const char *word) {
  assert_false(notary_run(n, NULL));
  if (n->met != err || strstr(n->text, word) == NULL) fail_msg("met %d, wanted \"%s\": %s", n->met, word, n->text);
}

static unsigned count(unsigned party, const char *word) {
  size_t len;
  unsigned found = 0;
  char *text = notary_read(notary_journals[party], &len);
  for (const char *p = text; (p = strstr(p, word)) != NULL; p++) found++;
  free(text);
  return found;
}

/* --- rows must be told ---------------------------------------------------------------- */

static void limits_of_rows_need_rows(void **state) {
  (void)state;
  static const char *const rule[] = {"    limits: {rows: 1000}\n", "    minimum change: 10\n",
                                     "    minimum change: 10\n    review: blind\n    reviewers: [party1]\n"};
  struct steps p = {.tells_nothing = true};
  for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
    struct notary n = begin(rule[i], &p);
    expect_refusal(&n, SMPC_E_POLICY, "has not told how many of mine");
    assert_int_equal(count(0, "kind open") + count(0, "kind hold"), 0);
  }
  struct notary n = begin("    limits: {runs: 5}\n", &p); /* a study that does not ask */
  expect_run(&n);
}

static void rows_are_told_before_any_input(void **state) {
  (void)state;
  struct steps p = {.tells_late = true};
  struct notary n = begin("    minimum change: 10\n", &p);
  expect_refusal(&n, SMPC_E_STATE, "before it puts anything in");
  assert_int_equal(count(0, "kind open"), 0);
}

/* The journal of a library that let it pass, judged by a study that asks for rows. */
static void rows_that_were_not_told_are_found(void **state) {
  (void)state;
  char findings[4000];
  smpc_study *old, *new;
  struct steps p = {.tells_nothing = true};
  struct notary n = begin("", &p);
  expect_run(&n);
  notary_write_study("other.yaml", SEED, "    limits: {rows: 1000}\n", "");
  notary_sign_all("other.yaml", SEED);
  assert_int_equal(smpi_study_load(&old, "study.yaml", NULL), SMPC_OK);
  assert_int_equal(smpi_study_load(&new, "other.yaml", NULL), SMPC_OK);
  memcpy(new->digest, old->digest, 32);
  unsigned unsigned_text = NOTARY_PARTIES; /* the signatures are under the other text */
  assert_int_equal(notary_audit_loaded(findings, sizeof findings, new, "other.yaml", notary_journals, NOTARY_PARTIES),
                   unsigned_text + NOTARY_PARTIES);
  assert_non_null(strstr(findings, "the study limits rows, and the session does not say how many"));
  smpi_study_free(old);
  smpi_study_free(new);
}

/* --- a crash ----------------------------------------------------------------------------- */

/* Party 0's journal as a crash right after its `open` or `hold` entry leaves it. */
static void crash_after(const char *kind) {
  size_t len;
  char *text = notary_read(notary_journals[0], &len), *at = strstr(text, kind);
  assert_non_null(at);
  char *end = strstr(at, "\n\n");
  notary_write(notary_journals[0], text, (size_t)(end + 2 - text));
  free(text);
}

static void a_crash_forgets_no_rows(void **state) {
  (void)state;
  struct steps p = {0};
  struct notary n = begin("    minimum change: 10\n", &p);
  expect_run(&n);
  crash_after("kind open");
  p.more_rows = 1;
  expect_refusal(&n, SMPC_E_POLICY, "differ from those of an earlier run by fewer rows");
  p.more_rows = 0;
  p.first = 1;
  expect_refusal(&n, SMPC_E_POLICY, "differ from those of an earlier run over as many rows");
  n = begin("    limits: {rows: 150}\n", &p);
  expect_run(&n);
  crash_after("kind open");
  expect_refusal(&n, SMPC_E_POLICY, "more rows would be used");
}

static void a_crash_forgets_no_rows_of_what_is_held(void **state) {
  (void)state;
  struct steps p = {.stops_at_first = true};
  struct notary n = begin("    minimum change: 10\n    review: blind\n    reviewers: [party1]\n", &p);
  notary_run(&n, NULL);
  assert_int_equal(count(0, "kind hold"), 1);
  crash_after("kind hold");
  p.more_rows = 1;
  expect_refusal(&n, SMPC_E_POLICY, "differ from those of an earlier run by fewer rows");
}

/* --- the input at every opening ------------------------------------------------------------ */

static void input_is_compared_at_every_opening(void **state) {
  (void)state;
  struct steps p = {0};
  struct notary n = begin("    minimum change: 10\n", &p);
  expect_run(&n);
  p.first = 1; /* seen at the first opening, not at the end */
  expect_refusal(&n, SMPC_E_POLICY, "over as many rows");
  assert_int_equal(count(0, "kind open"), 2);
  p.first = 0;
  p.second = 1;
  expect_refusal(&n, SMPC_E_POLICY, "over as many rows");
  assert_int_equal(count(0, "kind open"), 3);
  p.second = 0;
  expect_run(&n);
}

/* What was never opened may be other; what was opened of a run cut short may not. */
static void a_run_cut_short_counts_as_far_as_it_came(void **state) {
  (void)state;
  struct steps p = {.stops_at_first = true};
  struct notary n = begin("    minimum change: 10\n", &p);
  expect_run(&n);
  p.stops_at_first = false;
  p.second = 5;
  expect_run(&n); /* the first time that the second opens */
  p.second = 0;
  expect_refusal(&n, SMPC_E_POLICY, "over as many rows");
  p.second = 5;
  expect_run(&n);
}

/* --- what counts, and when ------------------------------------------------------------------- */

static void a_refused_session_uses_no_rows(void **state) {
  (void)state;
  struct steps p = {.opens_for_nobody_named = true};
  struct notary n = begin("    limits: {rows: 150}\n", &p);
  expect_refusal(&n, SMPC_E_POLICY, "other recipients");
  expect_refusal(&n, SMPC_E_POLICY, "other recipients");
  p.opens_for_nobody_named = false;
  expect_run(&n);
  expect_refusal(&n, SMPC_E_POLICY, "more rows would be used");
}

/* No session at all: not even the sizes of sets are told. */
static void limits_used_up_open_no_link(void **state) {
  (void)state;
  static const struct { const char *limit, *word; } rule[] = {{"    limits: {runs: 1}\n", "asked as often"},
                                                              {"    limits: {opened values: 4}\n", "more values"},
                                                              {"    limits: {rows: 100}\n", "more rows"}};
  struct steps p = {0};
  for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
    struct notary n = begin(rule[i].limit, &p);
    expect_run(&n);
    expect_refusal(&n, SMPC_E_POLICY, rule[i].word);
    assert_int_equal(count(0, "kind run"), 1);
    assert_int_equal(count(0, "kind failed"), 1);
  }
  notary_head = "privacy budget: 1\n";
  assert_int_equal(system("rm -f *.journal* *.yaml*"), 0);
  notary_write_study("study.yaml", SEED, "    epsilon: 1\n", "    epsilon: 1\n");
  notary_sign_all("study.yaml", SEED);
  notary_head = "";
  struct notary n = {
      .without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum", .program = steps, .ctx = &p};
  expect_run(&n);
  n.ask = "other";
  expect_refusal(&n, SMPC_E_POLICY, "privacy budget of the study is spent");
  assert_int_equal(count(0, "kind run"), 1);
}

/* A program that opens at other places than the one before it. */
static void openings_at_other_places_are_compared(void **state) {
  (void)state;
  struct steps p = {.skips_first = true};
  struct notary n = begin("    minimum change: 10\n", &p);
  expect_run(&n);
  p = (struct steps){.stops_at_first = true}; /* earlier than any before: nothing to compare with */
  expect_refusal(&n, SMPC_E_POLICY, "earlier run over as many rows");
  n = begin("    minimum change: 10\n", &p);
  expect_run(&n);
  p = (struct steps){.skips_first = true, .first = 1}; /* later, and the first input was another */
  expect_refusal(&n, SMPC_E_POLICY, "earlier run over as many rows");
  p.first = 0;
  expect_run(&n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(openings_at_other_places_are_compared),
      T(limits_of_rows_need_rows),
      T(rows_are_told_before_any_input),
      T(rows_that_were_not_told_are_found),
      T(a_crash_forgets_no_rows),
      T(a_crash_forgets_no_rows_of_what_is_held),
      T(input_is_compared_at_every_opening),
      T(a_run_cut_short_counts_as_far_as_it_came),
      T(a_refused_session_uses_no_rows),
      T(limits_used_up_open_no_link),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
