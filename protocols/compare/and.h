/* and.h - conjunctions of words of shared bits, from bit triples.
 *
 * All vectors hold xor shares, 64 bits to a word; n counts words. */
#ifndef SMPI_AND_H
#define SMPI_AND_H

#include "session/session.h"

/* z := x & y.
 *   out   z[n]   fresh shares; may be x or y
 *   uses  n BIT_TRIPLE
 *   cost  1 opening of 2n words: 1 round, 16n bytes to each other party
 *         (open.h says when it is distributed)
 *   leaks nothing: what is opened is uniform
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same n. */
smpc_err smpi_and(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
void smpi_and_cost(struct smpi_cost *c, size_t n);

/* The local halves, pure.  Single: x & y from a, b, c = a & b. */
void smpi_and_mask(shr *e, shr *f, const shr *x, const shr *y, const uint64_t *a, const uint64_t *b, size_t n);
void smpi_and_combine(shr *z, const pub *e, const pub *f, const uint64_t *a, const uint64_t *b, const uint64_t *c,
                      int first, size_t n);

/* Paired: x & y and x & y2 with one mask of x, from a, b, b2, c = a & b,
 * c2 = a & b2; opens three words, not four.  Each product is then combined as a single one. */
struct smpi_bit_pair { const uint64_t *a, *b, *b2, *c, *c2; };
void smpi_and_pair_mask(shr *e, shr *f, shr *f2, const shr *x, const shr *y, const shr *y2,
                        const struct smpi_bit_pair *t, size_t n);

#endif
