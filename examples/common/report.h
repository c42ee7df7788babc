/* report.h - the joint table, written as an aligned table, JSON or CSV.
 *
 * JSON: a suppressed count is null, with "suppressed": true; CSV: NA.  Numbers have
 * no separators.  A party that is no recipient writes who got the table.  Errors
 * of the stream stay in it, for cli_output_end(); false: out of memory. */
#ifndef REPORT_H
#define REPORT_H

#include "cli.h"
#include "table.h"

struct report {
  const struct table *table;
  const smpc_config *cfg; /* the parties' names */
  const struct question_roles *roles;
};

bool report_write(FILE *out, const struct report *r, enum cli_format format);

/* The three forms. */
bool report_table(FILE *out, const struct report *r);
bool report_json(FILE *out, const struct report *r);
bool report_csv(FILE *out, const struct report *r);

/* One field of a CSV record, quoted where it must be; NULL: nothing. */
void report_field(FILE *out, const char *text);

/* "hospital-a, hospital-b": the members in `who`; to be freed, NULL when out of memory. */
char *report_names(const smpc_config *cfg, smpc_who who);

/* In a plan: what a run's messages, preprocessing included, take on a network. */
double report_network_seconds(const smpc_cost *cost, double rtt_ms, double mbit_per_s);

/* In a plan: the correlated randomness that a run takes, as smpc-party pool --fill wants it. */
void report_randomness(FILE *out, const smpc_cost *cost);

#endif
