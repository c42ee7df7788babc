/* vole.c - silent VOLE over GF(2^128): the drivers.
 *
 * Functionality F_vole   gives the receiver pseudo-random a, c and the sender b
 *                        with c = a Delta + b; Delta is the sender's, fixed.
 * Protocol      Pi_vole  [BCG+19] with the code of [RRT23] (lpn.h), from
 *                        correlated transfers t_j = q_j + b_j Delta (cot.h):
 *     1. extend       the transfers                                (1 round)
 *     2. locally      noise values: 'dim' transfers packed into one element,
 *                     c' = a' Delta + b' [YSWW21]; one for each of t trees
 *     3. send         the sender grows t trees, one after the other as they are sent; for each level both child sums,
 *                     padded by the hashed transfers of that level, and
 *                     S = b' + sum of all leaves                   (1 round)
 *     4. locally      the receiver regrows all leaves but that at its hole,
 *                     where it puts S + c' + sum of the others = leaf + a' Delta
 *     5. (malicious)  check, as [WYKW21]: the receiver sends chi and d = x + a_s,
 *                     x = sum of chi^(..) a; the sender answers
 *                     H(sum of chi^(..) leaf + b_s + d Delta); the receiver
 *                     compares with H(sum of chi^(..) c + c_s)     (2 rounds)
 *     6. locally      both apply the code to their vectors of length 2 half
 * Why           before 6 the receiver's a is zero but for a' at t holes, and
 *               c = a Delta + leaves; the code is linear.
 * Security      semi-honest: dual LPN with regular noise (lpn.h), the generator
 *               in the trees, tccr.  Malicious: transfers are checked by their
 *               own extension, so b and Delta are consistent; wrong sums of a
 *               sender are found by 5 but with probability 2 half / 2^128, apart
 *               from guesses of the holes, which abort when wrong, as
 *               [WYKW21] allows: on average they tell one bit.
 * Assumes       F_cot of the same security level, authenticated channels.
 * Cost          2 rounds, malicious those of checked transfers and 3; smpi_vole_bytes().  Every element packed
 *               from `dim` transfers, without trees and code, would be faster below some 5000 elements, at several
 *               times the bytes from some 1000 on: not built.
 * Secrets       all but the messages, chi, d and the digest.
 * Differs from  the papers: noise values from packed transfers and not from 128
 *               further base transfers; holes are what the random choice bits
 *               say, so nothing is chosen; powers of one chi for many, which
 *               adds log2(2 half) bits to the failure; the equality is told by
 *               the sender's digest, as in [YWL+20].
 */
#include "ot/vole.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"

enum {
  TWEAK_USE = 1,  /* AGREEMENT: apart from the tweaks of rot.h */
  COT_K = 4,      /* AGREEMENT: k = 8 would halve the bytes of the few transfers and cost 30 ms more to open */
  SPARE = 128,    /* transfers that hide x in the check */
};

struct common {
  uint32_t instance;
  struct smpi_tccr *hash;
  uint64_t sent[SMPC_MAX_COMPUTING], received[SMPC_MAX_COMPUTING]; /* transfers hashed so far: tweaks */
};

struct smpi_vole_passive {
  struct common c;
  struct smpi_cot_passive *cot;
};
struct smpi_vole_active {
  struct common c;
  struct smpi_cot_active *cot;
};

static smpc_err open_common(struct common *c, struct smpc_session *s, uint32_t instance) {
  c->instance = instance;
  smpc_err err = smpi_tccr_open(&c->hash, s, instance);
  return err == SMPC_OK ? err : smpi_fail(s, err, -1, "not enough memory for a hash key");
}

/* --- one run ---------------------------------------------------------------------- */

