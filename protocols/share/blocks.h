/* blocks.h - an elementwise operation on long vectors, block after block, so that
 * its memory is bounded. */
#ifndef SMPI_BLOCKS_H
#define SMPI_BLOCKS_H

#include "base/bytes.h"
#include "base/mem.h"
#include "session/session.h"

/* z[n] := the operation on x[n] and y[n]; on error the caller wipes z. */
typedef smpc_err smpi_block_fn(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);

/* z[n] := run() on x[n], y[n] in blocks of at most `block` elements, an AGREEMENT
 * constant of session/agreed.h.  z may be x or y if run() allows it.
 *   error z is wiped; the session's fault, or that of run() */
static inline smpc_err smpi_blocks_run(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n,
                                       size_t block, smpi_block_fn *run) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += block) err = run(s, z + i, x + i, y + i, smpi_min(block, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

#endif
