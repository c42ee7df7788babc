/* psi_plan.h - what is known before any network: who learns what, what it costs. */
#ifndef PSI_PLAN_H
#define PSI_PLAN_H

#include "cli.h"
#include "psi_rows.h"

struct psi_plan {
  const struct psi_question *question;
  const smpc_config *cfg;
  const struct psi_ask *ask;
  const struct psi_rows *rows; /* NULL: no owner */
  double epsilon;              /* of the noise on a count */
  smpc_cost cost;
  const smpc_psi_result *dry; /* of the dry run: sizes and protocol */
};

/* The answer to --dry-run: own rows are read, nothing is sent. */
void psi_plan_print(FILE *out, const struct psi_plan *p);

#endif
