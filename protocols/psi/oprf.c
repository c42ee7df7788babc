/* oprf.c - intersection of two sets by an oblivious pseudo-random function.
 *
 * Functionality F_psi    from R a set X of n items, from S a set Y of m; gives R, and
 *                        S if so agreed, which of their items are in both.
 * Protocol      Pi_oprf  [RS21], [RR22], semi-honest; k = 8 ceil((40 + log2(n m)) / 8),
 *     V the F_2-space of the polynomials of degree below k in F = GF(2^128):
 *     1. open      S draws Delta in F; base transfers (cot.h)            (2 rounds)
 *     2. VOLE      R: a in V^L, c in F^L;  S: b in F^L;  c = a Delta + b (2 rounds)
 *     3. encode    R: P in V^L with decode(P, x) = H(x) in V for all x in X,
 *                  by a store whose rows are zeros and ones, bin by bin;
 *        send      R -> S: the store's seed, and a + P: k bits each      (1 round)
 *     4. locally   S, bin by bin: K = b + (a + P) Delta;
 *                  F(y) = Ho(decode(K, y) + Delta H(y), y), k bits
 *                  R: F(x) = Ho(decode(c, x), x)
 *     5. return    S -> R: F(y) for all y and random masks for paddings,
 *                  in random order                                       (1 round)
 *     6. match     R compares; if S is to learn, R sends a bit for each  (1 round)
 * Why           K = c + P Delta, and reading is linear, so decode(K, y) + Delta H(y) =
 *               decode(c, y) + Delta (decode(P, y) + H(y)): for y in X just what R
 *               has.  For other y the masks are independent: n m pairs of k bits
 *               collide with probability below 2^-40.
 * Security      semi-honest, H and Ho from an ideal cipher.
 *               S corrupt: it sees a + P with a pseudo-random in V^L: P lies in V^L,
 *               since H does, rows are binary and elimination over them adds only; so
 *               a hides P whatever X is.  L follows from n alone.  The seed is drawn
 *               before the store is solved.  (That solving fails, 2^-40, ends the run.)
 *               R corrupt: it sees F(y).  For y in both that is its own.  For y
 *               outside X, d(y) = decode(P, y) + H(y) is in V, and H(y) is uniform there
 *               and independent of P and of the store's rows, which are made without y;
 *               Y is chosen before the session's keys: so some d(y) is zero with
 *               probability at most m 2^-k <= 2^-40 / n.  Otherwise d(y) Delta is
 *               uniform in F, of 128 bits although d(y) has k, for products are
 *               those of the field: Ho is asked where R has not asked it, and F(y) is
 *               random to it.  This is the argument of [RR22] with the space V in
 *               place of a subfield: a subfield's Delta would have its size, V's has
 *               128 bits, and closure under products is used nowhere.  Random order
 *               hides the bins that the items of S fall into.
 *               Malicious: no: a receiver could put other values into the store.
 * Assumes       F_vole (ot/vole.h), authenticated channels; Delta and all keys
 *               are made here and used once.
 * Cost          see oprf.h.
 * Secrets       items, order, P, a, b, c, Delta, masks; public: sizes, seed.
 * Differs from  the papers: V, above; bins are sent as they are solved, so that
 *               both work at once; items up to 16 bytes are keys by a permutation.
 */
#include "psi/oprf.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/gf128.h"
#include "ot/vole.h"

enum { SEED = 16 }; /* bytes before the first bin */

