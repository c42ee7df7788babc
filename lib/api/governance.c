/* governance.c - smpc_study.h: the journal and its audit, from outside. */
#include <smpc_study.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "govern/audit_study.h"
#include "govern/gate.h"
#include "govern/usage.h"
#include "session/config.h"
#include "triple/triple.h"

_Static_assert((int)SMPI_CORR_TRIPLES == SMPI_TRIPLE && (int)SMPI_CORR_BIT_TRIPLES == SMPI_BIT_TRIPLE &&
                   (int)SMPI_CORR_BIT_PAIRS == SMPI_BIT_PAIR && (int)SMPI_CORR_DABITS == SMPI_DABIT &&
                   (int)SMPI_CORR_EDABITS == SMPI_EDABIT && (int)SMPI_CORR_TRUNCATIONS == SMPI_TRUNC &&
                   (int)SMPI_CORR_LOOKUPS == SMPI_LOOKUP && (int)SMPI_CORR_KINDS == SMPI_CORRS,
               "the journal names the correlations by these");

smpc_err smpc_journal_rows(smpc_session *s, uint64_t rows) {
  if (s == NULL) return SMPC_E_ARG;
  if (smpi_status(s) != SMPC_OK) return smpi_status(s);
  return smpi_record_rows(s, rows);
}

smpc_err smpc_journal_cohort(smpc_session *s, uint64_t *row, size_t n) {
  if (s == NULL || (row == NULL && n != 0)) return SMPC_E_ARG;
  if (smpi_status(s) != SMPC_OK) return smpi_status(s);
  return smpi_record_cohort(s, row, n);
}

void smpc_journal_suppressed(smpc_session *s, uint64_t cells) {
  if (s != NULL) smpi_record_suppressed(s, cells);
}

void smpc_journal_all_rows(smpc_session *s, uint64_t rows) {
  if (s != NULL) smpi_record_all_rows(s, rows);
}

smpc_err smpc_study_foresee(const smpc_config *cfg, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  if (cfg == NULL || cfg->study[0] == 0) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  return smpi_fault_tell(smpi_gate_foresee(cfg, &f), &f, text, text_len);
}

/* --- audit ----------------------------------------------------------------------- */

struct listener { smpc_finding_fn report; void *user; };

static void on_finding(void *user, bool is_fault, const char *path, uint64_t entry, const char *text) {
  const struct listener *l = user;
  smpc_finding f = {is_fault, path, entry, text};
  if (l->report != NULL) l->report(l->user, &f);
}

static smpc_err run_audit(struct smpi_audit *a, const char *study, const char *const *path, unsigned n, struct smpi_fault *f) {
  struct smpi_audit_study by = {.study = NULL};
  smpc_study *st;
  if (study == NULL) return smpi_audit_run(a, path, n, f);
  smpc_err err = smpi_study_load(&st, study, f);
  if (err != SMPC_OK) return err;
  err = smpi_audit_study_begin(&by, a, st, study);
  a->study = &by;
  if (err == SMPC_OK) err = smpi_audit_run(a, path, n, f);
  smpi_audit_study_end(&by);
  a->study = NULL;
  smpi_study_free(st);
  return err;
}

smpc_err smpc_journal_verify(smpc_audit *audit, const char *const *path, size_t n, smpc_finding_fn report, void *user,
                             char *text, size_t text_len) {
  return smpc_journal_verify_study(audit, NULL, path, n, report, user, text, text_len);
}

smpc_err smpc_journal_verify_study(smpc_audit *audit, const char *study, const char *const *path, size_t n,
                                   smpc_finding_fn report, void *user, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct listener l = {report, user};
  struct smpi_audit a = {.report = on_finding, .user = &l};
  if (audit == NULL || path == NULL || n == 0 || n > 1000) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = run_audit(&a, study, path, (unsigned)n, &f);
  *audit = (smpc_audit){sizeof *audit, n, a.entries, a.sessions, a.sealed, a.openings, a.faults, a.notes};
  smpi_audit_free(&a);
  if (err == SMPC_OK && a.faults > 0) err = smpi_fault_set(&f, SMPC_E_CHEAT, -1, "the journals have faults");
  return smpi_fault_tell(err, &f, text, text_len);
}

static void fill(smpc_usage *u, const uint64_t sum[SMPI_USAGES]) {
  uint64_t *const at[SMPI_USAGES] = {
      [SMPI_USED_RUNS] = &u->runs,
      [SMPI_USED_FAILED] = &u->failed,
      [SMPI_USED_OPENINGS] = &u->openings,
      [SMPI_USED_VALUES] = &u->values,
      [SMPI_USED_ROWS] = &u->rows,
      [SMPI_USED_SUPPRESSED] = &u->suppressed,
      [SMPI_USED_ITEMS] = &u->items,
      [SMPI_USED_ITEMS_IN_ALL] = &u->items_in_all,
      [SMPI_USED_TRIPLE] = &u->triples,
      [SMPI_USED_BIT_TRIPLE] = &u->bit_triples,
      [SMPI_USED_DABIT] = &u->dabits,
      [SMPI_USED_EDABIT] = &u->edabits,
      [SMPI_USED_TRUNCATION] = &u->truncations,
      [SMPI_USED_LOOKUP] = &u->lookups,
      [SMPI_USED_MASK] = &u->masks,
      [SMPI_USED_PRODUCT] = &u->products,
      [SMPI_USED_DEALER] = &u->from_dealer,
      [SMPI_USED_OT] = &u->from_ot,
      [SMPI_USED_PAILLIER] = &u->from_paillier,
      [SMPI_USED_POOL] = &u->from_pool,
      [SMPI_USED_DEALT] = &u->dealt,
      [SMPI_USED_ROUNDS] = &u->rounds,
      [SMPI_USED_BYTES] = &u->bytes,
  };
  for (int k = 0; k < SMPI_USAGES; k++) *at[k] = sum[k];
}

