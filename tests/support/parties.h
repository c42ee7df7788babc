/* parties.h - run a joint program at n parties in one process, on the simulated
 * network, through the real session, channel and frames.
 *
 *     static void body(struct smpc_session *s, unsigned me, void *ctx) { ... }
 *     ...
 *     parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = 1}, body, ctx);
 *
 * Keys and the library's randomness come from the seed, so that the same seed
 * gives the same run, bit for bit.  The tap (tap.h) shows what is sent once the
 * session is open.  Assertions made inside a body end the whole
 * program (cmocka cannot leave another thread): prefer to store, and to assert
 * after the run. */
#ifndef PARTIES_H
#define PARTIES_H

#include <smpc.h>

#include "session/session_impl.h"
#include "wire/sim/sim.h"

/* Zero means: the default. */
struct parties {
  unsigned n;              /* members, without the dealer                               */
  bool dealer;             /* one more member, the last: it serves                      */
  smpc_source source;      /* of correlated randomness: SMPC_DEALER                     */
  const unsigned *roles;   /* [n]; default: all three roles for everybody               */
  unsigned frac_bits;      /* 20 */
  unsigned timeout_ms;     /* 5000, of virtual time */
  uint64_t seed;
  double rtt_ms, mbit_per_s;
  const struct smpi_sim_fault *fault; /* member indices, handshakes included */
  size_t n_faults;
  uint64_t entropy_fails_at; /* the k-th call of the run, counted by seam_entropy_count() */
  void (*trace)(void *user, unsigned from, unsigned to, const uint8_t *data, size_t len); /* ciphertext */
  void *trace_user;
  /* Change one member's configuration before it opens; may be NULL. */
  void (*configure)(smpc_config *cfg, unsigned me, void *ctx);
  smpc_watch_fn watch; /* of all members, with the body's ctx */
};

struct parties_result {
  unsigned members;
  smpc_err open[SMPC_MAX_PARTIES];  /* of smpi_session_open_on()                  */
  smpc_err close[SMPC_MAX_PARTIES]; /* of smpi_session_close(); the first failure */
  struct smpi_fault fault[SMPC_MAX_PARTIES];
  struct smpi_cost spent[SMPC_MAX_PARTIES]; /* after the body            */
  uint64_t sends[SMPC_MAX_PARTIES], recvs[SMPC_MAX_PARTIES]; /* of the network */
  uint64_t sends_open[SMPC_MAX_PARTIES], recvs_open[SMPC_MAX_PARTIES]; /* of these: before the body */
  uint64_t bytes[SMPC_MAX_PARTIES][SMPC_MAX_PARTIES]; /* ciphertext, from and to */
  uint64_t us;                      /* virtual time in all                        */
};

/* What one party does between opening and closing.  The dealer's is to serve. */
typedef void (*parties_body)(struct smpc_session *s, unsigned me, void *ctx);

/* Run it; r tells how it went.  A member whose session does not open skips its body. */
void parties_run(const struct parties *p, parties_body body, void *ctx, struct parties_result *r);

/* Run it and fail the test, saying who and why, unless all members opened and
 * closed well and everything allocated was given back. */
void parties_run_ok(const struct parties *p, parties_body body, void *ctx, struct parties_result *r /* or NULL */);

/* Rounds and bytes of the first n members: the most of any. */
struct smpi_cost parties_busiest(const struct parties_result *r, unsigned n);

/* The configuration and link key of member `me`, as a run gives them. */
void parties_config(smpc_config *cfg, uint8_t link_secret[32], const struct parties *p, unsigned me);

/* --- shares of all parties, gathered ------------------------------------------
 * Each body puts its own; afterwards the test reconstructs. */
struct shares {
  unsigned parties; /* computing */
  size_t n;
  shr *of[SMPC_MAX_COMPUTING];
};
void shares_new(struct shares *sh, unsigned parties, size_t n); /* zeroes */
void shares_free(struct shares *sh);
/* Split clear[n] at random, by sum or by xor; each body then reads sh->of[rank]. */
void shares_split(struct shares *sh, const uint64_t *clear, bool by_xor, uint64_t seed);
/* The value shared as of[..][i]. */
uint64_t shares_sum(const struct shares *sh, size_t i);
uint64_t shares_xor(const struct shares *sh, size_t i);

/* A repeatable word for test data: SplitMix64. */
uint64_t test_random(uint64_t *state);

#endif
