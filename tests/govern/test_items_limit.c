/* test_items_limit.c - sets that meet under a signed study: how many items each party
 * brings, and all together, over all runs. */
#include "support/test.h"

#include <smpc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/journal.h"
#include "govern/notary.h"

enum { SEED = 23, MOST = 64 };

/* What is asked, and how many items each party has: the first half of a set is the same everywhere. */
struct meeting {
  size_t n[NOTARY_PARTIES];
  uint64_t declared[2], minimum;
  bool is_reveal, of_three, is_tally;
  bool other_item, other_cell, turned; /* party 0's: one item, its cell; the order of all */
  smpc_psi_protocol protocol;
  const struct smpi_guard *changed; /* party 1's instead of its own */
  uint64_t count;
};

static void change_mine(const struct meeting *m, uint64_t *item, uint32_t *cell) {
  size_t n = m->n[0];
  if (m->other_item) item[n - 1] ^= 1 << 20;
  if (m->other_cell) cell[n - 1] = 1;
  for (size_t i = 0; m->turned && i < n / 2; i++) {
    uint64_t x = item[i];
    item[i] = item[n - 1 - i];
    item[n - 1 - i] = x;
  }
}

static void open_tally(struct smpc_session *s, smpc_psi *q, const smpc_items *mine, const uint32_t *cell, unsigned me) {
  int64_t out[2];
  smpc_who to = q->to;
  q->to.bits = 0;
  q->purpose = NULL;
  q->owners.bits = 3;
  smpc_shared *z = smpc_psi_tally(s, q, mine, cell, 2, NULL);
  LET_FAIL(smpc_open_i64(s, z, to, "totals for the test", me < 2 ? out : NULL, me < 2 ? 2 : 0));
}

static void ask(struct smpc_session *s, unsigned me, struct notary *n) {
  struct meeting *m = n->ctx;
  uint64_t item[MOST];
  uint8_t matched[MOST];
  smpc_psi q = SMPC_PSI_INIT;
  uint32_t cell[MOST] = {0};
  for (size_t i = 0; i < m->n[me]; i++) item[i] = i < m->n[me] / 2 ? i : 1000 * (me + 1) + i;
  if (me == 0) change_mine(m, item, cell);
  const smpc_items set = {.n = m->n[me], .flat = item, .item_len = sizeof *item};
  const smpc_items *mine = me < 2 || m->of_three ? &set : NULL;
  q.to = smpc_and(smpc_to(smpc_p(0)), smpc_p(1));
  q.purpose = "totals for the test";
  q.size_a = m->declared[0];
  q.size_b = m->declared[1];
  q.minimum = m->minimum;
  q.protocol = m->protocol;
  if (m->of_three) q.owners.bits = 7;
  if (me == 1 && m->changed != NULL) s->guard = m->changed;
  (void)notary_tell_rows(s, 100);
  if (m->is_tally) open_tally(s, &q, mine, cell, me);
  else if (m->is_reveal)
    LET_FAIL(smpc_psi_reveal(s, &q, mine, mine == NULL ? NULL : matched, mine == NULL ? 0 : mine->n, NULL));
  else LET_FAIL(smpc_psi_count(s, &q, mine, me == 0 ? &m->count : NULL, NULL));
}

static struct notary begin(const char *limits, struct meeting *m) {
  char lines[600]; /* a minimum of what is revealed opens by itself, to all */
  assert_int_equal(system("rm -f *.journal study.yaml*"), 0);
  snprintf(lines, sizeof lines,
           "%s    also opens: [{purpose: \"totals for the test: whether the minimum is reached\", recipients: [party0, "
           "party1, party2]}]\n",
           limits);
  notary_write_study("study.yaml", SEED, lines, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){
      .without = -1, .seed = SEED, .study = "study.yaml", .ask = "sum", .program = ask, .ctx = m, .unaware = -1};
}

static void expect_run(struct notary *n) {
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
}

static void expect_refusal(struct notary *n, const char *word) {
  assert_false(notary_run(n, NULL));
  if (n->met != SMPC_E_POLICY || strstr(n->text, word) == NULL)
    fail_msg("met %d, wanted \"%s\": %s", n->met, word, n->text);
}

static unsigned lines(unsigned party, const char *line) { return notary_count(notary_journals[party], line); }

static void expect_no_fault(void) {
  char findings[4000];
  if (notary_audit_by(findings, sizeof findings, "study.yaml", notary_journals, NOTARY_PARTIES) != 0)
    fail_msg("%s", findings);
}

