/* multi.c - intersection of many sets, by zero sharing in key-value stores.
 *
 * Functionality F_mpsi   from each of P owners a set; gives the recipients, all of them owners,
 *                        which of their items are in all sets.
 * Protocol      Pi_mpsi  [KMPRT17], its form for the augmented semi-honest model, with the programmable
 *     OPRF of [RS21]; the first recipient is the hub R, the others are S_1 ... S_(P-1), t of them
 *     recipients; n the largest size, k = 8 ceil((40 + log2(n (P + t n))) / 8), V as in oprf.c; one store
 *     shape for n items and one seed for all:
 *     1. open      base transfers between R and each S_i                   (2 rounds)
 *     2. for each i in turn
 *        VOLE      R: a_i in V^L, c_i;  S_i: Delta_i, b_i                  (2 rounds)
 *        store     R -> S_i: the seed, and a_i + P with decode(P, x) = H(x) for all x
 *                  in X: P is solved once                                  (1 round)
 *        locally   F_i as in oprf.c, at R for X, at S_i for its set
 *     3. share     S_i, S_j take a key r_ij from their common stream.
 *                  z_i(y) = sum over j of AES(r_ij, y): over all i they sum to zero
 *     4. program   S_i -> R: T_i with decode(T_i, y) = F_i(y) + z_i(y) for all y
 *                  in its set, free columns random                         (1 round)
 *     5. locally   R: x is in all sets when sum of F_i(x) = decode(sum of T_i, x)
 *     6. tell      R -> each other recipient: AES(t_j, x) for each of its items that is in all
 *                  sets, random strings for the others and paddings        (1 round)
 * Why           reading is linear: for x in all sets step 5 compares sum F_i with sum F_i +
 *               sum z_i.  If S_i lacks x, decode(T_i, x) is uniform and k bits long.  So n items of R and, in step 6,
 *               t n^2 pairs meet by chance: with what Security says, n (P + t n) accidents of 2^-k, 2^-40 in all.
 * Security      up to P-1 semi-honest parties together; H, Ho, AES ideal.
 *               Without R: they see a_i + P, hidden by pseudo-random a_i (oprf.c), one
 *               seed, and strings of step 6 that follow from their output: nothing more.
 *               With R: let Q be the honest owners, all among the S_i.  F_i(y), i in Q, is random
 *               outside X, but for 2^-k each (oprf.c).  For x in X the values z_i(x), i in Q, are a fresh sharing of a
 *               sum that the coalition knows, since every two of Q have a key it does not know: any of
 *               them but all are uniform and independent.  So all programmed values are uniform
 *               to the coalition but for one relation at each x in X that all of Q have; and T_i,
 *               which solves equations with independent rows and uniform right sides, with its free columns
 *               uniform, is uniform but for these relations.  A simulator draws the T_i like that; it
 *               needs the part of X that all of Q have.  That is the output when the coalition's other
 *               sets are X too: the augmented model lets it enter these.  In the plain model that
 *               is the leakage: its own other sets do not make the answer smaller.
 *               Malicious: no.
 * Assumes       F_vole, pairwise streams, authenticated private channels.
 *               Large sets run in buckets (parts.h, multi_parts.c), whose number and sizes follow from the sets'
 *               sizes; the runs have one Delta_i, as in oprf_parts.c, fresh keys, and share the bounds.
 * Cost          see multi.h.
 * Secrets       items, order, P, a, b, c, Delta, r, t, F, z, T before step 4; public: sizes, seed.
 * Differs from  the paper: the programmable OPRF; z from AES; step 6.  Its conditional sharing,
 *               which is safe in the plain model, takes P (P-1) of these OPRFs; [NTY21] takes fewer for
 *               fewer colluding.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/multi_impl.h"

enum { SEED = SMPI_MULTI_SEED };

static bool learns(const struct smpi_multi *r, unsigned i) { return r->t->to.bits >> r->t->owner[i] & 1; }

static size_t largest(const struct smpi_psi_many *t) {
  size_t n = 0;
  for (unsigned i = 0; i < t->owners; i++) n = t->size[i] > n ? t->size[i] : n;
  return n;
}

/* How many may meet by chance for each item. */
static uint64_t chances(const struct smpi_psi_many *t) {
  uint64_t tagged = (uint64_t)__builtin_popcountll(t->to.bits) - 1;
  return t->owners + tagged * largest(t);
}

