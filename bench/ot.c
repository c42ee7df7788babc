/* ot.c - the benches of oblivious transfer: from the first computing party to
 * each other one, into memory that has been touched before. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ot/rot.h"
#include "ot/silent.h"

/* What one party keeps; for each other party as many transfers. */
struct transfers {
  struct smpi_cot_passive *passive;
  struct smpi_cot_active *active;
  struct smpi_silent *silent;
  struct smpi_tccr *hash;
  blk *x, *y;  /* q, or t; m0 and m1, or m */
  uint64_t *b;
};

static void end(struct transfers *t) {
  smpi_cot_close(t->passive);
  smpi_cot_active_close(t->active);
  smpi_silent_close(t->silent);
  smpi_tccr_close(t->hash);
  free(t->x), free(t->y), free(t->b);
}

/* Touched, so that the first repeat does not pay for the pages. */
static void *touched(size_t len) {
  void *p = aligned_alloc(64, (len + 63) / 64 * 64);
  if (p != NULL) memset(p, 1, len);
  return p;
}

static smpc_err begin(struct bench *b, struct transfers *t, bool is_hashed) {
  const struct smpi_cot_params p = {.k = b->o->k, .instance = SMPI_COT_FOR_BENCH};
  size_t n = b->o->n * (smpi_is_first(b->s) ? smpi_parties(b->s) - 1 : 1);
  smpc_err err = SMPC_OK;
  t->x = touched(n * sizeof *t->x + 1), t->y = touched(is_hashed ? n * sizeof *t->y : 1), t->b = touched(n / 8 + 8);
  if (t->x == NULL || t->y == NULL || t->b == NULL)
    TRY(smpi_fail(b->s, SMPC_E_NOMEM, -1, "no memory for the transfers"));
  TRY(smpi_tccr_open(&t->hash, b->s, p.instance));
  double start = b->now(b);
  if (b->o->is_silent) TRY(smpi_silent_open(&t->silent, b->s, p.instance, NULL));
  else if (b->o->is_active) TRY(smpi_cot_active_open(&t->active, b->s, &p));
  else TRY(smpi_cot_open(&t->passive, b->s, &p));
  for (size_t i = 0; i < b->o->repeat; i++) b->f.offline[i] = b->now(b) - start;
out:
  return err;
}

/* The first sends to all others, who send nothing to one another. */
static size_t make_jobs(const struct bench *b, const struct transfers *t, struct smpi_rot_job *job) {
  unsigned parties = smpi_parties(b->s);
  size_t n = b->o->n;
  if (!smpi_is_first(b->s)) {
    job[0] = (struct smpi_rot_job){.rank = 0, .n_receive = n, .m = t->x, .b = t->b};
    return 1;
  }
  for (unsigned i = 1; i < parties; i++)
    job[i - 1] = (struct smpi_rot_job){.rank = i, .n_send = n, .m0 = t->x + n * (i - 1), .m1 = t->y + n * (i - 1)};
  return parties - 1;
}

static smpc_err extend(struct bench *b, struct transfers *t, bool is_hashed) {
  struct smpi_rot_job rot[SMPC_MAX_COMPUTING];
  struct smpi_cot_job cot[SMPC_MAX_COMPUTING];
  size_t jobs = make_jobs(b, t, rot);
  if (is_hashed)
    return b->o->is_active ? smpi_rot_active_extend(t->active, b->s, t->hash, rot, jobs)
                           : smpi_rot_extend(t->passive, b->s, t->hash, rot, jobs);
  for (size_t i = 0; i < jobs; i++)
    cot[i] = (struct smpi_cot_job){.rank = rot[i].rank, .n_send = rot[i].n_send, .n_receive = rot[i].n_receive,
                                   .q = rot[i].m0, .t = rot[i].m, .b = rot[i].b};
  if (b->o->is_silent) return smpi_silent_extend(t->silent, b->s, cot, jobs);
  return b->o->is_active ? smpi_cot_active_extend(t->active, b->s, cot, jobs)
                         : smpi_cot_extend(t->passive, b->s, cot, jobs);
}

static smpc_err once(struct bench *b, struct transfers *t, bool is_hashed, size_t i) {
  smpc_err err;
  TRY(barrier(b));
  struct smpi_cost before = smpi_spent(b->s);
  begin_online(b, i);
  TRY(extend(b, t, is_hashed));
  end_online(b, i);
  b->f.rounds = (double)(smpi_spent(b->s).rounds - before.rounds);
  b->f.bytes = (double)(smpi_spent(b->s).bytes - before.bytes);
out:
  return err;
}

static smpc_err run(struct bench *b, bool is_hashed) {
  struct transfers t = {0};
  if (b->o->is_silent && (is_hashed || b->o->is_active))
    return smpi_fail(b->s, SMPC_E_ARG, -1, "--silent is for cot without --malicious");
  smpc_err err = begin(b, &t, is_hashed);
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) err = once(b, &t, is_hashed, i);
  end(&t);
  if (err != SMPC_OK) return err;
  struct figures f = b->f;
  b->f.repeats = b->o->repeat;
  double n = (double)b->o->n * (smpi_parties(b->s) - 1);
  if (!b->o->is_sim) add_extra(b, "per_second", n / median(f.seconds, b->o->repeat));
  if (!b->o->is_sim) add_extra(b, "per_cpu_second", n / median(f.cpu, b->o->repeat)); /* of the first party */
  add_extra(b, "k", b->o->k);
  add_extra(b, "malicious", b->o->is_active);
  add_extra(b, "silent", b->o->is_silent);
  return SMPC_OK;
}

smpc_err run_cot(struct bench *b) { return run(b, false); }
smpc_err run_rot(struct bench *b) { return run(b, true); }
