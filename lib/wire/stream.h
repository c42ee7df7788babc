/* stream.h - a reliable stream of bytes to one peer, not yet encrypted.
 *
 * Two things implement it: nng's byte streams (nng_stream.c) and the simulated
 * network (sim/).  Above it stands the secure channel; nothing else uses it.
 *
 * Sending is asynchronous through a few slots owned by the stream: take a free
 * one, fill it, submit it; it is free again when its bytes have left.  So one
 * thread can encrypt, send and receive at once.  All calls but close() come from
 * one thread at a time. */
#ifndef SMPI_STREAM_H
#define SMPI_STREAM_H

#include "base/err.h"

enum { SMPI_SLOT_LEN = 256 * 1024 }; /* LOCAL: bytes of one sending slot */

struct smpi_stream; /* begins with: const struct smpi_stream_ops *ops; */

struct smpi_stream_ops {
  /* A free slot of SMPI_SLOT_LEN bytes.  None free: NULL at once if !wait, else
   * when one is, or NULL on failure (submit() then tells which). */
  uint8_t *(*slot)(struct smpi_stream *st, bool wait);
  /* Send the first len bytes of the slot last taken. */
  smpc_err (*submit)(struct smpi_stream *st, size_t len);
  /* Wait until everything submitted has left. */
  smpc_err (*flush)(struct smpi_stream *st);
  /* Receive 1..max bytes, as many as are there; waits for the first at most
   * wait_ms: SMPC_E_TIMEOUT.  End of stream: SMPC_E_CLOSED. */
  smpc_err (*recv)(struct smpi_stream *st, uint8_t *buf, size_t max, size_t *got, unsigned wait_ms);
  /* Milliseconds of a steady clock (virtual time in the simulation). */
  uint64_t (*now_ms)(struct smpi_stream *st);
  /* End it from any thread: pending and later calls fail with SMPC_E_CLOSED. */
  void (*close)(struct smpi_stream *st);
  void (*free)(struct smpi_stream *st); /* closes first */
};

struct smpi_stream { const struct smpi_stream_ops *ops; };

#endif
