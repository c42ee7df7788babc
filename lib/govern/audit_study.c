/* audit_study.c - see audit_study.h.
 *
 * The rules are the gate's (gate.c), asked of what each party wrote down: a party whose
 * library was changed to let more pass cannot keep that out of the others' journals. */
#include "govern/audit_study.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

static void fault(struct smpi_audit *a, const struct smpi_audited *j, const struct smpi_entry *e, const char *text) {
  smpi_audit_find(a, true, j->path, e->number, "%s", text);
}

/* --- the study itself ------------------------------------------------------------------- */

static void check_words(struct smpi_audit_study *s, struct smpi_audit *a, const char *path) {
  for (unsigned i = 0; i < s->study->n_parties; i++) {
    const char *name = s->study->party[i].name;
    int64_t time;
    bool is_there;
    const char *why = smpi_word_read(s->study, path, i, SMPI_SIGNATURE, &time, &is_there);
    if (why != NULL) smpi_audit_find(a, true, path, 0, "the signature of %s: %s", name, why);
    why = smpi_word_read(s->study, path, i, SMPI_REVOCATION, &time, &is_there);
    if (is_there && why != NULL) smpi_audit_find(a, true, path, 0, "the revocation of %s: %s", name, why);
    if (why != NULL) continue;
    if (!s->is_revoked || time < s->revoked_at) s->revoked_at = time, s->revoked_by = (int)i;
    s->is_revoked = true;
  }
}

smpc_err smpi_audit_study_begin(struct smpi_audit_study *s, struct smpi_audit *a, const smpc_study *study,
                                const char *path) {
  memset(s, 0, sizeof *s);
  s->study = study;
  s->tally = smpi_alloc(study->n_questions, sizeof *s->tally);
  s->told = smpi_alloc(study->n_questions, sizeof *s->told);
  if (s->tally == NULL || s->told == NULL) return SMPC_E_NOMEM;
  check_words(s, a, path);
  return SMPC_OK;
}

static void clear(struct smpi_audit_study *s) {
  for (unsigned i = 0; s->tally != NULL && i < s->study->n_questions; i++) {
    smpi_tally_free(&s->tally[i]);
    s->tally[i] = (struct smpi_tally){.study = s->study, .question = &s->study->question[i]};
  }
  if (s->told != NULL) memset(s->told, 0, s->study->n_questions * sizeof *s->told);
  s->versions = (struct smpi_versions){.study = s->study};
  s->told_stranger = false;
  s->others = 0;
  s->told_budget = false;
  s->question = NULL;
}

void smpi_audit_study_end(struct smpi_audit_study *s) {
  clear(s);
  smpi_free(s->tally);
  smpi_free(s->told);
}

/* --- sessions --------------------------------------------------------------------------- */

static bool has_its_parties(const smpc_study *st, const struct smpi_entry *run) {
  unsigned i = 0;
  uint8_t key[32];
  struct smpi_slice name;
  for (; smpi_get_named(key, &name, smpi_entry_get_at(run, "with", i)); i++)
    if (i >= st->n_parties || !smpi_slice_is(name, st->party[i].name) || memcmp(key, st->party[i].sign_key, 32) != 0)
      return false;
  return i == st->n_parties;
}

static void on_run(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                   const struct smpi_entry *e) {
  uint8_t study[32];
  char name[128];
  struct smpi_slice question = smpi_entry_get(e, "question");
  s->question = NULL;
  s->releases = false;
  smpi_entry_digest(study, e, "study");
  if (memcmp(study, s->study->digest, 32) != 0) {
    if (s->others++ == 0)
      smpi_audit_find(a, false, j->path, e->number,
                      "sessions of other studies or versions, such as this, are not judged; those of replaced versions count");
    return;
  }
  snprintf(name, sizeof name, "%.*s", (int)smpi_min(question.len, sizeof name - 1), question.at);
  s->question = name[0] == 0 ? NULL : smpi_study_find(s->study, name);
  if (s->question == NULL) fault(a, j, e, "the study has no such question");
  if (!has_its_parties(s->study, e)) fault(a, j, e, "the parties are not those of the study");
  if (!smpi_slice_is(smpi_entry_get(e, "counter-signed"), "by all"))
    fault(a, j, e, "a session of a study is counter-signed by all; this one was not to be");
  if (e->time < s->study->from || e->time >= s->study->until)
    fault(a, j, e, "by this party's own clock it was outside the study's period");
  if (s->is_revoked && e->time > s->revoked_at)
    smpi_audit_find(a, true, j->path, e->number, "%s had revoked the study before",
                    s->study->party[s->revoked_by].name);
}

/* --- openings --------------------------------------------------------------------------- */

static const smpc_study_opening *opening_for(const smpc_study_question *q, struct smpi_slice purpose) {
  for (unsigned i = 0; i < q->n_openings; i++)
    if (smpi_slice_is(purpose, q->opening[i].purpose)) return &q->opening[i];
  return NULL;
}

/* "north,south": exactly these parties, as the journal writes them. */
static bool are_recipients(const smpc_study *st, smpc_who who, struct smpi_slice to) {
  for (unsigned i = 0; i < st->n_parties; i++) {
    size_t len = strlen(st->party[i].name);
    if (!(who.bits >> i & 1)) continue;
    if (to.len < len || memcmp(to.at, st->party[i].name, len) != 0) return false;
    to.at += len, to.len -= len;
    if (to.len > 0 && to.at[0] == ',') to.at++, to.len--;
    else if (to.len > 0) return false;
  }
  return to.len == 0;
}

