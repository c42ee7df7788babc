/* opprf.c - an oblivious programmable function, from VOLE and two key-value stores.
 *
 * Functionality F_opprf  from R keys x, from S keys y with values v(y); gives R v(x) where x is one of S's keys,
 *                        and uniform words elsewhere.
 * Protocol      Pi_opprf [RS21], [RR22], semi-honest; k = 8 ceil((40 + log2(m runs)) / 8), V the F_2-space of
 *     the polynomials of degree below k in GF(2^128):
 *     1. VOLE      R: a in V^L, c;  S: b, Delta;  c = a Delta + b                        (2 rounds)
 *     2. R -> S    a + P: decode(P, x) = H(x) in V for all x, bin by bin                 (1 round)
 *        locally   S, for each y: z = decode(b + (a + P) Delta, y) + Delta H(y);
 *                  R, for each x: z = decode(c, x);  F(key) = Ho(z, key), as many words as wanted
 *     3. S -> R    Q with decode(Q, y) = v(y) + F(y), bin by bin; columns that
 *                  no key determines are random                                          (1 round)
 *        locally   R: decode(Q, x) + F(x)
 * Why           as oprf.c: z is the same at both for x = y.
 * Security      semi-honest, H and Ho from an ideal cipher.
 *               S corrupt: as in oprf.c: a hides P.
 *               R corrupt: as there, for y that is none of its keys d(y) = decode(P, y) + H(y) is zero
 *               with probability 2^-k, below 2^-40 for all m of all runs together; otherwise d(y) Delta
 *               is uniform in 128 bits and F(y) is random to R.  Then all values of Q at keys of S that R lacks
 *               are uniform to it, whatever v, and since free columns are random, too, Q is uniform among
 *               the stores that agree with what R reads at common keys: it can be simulated
 *               from these readings.  At keys of its own that S lacks, R reads Q at a row that is independent of
 *               those it knows (but for 2^-40, [RR22]): uniform.
 *               n and m shape the messages, and nothing else does.
 * Assumes       F_vole (ot/vole.h), authenticated channels; Delta belongs to this pair and direction.
 * Cost          see opprf.h: k bits for each of 1.31 n columns, a value for each of 1.31 m.
 * Secrets       keys, P, a, b, c, Delta, z, F, v; sent: a + P, Q.  Seeds of the stores are public, derived from the
 *               session, which is opened after the keys' items are chosen.
 * Differs from  the papers: V, see oprf.c; Q in the space of as many bits as values have.
 */
#include "psi/opprf.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/gf128.h"
#include "rand/hash.h"

enum { RUN = 64 }; /* LOCAL: keys at a time */

void smpi_opprf_pads(blk *out, const struct smpi_oprf_hash *h, const blk *z, const blk *key, size_t n, unsigned plane) {
  blk x[RUN], y[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    for (size_t j = 0; j < k; j++) {
      x[j] = smpi_blk_xor(z[i + j], key[i + j]);
      x[j].w[1] ^= (uint64_t)plane << 32;
    }
    smpi_aes_encrypt(&h->output, y, x, k);
    for (size_t j = 0; j < k; j++) out[i + j] = smpi_blk_xor(x[j], y[j]);
  }
  smpi_wipe(x, sizeof x);
  smpi_wipe(y, sizeof y);
}

struct run {
  struct smpi_rot16 *l;
  struct smpc_session *s;
  const struct smpi_opprf_task *t;
  unsigned peer;
  struct smpi_oprf_hash hash;
  struct smpi_okvs_shape shape[2];   /* of P, of Q */
  blk seed[2];
  struct smpi_okvs *store[2];
  size_t n_keys;
  const blk *key;                    /* [n_keys] */
  blk *z;                            /* [n_keys] in the order of keys: what was read */
  blk *a, *b, *c;
  blk delta;
  uint64_t *out;                     /* asker */
  void (*give)(void *ctx, blk *out, const uint32_t *number, size_t n, unsigned plane);
  void *ctx;
  struct smpi_prg *random;
  /* the stream, one bin at a time */
  void (*bin)(struct run *r, unsigned bin);
  unsigned next;
  uint8_t *packed;
  size_t packed_len, at;
  blk *column, *value;               /* [bin_len of the larger], [largest bin] */
  const blk *some;                   /* the keys of the bin */
  smpc_err err;                      /* of what ran inside the exchange */
};

