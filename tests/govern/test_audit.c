/* test_audit.c - tricks with journals, and that the audit names each of them. */
#include "support/test.h"

#include <smpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/notary.h"
#include "govern/seal.h"

static char findings[8000];

/* Two counter-signed sessions of three parties, in the same journals. */
static void two_sessions(void) {
  struct notary n = {.openings = 2, .without = -1, .seed = 11};
  assert_int_equal(system("rm -f *.journal"), 0);
  assert_true(notary_run(&n, NULL));
  assert_true(notary_run(&n, NULL));
}

static unsigned audit(void) { return notary_audit(findings, sizeof findings, notary_journals, NOTARY_PARTIES); }

static void expect(const char *word) {
  if (audit() == 0 || strstr(findings, word) == NULL) fail_msg("no fault \"%s\" in:\n%s", word, findings);
}

static void honest_journals_have_no_fault(void **state) {
  (void)state;
  two_sessions();
  if (audit() != 0) fail_msg("%s", findings);
  assert_string_equal(findings, "");
  assert_int_equal(notary_audit(findings, sizeof findings, notary_journals, 1), 0); /* and one alone */
}

/* Without the key: any changed byte of any entry. */
static void an_edit_is_found(void **state) {
  (void)state;
  size_t len;
  two_sessions();
  char *text = notary_read(notary_journals[1], &len);
  for (size_t i = 0; i < len; i += 113) {
    char old = text[i];
    text[i] = old == 'x' ? 'y' : 'x';
    notary_write(notary_journals[1], text, len);
    if (audit() == 0) fail_msg("byte %zu was changed and nobody saw it", i);
    text[i] = old;
  }
  free(text);
}

/* The bytes of entry `number`, from 1. */
static struct smpi_slice entry_at(const char *text, size_t len, unsigned number) {
  struct smpi_chain c;
  smpi_chain_begin(&c, (struct smpi_slice){text, len});
  while (smpi_chain_next(&c))
    if (c.entry.number == number) return (struct smpi_slice){c.rest.at - c.entry.len, c.entry.len};
  fail_msg("no entry %u", number);
  return (struct smpi_slice){NULL, 0};
}

static void removed_and_reordered_entries_are_found(void **state) {
  (void)state;
  size_t len;
  two_sessions();
  char *text = notary_read(notary_journals[1], &len), *changed = malloc(2 * len);
  struct smpi_slice three = entry_at(text, len, 3), four = entry_at(text, len, 4);
  size_t before = (size_t)(three.at - text), after = len - before - three.len;
  memcpy(changed, text, before);
  memcpy(changed + before, four.at, after);
  notary_write(notary_journals[1], changed, before + after);
  expect("party1.journal:3 its number is not the next one");
  memcpy(changed + before, four.at, four.len); /* exchange 3 and 4 */
  memcpy(changed + before + four.len, three.at, three.len);
  memcpy(changed + before + four.len + three.len, four.at + four.len, after - four.len);
  notary_write(notary_journals[1], changed, len);
  expect("party1.journal:3 its number is not the next one");
  memcpy(changed, text, len); /* the last entry once more */
  struct smpi_slice last = entry_at(text, len, 13);
  memcpy(changed + len, last.at, last.len);
  notary_write(notary_journals[1], changed, len + last.len);
  expect("party1.journal:14 its number is not the next one");
  free(text), free(changed);
}

/* With the key, cutting whole entries leaves a journal that is good by itself; the
 * others' seals show it. */
static void a_cut_journal_is_shown_by_the_others(void **state) {
  (void)state;
  size_t len;
  two_sessions();
  char *text = notary_read(notary_journals[1], &len);
  struct smpi_slice eight = entry_at(text, len, 8); /* the second session begins */
  notary_write(notary_journals[1], text, (size_t)(eight.at - text));
  const char *const alone[] = {notary_journals[1]};
  assert_int_equal(notary_audit(findings, sizeof findings, alone, 1), 0);
  expect("party1 signed it, but it is not in that party's journal");
  notary_write(notary_journals[1], text, (size_t)(entry_at(text, len, 12).at - text)); /* after its `end`: seal lost */
  expect("not counter-signed");
  free(text);
}

/* The owner changes every line `from` to `to` (NULL: drops it), and the clock, and signs the whole chain anew. */
struct change { const char *from, *to; uint64_t late_from; int64_t late; };

