/* test_audit_study.c - journals against their study: what a party whose library was
 * changed wrote down, and what the study allows. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "govern/notary.h"
#include "govern/study.h"

enum { SEED = 41 };

static struct notary begin(const char *lines) {
  assert_int_equal(system("rm -f *.journal* *.yaml*"), 0);
  notary_write_study("study.yaml", SEED, lines, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){
      .openings = 1, .without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum"};
}

static void run(struct notary *n) {
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
}

/* The journals, judged by a study: these words among the findings, or no fault (NULL). */
static void judged(const char *study, const char *word) {
  char findings[8000];
  unsigned faults = notary_audit_by(findings, sizeof findings, study, notary_journals, NOTARY_PARTIES);
  if (word == NULL ? faults != 0 : faults == 0 || strstr(findings, word) == NULL)
    fail_msg("wanted %s: %s", word ? word : "no fault", findings);
}

/* The same session as if this other text had been the study: what the entries say is
 * then outside it. */
static void judged_by(const char *lines, const char *word) {
  smpc_study *old, *new;
  assert_int_equal(system("rm -f other.yaml*"), 0);
  notary_write_study("other.yaml", SEED, lines, "");
  notary_sign_all("other.yaml", SEED);
  assert_int_equal(smpi_study_load(&old, "study.yaml", NULL), SMPC_OK);
  assert_int_equal(smpi_study_load(&new, "other.yaml", NULL), SMPC_OK);
  memcpy(new->digest, old->digest, 32);
  char found[8000] = "";
  unsigned faults = notary_audit_loaded(found, sizeof found, new, "other.yaml", notary_journals, NOTARY_PARTIES);
  smpi_study_free(old);
  smpi_study_free(new);
  if (faults == 0 || strstr(found, word) == NULL) fail_msg("wanted %s: %s", word, found);
}

static void what_the_study_allows_is_no_fault(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 2, opened values: 4, rows: 300}\n    minimum change: 5\n");
  run(&n);
  judged("study.yaml", NULL);
  char findings[4000];
  notary_more = ", identifier: another";
  notary_write_study("other.yaml", SEED, "", "");
  notary_more = "";
  notary_sign_all("other.yaml", SEED);
  assert_int_equal(notary_audit_by(findings, sizeof findings, "other.yaml", notary_journals, NOTARY_PARTIES), 0);
  assert_non_null(strstr(findings, "sessions of other studies or versions")); /* said, not judged */
}

static void what_it_does_not_allow_is_named(void **state) {
  (void)state;
  struct notary n = begin("    also opens: [{purpose: more totals for the test, recipients: [party0, party1]}]\n");
  n.openings = 2;
  run(&n);
  judged("study.yaml", NULL);
  judged_by("", "the study lists no such purpose for this question");
  judged_by("    also opens: [{purpose: more totals for the test, recipients: [party0]}]\n",
            "other recipients for this purpose");
  judged_by("    also opens: [{purpose: more totals for the test, recipients: [party0, party1]}]\n    limits: {opened "
            "values: 3}\n",
            "more opened values than the study allows");
  judged_by(
      "    also opens: [{purpose: more totals for the test, recipients: [party0, party1]}]\n    limits: {rows: 99}\n",
      "more rows than the study allows");
  judged_by("    also opens: [{purpose: more totals for the test, recipients: [party0, party1]}]\n    review: blind\n  "
            "  reviewers: [party2]\n",
            "it was opened without its reviewers' release");
}

static void too_many_runs_are_counted(void **state) {
  (void)state;
  struct notary n = begin("");
  run(&n);
  n.detours = 1;
  n.more_rows = 3;
  n.seed = SEED;
  run(&n);
  judged_by("    limits: {runs: 1}\n", "more runs than the study allows for this question: 2, and 1 may be");
  judged_by("    minimum change: 4\n", "its rows differ from those of another run");
}

