/* active.c - correlated transfers between all pairs, malicious.
 *
 * Functionality F_COT    as in soft.c; a corrupt receiver may fix its own bits and strings, a corrupt sender
 *                        its own; who guesses at bits of Delta and is wrong makes the other abort [Roy22].
 * Protocol      [Roy22, section 4]; for each pair and direction, batch by batch:
 *     1. R -> S      the messages of soft.c for the batch, and for one block more
 *     2. S -> R      a coin, drawn after all of 1 has come; both derive uniform coefficients k_j of
 *                    GF(2^64), one for each 64 rows of the batch
 *     3. R -> S      h(u) and h(v) of each of the 128 columns v, h(x) = sum_j k_j x_j + x', x_j the
 *                    64-row pieces of the batch's column, x' the first 64 rows of the block more
 *     4. S           accepts when h(w) = h(v) + Delta_c h(u) for each column c, else all parties end
 *   The messages of batch i, the coin of i - 1 and the response of i - 2 share a round.
 * Why           w = v + Delta_c u for honest R, and h is linear.
 * Security      malicious, computational, with statistical error 2^-50 a batch (params.h): a wrong
 *               correction leaves columns that differ and must collide under h, fresh
 *               and uniform given everything R sent, or R has guessed the bits of
 *               Delta that hide the difference.  x' is uniform and used for nothing else, so 3 tells S
 *               nothing.  After a failed check every seed and Delta of this party is destroyed.
 * Assumes       F_PPRF in its malicious form (tree.c), authenticated channels: the coin is
 *               bound to the transcript by its place in the order of authenticated rounds, and by
 *               session, pair, direction and batch number, which are hashed with it.
 * Cost          n transfers in b = ceil(n / 2^16) batches: b + 2 rounds; R sends 1024 (128/k - 1) / 8 bytes
 *               for each block and for one more a batch, and 1032 a batch; S 32 a batch.
 * Secrets       as in soft.c, and both sides of 4; not the coefficients, nor h(u), h(v) once sent.
 * Differs from  [Roy22]: batches, to bound memory; one digest for all trees.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ot/check.h"
#include "ot/cot.h"
#include "ot/pairs.h"
#include "ot/pipe.h"

enum {
  BATCH = 64,   /* AGREEMENT: blocks of one batch: its columns wait in cache for the coin */
  MATRIX = SMPI_BITMAT_COLS * SMPI_BITMAT_RUN,
  WORDS = SMPI_COT_BLOCK / 64
};

struct smpi_cot_active {
  struct smpi_ot_pairs all;
  uint64_t sent[SMPC_MAX_COMPUTING], received[SMPC_MAX_COMPUTING]; /* transfers given, to be numbered */
  uint64_t batches_sent[SMPC_MAX_COMPUTING], batches_received[SMPC_MAX_COMPUTING];
};

/* --- the object --------------------------------------------------------------------------- */