static void rewrite(const char *path, const uint8_t key[64], const struct change *change) {
  static char out[1 << 16], room[SMPI_ENTRY_MAX + 1];
  uint8_t head[32] = {0};
  size_t len, used = 0;
  char *text = notary_read(path, &len);
  struct smpi_chain c;
  smpi_chain_begin(&c, (struct smpi_slice){text, len});
  while (smpi_chain_next(&c)) {
    struct smpi_lines l = {.at = room, .size = sizeof room};
    smpi_entry_begin(&l, c.entry.number, head, c.entry.time + (c.entry.number < change->late_from ? 0 : change->late),
                     c.entry.kind);
    for (unsigned i = 0; i < c.entry.n; i++) {
      char line[600], name[32];
      snprintf(name, sizeof name, "%.*s", (int)c.entry.field[i].key.len, c.entry.field[i].key.at);
      snprintf(line, sizeof line, "%.*s", (int)c.entry.field[i].value.len, c.entry.field[i].value.at);
      bool is_it = change->from != NULL && strcmp(line, change->from) == 0;
      if (!is_it || change->to != NULL) smpi_lines_add(&l, name, "%s", is_it ? change->to : line);
    }
    assert_int_equal(smpi_entry_sign(&l, key, head), SMPC_OK);
    memcpy(out + used, room, l.len);
    used += l.len;
  }
  notary_write(path, out, used);
  free(text);
}

static void a_journal_rewritten_by_its_owner_is_shown_by_the_others(void **state) {
  (void)state;
  uint8_t key[64];
  two_sessions();
  notary_key(key, 11, 1);
  rewrite(notary_journals[1], key, &(struct change){.from = "more totals for the test", .to = "something harmless"});
  const char *const alone[] = {notary_journals[1]};
  /* its own seal is under the old entries: even alone it is found */
  assert_int_not_equal(notary_audit(findings, sizeof findings, alone, 1), 0);
  expect("party1 signed another record of it than its journal now has");
  expect("other openings than in the other journals");
}

static void an_entry_by_somebody_else_is_found(void **state) {
  (void)state;
  uint8_t key[64];
  two_sessions();
  notary_key(key, 12, 1); /* of another party */
  rewrite(notary_journals[1], key, &(struct change){.from = NULL});
  expect("its signature is wrong: somebody without the party's key wrote it");
}

/* A backup is restored, and another session run: two continuations. */
static void a_fork_is_named(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 11};
  size_t len, shorter;
  two_sessions();
  char *text = notary_read(notary_journals[0], &len);
  shorter = (size_t)(entry_at(text, len, 8).at - text);
  notary_write("backup.journal", text, shorter);
  notary_write("old.journal", text, len);
  notary_write(notary_journals[0], text, shorter);
  n.openings = 3;
  assert_true(notary_run(&n, NULL));
  const char *const four[] = {notary_journals[0], notary_journals[1], notary_journals[2], "old.journal"};
  assert_int_not_equal(notary_audit(findings, sizeof findings, four, 4), 0);
  assert_non_null(strstr(findings, "party0.journal:8 forked: old.journal"));
  expect("party0 signed it, but it is not in that party's journal"); /* also without the old file */
  const char *const two[] = {"old.journal", "backup.journal"};
  assert_int_equal(notary_audit(findings, sizeof findings, two, 2), 0);
  assert_non_null(strstr(findings, "note backup.journal:0 an earlier copy of old.journal"));
  free(text);
}

/* --- counter-signatures ------------------------------------------------------------ */

static void leave(struct smpc_session *s, unsigned me) {
  if (me == 2) (void)smpi_fail(s, SMPC_E_CANCELED, -1, "I have seen enough");
}

static void a_party_that_leaves_before_signing_is_seen(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 11, .meddle = leave};
  assert_int_equal(system("rm -f *.journal"), 0);
  assert_false(notary_run(&n, NULL));
  assert_int_equal(audit(), 0);
  assert_non_null(strstr(findings, "note party2.journal:4 the session failed after 1 openings: I have seen enough"));
  assert_non_null(strstr(findings, "note party0.journal:4 the session failed after 1 openings"));
}

