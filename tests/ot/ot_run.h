/* ot_run.h - run an extension at n parties on the simulated network and hold what
 * every pair got against the relation of correlated transfers. */
#ifndef OT_RUN_H
#define OT_RUN_H

#include "support/test.h" /* first: cmocka's prerequisites */

#include "ot/cot.h"
#include "support/parties.h"

enum { OT_MOST = 3 }; /* parties */

struct ot_run {
  unsigned parties, k;
  bool is_active;
  size_t n[OT_MOST][OT_MOST]; /* transfers from sender to receiver, by rank */
  unsigned repeat;            /* extensions, default 1: the last is kept     */
  bool is_one_way;            /* 2 parties: opened from 0 to 1 alone          */
  bool by_callback;           /* passive: without arrays                    */

  blk delta[OT_MOST][OT_MOST]; /* the sender's for the receiver             */
  blk *q[OT_MOST][OT_MOST], *t[OT_MOST][OT_MOST];
  uint64_t *b[OT_MOST][OT_MOST];
  uint64_t first[OT_MOST][OT_MOST]; /* callbacks: number of the first transfer */
  uint64_t rounds_open[OT_MOST], bytes_open[OT_MOST], rounds[OT_MOST], bytes[OT_MOST]; /* of opening, of extending */
  smpc_err err[OT_MOST];
  bool is_wiped[OT_MOST];      /* after a failure: results and Deltas are zero */
};

void ot_run(struct ot_run *o);                  /* all must succeed */
void ot_run_cheated(struct ot_run *o, struct parties_result *r); /* nothing is asserted */
void ot_run_end(struct ot_run *o);
/* Transfers for which t != q + b Delta, of all pairs. */
size_t ot_run_wrong(const struct ot_run *o);

#endif
