/* psi_report.h - what smpc-psi writes: a summary, and the owner's own rows. */
#ifndef PSI_REPORT_H
#define PSI_REPORT_H

#include "cli.h"
#include "psi_rows.h"

/* What the library gave. */
struct psi_outcome {
  smpc_psi_result result;
  double decimal; /* sum, of the kind that the question says */
  int64_t whole;
};

struct psi_report {
  const struct psi_question *question;
  const smpc_config *cfg;
  const struct psi_ask *ask;
  struct psi_rows *rows;         /* NULL: this party holds no set    */
  const uint8_t *matched;        /* [items] at recipients of reveal   */
  const struct psi_outcome *outcome;
  double epsilon;                /* of the noise on a count; 0: none  */
  bool is_delivered;             /* this party got the result         */
  bool is_held;                  /* as its reviewer, nobody else yet  */
  bool with_unmatched;           /* write the other rows as well     */
};

/* "vole", and the announced size of owner k's set. */
const char *psi_protocol_name(smpc_psi_protocol p);
uint64_t psi_size_of(const struct psi_ask *ask, const smpc_psi_result *result, unsigned k);

/* CLI_TABLE: the summary.  CLI_CSV: for reveal, the own rows with a column `matched`;
 * otherwise one number, none where it is below the minimum.  CLI_JSON: both.  Returns a program's exit code. */
enum cli_exit psi_report_write(FILE *out, struct psi_report *r, enum cli_format format);

#endif
