/* fit_report.h - a fitted model, written as a table like R's summary(glm), JSON, or
 * CSV with broom's columns.  A party that is no recipient writes who got it. */
#ifndef FIT_REPORT_H
#define FIT_REPORT_H

#include "cli.h"
#include "program.h"

/* False: out of memory.  Errors of the stream stay in it. */
bool fit_report(FILE *out, const struct fit_job *job, enum cli_format format);
/* Who learns what and what it costs: the answer to --dry-run. */
void fit_plan(FILE *out, const struct fit_job *job, const smpc_cost *cost);
/* The name of coefficient j. */
void fit_term(char *out, size_t len, const struct fit_job *job, size_t j);

#endif
