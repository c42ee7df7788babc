/* audit_study.h - journals against a study: was only asked and opened what it allows? */
#ifndef SMPI_AUDIT_STUDY_H
#define SMPI_AUDIT_STUDY_H

#include "govern/audit.h"
#include "govern/study.h"
#include "govern/tally.h"
#include "govern/versions.h"

struct smpi_audit_study {
  const smpc_study *study;
  struct smpi_tally *tally;             /* [n_questions] of the journal that is read       */
  struct { bool runs, rows, values, items, items_in_all; } *told; /* [n_questions] in this journal              */
  struct smpi_versions versions;        /* so, too                                         */
  bool told_stranger;
  const struct smpi_audited *journal;
  const smpc_study_question *question;  /* of the session that is going on, or NULL        */
  uint64_t others;                      /* sessions of other studies in this journal       */
  bool releases, is_revoked, told_budget;
  int64_t revoked_at;                   /* the earliest                                    */
  int revoked_by;
};

/* Judge by `study` at `path` in smpi_audit_run(a, ...): its signatures now, every entry
 * as it is read.  SMPC_E_NOMEM.  End after the run, in every case. */
smpc_err smpi_audit_study_begin(struct smpi_audit_study *s, struct smpi_audit *a, const smpc_study *study,
                                const char *path);
void smpi_audit_study_end(struct smpi_audit_study *s);

#endif