struct run {
  struct smpc_session *s;
  struct smpi_psi_task *t;
  bool receives;
  unsigned rank;               /* of the other */
  size_t n, m;                 /* of the receiver and the sender */
  struct smpi_oprf_hash hash;
  struct smpi_okvs_shape shape;
  struct smpi_okvs *store;
  struct smpi_vole_passive *vole;
  blk seed, delta;
  blk *a, *c;                  /* [room] receiver */
  blk *b;                      /* [room] sender   */
  size_t n_keys;               /* my items without paddings */
  blk *key;                    /* [n_keys] */
  uint32_t *place;             /* [n_keys] of my masks: where in t->row key j stands */
  struct smpi_mask *mine, *theirs;
  /* the stream: one bin at a time */
  unsigned bin;                /* next to be made or taken */
  uint8_t *packed;             /* [bin_len * mask_len], at first the seed */
  size_t packed_len, at;
  blk *column, *value, *some;  /* [bin_len], and [largest bin of my keys] twice */
  smpc_err err;                /* of what ran inside the exchange */
};

/* --- my keys ------------------------------------------------------------------------- */

static size_t my_size(const struct run *r) { return r->t->n; }

static smpc_err make_keys(struct run *r) {
  enum { RUN = 256 }; /* LOCAL */
  size_t n = 0, row[RUN];
  r->key = smpi_scratch(r->s, my_size(r), sizeof *r->key);
  r->place = smpi_scratch(r->s, my_size(r), sizeof *r->place);
  if (r->key == NULL || r->place == NULL) return smpi_status(r->s);
  for (size_t i = 0, k; i < my_size(r); n += k) {
    for (k = 0; k < RUN && i < my_size(r); i++) {
      if (r->t->row[i] == SMPI_PSI_PADDING) continue;
      row[k] = r->t->row[i];
      r->place[n + k++] = (uint32_t)i;
    }
    smpi_oprf_keys(r->key + n, &r->hash, r->t->set, row, k);
  }
  r->n_keys = n;
  return SMPC_OK;
}

static size_t largest_bin(const struct run *r) {
  const uint32_t *index;
  size_t most = 0;
  for (unsigned b = 0; b < r->shape.bins; b++) {
    size_t n = smpi_okvs_bin(r->store, b, &index);
    most = n > most ? n : most;
  }
  return most;
}

/* Sort my keys into bins.  The sender has other numbers than the store was made for:
 * it only reads. */
static smpc_err open_store(struct run *r) {
  struct smpi_okvs_shape shape = r->shape;
  if (!r->receives) {
    shape.n = r->n_keys;
    shape.m = UINT32_MAX;
  }
  smpc_err err = smpi_okvs_open_vt(&r->store, &shape, r->seed, r->key, r->n_keys);
  if (err != SMPC_OK) return err;
  size_t most = largest_bin(r);
  r->value = smpi_secret_alloc(most, sizeof *r->value);
  r->some = smpi_secret_alloc(most, sizeof *r->some);
  return r->value != NULL && r->some != NULL ? SMPC_OK : SMPC_E_NOMEM;
}

/* some[p] := the key of each position of the bin. */
static size_t gather(struct run *r, unsigned bin, const uint32_t **index) {
  size_t n = smpi_okvs_bin(r->store, bin, index);
  for (size_t p = 0; p < n; p++) r->some[p] = r->key[(*index)[p]];
  return n;
}

/* mine[place] := the mask of each position, from what was read there. */
static void set_masks(struct run *r, const uint32_t *index, size_t n) {
  struct smpi_mask some[64];
  for (size_t p = 0, k; p < n; p += k) {
    k = smpi_min(64, n - p);
    smpi_oprf_masks(some, &r->hash, r->value + p, r->some + p, k);
    for (size_t j = 0; j < k; j++) r->mine[r->place[index[p + j]]] = some[j];
  }
  smpi_wipe(some, sizeof some);
}

static void tell(const struct run *r) {
  if (r->t->progress != NULL) r->t->progress(r->t->ctx, r->bin, r->shape.bins);
}

/* --- steps 3 and 4 at the receiver ----------------------------------------------------- */