struct run {
  struct smpc_session *s;
  struct common *c;
  struct smpi_cot_passive *passive; /* one of these two */
  struct smpi_cot_active *active;
  struct smpi_vole_shape shape;
  unsigned rank;
  uint64_t first;          /* tweak of the first transfer        */
  struct smpi_base_place place; /* of the trees                  */
  blk delta;               /* the sender's                       */
  blk *q;                  /* [transfers] q, or t at the receiver */
  uint64_t *bits;          /* [transfers], packed: the receiver's */
  blk *message;
  size_t trees;            /* planted, or unplanted, so far      */
  blk *tree;               /* receiver: a and c of one tree      */
  blk *b;                  /* sender: [half] the first half      */
  blk *a, *cc;             /* receiver: [half] each              */
  void *rest;              /* the second half: blk or pair [half] */
  blk *power;              /* malicious: [SMPI_VOLE_POWERS]      */
  blk sum, noise_sum;      /* the check's hash of b or c, and of a */
};

static smpc_err check_arguments(struct run *r, size_t n, unsigned dim) {
  struct smpc_session *s = r->s;
  unsigned rank = r->rank;
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK) return err;
  if (r->passive == NULL && r->active == NULL) return smpi_fail(s, SMPC_E_STATE, -1, "this VOLE was destroyed");
  if (smpi_rank(s) < 0 || rank >= smpi_parties(s) || (int)rank == smpi_rank(s))
    return smpi_fail(s, SMPC_E_ARG, -1, "rank %u is no other computing party", rank);
  if (smpi_vole_shape(&r->shape, n, dim) != SMPC_OK)
    return smpi_fail(s, SMPC_E_ARG, -1, "no VOLE of %zu elements in %u dimensions", n, dim);
  return SMPC_OK;
}

static smpc_err make_room(struct run *r, size_t element) {
  r->q = smpi_scratch(r->s, r->shape.transfers, sizeof *r->q);
  r->bits = smpi_scratch(r->s, smpi_ceil_div(r->shape.transfers, 64), sizeof *r->bits);
  r->message = smpi_scratch(r->s, r->shape.message_len, 1);
  r->power = smpi_scratch(r->s, SMPI_VOLE_POWERS, sizeof *r->power);
  if (r->q == NULL || r->bits == NULL || r->message == NULL || r->power == NULL) return SMPC_E_NOMEM;
  r->rest = smpi_secret_alloc(r->shape.lpn.half, element); /* large: not kept as scratch */
  return r->rest != NULL ? SMPC_OK : smpi_fail(r->s, SMPC_E_NOMEM, -1, "not enough memory for a VOLE");
}

static struct smpi_tweak tweak(const struct run *r, bool sends) {
  uint8_t me = (uint8_t)smpi_rank(r->s), peer = (uint8_t)r->rank;
  return (struct smpi_tweak){r->c->instance, sends ? me : peer, sends ? peer : me, TWEAK_USE};
}

/* Public.  Numbered as the tree's first transfer is: never twice in this direction. */
static struct smpi_vole_tree_keys tree_keys(const struct run *r, size_t i) {
  struct smpi_vole_tree_keys k;
  smpi_vole_tree_keys_set(&k, &r->place, r->first + i * r->shape.lpn.depth);
  return k;
}

/* Transfers of tree i begin at i * depth, those of its noise value here: */
static size_t noise_at(const struct run *r, size_t i) { return r->shape.lpn.t * r->shape.lpn.depth + i * r->shape.dim; }
static size_t spare_at(const struct run *r) { return noise_at(r, r->shape.lpn.t); }

static smpc_err exchange(struct run *r, const void *out, size_t out_len, void *in, size_t in_len) {
  struct smpi_flow f = {.peer = smpi_member_of_rank(r->s, r->rank), .out_len = out_len, .in_len = in_len, .out = out,
                        .in = in};
  return smpi_exchange(r->s, &f, 1);
}

/* --- the sender ---------------------------------------------------------------------- */

static void plant_one(struct run *r, size_t i) {
  const struct smpi_lpn_shape *n = &r->shape.lpn;
  struct smpi_tweak w = tweak(r, true);
  blk m0[SMPI_VOLE_TREE_DEPTH_MAX], m1[SMPI_VOLE_TREE_DEPTH_MAX], root;
  const struct smpi_vole_tree_keys k = tree_keys(r, i);
  const blk *q = r->q + i * n->depth;
  size_t at = i << n->depth;
  blk *leaf = at < n->half ? r->b + at : (blk *)r->rest + (at - n->half);
  smpi_prg_words(smpi_prg_own(r->s), root.w, 2);
  smpi_tccr(r->c->hash, m0, q, n->depth, NULL, w, r->first + i * n->depth);
  smpi_tccr(r->c->hash, m1, q, n->depth, &r->delta, w, r->first + i * n->depth);
  smpi_vole_plant(&k, leaf, r->message + i * (2 * n->depth + 1), root, m0, m1,
                  smpi_vole_pack(r->q + noise_at(r, i), r->shape.dim), n->depth);
  smpi_wipe(m0, sizeof m0);
  smpi_wipe(m1, sizeof m1);
  smpi_wipe(&root, sizeof root);
}

