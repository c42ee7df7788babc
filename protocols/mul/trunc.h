/* trunc.h - division of shared values by 2^f. */
#ifndef SMPI_TRUNC_H
#define SMPI_TRUNC_H

#include "triple/triple.h"

/* z := x / 2^f rounded at random to one of its two neighbours, where f is the
 * session's frac_bits and |x| < 2^62 as a signed number: rounded up with
 * probability (x mod 2^f) / 2^f, so right on average, and exact for multiples of 2^f.
 *   in    x[n]    this party's shares
 *   out   z[n]    fresh shares; may be x
 *   error bound   |z 2^f - x| < 2^f: less than 1 unit in the last place, always
 *   uses  n truncation tuples, wiped
 *   cost  for each 2^20 elements or part of it: 1 round, 8 n bytes sent to each
 *         other party; with P > 2 and n > 8192, 2 rounds and 16 n (P-1)/P bytes in all
 *   leaks nothing of x; the opened c is uniform.  But the functionality is not
 *         "a uniform rounding bit that nobody knows": it hands c mod 2^f to every
 *         party, and the rounding is a function of it and of x mod 2^f.
 *   error z is wiped; SMPC_E_* of the pool or of the network
 * A value outside the range gives a wrong result, unnoticed. */
smpc_err smpi_trunc_probabilistic(struct smpc_session *s, shr *z, const shr *x, size_t n);

void smpi_trunc_probabilistic_cost(struct smpi_cost *c, size_t n);

#endif
