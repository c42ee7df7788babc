/* test_review.c - results that wait for their reviewers: held, released by the right
 * ones, opened once. */
#include "support/test.h"

#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/value.h"
#include "base/mem.h"
#include "govern/desk.h"

/* --- what should be ------------------------------------------------------------------------ */

static void a_result_is_held_and_opened_once(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  assert_int_equal(desk_files(), NOTARY_PARTIES);
  assert_int_equal(notary_count(notary_journals[0], "kind open\n"), 0);
  desk_release_all(id);
  if (!desk_open(&n, id)) fail_msg("%s", n.text);
  assert_int_equal(n.got[0], 6); /* 1 + 2 + 3 */
  assert_int_equal(n.got[1], 30);
  assert_int_equal(desk_files(), 0);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    assert_int_equal(notary_count(notary_journals[i], "kind release\n"), 1);
    assert_int_equal(notary_count(notary_journals[i], "kind open\n"), 1);
  }
  desk_audited(0);
  desk_expect_shut(&n, id, "was opened before");
}

static void held_shares_and_files_say_nothing(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  struct smpi_holds holds;
  struct smpi_held_share share[NOTARY_PARTIES];
  uint64_t sum[2] = {0, 0};
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    uint8_t key[64], salt[32];
    char name[16], file[64];
    size_t len;
    desk_look(&holds, i);
    notary_key(key, DESK_SEED, i);
    snprintf(name, sizeof name, "party%u", i);
    assert_int_equal(smpi_held_load(&share[i], &holds.at[0].h, notary_journals[i], name, key, NULL), SMPC_OK);
    assert_int_equal(share[i].n, 2);
    assert_int_equal(share[i].n_values, 0);
    snprintf(file, sizeof file, "party%u.journal.%s.held", i, id);
    char *text = notary_read(file, &len);
    assert_null(memmem(text, len, share[i].share, 16)); /* nor in clear there */
    free(text);
    memset(salt, 0, sizeof salt);
    for (int k = 0; k < 2; k++) sum[k] += share[i].share[k].v;
    smpi_holds_free(&holds);
  }
  assert_int_equal(sum[0], 6);
  assert_int_equal(sum[1], 30);
  assert_memory_not_equal(share[0].share, share[1].share, 16);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) smpi_held_release(&share[i]);
}

/* The shares of the session, from which what is held must be drawn afresh. */
static shr in_session[NOTARY_PARTIES][2];

static void sum_and_tell(struct smpc_session *s, unsigned me, struct notary *n) {
  int64_t mine[2] = {5, 7}, out[2];
  (void)n;
  LET_FAIL(notary_tell_rows(s, 100));
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), mine, (smpc_shape){1, 2});
  memcpy(in_session[me], x->v, sizeof in_session[me]);
  LET_FAIL(smpc_open_i64(s, x, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "totals for the test", me < 2 ? out : NULL,
                         me < 2 ? 2 : 0));
}

static void held_shares_are_fresh(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  uint64_t sum = 0;
  struct notary n = desk_begin(desk_blind);
  n.program = sum_and_tell;
  desk_hold(&n, id);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    struct smpi_holds holds;
    struct smpi_held_share share;
    uint8_t key[64];
    char name[16];
    desk_look(&holds, i);
    notary_key(key, DESK_SEED, i);
    snprintf(name, sizeof name, "party%u", i);
    assert_int_equal(smpi_held_load(&share, &holds.at[0].h, notary_journals[i], name, key, NULL), SMPC_OK);
    for (int k = 0; k < 2; k++) assert_true(share.share[k].v != in_session[i][k].v);
    sum += share.share[0].v;
    smpi_held_release(&share);
    smpi_holds_free(&holds);
  }
  assert_int_equal(sum, 5);
}

static void with_sight_the_reviewers_see_it_first(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct smpi_holds holds;
  struct smpi_held_share share;
  uint8_t key[64];
  struct notary n = desk_begin(desk_sight);
  desk_hold(&n, id);
  assert_int_equal(notary_count(notary_journals[0], "to party2\n"), 1); /* an opening, for review */
  assert_int_equal(notary_count(notary_journals[0], ": for review\n"), 1);
  desk_look(&holds, 2);
  notary_key(key, DESK_SEED, 2);
  assert_int_equal(smpi_held_load(&share, &holds.at[0].h, notary_journals[2], "party2", key, NULL), SMPC_OK);
  assert_int_equal(share.n_values, 2);
  assert_int_equal(share.value[0], 6);
  smpi_held_release(&share);
  smpi_holds_free(&holds);
  desk_look(&holds, 0);
  notary_key(key, DESK_SEED, 0);
  assert_int_equal(smpi_held_load(&share, &holds.at[0].h, notary_journals[0], "party0", key, NULL), SMPC_OK);
  assert_int_equal(share.n_values, 0); /* the recipient has not */
  smpi_held_release(&share);
  smpi_holds_free(&holds);
  assert_int_equal(desk_sign(2, DESK_SEED, id, SMPI_RELEASED), SMPC_OK);
  if (!desk_open(&n, id)) fail_msg("%s", n.text);
  assert_int_equal(n.got[1], 30);
  desk_audited(0);
}

static void holding_counts_as_a_run(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], lines[200];
  snprintf(lines, sizeof lines, "%s    limits: {runs: 1, opened values: 2}\n", desk_blind);
  struct notary n = desk_begin(lines);
  desk_hold(&n, id);
  n.openings = 1;
  assert_false(notary_run(&n, NULL));
  assert_non_null(strstr(n.text, "asked as often as it may be"));
  desk_release_all(id);
  if (!desk_open(&n, id)) fail_msg("%s", n.text); /* its release is no further one */
}