/* Bytes of the message for one tree. */
static size_t tree_len(const struct run *r) { return r->shape.message_len / r->shape.lpn.t; }

/* Trees are grown just before their part of the message is sent. */
static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer;
  struct run *r = ctx;
  while (r->trees * tree_len(r) < off + len) plant_one(r, r->trees++);
  memcpy(buf, (const uint8_t *)r->message + off, len);
}

/* 3. */
static smpc_err send_trees(struct run *r) {
  struct smpi_flow f = {.peer = smpi_member_of_rank(r->s, r->rank), .out_len = r->shape.message_len,
                        .produce = produce, .ctx = r};
  return smpi_exchange(r->s, &f, 1);
}

static void digest(const struct run *r, bool sends, blk value, uint8_t out[SMPI_HASH_LEN]) {
  struct smpi_hash h;
  struct smpi_tweak w = tweak(r, sends);
  uint8_t id[32];
  smpi_session_id(r->s, id);
  smpi_hash_begin(&h, "smpc vole check");
  smpi_hash_add(&h, id, sizeof id);
  smpi_hash_add_u64(&h, (uint64_t)w.instance << 32 | (uint64_t)w.sender << 8 | w.receiver);
  smpi_hash_add_u64(&h, r->first);
  smpi_hash_add(&h, &value, sizeof value);
  smpi_hash_end(&h, out);
}

static void hash_blocks(struct run *r, const blk *x) {
  size_t block = (size_t)1 << r->shape.lpn.depth; /* as the receiver does, tree by tree */
  for (size_t i = 0; i < r->shape.lpn.half; i += block) smpi_vole_hash(&r->sum, x + i, block, r->power);
}

static smpc_err answer_check(struct run *r) {
  blk asked[2]; /* chi, d */
  uint8_t told[SMPI_HASH_LEN];
  smpc_err err = exchange(r, NULL, 0, asked, sizeof asked);
  if (err != SMPC_OK) return err;
  smpi_gf128_powers(r->power, asked[0], SMPI_VOLE_POWERS);
  hash_blocks(r, r->b);
  hash_blocks(r, r->rest);
  r->sum = smpi_blk_xor(r->sum, smpi_vole_pack(r->q + spare_at(r), SPARE));
  r->sum = smpi_blk_xor(r->sum, smpi_gf128_mul(asked[1], r->delta));
  digest(r, true, r->sum, told);
  return exchange(r, told, sizeof told, NULL, 0);
}

/* 1. */
static smpc_err extend(struct run *r, bool sends) {
  size_t n = r->shape.transfers;
  uint64_t *counter = sends ? &r->c->sent[r->rank] : &r->c->received[r->rank];
  const struct smpi_cot_job to = {.rank = r->rank, .n_send = n, .q = r->q};
  const struct smpi_cot_job from = {.rank = r->rank, .n_receive = n, .t = r->q, .b = r->bits};
  struct smpi_tweak w = tweak(r, sends);
  uint8_t id[32];
  smpi_session_id(r->s, id);
  smpi_base_place(&r->place, id, w.instance, w.sender, w.receiver);
  r->first = *counter;
  *counter += n;
  if (r->active != NULL) return smpi_cot_active_extend(r->active, r->s, sends ? &to : &from, 1);
  return smpi_cot_extend(r->passive, r->s, sends ? &to : &from, 1);
}

