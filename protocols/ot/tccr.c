/* tccr.c - the tweakable circular correlation robust hash.
 *
 * H(i, x) = pi(pi(x) + i) + pi(x), pi a fixed-key AES-128 [GKWY20]:
 * tccr in the ideal-cipher model, for adversaries that choose the x and see many tweaks.
 * The advantage grows as 2^-128 (p q + q^2 / 2) for q hashes under one Delta and p calls of the
 * cipher: each call is a guess at Delta for every hash at once, so 2^36 hashes (2^30 products of
 * words) leave 92 bits.  The key is drawn for each session and instance, so that work
 * on one does not help with another, and that work can begin only with the session.
 *
 * The one-call form smpi_tccr_random_x: with z_i = x_i + i,
 *     H'(i, x) = pi(z_i) + z_i,
 * the correlation robust hash of [GKWY20] at the point z_i.  That needs the points
 * z_i and z_i + Delta to be distinct and unknown where they are not given away,
 * whatever i.  Of correlated transfers between semi-honest parties, the t_i of
 * the receiver are sums of leaf streams, pseudo-random by themselves (no party chooses them), so
 * the z_i are uniform, too, and two of n coincide with probability n^2 / 2^129;
 * the string that R lacks is pi(z_i + Delta) + z_i + Delta with Delta uniform to it.
 * smpi_aes_sums_random_x() leaves the last part of the number out of what it adds to pi(z): a public
 * change of a hash's value, which does not help to tell it from a random one.
 * A malicious receiver chooses its t_i nearly at will (it knows its own leaves, and may
 * relate t_i to i): there the argument fails, and two calls are needed.
 */
#include "ot/tccr.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/aes.h"
#include "rand/hash.h"

enum { RUN = 64 }; /* LOCAL: strings at a time, in the first cache */

smpc_err smpi_tccr_open(struct smpi_tccr **h, struct smpc_session *s, uint32_t instance) {
  uint8_t id[32], key[SMPI_HASH_LEN];
  blk first;
  struct smpi_hash hash;
  *h = smpi_alloc(1, sizeof **h);
  if (*h == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "no memory for a hash");
  smpi_session_id(s, id);
  smpi_hash_begin(&hash, "smpc ot tccr");
  smpi_hash_add(&hash, id, sizeof id);
  smpi_hash_add_u64(&hash, instance);
  smpi_hash_end(&hash, key);
  memcpy(&first, key, sizeof first);
  smpi_aes_key_set(&(*h)->key, &first);
  return SMPC_OK;
}

void smpi_tccr_close(struct smpi_tccr *h) { smpi_free(h); }

/* The upper word of a tweak; the lower one is the number. */
static uint64_t upper(struct smpi_tweak t) {
  return (uint64_t)t.instance << 32 | (uint64_t)t.use << 16 | (uint64_t)t.sender << 8 | t.receiver;
}

blk smpi_tccr_random_x_point(const blk *x, struct smpi_tweak tweak, uint64_t number) {
  return (blk){{x->w[0] ^ number, x->w[1] ^ upper(tweak)}};
}

static blk shift_of(const blk *shift) { return shift == NULL ? (blk){{0, 0}} : *shift; }

void smpi_tccr(const struct smpi_tccr *h, blk *y, const blk *x, size_t n, const blk *shift, struct smpi_tweak tweak,
               uint64_t first) {
  blk p[RUN], z[RUN], delta = shift_of(shift);
  const uint64_t high = upper(tweak);
  for (size_t i = 0; i < n; i += RUN) {
    size_t m = smpi_min(RUN, n - i);
    for (size_t j = 0; j < m; j++) p[j] = smpi_blk_xor(x[i + j], delta);
    smpi_aes_encrypt(&h->key, p, p, m);
    for (size_t j = 0; j < m; j++) z[j] = (blk){{p[j].w[0] ^ (first + i + j), p[j].w[1] ^ high}};
    smpi_aes_encrypt(&h->key, z, z, m);
    for (size_t j = 0; j < m; j++) y[i + j] = smpi_blk_xor(z[j], p[j]);
  }
  smpi_wipe(p, sizeof p);
  smpi_wipe(z, sizeof z);
  smpi_wipe(&delta, sizeof delta);
}

void smpi_tccr_random_x(const struct smpi_tccr *h, blk *y, const blk *x, size_t n, const blk *shift,
                        struct smpi_tweak tweak, uint64_t first) {
  blk p[RUN], z[RUN], delta = shift_of(shift);
  const uint64_t low = delta.w[0], high = delta.w[1] ^ upper(tweak);
  for (size_t i = 0; i < n; i += RUN) {
    size_t m = smpi_min(RUN, n - i);
    const blk *from = x + i;
    for (size_t j = 0; j < m; j++) z[j] = (blk){{from[j].w[0] ^ low ^ (first + i + j), from[j].w[1] ^ high}};
    smpi_aes_encrypt(&h->key, p, z, m);
    for (size_t j = 0; j < m; j++) y[i + j] = smpi_blk_xor(z[j], p[j]);
  }
  smpi_wipe(p, sizeof p);
  smpi_wipe(z, sizeof z);
  smpi_wipe(&delta, sizeof delta);
}
