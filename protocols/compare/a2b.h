/* a2b.h - shared numbers from shares by sum to xor shares of their bits. */
#ifndef SMPI_A2B_H
#define SMPI_A2B_H

#include "session/agreed.h"
#include "session/session.h"

/* Longer vectors must be cut by the caller: the rows of one call are n/8 bytes each. */

/* rows[64][stride] := xor shares of the bits of x[n], bit-sliced (math/bits.h).
 *   in    x[n]   n <= SMPI_BLOCK, else SMPC_E_ARG;  stride >= ceil(n / 64)
 *   out   rows   bits beyond n are random, words beyond ceil(n / 64) untouched
 *   uses  for each 64 numbers: 1 EDABIT, 124 BIT_PAIR, 62 BIT_TRIPLE
 *   cost  7 openings: 7 rounds, 70 bytes a number to each other party
 *   leaks nothing: what is opened is uniform
 *   error rows are wiped; SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same n. */
smpc_err smpi_a2b(struct smpc_session *s, shr *rows, size_t stride, const shr *x, size_t n);
void smpi_a2b_cost(struct smpi_cost *c, size_t n);

/* The local half, pure: rows := c ^ r ^ (the borrow out of the bit below), from
 * the rows of c and r and the tree's nodes; m words a row.  May be the rows of c. */
struct smpi_nodes;
void smpi_a2b_finish(shr *rows, size_t stride, const uint64_t *c_rows, size_t c_stride, uint64_t *const *r,
                     const struct smpi_nodes *borrows, int first);

#endif
