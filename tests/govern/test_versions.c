/* test_versions.c - a study that is changed and signed anew: what was used counts on,
 * and nobody begins from zero by leaving the old version out. */
#include "support/test.h"

#include <smpc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "govern/notary.h"

enum { SEED = 29 };

/* The study at `path` with these limits and further lines; what it replaces: studies at paths, or NULL. */
static void write_version(const char *path, const char *limits, const char *other, const char *identifier,
                          const char *const *old) {
  static char more[600];
  char hex[65];
  size_t used = (size_t)snprintf(more, sizeof more, "%s%s", *identifier ? ", identifier: " : "", identifier);
  for (unsigned i = 0; old != NULL && old[i] != NULL; i++) {
    smpc_study *st;
    assert_int_equal(smpi_study_load(&st, old[i], NULL), SMPC_OK);
    sodium_bin2hex(hex, sizeof hex, st->digest, 32);
    used += (size_t)snprintf(more + used, sizeof more - used, "%s'%s'", i == 0 ? ", replaces: [" : ", ", hex);
    smpi_study_free(st);
  }
  if (old != NULL) snprintf(more + used, sizeof more - used, "]");
  notary_more = more;
  notary_write_study(path, SEED, limits, other);
  notary_more = "";
  notary_sign_all(path, SEED);
}

static struct notary begin(const char *limits) {
  assert_int_equal(system("rm -f *.journal v*.yaml*"), 0);
  write_version("v1.yaml", limits, "", "", NULL);
  return (struct notary){.openings = 1, .without = -1, .seed = SEED, .study = "v1.yaml", .ask = "sum", .unaware = -1};
}

static void expect_run(struct notary *n, const char *study) {
  n->study = study;
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
}

static void expect_refusal(struct notary *n, const char *study, const char *word) {
  n->study = study;
  assert_false(notary_run(n, NULL));
  if (n->met != SMPC_E_POLICY || strstr(n->text, word) == NULL)
    fail_msg("met %d, wanted \"%s\": %s", n->met, word, n->text);
}

static const char *const V1[] = {"v1.yaml", NULL}, *const V2[] = {"v2.yaml", NULL}, *const BOTH[] = {"v1.yaml", "v2.yaml", NULL};

static void a_changed_comma_does_not_begin_anew(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 1}\n");
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    limits: {runs: 1}\n    # one comment more\n", "", "", NULL);
  expect_refusal(&n, "v2.yaml",
                 "sessions of another version of the study \"T\", which this one does not say it `replaces`");
}

static void what_was_used_counts_on(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 1}\n");
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    limits: {runs: 2}\n", "", "", V1);
  expect_run(&n, "v2.yaml");
  expect_refusal(&n, "v2.yaml", "asked as often as it may be");
  write_version("v3.yaml", "    limits: {runs: 9, opened values: 5}\n", "", "", V2);
  expect_refusal(&n, "v3.yaml", "does not say it `replaces`"); /* the first one is missing */
  assert_int_equal(unlink("v3.yaml"), 0);
  assert_int_equal(system("rm v3.yaml.*"), 0);
  write_version("v3.yaml", "    limits: {runs: 9, opened values: 5}\n", "", "", BOTH);
  expect_refusal(&n, "v3.yaml", "more values would be opened"); /* two in each of the runs before */
}

static void rows_that_changed_since_the_old_version_are_few(void **state) {
  (void)state;
  struct notary n = begin("    minimum change: 10\n");
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    minimum change: 10\n    limits: {runs: 5}\n", "", "", V1);
  n.more_rows = 1;
  expect_refusal(&n, "v2.yaml", "fewer rows than they may");
  n.more_rows = 0;
  n.other_value = 1;
  expect_refusal(&n, "v2.yaml", "earlier run over as many rows");
}

static const char RENAMED[] = "all versions have the same `identifier`", BEHIND[] = "had itself replaced";

