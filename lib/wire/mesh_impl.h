/* mesh_impl.h - the insides of a mesh, for mesh.c, handshake.c, exchange.c and nng_mesh.c. */
#ifndef SMPI_MESH_IMPL_H
#define SMPI_MESH_IMPL_H

#include "wire/hello.h"
#include "wire/link.h"
#include "wire/mesh_attach.h"
#include "wire/noise.h"

/* LOCAL: milliseconds for a handshake, for an abort frame to be read before the stream closes, and between two looks
 * whether what waits was stopped. */
enum { SMPI_HANDSHAKE_MS = 5000, SMPI_LINGER_MS = 300, SMPI_LOOK_MS = 200 };

struct smpi_member {
  char name[64];
  uint8_t key[32];
  struct smpi_link *link; /* NULL until it is up */
};

/* One flow's progress through an exchange. */
struct smpi_pump {
  const struct smpi_flow *flow;
  struct smpi_link *link;
  size_t out, in; /* bytes sent and consumed so far */
};

struct smpi_mesh {
  unsigned me, n, timeout_ms;
  struct smpi_member member[SMPC_MAX_PARTIES];
  struct smpi_pump pump[SMPC_MAX_PARTIES];
  uint8_t *secret; /* [32] */
  uint8_t agreement_tag[16];
  atomic_bool canceled;

  pthread_mutex_t tag_lock;
  struct smpi_tag tag; /* of the current or last exchange, for heartbeats */

  /* The first failure of an exchange, for the abort frames that follow it. */
  smpc_err root; /* as the peer that noticed it first named it */
  int blame;     /* member index or -1 */

  pthread_t ticker;
  pthread_mutex_t ticker_lock;
  pthread_cond_t ticker_wake;
  bool has_ticker, stop_ticker;
};

/* Heartbeats over all links idle for a quarter of the time-out. */
void smpi_mesh_beat(struct smpi_mesh *m);

/* --- handshake.c ------------------------------------------------------------
 * Both hellos of a connection; the dialer's stands first in the prologue. */
struct smpi_greeting {
  struct smpi_hello mine, theirs;
  uint8_t mine_bytes[SMPI_HELLO_LEN], theirs_bytes[SMPI_HELLO_LEN];
};
/* My hello to `peer`, with a fresh run id.  SMPC_E_RNG. */
smpc_err smpi_greeting_make(struct smpi_greeting *g, const struct smpi_mesh *m, unsigned peer);

/* Go on where an acceptor stands after the hellos and the dialer's first Noise
 * message; otherwise as smpi_mesh_attach(). */
smpc_err smpi_mesh_attach_greeted(struct smpi_mesh *m, unsigned peer, struct smpi_stream *stream,
                                  const struct smpi_greeting *g, const uint8_t message[SMPI_NOISE_OVERHEAD],
                                  struct smpi_fault *fault);

#endif
