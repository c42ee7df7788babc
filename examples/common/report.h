/* report.h - the joint table, written as an aligned table, JSON or CSV.
 *
 * JSON: a suppressed count is null, with "suppressed": true; CSV: NA.  Numbers have
 * no separators.  A party that is no recipient writes who got the table.  Errors
 * of the stream stay in it, for cli_output_end(); false: out of memory. */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>

#include "cli.h"
#include "joint.h"
#include "table.h"

struct report {
  const struct table *table;
  const smpc_config *cfg; /* the parties' names */
  const struct question_roles *roles;
  bool is_held; /* a reviewer sees it, nobody else yet */
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

/* In JSON, whether the result is delivered; is_held: a reviewer sees it, nobody else yet. */
void report_json_delivered(json_t *o, bool is_here, bool is_held);

/* What a program opens, to whom and what for, under a line of its own, `title`. */
void report_openings(FILE *out, const char *title, const struct joint *job, opening_fn opening, unsigned n_openings);
/* The same for JSON: "openings" of `o`. */
void report_json_openings(json_t *o, const struct joint *job, opening_fn opening, unsigned n_openings);

/* The least t with Pr[|x| > t] = 2 a^(t + 1) / (1 + a) at most 0.05, a = e^-epsilon: how far noise leads. */
int report_noise_within(double epsilon);

/* In a plan: what a run costs on two networks; `note` says for what, or is "". */
void report_cost(FILE *out, const smpc_cost *cost, const char *note);

#endif