_Static_assert(SMPI_MULTI_MAX_ITEMS / SMPI_PSI_BUCKET_FROM * SMPC_MAX_COMPUTING <= 1 << SMPI_OKVS_MORE,
               "stores of all buckets and owners can share one bound");

static unsigned runs_of(const struct smpi_psi_many *t) { return t->runs == 0 ? 1 : t->runs; }

/* Of all runs together. */
static uint64_t all_items(const struct smpi_psi_many *t) { return (uint64_t)largest(t) * runs_of(t); }

size_t smpi_psi_many_mask_len(const struct smpi_psi_many *t) { return smpi_psi_mask_len(all_items(t), chances(t)); }

/* Of something for each owner and run. */
static unsigned shared_bits(const struct smpi_psi_many *t) { return smpi_log2_up((uint64_t)t->owners * runs_of(t)); }

/* The stores P, and P-1 of T, all together fail with 2^-40. */
static smpc_err shape_of(struct smpi_okvs_shape *shape, const struct smpi_psi_many *t) {
  return smpi_okvs_shape(shape, largest(t), SMPI_OKVS_BINARY, SMPI_OKVS_LAMBDA + shared_bits(t));
}

/* That any bucket of anybody overflows: 2^-40, too. */
void smpi_multi_bucket(struct smpi_psi_many *t, const struct smpi_psi_many *all) {
  size_t n = largest(all);
  *t = *all;
  if (t->runs == 0) t->runs = smpi_psi_buckets(n, n);
  for (unsigned i = 0; i < t->owners && t->runs > 1; i++)
    t->size[i] = (size_t)smpi_okvs_bin_size(all->size[i], t->runs, SMPI_PSI_SIGMA + shared_bits(t));
}

unsigned smpi_multi_hub(const struct smpi_psi_many *t) {
  for (unsigned i = 0; i < t->owners; i++)
    if (t->to.bits >> t->owner[i] & 1) return i;
  return t->owners;
}

/* --- the driver --------------------------------------------------------------------------- */

smpc_err smpi_multi_check(struct smpc_session *s, const struct smpi_psi_many *t) {
  bool has_owners = t->owners >= SMPI_MULTI_MIN && t->owners <= SMPC_MAX_COMPUTING && t->mine < t->owners;
  if (!has_owners || smpi_multi_hub(t) == t->owners)
    return smpi_fail(s, SMPC_E_ARG, -1, "this protocol is for 3 to 16 owners of sets, one of them a recipient");
  for (unsigned i = 0; i < t->owners; i++)
    if (smpi_rank_of(s, t->owner[i]) < 0)
      return smpi_fail(s, SMPC_E_ARG, -1, "%s holds a set but is no computing party", smpi_member_name(s, t->owner[i]));
  if (largest(t) > SMPI_MULTI_MAX_ITEMS)
    return smpi_fail(s, SMPC_E_RANGE, -1, "sets of more than 2^26 items are too large for this protocol");
  return SMPC_OK;
}

static smpc_err prepare(struct smpi_multi *r) {
  struct smpi_psi_many *t = r->t;
  uint8_t session[32];
  r->hub = smpi_multi_hub(t);
  smpi_session_id(r->s, session);
  smpi_oprf_hash_make(&r->hash, session, t->instance, smpi_psi_many_mask_len(t), all_items(t), chances(t));
  smpi_prg_words(smpi_prg_own(r->s), r->seed.w, 2);
  for (unsigned i = 0; i < t->owners; i++) { /* step 3, and the keys of step 6 */
    blk key;
    if (i == t->mine) continue;
    smpi_prg_words(smpi_prg_pair(r->s, t->owner[i]), key.w, 2);
    smpi_aes_key_set(&r->share[i], &key);
    smpi_wipe(&key, sizeof key);
  }
  return shape_of(&r->shape, t);
}

static smpc_err make_room(struct smpi_multi *r) {
  size_t room = smpi_vole_room(r->shape.len), hint_len = r->shape.len * r->hash.mask_len;
  bool hub = smpi_multi_is_hub(r);
  r->a = hub ? smpi_scratch(r->s, room, sizeof *r->a) : NULL;
  r->c = hub ? smpi_scratch(r->s, room, sizeof *r->c) : NULL;
  r->p = hub ? smpi_scratch(r->s, r->shape.len, sizeof *r->p) : NULL;
  r->b = hub ? NULL : smpi_scratch(r->s, room, sizeof *r->b);
  r->sum = hub ? smpi_scratch(r->s, smpi_multi_size(r), sizeof *r->sum) : NULL;
  r->hint = smpi_scratch(r->s, hint_len, 1);
  r->column = smpi_scratch(r->s, r->shape.bin_len, sizeof *r->column);
  r->packed = smpi_scratch(r->s, r->shape.bin_len, r->hash.mask_len);
  if (smpi_status(r->s) != SMPC_OK) return smpi_status(r->s);
  memset(r->hint, 0, hint_len);
  if (hub) memset(r->sum, 0, smpi_multi_size(r) * sizeof *r->sum);
  r->total = (uint64_t)r->shape.bins * (hub ? r->t->owners : 1);
  return SMPC_OK;
}