static void items_of_a_party_are_limited_over_all_runs(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8}};
  struct notary n = begin("    limits: {items: 25}\n", &m);
  expect_run(&n);
  expect_no_fault();
  assert_int_equal(m.count, 4);
  expect_run(&n);
  expect_refusal(
      &n,
      "the sets of party0 would have more items than one party's may have in all: 20 of 25 items are used, 10 more");
  assert_int_equal(lines(0, "kind open"), 2); /* refused before it was announced */
  assert_int_equal(lines(0, "set 1 8\n"), 2);
  assert_int_equal(lines(2, "kind items"), 0); /* told between the owners alone */
  m.n[0] = 5;                                  /* what is left may still meet */
  expect_run(&n);
}

static void items_of_all_parties_are_limited_together(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8}};
  struct notary n = begin("    limits: {items in all: 40}\n", &m);
  expect_run(&n);
  expect_run(&n);
  expect_refusal(&n, "the sets of all parties would have more items than they may together: 36 of 40 items are used, 10 more");
  assert_int_equal(lines(0, "kind items"), 2);
  assert_int_equal(lines(1, "kind items"), 2);
}

/* A party that would not refuse itself: the other does, by its own journal. */
static smpc_err let_pass(void *ctx, struct smpc_session *s, const uint64_t *size, bool are_known) {
  (void)ctx, (void)s, (void)size, (void)are_known;
  return SMPC_OK;
}

static struct smpi_guard changed;

static void change(struct smpc_session *s, unsigned me, struct notary *n) {
  struct meeting *m = n->ctx;
  if (me == 1) {
    changed = *s->guard;
    changed.items = let_pass;
    m->changed = &changed;
  }
  ask(s, me, n);
}

static void each_party_judges_the_sets_of_the_others(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 30}};
  struct notary n = begin("    limits: {items: 50}\n", &m);
  expect_run(&n);
  n.program = change;
  expect_refusal(&n, "the sets of party1 would have more items");
  m.changed = NULL;
}

static void who_brings_no_set_judges_what_it_knows(void **state) {
  (void)state;
  char findings[4000];
  struct meeting m = {.n = {10, 8}, .declared = {20, 10}};
  struct notary n = begin("    limits: {items: 45}\n", &m);
  expect_run(&n);
  assert_int_equal(lines(2, "set 0 20\n"), 1); /* with paddings */
  expect_no_fault();
  smpc_study *st;
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  st->question[0].max_items = 19;
  st->question[0].max_items_in_all = 29;
  assert_int_equal(notary_audit_loaded(findings, sizeof findings, st, "study.yaml", notary_journals, NOTARY_PARTIES), 6);
  assert_non_null(strstr(findings, "more items of one party's sets than the study allows for this question: 20, and 19"));
  assert_non_null(strstr(findings, "more items of all parties' sets than the study allows for this question: 30, and 29"));
  smpi_study_free(st);
  expect_run(&n);
  expect_refusal(&n, "the sets of party0");
}

/* The minimum's join and the intersection after it are over the same sets. */
static void a_join_counts_at_all_and_once(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8}, .minimum = 3, .is_reveal = true};
  struct notary n = begin("    limits: {items in all: 18}\n", &m);
  n.source = SMPC_OT;
  expect_run(&n);
  assert_int_equal(lines(0, "kind items"), 1);
  assert_int_equal(lines(2, "set 1 8\n"), 1);
  expect_no_fault();
  expect_refusal(&n, "more items");
  assert_int_equal(lines(0, "kind run"), 1); /* what is used up begins no session */
}

static void sets_of_three_are_counted(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8, 6}, .is_reveal = true, .of_three = true};
  struct notary n = begin("    limits: {items: 10, items in all: 24}\n", &m);
  expect_run(&n);
  assert_int_equal(lines(1, "set 2 6\n"), 1);
  expect_no_fault();
  expect_refusal(&n, "more items");
}

/* Written before the sets meet: a run that fails then counts. */
static void leave(struct smpc_session *s, unsigned me) {
  if (me == 1) (void)smpi_fail(s, SMPC_E_CANCELED, -1, "gone");
}

static void a_run_that_failed_counts(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8}};
  struct notary n = begin("    limits: {items: 10}\n", &m);
  n.meddle = leave;
  assert_false(notary_run(&n, NULL));
  n.meddle = NULL;
  expect_refusal(&n, "more items");
}

/* Sizes are told when the session's entry is on disk at every party, and not where the disk fails. */
static atomic_uint synced;
static atomic_bool disk_fails;

smpc_err __real_smpi_journal_sync(struct smpi_journal *j, struct smpi_fault *f);
smpc_err __wrap_smpi_journal_sync(struct smpi_journal *j, struct smpi_fault *f);
smpc_err __wrap_smpi_journal_sync(struct smpi_journal *j, struct smpi_fault *f) {
  synced++;
  if (disk_fails) return smpi_fault_set(f, SMPC_E_DISK, -1, "the disk fails");
  return __real_smpi_journal_sync(j, f);
}

