/* plan.h - what is known before any data are touched: who learns what, what it
 * costs, whether this party allows it. */
#ifndef PLAN_H
#define PLAN_H

#include "cli.h"
#include "program.h"

/* Does party.yaml allow every opening of the question?  CLI_POLICY, with a message. */
enum cli_exit plan_allowed(const smpc_config *cfg, const struct question *q);

/* "a, b learn the other party's counts ...", when a recipient can subtract its own
 * from the result of two parties; NULL otherwise (or out of memory).  To be freed. */
char *plan_subtraction(const smpc_config *cfg, const struct question_roles *roles);

/* Who learns what, rounds, bytes and time: the answer to --dry-run. */
void plan_print(FILE *out, const smpc_config *cfg, const struct question *q, const struct question_roles *roles,
                const smpc_cost *cost);

#endif