static void pack_columns(struct run *r, const blk *a) {
  size_t len = r->hash.mask_len;
  uint8_t whole[16];
  for (size_t j = 0; j < r->shape.bin_len; j++) {
    blk x = smpi_blk_xor(r->column[j], a[j]);
    smpi_put64(whole, x.w[0]);
    smpi_put64(whole + 8, x.w[1]);
    memcpy(r->packed + j * len, whole, len);
  }
  r->packed_len = r->shape.bin_len * len;
  r->at = 0;
}

/* After a failure: a alone, so that nothing is told. */
static void next_bin(struct run *r) {
  const uint32_t *index;
  size_t first = r->bin * r->shape.bin_len, n = gather(r, r->bin, &index);
  smpi_oprf_values(r->value, &r->hash, r->some, n);
  if (r->err == SMPC_OK) r->err = smpi_okvs_encode_bin_vt(r->store, r->column, r->bin, r->value, NULL);
  if (r->err != SMPC_OK) memset(r->column, 0, r->shape.bin_len * sizeof *r->column);
  pack_columns(r, r->a + first);
  smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, r->c + first);
  set_masks(r, index, n);
  r->bin++;
  tell(r);
}

static void give_store(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  struct run *r = ctx;
  (void)peer, (void)off;
  for (size_t done = 0, part; done < len; done += part) {
    if (r->at == r->packed_len) next_bin(r);
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(buf + done, r->packed + r->at, part);
    r->at += part;
  }
}

/* --- and at the sender ------------------------------------------------------------------- */

static void take_seed(struct run *r) {
  r->seed = (blk){{smpi_get64(r->packed), smpi_get64(r->packed + 8)}};
  r->err = open_store(r);
  r->packed_len = r->shape.bin_len * r->hash.mask_len;
  r->at = 0;
}

static void unpack_columns(struct run *r) {
  size_t len = r->hash.mask_len;
  uint8_t whole[16] = {0};
  for (size_t j = 0; j < r->shape.bin_len; j++) {
    memcpy(whole, r->packed + j * len, len);
    r->column[j] = (blk){{smpi_get64(whole), smpi_get64(whole + 8)}};
  }
  r->at = 0;
}

static void take_bin(struct run *r) {
  const uint32_t *index;
  blk *k = r->b + r->bin * r->shape.bin_len;
  unpack_columns(r);
  smpi_gf128_axpy(k, r->delta, r->column, r->shape.bin_len);
  size_t n = gather(r, r->bin, &index);
  smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, k);
  blk value[64];
  for (size_t p = 0, part; p < n; p += part) {
    part = smpi_min(64, n - p);
    smpi_oprf_values(value, &r->hash, r->some + p, part);
    smpi_gf128_axpy(r->value + p, r->delta, value, part);
  }
  set_masks(r, index, n);
  r->bin++;
  tell(r);
}

static void take_store(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct run *r = ctx;
  (void)peer;
  for (size_t done = 0, part; done < len && r->err == SMPC_OK; done += part) {
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(r->packed + r->at, buf + done, part);
    r->at += part;
    if (r->at < r->packed_len) continue;
    if (off + done + part == SEED) take_seed(r);
    else take_bin(r);
  }
}

/* --- masks, bits -------------------------------------------------------------------------- */

static void give_masks(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  const struct run *r = ctx;
  (void)peer;
  smpi_psi_pack(buf, len, off, r->mine, r->hash.mask_len);
}

static void take_masks(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  const struct run *r = ctx;
  (void)peer;
  smpi_psi_unpack(r->theirs, buf, len, off, r->hash.mask_len);
}

/* --- the driver ----------------------------------------------------------------------------- */

static smpc_err check(struct smpc_session *s, const struct smpi_psi_task *t) {
  if (t->count_only) return smpi_fail(s, SMPC_E_ARG, -1, "this protocol shows the receiver which items match: it cannot count");
  if (smpi_parties(s) != 2 || smpi_rank(s) < 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "this protocol is for exactly two computing parties");
  if (t->n > SMPI_OPRF_MAX_ITEMS || t->m > SMPI_OPRF_MAX_ITEMS)
    return smpi_fail(s, SMPC_E_RANGE, -1, "sets of more than 2^26 items are too large for this protocol");
  return SMPC_OK;
}