smpc_err smpi_cot_active_open(struct smpi_cot_active **c, struct smpc_session *s, const struct smpi_cot_params *p) {
  struct smpi_cot_active *new = smpi_secret_alloc(1, sizeof *new);
  *c = NULL;
  if (new == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for oblivious transfer");
  smpc_err err = smpi_ot_pairs_open(&new->all, s, p, true);
  if (err == SMPC_OK) *c = new;
  else smpi_secret_free(new);
  return err;
}

void smpi_cot_active_close(struct smpi_cot_active *c) {
  if (c == NULL) return;
  smpi_ot_pairs_wipe(&c->all);
  smpi_secret_free(c);
}

const blk *smpi_cot_active_delta(const struct smpi_cot_active *c, unsigned rank) {
  return &c->all.pair[rank].send.delta;
}
uint64_t smpi_cot_active_sent(const struct smpi_cot_active *c, unsigned rank) { return c->sent[rank]; }
uint64_t smpi_cot_active_received(const struct smpi_cot_active *c, unsigned rank) { return c->received[rank]; }
uint32_t smpi_cot_active_instance(const struct smpi_cot_active *c) { return c->all.instance; }

void smpi_cot_active_check_bytes(uint64_t *sender, uint64_t *receiver, unsigned *rounds, unsigned k, size_t n) {
  uint64_t b = smpi_ceil_div(smpi_ceil_div(n, SMPI_COT_BLOCK), BATCH);
  *sender = b * SMPI_CHECK_COIN;
  *receiver = b * (smpi_soft_message(k) + SMPI_CHECK_RESPONSE);
  *rounds = n == 0 ? 0 : (unsigned)b + 2;
}

/* --- one batch of one direction --------------------------------------------------------------- */

/* Blocks stand by columns where their rows will, or in the spare places: the last of
 * an extension when it is cut, and the one more. */
struct batch {
  size_t number, first, blocks;   /* in this extension, without the one more */
  size_t come, finished;          /* blocks made or taken; hashed and turned to rows */
  bool has_coin;
  uint8_t coin[SMPI_CHECK_COIN];
  struct smpi_check check;
  blk cut[MATRIX], more[MATRIX], u_cut[SMPI_BITMAT_RUN], u_more[SMPI_BITMAT_RUN];
};

struct end {
  blk *array;       /* q or t                        */
  uint64_t *bits;   /* b at the receiver, else NULL   */
  size_t n, blocks; /* of the extension              */
  uint64_t base;    /* batches are numbered from here */
  const struct smpi_base_place *place;
  struct batch *batch[2];
};

struct stream {
  struct smpi_ot_pair *pair;
  struct end send, receive;
  struct batch *making, *taking;   /* of this round: messages      */
  struct batch *made, *taken;      /* of the last: coin and hashes */
  struct smpi_check pending;       /* of the one before: response  */
  struct smpi_ot_pipe out, in;
  uint8_t head_out[SMPI_CHECK_COIN + SMPI_CHECK_RESPONSE], head_in[SMPI_CHECK_COIN + SMPI_CHECK_RESPONSE];
};

static size_t batches(const struct end *e) { return smpi_ceil_div(e->blocks, BATCH); }

static bool is_cut(const struct end *e, size_t block) { return (block + 1) * SMPI_COT_BLOCK > e->n; }

static blk *columns(const struct end *e, struct batch *b, size_t i) {
  if (i == b->blocks) return b->more;
  return is_cut(e, b->first + i) ? b->cut : e->array + (b->first + i) * SMPI_COT_BLOCK;
}

/* Where the bits of block i stand, NULL at the sender. */
static blk *bits_of(const struct end *e, struct batch *b, size_t i, blk whole[SMPI_BITMAT_RUN]) {
  if (e->bits == NULL) return NULL;
  if (i == b->blocks) return b->u_more;
  if (is_cut(e, b->first + i)) return b->u_cut;
  memcpy(whole, e->bits + (b->first + i) * WORDS, SMPI_BITMAT_RUN * sizeof *whole);
  return whole;
}

static void give_cut_bits(const struct end *e, const struct batch *b, size_t block, size_t n) {
  uint64_t u[WORDS], *to = e->bits + block * WORDS;
  memcpy(u, b->u_cut, sizeof u);
  memcpy(to, u, n / 64 * sizeof *to);
  if (n % 64 != 0) to[n / 64] = u[n / 64] & ((UINT64_C(1) << n % 64) - 1);
  smpi_wipe(u, sizeof u);
}

/* Hash the next block and turn it to rows, in place. */
static void finish_block(const struct end *e, struct batch *b) {
  size_t i = b->finished++, block = b->first + i;
  blk *col = columns(e, b, i), copy[MATRIX], whole[SMPI_BITMAT_RUN], *u = bits_of(e, b, i, whole);
  if (i == b->blocks) {
    smpi_check_mask(&b->check, col, u);
    return;
  }
  smpi_check_add(&b->check, i, col, u);
  memcpy(copy, col, sizeof copy);
  if (!is_cut(e, block)) smpi_bitmat_rows(col, copy);
  else {
    size_t n = e->n - block * SMPI_COT_BLOCK;
    smpi_bitmat_rows(b->cut, copy);
    memcpy(e->array + block * SMPI_COT_BLOCK, b->cut, n * sizeof *copy);
    if (e->bits != NULL) give_cut_bits(e, b, block, n);
  }
  smpi_wipe(copy, sizeof copy);
  smpi_wipe(whole, sizeof whole);
}

static void finish_batch(const struct end *e, struct batch *b) {
  while (b != NULL && b->has_coin && b->finished <= b->blocks) finish_block(e, b);
}

static void set_coin(const struct end *e, struct batch *b, const uint8_t coin[SMPI_CHECK_COIN]) {
  memcpy(b->coin, coin, sizeof b->coin);
  smpi_check_begin(&b->check, coin, e->place, e->base + b->number);
  b->has_coin = true;
}

/* --- what passes: the last batch is finished block by block, while this one's come ---------------- */

static void make(void *ctx, uint8_t *message) {
  struct stream *st = ctx;
  struct end *e = &st->receive;
  struct batch *b = st->making, *last = st->made;
  size_t i = b->come++;
  blk u[SMPI_BITMAT_RUN], *col = columns(e, b, i);
  smpi_soft_receive(&st->pair->receive, col, u, message);
  if (i == b->blocks) memcpy(b->u_more, u, sizeof u);
  else if (is_cut(e, b->first + i)) memcpy(b->u_cut, u, sizeof u);
  else memcpy(e->bits + (b->first + i) * WORDS, u, sizeof u);
  smpi_wipe(u, sizeof u);
  if (last != NULL && last->has_coin && last->finished <= last->blocks) finish_block(e, last);
}

static void take(void *ctx, const uint8_t *message) {
  struct stream *st = ctx;
  struct batch *b = st->taking, *last = st->taken;
  smpi_soft_send(&st->pair->send, columns(&st->send, b, b->come), message);
  b->come++;
  if (last != NULL && last->finished <= last->blocks) finish_block(&st->send, last);
}

static void headed(void *ctx) {
  struct stream *st = ctx;
  if (st->made != NULL) set_coin(&st->receive, st->made, st->head_in);
}

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  smpi_ot_pipe_out(&((struct stream *)ctx)->out, off, buf, len);
}
static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  smpi_ot_pipe_in(&((struct stream *)ctx)->in, off, buf, len);
}

