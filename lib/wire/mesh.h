/* mesh.h - one secure link to every peer, and the one thing done with them: an
 * exchange, in which data flow in both directions between all peers at once.
 *
 * Each link is a byte stream (stream.h) under a secure channel (channel.h,
 * Noise KK).  On it run frames; see docs/wire-format.md.  Deadlines, heartbeats
 * and abort frames live here, so that protocols see none of them.
 *
 * A mesh belongs to one thread; only smpi_mesh_cancel() may be called from
 * another. */
#ifndef SMPI_MESH_H
#define SMPI_MESH_H

#include <stdatomic.h>

#include "base/err.h"

enum { SMPI_CHUNK = 61440 }; /* AGREEMENT: payload bytes of a full record; 2^12 * 15 */

struct smpi_mesh;

struct smpi_mesh_peer {
  char name[64];        /* for messages                              */
  char address[192];    /* what to dial; "" = it dials me            */
  uint8_t link_key[32]; /* its X25519 public key                     */
};

struct smpi_mesh_config {
  unsigned me, n;                       /* my index among n members         */
  const struct smpi_mesh_peer *peer;    /* [n], my own entry unused         */
  const char *listen;                   /* "" = my own address; may bind nothing if that is "" too */
  const uint8_t *link_secret;           /* [32] my X25519 secret key        */
  uint8_t agreement_tag[16];            /* what is to be agreed, in parts: hello.h */
  unsigned timeout_ms, wait_ms;
  const atomic_bool *is_canceled;       /* ends the connecting early; may be NULL */
  /* Told of peers awaited, connected, refused; may be NULL. */
  void (*watch)(void *user, int peer, const char *text);
  void *watch_user;
  struct smpi_fault *peer_fault;        /* [n] or NULL: what is wrong with each link; given, all
                                           links are tried before smpi_mesh_open() fails */
};

/* Connect to all other members over nng (tcp://, ipc://), both sides proving
 * their pinned keys.  Fails after wait_ms, naming who is missing and why. */
smpc_err smpi_mesh_open(struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg, struct smpi_fault *fault);

/* Send what is queued, say goodbye (FIN) and wait for the peers' (only when
 * `orderly`), wipe keys, free.  NULL is allowed. */
void smpi_mesh_close(struct smpi_mesh *mesh, bool orderly);

/* Tell every peer why this party stops, as far as that is possible without
 * waiting; the links are dead afterwards. */
void smpi_mesh_abort(struct smpi_mesh *mesh, smpc_err code, uint64_t step);

/* From any thread: the peers are told at once, as far as that is possible in a tenth of a second for each, and the
 * current or next exchange fails with SMPC_E_CANCELED. */
void smpi_mesh_cancel(struct smpi_mesh *mesh);

/* The Noise handshake hash of the link to `peer`: the same at both ends, unique
 * to this connection.  Not secret. */
void smpi_mesh_binding(const struct smpi_mesh *mesh, unsigned peer, uint8_t out[64]);

/* What goes with every message, compared at the other end: a difference is
 * SMPC_E_DESYNC on both sides. */
struct smpi_tag {
  uint64_t step;     /* number of the operation                    */
  uint64_t program;  /* first 8 bytes of the running program hash  */
};

/* One peer's part of an exchange.  Both lengths are known to both ends
 * beforehand; either may be 0 (then nothing is sent in that direction).
 * The data pass in chunks of SMPI_CHUNK bytes (the last may be shorter):
 *   produce  fills the next chunk to send, just before it is encrypted in place
 *   consume  takes a chunk just after it was authenticated
 * at byte offset `off`, in order of off.  All peers' chunk k are produced before
 * any chunk k is consumed, and consumed, in the order of the flows, before any
 * chunk k + 1 is.  With produce NULL, bytes come from `out`; with consume NULL,
 * they go to `in`. */
struct smpi_flow {
  unsigned peer;
  size_t out_len, in_len;
  const void *out;
  void *in;
  void (*produce)(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len);
  void (*consume)(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len);
  void *ctx;
};

/* Run n flows to n different peers, all at once, in bounded memory.  On failure
 * the session is over: `fault` says who and why, and what was consumed so far
 * must be discarded. */
smpc_err smpi_mesh_exchange(struct smpi_mesh *mesh, const struct smpi_tag *tag, const struct smpi_flow *flow, size_t n,
                            struct smpi_fault *fault);

#endif
