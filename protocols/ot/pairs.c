/* pairs.c - base transfers and trees between every two computing parties.
 *
 * Protocol, for each ordered pair (S, R): S will be the sender of correlated
 * transfers with Delta, R the receiver.
 *     1. R -> S    the offer of base transfers in which R is the sender
 *        S -> R    its points, with the choice bits 1 - Delta_i                  (round 1)
 *     2. R -> S    the trees (tree.c), their checks in the malicious form        (round 2)
 * Both directions of all pairs share both rounds; a pair may do with one direction.  Base transfers are of the
 * level of what is built on them, as is_checked says. */
#include "ot/pairs.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ot/tree.h"

enum { N = SMPI_OT_KAPPA };

/* --- what one pair needs until its trees stand -------------------------------------- */

/* Two points a transfer, semi-honest one: then the second half is not sent. */
struct round1 { uint8_t offer[SMPI_POINT], points[2 * N][SMPI_POINT]; };
_Static_assert(sizeof(struct round1) == 8224, "no padding: it is sent as it is");
typedef uint8_t one_point[SMPI_POINT], two_points[2][SMPI_POINT];

struct setup {
  struct round1 out, in;
  uint8_t secret[SMPI_POINT], choice_secret[N][SMPI_POINT]; /* as sender, as receiver of base transfers */
  blk choice;
  blk sent[N][2], received[N];
  uint8_t random[SMPI_BASE_RANDOM + N * SMPI_BASE_CHOICE_RANDOM];
  uint8_t *tree_out, *tree_in;
};

struct run { struct smpi_ot_pairs *a; struct smpc_session *s; struct setup *setup[SMPC_MAX_COMPUTING]; };

static bool is_other(const struct smpi_ot_pairs *a, unsigned rank) { return rank != a->me && (a->with >> rank & 1) != 0; }

/* Towards this rank, shall I be a sender, a receiver of correlated transfers? */
static bool sends(const struct smpi_ot_pairs *a, unsigned rank) { return (a->only_receive >> rank & 1) == 0; }
static bool receives(const struct smpi_ot_pairs *a, unsigned rank) { return (a->only_send >> rank & 1) == 0; }

static size_t tree_bytes(const struct smpi_ot_pairs *a) {
  size_t one = smpi_tree_message(a->k) * sizeof(blk) + (a->is_checked ? SMPI_OT_LEAF_CHECK : 0);
  return N / a->k * one + (a->is_checked ? SMPI_HASH_LEN : 0);
}

/* --- memory ---------------------------------------------------------------------------- */

static smpc_err allocate(struct run *r) {
  size_t leaves = smpi_soft_leaves(r->a->k);
  for (unsigned i = 0; i < r->a->parties; i++) {
    struct smpi_ot_pair *pair = &r->a->pair[i];
    if (!is_other(r->a, i)) continue;
    pair->send.leaf = smpi_secret_alloc(leaves, sizeof(struct smpi_aes_key));
    pair->receive.leaf = smpi_secret_alloc(leaves, sizeof(struct smpi_aes_key));
    struct setup *u = r->setup[i] = smpi_secret_alloc(1, sizeof *u);
    if (u != NULL) u->tree_out = smpi_secret_alloc(tree_bytes(r->a), 1);
    if (u != NULL) u->tree_in = smpi_secret_alloc(tree_bytes(r->a), 1);
    if (pair->send.leaf == NULL || pair->receive.leaf == NULL || u == NULL || u->tree_out == NULL || u->tree_in == NULL)
      return smpi_fail(r->s, SMPC_E_NOMEM, -1, "no memory for the trees of oblivious transfer");
  }
  return SMPC_OK;
}

static void release(struct run *r) {
  for (unsigned i = 0; i < r->a->parties; i++) {
    if (r->setup[i] == NULL) continue;
    smpi_secret_free(r->setup[i]->tree_out);
    smpi_secret_free(r->setup[i]->tree_in);
    smpi_secret_free(r->setup[i]);
  }
}

void smpi_ot_pairs_wipe(struct smpi_ot_pairs *a) {
  for (unsigned i = 0; i < a->parties; i++) {
    smpi_secret_free(a->pair[i].send.leaf);
    smpi_secret_free(a->pair[i].receive.leaf);
  }
  smpi_wipe(a->pair, sizeof a->pair);
}

/* --- round 1: base transfers -------------------------------------------------------------- */

static void choose(struct setup *u, const struct smpi_base_place *p, bool is_checked) {
  const uint8_t *random = u->random + SMPI_BASE_RANDOM;
  if (is_checked) smpi_base_choose((two_points *)u->out.points, u->choice_secret, p, &u->choice, random, N);
  else smpi_base_passive_choose(u->out.points, u->choice_secret, p, &u->choice, random, N);
}

static bool make_keys(struct setup *u, const struct smpi_base_place *p, bool is_checked) {
  const one_point *theirs = (const one_point *)u->in.points;
  if (!is_checked) return smpi_base_passive_sent(u->sent, p, u->out.offer, u->secret, theirs, N);
  return smpi_base_sent(u->sent, p, u->out.offer, u->secret, (const two_points *)theirs, N);
}