static unsigned planes(const struct run *r) { return (r->t->words + 1) / 2; }

/* Bytes of a column of one plane, and of all. */
static size_t plane_len(const struct smpi_opprf_task *t, unsigned plane) {
  size_t low = plane == 0 ? t->first_len : 8;
  return low + (2 * plane + 1 < t->words ? 8 : 0);
}
static size_t value_len(const struct smpi_opprf_task *t) { return t->first_len + 8 * (size_t)(t->words - 1); }

/* --- what both begin with ------------------------------------------------------------- */

static blk seed_of(const uint8_t session[32], uint64_t instance, uint64_t number) {
  uint8_t digest[SMPI_HASH_LEN];
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc psi opprf 1");
  smpi_hash_add(&h, session, 32);
  smpi_hash_add_u64(&h, instance);
  smpi_hash_add_u64(&h, number);
  smpi_hash_end(&h, digest);
  return (blk){{smpi_get64(digest), smpi_get64(digest + 8)}};
}

static unsigned runs(const struct smpi_opprf_task *t) { return t->runs == 0 ? 1 : t->runs; }

static size_t subspace_len(const struct smpi_opprf_task *t) { return smpi_psi_mask_len(t->m > 0 ? t->m : 1, runs(t)); }

/* P is store 0, Q is store 1: two for each run. */
static smpc_err shape_of(struct smpi_okvs_shape *shape, const struct smpi_opprf_task *t, unsigned store) {
  return smpi_okvs_shape(shape, store == 0 ? t->n : t->m, SMPI_OKVS_BINARY, SMPI_OKVS_LAMBDA + 1 + smpi_log2_up(runs(t)));
}

static smpc_err prepare(struct run *r) {
  uint8_t session[32];
  smpc_err err;
  smpi_session_id(r->s, session);
  smpi_oprf_hash_make(&r->hash, session, r->t->instance ^ UINT64_C(1) << 63, subspace_len(r->t), r->t->m, runs(r->t));
  for (unsigned k = 0; k < 2; k++) r->seed[k] = seed_of(session, r->t->instance, k);
  for (unsigned k = 0; k < 2; k++) TRY(shape_of(&r->shape[k], r->t, k));
  r->peer = smpi_member_of_rank(r->s, r->t->rank);
  size_t most = r->shape[0].bin_len > r->shape[1].bin_len ? r->shape[0].bin_len : r->shape[1].bin_len;
  r->column = smpi_scratch(r->s, most, sizeof *r->column);
  r->packed = smpi_scratch(r->s, most, value_len(r->t) > sizeof(blk) ? value_len(r->t) : sizeof(blk));
  r->z = smpi_scratch(r->s, r->n_keys, sizeof *r->z);
  err = smpi_status(r->s);
out:
  return err;
}

/* Sort my keys into the bins of store k. */
static smpc_err open_store(struct run *r, unsigned k, bool reads) {
  struct smpi_okvs_shape shape = reads ? smpi_okvs_read_shape(&r->shape[k], r->n_keys) : r->shape[k];
  smpc_err err = smpi_okvs_open_vt(&r->store[k], &shape, r->seed[k], r->key, r->n_keys);
  if (err != SMPC_OK) return err;
  smpi_secret_free(r->value);
  r->value = smpi_secret_alloc(smpi_okvs_largest_bin(r->store[k]), sizeof *r->value);
  return r->value != NULL ? SMPC_OK : SMPC_E_NOMEM;
}

static void close_store(struct run *r, unsigned k) {
  smpi_okvs_close(r->store[k]);
  r->store[k] = NULL;
}

