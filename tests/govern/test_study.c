/* test_study.c - studies: what is read, what is refused, who signed. */
#include "support/test.h"

#include <smpc_study_types.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "govern/notary.h"
#include "govern/study.h"
#include "session/identity.h"
#include "support/seams.h"

static struct smpi_public pub_key[3];
static uint8_t secret[3][64];
static char good[8192];

enum { NOW = 1795651200 }; /* 2026-11-26 */

static struct smpi_slice slice(const char *text) { return (struct smpi_slice){text, strlen(text)}; }

static int setup(void **state) {
  size_t used = 0;
  if (notary_setup(state) != 0) return -1;
  used +=
      (size_t)snprintf(good, sizeof good,
                       "study:\n  title: Heart disease\n  purpose: Cohort sizes\n  duo: [\"DUO:0000007\"]\n"
                       "legal basis: Ethics vote 12/2026\nvalid from: 2026-11-25\nvalid until: 2026-12-31\n"
                       "grades: [public, internal, sensitive]\nsecurity: semi-honest\npreprocessing: ot\nparties:\n");
  for (unsigned i = 0; i < 3; i++) {
    char key[SMPI_KEY_TEXT_LEN], name[16];
    snprintf(name, sizeof name, "id%u", i);
    if (smpi_identity_new(name, &pub_key[i], NULL) != SMPC_OK) return -1;
    struct smpi_identity *id;
    if (smpi_identity_load(name, &id, NULL) != SMPC_OK) return -1;
    memcpy(secret[i], id->sign_secret, 64);
    smpi_identity_free(id);
    smpi_key_text(key, &pub_key[i]);
    used += (size_t)snprintf(good + used, sizeof good - used,
                             "  - name: party%u\n    key: %s\n    roles: [input, compute%s]\n    clearance: %s\n", i,
                             key, i < 2 ? ", result" : "", i == 0 ? "internal" : "public");
  }
  snprintf(
      good + used, sizeof good - used,
      "questions:\n  - name: by-sex\n    program: cohort-count\n    purpose: Table by sex\n    recipients: [party0]\n"
      "    grade: internal\n    columns:\n      - {name: sex, type: text, grade: sensitive}\n    minimum_cell: 5\n"
      "    limits: {runs: 2, rows: 1000, opened values: 12}\n"
      "    also opens:\n      - {purpose: which are hidden, recipients: [party0]}\n"
      "  - name: plain\n    program: cohort-count\n    grade: public\n    recipients: [party0, party1]\n    "
      "minimum_cell: 5\n");
  return 0;
}

static void a_study_is_read(void **state) {
  (void)state;
  smpc_study *st;
  struct smpi_fault f = {.party = -1};
  uint64_t live = seam_heap_live();
  if (smpi_study_parse(&st, "s", slice(good), &f) != SMPC_OK) fail_msg("%s", f.text);
  assert_string_equal(st->title, "Heart disease");
  assert_true(st->n_parties == 3 && st->n_questions == 2 && st->n_grades == 3 && st->n_duo == 1);
  assert_true(st->from == 1795564800 && st->until == 1795564800 + 37 * 86400);
  assert_int_equal(st->party[2].roles, SMPC_INPUT | SMPC_COMPUTE);
  assert_true(st->clearance[0] == 1 && st->clearance[1] == 0);
  const smpc_study_question *q = smpi_study_find(st, "by-sex");
  assert_true(q->grade == 1 && q->n_openings == 2 && q->max_runs == 2 && q->max_rows == 1000 && q->max_values == 12);
  assert_string_equal(q->opening[0].purpose, "Table by sex");
  assert_true(q->opening[0].to.bits == 1 && q->column[0].grade == 2);
  assert_string_equal(smpi_study_find(st, "plain")->opening[0].purpose, "Cohort sizes");
  assert_null(smpi_study_find(st, ""));
  assert_null(smpi_study_find(st, "other"));
  uint8_t one[32], two[32];
  smpi_study_agreement(one, st, &st->question[0]);
  smpi_study_agreement(two, st, &st->question[1]);
  assert_memory_not_equal(one, two, 32);
  smpi_study_free(st);
  assert_true(seam_heap_live() == live);
}

/* `good` with the first `from` replaced. */
static char *with(const char *from, const char *to) {
  static char text[9000];
  const char *at = strstr(good, from);
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
  return text;
}