/* --- rounds ------------------------------------------------------------------------------------- */

/* Batch number i in its place, begun anew; NULL when there is none. */
static struct batch *new_batch(struct end *e, size_t i) {
  if (i >= batches(e)) return NULL;
  struct batch *b = e->batch[i % 2];
  memset(b, 0, sizeof *b);
  b->number = i, b->first = i * BATCH, b->blocks = smpi_min(BATCH, e->blocks - b->first);
  return b;
}

static size_t message_len(const struct batch *b, size_t unit) { return b == NULL ? 0 : (b->blocks + 1) * unit; }

static bool has_pending(const struct end *e, size_t i) { return i >= 2 && i - 2 < batches(e); }

/* This party's head: the coin for what has come, and the response of two rounds ago. */
static size_t make_head(struct stream *st, struct smpc_session *s, size_t i) {
  size_t len = 0;
  if (st->taken != NULL) {
    uint64_t coin[SMPI_CHECK_COIN / 8];
    smpi_prg_words(smpi_prg_own(s), coin, SMPI_CHECK_COIN / 8);
    memcpy(st->head_out, coin, sizeof coin);
    set_coin(&st->send, st->taken, st->head_out);
    len = SMPI_CHECK_COIN;
  }
  if (has_pending(&st->receive, i)) {
    smpi_check_respond(st->head_out + len, &st->receive.batch[i % 2]->check);
    len += SMPI_CHECK_RESPONSE;
  }
  return len;
}

/* Round i with one peer.  Batch i takes the place of batch i - 2, whose hashes are kept aside. */
static struct smpi_flow begin_round(struct stream *st, struct smpc_session *s, size_t i) {
  st->made = st->making, st->taken = st->taking;
  st->out.head_len = make_head(st, s, i);
  st->in.head_len = (st->made != NULL ? SMPI_CHECK_COIN : 0) + (has_pending(&st->send, i) ? SMPI_CHECK_RESPONSE : 0);
  if (has_pending(&st->send, i)) st->pending = st->send.batch[i % 2]->check;
  st->making = new_batch(&st->receive, i), st->taking = new_batch(&st->send, i);
  return (struct smpi_flow){.peer = st->pair->member, .produce = produce, .consume = consume, .ctx = st,
                            .out_len = st->out.head_len + message_len(st->making, st->out.unit),
                            .in_len = st->in.head_len + message_len(st->taking, st->in.unit)};
}

/* What is left of the last batches, and the verdict on the one before. */
static bool end_round(struct stream *st, size_t i) {
  finish_batch(&st->receive, st->made);
  finish_batch(&st->send, st->taken);
  if (!has_pending(&st->send, i)) return true;
  return smpi_check_verify(&st->pending, st->head_in + (st->made != NULL ? SMPI_CHECK_COIN : 0), &st->pair->send.delta);
}

