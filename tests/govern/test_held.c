/* test_held.c - ways to get at a result that waits for its reviewers: its file, the session
 * that releases it, the journals. */
#include "support/test.h"

#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/desk.h"

/* --- the file ---------------------------------------------------------------------------------- */

static void flip(const char *path, size_t at_end) {
  size_t len;
  char *text = notary_read(path, &len);
  text[len - at_end] ^= 1;
  notary_write(path, text, len);
  free(text);
}

static void an_edited_or_missing_file_opens_nothing(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], path[100], other[100], command[300];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_release_all(id);
  snprintf(path, sizeof path, "party0.journal.%s.held", id);
  snprintf(other, sizeof other, "party1.journal.%s.held", id);
  flip(path, 1);
  desk_expect_shut(&n, id, "it was changed");
  flip(path, 1);
  snprintf(command, sizeof command, "cp %s kept; sed -i 's/^shares 2/shares 1/' %s", path, path);
  assert_int_equal(system(command), 0);
  desk_expect_shut(&n, id, "it is no file of a held result, or was cut");
  snprintf(command, sizeof command, "cp %s %s", other, path);
  assert_int_equal(system(command), 0);
  desk_expect_shut(&n, id, "it is another result's, or another party's");
  assert_int_equal(unlink(path), 0);
  desk_expect_shut(&n, id, "No such file");
  assert_int_equal(notary_count(notary_journals[1], "kind open\n"), 0);
  snprintf(command, sizeof command, "mv kept %s; mv %s gone", path, other); /* now the other one's */
  assert_int_equal(system(command), 0);
  assert_false(desk_open(&n, id));
  assert_int_equal(notary_count(notary_journals[0], "kind open\n"), 0);
  snprintf(command, sizeof command, "mv gone %s", other);
  assert_int_equal(system(command), 0);
  assert_true(desk_open(&n, id)); /* nothing was lost by trying */
}

/* A commitment that the journal does not have: the party put another share there. */
static void another_share_than_committed_is_refused(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], path[100];
  struct smpi_holds holds;
  uint8_t key[64];
  uint64_t forged[2] = {1, 2};
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_release_all(id);
  desk_look(&holds, 0);
  notary_key(key, DESK_SEED, 0);
  snprintf(path, sizeof path, "party0.journal.%s.held", id);
  assert_int_equal(unlink(path), 0);
  struct smpi_held_share share = {2, 0, (shr *)(void *)forged, NULL, NULL};
  assert_int_equal(smpi_held_write(&holds.at[0].h, &share, notary_journals[0], "party0", key, NULL), SMPC_OK);
  smpi_holds_free(&holds);
  desk_expect_shut(&n, id, "not what the journal's commitment says");
}

/* --- in the session -------------------------------------------------------------------------------- */

static void a_release_session_opens_nothing_else(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  desk_release_all(id);
  n.release = id;
  n.openings = 1; /* the program opens its own sum first */
  assert_false(notary_run(&n, NULL));
  if (strstr(n.text, "may open one held result, and nothing else") == NULL) fail_msg("%s", n.text);
  n.unaware = 2; /* one party does not know of it */
  struct parties_result r;
  n.openings = 0;
  assert_false(notary_run(&n, &r));
  assert_int_equal(r.open[2], SMPC_E_PARAM);
  assert_int_equal(notary_count(notary_journals[1], "kind open\n"), 0);
}

static void twice(struct smpc_session *s, unsigned me) {
  int64_t out[2];
  LET_FAIL(smpc_open_held_i64(s, me < 2 ? out : NULL, me < 2 ? 2 : 0));
}

static void not_even_twice_in_one_session(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = desk_begin(desk_blind);
  desk_hold(&n, id);
  n.meddle = twice;
  n.detours = 1;
  assert_false(notary_run(&n, NULL)); /* nor in a session that is for none */
  assert_non_null(strstr(n.text, "for no held result"));
  desk_release_all(id);
  assert_false(desk_open(&n, id));
  assert_non_null(strstr(n.text, "a held result opens once"));
  assert_int_equal(notary_count(notary_journals[0], "kind open\n"), 1);
}

/* --- the journals ------------------------------------------------------------------------------------ */

static void a_party_that_opened_alone_is_found(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], findings[4000];
  struct notary n = desk_begin(desk_blind);
  struct smpi_holds holds;
  uint8_t key[64], hash[32];
  struct smpi_journal *j;
  desk_hold(&n, id);
  desk_look(&holds, 1);
  notary_key(key, DESK_SEED, 1);
  for (int k = 0; k < 2; k++) { /* its own journal says it was released: unsigned, then again */
    assert_int_equal(smpi_journal_open(&j, notary_journals[1], "party1", key, NULL, NULL, NULL), SMPC_OK);
    struct smpi_lines *l = smpi_journal_begin(j, SMPI_RELEASE);
    char sign[SMPI_B64_64];
    memset(sign, 'A', sizeof sign);
    sign[SMPI_B64_64 - 1] = 0;
    smpi_lines_add_bytes(l, "session", holds.at[0].h.session, 32);
    smpi_lines_add_bytes(l, "opening", holds.at[0].h.opening, 32);
    smpi_lines_add(l, "signed", "2 %s", sign);
    assert_int_equal(smpi_journal_commit(j, hash, NULL), SMPC_OK);
    smpi_journal_close(j);
  }
  smpi_holds_free(&holds);
  assert_true(notary_audit(findings, sizeof findings, notary_journals, NOTARY_PARTIES) >= 3);
  assert_non_null(strstr(findings, "the release by party2 is no signature under this result"));
  assert_non_null(strstr(findings, "was opened or erased before"));
}

/* By other reviewers than the study has: as if the study had named one more. */
static void a_release_without_all_reviewers_is_found(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], findings[4000];
  smpc_study *st;
  struct notary n = desk_begin("    review: blind\n    reviewers: [party2]\n");
  desk_hold(&n, id);
  assert_int_equal(desk_sign(2, DESK_SEED, id, SMPI_RELEASED), SMPC_OK);
  if (!desk_open(&n, id)) fail_msg("%s", n.text);
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  assert_int_equal(notary_audit_loaded(findings, sizeof findings, st, "study.yaml", notary_journals, NOTARY_PARTIES),
                   0);
  st->question[0].reviewers = smpc_and(st->question[0].reviewers, smpc_p(1));
  assert_int_equal(notary_audit_loaded(findings, sizeof findings, st, "study.yaml", notary_journals, NOTARY_PARTIES),
                   3);
  assert_non_null(strstr(findings, "it was not released by exactly the question's reviewers"));
  smpi_study_free(st);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(an_edited_or_missing_file_opens_nothing),
      T(another_share_than_committed_is_refused),
      T(a_release_session_opens_nothing_else),
      T(not_even_twice_in_one_session),
      T(a_party_that_opened_alone_is_found),
      T(a_release_without_all_reviewers_is_found),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
