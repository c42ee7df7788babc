/* mesh_attach.h - a mesh put together from streams that are already connected.
 *
 * nng_mesh.c does so with nng's streams, sim/ with simulated ones.  Afterwards
 * everything goes through mesh.h. */
#ifndef SMPI_MESH_ATTACH_H
#define SMPI_MESH_ATTACH_H

#include "wire/mesh.h"
#include "wire/stream.h"

/* An empty mesh for cfg->n members; copies what it needs of cfg (names, keys,
 * tag, timeout_ms).  No thread is started.  SMPC_E_ARG, SMPC_E_NOMEM. */
smpc_err smpi_mesh_new(struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg, struct smpi_fault *fault);

/* Run the handshake with `peer` over a connected stream and add the link; one
 * end says dialer, the other not.  Blocks until the link is up, at most for the
 * handshake deadline.  The mesh owns the stream from here on; when the call
 * fails it has been freed.
 *   error SMPC_E_VERSION, _PARAM (the peer claims another agreement or index),
 *         _AUTH (it does not hold the pinned key), _FORMAT, _TIMEOUT, _CLOSED,
 *         _STATE (a link to this peer is up already), _NOMEM, _RNG
 * Members that attach one peer after the other, each in ascending order of the
 * peers, never wait for one another in a circle.  Calls for different peers may
 * come from different threads.
 *
 * What the mesh asks of a stream beyond stream.h: one thread may receive while
 * another sends (only if smpi_mesh_start_ticker() was called); slot(wait) may
 * give up after a while, then submit(st, 0) says SMPC_E_TIMEOUT and the mesh
 * looks for signs of life before it asks again; after any other failure
 * submit(st, 0) tells the reason. */
smpc_err smpi_mesh_attach(struct smpi_mesh *mesh, unsigned peer, struct smpi_stream *stream, bool dialer,
                          struct smpi_fault *fault);

/* Start the thread that sends heartbeats while the caller is busy elsewhere
 * (scanning a database).  Without it, heartbeats go out only during exchanges:
 * right for simulated time.  SMPC_E_NOMEM. */
smpc_err smpi_mesh_start_ticker(struct smpi_mesh *mesh);

#endif
