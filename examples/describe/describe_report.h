/* describe_report.h - the statistics as a table, JSON or CSV; and the plan. */
#ifndef DESCRIBE_REPORT_H
#define DESCRIBE_REPORT_H

#include "cli.h"
#include "program.h"

/* False: out of memory.  Errors of the stream stay in it. */
bool desc_report(FILE *out, const struct desc_job *job, enum cli_format format);
/* What a run would open and cost: nothing has been read. */
void desc_plan(FILE *out, const struct desc_job *job, const smpc_cost *cost);

#endif