/* v1, v2 under another identifier, v3 that names v2 alone: nobody would count v1 any more. */
static void another_identifier_hides_no_runs(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 1}\n");
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    limits: {runs: 2}\n", "", "hearts", V1);
  expect_refusal(&n, "v2.yaml", RENAMED);
  assert_non_null(strstr(n.text, "is \"T\""));
  write_version("v3.yaml", "    limits: {runs: 2}\n", "", "T", V1); /* as the title was */
  expect_run(&n, "v3.yaml");
  expect_refusal(&n, "v3.yaml", "asked as often as it may be");
}

/* The same where v2 came to this journal before v1 opened anything: what v2 replaced is followed. */
static void what_a_replaced_version_replaced_is_named_too(void **state) {
  (void)state;
  struct notary n = begin("    limits: {runs: 1}\n");
  write_version("v2.yaml", "    limits: {runs: 2}\n", "", "hearts", V1);
  n.openings = 0;
  expect_run(&n, "v2.yaml");
  n.openings = 1;
  expect_run(&n, "v1.yaml");
  write_version("v3.yaml", "    limits: {runs: 1}\n    # x\n", "", "hearts", V2);
  expect_refusal(&n, "v3.yaml", BEHIND);
  assert_int_equal(system("rm v3.yaml*"), 0);
  write_version("v3.yaml", "    limits: {runs: 1}\n    # x\n", "", "hearts", BOTH);
  expect_refusal(&n, "v3.yaml", RENAMED);
}

static const char *third(const char *epsilon) {
  static char text[200];
  snprintf(text, sizeof text, "    epsilon: 0.1\n  - name: third\n    program: test\n    epsilon: %s\n"
           "    recipients: [party0, party1]\n", epsilon);
  return text;
}

static void another_identifier_hides_no_budget(void **state) {
  (void)state;
  char findings[8000];
  notary_head = "privacy budget: 1.5\n";
  assert_int_equal(system("rm -f *.journal v*.yaml*"), 0);
  write_version("v1.yaml", "    epsilon: 1\n", third("0.4"), "", NULL);
  struct notary n = {.openings = 0, .without = -1, .seed = SEED, .ask = "third", .unaware = -1};
  write_version("v2.yaml", "    epsilon: 1\n", third("0.3"), "hearts", V1);
  expect_run(&n, "v2.yaml"); /* opens nothing yet */
  n.openings = 1;
  n.ask = "sum";
  expect_run(&n, "v1.yaml");
  expect_refusal(&n, "v2.yaml", RENAMED);
  write_version("v3.yaml", "    epsilon: 1\n", third("0.2"), "hearts", V2);
  expect_refusal(&n, "v3.yaml", BEHIND);
  notary_head = "";
  (void)notary_audit_by(findings, sizeof findings, "v2.yaml", notary_journals, NOTARY_PARTIES);
  assert_non_null(strstr(findings, "under another identifier"));
  (void)notary_audit_by(findings, sizeof findings, "v3.yaml", notary_journals, NOTARY_PARTIES);
  assert_non_null(strstr(findings, "which replaced one that the study does not"));
}

/* Lowering the epsilon of what was answered, or taking the question out, gives nothing back. */
static void the_budget_counts_on(void **state) {
  (void)state;
  notary_head = "privacy budget: 1.5\n";
  assert_int_equal(system("rm -f *.journal v*.yaml*"), 0);
  write_version("v1.yaml", "    epsilon: 1\n", "    epsilon: 1\n", "", NULL);
  struct notary n = {.openings = 1, .without = -1, .seed = SEED, .ask = "sum", .unaware = -1};
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    epsilon: 0.1\n",
                "    epsilon: 0.6\n  - name: third\n    program: test\n    epsilon: 0.6\n"
                "    recipients: [party0, party1]\n",
                "", V1);
  n.ask = "third";
  expect_refusal(&n, "v2.yaml", "the privacy budget of the study is spent");
  write_version("v3.yaml", "    epsilon: 0.1\n",
                "    epsilon: 0.6\n  - name: third\n    program: test\n    epsilon: 0.5\n"
                "    recipients: [party0, party1]\n",
                "", V1);
  expect_run(&n, "v3.yaml");
  notary_head = "";
}

