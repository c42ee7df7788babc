/* ecdh.c - intersection of two sets by commutative blinding.
 *
 * Functionality F_psi    from A a set X of n items, from B a set Y of m; gives
 *                        those named as learning which of their items are in
 *                        both, or only how many; both get n and m.
 * Protocol      Pi_ecdh  [Mea86], [HFH99], [DGT12], G = ristretto255, H: RFC 9380:
 *     1. locally   A: a fresh scalar a, X and paddings in random order;   B alike
 *     2. blind     A -> B: a H(x) for all x;   B -> A: b H(y) for all y   (1 round)
 *     3. locally   both multiply what came by their own scalar, and hash:
 *                  A has h(ab H(y)) for all y, B has h(ab H(x)) for all x
 *     4. return    to each who learns: the masks of its own points, in the order
 *                  they came, or with count_only in random order           (1 round)
 *     5. match     who learns compares them with those of step 3
 * Why           ab H(x) = ba H(y) if and only if H(x) = H(y); different points
 *               have different masks but for chance: n m pairs of masks of
 *               40 + log2(n m) bits collide with probability below 2^-40.
 * Security      semi-honest, H and h random oracles, decisional Diffie-Hellman
 *               in G: without a, the points a H(x) are independent and uniform, so
 *               step 2 shows sizes only; step 4 adds, for who learns, which masks
 *               are equal, that is the result.  Order says nothing: it is random.
 *               With count_only the returned masks are permuted again by their
 *               sender, so that only the number of matches is seen [DGT12].
 *               A padding is a random string of 64 bytes, treated like an item and standing
 *               anywhere among them: so it takes as long as one, too.
 *               Malicious: no.  A party may put in any set of the agreed size,
 *               and may answer step 4 wrongly.
 * Assumes       authenticated private channels; scalars used once: they are drawn
 *               here, and H is bound to session and instance.
 * Cost          2 rounds; 32 bytes an item, 5 to 13 more each in step 4.
 * Secrets       items, order, scalars, masks; public: sizes.
 * Differs from  the papers: masks are cut to what chance allows; both may learn.
 */
#include "psi/ecdh.h"

#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "rand/hash.h"

enum {
  CHUNK = SMPI_CHUNK / SMPI_POINT_LEN,
  GRAIN = 8 /* LOCAL: points of a thread at least: half a millisecond, against some 20 us to begin one */
};

/* A chunk of an exchange holds whole points. */
_Static_assert(SMPI_CHUNK % SMPI_POINT_LEN == 0, "no point is cut");
_Static_assert(sizeof(struct smpi_mask) <= SMPI_HASH_LEN, "masks are cut from hashes");

/* --- local ---------------------------------------------------------------------- */

smpc_err smpi_ecdh_key_make(struct smpi_ecdh_key *k, const uint8_t session[32], uint64_t instance,
                            const uint8_t random[64]) {
  static const char name[] = "smpc psi ecdh 1 ristretto255_XMD:SHA-512_R255MAP_RO_"; /* AGREEMENT */
  uint8_t dst[sizeof name - 1 + 32 + 8];
  memcpy(dst, name, sizeof name - 1);
  memcpy(dst + sizeof name - 1, session, 32);
  smpi_put64(dst + sizeof name - 1 + 32, instance);
  smpi_xmd_begin(&k->hash, dst, sizeof dst);
  crypto_core_ristretto255_scalar_reduce(k->scalar, random);
  return (smpc_err)(sodium_is_zero(k->scalar, sizeof k->scalar) * SMPC_E_RNG); /* no branch here */
}

void smpi_ecdh_blind(uint8_t point[SMPI_POINT_LEN], const struct smpi_ecdh_key *k, const void *item, size_t len) {
  uint8_t h[SMPI_POINT_LEN];
  smpi_xmd_point(h, &k->hash, item, len);
  (void)!crypto_scalarmult_ristretto255(point, k->scalar, h); /* fails for the identity alone: no item hashes to it */
  smpi_wipe(h, sizeof h);
}

