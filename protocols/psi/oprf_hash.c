/* oprf_hash.c - the public functions of oprf.h: items to keys, values, masks. */
#include "psi/oprf.h"

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"

enum { RUN = 64, DIGEST = 16, /* LOCAL: blocks at a time */
       COMMITMENT_STEP = 2 /* AGREEMENT: of the box in oprf.c */ };

static blk load(const uint8_t *p) { return (blk){{smpi_get64(p), smpi_get64(p + 8)}}; }

static void derive(uint8_t out[SMPI_HASH_LEN], const uint8_t session[32], uint64_t instance, uint64_t number) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc psi oprf 1");
  smpi_hash_add(&h, session, 32);
  smpi_hash_add_u64(&h, instance);
  smpi_hash_add_u64(&h, number);
  smpi_hash_end(&h, out);
}

/* The half is its own nonce; lengths are hashed before what they are of. */
void smpi_oprf_hash_commit(uint8_t out[SMPI_HASH_LEN], const struct smpi_oprf_hash *h, unsigned committer,
                           const uint8_t half[32]) {
  struct smpi_hash c;
  smpi_hash_begin(&c, "smpc psi oprf commitment");
  smpi_hash_add(&c, h->session, sizeof h->session);
  smpi_hash_add_u64(&c, h->instance);
  smpi_hash_add_u64(&c, committer);
  smpi_hash_add_u64(&c, COMMITMENT_STEP);
  smpi_hash_add(&c, half, 32);
  smpi_hash_end(&c, out);
}

void smpi_oprf_hash_salt(struct smpi_oprf_hash *h, const uint8_t receiver[32], const uint8_t sender[32]) {
  struct smpi_hash c;
  uint8_t digest[SMPI_HASH_LEN];
  smpi_hash_begin(&c, "smpc psi oprf salt");
  smpi_hash_add(&c, h->session, sizeof h->session);
  smpi_hash_add_u64(&c, h->instance);
  smpi_hash_add(&c, receiver, 32);
  smpi_hash_add(&c, sender, 32);
  smpi_hash_end(&c, digest);
  const blk key[2] = {load(digest), load(digest + 16)};
  smpi_aes_key_set(&h->output, &key[0]);
  smpi_aes_key_set(&h->salted, &key[1]);
  h->is_salted = true;
}

void smpi_oprf_hash_make(struct smpi_oprf_hash *h, const uint8_t session[32], uint64_t instance, size_t mask_len,
                         uint64_t n, uint64_t m) {
  struct smpi_aes_key *const all[] = {&h->shorter, &h->sixteen, &h->value, &h->output};
  uint8_t digest[SMPI_HASH_LEN];
  (void)n, (void)m;
  SMPI_VERIFY(mask_len >= smpi_psi_mask_len(n, m) && mask_len <= SMPI_PSI_MASK_MAX);
  for (uint64_t k = 0; k < 4; k++) {
    derive(digest, session, instance, k);
    blk key = load(digest);
    smpi_aes_key_set(all[k], &key);
  }
  derive(h->longer, session, instance, 4);
  memcpy(h->session, session, sizeof h->session);
  h->instance = instance;
  h->mask_len = mask_len;
  h->is_salted = false;
}

/* y[i] := pi(x[i]) + x[i], n <= RUN.  y may be x.  One-way and collision resistant to whoever knows pi's key:
 * with pi a random permutation that can be asked both ways, each answer makes one value, x + pi(x), uniform
 * but for 2^-128 for each question before it; so q questions find two equal values with probability
 * q^2 / 2^128 at most, as with the feed-forward of Matyas, Meyer and Oseas [BRS02]. */
static void one_way(blk *y, const struct smpi_aes_key *pi, const blk *x, size_t n) {
  blk z[RUN];
  smpi_aes_encrypt(pi, z, x, n);
  for (size_t i = 0; i < n; i++) y[i] = smpi_blk_xor(z[i], x[i]);
  smpi_wipe(z, sizeof z);
}

/* --- keys ---------------------------------------------------------------------------- */

/* Up to 15 bytes and their number: one block, injectively. */
static blk padded(const void *item, size_t len) {
  uint8_t block[16] = {0};
  if (len != 0) memcpy(block, item, len);
  block[15] = (uint8_t)len;
  return load(block);
}

