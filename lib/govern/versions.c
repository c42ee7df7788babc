/* versions.c - see versions.h. */
#include "govern/versions.h"

#include <sodium.h>
#include <string.h>

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
  v->is_strange = v->replaces_me = v->counted = v->releases = false;
  v->epsilon = v->is_mine ? epsilon_of(v->study, smpi_entry_get(e, "question")) : 0;
}

static void on_study(struct smpi_versions *v, const struct smpi_entry *e) {
  uint8_t digest[32];
  bool is_same = smpi_slice_is(smpi_entry_get(e, "identifier"), v->study->identifier);
  for (unsigned k = 0; smpi_get_bytes(digest, 32, smpi_entry_get_at(e, "replaces", k)); k++)
    v->replaces_me = v->replaces_me || memcmp(digest, v->study->digest, 32) == 0;
  v->is_strange = !v->is_mine && (is_same || v->replaces_me);
  if (v->is_mine && memcmp(v->digest, v->study->digest, 32) != 0) v->epsilon = smpi_entry_number(e, "epsilon");
}

/* Something is about to come out of a session: of which version? */
static void on_use(struct smpi_versions *v, bool is_run) {
  if (v->is_strange && (!v->has_stranger || v->is_later)) { /* one that nobody names stays the finding */
    v->has_stranger = true;
    v->is_later = v->replaces_me;
    memcpy(v->stranger, v->digest, 32);
  }
  if (!is_run || v->counted || v->releases) return;
  v->counted = true;
  v->spent += v->is_mine ? v->epsilon : 0;
}

void smpi_versions_seen(struct smpi_versions *v, const struct smpi_entry *e) {
  if (e->kind == SMPI_RUN) on_run(v, e);
  if (e->kind == SMPI_STUDY) on_study(v, e);
  if (e->kind == SMPI_RELEASE) v->releases = true;
  if (e->kind == SMPI_OPEN || e->kind == SMPI_HOLD || e->kind == SMPI_ITEMS) on_use(v, e->kind != SMPI_ITEMS);
}

smpc_err smpi_versions_check(const struct smpi_versions *v, struct smpi_fault *f) {
  char digest[65];
  if (!v->has_stranger) return SMPC_OK;
  sodium_bin2hex(digest, sizeof digest, v->stranger, 32);
  if (v->is_later)
    return smpi_fault_set(f, SMPC_E_POLICY, -1, "the study was replaced by %s, of which my journal holds sessions", digest);
  return smpi_fault_set(f, SMPC_E_POLICY, -1,
                        "my journal holds sessions of another version of the study \"%.60s\", which this one does not say "
                        "it `replaces`: %s", v->study->identifier, digest);
}

void smpi_versions_lines(struct smpi_lines *l, const smpc_study *st, const smpc_study_question *q) {
  smpi_lines_add(l, "identifier", "%s", st->identifier);
  smpi_lines_add_count(l, "epsilon", q->epsilon != 0, q->epsilon);
  for (unsigned i = 0; i < st->n_replaces; i++) smpi_lines_add_bytes(l, "replaces", st->replaces[i], 32);
}
