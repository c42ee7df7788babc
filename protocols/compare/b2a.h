/* b2a.h - shared bits from xor shares to shares by sum. */
#ifndef SMPI_B2A_H
#define SMPI_B2A_H

#include "session/session.h"

/* z := the bit j of `bits` as a shared 0 or 1 in Z_2^64, for n >= 0 bits.
 *   in    bits[ceil(n / 64)]  xor shares, packed; bits beyond n are ignored
 *   out   z[n]                fresh shares by sum
 *   uses  ceil(n / 64) DABIT
 *   cost  1 opening of ceil(n / 64) words: 1 round, n/8 bytes to each other party
 *   leaks nothing: what is opened is uniform
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same n. */
smpc_err smpi_b2a(struct smpc_session *s, shr *z, const shr *bits, size_t n);
void smpi_b2a_cost(struct smpi_cost *c, size_t n);

/* The local halves, pure: masked := bits ^ packed, m words; z from the opened
 * words and the daBits' shares by sum, n numbers. */
void smpi_b2a_mask(shr *masked, const shr *bits, const uint64_t *packed, size_t m);
void smpi_b2a_combine(shr *z, const pub *opened, const uint64_t *r, int first, size_t n);

#endif
