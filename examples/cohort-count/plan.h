/* plan.h - what is known before any data are touched: who learns what, what it costs. */
#ifndef PLAN_H
#define PLAN_H

#include <stdio.h>

#include "program.h"

/* "a, b learn the other party's counts ...", when a recipient can subtract its own
 * from the result of two parties; NULL otherwise (or out of memory).  To be freed. */
char *plan_subtraction(const smpc_config *cfg, const struct question_roles *roles);

/* Who learns what, rounds, bytes and time: the answer to --dry-run. */
void plan_print(FILE *out, const struct count_job *job, const smpc_cost *cost);

#endif