static void on_opening(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                       const struct smpi_entry *e) {
  const smpc_study_question *q = s->question;
  const smpc_study_opening *o = opening_for(q, smpi_entry_get(e, "purpose"));
  bool must_wait = o == &q->opening[0] && q->review != SMPC_REVIEW_NONE;
  if (o == NULL) fault(a, j, e, "the study lists no such purpose for this question");
  else if (!are_recipients(s->study, o->to, smpi_entry_get(e, "to")))
    fault(a, j, e, "the study has other recipients for this purpose");
  if (e->kind == SMPI_HOLD && !must_wait) fault(a, j, e, "the study asks for no review of this");
  if (e->kind == SMPI_OPEN && must_wait && !s->releases) fault(a, j, e, "it was opened without its reviewers' release");
  if (e->kind == SMPI_OPEN && s->releases && !must_wait)
    fault(a, j, e, "a session that releases a result may open nothing else");
}

static void on_release(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                       const struct smpi_entry *e) {
  uint64_t by = 0;
  unsigned i;
  uint8_t sign[64];
  s->releases = true;
  for (unsigned k = 0; smpi_get_indexed(&i, sign, 64, smpi_entry_get_at(e, "signed", k)); k++) by |= UINT64_C(1) << i;
  if (by != s->question->reviewers.bits) fault(a, j, e, "it was not released by exactly the question's reviewers");
}

/* --- limits ------------------------------------------------------------------------------- */

static void check_limit(struct smpi_audit *a, const struct smpi_audited *j, const struct smpi_entry *e, bool *told,
                        uint64_t used, uint64_t max, const char *what) {
  if (max == 0 || used <= max || *told) return;
  *told = true;
  smpi_audit_find(a, true, j->path, e->number, "more %s than the study allows for this question: %llu, and %llu may be",
                  what, (unsigned long long)used, (unsigned long long)max);
}

/* Rows that were not told no limit could count. */
static void check_told(const struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                       const struct smpi_entry *e, const struct smpi_tally *t) {
  bool must_tell = s->question->max_rows != 0 || s->question->min_change != 0, has_rows = false;
  for (unsigned i = 0; i < s->study->n_parties; i++)
    if (strcmp(s->study->party[i].name, j->party) == 0) has_rows = s->study->party[i].roles & SMPC_INPUT;
  if (e->kind == SMPI_END && t->counted && !t->has_rows && must_tell && has_rows)
    fault(a, j, e, "the study limits rows, and the session does not say how many it used");
}

static void check_limits(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                         const struct smpi_entry *e) {
  const smpc_study_question *q = s->question;
  size_t i = (size_t)(q - s->study->question);
  struct smpi_tally *t = &s->tally[i];
  if (t->told && smpi_tally_is_close(t, t->own_rows))
    fault(a, j, e, "its rows differ from those of another run by fewer than the study allows");
  check_told(s, a, j, e, t);
  check_limit(a, j, e, &s->told[i].runs, t->runs, q->epsilon != 0 ? 1 : q->max_runs, "runs");
  if (s->study->budget != 0)
    check_limit(a, j, e, &s->told_budget, s->versions.spent, s->study->budget,
                "millionths of epsilon");
  check_limit(a, j, e, &s->told[i].values, t->values, q->max_values, "opened values");
  if (t->counted) check_limit(a, j, e, &s->told[i].rows, t->rows, q->max_rows, "rows");
  for (unsigned k = 0; k < s->study->n_parties; k++)
    check_limit(a, j, e, &s->told[i].items, t->items[k], q->max_items, "items of one party's sets");
  check_limit(a, j, e, &s->told[i].items_in_all, t->items_in_all, q->max_items_in_all, "items of all parties' sets");
}

/* Limits could begin anew beside a version that is not named; a later one that names this one is in order. */
static void check_versions(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                           const struct smpi_entry *e) {
  static const char *const what[] = {
      [SMPI_STRANGER_UNNAMED] = "a session of another version of the study, and neither says that it replaces the other",
      [SMPI_STRANGER_RENAMED] = "a session of a version that the study replaces, under another identifier",
      [SMPI_STRANGER_BEHIND] = "a session of a version that the study replaces, which replaced one that the study does not"};
  smpi_versions_seen(&s->versions, e);
  enum smpi_stranger found = s->versions.found;
  if (found == SMPI_NO_STRANGER || found == SMPI_STRANGER_LATER || s->told_stranger) return;
  s->told_stranger = true;
  fault(a, j, e, what[found]);
}

void smpi_audit_judge(struct smpi_audit_study *s, struct smpi_audit *a, const struct smpi_audited *j,
                      const struct smpi_entry *e) {
  if (s->journal != j) clear(s);
  s->journal = j;
  if (e->kind == SMPI_RUN) on_run(s, a, j, e);
  check_versions(s, a, j, e);
  for (unsigned i = 0; i < s->study->n_questions; i++) {
    smpi_tally_seen(&s->tally[i], e);
    if (s->tally[i].err != SMPC_OK) a->err = s->tally[i].err;
  }
  if (s->question == NULL) return;
  if (e->kind == SMPI_RELEASE) on_release(s, a, j, e);
  if (e->kind == SMPI_OPEN || e->kind == SMPI_HOLD) on_opening(s, a, j, e);
  if (e->kind == SMPI_OPEN || e->kind == SMPI_HOLD || e->kind == SMPI_ITEMS || e->kind == SMPI_END)
    check_limits(s, a, j, e);
  if (e->kind == SMPI_END) s->question = NULL;
}