/* Party 2 takes part in everything, but signs with a key that is not its own. */
static smpc_err close_without_signing(struct smpc_session *s) {
  uint8_t end[SMPC_MAX_PARTIES][32] = {{0}}, sign[SMPC_MAX_PARTIES][64] = {{0}}, other[64];
  const struct smpi_guard *g = s->guard;
  smpi_step(s, "smpc_session_close");
  smpc_err err = smpi_compare_programs(s);
  if (err == SMPC_OK) err = smpi_seal_tell(s, end);
  notary_key(other, 99, 0);
  if (err == SMPC_OK) err = smpi_seal_sign(s, sign, (const uint8_t (*)[32])end, other);
  (void)smpi_fail(s, SMPC_E_CANCELED, -1, "I hold back my signature");
  g->end(s->guard_ctx, s);
  return err;
}

static void hold_back(struct smpc_session *s, unsigned me) {
  if (me == 2) LET_FAIL(close_without_signing(s));
}

static void a_wrong_counter_signature_names_its_party(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 11, .meddle = hold_back};
  struct parties_result r;
  assert_int_equal(system("rm -f *.journal"), 0);
  assert_false(notary_run(&n, &r));
  assert_int_equal(r.close[0], SMPC_E_CHEAT);
  expect("not counter-signed: party2 did not sign what I did");
}