bool smpi_ecdh_mask(struct smpi_mask *mask, const struct smpi_ecdh_key *k, const uint8_t point[SMPI_POINT_LEN],
                    size_t mask_len) {
  struct smpi_hash h;
  uint8_t product[SMPI_POINT_LEN], digest[SMPI_HASH_LEN];
  int is_bad = point[SMPI_POINT_LEN - 1] >> 7; /* not canonical; libsodium 1.0.18 overlooks this bit */
  memset(product, 0, sizeof product);
  is_bad |= crypto_scalarmult_ristretto255(product, k->scalar, point);
  smpi_hash_begin(&h, "smpc psi ecdh mask 1");
  smpi_hash_add(&h, product, sizeof product);
  smpi_hash_end(&h, digest);
  *mask = (struct smpi_mask){{0, 0}};
  memcpy(mask, digest, mask_len);
  smpi_wipe(product, sizeof product);
  smpi_wipe(digest, sizeof digest);
  return is_bad == 0; /* the caller's branch: a scalar is never zero, so the verdict is on `point` alone */
}

/* --- the driver ------------------------------------------------------------------ */

struct run {
  struct smpi_psi_task *t;
  struct smpi_ecdh_key key;
  struct smpi_prg *own;
  struct smpi_mask *theirs; /* [m] of the points that came: what the peer will be told */
  struct smpi_mask *mine;   /* [n] of my points: what the peer tells me               */
  size_t mask_len;
  size_t done;              /* scalar products, of n + m                              */
  atomic_bool is_bad;       /* something that came is no point                        */
  unsigned cores;
  uint8_t (*uniform)[64];   /* [CHUNK] paddings: as good as no item is any of them      */
};

static void tell(struct run *r, size_t n) {
  r->done += n;
  if (r->t->progress != NULL) r->t->progress(r->t->ctx, r->done, r->t->n + r->t->m);
}

/* A chunk's points, by all cores: pieces are independent. */
struct chunk { struct run *r; size_t first; uint8_t *out; const uint8_t *in; };

static void blind_some(void *ctx, size_t first, size_t n) {
  const struct chunk *c = ctx;
  const struct run *r = c->r;
  for (size_t i = first; i < first + n; i++) {
    size_t row = r->t->row[c->first + i];
    uint8_t *point = c->out + i * SMPI_POINT_LEN;
    if (row == SMPI_PSI_PADDING) smpi_ecdh_blind(point, &r->key, r->uniform[i], sizeof r->uniform[i]);
    else smpi_ecdh_blind(point, &r->key, smpi_item(r->t->set, row), smpi_item_len(r->t->set, row));
  }
}

/* Step 2, out.  Random bytes for paddings are drawn before, by one. */
static void blind(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  struct run *r = ctx;
  struct chunk c = {.r = r, .first = off / SMPI_POINT_LEN, .out = buf};
  size_t n = len / SMPI_POINT_LEN;
  (void)peer;
  for (size_t i = 0; i < n; i++)
    if (r->t->row[c.first + i] == SMPI_PSI_PADDING) smpi_prg_words(r->own, (uint64_t *)(void *)r->uniform[i], 8);
  smpi_parallel(r->cores, n, GRAIN, blind_some, &c);
  tell(r, n);
}

static void take_some(void *ctx, size_t first, size_t n) {
  const struct chunk *c = ctx;
  struct run *r = c->r;
  bool is_bad = false;
  for (size_t i = first; i < first + n && !is_bad; i++)
    is_bad = !smpi_ecdh_mask(&r->theirs[c->first + i], &r->key, c->in + i * SMPI_POINT_LEN, r->mask_len);
  if (is_bad) atomic_store(&r->is_bad, true);
}

/* Steps 2, in, and 3. */
static void take(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct run *r = ctx;
  struct chunk c = {.r = r, .first = off / SMPI_POINT_LEN, .in = buf};
  size_t n = len / SMPI_POINT_LEN;
  (void)peer;
  if (!atomic_load(&r->is_bad)) smpi_parallel(r->cores, n, GRAIN, take_some, &c);
  tell(r, n);
}

/* Step 4. */
static void give_masks(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  const struct run *r = ctx;
  (void)peer;
  smpi_psi_pack(buf, len, off, r->theirs, r->mask_len);
}

static void take_masks(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  const struct run *r = ctx;
  (void)peer;
  smpi_psi_unpack(r->mine, buf, len, off, r->mask_len);
}

