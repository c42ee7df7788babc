/* xmd.h - byte strings to points of ristretto255, by RFC 9380.
 *
 * expand_message_xmd with SHA-512 (section 5.3.1) and hash_to_ristretto255
 * (appendix B).  libsodium 1.0.18 has the map from 64 uniform bytes to a point, but
 * not the expansion before it. */
#ifndef SMPI_XMD_H
#define SMPI_XMD_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

enum {
  SMPI_XMD_MAX_DST = 255,      /* AGREEMENT: RFC 9380's limit for a tag used as it is */
  SMPI_XMD_MAX_LEN = 255 * 64, /* AGREEMENT: RFC 9380's limit of the output           */
  SMPI_POINT_LEN = 32          /* AGREEMENT: an encoded point of ristretto255         */
};

/* One domain separation tag, ready for many messages. */
struct smpi_xmd {
  crypto_hash_sha512_state start; /* after the block of zeros      */
  uint8_t dst[SMPI_XMD_MAX_DST + 1];
  size_t dst_len;                 /* with the length byte at its end */
};

/* dst: 1 .. SMPI_XMD_MAX_DST bytes. */
void smpi_xmd_begin(struct smpi_xmd *x, const void *dst, size_t dst_len);

/* out[len] := expand_message_xmd(msg, dst, len), 1 <= len <= SMPI_XMD_MAX_LEN.
 * Time depends on the lengths alone. */
void smpi_xmd_expand(uint8_t *out, size_t len, const struct smpi_xmd *x, const void *msg, size_t msg_len);

/* point := hash_to_ristretto255(msg).  One expansion, one map. */
void smpi_xmd_point(uint8_t point[SMPI_POINT_LEN], const struct smpi_xmd *x, const void *msg, size_t msg_len);

#endif