/* All peers' round i; false in *more when nothing was left to do. */
static smpc_err run_round(struct smpc_session *s, struct stream *const *st, size_t n, size_t i, bool *more) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t flows = 0;
  for (size_t j = 0; j < n; j++) {
    flow[flows] = begin_round(st[j], s, i);
    if (flow[flows].out_len != 0 || flow[flows].in_len != 0) flows++;
  }
  *more = flows != 0;
  if (flows == 0) return SMPC_OK;
  smpc_err err = smpi_exchange(s, flow, flows);
  for (size_t j = 0; j < n && err == SMPC_OK; j++)
    if (!end_round(st[j], i))
      err = smpi_fail(s, SMPC_E_CHEAT, (int)st[j]->pair->member, "a check of oblivious transfer failed");
  return err;
}

/* --- the driver ----------------------------------------------------------------------------------- */

static smpc_err allocate(struct smpc_session *s, struct stream **st, size_t unit) {
  struct batch *place = smpi_scratch(s, 4, sizeof *place);
  uint8_t *hold = smpi_scratch(s, 2, unit);
  *st = smpi_scratch(s, 1, sizeof **st);
  if (place == NULL || hold == NULL || *st == NULL) return SMPC_E_NOMEM;
  memset(*st, 0, sizeof **st);
  for (unsigned i = 0; i < 2; i++) (*st)->send.batch[i] = &place[i], (*st)->receive.batch[i] = &place[2 + i];
  (*st)->out = (struct smpi_ot_pipe){.unit = unit, .hold = hold, .block = make, .ctx = *st, .head = (*st)->head_out};
  (*st)->in = (struct smpi_ot_pipe){.unit = unit, .hold = hold + unit, .take = take, .ctx = *st,
                                    .head = (*st)->head_in, .headed = headed};
  return SMPC_OK;
}

static void begin(struct stream *st, struct smpi_cot_active *c, const struct smpi_cot_job *job) {
  unsigned r = job->rank;
  struct end *q = &st->send, *t = &st->receive;
  st->pair = &c->all.pair[r];
  q->array = job->q, q->n = job->n_send, q->place = &st->pair->as_sender, q->base = c->batches_sent[r];
  t->array = job->t, t->n = job->n_receive, t->place = &st->pair->as_receiver, t->base = c->batches_received[r];
  t->bits = job->b;
  q->blocks = smpi_ceil_div(q->n, SMPI_COT_BLOCK), t->blocks = smpi_ceil_div(t->n, SMPI_COT_BLOCK);
}

static void count(struct smpi_cot_active *c, const struct stream *st) {
  unsigned r = st->pair->rank;
  c->batches_sent[r] += batches(&st->send), c->batches_received[r] += batches(&st->receive);
  c->sent[r] += st->send.blocks * SMPI_COT_BLOCK, c->received[r] += st->receive.blocks * SMPI_COT_BLOCK;
}

static smpc_err check_arrays(struct smpc_session *s, const struct smpi_cot_job *job, size_t jobs) {
  for (size_t i = 0; i < jobs; i++)
    if ((job[i].n_send != 0 && job[i].q == NULL) || (job[i].n_receive != 0 && (job[i].t == NULL || job[i].b == NULL)))
      return smpi_fail(s, SMPC_E_ARG, -1, "checked transfers need arrays to wait in");
  return SMPC_OK;
}

smpc_err smpi_cot_active_extend(struct smpi_cot_active *c, struct smpc_session *s, const struct smpi_cot_job *job,
                                size_t jobs) {
  smpc_err err;
  struct stream *st[SMPC_MAX_COMPUTING];
  size_t mark = smpi_scratch_mark(s);
  bool more = true;
  TRY(smpi_ot_jobs_check(&c->all, s, job, jobs));
  TRY(check_arrays(s, job, jobs));
  for (size_t j = 0; j < jobs; j++) {
    TRY(allocate(s, &st[j], smpi_soft_message(c->all.k)));
    begin(st[j], c, &job[j]);
  }
  for (size_t i = 0; more; i++) TRY(run_round(s, st, jobs, i, &more));
  for (size_t j = 0; j < jobs; j++) count(c, st[j]);
out:
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) {
    smpi_ot_pairs_wipe(&c->all); /* a seed or Delta that outlived a failed check would leak bit by bit */
    smpi_ot_jobs_wipe(job, jobs);
  }
  return err;
}
