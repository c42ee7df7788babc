/* zero.h - fresh random sharings of zero, without communication. */
#ifndef SMPI_ZERO_H
#define SMPI_ZERO_H

#include "share/open.h"

/* A sharing of as many zeroes as are asked for: position and use of the pairs'
 * streams advance once, at opening; afterwards it may be read anywhere, in any
 * order, repeatedly, and gives the same shares again. */
struct smpi_zero;

/* Computing parties only, all at the same step.  0 rounds.
 * SMPC_E_STATE (does not compute), SMPC_E_NOMEM. */
smpc_err smpi_zero_open(struct smpc_session *s, struct smpi_zero **z);
void smpi_zero_close(struct smpi_zero *z); /* wipes; NULL is allowed */

/* x[n] := x joined with this party's shares of zeroes first .. first + n - 1.
 * The two ways of joining give different sharings: use one of them for each z. */
void smpi_zero_join(struct smpi_zero *z, shr *x, size_t first, size_t n, enum smpi_join join);

/* The same at once: x[n] := x joined with a fresh sharing of n zeroes. */
smpc_err smpi_zero_refresh(struct smpc_session *s, shr *x, size_t n, enum smpi_join join);

/* The local step, pure: join the stream of one pair; `lower` at its party of
 * lower rank, which adds, while the other subtracts (xor: both the same). */
void smpi_zero_apply(shr *x, const uint64_t *stream, size_t n, enum smpi_join join, int lower);

#endif
