/* dominance.h - the (n, k) rule: a cell that few hospitals make up is not shown. */
#ifndef DOMINANCE_H
#define DOMINANCE_H

#include <smpc.h>

#include "question.h"

/* One row for each choice of n of the inputs (each 1 x cells): k c - 100 (their sum), which is
 * negative where these n have more than k per cent of the joint count c.  The same for what
 * each reader, who has own[r], one of the inputs, finds when it subtracts that: of the other
 * inputs, and c - own[r].  Of n hospitals or fewer together no rule can keep their total from
 * who has it: there are no rows about them.  NULL: no rows at all, or a failed session.
 * Local: no rounds. */
smpc_shared *dominance_rows(smpc_session *s, const struct question *q, smpc_shared *const *input, unsigned n_inputs,
                            smpc_shared *joint, smpc_shared *const *own, unsigned n_own);

#endif
