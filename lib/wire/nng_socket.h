/* nng_socket.h - the socket under a TCP stream of nng.
 *
 * A receive by nng that finds nothing asks nng's polling thread to watch the socket.  What
 * arrives then wakes that thread first, which wakes the receiver: two changes of threads where
 * a receive from the socket itself has one, and twice the round trip.  nng does not tell the
 * descriptor; it is found by its two addresses, which no other stream of the process has. */
#ifndef SMPI_NNG_SOCKET_H
#define SMPI_NNG_SOCKET_H

#include <nng/nng.h>

#include "base/err.h"

/* The descriptor of a tcp:// stream.  It stays nng's, and open until nng_stream_free(); nng must not be told to
 * read from it, nor to write while others write.  -1: another kind of stream, or not found (no /dev/fd). */
int smpi_nng_socket(nng_stream *connection);

/* Send what the socket takes now of len > 0 bytes.  Nothing: SMPC_E_TIMEOUT; broken: SMPC_E_CLOSED. */
smpc_err smpi_socket_send(int socket, const uint8_t *buf, size_t len, size_t *sent);

/* Receive 1..max bytes, as many as are there, and wait for the first at most wait_ms: SMPC_E_TIMEOUT.  End of
 * stream, shutdown by another thread: SMPC_E_CLOSED. */
smpc_err smpi_socket_receive(int socket, uint8_t *buf, size_t max, size_t *got, unsigned wait_ms);

#endif