smpc_err smpc_journal_usage(const char *const *path, size_t n, smpc_usage_fn report, void *user, char *text,
                            size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct smpi_usage *list;
  size_t lines;
  if (path == NULL || n == 0 || report == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_usage_add_up(&list, &lines, path, n, &f);
  for (size_t i = 0; i < lines; i++) {
    smpc_usage u = {.party = list[i].party, .purpose = list[i].purpose, .month = list[i].month};
    fill(&u, list[i].sum);
    report(user, &u);
  }
  smpi_free(list);
  return smpi_fault_tell(err, &f, text, text_len);
}

/* --- studies ----------------------------------------------------------------------- */

smpc_err smpc_study_load(smpc_study **study, const char *path, char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  if (study == NULL || path == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  return smpi_fault_tell(smpi_study_load(study, path, &f), &f, text, text_len);
}

void smpc_study_free(smpc_study *study) { smpi_study_free(study); }

smpc_err smpc_study_claim(char out[SMPC_CLAIM_LEN], const smpc_study *study, unsigned i) {
  uint8_t agreement[32], tag[8];
  if (out != NULL) out[0] = 0;
  if (out == NULL || study == NULL || i >= study->n_questions) return SMPC_E_ARG;
  smpi_study_agreement(agreement, study, &study->question[i]);
  smpi_question_tag(tag, agreement);
  sodium_bin2hex(out, SMPC_CLAIM_LEN, tag, sizeof tag);
  return SMPC_OK;
}

smpc_err smpc_study_sign(const smpc_study *study, const char *path, const char *key_file, bool revoke, char *text,
                         size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct smpi_identity *id = NULL;
  if (study == NULL || path == NULL || key_file == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_identity_load(key_file, &id, &f);
  if (err == SMPC_OK)
    err = smpi_study_sign(study, path, revoke ? SMPI_REVOCATION : SMPI_SIGNATURE, id->sign_secret, (int64_t)time(NULL), &f);
  smpi_identity_free(id);
  return smpi_fault_tell(err, &f, text, text_len);
}

struct teller { smpc_check_fn report; void *user; };

static void on_word(void *user, unsigned party, smpc_err code, const char *text) {
  const struct teller *t = user;
  if (t->report != NULL) t->report(t->user, smpc_p(party), code, text);
}

smpc_err smpc_study_verify(const smpc_study *study, const char *path, smpc_check_fn report, void *user, char *text,
                           size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct teller t = {report, user};
  if (study == NULL || path == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  return smpi_fault_tell(smpi_study_verify(study, path, (int64_t)time(NULL), on_word, &t, &f), &f, text, text_len);
}

static smpc_err set_study(smpc_config *cfg, const char *path, const char *ask, struct smpi_fault *f) {
  smpc_study *st;
  smpc_err err = smpi_study_load(&st, path, f);
  if (err != SMPC_OK) return err;
  const smpc_study_question *q = smpi_study_find(st, ask);
  if (q == NULL && ask[0] == 0) err = smpi_fault_set(f, SMPC_E_FILE, -1, "the study has several questions: say which one to ask");
  else if (q == NULL) err = smpi_fault_set(f, SMPC_E_FILE, -1, "the study has no question \"%.100s\"", ask);
  else if (strlen(path) >= sizeof cfg->study) err = smpi_fault_set(f, SMPC_E_FILE, -1, "the path of the study is too long");
  else {
    strcpy(cfg->study, path);
    snprintf(cfg->ask, sizeof cfg->ask, "%s", q->name);
    smpi_study_agreement(cfg->question, st, q);
  }
  smpi_study_free(st);
  return err;
}

smpc_err smpc_config_load_study(smpc_config *cfg, const char *path, const char *study, const char *ask, char *text,
                                size_t text_len) {
  static const smpc_config empty = SMPC_CONFIG_INIT;
  struct smpi_fault f = {.party = -1};
  if (cfg == NULL || path == NULL || study == NULL) return smpi_fault_tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_config_load(cfg, path, study, &f);
  if (err == SMPC_OK) err = set_study(cfg, study, ask == NULL ? "" : ask, &f);
  if (err != SMPC_OK && cfg->size == sizeof *cfg) *cfg = empty;
  return smpi_fault_tell(err, &f, text, text_len);
}
