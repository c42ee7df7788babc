/* ot_run.c - see ot_run.h. */
#include "ot_run.h"

#include <stdlib.h>
#include <string.h>

#include "ot/pairs.h"
#include "support/tap.h"

static bool is_zero(const void *p, size_t len) {
  const uint8_t *x = p;
  uint8_t any = 0;
  for (size_t i = 0; i < len; i++) any |= x[i];
  return any == 0;
}

struct call { struct ot_run *o; unsigned me; size_t sent[OT_MOST], received[OT_MOST]; };

static void sent(void *ctx, unsigned rank, uint64_t first, const blk *q, size_t n) {
  struct call *c = ctx;
  if (c->sent[rank] == 0) c->o->first[c->me][rank] = first;
  memcpy(c->o->q[c->me][rank] + c->sent[rank], q, n * sizeof *q);
  c->sent[rank] += n;
}

static void received(void *ctx, unsigned rank, uint64_t first, const blk *t, const uint64_t *b, size_t n) {
  struct call *c = ctx;
  (void)first;
  memcpy(c->o->t[rank][c->me] + c->received[rank], t, n * sizeof *t);
  memcpy(c->o->b[rank][c->me] + c->received[rank] / 64, b, (n + 63) / 64 * 8);
  c->received[rank] += n;
}

static size_t make_jobs(struct smpi_cot_job *job, struct call *c, bool fresh) {
  struct ot_run *o = c->o;
  size_t jobs = 0;
  for (unsigned i = 0; i < o->parties; i++) {
    if (i == c->me) continue;
    size_t ns = o->n[c->me][i], nr = o->n[i][c->me];
    if (fresh) {
      o->q[c->me][i] = calloc(ns + 1, sizeof(blk) * 4), o->t[i][c->me] = calloc(nr + 1, sizeof(blk) * 4);
      o->b[i][c->me] = calloc(nr / 64 + 1, 8);
    }
    job[jobs] = (struct smpi_cot_job){.rank = i, .n_send = ns, .n_receive = nr, .q = o->q[c->me][i],
                                      .t = o->t[i][c->me], .b = o->b[i][c->me]};
    if (o->by_callback)
      job[jobs] = (struct smpi_cot_job){.rank = i, .n_send = ns, .n_receive = nr, .sent = sent, .received = received,
                                        .ctx = c};
    jobs++;
  }
  return jobs;
}

static bool all_wiped(const struct ot_run *o, unsigned me, const struct smpi_cot_active *a) {
  bool wiped = true;
  for (unsigned i = 0; i < o->parties; i++) {
    if (i == me) continue;
    wiped &= is_zero(o->q[me][i], o->n[me][i] * sizeof(blk)) && is_zero(o->t[i][me], o->n[i][me] * sizeof(blk)) &&
             is_zero(o->b[i][me], (o->n[i][me] + 63) / 64 * 8);
    if (a != NULL) wiped &= is_zero(smpi_cot_active_delta(a, i), sizeof(blk));
  }
  return wiped;
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct ot_run *o = ctx;
  struct smpi_cot_job job[OT_MOST];
  struct call c = {.o = o, .me = me};
  struct smpi_cot_passive *passive = NULL;
  struct smpi_cot_active *active = NULL;
  const struct smpi_cot_params p = {.k = o->k, .instance = 7, .only_send = o->is_one_way && me == 0 ? 2 : 0,
                                    .only_receive = o->is_one_way && me == 1 ? 1 : 0};
  tap_party(me);
  struct smpi_cost before = smpi_spent(s);
  smpc_err err = o->is_active ? smpi_cot_active_open(&active, s, &p) : smpi_cot_open(&passive, s, &p);
  struct smpi_cost opened = smpi_spent(s);
  o->rounds_open[me] = opened.rounds - before.rounds, o->bytes_open[me] = opened.bytes - before.bytes;
  size_t jobs = make_jobs(job, &c, true);
  for (unsigned i = 0; i < (o->repeat == 0 ? 1 : o->repeat) && err == SMPC_OK; i++) {
    memset(c.sent, 0, sizeof c.sent), memset(c.received, 0, sizeof c.received);
    err = o->is_active ? smpi_cot_active_extend(active, s, job, jobs) : smpi_cot_extend(passive, s, job, jobs);
  }
  o->rounds[me] = smpi_spent(s).rounds - opened.rounds, o->bytes[me] = smpi_spent(s).bytes - opened.bytes;
  for (unsigned i = 0; i < o->parties && err == SMPC_OK; i++)
    if (i != me) o->delta[me][i] = o->is_active ? *smpi_cot_active_delta(active, i) : *smpi_cot_delta(passive, i);
  o->err[me] = err;
  o->is_wiped[me] = err != SMPC_OK && all_wiped(o, me, active);
  smpi_cot_close(passive);
  smpi_cot_active_close(active);
}

void ot_run(struct ot_run *o) {
  parties_run_ok(&(struct parties){.n = o->parties, .seed = 1 + o->k}, body, o, NULL);
  for (unsigned i = 0; i < o->parties; i++) assert_int_equal(o->err[i], SMPC_OK);
}

void ot_run_cheated(struct ot_run *o, struct parties_result *r) {
  parties_run(&(struct parties){.n = o->parties, .seed = 1 + o->k}, body, o, r);
}

void ot_run_end(struct ot_run *o) {
  for (unsigned i = 0; i < o->parties; i++)
    for (unsigned j = 0; j < o->parties; j++) free(o->q[i][j]), free(o->t[i][j]), free(o->b[i][j]);
}

size_t ot_run_wrong(const struct ot_run *o) {
  size_t wrong = 0;
  for (unsigned i = 0; i < o->parties; i++)
    for (unsigned j = 0; j < o->parties; j++)
      for (size_t l = 0; l < o->n[i][j]; l++) {
        blk want = smpi_blk_xor(o->q[i][j][l], smpi_blk_if(o->b[i][j][l / 64] >> l % 64 & 1, o->delta[i][j]));
        wrong += memcmp(&want, &o->t[i][j][l], sizeof want) != 0;
      }
  return wrong;
}
