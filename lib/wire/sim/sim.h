/* sim.h - a simulated network: n parties in one process, virtual time.
 *
 * Each party is a thread, but only one runs at a time: a party that must wait
 * hands the baton to another, chosen by a seeded generator among those that can
 * go on.  So the same seed gives the same run, bit for bit.  Time is virtual
 * and moves only when all parties wait; then it jumps to the next event.  It
 * counts latency and bandwidth, never the processor: a run's virtual time is
 * what the network alone would cost.
 *
 * Streams made here stand behind stream.h, so the real channel, frames and
 * exchanges run on them.  Linked into tests and smpc-bench only. */
#ifndef SMPI_SIM_H
#define SMPI_SIM_H

#include "wire/mesh.h"
#include "wire/stream.h"

enum { SMPI_SIM_MAX = 32 };

/* What goes wrong, once, at one exact place of the run. */
enum smpi_sim_what {
  SMPI_SIM_CUT,     /* the link ends: both ends see it closed                      */
  SMPI_SIM_FLIP,    /* bit `amount` of the byte (mod 8), of the message (mod its bits) */
  SMPI_SIM_DELAY,   /* this and later bytes come `amount` microseconds later        */
  SMPI_SIM_CRASH,   /* party `from` dies: its calls fail, its links close           */
  SMPI_SIM_SILENCE  /* party `from` is cut off without a sign: nothing arrives      */
};
enum smpi_sim_where {
  SMPI_SIM_AT_BYTE = 1, /* byte `at` (from 0) of the direction from -> to           */
  SMPI_SIM_AT_SEND,     /* the at-th send (from 1) of party `from`, on any link     */
  SMPI_SIM_AT_RECV      /* instead of the at-th successful receive of party `from`  */
};
struct smpi_sim_fault {
  enum smpi_sim_what what;
  enum smpi_sim_where where;
  unsigned from, to; /* `to` only for AT_BYTE */
  uint64_t at, amount;
};

struct smpi_sim_params {
  uint64_t seed;
  double rtt_ms;     /* round trip of every link; 0 = none                       */
  double mbit_per_s; /* of each direction of each link; 0 = unlimited            */
  const struct smpi_sim_fault *fault; /* [n_faults], must outlive the run         */
  size_t n_faults;
  /* Every send, in the order of the run; len counts ciphertext bytes.  May be NULL. */
  void (*trace)(void *user, unsigned from, unsigned to, const uint8_t *data, size_t len);
  void *trace_user;
};

struct smpi_sim;

/* SMPC_E_ARG: not 1..SMPI_SIM_MAX parties; SMPC_E_NOMEM. */
smpc_err smpi_sim_new(struct smpi_sim **sim, unsigned n, const struct smpi_sim_params *params);
void smpi_sim_free(struct smpi_sim *sim); /* NULL is allowed */

/* Run fn(sim, i, ctx[i]) for each party i to its end; once for each sim.  A
 * party whose fn returns closes its streams.  Every wait has a deadline, so
 * when all parties wait for one another time jumps to the first: no deadlock
 * lasts in real time.
 * SMPC_E_NOMEM: no threads. */
smpc_err smpi_sim_run(struct smpi_sim *sim, void (*fn)(struct smpi_sim *sim, unsigned party, void *ctx),
                      void *const ctx[]);

/* --- inside a party's fn ---------------------------------------------------- */
/* This party's end of the stream to `peer`; once for each peer.  SMPC_E_ARG,
 * SMPC_E_STATE (taken already), SMPC_E_NOMEM. */
smpc_err smpi_sim_stream(struct smpi_stream **st, struct smpi_sim *sim, unsigned party, unsigned peer);

/* Streams to all peers, their handshakes, and an ordinary mesh.  cfg->me must be
 * `party`; addresses are not used.  No thread sends heartbeats: they go out during
 * exchanges, in virtual time. */
smpc_err smpi_sim_mesh_open(struct smpi_sim *sim, unsigned party, const struct smpi_mesh_config *cfg,
                            struct smpi_mesh **mesh, struct smpi_fault *fault);

/* --- what happened ------------------------------------------------------------ */
uint64_t smpi_sim_now_us(const struct smpi_sim *sim);               /* virtual time            */
uint64_t smpi_sim_sends(const struct smpi_sim *sim, unsigned party); /* messages handed over    */
uint64_t smpi_sim_recvs(const struct smpi_sim *sim, unsigned party); /* receives that gave data */
uint64_t smpi_sim_bytes(const struct smpi_sim *sim, unsigned from, unsigned to);

#endif
