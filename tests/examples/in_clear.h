/* in_clear.h - cohort counting with true totals, in the clear: what the joint program
 * must publish. */
#ifndef IN_CLEAR_H
#define IN_CLEAR_H

#include "suppress.h"

enum { CLEAR_MAX = 6, CLEAR_CELLS = CLEAR_MAX * CLEAR_MAX, CLEAR_RECIPIENTS = 8 };

/* The joint table, and what learners with data of their own put in (with true
 * totals, all parties learn something). */
struct clear_table {
  unsigned rows, cols, recipients;
  int64_t k, x[CLEAR_CELLS], own[CLEAR_RECIPIENTS][CLEAR_CELLS];
  bool zeros_shown;
};

/* Version v of the table: 0 the whole, v > 0 what recipient v - 1 does not know. */
int64_t clear_value(const struct clear_table *t, unsigned v, unsigned c);
/* Does the rule show the cell? */
bool clear_is_shown(const struct clear_table *t, unsigned c);
struct suppress_rule clear_rule(const struct clear_table *t);
/* The whole procedure, as examples/cohort-count/program.c has it in shares. */
void clear_publish(const struct clear_table *t, struct suppress *s);

#endif
