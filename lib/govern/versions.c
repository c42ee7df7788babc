/* versions.c - see versions.h. */
#include "govern/versions.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "session/config.h"

bool smpi_versions_has(const smpc_study *st, const uint8_t digest[32]) {
  if (memcmp(digest, st->digest, 32) == 0) return true;
  for (unsigned i = 0; i < st->n_replaces; i++)
    if (memcmp(digest, st->replaces[i], 32) == 0) return true;
  return false;
}

/* Of this version's questions this version says it; the replaced ones' journals had it written down. */
static uint64_t epsilon_of(const smpc_study *st, struct smpi_slice question) {
  for (unsigned i = 0; i < st->n_questions; i++)
    if (smpi_slice_is(question, st->question[i].name)) return st->question[i].epsilon;
  return 0;
}

static void on_run(struct smpi_versions *v, const struct smpi_entry *e) {
  smpi_entry_digest(v->digest, e, "study");
  v->is_mine = smpi_versions_has(v->study, v->digest);
  v->is_strange = v->is_renamed = v->replaces_me = v->counted = v->releases = false;
  v->epsilon = v->is_mine ? epsilon_of(v->study, smpi_entry_get(e, "question")) : 0;
}

static void find(struct smpi_versions *v, enum smpi_stranger what, const uint8_t digest[32]) {
  if (v->found != SMPI_NO_STRANGER && v->found != SMPI_STRANGER_LATER) return;
  v->found = what;
  memcpy(v->stranger, digest, 32);
}

/* What a version of mine replaced I replace as well, by name: nobody else counts it. */
static void on_study(struct smpi_versions *v, const struct smpi_entry *e) {
  uint8_t digest[32];
  struct smpi_slice identifier = smpi_entry_get(e, "identifier");
  bool is_same = smpi_slice_is(identifier, v->study->identifier);
  for (unsigned k = 0; smpi_get_bytes(digest, 32, smpi_entry_get_at(e, "replaces", k)); k++) {
    v->replaces_me = v->replaces_me || memcmp(digest, v->study->digest, 32) == 0;
    if (v->is_mine && !smpi_versions_has(v->study, digest)) find(v, SMPI_STRANGER_BEHIND, digest);
  }
  v->is_strange = !v->is_mine && (is_same || v->replaces_me);
  v->is_renamed = v->is_mine && !is_same;
  if (v->is_renamed && v->found != SMPI_STRANGER_RENAMED)
    snprintf(v->renamed, sizeof v->renamed, "%.*s", (int)smpi_min(identifier.len, 60), identifier.at);
  if (v->is_mine && memcmp(v->digest, v->study->digest, 32) != 0) v->epsilon = smpi_entry_number(e, "epsilon");
}

/* Something is about to come out of a session: of which version? */
static void on_use(struct smpi_versions *v, bool is_run) {
  if (v->is_strange) find(v, v->replaces_me ? SMPI_STRANGER_LATER : SMPI_STRANGER_UNNAMED, v->digest);
  if (v->is_renamed) find(v, SMPI_STRANGER_RENAMED, v->digest);
  if (!is_run || v->counted || v->releases) return;
  v->counted = true;
  if (v->is_mine) v->spent = smpi_entry_add(v->spent, v->epsilon);
}

void smpi_versions_seen(struct smpi_versions *v, const struct smpi_entry *e) {
  if (e->kind == SMPI_RUN) on_run(v, e);
  if (e->kind == SMPI_STUDY) on_study(v, e);
  if (e->kind == SMPI_RELEASE) v->releases = true;
  if (e->kind == SMPI_OPEN || e->kind == SMPI_HOLD || e->kind == SMPI_ITEMS) on_use(v, e->kind != SMPI_ITEMS);
}

smpc_err smpi_versions_check(const struct smpi_versions *v, struct smpi_fault *f) {
  char digest[65];
  sodium_bin2hex(digest, sizeof digest, v->stranger, 32);
  switch (v->found) {
  case SMPI_NO_STRANGER: return SMPC_OK;
  case SMPI_STRANGER_LATER:
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "the study was replaced by %s, of which my journal holds sessions", digest);
  case SMPI_STRANGER_RENAMED:
    return smpi_fault_set(f, SMPC_E_POLICY, -1,
                          "the study replaces %s, whose identifier is \"%s\": all versions have the same `identifier`",
                          digest, v->renamed);
  case SMPI_STRANGER_BEHIND:
    return smpi_fault_set(f, SMPC_E_POLICY, -1,
                          "a version that the study replaces had itself replaced %s, which the study does not say it "
                          "`replaces`", digest);
  case SMPI_STRANGER_UNNAMED: break;
  }
  return smpi_fault_set(f, SMPC_E_POLICY, -1,
                        "my journal holds sessions of another version of the study \"%.60s\", which this one does not say "
                        "it `replaces`: %s", v->study->identifier, digest);
}

void smpi_versions_lines(struct smpi_lines *l, const smpc_study *st, const smpc_study_question *q) {
  smpi_lines_add(l, "identifier", "%s", st->identifier);
  smpi_lines_add_count(l, "epsilon", q->epsilon != 0, q->epsilon);
  for (unsigned i = 0; i < st->n_replaces; i++) smpi_lines_add_bytes(l, "replaces", st->replaces[i], 32);
}