static smpc_err run_send(struct run *r, size_t n, unsigned dim) {
  smpc_err err;
  TRY(check_arguments(r, n, dim));
  TRY(make_room(r, sizeof(blk)));
  TRY(extend(r, true));
  r->delta = *(r->active != NULL ? smpi_cot_active_delta(r->active, r->rank) : smpi_cot_delta(r->passive, r->rank));
  TRY(send_trees(r));
  if (r->active != NULL) TRY(answer_check(r));
  TRY(smpi_lpn_encode(r->b, r->rest, r->shape.lpn.half));
  smpi_wipe(r->b + n, (r->shape.lpn.half - n) * sizeof *r->b);
out:
  return err;
}

/* --- the receiver -------------------------------------------------------------------- */

/* Tree i, into the first half of a and c, or into pairs of the second. */
static void unplant_one(struct run *r, size_t i, blk *a, blk *c) {
  const struct smpi_lpn_shape *n = &r->shape.lpn;
  blk pad[SMPI_VOLE_TREE_DEPTH_MAX];
  const struct smpi_vole_tree_keys k = tree_keys(r, i);
  size_t noise = noise_at(r, i);
  smpi_tccr(r->c->hash, pad, r->q + i * n->depth, n->depth, NULL, tweak(r, false), r->first + i * n->depth);
  smpi_vole_unplant(&k, a, c, r->message + i * (2 * n->depth + 1), pad, r->bits, i * n->depth,
                    smpi_vole_pack_bits(r->bits, noise, r->shape.dim), smpi_vole_pack(r->q + noise, r->shape.dim),
                    n->depth);
  smpi_wipe(pad, sizeof pad);
}

/* 4.  The check's sums are made on the way, while a tree is in cache. */
static void unplant_next(struct run *r) {
  const struct smpi_lpn_shape *n = &r->shape.lpn;
  size_t block = (size_t)1 << n->depth, i = r->trees++, at = i << n->depth;
  smpi_lpn_pair *rest = r->rest;
  blk *a = at < n->half ? r->a + at : r->tree, *c = at < n->half ? r->cc + at : r->tree + block;
  unplant_one(r, i, a, c);
  if (r->active != NULL) {
    smpi_vole_hash(&r->sum, c, block, r->power);
    smpi_vole_hash(&r->noise_sum, a, block, r->power);
  }
  for (size_t j = 0; at >= n->half && j < block; j++) rest[at - n->half + j] = (smpi_lpn_pair){{a[j], c[j]}};
}

/* Trees are regrown as soon as their part of the message is there. */
static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)peer;
  struct run *r = ctx;
  memcpy((uint8_t *)r->message + off, buf, len);
  while ((r->trees + 1) * tree_len(r) <= off + len) unplant_next(r);
}

static smpc_err receive_trees(struct run *r) {
  struct smpi_flow f = {.peer = smpi_member_of_rank(r->s, r->rank), .in_len = r->shape.message_len,
                        .consume = consume, .ctx = r};
  r->tree = smpi_scratch(r->s, (size_t)2 << r->shape.lpn.depth, sizeof *r->tree);
  return r->tree == NULL ? SMPC_E_NOMEM : smpi_exchange(r->s, &f, 1);
}

static smpc_err ask_check(struct run *r, blk chi) {
  size_t spare = spare_at(r);
  blk asked[2] = {chi, smpi_blk_xor(r->noise_sum, smpi_vole_pack_bits(r->bits, spare, SPARE))};
  r->sum = smpi_blk_xor(r->sum, smpi_vole_pack(r->q + spare, SPARE));
  return exchange(r, asked, sizeof asked, NULL, 0);
}

static smpc_err judge_check(struct run *r) {
  uint8_t told[SMPI_HASH_LEN], mine[SMPI_HASH_LEN];
  smpc_err err = exchange(r, NULL, 0, told, sizeof told);
  if (err != SMPC_OK) return err;
  digest(r, false, r->sum, mine);
  if (smpi_ct_equal(told, mine, sizeof mine)) return SMPC_OK;
  int peer = (int)smpi_member_of_rank(r->s, r->rank);
  return smpi_fail(r->s, SMPC_E_CHEAT, peer, "a check of correlated randomness failed");
}