static bool take_keys(struct setup *u, const struct smpi_base_place *p, bool is_checked) {
  const one_point *mine = (const one_point *)u->out.points, *secret = (const one_point *)u->choice_secret;
  if (!is_checked) return smpi_base_passive_received(u->received, p, u->in.offer, secret, &u->choice, mine, N);
  return smpi_base_received(u->received, p, u->in.offer, secret, &u->choice, (const two_points *)mine, N);
}

static void begin_base(struct run *r, unsigned i, const blk *delta) {
  struct smpi_ot_pair *pair = &r->a->pair[i];
  struct setup *u = r->setup[i];
  smpi_prg_words(smpi_prg_own(r->s), (uint64_t *)(void *)u->random, sizeof u->random / 8);
  if (delta != NULL) pair->send.delta = *delta;
  else smpi_prg_words(smpi_prg_own(r->s), pair->send.delta.w, 2);
  u->choice = (blk){{~pair->send.delta.w[0], ~pair->send.delta.w[1]}};
  if (receives(r->a, i)) smpi_base_offer(u->out.offer, u->secret, u->random);
  if (sends(r->a, i)) choose(u, &pair->as_sender, r->a->is_checked);
}

static smpc_err end_base(struct run *r, unsigned i) {
  struct smpi_ot_pair *pair = &r->a->pair[i];
  struct setup *u = r->setup[i];
  bool good = !receives(r->a, i) || make_keys(u, &pair->as_receiver, r->a->is_checked);
  if (good && sends(r->a, i)) good = take_keys(u, &pair->as_sender, r->a->is_checked);
  if (!good)
    return smpi_fail(r->s, SMPC_E_FORMAT, (int)pair->member, "%s sent a malformed point for oblivious transfer",
                     smpi_member_name(r->s, pair->member));
  return SMPC_OK;
}

static size_t message_len(const struct smpi_ot_pairs *a, bool offer, bool points) {
  return (offer ? SMPI_POINT : 0) + (points ? (a->is_checked ? 2 : 1) * (size_t)N * SMPI_POINT : 0);
}

static smpc_err exchange(struct run *r, bool is_base) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t n = 0, tree = tree_bytes(r->a);
  for (unsigned i = 0; i < r->a->parties && (is_base || tree != 0); i++) {
    struct setup *u = r->setup[i];
    if (u == NULL) continue;
    bool out = receives(r->a, i), in = sends(r->a, i); /* offers and trees from me; from them */
    struct smpi_flow *f = &flow[n++];
    *f = (struct smpi_flow){.peer = r->a->pair[i].member};
    if (!is_base) {
      f->out = u->tree_out, f->out_len = out ? tree : 0;
      f->in = u->tree_in, f->in_len = in ? tree : 0;
    } else { /* an offer, points, or both */
      f->out = out ? (void *)&u->out : (void *)u->out.points, f->out_len = message_len(r->a, out, in);
      f->in = in ? (void *)&u->in : (void *)u->in.points, f->in_len = message_len(r->a, in, out);
    }
  }
  return n == 0 ? SMPC_OK : smpi_exchange(r->s, flow, n);
}

/* --- round 2: trees, their messages, then sums, then one digest ------------------------------- */

static void grow_trees(struct run *r, unsigned i) {
  struct smpi_ot_pair *pair = &r->a->pair[i];
  struct setup *u = r->setup[i];
  unsigned k = r->a->k;
  size_t one = smpi_tree_message(k), trees = N / k;
  blk *message = (blk *)(void *)u->tree_out;
  uint8_t *sum = u->tree_out + trees * one * sizeof(blk);
  struct smpi_hash digest;
  smpi_hash_begin(&digest, "smpc ot trees");
  for (unsigned t = 0; t < trees; t++)
    smpi_tree_grow(pair->receive.leaf + ((size_t)t << k), message + one * t, sum + SMPI_OT_LEAF_CHECK * t,
                   r->a->is_checked ? &digest : NULL, &pair->as_receiver, t, k,
                   (const blk(*)[2])u->sent + (size_t)k * t);
  if (r->a->is_checked) smpi_hash_end(&digest, sum + SMPI_OT_LEAF_CHECK * trees);
  pair->receive.k = k;
}