/* A party whose library was changed does without party 0's signature, or makes one up. */
static void a_seal_without_all_signatures_is_found(void **state) {
  (void)state;
  struct notary n = {.openings = 1, .without = -1, .seed = 11};
  char from[100], forged[100];
  uint8_t key[64];
  size_t len;
  assert_int_equal(system("rm -f *.journal"), 0);
  assert_true(notary_run(&n, NULL));
  assert_int_equal(audit(), 0);
  notary_key(key, 11, 1);
  char *text = notary_read(notary_journals[1], &len), *at = strstr(strstr(text, "kind sealed"), "\nsigned 0 ") + 8;
  snprintf(from, sizeof from, "%.*s", (int)strcspn(at, "\n"), at);
  snprintf(forged, sizeof forged, "0 %.*s", SMPI_B64_64 - 1,
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  rewrite(notary_journals[1], key, &(struct change){.from = from, .to = forged});
  expect("the counter-signature of party0 is wrong");
  notary_write(notary_journals[1], text, len);
  rewrite(notary_journals[1], key, &(struct change){.from = from, .to = NULL});
  expect("the counter-signature of party0 is missing");
  free(text);
}

static void a_clock_that_is_wrong_is_mentioned(void **state) {
  (void)state;
  uint8_t key[64];
  two_sessions();
  notary_key(key, 11, 1);
  rewrite(notary_journals[1], key, &(struct change){.late_from = 8, .late = 31536000});
  audit();
  assert_non_null(strstr(findings, "a clock is wrong"));
  rewrite(notary_journals[1], key, &(struct change){.late_from = 10, .late = -31536000 / 2});
  audit();
  assert_non_null(strstr(findings, "party1.journal:10 the clock went back"));
}

/* --- many ---------------------------------------------------------------------------- */

enum { MANY_PARTIES = 8 };

struct scribe {
  FILE *out;
  uint8_t key[64], head[32];
  uint64_t next;
  struct smpi_lines l;
  char room[SMPI_ENTRY_MAX + 1];
};

static struct smpi_lines *scribe_begin(struct scribe *w, enum smpi_kind kind, const uint8_t session[32]) {
  w->l.at = w->room;
  w->l.size = sizeof w->room;
  smpi_entry_begin(&w->l, w->next++, w->head, 1795383603, kind);
  if (session != NULL) smpi_lines_add_bytes(&w->l, "session", session, 32);
  return &w->l;
}

static void scribe_end(struct scribe *w) {
  assert_int_equal(smpi_entry_sign(&w->l, w->key, w->head), SMPC_OK);
  assert_int_equal(fwrite(w->l.at, 1, w->l.len, w->out), w->l.len);
}

static void write_session(struct scribe w[MANY_PARTIES], uint64_t number) {
  uint8_t session[32] = {0}, end[SMPC_MAX_PARTIES][32] = {{0}}, sign[MANY_PARTIES][64], digest[32], zero[32] = {0};
  static const char *const count[] = {"rows", "suppressed", "openings", "values", "triples", "bit-triples", "dabits",
                                      "edabits", "truncations", "masks", "products", "rounds", "bytes", "dealt"};
  memcpy(session, &number, sizeof number);
  for (unsigned p = 0; p < MANY_PARTIES; p++) {
    struct smpi_lines *l = scribe_begin(&w[p], SMPI_RUN, session);
    smpi_lines_add_bytes(l, "study", zero, 32);
    smpi_lines_add(l, "question", "smoking-by-disease");
    smpi_lines_add(l, "software", "smpc 0.1.0");
    smpi_lines_add(l, "counter-signed", "by all");
    smpi_lines_add(l, "dealer", "-");
    for (unsigned i = 0; i < MANY_PARTIES; i++) {
      char key[SMPI_B64_32];
      sodium_bin2base64(key, sizeof key, w[i].key + 32, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
      smpi_lines_add(l, "with", "%s hospital%u", key, i);
    }
    scribe_end(&w[p]);
    l = scribe_begin(&w[p], SMPI_OPEN, session);
    smpi_lines_add(l, "operation", "smpc_open_i64");
    smpi_lines_add(l, "purpose", "joint counts of smoking by disease");
    smpi_lines_add(l, "to", "hospital0");
    smpi_lines_add(l, "rows", "1");
    smpi_lines_add(l, "columns", "9");
    smpi_lines_add_bytes(l, "program", zero, 32);
    scribe_end(&w[p]);
    l = scribe_begin(&w[p], SMPI_END, session);
    smpi_lines_add(l, "code", "0");
    smpi_lines_add(l, "reason", "done");
    smpi_lines_add(l, "inputs", "1");
    smpi_lines_add_bytes(l, "commitment", zero, 32);
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) smpi_lines_add(l, count[i], "1");
    scribe_end(&w[p]);
    memcpy(end[p], w[p].head, 32);
  }
  smpi_seal_digest(digest, session, (1 << MANY_PARTIES) - 1, (const uint8_t (*)[32])end);
  for (unsigned p = 0; p < MANY_PARTIES; p++) crypto_sign_detached(sign[p], NULL, digest, 32, w[p].key);
  for (unsigned p = 0; p < MANY_PARTIES; p++) {
    struct smpi_lines *l = scribe_begin(&w[p], SMPI_OTHERS, session);
    for (unsigned i = 0; i < MANY_PARTIES; i++) smpi_lines_add_indexed(l, "end", i, end[i], 32);
    scribe_end(&w[p]);
    l = scribe_begin(&w[p], SMPI_SEALED, session);
    for (unsigned i = 0; i < MANY_PARTIES; i++) smpi_lines_add_indexed(l, "signed", i, sign[i], 64);
    scribe_end(&w[p]);
  }
}

/* 10 000 entries of 8 parties: 250 sessions, every one counter-signed by all. */
static void ten_thousand_entries_are_whole(void **state) {
  (void)state;
  static struct scribe w[MANY_PARTIES];
  char name[MANY_PARTIES][32];
  const char *path[MANY_PARTIES];
  for (unsigned p = 0; p < MANY_PARTIES; p++) {
    uint8_t sign_key[32];
    snprintf(name[p], sizeof name[p], "many%u", p);
    path[p] = name[p];
    assert_non_null(w[p].out = fopen(path[p], "w"));
    w[p].next = 1;
    crypto_sign_keypair(sign_key, w[p].key);
    struct smpi_lines *l = scribe_begin(&w[p], SMPI_BEGIN, NULL);
    smpi_lines_add(l, "party", "hospital%u", p);
    smpi_lines_add_bytes(l, "key", sign_key, 32);
    smpi_lines_add(l, "software", "smpc 0.1.0");
    scribe_end(&w[p]);
  }
  for (uint64_t k = 1; k <= 250; k++) write_session(w, k);
  for (unsigned p = 0; p < MANY_PARTIES; p++) assert_int_equal(fclose(w[p].out), 0);
  unsigned faults = notary_audit(findings, sizeof findings, path, MANY_PARTIES);
  if (faults != 0) fail_msg("%s", findings);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(honest_journals_have_no_fault),
      T(an_edit_is_found),
      T(removed_and_reordered_entries_are_found),
      T(a_cut_journal_is_shown_by_the_others),
      T(a_journal_rewritten_by_its_owner_is_shown_by_the_others),
      T(an_entry_by_somebody_else_is_found),
      T(a_fork_is_named),
      T(a_party_that_leaves_before_signing_is_seen),
      T(a_wrong_counter_signature_names_its_party),
      T(a_seal_without_all_signatures_is_found),
      T(a_clock_that_is_wrong_is_mentioned),
      T(ten_thousand_entries_are_whole),
  };
  return cmocka_run_group_tests(tests, notary_setup, notary_teardown);
}