/* Two runs of the question, as if it had had noise. */
static void a_spent_privacy_budget_is_named(void **state) {
  (void)state;
  struct notary n = begin("");
  run(&n);
  n.detours = 1;
  run(&n);
  smpc_study *old, *new;
  char found[8000];
  assert_int_equal(smpi_study_load(&old, "study.yaml", NULL), SMPC_OK);
  notary_head = "privacy budget: 1.5\n";
  notary_write_study("noise.yaml", SEED, "    epsilon: 1\n", "    epsilon: 1\n");
  notary_head = "";
  notary_sign_all("noise.yaml", SEED);
  assert_int_equal(smpi_study_load(&new, "noise.yaml", NULL), SMPC_OK);
  memcpy(new->digest, old->digest, 32);
  assert_true(notary_audit_loaded(found, sizeof found, new, "noise.yaml", notary_journals, NOTARY_PARTIES) > 0);
  assert_non_null(
      strstr(found, "more millionths of epsilon than the study allows for this question: 2000000, and 1500000 may be"));
  assert_non_null(strstr(found, "more runs than"));
  smpi_study_free(old);
  smpi_study_free(new);
}

static void the_studys_signatures_are_asked_for(void **state) {
  (void)state;
  struct notary n = begin("");
  run(&n);
  assert_int_equal(rename("study.yaml.party1.sig", "kept"), 0);
  judged("study.yaml", "the signature of party1: it is not there");
  assert_int_equal(rename("kept", "study.yaml.party1.sig"), 0);
  assert_int_equal(system("cp study.yaml.party1.sig study.yaml.party0.revoked"), 0);
  judged("study.yaml", "the revocation of party0: it is a word of another kind");
  assert_int_equal(unlink("study.yaml.party0.revoked"), 0);
}

static void take_back(int64_t when) {
  smpc_study *st;
  uint8_t key[64];
  notary_key(key, SEED, 2);
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  assert_int_equal(smpi_study_sign(st, "study.yaml", SMPI_REVOCATION, key, when, NULL), SMPC_OK);
  smpi_study_free(st);
}

static void sessions_after_a_revocation_are_named(void **state) {
  (void)state;
  struct notary n = begin("");
  run(&n);
  take_back((int64_t)time(NULL) + 60); /* revoked later: what was done stands */
  judged("study.yaml", NULL);
  assert_int_equal(unlink("study.yaml.party2.revoked"), 0);
  take_back((int64_t)time(NULL) - 60);
  judged("study.yaml", "party2 had revoked the study before");
}

static void a_clock_outside_the_period_is_named(void **state) {
  (void)state;
  struct notary n = begin("");
  run(&n);
  assert_int_equal(system("cp study.yaml period.yaml && sed -i 's/2099-12-31/2020-02-02/' period.yaml"), 0);
  smpc_study *old, *new;
  char found[8000];
  notary_sign_all("period.yaml", SEED);
  assert_int_equal(smpi_study_load(&old, "study.yaml", NULL), SMPC_OK);
  assert_int_equal(smpi_study_load(&new, "period.yaml", NULL), SMPC_OK);
  new->until = old->from + 24 * 3600;
  memcpy(new->digest, old->digest, 32);
  assert_true(notary_audit_loaded(found, sizeof found, new, "period.yaml", notary_journals, NOTARY_PARTIES) > 0);
  assert_non_null(strstr(found, "outside the study's period"));
  new->until = old->until;
  new->party[1].sign_key[0] ^= 1;
  assert_true(notary_audit_loaded(found, sizeof found, new, "period.yaml", notary_journals, NOTARY_PARTIES) > 0);
  assert_non_null(strstr(found, "the parties are not those of the study"));
  smpi_study_free(old);
  smpi_study_free(new);
}

static void a_release_is_judged(void **state) {
  (void)state;
  struct notary n = begin("    review: blind\n    reviewers: [party1]\n");
  run(&n);
  judged("study.yaml", NULL);
  judged_by("", "the study asks for no review of this");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(what_the_study_allows_is_no_fault),   T(what_it_does_not_allow_is_named),
      T(too_many_runs_are_counted),           T(a_spent_privacy_budget_is_named),
      T(the_studys_signatures_are_asked_for), T(sessions_after_a_revocation_are_named),
      T(a_clock_outside_the_period_is_named), T(a_release_is_judged),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
