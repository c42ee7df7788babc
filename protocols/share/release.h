/* release.h - revealing a result to chosen members. */
#ifndef SMPI_RELEASE_H
#define SMPI_RELEASE_H

#include "share/open.h"

/* out[n] := the values shared (by sum) as x[n], at the members of `to` alone.
 *   in    x[n]    at computing parties (NULL is allowed elsewhere)
 *   out   out[n]  written at recipients alone (NULL is allowed elsewhere); not x
 *   cost  1 round, 8n bytes from each computing party to each recipient other
 *         than itself; when `to` is exactly the computing parties, they are more
 *         than two and 8n > 64 KiB, as smpi_open_all()
 *   leaks the values to the recipients; the shares are re-randomised, so that
 *         nothing else about how x was computed is seen
 *   error out is wiped; SMPC_E_ARG (`to` is empty)
 * `to` holds members only: the caller has checked that.  All members call
 * it at the same step with the same n and `to`. */
smpc_err smpi_release(struct smpc_session *s, uint64_t *out, const shr *x, size_t n, smpc_who to);

/* What the busiest party sends.  recipients: how many; computing: how many of
 * them compute. */
void smpi_release_cost(struct smpi_cost *c, size_t n, unsigned recipients, unsigned computing);

#endif
