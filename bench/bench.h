/* bench.h - what the files of smpc-bench share.
 *
 * main.c reads the options; deploy.c opens the sessions (processes on this
 * machine, one party of a real deployment, or threads on the simulated network)
 * and calls run_bench() in each; jobs.c and link.c do the work; figures.c
 * gathers what the parties measured and writes it. */
#ifndef BENCH_H
#define BENCH_H

#include <smpc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_REPEAT = 101, MAX_EXTRA = 16 };

struct options {
  const char *bench;
  unsigned local;          /* this many processes here, 0 = another mode       */
  const char *config;      /* party.yaml of one party of a real deployment     */
  int party;               /* its index, or -1: the scheduler's, if it has one */
  bool is_sim;
  double rtt_ms, mbit_per_s;
  smpc_source source;      /* of correlated randomness, on this machine        */
  size_t n, rows, cols, inner;
  size_t batch;            /* logreg */
  unsigned epochs;
  bool is_fine;
  unsigned repeat;
  unsigned timeout_s;
  unsigned k;              /* transfers: bits of a small field              */
  bool is_silent;          /* cot: few bytes, more work                     */
  bool is_active;          /* against malicious parties, where both exist  */
  uint64_t memory;         /* psi: bytes that a set may take, the rest being on disk; 0: all of it */
  const char *scratch;     /* psi: a folder there                           */
  bool json;               /* nothing but the JSON line */
};

/* What one party measured. */
struct figures {
  size_t repeats;
  double begin[MAX_REPEAT], end[MAX_REPEAT]; /* of the online part, on this party's clock */
  double seconds[MAX_REPEAT];                /* between them; after report(): of the slowest */
  double offline[MAX_REPEAT];
  double cpu[MAX_REPEAT];  /* processor time of all threads meanwhile, online */
  double rounds, bytes;    /* of one repeat, online */
  double offline_bytes;    /* of one repeat, by this party */
  double peak_rss;
};

/* One party's run. */
struct bench {
  const struct options *o;
  smpc_session *s;
  const smpc_config *cfg;
  double (*now)(const struct bench *b); /* seconds, of a clock that suits the network */
  void *clock;
  struct figures f;
  struct { const char *name; double value; } extra[MAX_EXTRA]; /* printed by the first party */
  size_t extras;
};

/* --- deploy.c --------------------------------------------------------------- */
/* Run o->bench as the options say, this process or its children being the
 * parties.  Returns the exit code; what went wrong is on stderr. */
int deploy(const struct options *o);
/* The documented exit code of an error, and a line on stderr about it. */
int complain(const smpc_failure *f);

/* --- jobs.c, link.c, estimate.c, offline.c ------------------------------------------------ */
struct job {
  const char *name, *what;
  smpc_err (*run)(struct bench *b);
  bool needs_source; /* of correlated randomness */
};
const struct job *find_job(const char *name); /* NULL: no such bench */
const struct job *job_at(size_t i);           /* NULL beyond the last */
smpc_err run_link(struct bench *b);
smpc_err run_logreg(struct bench *b);
smpc_err run_estimate(struct bench *b);
smpc_err run_psi(struct bench *b);
smpc_err run_psi_ecdh(struct bench *b);
smpc_err run_psi_join(struct bench *b); /* psi_join.c */
smpc_err run_psi_sum(struct bench *b);
smpc_err run_psi_distinct(struct bench *b);
smpc_err run_cot(struct bench *b); /* ot.c */
smpc_err run_rot(struct bench *b);
smpc_err run_triples(struct bench *b);
smpc_err run_bits(struct bench *b);
smpc_err run_dabits(struct bench *b);
smpc_err run_edabits(struct bench *b);
smpc_err run_truncs(struct bench *b);
smpc_err run_vole(struct bench *b); /* vole.c */
smpc_err run_okvs(struct bench *b);
smpc_err run_journal(struct bench *b); /* journal.c */

/* Send len bytes to every other computing party and receive as many at once,
 * without work at either end; seconds it took at this party. */
smpc_err time_duplex(struct bench *b, size_t len, double *seconds);
/* Let all computing parties come to the same point. */
smpc_err barrier(struct bench *b);

/* --- plain.c: the network without this library -------------------------------- */
/* A socket between the first two computing parties, for them to close; -1 where it cannot be had
 * (simulated network, a firewall), and at the others.  Then at both: seconds of 64 bytes there and back;
 * bytes a second in one direction (writes of 1 MiB).  0: it broke. */
int plain_open(struct bench *b);
double plain_round_trip(const struct bench *b, int fd);
double plain_rate(const struct bench *b, int fd);

/* --- figures.c ------------------------------------------------------------------ */
void add_extra(struct bench *b, const char *name, double value);
double median(double *v, size_t n); /* sorts v */
/* Begin and end the online part of repeat i. */
void begin_online(struct bench *b, size_t i);
void end_online(struct bench *b, size_t i);
/* Make the figures those of the slowest of all, then print at the first. */
smpc_err report(struct bench *b);

#endif
