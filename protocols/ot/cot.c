/* cot.c - correlated transfers between all pairs, semi-honest: soft.c's halves
 * streamed through one exchange, each block made just before it is sent and finished as
 * soon as it has come. */
#include "ot/cot.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ot/pairs.h"
#include "ot/pipe.h"

struct smpi_cot_passive { struct smpi_ot_pairs all; };

enum { MATRIX = SMPI_BITMAT_COLS * SMPI_BITMAT_RUN, WORDS = SMPI_COT_BLOCK / 64 };

smpc_err smpi_cot_open(struct smpi_cot_passive **c, struct smpc_session *s, const struct smpi_cot_params *p) {
  struct smpi_cot_passive *new = smpi_secret_alloc(1, sizeof *new);
  *c = NULL;
  if (new == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for oblivious transfer");
  smpc_err err = smpi_ot_pairs_open(&new->all, s, p, false);
  if (err == SMPC_OK) *c = new;
  else smpi_secret_free(new);
  return err;
}

void smpi_cot_close(struct smpi_cot_passive *c) {
  if (c == NULL) return;
  smpi_ot_pairs_wipe(&c->all);
  smpi_secret_free(c);
}

const blk *smpi_cot_delta(const struct smpi_cot_passive *c, unsigned rank) { return &c->all.pair[rank].send.delta; }

uint32_t smpi_cot_instance(const struct smpi_cot_passive *c) { return c->all.instance; }

size_t smpi_cot_message_len(unsigned k, size_t n) { return smpi_ceil_div(n, SMPI_COT_BLOCK) * smpi_soft_message(k); }

void smpi_cot_choose(blk *q, const blk *delta, const uint64_t *d, size_t n) {
  for (size_t i = 0; i < n; i++) q[i] = smpi_blk_xor(q[i], smpi_blk_if(d[i / 64] >> i % 64 & 1, *delta));
}

/* --- one block -------------------------------------------------------------------------- */

uint64_t smpi_cot_receive(struct smpi_cot_passive *c, unsigned rank, blk t[SMPI_COT_BLOCK],
                          uint64_t b[SMPI_COT_BLOCK / 64], uint8_t *message) {
  struct smpi_soft_receiver *r = &c->all.pair[rank].receive;
  uint64_t first = r->done * SMPI_COT_BLOCK;
  blk col[MATRIX], u[SMPI_BITMAT_RUN];
  smpi_soft_receive(r, col, u, message);
  smpi_bitmat_rows(t, col);
  memcpy(b, u, sizeof u);
  smpi_wipe(col, sizeof col);
  smpi_wipe(u, sizeof u);
  return first;
}

uint64_t smpi_cot_send(struct smpi_cot_passive *c, unsigned rank, blk q[SMPI_COT_BLOCK], const uint8_t *message) {
  struct smpi_soft_sender *s = &c->all.pair[rank].send;
  uint64_t first = s->done * SMPI_COT_BLOCK;
  blk col[MATRIX];
  smpi_soft_send(s, col, message);
  smpi_bitmat_rows(q, col);
  smpi_wipe(col, sizeof col);
  return first;
}

/* --- streamed ----------------------------------------------------------------------------- */

struct stream {
  struct smpi_cot_passive *c;
  const struct smpi_cot_job *job;
  size_t sent, received;        /* transfers given so far */
  struct smpi_ot_pipe out, in;
  blk row[SMPI_COT_BLOCK];      /* where there is no array, or too little left of it */
  uint64_t b[WORDS];
};

static size_t left(size_t n, size_t done) { return smpi_min(SMPI_COT_BLOCK, n - done); }

static void give_bits(uint64_t *b, const uint64_t *from, size_t n) {
  memcpy(b, from, n / 64 * sizeof *b);
  if (n % 64 != 0) b[n / 64] = from[n / 64] & ((UINT64_C(1) << n % 64) - 1);
}

static void make(void *ctx, uint8_t *message) {
  struct stream *st = ctx;
  const struct smpi_cot_job *job = st->job;
  size_t n = left(job->n_receive, st->received);
  bool is_direct = job->t != NULL && n == SMPI_COT_BLOCK;
  blk *t = is_direct ? job->t + st->received : st->row;
  uint64_t first = smpi_cot_receive(st->c, job->rank, t, st->b, message);
  if (job->t != NULL && !is_direct) memcpy(job->t + st->received, t, n * sizeof *t);
  if (job->b != NULL) give_bits(job->b + st->received / 64, st->b, n);
  if (job->received != NULL) job->received(job->ctx, job->rank, first, t, st->b, n);
  st->received += n;
}

static void take(void *ctx, const uint8_t *message) {
  struct stream *st = ctx;
  const struct smpi_cot_job *job = st->job;
  size_t n = left(job->n_send, st->sent);
  bool is_direct = job->q != NULL && n == SMPI_COT_BLOCK;
  blk *q = is_direct ? job->q + st->sent : st->row;
  uint64_t first = smpi_cot_send(st->c, job->rank, q, message);
  if (job->q != NULL && !is_direct) memcpy(job->q + st->sent, q, n * sizeof *q);
  if (job->sent != NULL) job->sent(job->ctx, job->rank, first, q, n);
  st->sent += n;
}

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  smpi_ot_pipe_out(&((struct stream *)ctx)->out, off, buf, len);
}
static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  smpi_ot_pipe_in(&((struct stream *)ctx)->in, off, buf, len);
}

static struct smpi_flow begin(struct stream *st, struct smpi_cot_passive *c, const struct smpi_cot_job *job,
                              uint8_t *hold) {
  size_t unit = smpi_soft_message(c->all.k);
  st->c = c, st->job = job;
  st->out = (struct smpi_ot_pipe){.unit = unit, .hold = hold, .block = make, .ctx = st};
  st->in = (struct smpi_ot_pipe){.unit = unit, .hold = hold + unit, .take = take, .ctx = st};
  return (struct smpi_flow){.peer = c->all.pair[job->rank].member, .produce = produce, .consume = consume, .ctx = st,
                            .out_len = smpi_cot_message_len(c->all.k, job->n_receive),
                            .in_len = smpi_cot_message_len(c->all.k, job->n_send)};
}

smpc_err smpi_cot_extend(struct smpi_cot_passive *c, struct smpc_session *s, const struct smpi_cot_job *job,
                         size_t jobs) {
  smpc_err err;
  size_t mark = smpi_scratch_mark(s), n = 0, unit = smpi_soft_message(c->all.k);
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  TRY(smpi_ot_jobs_check(&c->all, s, job, jobs));
  for (size_t i = 0; i < jobs; i++) {
    if (job[i].n_send == 0 && job[i].n_receive == 0) continue;
    struct stream *st = smpi_scratch(s, 1, sizeof *st);
    uint8_t *hold = smpi_scratch(s, 2, unit);
    if (st == NULL || hold == NULL) TRY(SMPC_E_NOMEM);
    memset(st, 0, sizeof *st);
    flow[n++] = begin(st, c, &job[i], hold);
  }
  if (n != 0) TRY(smpi_exchange(s, flow, n));
out:
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_ot_jobs_wipe(job, jobs);
  return err;
}