static smpc_err prepare(struct run *r) {
  struct smpi_psi_task *t = r->t;
  uint8_t session[32];
  uint64_t seed[2];
  r->receives = t->i_learn && (!t->peer_learns || smpi_me(r->s) < t->peer);
  r->rank = 1 - (unsigned)smpi_rank(r->s);
  r->n = r->receives ? t->n : t->m;
  r->m = r->receives ? t->m : t->n;
  smpi_session_id(r->s, session);
  smpi_oprf_hash_make(&r->hash, session, t->instance, smpi_psi_mask_len(r->n, r->m));
  smpi_prg_words(smpi_prg_own(r->s), seed, 2);
  r->seed = (blk){{seed[0], seed[1]}};
  smpc_err err = smpi_okvs_shape(&r->shape, r->n, SMPI_OKVS_BINARY, SMPI_OKVS_LAMBDA);
  return err == SMPC_OK ? make_keys(r) : err;
}

/* Random words stand where paddings are, and are overwritten elsewhere. */
static smpc_err make_room(struct run *r) {
  size_t room = smpi_vole_room(r->shape.len);
  r->a = r->receives ? smpi_scratch(r->s, room, sizeof *r->a) : NULL;
  r->c = r->receives ? smpi_scratch(r->s, room, sizeof *r->c) : NULL;
  r->b = r->receives ? NULL : smpi_scratch(r->s, room, sizeof *r->b);
  r->mine = smpi_scratch(r->s, my_size(r), sizeof *r->mine);
  r->theirs = r->receives ? smpi_scratch(r->s, r->m, sizeof *r->theirs) : NULL;
  r->column = smpi_scratch(r->s, r->shape.bin_len, sizeof *r->column);
  r->packed = smpi_scratch(r->s, r->shape.bin_len, r->hash.mask_len);
  if (smpi_status(r->s) == SMPC_OK) smpi_prg_words(smpi_prg_own(r->s), r->mine[0].w, 2 * my_size(r));
  return smpi_status(r->s);
}

static smpc_err run_vole(struct run *r) {
  unsigned dim = 8 * (unsigned)r->hash.mask_len;
  uint32_t instance = SMPI_COT_FOR_PSI | (uint32_t)r->t->instance << 8;
  smpc_err err;
  TRY(smpi_vole_open(&r->vole, r->s, instance, NULL));
  if (r->receives) {
    TRY(smpi_vole_receive(r->vole, r->s, r->rank, r->a, r->c, r->shape.len, dim));
  } else {
    r->delta = *smpi_vole_delta(r->vole, r->rank);
    TRY(smpi_vole_send(r->vole, r->s, r->rank, r->b, r->shape.len, dim));
  }
out:
  return err;
}

/* Steps 3 and 4. */
static smpc_err exchange_store(struct run *r) {
  size_t len = SEED + r->shape.len * r->hash.mask_len;
  struct smpi_flow flow = {.peer = r->t->peer, .ctx = r};
  smpc_err err;
  r->packed_len = SEED;
  if (r->receives) {
    TRY(open_store(r));
    smpi_put64(r->packed, r->seed.w[0]);
    smpi_put64(r->packed + 8, r->seed.w[1]);
    flow.out_len = len;
    flow.produce = give_store;
  } else {
    flow.in_len = len;
    flow.consume = take_store;
  }
  TRY(smpi_exchange(r->s, &flow, 1));
  err = r->err;
out:
  return err;
}