static smpc_err run_receive(struct run *r, size_t n, unsigned dim) {
  smpc_err err;
  blk chi = {{0, 0}};
  TRY(check_arguments(r, n, dim));
  TRY(make_room(r, sizeof(smpi_lpn_pair)));
  size_t over = r->shape.lpn.half - n;
  TRY(extend(r, false));
  smpi_prg_words(smpi_prg_own(r->s), chi.w, 2);
  smpi_gf128_powers(r->power, chi, SMPI_VOLE_POWERS);
  TRY(receive_trees(r));
  if (r->active != NULL) TRY(ask_check(r, chi));
  if (r->active != NULL) TRY(judge_check(r));
  TRY(smpi_lpn_encode_pair(r->a, r->cc, r->rest, r->shape.lpn.half));
  smpi_wipe(r->a + n, over * sizeof *r->a);
  smpi_wipe(r->cc + n, over * sizeof *r->cc);
out:
  return err;
}

/* --- the interface ---------------------------------------------------------------------- */

/* Give everything back; outputs are void unless all went well. */
static void end(struct run *r, size_t mark, smpc_err err, size_t n) {
  size_t len = smpi_vole_room(n) * sizeof(blk);
  if (err != SMPC_OK && r->b != NULL) smpi_wipe(r->b, len);
  if (err != SMPC_OK && r->a != NULL) smpi_wipe(r->a, len);
  if (err != SMPC_OK && r->cc != NULL) smpi_wipe(r->cc, len);
  smpi_secret_free(r->rest);
  smpi_scratch_release(r->s, mark);
  smpi_wipe(r, sizeof *r);
}

static smpc_err open_passive(struct smpi_vole_passive **v, struct smpc_session *s, const struct smpi_cot_params *p) {
  smpc_err err = SMPC_OK;
  struct smpi_vole_passive *made = *v = NULL;
  TRY(smpi_status(s));
  made = smpi_secret_alloc(1, sizeof *made);
  if (made == NULL) TRY(smpi_fail(s, SMPC_E_NOMEM, -1, "not enough memory for a VOLE"));
  TRY(open_common(&made->c, s, p->instance));
  TRY(smpi_cot_open(&made->cot, s, p));
  *v = made;
out:
  if (err != SMPC_OK) smpi_vole_close(made);
  return err;
}

smpc_err smpi_vole_open_with(struct smpi_vole_passive **v, struct smpc_session *s, uint32_t instance, const blk *delta,
                             uint32_t with) {
  const struct smpi_cot_params p = {.k = COT_K, .instance = instance, .delta = delta, .with = with};
  return open_passive(v, s, &p);
}

smpc_err smpi_vole_open(struct smpi_vole_passive **v, struct smpc_session *s, uint32_t instance, const blk *delta) {
  return smpi_vole_open_with(v, s, instance, delta, 0);
}

static struct smpi_cot_params one_way(uint32_t instance, unsigned rank, bool sends) {
  uint32_t bit = UINT32_C(1) << rank;
  return (struct smpi_cot_params){.k = COT_K, .instance = instance, .with = bit, .only_send = sends ? bit : 0,
                                  .only_receive = sends ? 0 : bit};
}

smpc_err smpi_vole_open_way(struct smpi_vole_passive **v, struct smpc_session *s, uint32_t instance, unsigned rank,
                            bool sends) {
  const struct smpi_cot_params p = one_way(instance, rank, sends);
  return open_passive(v, s, &p);
}

void smpi_vole_close(struct smpi_vole_passive *v) {
  if (v == NULL) return;
  smpi_cot_close(v->cot);
  smpi_tccr_close(v->c.hash);
  smpi_secret_free(v);
}

const blk *smpi_vole_delta(const struct smpi_vole_passive *v, unsigned rank) { return smpi_cot_delta(v->cot, rank); }

smpc_err smpi_vole_send(struct smpi_vole_passive *v, struct smpc_session *s, unsigned rank, blk *b, size_t n,
                        unsigned dim) {
  struct run r = {.s = s, .c = &v->c, .passive = v->cot, .rank = rank, .b = b};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err = run_send(&r, n, dim);
  end(&r, mark, err, n);
  return err;
}

