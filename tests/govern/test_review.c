/* test_review.c - results that wait for their reviewers: held, released, opened once;
 * and every way to get at one otherwise. */
#include "support/test.h"

#include <glob.h>
#include <smpc_study.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "govern/holds.h"
#include "govern/notary.h"
#include "govern/release.h"

enum { SEED = 31 };

static const char BLIND[] = "    review: blind\n    reviewers: [party1, party2]\n    hold days: 10\n";
static const char SIGHT[] = "    review: sight\n    reviewers: [party2]\n";

static struct notary begin(const char *lines) {
  assert_int_equal(system("rm -f *.journal* study.yaml*"), 0);
  notary_write_study("study.yaml", SEED, lines, "");
  notary_sign_all("study.yaml", SEED);
  return (struct notary){
      .openings = 1, .without = -1, .unaware = -1, .seed = SEED, .study = "study.yaml", .ask = "sum"};
}

/* --- at a party's desk ------------------------------------------------------------------ */

static void see(void *user, const struct smpi_entry *e) { smpi_holds_seen(user, e); }

static void look(struct smpi_holds *holds, unsigned party) {
  uint8_t key[64];
  char name[16];
  struct smpi_fault f = {.party = -1};
  struct smpi_journal *j;
  memset(holds, 0, sizeof *holds);
  snprintf(name, sizeof name, "party%u", party);
  notary_key(key, SEED, party);
  if (smpi_journal_open(&j, notary_journals[party], name, key, see, holds, &f) != SMPC_OK) fail_msg("%s", f.text);
  smpi_journal_close(j);
}

/* Hold one; its name. */
static void hold(struct notary *n, char id[SMPI_HELD_ID]) {
  struct smpi_holds holds;
  n->release = NULL;
  n->openings = 1;
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
  look(&holds, 0);
  assert_true(holds.n > 0);
  smpi_held_id(id, holds.at[holds.n - 1].h.opening);
  smpi_holds_free(&holds);
}

static smpc_err sign_as(unsigned party, uint64_t seed, const char *id, enum smpi_verdict verdict) {
  struct smpi_holds holds;
  smpc_study *st;
  uint8_t key[64];
  look(&holds, party);
  int at = smpi_holds_find(&holds, id);
  assert_true(at >= 0);
  notary_key(key, seed, party);
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  smpc_err err = smpi_release_sign(st, "study.yaml", &holds.at[at].h, verdict, key, NULL);
  smpi_study_free(st);
  smpi_holds_free(&holds);
  return err;
}

static void release_all(const char *id) {
  assert_int_equal(sign_as(1, SEED, id, SMPI_RELEASED), SMPC_OK);
  assert_int_equal(sign_as(2, SEED, id, SMPI_RELEASED), SMPC_OK);
}

static bool open_it(struct notary *n, const char *id) {
  n->release = id;
  n->openings = 0;
  memset(n->got, 0, sizeof n->got);
  return notary_run(n, NULL);
}

static void expect_shut(struct notary *n, const char *id, const char *word) {
  assert_false(open_it(n, id));
  if (strstr(n->text, word) == NULL) fail_msg("wanted \"%s\": %s", word, n->text);
  assert_int_equal(n->got[0], 0);
}

static unsigned held_files(void) {
  glob_t g;
  unsigned n = glob("*.held", 0, NULL, &g) == 0 ? (unsigned)g.gl_pathc : 0;
  globfree(&g);
  return n;
}

static unsigned count(const char *path, const char *word) {
  size_t len;
  unsigned n = 0;
  char *text = notary_read(path, &len);
  for (const char *p = text; (p = strstr(p, word)) != NULL; p++) n++;
  free(text);
  return n;
}

static void audited(unsigned faults) {
  char findings[4000];
  if (notary_audit(findings, sizeof findings, notary_journals, NOTARY_PARTIES) != faults) fail_msg("%s", findings);
}

/* --- what should be ------------------------------------------------------------------------ */

