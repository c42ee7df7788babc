/* base.c - base oblivious transfer over ristretto255, at two security levels.
 *
 * Functionality F_eOT    n transfers: the receiver's choice bit c_i; gives the
 *                        sender K_i0, K_i1, the receiver K_ic; a corrupt party may
 *                        fix the keys it receives itself (endemic OT [MR19]).
 * Protocol, malicious    [MR19], from Diffie-Hellman, with one message of the sender
 *               for the whole batch as in [MRR21]:
 *     1. S -> R    A = a G
 *     2. R -> S    for each i: R_i,1-c uniform, R_i,c = b_i G - H(i, c, R_i,1-c)
 *                  (neither message depends on the other: one round)
 *     3. S         K_ij = KDF(i, j, a (R_ij + H(i, j, R_i,1-j)))     j = 0, 1
 *        R         K_ic = KDF(i, c, b_i A)
 * Protocol, semi-honest  the key agreement of [CSW20]; T = H'() is a point whose logarithm nobody knows:
 *     1. S -> R    A = a G
 *     2. R -> S    for each i: B_i = b_i G + c_i T          (one round again)
 *     3. S         K_i0 = KDF(i, 0, a B_i),  K_i1 = KDF(i, 1, a B_i - a T)
 *        R         K_ic = KDF(i, c, b_i A)
 * Why           R_ic + H(i, c, R_i,1-c) = b_i G;  B_i - c_i T = b_i G.
 * Security      malicious, computational (oracle Diffie-Hellman in ristretto255, H and
 *               KDF random oracles).  R_i0, R_i1 are uniform whatever c_i.  For at most
 *               one j can R know the logarithm of R_ij + H(i, j, R_i,1-j).  Reusing A
 *               needs oracles of their own for each transfer [MRR21]: i, j, session,
 *               instance, sender and receiver are hashed into both, the whole
 *               transcript of the transfer into the KDF.
 *               Semi-honest, computational (Diffie-Hellman, H' and KDF random oracles): B_i is uniform
 *               whatever c_i.  Who asks the KDF of one transfer for both keys has a T, which A and T do
 *               not give: T is the oracle's answer to session, instance, sender and receiver.  A receiver
 *               that deviates gets no second key either, but may put off its choice, which nothing it sent
 *               determines; the challenge that mends this in [CSW20] is left out: so not for the malicious form.
 * Assumes       authenticated channels.
 * Cost          malicious: S 32 bytes, R 64 n bytes; S 2 n scalar products and 2 n hashes to the group,
 *               R n + n (of the base point) and 3 n.
 *               Semi-honest: S 32 bytes, R 32 n bytes; S n + 1 scalar products, R n + n (of the base point),
 *               each n additions and one hash.
 * Secrets       a b_i c_i and the keys; the branches are on validity alone.
 * Differs from  [MR19]: ristretto255; hashes to the group are of a domain-separated 64-byte
 *               string; invalid encodings and the identity are refused.
 *               [CSW20]: no challenge, as said; T belongs to the place, which never comes again, not to a
 *               seed of the receiver's.
 * Not built     the challenge of [CSW20] for the malicious form, with a third of the work of [MR19]: what it realises
 *               lets a corrupt sender guess choice bits and end the run where it is wrong, and that paper shows
 *               of an extension of its own that it stands this. The extension here is [Roy22]'s, over
 *               endemic transfers, whose trees let bits of Delta be guessed already; we know of no statement
 *               about the two together.  It also asks for the points before the offer, and two messages more.
 */
#include "ot/base.h"

#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "rand/hash.h"

enum { GRAIN = 16 }; /* LOCAL: transfers for a thread at least: some milliseconds */

_Static_assert(SMPI_POINT == crypto_core_ristretto255_BYTES && SMPI_POINT == crypto_core_ristretto255_SCALARBYTES &&
               SMPI_BASE_RANDOM == crypto_core_ristretto255_HASHBYTES &&
               SMPI_BASE_PASSIVE_RANDOM == crypto_core_ristretto255_NONREDUCEDSCALARBYTES, "sizes of ristretto255");

void smpi_base_place(struct smpi_base_place *p, const uint8_t session[32], uint32_t instance, unsigned sender,
                     unsigned receiver) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc ot place");
  smpi_hash_add(&h, session, 32);
  smpi_hash_add_u64(&h, instance);
  smpi_hash_add_u64(&h, sender);
  smpi_hash_add_u64(&h, receiver);
  smpi_hash_end(&h, p->id);
}

