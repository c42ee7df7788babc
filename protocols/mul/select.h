/* select.h - one of two shared values, by a shared bit. */
#ifndef SMPI_SELECT_H
#define SMPI_SELECT_H

#include "triple/triple.h"

/* z := bit ? x : y, elementwise; bit[i] shares a whole 0 or 1.
 *   in    bit[n], x[n], y[n]   this party's shares
 *   out   z[n]                 fresh shares; may be x, y or bit
 *   uses  n triples
 *   cost  as smpi_beaver_mul(): 1 round, 16 n bytes to each other party, for each 2^20
 *   leaks nothing
 *   error z is wiped; SMPC_E_* of the pool or of the network */
smpc_err smpi_select(struct smpc_session *s, shr *z, const shr *bit, const shr *x, const shr *y, size_t n);

void smpi_select_cost(struct smpi_cost *c, size_t n);

#endif
