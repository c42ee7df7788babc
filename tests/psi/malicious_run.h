/* malicious_run.h - a reveal of two sets in a session against malicious parties. */
#ifndef MALICIOUS_RUN_H
#define MALICIOUS_RUN_H

#include "psi_sets.h"

static inline struct parties setting(uint64_t seed) {
  return (struct parties){.n = 2, .seed = seed, .source = SMPC_OT, .configure = stand_against_all};
}

static inline void make_run(struct psi_run *r, const struct psi_sets *p, unsigned to, uint64_t padded) {
  psi_run_make(r, p, to);
  r->q.size_a = padded;
  r->q.size_b = padded ? padded + 3 : 0;
}

/* Exchanges: agreement; of the receiver, 0: an offer, trees, two rounds of corrections, two responses, the
 * check's question, the store; of the sender, 1: points, the binding to its salt, two coins, sums, the check's answer,
 * masks; the session's end. */
enum { AGREEMENT = 1, BASE = 2, STORE = 9, MASKS = 8 };
enum { END_0 = 10, END_1 = 9 };

#endif