static smpc_err puncture_trees(struct run *r, unsigned i) {
  struct smpi_ot_pair *pair = &r->a->pair[i];
  struct setup *u = r->setup[i];
  unsigned k = r->a->k;
  size_t one = smpi_tree_message(k), trees = N / k;
  const blk *message = (const blk *)(const void *)u->tree_in;
  const uint8_t *sum = u->tree_in + trees * one * sizeof(blk);
  struct smpi_hash digest;
  uint8_t seen[SMPI_HASH_LEN];
  smpi_hash_begin(&digest, "smpc ot trees");
  for (unsigned t = 0; t < trees; t++) {
    unsigned d = (unsigned)(pair->send.delta.w[k * t / 64] >> k * t % 64) & ((1u << k) - 1);
    smpi_tree_puncture(pair->send.leaf + ((size_t)t << k), message + one * t, sum + SMPI_OT_LEAF_CHECK * t,
                       r->a->is_checked ? &digest : NULL, &pair->as_sender, t, k, u->received + (size_t)k * t, d);
  }
  smpi_hash_end(&digest, seen);
  pair->send.k = k;
  if (r->a->is_checked && !smpi_ct_equal(seen, sum + SMPI_OT_LEAF_CHECK * trees, sizeof seen))
    return smpi_fail(r->s, SMPC_E_CHEAT, (int)pair->member, "a check of oblivious transfer failed");
  return SMPC_OK;
}

/* --- the driver --------------------------------------------------------------------------------- */

static void place(struct smpi_ot_pairs *a, struct smpc_session *s) {
  uint8_t id[32];
  smpi_session_id(s, id);
  for (unsigned i = 0; i < a->parties; i++) {
    a->pair[i].rank = i;
    a->pair[i].member = smpi_member_of_rank(s, i);
    smpi_base_place(&a->pair[i].as_sender, id, a->instance, a->me, i);
    smpi_base_place(&a->pair[i].as_receiver, id, a->instance, i, a->me);
  }
}

static smpc_err check_params(struct smpc_session *s, const struct smpi_cot_params *p) {
  if (smpi_rank(s) < 0) return smpi_fail(s, SMPC_E_ARG, -1, "only computing parties take part in oblivious transfer");
  if (p->k != 1 && p->k != 2 && p->k != 4 && p->k != 8)
    return smpi_fail(s, SMPC_E_ARG, -1, "oblivious transfer has k = 1, 2, 4 or 8, not %u", p->k);
  return SMPC_OK;
}

smpc_err smpi_ot_pairs_open(struct smpi_ot_pairs *a, struct smpc_session *s, const struct smpi_cot_params *p,
                            bool is_checked) {
  smpc_err err = smpi_status(s);
  *a = (struct smpi_ot_pairs){.parties = smpi_parties(s), .k = p->k, .instance = p->instance, .is_checked = is_checked,
                              .with = p->with != 0 ? p->with : UINT32_MAX, .only_send = p->only_send,
                              .only_receive = p->only_receive};
  struct run r = {.a = a, .s = s};
  if (err != SMPC_OK) return err;
  TRY(check_params(s, p));
  a->me = (unsigned)smpi_rank(s);
  place(a, s);
  TRY(allocate(&r));
  for (unsigned i = 0; i < a->parties; i++)
    if (is_other(a, i)) begin_base(&r, i, p->delta == NULL ? NULL : &p->delta[i]);
  TRY(exchange(&r, true));                                                            /* 1. base transfers */
  for (unsigned i = 0; i < a->parties; i++) {
    if (!is_other(a, i)) continue;
    TRY(end_base(&r, i));
    if (receives(a, i)) grow_trees(&r, i);
  }
  TRY(exchange(&r, false));                                                           /* 2. trees          */
  for (unsigned i = 0; i < a->parties; i++)
    if (is_other(a, i) && sends(a, i)) TRY(puncture_trees(&r, i));
out:
  release(&r);
  if (err != SMPC_OK) smpi_ot_pairs_wipe(a);
  return err;
}

smpc_err smpi_ot_jobs_check(const struct smpi_ot_pairs *a, struct smpc_session *s, const struct smpi_cot_job *job,
                            size_t jobs) {
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK) return err;
  bool is_seen[SMPC_MAX_COMPUTING] = {false};
  for (size_t i = 0; i < jobs; i++) {
    unsigned rank = job[i].rank;
    if (rank >= a->parties || !is_other(a, rank) || is_seen[rank])
      return smpi_fail(s, SMPC_E_ARG, -1, "a transfer must be with another computing party, once");
    if (job[i].n_send > SIZE_MAX / 64 || job[i].n_receive > SIZE_MAX / 64)
      return smpi_fail(s, SMPC_E_ARG, -1, "too many transfers at once");
    if ((job[i].n_send != 0 && !sends(a, rank)) || (job[i].n_receive != 0 && !receives(a, rank)))
      return smpi_fail(s, SMPC_E_ARG, -1, "these transfers were opened for the other direction alone");
    is_seen[rank] = true;
  }
  return SMPC_OK;
}

void smpi_ot_jobs_wipe(const struct smpi_cot_job *job, size_t jobs) {
  for (size_t i = 0; i < jobs; i++) {
    if (job[i].q != NULL) smpi_wipe(job[i].q, job[i].n_send * sizeof *job[i].q);
    if (job[i].t != NULL) smpi_wipe(job[i].t, job[i].n_receive * sizeof *job[i].t);
    if (job[i].b != NULL) smpi_wipe(job[i].b, smpi_ceil_div(job[i].n_receive, 64) * sizeof *job[i].b);
  }
}
