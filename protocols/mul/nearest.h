/* nearest.h - division of shared values by 2^f, rounded to nearest. */
#ifndef SMPI_NEAREST_H
#define SMPI_NEAREST_H

#include "triple/triple.h"

/* z := floor(x / 2^f + 1/2), where f is the session's frac_bits and
 * -2^62 <= x < 2^62 - 2^(f-1) as a signed number.
 *   in    x[n]    this party's shares
 *   out   z[n]    fresh shares; may be x
 *   error bound   |z 2^f - x| <= 2^(f-1): half a unit in the last place, always;
 *                 halves go up; a function of x alone
 *   uses  n truncation tuples, and what smpi_less() uses for n numbers
 *   cost  for each 2^20 elements or part of it: 1 opening of n elements (1 round,
 *         8 n bytes to each other party), then smpi_less(): 9 rounds, 38.625 n bytes
 *   leaks nothing: what is opened is uniform
 *   error z is wiped; SMPC_E_* of the pool or of the network
 * A value outside the range gives a wrong result, unnoticed. */
smpc_err smpi_trunc_nearest(struct smpc_session *s, shr *z, const shr *x, size_t n);

void smpi_trunc_nearest_cost(struct smpi_cost *c, size_t n);

#endif