static void a_result_is_held_and_opened_once(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = begin(BLIND);
  hold(&n, id);
  assert_int_equal(held_files(), NOTARY_PARTIES);
  assert_int_equal(count(notary_journals[0], "kind open\n"), 0);
  release_all(id);
  if (!open_it(&n, id)) fail_msg("%s", n.text);
  assert_int_equal(n.got[0], 6); /* 1 + 2 + 3 */
  assert_int_equal(n.got[1], 30);
  assert_int_equal(held_files(), 0);
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    assert_int_equal(count(notary_journals[i], "kind release\n"), 1);
    assert_int_equal(count(notary_journals[i], "kind open\n"), 1);
  }
  audited(0);
  expect_shut(&n, id, "was opened before");
}

static void held_shares_and_files_say_nothing(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = begin(BLIND);
  hold(&n, id);
  struct smpi_holds holds;
  struct smpi_held_share share[NOTARY_PARTIES];
  uint64_t sum[2] = {0, 0};
  for (unsigned i = 0; i < NOTARY_PARTIES; i++) {
    uint8_t key[64], salt[32];
    char name[16], file[64];
    size_t len;
    look(&holds, i);
    notary_key(key, SEED, i);
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

static void with_sight_the_reviewers_see_it_first(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct smpi_holds holds;
  struct smpi_held_share share;
  uint8_t key[64];
  struct notary n = begin(SIGHT);
  hold(&n, id);
  assert_int_equal(count(notary_journals[0], "to party2\n"), 1); /* an opening, for review */
  assert_int_equal(count(notary_journals[0], ": for review\n"), 1);
  look(&holds, 2);
  notary_key(key, SEED, 2);
  assert_int_equal(smpi_held_load(&share, &holds.at[0].h, notary_journals[2], "party2", key, NULL), SMPC_OK);
  assert_int_equal(share.n_values, 2);
  assert_int_equal(share.value[0], 6);
  smpi_held_release(&share);
  smpi_holds_free(&holds);
  look(&holds, 0);
  notary_key(key, SEED, 0);
  assert_int_equal(smpi_held_load(&share, &holds.at[0].h, notary_journals[0], "party0", key, NULL), SMPC_OK);
  assert_int_equal(share.n_values, 0); /* the recipient has not */
  smpi_held_release(&share);
  smpi_holds_free(&holds);
  assert_int_equal(sign_as(2, SEED, id, SMPI_RELEASED), SMPC_OK);
  if (!open_it(&n, id)) fail_msg("%s", n.text);
  assert_int_equal(n.got[1], 30);
  audited(0);
}

static void holding_counts_as_a_run(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], lines[200];
  snprintf(lines, sizeof lines, "%s    limits: {runs: 1, opened values: 2}\n", BLIND);
  struct notary n = begin(lines);
  hold(&n, id);
  n.openings = 1;
  assert_false(notary_run(&n, NULL));
  assert_non_null(strstr(n.text, "asked as often as it may be"));
  release_all(id);
  if (!open_it(&n, id)) fail_msg("%s", n.text); /* its release is no further one */
}

/* --- who and what releases ----------------------------------------------------------------- */

static void only_the_named_reviewers_release(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], from[100], to[100], command[300];
  struct notary n = begin(BLIND);
  hold(&n, id);
  expect_shut(&n, id, "the reviewer party1 has not released");
  assert_int_equal(sign_as(0, SEED, id, SMPI_RELEASED), SMPC_E_POLICY);     /* a party, no reviewer */
  assert_int_equal(sign_as(1, SEED + 1, id, SMPI_RELEASED), SMPC_E_POLICY); /* somebody else's key  */
  assert_int_equal(sign_as(1, SEED, id, SMPI_RELEASED), SMPC_OK);
  expect_shut(&n, id, "the reviewer party2 has not released");
  snprintf(from, sizeof from, "study.yaml.%s.party1.released", id);
  snprintf(to, sizeof to, "study.yaml.%s.party2.released", id);
  snprintf(command, sizeof command, "cp %s %s", from, to);
  assert_int_equal(system(command), 0);
  expect_shut(&n, id, "the release by party2: it is another party's");
  snprintf(command, sizeof command, "sed -i 's/^party party1/party party2/' %s", to);
  assert_int_equal(system(command), 0);
  expect_shut(&n, id, "another key than the study's");
  assert_int_equal(unlink(to), 0);
  assert_int_equal(sign_as(2, SEED, id, SMPI_RELEASED), SMPC_OK);
  assert_int_equal(sign_as(2, SEED, id, SMPI_RELEASED), SMPC_E_FILE); /* once */
  assert_true(open_it(&n, id));
}

