/* nng_stream.h - stream.h over nng's byte streams. */
#ifndef SMPI_NNG_STREAM_H
#define SMPI_NNG_STREAM_H

#include <nng/nng.h>

#include "wire/stream.h"

/* A stream over a connection, which it owns from here on, even if the call
 * fails.  slot(wait) and flush() wait at most patience_ms for progress. */
smpc_err smpi_nng_stream_new(struct smpi_stream **st, nng_stream *connection, unsigned patience_ms);

#endif
