/* psi_job.h - the joint computation of smpc-psi. */
#ifndef PSI_JOB_H
#define PSI_JOB_H

#include "joint.h"
#include "psi_report.h"
#include "psi_rows.h"

struct psi_job {
  struct joint joint;
  const struct psi_question *question;
  struct psi_ask ask;
  struct psi_rows *rows;       /* NULL: no owner            */
  uint8_t *matched;            /* [items] at owners          */
  size_t items, given, told;   /* how many there are, those of this pass given to the library, those told by it */
  uint64_t memory;             /* bytes; 0: all keys are in memory */
  const char *scratch;         /* folder for what exceeds it */
  struct psi_outcome outcome;  /* out                        */
};

/* From ask, once that and the study's word are known: who takes part, and what it must be to be held or noisy. */
void psi_job_open(struct psi_job *job);
/* What opens, an opening_fn: the result; of a reveal with a minimum first, to everybody, whether it is reached. */
enum { PSI_RESULT, PSI_GATE, PSI_OPENINGS };
bool psi_opening(struct opening *o, const void *job, unsigned which);
/* Count, add or reveal: an smpc_program_fn. */
void psi_program(smpc_session *s, void *job);

/* The words of a result that is a number, which smpc_psi_sum() describes; none for `reveal`. */
size_t psi_result_len(const struct psi_job *job);
void psi_decode(struct joint *job);

#endif
