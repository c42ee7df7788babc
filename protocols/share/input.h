/* input.h - a member's input, and public constants, as shared vectors. */
#ifndef SMPI_INPUT_H
#define SMPI_INPUT_H

#include "session/session.h"

/* x := a fresh sharing of value[n], which only the member `owner` knows.
 *   in    value[n]  read at the owner alone; may be the memory of x
 *   out   x[n]      written at computing parties alone (NULL is allowed elsewhere)
 *   cost  a computing owner: 0 rounds, 0 bytes; another owner: 1 round, 8n bytes
 *         from it to the computing party of rank 0
 *   leaks nothing: every share but one is pseudo-random, the last one is masked by them
 *   error x is wiped; SMPC_E_ARG (owner is no member), SMPC_E_* of memory or network
 * All members call it at the same step with the same owner and n. */
smpc_err smpi_input(struct smpc_session *s, shr *x, unsigned owner, const uint64_t *value, size_t n);

/* x := a sharing of value[n], the same public vector at all members.  0 rounds. */
void smpi_input_public(struct smpc_session *s, shr *x, const uint64_t *value, size_t n);

/* The local half, pure: own := value minus the sum of the `others` rows of
 * masks[others][n].  own may be value. */
void smpi_input_split(shr *own, const uint64_t *value, const uint64_t *masks, size_t others, size_t n);

/* What the busiest member sends. */
void smpi_input_cost(struct smpi_cost *c, bool owner_computes, size_t n);

#endif
