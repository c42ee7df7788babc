/* psi_report.h - what smpc-psi writes: a summary, and the owner's own rows. */
#ifndef PSI_REPORT_H
#define PSI_REPORT_H

#include "cli.h"
#include "psi_rows.h"

struct psi_report {
  const struct psi_question *question;
  const smpc_config *cfg;
  const smpc_psi *ask;
  struct psi_rows *rows;         /* NULL: this party holds no set    */
  const uint8_t *matched;        /* [items] at recipients of reveal   */
  const smpc_psi_result *result;
  bool with_unmatched;           /* write the other rows as well     */
};

/* Does this party get the result? */
bool psi_report_delivered(const struct psi_report *r);

/* CLI_TABLE: the summary.  CLI_CSV: for reveal, the own rows with a column `matched`;
 * for count one number.  CLI_JSON: both.  Returns a program's exit code. */
enum cli_exit psi_report_write(FILE *out, struct psi_report *r, enum cli_format format);

#endif