/* --- bins as a stream ------------------------------------------------------------------ */

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  struct run *r = ctx;
  (void)peer, (void)off;
  for (size_t done = 0, part; done < len; done += part) {
    if (r->at == r->packed_len) {
      r->bin(r, r->next++);
      r->at = 0;
    }
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(buf + done, r->packed + r->at, part);
    r->at += part;
  }
}

static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct run *r = ctx;
  (void)peer, (void)off;
  for (size_t done = 0, part; done < len && r->err == SMPC_OK; done += part) {
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(r->packed + r->at, buf + done, part);
    r->at += part;
    if (r->at < r->packed_len) continue;
    r->bin(r, r->next++);
    r->at = 0;
  }
}

/* All bins of one store, of `len` bytes a column. */
static smpc_err stream(struct run *r, bool sends, const struct smpi_okvs_shape *shape, size_t len,
                       void (*bin)(struct run *r, unsigned bin)) {
  r->bin = bin;
  r->next = 0;
  r->packed_len = shape->bin_len * len;
  r->at = sends ? r->packed_len : 0;
  struct smpi_flow flow = {.peer = r->peer, .ctx = r, .out_len = sends ? shape->len * len : 0,
                           .in_len = sends ? 0 : shape->len * len, .produce = produce, .consume = consume};
  smpc_err err = smpi_exchange(r->s, &flow, 1);
  return err == SMPC_OK ? r->err : err;
}

/* Columns of a plane: words 2 plane and 2 plane + 1, the first of the first plane cut. */
static void pack_plane(const struct run *r, uint8_t *to, unsigned plane, size_t n) {
  size_t low = plane == 0 ? r->t->first_len : 8, len = plane_len(r->t, plane);
  if (low == 8) {
    smpi_okvs_pack(to, r->column, n, len);
    return;
  }
  for (size_t j = 0; j < n; j++, to += len) {
    uint8_t whole[16];
    smpi_put64(whole, r->column[j].w[0]);
    smpi_put64(whole + low, r->column[j].w[1]); /* directly after the bytes that count */
    memcpy(to, whole, len);
  }
}

static void unpack_plane(struct run *r, const uint8_t *from, unsigned plane, size_t n) {
  size_t low = plane == 0 ? r->t->first_len : 8, len = plane_len(r->t, plane);
  if (low == 8) {
    smpi_okvs_unpack(r->column, from, n, len);
    return;
  }
  for (size_t j = 0; j < n; j++, from += len) {
    uint8_t first[8] = {0};
    memcpy(first, from, low);
    r->column[j] = (blk){{smpi_get64(first), len > low ? smpi_get64(from + low) : 0}};
  }
}

static size_t gather(struct run *r, unsigned store, unsigned bin, const uint32_t **index) {
  return smpi_okvs_bin(r->store[store], bin, index, &r->some);
}

/* --- step 2 -------------------------------------------------------------------------------- */

/* At the asker.  After a failure: a alone, so that nothing is told. */
static void ask_bin(struct run *r, unsigned bin) {
  const struct smpi_okvs_shape *shape = &r->shape[0];
  const uint32_t *index;
  size_t first = bin * shape->bin_len, n = gather(r, 0, bin, &index);
  smpi_oprf_values(r->value, &r->hash, r->some, n);
  if (r->err == SMPC_OK) r->err = smpi_okvs_encode_bin_vt(r->store[0], r->column, bin, r->value, NULL);
  if (r->err != SMPC_OK) memset(r->column, 0, shape->bin_len * sizeof *r->column);
  for (size_t j = 0; j < shape->bin_len; j++) r->column[j] = smpi_blk_xor(r->column[j], r->a[first + j]);
  smpi_okvs_pack(r->packed, r->column, shape->bin_len, r->hash.mask_len);
  smpi_okvs_decode_bin_vt(r->store[0], r->value, bin, r->c + first);
  for (size_t p = 0; p < n; p++) r->z[index[p]] = r->value[p];
}

