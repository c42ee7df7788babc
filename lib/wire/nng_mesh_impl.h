/* nng_mesh_impl.h - what nng_mesh.c, nng_accept.c and nng_dial.c share while the
 * links of one mesh come up. */
#ifndef SMPI_NNG_MESH_IMPL_H
#define SMPI_NNG_MESH_IMPL_H

#include <nng/nng.h>
#include <pthread.h>

#include "base/clock.h"
#include "wire/mesh_impl.h"
#include "wire/nng_stream.h"

/* LOCAL: bounds on work for strangers. */
enum {
  SMPI_CALLERS_MAX = 64,       /* connections that have not proved anything yet */
  SMPI_CALLER_STEP_MS = 3000,  /* for each of its two frames                    */
};

enum smpi_peer_state { SMPI_PEER_AWAITED, SMPI_PEER_LINKED, SMPI_PEER_HOPELESS };

struct smpi_opening;

/* A connection from outside, before its first Noise message has been read. */
struct smpi_caller {
  struct smpi_caller *next; /* oldest first */
  struct smpi_opening *opening;
  nng_stream *connection;
  nng_aio *aio;
  enum { SMPI_CALLER_HELLO, SMPI_CALLER_ANSWER, SMPI_CALLER_FIRST, SMPI_CALLER_READY } state;
  bool evicted, refused;
  size_t done;          /* bytes of the present frame          */
  uint64_t deadline_ms; /* when it must be whole, however slowly it comes */
  struct smpi_greeting greeting;
  uint8_t first[SMPI_NOISE_OVERHEAD];
};

struct smpi_dialing {
  struct smpi_opening *opening;
  unsigned peer;
  bool started;
  pthread_t thread;
  nng_aio *aio;
};

struct smpi_opening {
  struct smpi_mesh *mesh;
  const struct smpi_mesh_config *cfg;
  uint64_t deadline_ms; /* of CLOCK_MONOTONIC */

  pthread_mutex_t lock; /* guards all below */
  pthread_cond_t news;
  bool stop;

  nng_stream_listener *listener;
  nng_aio *accept;
  bool accepting, pausing; /* the aio is under way; it only sleeps */
  struct smpi_caller *callers;
  unsigned n_callers;

  struct smpi_dialing dialing[SMPC_MAX_PARTIES];
  enum smpi_peer_state state[SMPC_MAX_PARTIES];
  bool changed[SMPC_MAX_PARTIES];            /* to be told to cfg->watch            */
  struct smpi_fault fault[SMPC_MAX_PARTIES]; /* what was last wrong with this peer  */
};

/* Wait for news at most until `when`; with the lock held. */
void smpi_opening_wait(struct smpi_opening *o, uint64_t when_ms);
/* What an attempt at a link came to; with the lock held. */
void smpi_opening_note(struct smpi_opening *o, unsigned peer, enum smpi_peer_state state, const struct smpi_fault *fault);
/* A stream for the mesh over a connection; owns it. */
smpc_err smpi_opening_stream(struct smpi_opening *o, struct smpi_stream **st, nng_stream *connection);

/* nng_accept.c */
smpc_err smpi_accept_start(struct smpi_opening *o, const char *address, struct smpi_fault *fault);
/* The oldest connection that is ready for its handshake, or NULL; with the lock held. */
struct smpi_caller *smpi_accept_take(struct smpi_opening *o);
void smpi_accept_free(struct smpi_caller *c); /* a taken one; its connection has been passed on */
void smpi_accept_stop(struct smpi_opening *o);

/* nng_dial.c */
smpc_err smpi_dial_start(struct smpi_opening *o, unsigned peer);
void smpi_dial_stop(struct smpi_opening *o); /* o->stop has been set */

#endif
