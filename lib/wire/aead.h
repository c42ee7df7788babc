/* aead.h - authenticated encryption with a counter, one key for one direction.
 *
 * The two ciphers of Noise [Noise], by libcrypto: ChaCha20-Poly1305 (RFC 8439)
 * and AES-256-GCM.  The cipher context keeps the key schedule, so that a record
 * costs no key set-up. */
#ifndef SMPI_AEAD_H
#define SMPI_AEAD_H

#include "base/err.h"

enum {
  SMPI_AEAD_KEY = 32,
  SMPI_AEAD_TAG = 16,
  /* SECURITY: messages under one key before Noise REKEY.  2^16 records of 2^12 AES blocks are
   * 2^28 blocks: an advantage of 2^-73 for GCM's birthday bound.  AGREEMENT as well. */
  SMPI_REKEY_EVERY = 1 << 16,
};

enum smpi_cipher { SMPI_CHACHAPOLY = 1, SMPI_AESGCM = 2 };

struct smpi_aead;

/* A context that seals (or opens) messages 0, 1, 2, ... under `key`.  SMPC_E_NOMEM. */
smpc_err smpi_aead_new(struct smpi_aead **a, enum smpi_cipher cipher, const uint8_t key[SMPI_AEAD_KEY], bool sealing);
void smpi_aead_free(struct smpi_aead *a); /* wipes; NULL is allowed */

/* Encrypt buf[0..len) in place and write the tag behind it (16 more bytes).
 * SMPC_E_STATE when the counter is used up: 2^64 - 1 is never used. */
smpc_err smpi_aead_seal(struct smpi_aead *a, uint8_t *buf, size_t len, const uint8_t *ad, size_t ad_len);

/* Open buf[0..len + 16) in place to len bytes.  SMPC_E_AUTH: not what the other
 * end sealed under this counter; buf is wiped, and the counter stays. */
smpc_err smpi_aead_open(struct smpi_aead *a, uint8_t *buf, size_t len, const uint8_t *ad, size_t ad_len);

/* Noise REKEY: a one-way step to the next key; the counter goes on.  Both ends
 * call it after every SMPI_REKEY_EVERY messages (channel.c does). */
smpc_err smpi_aead_rekey(struct smpi_aead *a);

/* Messages sealed or opened so far; tests set it. */
uint64_t smpi_aead_count(const struct smpi_aead *a);
void smpi_aead_set_count(struct smpi_aead *a, uint64_t n);

#endif
