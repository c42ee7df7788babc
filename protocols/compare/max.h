/* max.h - the largest of a shared vector. */
#ifndef SMPI_MAX_H
#define SMPI_MAX_H

#include "session/session.h"

/* *max := the largest of x[n] as signed numbers, n >= 1, where any two differ by
 * less than 2^63.
 *   in    x[n]   this party's shares (by sum)
 *   out   max    a fresh share when n > 1; for n = 1 a copy of x[0]
 *   uses  what n - 1 calls of smpi_less() and smpi_select() use, a level at a time
 *   cost  ceil(log2 n) levels of 9 rounds: comparing and selecting the halves of
 *         what is left; about 47 (n - 1) bytes to each other party
 *   leaks nothing: not even where the largest stands
 *   error *max is wiped; SMPC_E_ARG (n = 0), SMPC_E_* of the source, of memory or
 *         of the network
 * All computing parties call it at the same step with the same n. */
smpc_err smpi_max(struct smpc_session *s, shr *max, const shr *x, size_t n);
void smpi_max_cost(struct smpi_cost *c, size_t n);

#endif
