/* beaver.h - product of shared vectors, from multiplication triples. */
#ifndef SMPI_BEAVER_H
#define SMPI_BEAVER_H

#include "triple/triple.h"

/* z := x * y, elementwise, for n shared ring elements.
 *   in    x[n], y[n]   this party's shares; may be the same array (squares)
 *   out   z[n]         fresh shares of the products; may be x or y
 *   uses  n triples    taken from the session's pool and wiped: used once
 *   cost  for each 2^20 products or part of it: 1 round, 16 n bytes sent to each
 *         other party; with P > 2 and n > 4096, 2 rounds and 32 n (P-1)/P bytes in all
 *   leaks nothing: the 2n opened values are uniform, whatever x and y
 *   error z is wiped; SMPC_E_* of the pool or of the network
 * All parties call it at the same step with the same n. */
smpc_err smpi_beaver_mul(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);

void smpi_beaver_cost(struct smpi_cost *c, size_t n);

/* The two local halves, pure: no network, no randomness, no allocation.  d and
 * e of one product stand side by side, de[2i] and de[2i+1], so that any piece of
 * the opening can be finished by itself.
 * Tests drive them directly, over the 2-bit ring, through every input. */
void smpi_beaver_mask(shr *de, const shr *x, const shr *y, const uint64_t *a, const uint64_t *b, size_t n);
void smpi_beaver_combine(shr *z, const pub *de, const uint64_t *a, const uint64_t *b, const uint64_t *c, size_t n,
                         int first);

#endif