/* Permutations of different keys for the first two, and a hash for the third, which nobody can run backwards: two
 * items have one key with a chance of 2^-128 for each pair that anybody tries, whatever their lengths. */
static blk key_of(const struct smpi_oprf_hash *h, const void *item, size_t len) {
  uint8_t digest[DIGEST];
  blk z;
  if (len > 16) {
    crypto_generichash(digest, sizeof digest, item, len, h->longer, sizeof h->longer);
    return load(digest);
  }
  z = len == 16 ? load(item) : padded(item, len);
  one_way(&z, len == 16 ? &h->sixteen : &h->shorter, &z, 1);
  return z;
}

/* The same for many of one short length, in bulk. */
static void keys_of_equal(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row, size_t n) {
  const uint8_t *flat = set->flat;
  size_t len = set->item_len;
  for (size_t i = 0; i < n; i++) key[i] = len == 16 ? load(flat + row[i] * 16) : padded(flat + row[i] * len, len);
  for (size_t i = 0; i < n; i += RUN)
    one_way(key + i, len == 16 ? &h->sixteen : &h->shorter, key + i, smpi_min(RUN, n - i));
}

void smpi_oprf_keys(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row, size_t n) {
  if (set->item == NULL && set->item_len <= 16) keys_of_equal(key, h, set, row, n);
  else
    for (size_t i = 0; i < n; i++) key[i] = key_of(h, smpi_item(set, row[i]), smpi_item_len(set, row[i]));
}

size_t smpi_oprf_keys_of(blk *key, uint32_t *place, const struct smpi_oprf_hash *h, const smpc_items *set,
                         const size_t *row, size_t n, struct smpi_prg *random) {
  size_t all = 0, paddings, held[RUN];
  for (size_t i = 0, k; i < n; all += k) {
    for (k = 0; k < RUN && i < n; i++) {
      if (row[i] == SMPI_PSI_PADDING) continue;
      held[k] = row[i];
      place[all + k++] = (uint32_t)i;
    }
    smpi_oprf_keys(key + all, h, set, held, k);
  }
  paddings = all;
  for (size_t i = 0; i < n; i++)
    if (row[i] == SMPI_PSI_PADDING) place[paddings++] = (uint32_t)i;
  if (all < n) smpi_prg_words(random, key[all].w, 2 * (n - all));
  return all;
}

/* --- values and masks ------------------------------------------------------------------ */

/* The low `bytes` bytes. */
static blk cut(blk x, size_t bytes) {
  unsigned high = bytes <= 8 ? 0 : 8 * (unsigned)(bytes - 8), low = bytes >= 8 ? 64 : 8 * (unsigned)bytes;
  if (low < 64) x.w[0] &= (UINT64_C(1) << low) - 1;
  if (high < 64) x.w[1] &= (UINT64_C(1) << high) - 1;
  return x;
}

static void one_way_cut(blk *y, const struct smpi_aes_key *pi, const blk *x, size_t n, size_t bytes) {
  one_way(y, pi, x, n);
  for (size_t i = 0; i < n; i++) y[i] = cut(y[i], bytes);
}

void smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n) {
  for (size_t i = 0; i < n; i += RUN) one_way_cut(value + i, &h->value, key + i, smpi_min(RUN, n - i), h->mask_len);
}

void smpi_oprf_masks(struct smpi_mask *mask, const struct smpi_oprf_hash *h, const blk *z, const blk *key, size_t n) {
  blk x[RUN];
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(RUN, n - i);
    if (h->is_salted) one_way(x, &h->salted, key + i, k);
    else memcpy(x, key + i, k * sizeof *x);
    for (size_t j = 0; j < k; j++) x[j] = smpi_blk_xor(z[i + j], x[j]);
    one_way_cut(x, &h->output, x, k, h->mask_len);
    for (size_t j = 0; j < k; j++) {
      smpi_put64((uint8_t *)&mask[i + j], x[j].w[0]);
      smpi_put64((uint8_t *)&mask[i + j] + 8, x[j].w[1]);
    }
  }
  smpi_wipe(x, sizeof x);
}
