/* sim_impl.h - the insides of the simulated network, for its own files.
 *
 * One mutex guards everything.  Times are nanoseconds of virtual time. */
#ifndef SMPI_SIM_IMPL_H
#define SMPI_SIM_IMPL_H

#include <pthread.h>

#include "sim.h"

#define SMPI_SIM_NEVER UINT64_MAX

/* LOCAL: how many sends may wait for the wire, and in what pieces they arrive. */
enum { SMPI_SIM_SLOTS = 4, SMPI_SIM_PIECE = 16 * 1024 };

struct smpi_sim_segment { /* one send, on its way */
  struct smpi_sim_segment *next;
  uint64_t start; /* when its first byte enters the wire */
  uint64_t delay; /* added by a fault                    */
  size_t len, read, cap;
  uint8_t data[];
};

struct smpi_sim_pipe { /* one direction of a link */
  struct smpi_sim_segment *head, *tail, *spare;
  uint64_t bytes;                   /* sent so far                                    */
  uint64_t unread;                  /* sent and not yet read                          */
  uint64_t departs[SMPI_SIM_SLOTS]; /* when the latest sends leave, oldest overwritten */
  unsigned turn;                    /* which of departs is next                       */
  uint64_t wire_free;               /* when the wire is idle again                    */
  uint64_t last_arrival;
  uint64_t delay;                   /* from now on, by a fault                        */
  uint64_t eof_at;                  /* when the reader sees the end                   */
  uint64_t broken_at;               /* when the writer sees it                        */
  bool silent;                      /* what is sent vanishes                          */
  bool lost;                        /* what is on its way will not arrive             */
};

struct smpi_sim_end { /* one party's end of a link */
  struct smpi_stream base;
  struct smpi_sim *sim;
  unsigned me, peer;
  struct smpi_sim_pipe *out, *in;
  uint8_t *slot;
  bool taken, closed, timed_out;
};

enum smpi_sim_wait {
  SMPI_SIM_GO,
  SMPI_SIM_WAIT_RECV,
  SMPI_SIM_WAIT_SLOT,
  SMPI_SIM_WAIT_FLUSH,
  SMPI_SIM_POLL, /* asks without waiting, again and again */
  SMPI_SIM_DONE
};

struct smpi_sim_party {
  pthread_t thread;
  pthread_cond_t turn;
  enum smpi_sim_wait wait;
  struct smpi_sim_end *end; /* what it waits on */
  uint64_t deadline;
  bool crashed;
  unsigned polls;           /* in a row, without success */
  bool poked;               /* something happened on one of its links since it polled */
  uint64_t sends, recvs;
};

struct smpi_sim {
  unsigned n;
  struct smpi_sim_params par;
  pthread_mutex_t lock;
  pthread_cond_t all_done;
  unsigned done;
  int running; /* whose turn it is, or -1 */
  uint64_t now, rng, latency, window;
  bool ran;
  struct smpi_sim_party party[SMPI_SIM_MAX];
  struct smpi_sim_pipe *pipe; /* [n * n], from * n + to */
  struct smpi_sim_end *end;   /* [n * n], me * n + peer */
  void (*fn)(struct smpi_sim *sim, unsigned party, void *ctx);
  void *const *ctx;
};

/* pipe.c: all with the lock held */
uint64_t smpi_sim_arrival(const struct smpi_sim *sim, const struct smpi_sim_pipe *p); /* of the next unread byte */
uint64_t smpi_sim_eof(const struct smpi_sim_pipe *p); /* when the reader sees the end */
uint64_t smpi_sim_slot_at(const struct smpi_sim *sim, const struct smpi_sim_end *e);  /* when one is free        */
uint64_t smpi_sim_flush_at(const struct smpi_sim_end *e);
smpc_err smpi_sim_put(struct smpi_sim *sim, struct smpi_sim_pipe *p, const uint8_t *data, size_t len);
size_t smpi_sim_get(struct smpi_sim *sim, struct smpi_sim_pipe *p, uint8_t *out, size_t max);
void smpi_sim_drain(struct smpi_sim_pipe *p); /* free what is left */

/* fault.c */
void smpi_sim_close_end(struct smpi_sim_end *e);
void smpi_sim_crash(struct smpi_sim *sim, unsigned party);
/* The faults due at this operation of e's party are applied. */
void smpi_sim_fault_op(struct smpi_sim_end *e, enum smpi_sim_where where, uint8_t *data, size_t len);
/* How many of the len bytes now sent on e still go out, after the faults at bytes. */
size_t smpi_sim_fault_bytes(struct smpi_sim_end *e, uint8_t *data, size_t len);
/* The fault at the byte now reached, which kept the rest from going out. */
void smpi_sim_fault_stop(struct smpi_sim_end *e);

/* sched.c: with the lock held, by the running party */
void smpi_sim_wait(struct smpi_sim_end *e, enum smpi_sim_wait what, uint64_t deadline);
void smpi_sim_poll(struct smpi_sim_end *e);

#endif