/* Step 1: pairs of the hub alone. */
static smpc_err open_vole(struct smpi_multi *r) {
  uint32_t with = 0, instance;
  if (!smpi_cot_instance_of(&instance, SMPI_COT_FOR_PSI, r->t->instance))
    return smpi_fail(r->s, SMPC_E_RANGE, -1, "too many operations in one session for an intersection");
  for (unsigned i = 0; i < r->t->owners; i++)
    if (i != r->t->mine && (smpi_multi_is_hub(r) || i == r->hub)) with |= UINT32_C(1) << smpi_rank_of(r->s, r->t->owner[i]);
  return smpi_vole_open_with(&r->vole, r->s, instance, NULL, with);
}

/* Step 2 with owner i at the hub, or at owner i with the hub. */
static smpc_err run_oprf(struct smpi_multi *r, unsigned i) {
  const unsigned dim = 8 * (unsigned)r->hash.mask_len, peer = r->t->owner[smpi_multi_is_hub(r) ? i : r->hub];
  const unsigned rank = (unsigned)smpi_rank_of(r->s, peer);
  size_t len = SEED + r->shape.len * r->hash.mask_len;
  struct smpi_flow flow = {.peer = peer, .ctx = r};
  smpc_err err;
  smpi_multi_rewind(r);
  if (smpi_multi_is_hub(r)) {
    TRY(smpi_vole_receive(r->vole, r->s, rank, r->a, r->c, r->shape.len, dim));
    smpi_put64(r->packed, r->seed.w[0]);
    smpi_put64(r->packed + 8, r->seed.w[1]);
    flow.out_len = len;
    flow.produce = smpi_multi_give_store;
  } else {
    r->delta = *smpi_vole_delta(r->vole, rank);
    TRY(smpi_vole_send(r->vole, r->s, rank, r->b, r->shape.len, dim));
    flow.in_len = len;
    flow.consume = smpi_multi_take_store;
  }
  TRY(smpi_exchange(r->s, &flow, 1));
  err = r->err;
out:
  return err;
}

static smpc_err run_oprfs(struct smpi_multi *r) {
  smpc_err err;
  if (!smpi_multi_is_hub(r)) return run_oprf(r, r->hub);
  TRY(smpi_multi_open_store(r));
  r->is_first = true;
  for (unsigned i = 0; i < r->t->owners; i++) {
    if (i == r->hub) continue;
    TRY(run_oprf(r, i));
    r->is_first = false;
  }
out:
  return err;
}

/* Step 4. */
static smpc_err exchange_hints(struct smpi_multi *r) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t n = 0, len = r->shape.len * r->hash.mask_len;
  for (unsigned i = 0; smpi_multi_is_hub(r) && i < r->t->owners; i++)
    if (i != r->hub)
      flow[n++] = (struct smpi_flow){.peer = r->t->owner[i], .in_len = len, .consume = smpi_multi_add_hint, .ctx = r};
  if (!smpi_multi_is_hub(r))
    flow[n++] = (struct smpi_flow){.peer = r->t->owner[r->hub], .out_len = len, .out = r->hint};
  return smpi_exchange(r->s, flow, n);
}

/* Step 6 at the hub, for owner i; as much work for what does not match. */
static smpc_err make_tags(struct smpi_multi *r, uint8_t **packed, unsigned i) {
  size_t n = smpi_multi_size(r), len = r->hash.mask_len;
  struct smpi_mask *tag = smpi_scratch(r->s, n, sizeof *tag);
  *packed = smpi_scratch(r->s, n, len);
  if (tag == NULL || *packed == NULL) return smpi_status(r->s);
  smpi_prg_words(smpi_prg_own(r->s), tag->w, 2 * n);
  smpi_multi_tag(r, tag, &r->share[i]);
  smpi_psi_pack(*packed, n * len, 0, tag, len);
  return SMPC_OK;
}

