/* test_gate.c - sessions under a signed study: what every party lets pass, and what
 * each refuses before any share leaves. */
#include "support/test.h"

#include <smpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "govern/gate_impl.h"
#include "govern/notary.h"
#include "govern/record_impl.h"
#include "session/identity.h"

enum { SEED = 21 };

static struct notary begin(const char *limits, unsigned openings) {
  assert_int_equal(system("rm -f *.journal study.yaml*"), 0);
  notary_write_study("study.yaml", SEED, limits, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){.openings = openings, .without = -1, .seed = SEED, .study = "study.yaml", .ask = "sum"};
}

static void expect_run(struct notary *n) {
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
}

static unsigned announced(void) { return notary_count(notary_journals[2], "kind open"); }

static void expect_refusal(struct notary *n, smpc_err err, const char *word) {
  assert_false(notary_run(n, NULL));
  if (n->met != err || strstr(n->text, word) == NULL) fail_msg("met %d, wanted \"%s\": %s", n->met, word, n->text);
}

static void a_question_of_the_study_passes(void **state) {
  (void)state;
  char findings[4000];
  struct notary n = begin("", 1);
  expect_run(&n);
  if (notary_audit(findings, sizeof findings, notary_journals, NOTARY_PARTIES) != 0) fail_msg("%s", findings);
  size_t len;
  char *text = notary_read(notary_journals[1], &len);
  assert_non_null(strstr(text, "\nquestion sum\n"));
  assert_non_null(strstr(text, "kind sealed"));
  free(text);
}

static void another_purpose_is_refused_before_it_is_announced(void **state) {
  (void)state;
  struct notary n = begin("", 2);
  expect_refusal(&n, SMPC_E_POLICY, "opens nothing for the purpose \"more totals for the test\"");
  assert_int_equal(announced(), 1);
}

static void a_listed_second_purpose_passes(void **state) {
  (void)state;
  struct notary n = begin("    also opens: [{purpose: more totals for the test, recipients: [party0, party1]}]\n", 2);
  expect_run(&n);
}

static void other_recipients_are_refused(void **state) {
  (void)state;
  struct notary n = begin("", 1);
  n.ask = "other";
  expect_refusal(&n, SMPC_E_POLICY, "other recipients");
  assert_int_equal(announced(), 0);
}

static void runs_are_limited_by_each_partys_own_journal(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 2}\n", 1);
  expect_run(&n);
  expect_run(&n);
  expect_refusal(&n, SMPC_E_POLICY, "\"sum\": it has been asked as often as it may be: 2 of 2 runs are used");
  assert_int_equal(announced(), 2);
  assert_int_equal(unlink(notary_journals[0]), 0); /* one forgets: the others do not */
  assert_false(notary_run(&n, NULL));
  assert_int_not_equal(n.met, SMPC_OK);
  assert_int_equal(announced(), 2);
}

/* A run that was cut short after its opening was announced counts. */
static void leave(struct smpc_session *s, unsigned me) {
  if (me == 1) (void)smpi_fail(s, SMPC_E_CANCELED, -1, "gone");
}

static void a_run_that_failed_counts(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 1}\n", 1);
  n.meddle = leave;
  assert_false(notary_run(&n, NULL));
  n.meddle = NULL;
  expect_refusal(&n, SMPC_E_POLICY, "asked as often as it may be");
}

static void opened_values_are_limited(void **state) {
  (void)state;
  struct notary n = begin("    limits: {opened values: 5}\n", 1); /* two in each opening */
  expect_run(&n);
  expect_run(&n);
  expect_refusal(&n, SMPC_E_POLICY, "in all: 4 of 5 opened values are used, 2 more are needed");
}

static void rows_are_limited(void **state) {
  (void)state;
  struct notary n = begin("    limits: {rows: 250}\n", 1); /* 100 to 102 in each run */
  expect_run(&n);
  expect_run(&n);
  expect_refusal(&n, SMPC_E_POLICY, "in all: 200 of 250 rows are used, 100 more are needed");
  assert_int_equal(announced(), 2);
}

/* Two runs whose data differ by a few rows of one party: what differs between the
 * results is about these few. */
static void a_run_with_a_few_more_rows_is_refused(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", 1);
  expect_run(&n);
  expect_run(&n); /* nothing changed */
  n.more_rows = 1;
  expect_refusal(&n, SMPC_E_POLICY, "differ from those of an earlier run by fewer rows");
  n.more_rows = 10;
  expect_run(&n);
  n.more_rows = 19; /* enough for the first, too close to the last */
  expect_refusal(&n, SMPC_E_POLICY, "by fewer rows");
  n.more_rows = 0;
  expect_run(&n);
}

