/* sweep.h - count what can fail in a joint program, then fail each in turn.
 *
 * A dry run counts allocations, random calls, sends and receives of all parties
 * together; then, for every k, the k-th of them fails, in a run of its own.
 * After each, and always:
 *   - every party has ended, in bounded virtual time
 *   - its error is one that this fault may cause, and somebody has the exact one
 *   - its outputs are valid where it succeeded and zeroed where it failed
 *   - everything allocated was given back */
#ifndef SWEEP_H
#define SWEEP_H

#include "support/parties.h"

enum sweep_what {
  SWEEP_ALLOC,  /* SMPC_E_NOMEM                            */
  SWEEP_RANDOM, /* SMPC_E_RNG                              */
  SWEEP_CUT,    /* the link in use is cut                  */
  SWEEP_CRASH,  /* the party dies                          */
  SWEEP_SILENCE,/* the party is cut off without a sign     */
  SWEEP_FLIP,   /* one bit of a message is altered         */
  SWEEP_DELAY,  /* a message is late, within the deadline: no error at all */
  SWEEP_WHATS
};

struct sweep {
  const char *name;
  struct parties p;
  parties_body body;
  void *ctx;
  /* NULL when member me's outputs are what its error allows, else what is wrong.
   * `ran`: its body was reached. */
  const char *(*judge)(void *ctx, unsigned me, bool ran);
  unsigned every; /* try each every-th k only; 0 = all */
};

/* Returns the number of runs; fails the test at the first that is wrong. */
unsigned sweep(const struct sweep *sw, enum sweep_what what);

/* The same for faults of the network at `places` bytes, spread over each direction. */
unsigned sweep_bytes(const struct sweep *sw, enum sweep_what what, unsigned places);

#endif