/* At the programmer. */
static void answer_bin(struct run *r, unsigned bin) {
  const struct smpi_okvs_shape *shape = &r->shape[0];
  const uint32_t *index;
  blk *k = r->b + bin * shape->bin_len, value[RUN];
  smpi_okvs_unpack(r->column, r->packed, shape->bin_len, r->hash.mask_len);
  smpi_gf128_axpy(k, r->delta, r->column, shape->bin_len);
  size_t n = gather(r, 0, bin, &index);
  smpi_okvs_decode_bin_vt(r->store[0], r->value, bin, k);
  for (size_t p = 0, part; p < n; p += part) {
    part = smpi_min(RUN, n - p);
    smpi_oprf_values(value, &r->hash, r->some + p, part);
    smpi_gf128_axpy(r->value + p, r->delta, value, part);
  }
  for (size_t p = 0; p < n; p++) r->z[index[p]] = r->value[p];
  smpi_wipe(value, sizeof value);
}

/* --- step 3 -------------------------------------------------------------------------------- */

/* value[p] := plane of F at the keys of the bin: some[p]. */
static void make_pads(struct run *r, const uint32_t *index, size_t n, unsigned plane) {
  blk z[RUN];
  for (size_t p = 0, part; p < n; p += part) {
    part = smpi_min(RUN, n - p);
    for (size_t j = 0; j < part; j++) z[j] = r->z[index[p + j]];
    smpi_opprf_pads(r->value + p, &r->hash, z, r->some + p, part, plane);
  }
  smpi_wipe(z, sizeof z);
}

/* At the programmer.  After a failure: random columns. */
static void program_bin(struct run *r, unsigned bin) {
  const struct smpi_okvs_shape *shape = &r->shape[1];
  const uint32_t *index;
  size_t n = gather(r, 1, bin, &index);
  uint8_t *to = r->packed;
  blk given[RUN];
  for (unsigned plane = 0; plane < planes(r); to += shape->bin_len * plane_len(r->t, plane), plane++) {
    make_pads(r, index, n, plane);
    for (size_t p = 0, part; p < n; p += part) {
      part = smpi_min(RUN, n - p);
      r->give(r->ctx, given, index + p, part, plane);
      for (size_t j = 0; j < part; j++) r->value[p + j] = smpi_blk_xor(r->value[p + j], given[j]);
    }
    if (r->err == SMPC_OK) r->err = smpi_okvs_encode_bin_vt(r->store[1], r->column, bin, r->value, r->random);
    if (r->err != SMPC_OK) smpi_prg_words(r->random, r->column->w, 2 * shape->bin_len);
    pack_plane(r, to, plane, shape->bin_len);
  }
  smpi_wipe(given, sizeof given);
}

/* At the asker: words 2 plane and 2 plane + 1 of the values. */
static void read_bin(struct run *r, unsigned bin) {
  const struct smpi_okvs_shape *shape = &r->shape[1];
  const uint32_t *index;
  size_t n = gather(r, 1, bin, &index);
  const uint8_t *from = r->packed;
  for (unsigned plane = 0; plane < planes(r); from += shape->bin_len * plane_len(r->t, plane), plane++) {
    uint64_t *out = r->out + 2 * plane * r->n_keys;
    bool has_second = 2 * plane + 1 < r->t->words;
    make_pads(r, index, n, plane);
    unpack_plane(r, from, plane, shape->bin_len);
    for (size_t p = 0; p < n; p++) out[index[p]] = r->value[p].w[0];
    for (size_t p = 0; has_second && p < n; p++) out[r->n_keys + index[p]] = r->value[p].w[1];
    smpi_okvs_decode_bin_vt(r->store[1], r->value, bin, r->column);
    for (size_t p = 0; p < n; p++) out[index[p]] ^= r->value[p].w[0];
    for (size_t p = 0; has_second && p < n; p++) out[r->n_keys + index[p]] ^= r->value[p].w[1];
  }
}

/* --- the drivers --------------------------------------------------------------------------- */

