/* open.h - opening shared vectors to the computing parties.
 *
 * Only masked values are opened by protocols; results leave through smpc_open(),
 * which re-randomises them first (share/release.h). */
#ifndef SMPI_OPEN_H
#define SMPI_OPEN_H

#include "session/session.h"

enum smpi_join { SMPI_SUM, SMPI_XOR }; /* how the shares make up the value */

/* out[n] := the values shared as in[n]; out and in may be the same memory.
 *   cost  1 round, 8n bytes to each other party; above 64 KiB and P > 2
 *         distributed: 2 rounds for each 4 Mi elements, 16n (P-1)/P bytes in all
 *   error out is wiped; SMPC_E_ARG (n too large), SMPC_E_* of memory or network
 * All computing parties call it at the same step with the same n and join. */
smpc_err smpi_open_all(struct smpc_session *s, pub *out, const shr *in, size_t n, enum smpi_join join);

/* The streamed form: nothing of length n is held.
 *   mask(ctx, first, n, out)     my shares of elements first .. first+n-1
 *   combine(ctx, first, n, val)  takes the opened values of those elements
 * Both may be called in pieces, in any order, each element once for combine and
 * once or several times for mask, never after combine; both are pure.  On failure
 * some elements may have been combined: the caller wipes what it made. */
struct smpi_opening {
  void (*mask)(void *ctx, size_t first, size_t n, shr *out);
  void (*combine)(void *ctx, size_t first, size_t n, const pub *value);
  void *ctx;
  enum smpi_join join;
};
smpc_err smpi_open_stream(struct smpc_session *s, size_t n, const struct smpi_opening *op);

void smpi_open_cost(struct smpi_cost *c, size_t n);

#endif
