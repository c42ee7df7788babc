/* xmd.c - see xmd.h; the names are those of RFC 9380, section 5.3.1. */
#include "psi/xmd.h"

#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"

enum { BLOCK = 128, DIGEST = crypto_hash_sha512_BYTES };

_Static_assert(crypto_core_ristretto255_BYTES == SMPI_POINT_LEN, "points are 32 bytes");
_Static_assert(crypto_core_ristretto255_HASHBYTES == DIGEST, "one digest makes one point");

void smpi_xmd_begin(struct smpi_xmd *x, const void *dst, size_t dst_len) {
  static const uint8_t z_pad[BLOCK];
  SMPI_VERIFY(dst_len >= 1 && dst_len <= SMPI_XMD_MAX_DST);
  memcpy(x->dst, dst, dst_len);
  x->dst[dst_len] = (uint8_t)dst_len;
  x->dst_len = dst_len + 1;
  crypto_hash_sha512_init(&x->start);
  crypto_hash_sha512_update(&x->start, z_pad, sizeof z_pad);
}

/* b_0 = H(Z_pad || msg || I2OSP(len, 2) || 0 || DST_prime) */
static void first_digest(uint8_t b0[DIGEST], size_t len, const struct smpi_xmd *x, const void *msg, size_t msg_len) {
  const uint8_t tail[3] = {(uint8_t)(len >> 8), (uint8_t)len, 0};
  crypto_hash_sha512_state st = x->start;
  if (msg_len != 0) crypto_hash_sha512_update(&st, msg, msg_len);
  crypto_hash_sha512_update(&st, tail, sizeof tail);
  crypto_hash_sha512_update(&st, x->dst, x->dst_len);
  crypto_hash_sha512_final(&st, b0);
}

/* b_i = H((b_0 xor b_(i-1)) || i || DST_prime), with b_0 alone for i = 1 */
static void next_digest(uint8_t b[DIGEST], const uint8_t b0[DIGEST], uint8_t i, const struct smpi_xmd *x) {
  crypto_hash_sha512_state st;
  for (size_t k = 0; k < DIGEST; k++) b[k] = i == 1 ? b0[k] : b[k] ^ b0[k];
  crypto_hash_sha512_init(&st);
  crypto_hash_sha512_update(&st, b, DIGEST);
  crypto_hash_sha512_update(&st, &i, 1);
  crypto_hash_sha512_update(&st, x->dst, x->dst_len);
  crypto_hash_sha512_final(&st, b);
}

void smpi_xmd_expand(uint8_t *out, size_t len, const struct smpi_xmd *x, const void *msg, size_t msg_len) {
  uint8_t b0[DIGEST], b[DIGEST];
  SMPI_VERIFY(len >= 1 && len <= SMPI_XMD_MAX_LEN);
  first_digest(b0, len, x, msg, msg_len);
  for (size_t at = 0; at < len; at += DIGEST) {
    next_digest(b, b0, (uint8_t)(at / DIGEST + 1), x);
    memcpy(out + at, b, smpi_min(DIGEST, len - at));
  }
  smpi_wipe(b0, sizeof b0);
  smpi_wipe(b, sizeof b);
}

void smpi_xmd_point(uint8_t point[SMPI_POINT_LEN], const struct smpi_xmd *x, const void *msg, size_t msg_len) {
  uint8_t uniform[DIGEST];
  smpi_xmd_expand(uniform, sizeof uniform, x, msg, msg_len);
  crypto_core_ristretto255_from_hash(point, uniform);
  smpi_wipe(uniform, sizeof uniform);
}
