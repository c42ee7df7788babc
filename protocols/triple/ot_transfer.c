/* ot_transfer.c - see ot_transfer.h. */
#include "triple/ot_transfer.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { TREE_INSTANCE = 0x7265 }; /* AGREEMENT: the trees' permutation, apart from that of the transfers */

/* --- life ------------------------------------------------------------------------ */

size_t smpi_ot_most(unsigned parties) {
  return SMPI_OT_STRETCH / (parties - 1) / SMPI_COT_BLOCK * SMPI_COT_BLOCK;
}

/* Cut the memory for strings and choice bits into parts for each other party. */
static smpc_err lay(struct smpi_ot *o) {
  size_t others = o->parties - 1;
  o->strings = smpi_secret_alloc(2 * others * o->most, sizeof *o->strings);
  o->bits = smpi_secret_alloc(3 * others * (o->most / 64), sizeof *o->bits);
  if (o->strings == NULL || o->bits == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  blk *at = o->strings;
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank) continue;
    o->q[r] = at;
    o->t[r] = at + o->most;
    at += 2 * o->most;
  }
  return SMPC_OK;
}

smpc_err smpi_ot_open(struct smpi_ot **out, struct smpc_session *s) {
  const struct smpi_cot_params par = {.k = SMPI_OT_K, .instance = SMPI_COT_FOR_TRIPLES};
  smpc_err err;
  struct smpi_ot *o = *out = smpi_secret_alloc(1, sizeof *o);
  if (o == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  o->s = s;
  o->parties = smpi_parties(s);
  o->rank = (unsigned)smpi_rank(s);
  o->most = smpi_ot_most(o->parties);
  TRY(lay(o));
  TRY(smpi_tccr_open(&o->hash, s, SMPI_COT_FOR_TRIPLES));
  TRY(smpi_tccr_open(&o->tree, s, TREE_INSTANCE));
  TRY(smpi_cot_open(&o->cot, s, &par));
  return SMPC_OK;
out:
  smpi_ot_close(o);
  *out = NULL;
  return smpi_fail(s, err, -1, "%s", smpi_err_text(err)); /* unless the fault is there already */
}

void smpi_ot_close(struct smpi_ot *o) {
  if (o == NULL) return;
  smpi_cot_close(o->cot);
  smpi_tccr_close(o->hash);
  smpi_tccr_close(o->tree);
  smpi_secret_free(o->strings);
  smpi_secret_free(o->bits);
  smpi_secret_free(o);
}

/* --- one stretch ------------------------------------------------------------------- */

/* Choice bits of one party's stretch: as drawn, what I tell (d), what I am told. */
static uint64_t *drawn_bits(const struct smpi_ot *o, unsigned rank) {
  return o->bits + 3 * (o->most / 64) * (rank - (rank > o->rank));
}
static uint64_t *my_changes(const struct smpi_ot *o, unsigned rank) { return drawn_bits(o, rank) + o->most / 64; }
static uint64_t *their_changes(const struct smpi_ot *o, unsigned rank) {
  return drawn_bits(o, rank) + 2 * (o->most / 64);
}

static smpc_err extend(struct smpi_ot *o, const struct smpi_ot_stretch *st) {
  struct smpi_cot_job job[SMPC_MAX_COMPUTING] = {{0}};
  size_t jobs = 0;
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank || st->n_send[r] + st->n_receive[r] == 0) continue;
    job[jobs++] = (struct smpi_cot_job){.rank = r, .n_send = st->n_send[r], .n_receive = st->n_receive[r],
                                        .q = o->q[r], .t = o->t[r], .b = drawn_bits(o, r)};
    o->first_sent[r] = o->sent[r];
    o->first_received[r] = o->received[r];
    o->sent[r] += st->n_send[r];
    o->received[r] += st->n_receive[r];
  }
  return smpi_cot_extend(o->cot, o->s, job, jobs);
}

/* Everybody tells how its choices differ from what was drawn: d = choice + drawn. */
static smpc_err tell_changes(struct smpi_ot *o, const struct smpi_ot_stretch *st) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  size_t flows = 0;
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank || st->n_send[r] + st->n_receive[r] == 0) continue;
    uint64_t *d = my_changes(o, r);
    for (size_t i = 0; i < st->n_receive[r] / 64; i++) d[i] = st->choice[r][i] ^ drawn_bits(o, r)[i];
    flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(o->s, r), .out = d, .in = their_changes(o, r),
                                       .out_len = st->n_receive[r] / 8, .in_len = st->n_send[r] / 8};
  }
  return smpi_exchange(o->s, flow, flows);
}