/* --- what both levels use -------------------------------------------------------- */

static void derive(blk *key, const struct smpi_base_place *p, size_t i, uint64_t j, const uint8_t offer[SMPI_POINT],
                   const uint8_t *points, size_t points_len, const uint8_t common[SMPI_POINT]) {
  uint8_t out[SMPI_HASH_LEN];
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc base ot key");
  smpi_hash_add(&h, p->id, sizeof p->id);
  smpi_hash_add_u64(&h, i);
  smpi_hash_add_u64(&h, j);
  smpi_hash_add(&h, offer, SMPI_POINT);
  smpi_hash_add(&h, points, points_len);
  smpi_hash_add(&h, common, SMPI_POINT);
  smpi_hash_end(&h, out);
  memcpy(key, out, sizeof *key);
  smpi_wipe(out, sizeof out);
}

/* libsodium 1.0.18 overlooks the top bit, which no encoding has set (RFC 9496, 4.3.1). */
static bool is_top_clear(const uint8_t point[SMPI_POINT]) { return (point[SMPI_POINT - 1] & 0x80) == 0; }

/* Of what is decoded next, which refuses every other malformed encoding: sums and products return -1. */
static bool is_proper(const uint8_t point[SMPI_POINT]) { return is_top_clear(point) && !sodium_is_zero(point, SMPI_POINT); }

static uint64_t choice_bit(const blk *choice, size_t i) { return choice->w[i / 64] >> i % 64 & 1; }

/* out := bit ? y : x */
static void select_point(uint8_t out[SMPI_POINT], const uint8_t x[SMPI_POINT], const uint8_t y[SMPI_POINT],
                         uint64_t bit) {
  uint8_t mask = (uint8_t)(0 - bit);
  for (size_t j = 0; j < SMPI_POINT; j++) out[j] = (uint8_t)((x[j] & ~mask) | (y[j] & mask));
}

void smpi_base_offer(uint8_t offer[SMPI_POINT], uint8_t secret[SMPI_POINT], const uint8_t random[SMPI_BASE_RANDOM]) {
  crypto_core_ristretto255_scalar_reduce(secret, random);
  (void)crypto_scalarmult_ristretto255_base(offer, secret); /* the identity once in 2^252: refused by the other */
}

/* One step of a party's over all transfers, by all cores: what it reads, and what it writes. */
struct step {
  const struct smpi_base_place *p;
  const blk *choice;                    /* the receiver's     */
  const uint8_t *random, *offer, *own;  /* own: the sender's secret */
  const uint8_t *shift;                 /* semi-honest: T, or a T at the sender */
  const uint8_t *points;                /* of points_len bytes each */
  size_t points_len;
  const uint8_t (*secret)[SMPI_POINT];  /* [n] the receiver's */
  uint8_t *new_points, (*new_secret)[SMPI_POINT];
  blk *key;                             /* [n], of the sender [2 n] */
  atomic_bool is_bad;                   /* something that came is no point */
};

static bool run(struct step *t, size_t n, smpi_parallel_fn some) {
  smpi_parallel(smpi_parallel_cores(), n, GRAIN, some, t);
  return !atomic_load(&t->is_bad);
}

static void receive_some(void *ctx, size_t first, size_t n) {
  struct step *t = ctx;
  uint8_t common[SMPI_POINT];
  bool good = true;
  for (size_t i = first; i < first + n && good; i++) {
    good = crypto_scalarmult_ristretto255(common, t->secret[i], t->offer) == 0;
    if (good)
      derive(&t->key[i], t->p, i, choice_bit(t->choice, i), t->offer, t->points + i * t->points_len, t->points_len,
             common);
  }
  if (!good) atomic_store(&t->is_bad, true);
  smpi_wipe(common, sizeof common);
}

/* The receiver's keys; a transfer's points have points_len bytes. */
static bool receive_keys(blk *key, const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                         const uint8_t (*secret)[SMPI_POINT], const blk *choice, const uint8_t *points,
                         size_t points_len, size_t n) {
  struct step t = {.p = p,
                   .choice = choice,
                   .offer = offer,
                   .points = points,
                   .points_len = points_len,
                   .secret = secret,
                   .key = key};
  return is_proper(offer) && run(&t, n, receive_some);
}

/* --- malicious --------------------------------------------------------------------- */