static void mistakes_are_named(void **state) {
  (void)state;
  static const struct { const char *from, *to, *word; } wrong[] = {
      {"valid from: 2026-11-25", "valid from: 25.11.2026", "valid from"},
      {"valid until: 2026-12-31", "valid until: 2026-11-01", "end before it begins"},
      {"legal basis: Ethics vote 12/2026\n", "", "legal basis"},
      {"grades: [public, internal", "grades: [public, public", "twice"},
      {"clearance: internal", "clearance: secret", "\"secret\" is none of the study's grades"},
      {"name: party1", "name: party0", "this name"},
      {"name: party1", "name: ../party1", "a name is made of"},
      {"    grade: internal", "    grade: sensitive",
       "party0 has the clearance \"internal\", below the result's grade \"sensitive\": raise the `clearance`"},
      {"recipients: [party0]", "recipients: [party2]", "party2 has not the role `result`: add it"},
      {"recipients: [party0]", "recipients: [nobody]", "\"nobody\" is no party of the study"},
      {"runs: 2", "runs: 02", "limit"},
      {"runs: 2", "runs: 0", "limit"},
      {"purpose: which are hidden", "purpose: Table by sex", "twice"},
      {"name: plain", "name: by-sex", "this name"},
      {"    grade: internal", "    grade: internal\n    reviewers: [somebody]", "write `review: blind`"},
      {"    grade: internal", "    grade: internal\n    review: blind\n    reviewers: [party2]",
       "`reviewers`: party2 has not the role"},
      {"    grade: internal", "    grade: internal\n    review: sight\n    reviewers: [party1]",
       "party1 has the clearance \"public\", below"},
      {"type: text, grade: sensitive", "type: text, grade: own", "the grade \"own\" of the column sex"},
      {"security: semi-honest", "security: semi-honest\nreview: blind", "unknown key `review`"},
      {"roles: [input", "roles: [owner", "role"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct smpi_fault f = {.party = -1};
    smpc_study *st;
    uint64_t live = seam_heap_live();
    assert_int_equal(smpi_study_parse(&st, "s", slice(with(wrong[i].from, wrong[i].to)), &f), SMPC_E_FILE);
    assert_null(st);
    if (strstr(f.text, wrong[i].word) == NULL) fail_msg("%s: \"%s\" is not in: %s", wrong[i].to, wrong[i].word, f.text);
    assert_true(seam_heap_live() == live);
  }
}

/* --- signatures -------------------------------------------------------------------- */

static smpc_study *load(const char *text) {
  smpc_study *st;
  struct smpi_fault f = {.party = -1};
  notary_write("study.yaml", text, strlen(text));
  if (smpi_study_load(&st, "study.yaml", &f) != SMPC_OK) fail_msg("%s", f.text);
  return st;
}

static void unsign(void) { assert_int_equal(system("rm -f study.yaml.*"), 0); }

static void sign(const smpc_study *st, unsigned i, enum smpi_word word) {
  struct smpi_fault f = {.party = -1};
  if (smpi_study_sign(st, "study.yaml", word, secret[i], NOW - 100, &f) != SMPC_OK) fail_msg("%s", f.text);
}

static void expect(const smpc_study *st, int64_t now, const char *word) {
  struct smpi_fault f = {.party = -1};
  smpc_err err = smpi_study_verify(st, "study.yaml", now, NULL, NULL, &f);
  if (word == NULL && err != SMPC_OK) fail_msg("%s", f.text);
  if (word != NULL && (err != SMPC_E_POLICY || strstr(f.text, word) == NULL))
    fail_msg("%d, wanted \"%s\": %s", err, word, f.text);
}

static void all_must_sign(void **state) {
  (void)state;
  smpc_study *st = load(good);
  unsign();
  expect(st, NOW, "party0 has not signed the study: there is no study.yaml.party0.sig");
  sign(st, 0, SMPI_SIGNATURE), sign(st, 1, SMPI_SIGNATURE);
  expect(st, NOW, "party2 has not signed");
  sign(st, 2, SMPI_SIGNATURE);
  expect(st, NOW, NULL);
  assert_int_equal(smpi_study_sign(st, "study.yaml", SMPI_SIGNATURE, secret[0], NOW, NULL), SMPC_E_FILE); /* once */
  uint8_t other[64], unused[32];
  crypto_sign_keypair(unused, other);
  assert_int_equal(smpi_study_sign(st, "study.yaml", SMPI_SIGNATURE, other, NOW, NULL), SMPC_E_POLICY);
  smpi_study_free(st);
}

/* Each party's own clock decides; a day is one in UTC. */
static void the_period_is_kept(void **state) {
  (void)state;
  smpc_study *st = load(good);
  unsign();
  for (unsigned i = 0; i < 3; i++) sign(st, i, SMPI_SIGNATURE);
  expect(st, st->from, NULL);
  expect(st, st->from - 1, "begins on 2026-11-25");
  expect(st, st->until - 1, NULL);
  expect(st, st->until, "ended on 2027-01-01");
  smpi_study_free(st);
}

static void a_changed_study_is_unsigned(void **state) {
  (void)state;
  smpc_study *st = load(good);
  unsign();
  for (unsigned i = 0; i < 3; i++) sign(st, i, SMPI_SIGNATURE);
  smpi_study_free(st);
  st = load(with("minimum_cell: 5", "minimum_cell: 4"));
  expect(st, NOW, "the study changed since party0 signed on 2026-11-25T");
  smpi_study_free(st);
  st = load(with("study:", "study: ")); /* one space, which means nothing */
  expect(st, NOW, "party0 signs this one anew, once study.yaml.party0.sig is moved away");
  smpi_study_free(st);
}

static void another_partys_signature_does_not_do(void **state) {
  (void)state;
  smpc_study *st = load(good);
  unsign();
  for (unsigned i = 0; i < 3; i++) sign(st, i, SMPI_SIGNATURE);
  assert_int_equal(system("cp study.yaml.party0.sig study.yaml.party1.sig"), 0);
  expect(st, NOW, "party1: it is another party's");
  assert_int_equal(system("sed s/party0/party1/ study.yaml.party0.sig >study.yaml.party1.sig"), 0);
  expect(st, NOW, "party1: it was made with another key");
  smpi_study_free(st);
}

static void a_revocation_stops_it(void **state) {
  (void)state;
  smpc_study *st = load(good);
  unsign();
  for (unsigned i = 0; i < 3; i++) sign(st, i, SMPI_SIGNATURE);
  sign(st, 1, SMPI_REVOCATION);
  expect(st, NOW, "party1 revoked the study on 2026-11-25T");
  /* a signature is no revocation, and a wrong revocation stops it all the same */
  assert_int_equal(system("cp study.yaml.party1.sig study.yaml.party1.revoked"), 0);
  expect(st, NOW, "no valid revocation: it is a word of another kind");
  notary_write("study.yaml.party1.revoked", "", 0);
  expect(st, NOW, "no valid revocation");
  assert_int_equal(unlink("study.yaml.party1.revoked"), 0);
  expect(st, NOW, NULL);
  smpi_study_free(st);
}

static void every_changed_byte_of_a_signature_is_found(void **state) {
  (void)state;
  smpc_study *st = load(good);
  size_t len;
  int64_t time;
  unsign();
  sign(st, 2, SMPI_SIGNATURE);
  char *text = notary_read("study.yaml.party2.sig", &len);
  assert_null(smpi_word_check(st, 2, SMPI_SIGNATURE, (struct smpi_slice){text, len}, &time));
  assert_true(time == NOW - 100);
  for (size_t i = 0; i < len; i++)
    for (int bit = 0; bit < 8; bit++) {
      text[i] ^= (char)(1 << bit);
      if (smpi_word_check(st, 2, SMPI_SIGNATURE, (struct smpi_slice){text, len}, &time) == NULL)
        fail_msg("byte %zu, bit %d", i, bit);
      text[i] ^= (char)(1 << bit);
    }
  for (size_t cut = 0; cut < len; cut++)
    assert_non_null(smpi_word_check(st, 2, SMPI_SIGNATURE, (struct smpi_slice){text, cut}, &time));
  free(text);
  smpi_study_free(st);
}

static void memory_that_fails_leaves_nothing(void **state) {
  (void)state;
  for (uint64_t k = 1; k < 2000; k++) {
    smpc_study *st;
    struct smpi_fault f = {.party = -1};
    seam_heap_reset(k);
    uint64_t live = seam_heap_live();
    smpc_err err = smpi_study_parse(&st, "s", slice(good), &f);
    bool reached = seam_heap_count() >= k;
    seam_heap_reset(0);
    smpi_study_free(st);
    assert_true(seam_heap_live() == live);
    if (!reached) {
      assert_int_equal(err, SMPC_OK);
      return;
    }
    assert_int_equal(err, SMPC_E_NOMEM);
  }
  fail_msg("it never ends");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_study_is_read),
      T(mistakes_are_named),
      T(all_must_sign),
      T(the_period_is_kept),
      T(a_changed_study_is_unsigned),
      T(another_partys_signature_does_not_do),
      T(a_revocation_stops_it),
      T(every_changed_byte_of_a_signature_is_found),
      T(memory_that_fails_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, setup, notary_teardown);
}