smpc_err smpi_ot_transfer(struct smpi_ot *o, const struct smpi_ot_stretch *st) {
  smpc_err err;
  TRY(extend(o, st));
  if (!st->is_drawn) TRY(tell_changes(o, st));
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank) continue;
    if (st->is_drawn && st->n_receive[r] != 0) memcpy(st->choice[r], drawn_bits(o, r), st->n_receive[r] / 8);
    if (!st->is_drawn && st->n_send[r] != 0)
      smpi_cot_choose(o->q[r], smpi_cot_delta(o->cot, r), their_changes(o, r), st->n_send[r]);
  }
out:
  return err;
}

/* --- hashing ------------------------------------------------------------------------- */

void smpi_ot_sent_words(const struct smpi_ot *o, unsigned rank, size_t block, uint64_t m0[SMPI_COT_BLOCK],
                        uint64_t m1[SMPI_COT_BLOCK]) {
  struct smpi_tweak tweak = smpi_rot_tweak(SMPI_COT_FOR_TRIPLES, o->rank, rank, 0);
  smpi_rot_sent_words(o->hash, m0, m1, o->q[rank] + block * SMPI_COT_BLOCK, SMPI_COT_BLOCK,
                      smpi_cot_delta(o->cot, rank), tweak, o->first_sent[rank] + block * SMPI_COT_BLOCK);
}

void smpi_ot_received_words(const struct smpi_ot *o, unsigned rank, size_t block, uint64_t m[SMPI_COT_BLOCK]) {
  struct smpi_tweak tweak = smpi_rot_tweak(SMPI_COT_FOR_TRIPLES, rank, o->rank, 0);
  smpi_rot_received_words(o->hash, m, o->t[rank] + block * SMPI_COT_BLOCK, SMPI_COT_BLOCK, tweak,
                          o->first_received[rank] + block * SMPI_COT_BLOCK);
}

/* --- blocks into chunks ---------------------------------------------------------------- */

/* A block that is partly in one chunk, partly in the next. */
struct half { uint8_t *buf; size_t len, done, block; };

struct pumping {
  const struct smpi_ot *o;
  const struct smpi_ot_stream *st;
  struct half out[SMPC_MAX_COMPUTING], in[SMPC_MAX_COMPUTING];
};

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)off;
  struct pumping *p = ctx;
  unsigned rank = (unsigned)smpi_rank_of(p->o->s, peer);
  struct half *h = &p->out[rank];
  for (size_t some; len != 0; buf += some, len -= some, h->done += some) {
    if (h->done == h->len) {
      h->len = p->st->len(p->st->ctx, rank, h->block, true);
      p->st->make(p->st->ctx, rank, h->block++, h->buf);
      h->done = 0;
    }
    some = smpi_min(len, h->len - h->done);
    memcpy(buf, h->buf + h->done, some);
  }
}

static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)off;
  struct pumping *p = ctx;
  unsigned rank = (unsigned)smpi_rank_of(p->o->s, peer);
  struct half *h = &p->in[rank];
  for (size_t some; len != 0; buf += some, len -= some) {
    if (h->done == 0) h->len = p->st->len(p->st->ctx, rank, h->block, false);
    some = smpi_min(len, h->len - h->done);
    memcpy(h->buf + h->done, buf, some);
    h->done += some;
    if (h->done != h->len) continue;
    p->st->take(p->st->ctx, rank, h->block++, h->buf);
    h->done = 0;
  }
}

smpc_err smpi_ot_exchange(struct smpi_ot *o, const struct smpi_ot_stream *st) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  struct pumping p = {.o = o, .st = st};
  size_t flows = 0, room = (st->most + 63) / 64 * 64;
  uint8_t *buf = smpi_secret_alloc(2 * o->parties, room);
  if (buf == NULL) return smpi_fail(o->s, SMPC_E_NOMEM, -1, "out of memory");
  for (unsigned r = 0; r < o->parties; r++) {
    if (r == o->rank || st->out_len[r] + st->in_len[r] == 0) continue;
    p.out[r].buf = buf + 2 * r * room;
    p.in[r].buf = buf + (2 * r + 1) * room;
    flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(o->s, r), .out_len = st->out_len[r],
                                       .in_len = st->in_len[r], .produce = produce, .consume = consume, .ctx = &p};
  }
  smpc_err err = smpi_exchange(o->s, flow, flows);
  smpi_secret_free(buf);
  return err;
}