/* --- who and what releases ----------------------------------------------------------------- */

static void only_the_named_reviewers_release(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], from[100], to[100], command[300];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_expect_shut(&n, id, "the reviewer party1 has not released the result: there is no study.yaml.");
  assert_int_equal(desk_sign(0, DESK_SEED, id, SMPI_RELEASED), SMPC_E_POLICY);     /* a party, no reviewer */
  assert_int_equal(desk_sign(1, DESK_SEED + 1, id, SMPI_RELEASED), SMPC_E_POLICY); /* somebody else's key  */
  assert_int_equal(desk_sign(1, DESK_SEED, id, SMPI_RELEASED), SMPC_OK);
  desk_expect_shut(&n, id, "the reviewer party2 has not released");
  snprintf(from, sizeof from, "study.yaml.%s.party1.released", id);
  snprintf(to, sizeof to, "study.yaml.%s.party2.released", id);
  snprintf(command, sizeof command, "cp %s %s", from, to);
  assert_int_equal(system(command), 0);
  desk_expect_shut(&n, id, "the release by party2: it is another party's");
  snprintf(command, sizeof command, "sed -i 's/^party party1/party party2/' %s", to);
  assert_int_equal(system(command), 0);
  desk_expect_shut(&n, id, "another key than the study's");
  assert_int_equal(unlink(to), 0);
  assert_int_equal(desk_sign(2, DESK_SEED, id, SMPI_RELEASED), SMPC_OK);
  assert_int_equal(desk_sign(2, DESK_SEED, id, SMPI_RELEASED), SMPC_E_FILE); /* once */
  assert_true(desk_open(&n, id));
}

static void a_release_is_of_one_result(void **state) {
  (void)state;
  char one[SMPI_HELD_ID], two[SMPI_HELD_ID], command[300];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, one);
  n.detours = 1;
  desk_hold(&n, two);
  assert_string_not_equal(one, two);
  desk_release_all(one);
  for (int i = 1; i <= 2; i++) {
    snprintf(command, sizeof command, "cp study.yaml.%s.party%d.released study.yaml.%s.party%d.released", one, i, two,
             i);
    assert_int_equal(system(command), 0);
  }
  desk_expect_shut(&n, two, "it is about another result");
  snprintf(command, sizeof command, "sed -i 's/^to .*/to party2/' study.yaml.%s.party1.released", one);
  assert_int_equal(system(command), 0);
  desk_expect_shut(&n, one, "its lines are not those of the result");
}

static void a_changed_release_is_refused(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], path[100];
  size_t len;
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_release_all(id);
  snprintf(path, sizeof path, "study.yaml.%s.party2.released", id);
  char *text = notary_read(path, &len);
  static const char replaced[] = "AAAA";
  memcpy(strstr(text, "\nsign ") + 10, replaced, 4);
  notary_write(path, text, len);
  desk_expect_shut(&n, id, "the signature is wrong");
  notary_write(path, text, len - 20);
  desk_expect_shut(&n, id, "it is not signed");
  free(text);
}

static void a_rejected_result_is_erased(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_release_all(id);
  assert_int_equal(desk_sign(2, DESK_SEED, id, SMPI_REJECTED), SMPC_OK);
  desk_expect_shut(&n, id, "expired or was rejected, and is erased");
  assert_int_equal(desk_files(), 0);
  assert_int_equal(notary_count(notary_journals[0], "reason party2 rejected it\n"), 1);
  desk_audited(0);
}

static void an_expired_result_is_erased(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_release_all(id);
  n.now = (int64_t)time(NULL) + 10 * 24 * 3600 + 60;
  desk_expect_shut(&n, id, "expired or was rejected, and is erased");
  assert_int_equal(desk_files(), 0);
  n.now = 0; /* setting the clock back does not bring it back */
  desk_expect_shut(&n, id, "expired or was rejected, and is erased");
}

static void malformed_studies_are_refused(void **state) {
  (void)state;
  static const struct { const char *lines, *word; } bad[] = {
      {"    review: blind\n", "name the `reviewers`"},
      {"    review: blind\n    reviewers: [nobody]\n", "`reviewers`: \"nobody\" is no party of the study"},
      {"    reviewers: [party1]\n", "write `review: blind` or `sight`"},
      {"    review: maybe\n    reviewers: [party1]\n", "is one of none, blind, sight"},
      {"    review: blind\n    reviewers: [party1]\n    hold days: 0\n", "from 1 to 3660"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct smpi_fault f = {.party = -1};
    smpc_study *st;
    notary_write_study("bad.yaml", DESK_SEED, bad[i].lines, "");
    assert_int_equal(smpi_study_load(&st, "bad.yaml", &f), SMPC_E_FILE);
    if (strstr(f.text, bad[i].word) == NULL) fail_msg("wanted \"%s\": %s", bad[i].word, f.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_result_is_held_and_opened_once),
      T(held_shares_and_files_say_nothing), T(held_shares_are_fresh),
      T(with_sight_the_reviewers_see_it_first),
      T(holding_counts_as_a_run),
      T(only_the_named_reviewers_release),
      T(a_release_is_of_one_result),
      T(a_changed_release_is_refused),
      T(a_rejected_result_is_erased),
      T(an_expired_result_is_erased),
      T(malformed_studies_are_refused),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