static void a_release_is_of_one_result(void **state) {
  (void)state;
  char one[SMPI_HELD_ID], two[SMPI_HELD_ID], command[300];
  struct notary n = begin(BLIND);
  hold(&n, one);
  n.detours = 1;
  hold(&n, two);
  assert_string_not_equal(one, two);
  release_all(one);
  for (int i = 1; i <= 2; i++) {
    snprintf(command, sizeof command, "cp study.yaml.%s.party%d.released study.yaml.%s.party%d.released", one, i, two,
             i);
    assert_int_equal(system(command), 0);
  }
  expect_shut(&n, two, "it is about another result");
  snprintf(command, sizeof command, "sed -i 's/^to .*/to party2/' study.yaml.%s.party1.released", one);
  assert_int_equal(system(command), 0);
  expect_shut(&n, one, "its lines are not those of the result");
}

static void a_changed_release_is_refused(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], path[100];
  size_t len;
  struct notary n = begin(BLIND);
  hold(&n, id);
  release_all(id);
  snprintf(path, sizeof path, "study.yaml.%s.party2.released", id);
  char *text = notary_read(path, &len);
  static const char replaced[] = "AAAA";
  memcpy(strstr(text, "\nsign ") + 10, replaced, 4);
  notary_write(path, text, len);
  expect_shut(&n, id, "the signature is wrong");
  notary_write(path, text, len - 20);
  expect_shut(&n, id, "it is not signed");
  free(text);
}

static void a_rejected_result_is_erased(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = begin(BLIND);
  hold(&n, id);
  release_all(id);
  assert_int_equal(sign_as(2, SEED, id, SMPI_REJECTED), SMPC_OK);
  expect_shut(&n, id, "expired or was rejected, and is erased");
  assert_int_equal(held_files(), 0);
  assert_int_equal(count(notary_journals[0], "reason party2 rejected it\n"), 1);
  audited(0);
}

static void an_expired_result_is_erased(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = begin(BLIND);
  hold(&n, id);
  release_all(id);
  n.now = (int64_t)time(NULL) + 10 * 24 * 3600 + 60;
  expect_shut(&n, id, "expired or was rejected, and is erased");
  assert_int_equal(held_files(), 0);
  n.now = 0; /* setting the clock back does not bring it back */
  expect_shut(&n, id, "expired or was rejected, and is erased");
}

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
  struct notary n = begin(BLIND);
  hold(&n, id);
  release_all(id);
  snprintf(path, sizeof path, "party0.journal.%s.held", id);
  snprintf(other, sizeof other, "party1.journal.%s.held", id);
  flip(path, 1);
  expect_shut(&n, id, "it was changed");
  flip(path, 1);
  snprintf(command, sizeof command, "cp %s kept; sed -i 's/^shares 2/shares 1/' %s", path, path);
  assert_int_equal(system(command), 0);
  expect_shut(&n, id, "it is no file of a held result, or was cut");
  snprintf(command, sizeof command, "cp %s %s", other, path);
  assert_int_equal(system(command), 0);
  expect_shut(&n, id, "it is another result's, or another party's");
  assert_int_equal(unlink(path), 0);
  expect_shut(&n, id, "No such file");
  assert_int_equal(count(notary_journals[1], "kind open\n"), 0);
  snprintf(command, sizeof command, "mv kept %s; mv %s gone", path, other); /* now the other one's */
  assert_int_equal(system(command), 0);
  assert_false(open_it(&n, id));
  assert_int_equal(count(notary_journals[0], "kind open\n"), 0);
  snprintf(command, sizeof command, "mv gone %s", other);
  assert_int_equal(system(command), 0);
  assert_true(open_it(&n, id)); /* nothing was lost by trying */
}