static void sizes_are_told_when_the_run_is_on_disk(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8}, .protocol = SMPC_PSI_JOIN};
  struct notary n = begin("", &m);
  n.source = SMPC_OT;
  synced = 0;
  expect_run(&n);
  assert_int_equal(synced, NOTARY_PARTIES);
  m.count = 77;
  disk_fails = true;
  assert_false(notary_run(&n, NULL));
  disk_fails = false;
  if (n.met != SMPC_E_DISK || strstr(n.text, "the disk fails") == NULL) fail_msg("met %d: %s", n.met, n.text);
  assert_int_equal(m.count, 0);
  for (unsigned k = 0; k < NOTARY_PARTIES; k++) assert_int_equal(lines(k, "kind items"), 1); /* those of the first run */
}

/* A party that writes down fewer than met is shown by the other's journal. */
static smpc_err (*honest)(void *, struct smpc_session *, const uint64_t *, bool);
static smpc_err understate(void *ctx, struct smpc_session *s, const uint64_t *size, bool are_known) {
  uint64_t less[SMPC_MAX_PARTIES];
  memcpy(less, size, sizeof less);
  less[1] = are_known ? 1 : size[1];
  return honest(ctx, s, less, are_known);
}

static void lie(struct smpc_session *s, unsigned me, struct notary *n) {
  struct meeting *m = n->ctx;
  if (me == 1) {
    honest = s->guard->items;
    changed = *s->guard;
    changed.items = m->of_three ? let_pass : understate;
    m->changed = &changed;
  }
  m->of_three = false;
  ask(s, me, n);
}

static void other_numbers_in_a_journal_are_found(void **state) {
  (void)state;
  char findings[4000];
  struct meeting m = {.n = {10, 8}};
  struct notary n = begin("", &m);
  n.program = lie;
  expect_run(&n);
  assert_int_equal(notary_audit(findings, sizeof findings, notary_journals, NOTARY_PARTIES), 1);
  assert_non_null(strstr(findings, "other sets met than in the other journals"));
}

/* --- sets as input ---------------------------------------------------------------------------- */

static void replaced_items_are_noticed(void **state) {
  (void)state;
  static const struct meeting kinds[] = {{.n = {10, 8}},
                                         {.n = {10, 8}, .minimum = 3, .is_reveal = true},
                                         {.n = {10, 8, 6}, .is_reveal = true, .of_three = true},
                                         {.n = {10, 8}, .is_tally = true}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    struct meeting m = kinds[i];
    struct notary n = begin("    minimum change: 5\n", &m);
    n.source = SMPC_OT;
    expect_run(&n);
    m.other_item = true;
    expect_refusal(&n, "differ from those of an earlier run over as many rows");
    m.other_item = false;
    m.turned = true; /* the same set */
    expect_run(&n);
    m.turned = false;
    m.other_cell = true;
    if (m.is_tally) expect_refusal(&n, "differ from those of an earlier run over as many rows");
  }
}

static void a_limit_of_values_needs_sizes(void **state) {
  (void)state;
  struct meeting m = {.n = {10, 8}, .is_reveal = true};
  struct notary n = begin("    limits: {opened values: 50}\n", &m);
  expect_refusal(&n, "declare the sizes");
  m.declared[0] = 20; /* one of two is none */
  expect_refusal(&n, "declare the sizes");
  m.declared[1] = 20;
  expect_run(&n);
  expect_refusal(&n, "more values would be opened");
  m = (struct meeting){.n = {10, 8, 6}, .is_reveal = true, .of_three = true};
  n = begin("    limits: {opened values: 50}\n", &m);
  expect_refusal(&n, "declare the sizes");
  assert_int_equal(lines(0, "kind open"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(items_of_a_party_are_limited_over_all_runs),
      cmocka_unit_test(items_of_all_parties_are_limited_together),
      cmocka_unit_test(each_party_judges_the_sets_of_the_others),
      cmocka_unit_test(who_brings_no_set_judges_what_it_knows),
      cmocka_unit_test(a_join_counts_at_all_and_once),
      cmocka_unit_test(sets_of_three_are_counted),
      cmocka_unit_test(a_run_that_failed_counts),
      cmocka_unit_test(other_numbers_in_a_journal_are_found),
      cmocka_unit_test(sizes_are_told_when_the_run_is_on_disk),
      cmocka_unit_test(replaced_items_are_noticed),
      cmocka_unit_test(a_limit_of_values_needs_sizes),
  };
  return cmocka_run_group_tests_name("items_limit", tests, notary_setup, notary_teardown);
}