/* As many rows, but others: how many were replaced nobody can tell. */
static void a_run_over_replaced_rows_is_refused(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n", 1);
  expect_run(&n);
  n.other_value = 1;
  expect_refusal(&n, SMPC_E_POLICY, "differ from those of an earlier run over as many rows");
  n.more_rows = 20; /* enough rows more */
  expect_run(&n);
  n.more_rows = 0;
  n.other_value = 0;
  expect_run(&n);
  n = begin("", 1); /* a study without the rule */
  expect_run(&n);
  n.other_value = 1;
  expect_run(&n);
}

/* --- noise ------------------------------------------------------------------------- */

/* Two questions with noise, and a budget for one and a half of them. */
static struct notary begin_noise(const char *budget) {
  notary_head = budget;
  assert_int_equal(system("rm -f *.journal study.yaml*"), 0);
  notary_write_study(
      "study.yaml", SEED, "    epsilon: 0.5\n",
      "    epsilon: 0.5\n  - name: third\n    program: test\n    recipients: [party0, party1]\n    epsilon: 0.25\n");
  notary_sign_all("study.yaml", SEED);
  notary_head = "";
  return (struct notary){.openings = 1, .without = -1, .seed = SEED, .study = "study.yaml", .ask = "sum"};
}

static void a_question_with_noise_is_answered_once(void **state) {
  (void)state;
  struct notary n = begin_noise("privacy budget: 5\n");
  expect_run(&n);
  expect_refusal(&n, SMPC_E_POLICY, "is answered once, and \"sum\" was");
  assert_int_equal(announced(), 1);
}

static void the_privacy_budget_is_of_all_questions(void **state) {
  (void)state;
  struct notary n = begin_noise("privacy budget: 0.74\n");
  expect_run(&n);
  n.ask = "third";
  expect_refusal(&n, SMPC_E_POLICY,
                 "budget of the study is spent: 0.5 of 0.74 are used, and the question \"third\" needs 0.25");
  assert_int_equal(announced(), 1);
  n = begin_noise("privacy budget: 0.75\n");
  expect_run(&n);
  n.ask = "third";
  expect_run(&n);
}

static void a_budget_needs_noise_everywhere(void **state) {
  (void)state;
  static const struct { const char *head, *lines, *extra, *word; } bad[] = {
      {"privacy budget: 1\n", "    epsilon: 0.5\n", "", "every question has an `epsilon`"},
      {"", "    epsilon: 0.5\n", "", "has no `privacy budget`"},
      {"privacy budget: 1\n", "    epsilon: 2\n", "    epsilon: 1\n", "more than the study's privacy budget"},
      {"privacy budget: 1\n", "    epsilon: 0.0001\n", "    epsilon: 1\n", "from 0.000245 to 3"},
      {"privacy budget: none\n", "", "", "of all epsilons together"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct smpi_fault f = {.party = -1};
    smpc_study *st;
    notary_head = bad[i].head;
    notary_write_study("bad.yaml", SEED, bad[i].lines, bad[i].extra);
    notary_head = "";
    assert_int_equal(smpi_study_load(&st, "bad.yaml", &f), SMPC_E_FILE);
    if (strstr(f.text, bad[i].word) == NULL) fail_msg("wanted \"%s\": %s", bad[i].word, f.text);
  }
}

/* --- before any link ---------------------------------------------------------------- */

static void expect_no_gate(const struct notary *n, int64_t now, smpc_err err, const char *word,
                           void (*change)(smpc_config *)) {
  struct parties p = {.n = NOTARY_PARTIES, .seed = SEED};
  struct smpi_record_rules rules;
  struct smpi_fault f = {.party = -1};
  smpc_config cfg;
  smpc_study *st;
  uint8_t link_secret[32];
  parties_config(&cfg, link_secret, &p, 0);
  snprintf(cfg.study, sizeof cfg.study, "%s", n->study);
  snprintf(cfg.ask, sizeof cfg.ask, "%s", n->ask);
  snprintf(cfg.journal, sizeof cfg.journal, "party0.journal");
  assert_int_equal(smpi_study_load(&st, n->study, NULL), SMPC_OK);
  smpi_study_agreement(cfg.question, st, smpi_study_find(st, "sum"));
  smpi_study_free(st);
  if (change != NULL) change(&cfg);
  smpc_err met = smpi_gate_open(&rules, &cfg, now, &f);
  if (met == SMPC_OK && rules.free != NULL) rules.free(rules.ctx);
  if (met != err || (word != NULL && strstr(f.text, word) == NULL))
    fail_msg("met %d, wanted \"%s\": %s", met, word, f.text);
}

static void no_journal(smpc_config *cfg) { cfg->journal[0] = 0; }
static void other_role(smpc_config *cfg) { cfg->member[2].roles = SMPC_INPUT; }
static void other_key(smpc_config *cfg) { cfg->member[1].sign_key[0] ^= 1; }
static void other_question(smpc_config *cfg) { snprintf(cfg->ask, sizeof cfg->ask, "other"); }
static void no_question(smpc_config *cfg) { snprintf(cfg->ask, sizeof cfg->ask, "none"); }

static void what_does_not_hold_opens_no_link(void **state) {
  (void)state;
  struct notary n = begin("", 1);
  int64_t now = (int64_t)time(NULL);
  expect_no_gate(&n, now, SMPC_OK, NULL, NULL);
  expect_no_gate(&n, now, SMPC_E_POLICY, "needs a journal", no_journal);
  expect_no_gate(&n, now, SMPC_E_PARAM, "not those of the study", other_role);
  expect_no_gate(&n, now, SMPC_E_PARAM, "not those of the study", other_key);
  expect_no_gate(&n, now, SMPC_E_PARAM, "changed since", other_question);
  expect_no_gate(&n, now, SMPC_E_POLICY, "no question", no_question);
  expect_no_gate(&n, 1577836799, SMPC_E_POLICY, "begins on 2020-01-01", NULL); /* this party's own clock */
  expect_no_gate(&n, 4102444800, SMPC_E_POLICY, "ended on 2100-01-01", NULL);
  assert_int_equal(unlink("study.yaml.party2.sig"), 0);
  expect_no_gate(&n, now, SMPC_E_POLICY, "party2 has not signed", NULL);
}

/* A party whose clock says that the study still holds gets no session from the others. */
/* The day ends while the session runs. */
static void end_the_period(struct smpc_session *s, unsigned me, struct notary *n) {
  struct gate *g = ((struct smpi_record *)s->guard_ctx)->rules.ctx;
  int64_t mine = (int64_t)me, out;
  if (me == 0) g->study->until = (int64_t)time(NULL);
  (void)n;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), &mine, (smpc_shape){1, 1});
  LET_FAIL(smpc_open_i64(s, x, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "totals for the test", me < 2 ? &out : NULL,
                         me < 2));
}

