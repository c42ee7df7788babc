/* estimate.c - how long counting takes, and what it says: a program of 100
 * steps with products, a comparison and an opening over n elements. */
#include "bench.h"
#include "session/session.h"

enum { STEPS = 100 };

static void program(smpc_session *s, void *user) {
  const struct bench *b = user;
  smpc_shape shape = {b->o->n, 1};
  smpc_party first = smpc_p(smpi_member_of_rank(b->s, 0));
  smpc_shared *x = smpc_input_i64(s, first, NULL, shape); /* counting reads no data */
  for (int i = 0; i < STEPS; i++) {
    smpc_shared *product = smpc_mul(s, x, x);
    smpc_shared_free(s, x);
    x = product;
  }
  smpc_shared *half = smpc_scale_i64(s, 2, x, 1), *less = smpc_less(s, x, half);
  smpc_shared_free(s, x);
  smpc_shared_free(s, half);
  smpc_shared_free(s, less);
}

smpc_err run_estimate(struct bench *b) {
  smpc_cost cost = {0};
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < b->o->repeat; i++) {
    TRY(barrier(b));
    begin_online(b, i);
    TRY(smpc_estimate(b->cfg, program, b, &cost));
    end_online(b, i);
  }
  b->f.repeats = b->o->repeat;
  b->f.rounds = (double)cost.rounds;
  b->f.bytes = (double)cost.bytes;
  add_extra(b, "triples", (double)cost.triples);
  add_extra(b, "offline_bytes", (double)cost.offline_bytes);
out:
  return err;
}
