/* offline.c - the benches of correlated randomness: how fast a source makes it. */
#include "bench.h"
#include "session/session.h"
#include "triple/cost.h"

/* Make n units of one kind, each time anew; `per_unit` things of interest in a unit. */
static smpc_err run_kind(struct bench *b, enum smpi_corr kind, size_t per_unit) {
  const size_t units = (b->o->n + per_unit - 1) / per_unit;
  struct smpi_demand demand = {{0}, NULL, 0};
  smpc_err err;
  TRY(smpi_triple_open(b->s)); /* base transfers are not part of the rate */
  demand.units[kind] = units;
  for (size_t i = 0; i < b->o->repeat; i++) {
    struct smpi_taken t = {0};
    TRY(barrier(b));
    uint64_t before = smpi_spent(b->s).offline_bytes;
    begin_online(b, i);
    TRY(smpi_triple_prepare(b->s, &demand));
    end_online(b, i);
    b->f.bytes = (double)(smpi_spent(b->s).offline_bytes - before);
    TRY(smpi_triple_take(b->s, &t, kind, units));
    smpi_triple_wipe(&t);
  }
  b->f.repeats = b->o->repeat;
  struct figures f = b->f;
  add_extra(b, "per_second", (double)(units * per_unit) / median(f.seconds, f.repeats));
  add_extra(b, "bytes_each", b->f.bytes / (double)(units * per_unit));
out:
  return err;
}

smpc_err run_triples(struct bench *b) { return run_kind(b, SMPI_TRIPLE, 1); }
smpc_err run_bits(struct bench *b) { return run_kind(b, SMPI_BIT_TRIPLE, 64); }
smpc_err run_edabits(struct bench *b) { return run_kind(b, SMPI_EDABIT, 64); }
smpc_err run_dabits(struct bench *b) { return run_kind(b, SMPI_DABIT, 64); }
smpc_err run_truncs(struct bench *b) { return run_kind(b, SMPI_TRUNC, 1); }
