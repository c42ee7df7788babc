/* desk.c - see desk.h. */
#include "govern/desk.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

const char desk_blind[] = "    review: blind\n    reviewers: [party1, party2]\n    hold days: 10\n";
const char desk_sight[] = "    review: sight\n    reviewers: [party2]\n";

struct notary desk_begin(const char *lines) {
  assert_int_equal(system("rm -f *.journal* study.yaml*"), 0);
  notary_write_study("study.yaml", DESK_SEED, lines, "");
  notary_sign_all("study.yaml", DESK_SEED);
  return (struct notary){
      .openings = 1, .without = -1, .unaware = -1, .seed = DESK_SEED, .study = "study.yaml", .ask = "sum"};
}

static void see(void *user, const struct smpi_entry *e) { smpi_holds_seen(user, e); }

void desk_look(struct smpi_holds *holds, unsigned party) {
  uint8_t key[64];
  char name[16];
  struct smpi_fault f = {.party = -1};
  struct smpi_journal *j;
  memset(holds, 0, sizeof *holds);
  snprintf(name, sizeof name, "party%u", party);
  notary_key(key, DESK_SEED, party);
  if (smpi_journal_open(&j, notary_journals[party], name, key, see, holds, &f) != SMPC_OK) fail_msg("%s", f.text);
  smpi_journal_close(j);
}

/* Hold one; its name. */
void desk_hold(struct notary *n, char id[SMPI_HELD_ID]) {
  struct smpi_holds holds;
  n->release = NULL;
  n->openings = 1;
  if (!notary_run(n, NULL)) fail_msg("%d %s", n->met, n->text);
  desk_look(&holds, 0);
  assert_true(holds.n > 0);
  smpi_held_id(id, holds.at[holds.n - 1].h.opening);
  smpi_holds_free(&holds);
}

smpc_err desk_sign(unsigned party, uint64_t seed, const char *id, enum smpi_verdict verdict) {
  struct smpi_holds holds;
  smpc_study *st;
  uint8_t key[64];
  desk_look(&holds, party);
  int at = smpi_holds_find(&holds, id);
  assert_true(at >= 0);
  notary_key(key, seed, party);
  assert_int_equal(smpi_study_load(&st, "study.yaml", NULL), SMPC_OK);
  smpc_err err = smpi_release_sign(st, "study.yaml", &holds.at[at].h, verdict, key, NULL);
  smpi_study_free(st);
  smpi_holds_free(&holds);
  return err;
}

void desk_release_all(const char *id) {
  assert_int_equal(desk_sign(1, DESK_SEED, id, SMPI_RELEASED), SMPC_OK);
  assert_int_equal(desk_sign(2, DESK_SEED, id, SMPI_RELEASED), SMPC_OK);
}

bool desk_open(struct notary *n, const char *id) {
  n->release = id;
  n->openings = 0;
  memset(n->got, 0, sizeof n->got);
  return notary_run(n, NULL);
}

void desk_expect_shut(struct notary *n, const char *id, const char *word) {
  assert_false(desk_open(n, id));
  if (strstr(n->text, word) == NULL) fail_msg("wanted \"%s\": %s", word, n->text);
  assert_int_equal(n->got[0], 0);
}

unsigned desk_files(void) {
  glob_t g;
  unsigned n = glob("*.held", 0, NULL, &g) == 0 ? (unsigned)g.gl_pathc : 0;
  globfree(&g);
  return n;
}

void desk_audited(unsigned faults) {
  char findings[4000];
  if (notary_audit(findings, sizeof findings, notary_journals, NOTARY_PARTIES) != faults) fail_msg("%s", findings);
}