static void a_session_that_outlives_the_period_opens_nothing(void **state) {
  (void)state;
  struct notary n = begin("", 1);
  n.program = end_the_period;
  expect_refusal(&n, SMPC_E_POLICY, "its period is over");
  assert_int_equal(notary_count(notary_journals[0], "kind open"), 0);
}

static void another_version_needs_new_signatures(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 1}\n", 1);
  expect_run(&n);
  assert_int_equal(system("for i in 0 1 2; do cp study.yaml.party$i.sig old.party$i.sig; done"), 0);
  notary_write_study("study.yaml", SEED, "    limits: {runs: 100}\n", "");
  expect_refusal(&n, SMPC_E_POLICY, "the study changed since party0 signed"); /* the old signatures do not do */
}

static const char *own_study[NOTARY_PARTIES];
static void take_own(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  memset(cfg->question, own_study[me][0], 32);
}

static void each_is_told_what_the_other_claims(void **state) {
  (void)state;
  struct parties_result r;
  own_study[0] = "\x11";
  own_study[1] = "\x22";
  parties_run(&(struct parties){.n = 2, .seed = SEED, .timeout_ms = 2000, .configure = take_own}, NULL, NULL, &r);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(r.open[i], SMPC_E_PARAM);
  for (unsigned i = 0; i < 2; i++) {
    char word[100], claim[2][17];
    for (unsigned k = 0; k < 2; k++) {
      uint8_t question[32], tag[8];
      memset(question, own_study[k][0], 32);
      smpi_question_tag(tag, question);
      sodium_bin2hex(claim[k], sizeof claim[k], tag, sizeof tag);
    }
    snprintf(word, sizeof word, "claims %s, I have %s", claim[1 - i], claim[i]);
    if (strstr(r.fault[i].text, word) == NULL) fail_msg("%s", r.fault[i].text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_question_of_the_study_passes),
      T(another_purpose_is_refused_before_it_is_announced),
      T(a_listed_second_purpose_passes),
      T(other_recipients_are_refused),
      T(runs_are_limited_by_each_partys_own_journal),
      T(a_run_that_failed_counts),
      T(opened_values_are_limited),
      T(rows_are_limited),
      T(a_question_with_noise_is_answered_once),
      T(the_privacy_budget_is_of_all_questions),
      T(a_budget_needs_noise_everywhere),
      T(a_run_with_a_few_more_rows_is_refused),
      T(a_run_over_replaced_rows_is_refused),
      T(what_does_not_hold_opens_no_link),
      T(a_session_that_outlives_the_period_opens_nothing),
      T(another_version_needs_new_signatures),
      T(each_is_told_what_the_other_claims),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