static void a_replaced_version_is_over(void **state) {
  (void)state;
  struct notary n = begin("");
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    limits: {runs: 3}\n", "", "", V1);
  expect_run(&n, "v1.yaml"); /* nobody has begun the new one */
  n.openings = 0;
  expect_run(&n, "v2.yaml"); /* nothing opens */
  n.openings = 1;
  expect_run(&n, "v1.yaml");
  write_version("v3.yaml", "    limits: {runs: 9}\n", "", "", V1);
  expect_run(&n, "v3.yaml");
  expect_refusal(&n, "v1.yaml", "the study was replaced by");
  expect_refusal(&n, "v2.yaml", "does not say it `replaces`");
}

static void what_opened_nothing_need_not_be_named(void **state) {
  (void)state;
  struct notary n = begin("");
  n.openings = 0;
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    limits: {runs: 1}\n", "", "", NULL);
  n.openings = 1;
  expect_run(&n, "v2.yaml");
}

static void an_identifier_outlives_a_title(void **state) {
  (void)state;
  struct notary n = begin("");
  write_version("v2.yaml", "", "", "hearts", NULL);
  expect_run(&n, "v1.yaml");
  expect_run(&n, "v2.yaml"); /* another study */
  write_version("v3.yaml", "    limits: {runs: 1}\n", "", "hearts", NULL);
  expect_refusal(&n, "v3.yaml", "another version of the study \"hearts\"");
}

static void an_audit_counts_over_versions(void **state) {
  (void)state;
  char findings[8000];
  smpc_study *st;
  struct notary n = begin("");
  expect_run(&n, "v1.yaml");
  write_version("v2.yaml", "    limits: {runs: 2}\n", "", "", V1);
  n.detours = 1; /* another session id */
  expect_run(&n, "v2.yaml");
  assert_int_equal(smpi_study_load(&st, "v2.yaml", NULL), SMPC_OK);
  (void)notary_audit_loaded(findings, sizeof findings, st, "v2.yaml", notary_journals, NOTARY_PARTIES);
  assert_null(strstr(findings, "another version"));
  assert_null(strstr(findings, "more runs"));
  st->question[0].max_runs = 1;
  (void)notary_audit_loaded(findings, sizeof findings, st, "v2.yaml", notary_journals, NOTARY_PARTIES);
  assert_non_null(strstr(findings, "more runs than the study allows for this question: 2, and 1 may be"));
  st->n_replaces = 0;
  (void)notary_audit_loaded(findings, sizeof findings, st, "v2.yaml", notary_journals, NOTARY_PARTIES);
  assert_non_null(strstr(findings, "neither says that it replaces the other"));
  smpi_study_free(st);
  (void)notary_audit_by(findings, sizeof findings, "v1.yaml", notary_journals, NOTARY_PARTIES);
  assert_null(strstr(findings, "neither says that it replaces the other")); /* the later one says so */
}

static void digests_are_checked(void **state) {
  (void)state;
  smpc_study *st;
  struct smpi_fault f = {.party = -1};
  notary_more = ", replaces: [abc]";
  notary_write_study("v9.yaml", SEED, "", "");
  notary_more = "";
  assert_int_equal(smpi_study_load(&st, "v9.yaml", &f), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "64 hexadecimal digits"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_changed_comma_does_not_begin_anew), T(what_was_used_counts_on), T(rows_that_changed_since_the_old_version_are_few),
      T(the_budget_counts_on), T(a_replaced_version_is_over), T(what_opened_nothing_need_not_be_named),
      T(an_identifier_outlives_a_title), T(an_audit_counts_over_versions), T(digests_are_checked),
      T(another_identifier_hides_no_runs), T(what_a_replaced_version_replaced_is_named_too),
      T(another_identifier_hides_no_budget),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