/* A commitment that the journal does not have: the party put another share there. */
static void another_share_than_committed_is_refused(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], path[100];
  struct smpi_holds holds;
  uint8_t key[64];
  uint64_t forged[2] = {1, 2};
  struct notary n = begin(BLIND);
  hold(&n, id);
  release_all(id);
  look(&holds, 0);
  notary_key(key, SEED, 0);
  snprintf(path, sizeof path, "party0.journal.%s.held", id);
  assert_int_equal(unlink(path), 0);
  struct smpi_held_share share = {2, 0, (shr *)(void *)forged, NULL, NULL};
  assert_int_equal(smpi_held_write(&holds.at[0].h, &share, notary_journals[0], "party0", key, NULL), SMPC_OK);
  smpi_holds_free(&holds);
  expect_shut(&n, id, "not what the journal's commitment says");
}

/* --- in the session -------------------------------------------------------------------------------- */

static void a_release_session_opens_nothing_else(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = begin(BLIND);
  hold(&n, id);
  release_all(id);
  n.release = id;
  n.openings = 1; /* the program opens its own sum first */
  assert_false(notary_run(&n, NULL));
  if (strstr(n.text, "may open one held result, and nothing else") == NULL) fail_msg("%s", n.text);
  n.unaware = 2; /* one party does not know of it */
  struct parties_result r;
  n.openings = 0;
  assert_false(notary_run(&n, &r));
  assert_int_equal(r.open[2], SMPC_E_PARAM);
  assert_int_equal(count(notary_journals[1], "kind open\n"), 0);
}

static void twice(struct smpc_session *s, unsigned me) {
  int64_t out[2];
  LET_FAIL(smpc_open_held_i64(s, me < 2 ? out : NULL, me < 2 ? 2 : 0));
}

static void not_even_twice_in_one_session(void **state) {
  (void)state;
  char id[SMPI_HELD_ID];
  struct notary n = begin(BLIND);
  hold(&n, id);
  n.meddle = twice;
  n.detours = 1;
  assert_false(notary_run(&n, NULL)); /* nor in a session that is for none */
  assert_non_null(strstr(n.text, "for no held result"));
  release_all(id);
  assert_false(open_it(&n, id));
  assert_non_null(strstr(n.text, "a held result opens once"));
  assert_int_equal(count(notary_journals[0], "kind open\n"), 1);
}

/* --- the journals ------------------------------------------------------------------------------------ */

static void a_party_that_opened_alone_is_found(void **state) {
  (void)state;
  char id[SMPI_HELD_ID], findings[4000];
  struct notary n = begin(BLIND);
  struct smpi_holds holds;
  uint8_t key[64], hash[32];
  struct smpi_journal *j;
  hold(&n, id);
  look(&holds, 1);
  notary_key(key, SEED, 1);
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

static void malformed_studies_are_refused(void **state) {
  (void)state;
  static const struct { const char *lines, *word; } bad[] = {
      {"    review: blind\n", "name the `reviewers`"},
      {"    review: blind\n    reviewers: [nobody]\n", "a reviewer is no party of the study"},
      {"    reviewers: [party1]\n", "write `review: blind` or `sight`"},
      {"    review: maybe\n    reviewers: [party1]\n", "is one of none, blind, sight"},
      {"    review: blind\n    reviewers: [party1]\n    hold days: 0\n", "from 1 to 3660"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct smpi_fault f = {.party = -1};
    smpc_study *st;
    notary_write_study("bad.yaml", SEED, bad[i].lines, "");
    assert_int_equal(smpi_study_load(&st, "bad.yaml", &f), SMPC_E_FILE);
    if (strstr(f.text, bad[i].word) == NULL) fail_msg("wanted \"%s\": %s", bad[i].word, f.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_result_is_held_and_opened_once),
      T(held_shares_and_files_say_nothing),
      T(with_sight_the_reviewers_see_it_first),
      T(holding_counts_as_a_run),
      T(only_the_named_reviewers_release),
      T(a_release_is_of_one_result),
      T(a_changed_release_is_refused),
      T(a_rejected_result_is_erased),
      T(an_expired_result_is_erased),
      T(an_edited_or_missing_file_opens_nothing),
      T(another_share_than_committed_is_refused),
      T(a_release_session_opens_nothing_else),
      T(not_even_twice_in_one_session),
      T(a_party_that_opened_alone_is_found),
      T(malformed_studies_are_refused),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