/* H(i, j, point) into the group. */
static void hash_to_group(uint8_t out[SMPI_POINT], const struct smpi_base_place *p, size_t i, uint64_t j,
                          const uint8_t point[SMPI_POINT]) {
  uint8_t wide[crypto_core_ristretto255_HASHBYTES];
  for (unsigned half = 0; half < 2; half++) {
    struct smpi_hash h;
    smpi_hash_begin(&h, half == 0 ? "smpc base ot group 0" : "smpc base ot group 1");
    smpi_hash_add(&h, p->id, sizeof p->id);
    smpi_hash_add_u64(&h, i);
    smpi_hash_add_u64(&h, j);
    smpi_hash_add(&h, point, SMPI_POINT);
    smpi_hash_end(&h, wide + 32 * half);
  }
  (void)crypto_core_ristretto255_from_hash(out, wide); /* cannot fail */
  smpi_wipe(wide, sizeof wide);
}

static void choose_some(void *ctx, size_t first, size_t n) {
  struct step *t = ctx;
  uint8_t other[SMPI_POINT], mine[2][SMPI_POINT], mask[SMPI_POINT];
  for (size_t i = first; i < first + n; i++) {
    const uint8_t *random = t->random + i * SMPI_BASE_CHOICE_RANDOM;
    uint8_t *point = t->new_points + i * 2 * SMPI_POINT;
    uint64_t c = choice_bit(t->choice, i);
    (void)crypto_core_ristretto255_from_hash(other, random);
    crypto_core_ristretto255_scalar_reduce(t->new_secret[i], random + 64);
    (void)crypto_scalarmult_ristretto255_base(mine[1], t->new_secret[i]);
    for (unsigned j = 0; j < 2; j++) { /* for both choices: what libsodium decodes does not depend on c */
      hash_to_group(mask, t->p, i, j, other);
      (void)crypto_core_ristretto255_sub(mine[j], mine[1], mask);
    }
    select_point(point, mine[0], other, c);
    select_point(point + SMPI_POINT, other, mine[1], c);
  }
  smpi_wipe(other, sizeof other);
  smpi_wipe(mine, sizeof mine);
  smpi_wipe(mask, sizeof mask);
}

void smpi_base_choose(uint8_t (*points)[2][SMPI_POINT], uint8_t (*secret)[SMPI_POINT], const struct smpi_base_place *p,
                      const blk *choice, const uint8_t *random, size_t n) {
  struct step t = {.p = p, .choice = choice, .random = random, .new_points = points[0][0], .new_secret = secret};
  (void)run(&t, n, choose_some);
}

/* One key of one transfer at the sender. */
static bool sent_key(blk *key, const struct smpi_base_place *p, size_t i, unsigned j, const uint8_t offer[SMPI_POINT],
                     const uint8_t secret[SMPI_POINT], const uint8_t points[2][SMPI_POINT]) {
  uint8_t common[SMPI_POINT];
  hash_to_group(common, p, i, j, points[1 - j]);
  bool good = crypto_core_ristretto255_add(common, common, points[j]) == 0 &&
              crypto_scalarmult_ristretto255(common, secret, common) == 0; /* not of the identity either */
  if (good) derive(key, p, i, j, offer, points[0], 2 * SMPI_POINT, common);
  smpi_wipe(common, sizeof common);
  return good;
}

static void send_some(void *ctx, size_t first, size_t n) {
  struct step *t = ctx;
  bool good = true;
  for (size_t i = first; i < first + n && good; i++) {
    const uint8_t (*point)[SMPI_POINT] = (const uint8_t(*)[SMPI_POINT])(t->points + i * t->points_len);
    good = is_proper(point[0]) && is_proper(point[1]);
    for (unsigned j = 0; j < 2 && good; j++) good = sent_key(&t->key[2 * i + j], t->p, i, j, t->offer, t->own, point);
  }
  if (!good) atomic_store(&t->is_bad, true);
}

bool smpi_base_sent(blk (*key)[2], const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                    const uint8_t secret[SMPI_POINT], const uint8_t (*points)[2][SMPI_POINT], size_t n) {
  struct step t = {.p = p, .offer = offer, .own = secret, .points = points[0][0], .points_len = 2 * SMPI_POINT, .key = key[0]};
  return run(&t, n, send_some);
}