static smpc_err prepare(struct smpc_session *s, struct run *r) {
  uint64_t random[8];
  uint8_t session[32];
  r->own = smpi_prg_own(s);
  r->mask_len = smpi_psi_mask_len(r->t->n, r->t->m);
  r->theirs = smpi_scratch(s, r->t->m, sizeof *r->theirs);
  r->mine = smpi_scratch(s, r->t->n, sizeof *r->mine);
  r->uniform = smpi_scratch(s, CHUNK, sizeof *r->uniform);
  r->cores = smpi_parallel_cores();
  if (r->theirs == NULL || r->mine == NULL || r->uniform == NULL) return smpi_status(s);
  smpi_session_id(s, session);
  smpi_prg_words(r->own, random, 8);
  smpc_err err = smpi_ecdh_key_make(&r->key, session, r->t->instance, (const uint8_t *)random);
  smpi_wipe(random, sizeof random);
  return err == SMPC_OK ? err : smpi_fail(s, err, -1, "the random generator gave zeros");
}

/* As smpi_psi_drop_paddings(). */
static size_t drop_paddings(struct smpi_psi_task *t) {
  size_t found = 0;
  for (size_t i = 0; i < t->n; i++) found += t->hit[i] = (uint8_t)(t->hit[i] & (t->row[i] != SMPI_PSI_PADDING));
  return found;
}

static smpc_err match(struct smpc_session *s, struct run *r) {
  struct smpi_psi_task *t = r->t;
  if (!t->i_learn) return SMPC_OK;
  size_t found = smpi_psi_match_vt(t->count_only ? NULL : t->hit, r->mine, t->n, r->theirs, t->m, smpi_prg_own(s));
  if (found == SIZE_MAX) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  t->matched = t->count_only ? found : drop_paddings(t);
  return SMPC_OK;
}

smpc_err smpi_psi_ecdh(struct smpc_session *s, struct smpi_psi_task *t) {
  struct run r = {.t = t};
  smpc_err err;
  t->matched = 0;
  if (t->n > SMPI_ECDH_MAX_ITEMS || t->m > SMPI_ECDH_MAX_ITEMS)
    TRY(smpi_fail(s, SMPC_E_RANGE, -1, "sets of more than 2^24 items are too large for this protocol"));
  TRY(prepare(s, &r));                                                          /* 1. locally */
  TRY(smpi_exchange(s, &(struct smpi_flow){.peer = t->peer, .out_len = t->n * SMPI_POINT_LEN,
                                           .in_len = t->m * SMPI_POINT_LEN, .produce = blind, .consume = take,
                                           .ctx = &r}, 1));                     /* 2. blind, 3. */
  if (atomic_load(&r.is_bad))
    TRY(smpi_fail(s, SMPC_E_CHEAT, (int)t->peer, "%s sent a value that is no point of the group",
                  smpi_member_name(s, t->peer)));
  if (t->count_only && t->peer_learns) smpi_psi_shuffle_masks(r.theirs, t->m, r.own);
  TRY(smpi_exchange(s, &(struct smpi_flow){.peer = t->peer, .out_len = t->peer_learns ? t->m * r.mask_len : 0,
                                           .in_len = t->i_learn ? t->n * r.mask_len : 0, .produce = give_masks,
                                           .consume = take_masks, .ctx = &r}, 1)); /* 4. return */
  TRY(match(s, &r));                                                            /* 5. match   */
out:
  smpi_wipe(&r.key, sizeof r.key);
  if (err != SMPC_OK && t->hit != NULL) smpi_wipe(t->hit, t->n);
  if (err != SMPC_OK) t->matched = 0;
  return err;
}

void smpi_psi_ecdh_cost(struct smpi_cost *c, size_t n, size_t m, bool i_learn, bool peer_learns) {
  uint64_t mask_len = smpi_psi_mask_len(n, m);
  uint64_t mine = (uint64_t)n * SMPI_POINT_LEN + (peer_learns ? m * mask_len : 0);
  uint64_t other = (uint64_t)m * SMPI_POINT_LEN + (i_learn ? n * mask_len : 0);
  c->rounds += 2;
  c->bytes += mine > other ? mine : other;
}
