/* governance.c - smpc_study.h: the journal and its audit, from outside. */
#include <smpc_study.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "govern/audit.h"
#include "govern/record.h"
#include "govern/usage.h"
#include "triple/triple.h"

_Static_assert((int)SMPI_CORR_TRIPLES == SMPI_TRIPLE && (int)SMPI_CORR_BIT_TRIPLES == SMPI_BIT_TRIPLE &&
                   (int)SMPI_CORR_BIT_PAIRS == SMPI_BIT_PAIR && (int)SMPI_CORR_DABITS == SMPI_DABIT &&
                   (int)SMPI_CORR_EDABITS == SMPI_EDABIT && (int)SMPI_CORR_TRUNCATIONS == SMPI_TRUNC,
               "the journal names the correlations by these");

static smpc_err tell(smpc_err err, const struct smpi_fault *f, char *text, size_t text_len) {
  if (text != NULL && text_len > 0)
    snprintf(text, text_len, "%s", err == SMPC_OK ? "" : f->text[0] ? f->text : smpi_err_text(err));
  return err;
}

smpc_err smpc_journal_rows(smpc_session *s, uint64_t rows) {
  if (s == NULL) return SMPC_E_ARG;
  if (smpi_status(s) != SMPC_OK) return smpi_status(s);
  return smpi_record_rows(s, rows);
}

void smpc_journal_suppressed(smpc_session *s, uint64_t cells) {
  if (s != NULL) smpi_record_suppressed(s, cells);
}

/* --- audit ----------------------------------------------------------------------- */

struct listener { smpc_finding_fn report; void *user; };

static void on_finding(void *user, bool is_fault, const char *path, uint64_t entry, const char *text) {
  const struct listener *l = user;
  smpc_finding f = {is_fault, path, entry, text};
  if (l->report != NULL) l->report(l->user, &f);
}

smpc_err smpc_journal_verify(smpc_audit *audit, const char *const *path, size_t n, smpc_finding_fn report, void *user,
                             char *text, size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct listener l = {report, user};
  struct smpi_audit a = {.report = on_finding, .user = &l};
  if (audit == NULL || path == NULL || n == 0 || n > 1000) return tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_audit_run(&a, path, (unsigned)n, &f);
  *audit = (smpc_audit){sizeof *audit, n, a.entries, a.sessions, a.sealed, a.openings, a.faults, a.notes};
  smpi_audit_free(&a);
  if (err == SMPC_OK && a.faults > 0) err = smpi_fault_set(&f, SMPC_E_CHEAT, -1, "the journals have faults");
  return tell(err, &f, text, text_len);
}

smpc_err smpc_journal_usage(const char *const *path, size_t n, smpc_usage_fn report, void *user, char *text,
                            size_t text_len) {
  struct smpi_fault f = {.party = -1};
  struct smpi_usage *list;
  size_t lines;
  if (path == NULL || n == 0 || report == NULL) return tell(SMPC_E_ARG, &f, text, text_len);
  smpc_err err = smpi_usage_add_up(&list, &lines, path, n, &f);
  for (size_t i = 0; i < lines; i++) {
    const uint64_t *sum = list[i].sum;
    smpc_usage u = {list[i].party, list[i].purpose, list[i].month, sum[SMPI_USED_RUNS], sum[SMPI_USED_FAILED],
                    sum[SMPI_USED_OPENINGS], sum[SMPI_USED_VALUES], sum[SMPI_USED_ROWS], sum[SMPI_USED_SUPPRESSED],
                    sum[SMPI_USED_TRIPLE], sum[SMPI_USED_BIT_TRIPLE], sum[SMPI_USED_TRUNCATION],
                    sum[SMPI_USED_ROUNDS], sum[SMPI_USED_BYTES]};
    report(user, &u);
  }
  smpi_free(list);
  return tell(err, &f, text, text_len);
}