static void end(struct run *r, size_t mark) {
  close_store(r, 0);
  close_store(r, 1);
  smpi_prg_close(r->random);
  smpi_secret_free(r->value);
  smpi_scratch_release(r->s, mark);
  smpi_wipe(r, sizeof *r);
}

static smpc_err failed(struct run *r, smpc_err err) {
  return err == SMPC_OK ? err : smpi_fail(r->s, err, -1, "a private lookup failed: %s", smpi_err_text(err));
}

smpc_err smpi_opprf_ask_vt(struct smpi_rot16 *l, const struct smpi_opprf_task *t, uint64_t *value, const blk *key,
                           size_t n_keys) {
  struct run r = {.l = l, .s = smpi_rot16_session(l), .t = t, .key = key, .n_keys = n_keys, .out = value};
  size_t mark = smpi_scratch_mark(r.s), room;
  smpc_err err;
  TRY(prepare(&r));
  room = smpi_vole_room(r.shape[0].len);
  r.a = smpi_scratch(r.s, room, sizeof *r.a);
  r.c = smpi_scratch(r.s, room, sizeof *r.c);
  TRY(smpi_status(r.s));
  TRY(smpi_vole_receive(smpi_rot16_vole(l), r.s, t->rank, r.a, r.c, r.shape[0].len, 8 * (unsigned)r.hash.mask_len));
  TRY(open_store(&r, 0, false));
  TRY(stream(&r, true, &r.shape[0], r.hash.mask_len, ask_bin));
  close_store(&r, 0);
  TRY(open_store(&r, 1, true));
  TRY(stream(&r, false, &r.shape[1], value_len(t), read_bin));
out:
  err = failed(&r, err);
  end(&r, mark);
  if (err != SMPC_OK) smpi_wipe(value, t->words * n_keys * sizeof *value);
  return err;
}

/* The columns that no key determines, from a key of their own. */
static smpc_err open_random(struct run *r) {
  uint64_t key[4];
  smpi_prg_words(smpi_prg_own(r->s), key, 4);
  smpc_err err = smpi_prg_open(&r->random, (const uint8_t *)key);
  smpi_wipe(key, sizeof key);
  return err;
}

smpc_err smpi_opprf_program_vt(struct smpi_rot16 *l, const struct smpi_opprf_task *t, const blk *key, size_t n_keys,
                               void (*give)(void *ctx, blk *out, const uint32_t *number, size_t n, unsigned plane),
                               void *ctx) {
  struct run r = {.l = l, .s = smpi_rot16_session(l), .t = t, .key = key, .n_keys = n_keys, .give = give, .ctx = ctx};
  size_t mark = smpi_scratch_mark(r.s);
  smpc_err err;
  TRY(prepare(&r));
  TRY(open_random(&r));
  r.b = smpi_scratch(r.s, smpi_vole_room(r.shape[0].len), sizeof *r.b);
  TRY(smpi_status(r.s));
  r.delta = *smpi_vole_delta(smpi_rot16_vole(l), t->rank);
  TRY(smpi_vole_send(smpi_rot16_vole(l), r.s, t->rank, r.b, r.shape[0].len, 8 * (unsigned)r.hash.mask_len));
  TRY(open_store(&r, 0, true));
  TRY(stream(&r, false, &r.shape[0], r.hash.mask_len, answer_bin));
  close_store(&r, 0);
  TRY(open_store(&r, 1, false));
  TRY(stream(&r, true, &r.shape[1], value_len(t), program_bin));
out:
  err = failed(&r, err);
  end(&r, mark);
  return err;
}

void smpi_opprf_bytes(uint64_t *asker, uint64_t *programmer, const struct smpi_opprf_task *t) {
  struct smpi_okvs_shape p, q;
  size_t len = subspace_len(t);
  *asker = *programmer = 0;
  if (shape_of(&p, t, 0) != SMPC_OK || shape_of(&q, t, 1) != SMPC_OK) return;
  smpi_vole_bytes(programmer, asker, p.len, 8 * (unsigned)len, false);
  *asker += (uint64_t)p.len * len;
  *programmer += (uint64_t)q.len * value_len(t);
}