smpc_err smpi_vole_receive(struct smpi_vole_passive *v, struct smpc_session *s, unsigned rank, blk *a, blk *c,
                           size_t n, unsigned dim) {
  struct run r = {.s = s, .c = &v->c, .passive = v->cot, .rank = rank, .a = a, .cc = c};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err = run_receive(&r, n, dim);
  end(&r, mark, err, n);
  return err;
}

static smpc_err open_active(struct smpi_vole_active **v, struct smpc_session *s, const struct smpi_cot_params *p) {
  smpc_err err = SMPC_OK;
  struct smpi_vole_active *made = *v = NULL;
  TRY(smpi_status(s));
  made = smpi_secret_alloc(1, sizeof *made);
  if (made == NULL) TRY(smpi_fail(s, SMPC_E_NOMEM, -1, "not enough memory for a VOLE"));
  TRY(open_common(&made->c, s, p->instance));
  TRY(smpi_cot_active_open(&made->cot, s, p));
  *v = made;
out:
  if (err != SMPC_OK) smpi_vole_active_close(made);
  return err;
}

smpc_err smpi_vole_active_open(struct smpi_vole_active **v, struct smpc_session *s, uint32_t instance,
                               const blk *delta) {
  const struct smpi_cot_params p = {.k = COT_K, .instance = instance, .delta = delta};
  return open_active(v, s, &p);
}

smpc_err smpi_vole_active_open_way(struct smpi_vole_active **v, struct smpc_session *s, uint32_t instance,
                                   unsigned rank, bool sends) {
  const struct smpi_cot_params p = one_way(instance, rank, sends);
  return open_active(v, s, &p);
}

void smpi_vole_active_close(struct smpi_vole_active *v) {
  if (v == NULL) return;
  smpi_cot_active_close(v->cot);
  smpi_tccr_close(v->c.hash);
  smpi_secret_free(v);
}

const blk *smpi_vole_active_delta(const struct smpi_vole_active *v, unsigned rank) {
  return v->cot == NULL ? NULL : smpi_cot_active_delta(v->cot, rank);
}

/* Whatever failed: no further guess at what is left of the keys. */
static void destroy(struct smpi_vole_active *v) {
  smpi_cot_active_close(v->cot);
  v->cot = NULL;
}

smpc_err smpi_vole_active_send(struct smpi_vole_active *v, struct smpc_session *s, unsigned rank, blk *b, size_t n) {
  struct run r = {.s = s, .c = &v->c, .active = v->cot, .rank = rank, .b = b};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err = run_send(&r, n, 128);
  end(&r, mark, err, n);
  if (err != SMPC_OK) destroy(v);
  return err;
}

smpc_err smpi_vole_active_receive(struct smpi_vole_active *v, struct smpc_session *s, unsigned rank, blk *a, blk *c,
                                  size_t n) {
  struct run r = {.s = s, .c = &v->c, .active = v->cot, .rank = rank, .a = a, .cc = c};
  size_t mark = smpi_scratch_mark(s);
  smpc_err err = run_receive(&r, n, 128);
  end(&r, mark, err, n);
  if (err != SMPC_OK) destroy(v);
  return err;
}

void smpi_vole_bytes(uint64_t *sender, uint64_t *receiver, size_t n, unsigned dim, bool is_active) {
  struct smpi_vole_shape shape;
  uint64_t coins, responses;
  unsigned rounds;
  *sender = *receiver = 0;
  if (smpi_vole_shape(&shape, n, dim) != SMPC_OK) return;
  *sender = shape.message_len;
  *receiver = smpi_cot_message_len(COT_K, shape.transfers);
  if (!is_active) return;
  smpi_cot_active_check_bytes(&coins, &responses, &rounds, COT_K, shape.transfers);
  *sender += SMPI_HASH_LEN + coins;
  *receiver += 2 * sizeof(blk) + responses;
}

unsigned smpi_vole_rounds(size_t n, unsigned dim, bool is_active) {
  struct smpi_vole_shape shape;
  uint64_t coins, responses;
  unsigned rounds;
  if (!is_active || smpi_vole_shape(&shape, n, dim) != SMPC_OK) return 2;
  smpi_cot_active_check_bytes(&coins, &responses, &rounds, COT_K, shape.transfers);
  return rounds + 3;
}