bool smpi_base_received(blk *key, const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                        const uint8_t (*secret)[SMPI_POINT], const blk *choice,
                        const uint8_t (*points)[2][SMPI_POINT], size_t n) {
  return receive_keys(key, p, offer, secret, choice, points[0][0], 2 * SMPI_POINT, n);
}

/* --- semi-honest ---------------------------------------------------------------------- */

/* T. */
static void shift_point(uint8_t out[SMPI_POINT], const struct smpi_base_place *p) {
  uint8_t wide[crypto_core_ristretto255_HASHBYTES];
  for (unsigned half = 0; half < 2; half++) {
    struct smpi_hash h;
    smpi_hash_begin(&h, half == 0 ? "smpc base ot shift 0" : "smpc base ot shift 1");
    smpi_hash_add(&h, p->id, sizeof p->id);
    smpi_hash_end(&h, wide + 32 * half);
  }
  (void)crypto_core_ristretto255_from_hash(out, wide); /* cannot fail */
}

static void passive_choose_some(void *ctx, size_t first, size_t n) {
  struct step *t = ctx;
  uint8_t mine[2][SMPI_POINT];
  for (size_t i = first; i < first + n; i++) {
    crypto_core_ristretto255_scalar_reduce(t->new_secret[i], t->random + i * SMPI_BASE_PASSIVE_RANDOM);
    (void)crypto_scalarmult_ristretto255_base(mine[0], t->new_secret[i]);
    (void)crypto_core_ristretto255_add(mine[1], mine[0], t->shift);
    select_point(t->new_points + i * SMPI_POINT, mine[0], mine[1], choice_bit(t->choice, i));
  }
  smpi_wipe(mine, sizeof mine);
}

void smpi_base_passive_choose(uint8_t (*point)[SMPI_POINT], uint8_t (*secret)[SMPI_POINT],
                              const struct smpi_base_place *p, const blk *choice, const uint8_t *random, size_t n) {
  uint8_t shift[SMPI_POINT];
  struct step t = {.p = p, .choice = choice, .random = random, .shift = shift, .new_points = point[0], .new_secret = secret};
  shift_point(shift, p);
  (void)run(&t, n, passive_choose_some);
}

/* Both keys of one transfer at the sender; shift is a T.  The product decodes the point, and refuses what is
 * malformed and the identity. */
static bool send_keys(blk key[2], const struct smpi_base_place *p, size_t i, const uint8_t offer[SMPI_POINT],
                      const uint8_t secret[SMPI_POINT], const uint8_t shift[SMPI_POINT],
                      const uint8_t point[SMPI_POINT]) {
  uint8_t common[2][SMPI_POINT];
  bool good = is_top_clear(point) && crypto_scalarmult_ristretto255(common[0], secret, point) == 0 &&
              crypto_core_ristretto255_sub(common[1], common[0], shift) == 0;
  for (unsigned j = 0; j < 2 && good; j++) derive(&key[j], p, i, j, offer, point, SMPI_POINT, common[j]);
  smpi_wipe(common, sizeof common);
  return good;
}

static void passive_send_some(void *ctx, size_t first, size_t n) {
  struct step *t = ctx;
  bool good = true;
  for (size_t i = first; i < first + n && good; i++)
    good = send_keys(&t->key[2 * i], t->p, i, t->offer, t->own, t->shift, t->points + i * t->points_len);
  if (!good) atomic_store(&t->is_bad, true);
}

bool smpi_base_passive_sent(blk (*key)[2], const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                            const uint8_t secret[SMPI_POINT], const uint8_t (*point)[SMPI_POINT], size_t n) {
  uint8_t shift[SMPI_POINT];
  struct step t = {.p = p,
                   .offer = offer,
                   .own = secret,
                   .shift = shift,
                   .points = point[0],
                   .points_len = SMPI_POINT,
                   .key = key[0]};
  shift_point(shift, p);
  bool good = crypto_scalarmult_ristretto255(shift, secret, shift) == 0 && run(&t, n, passive_send_some);
  smpi_wipe(shift, sizeof shift);
  return good;
}

bool smpi_base_passive_received(blk *key, const struct smpi_base_place *p, const uint8_t offer[SMPI_POINT],
                                const uint8_t (*secret)[SMPI_POINT], const blk *choice,
                                const uint8_t (*point)[SMPI_POINT], size_t n) {
  return receive_keys(key, p, offer, secret, choice, point[0], SMPI_POINT, n);
}
