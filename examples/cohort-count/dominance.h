/* dominance.h - the (n, k) rule: a cell that few hospitals make up is not shown. */
#ifndef DOMINANCE_H
#define DOMINANCE_H

#include <smpc.h>

#include "question.h"

/* One row for each choice of n of the inputs (each 1 x cells): k c - 100 (their sum), which is
 * negative where these n have more than k per cent of the joint count c.  NULL: no rule, or
 * a failed session.  Local: no rounds. */
smpc_shared *dominance_rows(smpc_session *s, const struct question *q, smpc_shared *const *input, unsigned n_inputs,
                            smpc_shared *joint);

/* How many rows that gives: n_inputs over n. */
uint64_t dominance_choices(unsigned n_inputs, unsigned n);

#endif