static smpc_err give_tags(struct smpi_multi *r) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING];
  size_t n = 0, len = smpi_multi_size(r) * r->hash.mask_len;
  smpc_err err = SMPC_OK;
  for (unsigned i = 0; i < r->t->owners; i++) {
    uint8_t *packed;
    if (i == r->hub || !learns(r, i)) continue;
    TRY(make_tags(r, &packed, i));
    flow[n++] = (struct smpi_flow){.peer = r->t->owner[i], .out_len = len, .out = packed};
  }
  if (n != 0) TRY(smpi_exchange(r->s, flow, n));
out:
  return err;
}

static smpc_err take_tags(struct smpi_multi *r) {
  size_t n = smpi_multi_size(r), m = r->t->size[r->hub], len = r->hash.mask_len;
  struct smpi_mask *theirs = smpi_scratch(r->s, m, sizeof *theirs), *own = smpi_scratch(r->s, n, sizeof *own);
  uint8_t *packed = smpi_scratch(r->s, m, len);
  struct smpi_flow flow = {.peer = r->t->owner[r->hub], .in_len = m * len, .in = packed};
  smpc_err err = smpi_status(r->s);
  if (theirs == NULL || own == NULL || packed == NULL) goto out;
  TRY(smpi_exchange(r->s, &flow, 1));
  smpi_psi_unpack(theirs, packed, m * len, 0, len);
  smpi_multi_encrypt(r, own, &r->share[r->hub], r->t->key, n);
  if (smpi_psi_match_vt(r->t->hit, own, n, theirs, m, smpi_prg_own(r->s)) == SIZE_MAX) TRY(SMPC_E_NOMEM);
  r->t->matched = smpi_psi_drop_paddings(r->t->hit, r->t->held, n);
out:
  return err;
}

static smpc_err finish(struct smpi_multi *r) {
  if (smpi_multi_is_hub(r)) {
    smpi_multi_compare_vt(r);
    return give_tags(r);
  }
  return learns(r, r->t->mine) ? take_tags(r) : SMPC_OK;
}

bool smpi_multi_has_empty_set(const struct smpi_psi_many *t) {
  for (unsigned i = 0; i < t->owners; i++)
    if (t->size[i] == 0) return true;
  return false;
}

smpc_err smpi_multi_run(struct smpc_session *s, struct smpi_psi_many *t, struct smpi_vole_passive **vole) {
  struct smpi_multi r = {.s = s, .t = t, .vole = *vole};
  smpc_err err;
  t->matched = 0;
  if (t->hit != NULL) memset(t->hit, 0, t->size[t->mine]);
  TRY(prepare(&r));
  TRY(make_room(&r));
  if (r.vole == NULL) TRY(open_vole(&r)); /* 1. open */
  TRY(run_oprfs(&r));                     /* 2. VOLE and stores; 3. share */
  TRY(exchange_hints(&r));                /* 4. program */
  TRY(finish(&r));                        /* 5. compare; 6. tell */
out:
  *vole = r.vole;
  smpi_okvs_close(r.store);
  smpi_secret_free(r.value);
  smpi_secret_free(r.mask);
  smpi_wipe(&r, sizeof r);
  return err == SMPC_OK ? err : smpi_fail(s, err, -1, "the intersection failed: %s", smpi_err_text(err));
}

void smpi_psi_many_cost(struct smpi_cost *c, const struct smpi_psi_many *all) {
  struct smpi_psi_many t;
  struct smpi_okvs_shape shape;
  uint64_t sender, hub, tags = 0, others = all->owners - 1;
  unsigned first = smpi_multi_hub(all);
  size_t len;
  smpi_multi_bucket(&t, all);
  if (smpi_multi_has_empty_set(all) || first == t.owners || shape_of(&shape, &t) != SMPC_OK) return;
  len = smpi_psi_many_mask_len(&t);
  for (unsigned i = first + 1; i < t.owners; i++) tags += t.to.bits >> t.owner[i] & 1;
  smpi_vole_bytes(&sender, &hub, shape.len, 8 * (unsigned)len, false);
  sender = SMPI_VOLE_OPEN_BYTES + t.runs * (sender + (uint64_t)shape.len * len);
  hub = t.runs * (others * (hub + SEED + (uint64_t)shape.len * len) + tags * t.size[first] * len);
  hub += others * SMPI_VOLE_OPEN_BYTES;
  c->rounds += 2 + t.runs * (3 * others + 1 + (tags != 0));
  c->bytes += sender > hub ? sender : hub;
}