/* Steps 5 and 6; the sender is told by one bit for each of its masks. */
static smpc_err finish(struct run *r) {
  struct smpi_psi_task *t = r->t;
  size_t masks_len = r->m * r->hash.mask_len, bits_len = t->peer_learns && t->i_learn ? (r->m + 7) / 8 : 0;
  struct smpi_flow masks = {.peer = t->peer, .ctx = r, .out_len = r->receives ? 0 : masks_len,
                            .in_len = r->receives ? masks_len : 0, .produce = give_masks, .consume = take_masks};
  uint8_t *bits = smpi_scratch(r->s, bits_len + 8, 1), *hit = smpi_scratch(r->s, r->m, 1);
  size_t found = 0;
  smpc_err err = smpi_status(r->s);
  if (bits == NULL || hit == NULL) goto out;
  TRY(smpi_exchange(r->s, &masks, 1));
  memset(bits, 0, bits_len + 8);
  if (r->receives) {
    found = smpi_psi_match_vt(t->hit, r->mine, r->n, r->theirs, r->m);
    if (bits_len != 0 && found != SIZE_MAX) found = smpi_psi_match_vt(hit, r->theirs, r->m, r->mine, r->n);
    if (found == SIZE_MAX) TRY(SMPC_E_NOMEM);
    for (size_t i = 0; bits_len != 0 && i < r->m; i++) bits[i / 8] |= (uint8_t)(hit[i] << i % 8);
  }
  if (bits_len != 0)
    TRY(smpi_exchange(r->s, &(struct smpi_flow){.peer = t->peer, .out_len = r->receives ? bits_len : 0,
                                                .in_len = r->receives ? 0 : bits_len, .out = bits, .in = bits}, 1));
  for (size_t i = 0; !r->receives && bits_len != 0 && i < r->m; i++)
    found += t->hit[i] = t->row[i] != SMPI_PSI_PADDING && (bits[i / 8] >> i % 8 & 1);
  t->matched = found;
out:
  return err;
}

smpc_err smpi_psi_oprf(struct smpc_session *s, struct smpi_psi_task *t) {
  struct run r = {.s = s, .t = t};
  smpc_err err;
  t->matched = 0;
  TRY(check(s, t));
  if (t->hit != NULL) memset(t->hit, 0, t->n);
  if (t->n == 0 || t->m == 0) goto out; /* both know the result */
  TRY(prepare(&r));
  TRY(make_room(&r));
  TRY(run_vole(&r));        /* 1. open, 2. VOLE   */
  TRY(exchange_store(&r));  /* 3. encode, 4.      */
  TRY(finish(&r));          /* 5. return, 6. match */
out:
  smpi_vole_close(r.vole);
  smpi_okvs_close(r.store);
  smpi_secret_free(r.value);
  smpi_secret_free(r.some);
  smpi_wipe(&r, sizeof r);
  if (err != SMPC_OK && t->hit != NULL) smpi_wipe(t->hit, t->n);
  if (err != SMPC_OK) t->matched = 0;
  return err == SMPC_OK ? err : smpi_fail(s, err, -1, "the intersection failed: %s", smpi_err_text(err));
}

void smpi_psi_oprf_cost(struct smpi_cost *c, size_t n, size_t m, bool sender_learns) {
  struct smpi_okvs_shape shape;
  uint64_t sender, receiver;
  size_t mask_len = smpi_psi_mask_len(n, m);
  if (n == 0 || m == 0 || smpi_okvs_shape(&shape, n, SMPI_OKVS_BINARY, SMPI_OKVS_LAMBDA) != SMPC_OK) return;
  smpi_vole_bytes(&sender, &receiver, shape.len, 8 * (unsigned)mask_len, false);
  sender += SMPI_VOLE_OPEN_BYTES + (uint64_t)m * mask_len;
  receiver += SMPI_VOLE_OPEN_BYTES + SEED + (uint64_t)shape.len * mask_len + (sender_learns ? (m + 7) / 8 : 0);
  c->rounds += 6 + sender_learns;
  c->bytes += sender > receiver ? sender : receiver;
}
