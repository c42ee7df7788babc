/* test_held_sets.c - counts and sums over sets that a study holds for its reviewers, and what of sets cannot be held. */
#include "support/test.h"

#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/holds.h"
#include "govern/notary.h"

enum { SEED = 41, ITEMS = 24 };

enum kind { REVEAL, COUNT, DISTINCT, SUM };
struct asked {
  enum kind kind;
  uint64_t minimum;
  smpc_psi_protocol protocol;
  bool of_three;
  smpc_err err[NOTARY_PARTIES]; /* out */
  uint64_t count[NOTARY_PARTIES], distinct[NOTARY_PARTIES];
  double sum[NOTARY_PARTIES];
};

static smpc_err add(struct smpc_session *s, unsigned me, struct asked *a, const smpc_items *mine) {
  double cost[ITEMS];
  smpc_psi_star star = SMPC_PSI_STAR_INIT;
  smpc_psi_totals totals;
  for (int i = 0; i < ITEMS; i++) cost[i] = i + 0.5;
  const smpc_psi_rows rows = {*mine, cost, NULL};
  star.owners = 2;
  star.owner[0] = (smpc_psi_owner){.party = smpc_p(0), .reals = 1};
  star.owner[1] = (smpc_psi_owner){.party = smpc_p(1)};
  smpc_psi_rows other = rows;
  other.real = NULL;
  smpc_err err = smpc_psi_sum(s, &star, me > 1 ? NULL : me == 0 ? &rows : &other, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)),
                              "totals for the test", a->minimum, false, &a->sum[me], 1, NULL, 0, &totals);
  a->distinct[me] = totals.distinct;
  return err;
}

/* 24 items each, 12 the same everywhere. */
static void ask(struct smpc_session *s, unsigned me, struct notary *n) {
  struct asked *a = n->ctx;
  uint64_t item[ITEMS];
  uint8_t matched[ITEMS];
  smpc_psi q = SMPC_PSI_INIT;
  smpc_psi_result result;
  for (uint64_t i = 0; i < ITEMS; i++) item[i] = i < ITEMS / 2 ? i : 1000 * (me + 1) + i;
  const smpc_items set = {.n = ITEMS, .flat = item, .item_len = sizeof *item}, *mine = me < 2 || a->of_three ? &set : NULL;
  q.to = smpc_and(smpc_to(smpc_p(0)), smpc_p(1));
  q.purpose = "totals for the test";
  q.minimum = a->minimum;
  q.protocol = a->protocol;
  if (a->of_three) q.owners.bits = 7;
  (void)notary_tell_rows(s, 100);
  if (a->kind == SUM) a->err[me] = add(s, me, a, &set);
  else if (a->kind == COUNT) a->err[me] = smpc_psi_count(s, &q, mine, &a->count[me], &result);
  else if (a->kind == DISTINCT) a->err[me] = smpc_psi_distinct(s, &q, mine, &a->count[me], &result);
  else a->err[me] = smpc_psi_reveal(s, &q, mine, mine == NULL ? NULL : matched, mine == NULL ? 0 : ITEMS, &result);
  if (a->kind != SUM) a->distinct[me] = result.distinct;
}

static struct notary begin(struct asked *a, const char *lines) {
  assert_int_equal(system("rm -f *.journal* study.yaml*"), 0);
  notary_write_study("study.yaml", SEED, lines, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){.without = -1,
                         .seed = SEED,
                         .study = "study.yaml",
                         .ask = "sum",
                         .program = ask,
                         .ctx = a,
                         .unaware = -1,
                         .source = SMPC_OT};
}

static const char BLIND[] = "    review: blind\n    reviewers: [party1, party2]\n";

static void see(void *user, const struct smpi_entry *e) { smpi_holds_seen(user, e); }

/* What a party's journal holds: one result, its words. */
static struct smpi_held held_at(unsigned party) {
  struct smpi_holds holds = {0};
  struct smpi_fault f = {.party = -1};
  struct smpi_journal *j;
  char name[16];
  uint8_t key[64];
  snprintf(name, sizeof name, "party%u", party);
  notary_key(key, SEED, party);
  assert_int_equal(smpi_journal_open(&j, notary_journals[party], name, key, see, &holds, &f), SMPC_OK);
  smpi_journal_close(j);
  assert_int_equal(holds.n, 1);
  assert_int_equal(holds.at[0].state, SMPI_HOLD_WAITING);
  struct smpi_held h = holds.at[0].h;
  smpi_holds_free(&holds);
  return h;
}

/* Nobody gets a number, all get the word that it waits, owners what they know of their own set. */
static void numbers_are_held_in_one_piece(void **state) {
  (void)state;
  static const struct { struct asked asked; unsigned words; } all[] = {
      {{.kind = COUNT}, 1},                    /* by itself ECDH would count it */
      {{.kind = COUNT, .minimum = 5}, 2},      /* and the verdict */
      {{.kind = DISTINCT, .of_three = true, .minimum = 900}, 2},
      {{.kind = SUM, .minimum = 5}, 2}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct asked a = all[i].asked;
    struct notary n = begin(&a, BLIND);
    if (!notary_run(&n, NULL)) fail_msg("%u: %d %s", i, n.met, n.text);
    for (unsigned p = 0; p < NOTARY_PARTIES; p++) {
      assert_int_equal(a.err[p], SMPC_E_HELD);
      assert_true(a.count[p] == 0 && a.sum[p] == 0);
      if (p < 2) assert_int_equal(a.distinct[p], ITEMS);
      struct smpi_held h = held_at(p);
      assert_true(h.rows * h.columns == all[i].words && h.frac == 0);
    }
  }
}

/* It arises at its recipient: no party could hold it back. */
static void what_is_never_in_shares_is_refused(void **state) {
  (void)state;
  static const struct asked all[] = {{.kind = REVEAL},
                                     {.kind = REVEAL, .minimum = 5},
                                     {.kind = REVEAL, .of_three = true},
                                     {.kind = REVEAL, .of_three = true, .minimum = 5},
                                     {.kind = COUNT, .protocol = SMPC_PSI_ECDH}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct asked a = all[i];
    struct notary n = begin(&a, BLIND);
    assert_false(notary_run(&n, NULL));
    if (n.met != SMPC_E_POLICY || strstr(n.text, "arises at its recipient") == NULL)
      fail_msg("%u: %d %s", i, n.met, n.text);
    assert_int_not_equal(system("grep -q '^kind open' *.journal"), 0);
    assert_int_not_equal(system("grep -q '^kind items' *.journal"), 0); /* nor did the sets meet */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {T(numbers_are_held_in_one_piece), T(what_is_never_in_shares_is_refused)};
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
