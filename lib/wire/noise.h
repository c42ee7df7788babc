/* noise.h - the handshake Noise_KK_25519_{ChaChaPoly,AESGCM}_BLAKE2b.
 *
 * Both ends know each other's static key beforehand (KK), prove it, and leave
 * with two fresh keys.  Pure functions on one state struct: no network, no
 * randomness; the caller gives the ephemeral secret. */
#ifndef SMPI_NOISE_H
#define SMPI_NOISE_H

#include "wire/aead.h"

enum {
  SMPI_NOISE_HASH = 64,                     /* BLAKE2b-512 */
  SMPI_NOISE_OVERHEAD = 32 + SMPI_AEAD_TAG, /* an ephemeral key and one tag, per message */
  SMPI_NOISE_PAYLOAD_MAX = 1024,
};

struct smpi_noise {
  enum smpi_cipher cipher;
  bool initiator;
  unsigned messages;                                   /* read or written so far, 0..2 */
  uint8_t h[SMPI_NOISE_HASH], ck[SMPI_NOISE_HASH], k[SMPI_AEAD_KEY];
  uint64_t n;
  uint8_t s[32], s_pub[32], e[32], e_pub[32], rs[32], re[32];
};

/* Start: my static and ephemeral secrets, the peer's static public key, and a
 * prologue that both ends must have alike.  SMPC_E_AUTH: libsodium refuses a secret.  A
 * static key of the peer that has small order is found by the first message. */
smpc_err smpi_noise_begin(struct smpi_noise *st, enum smpi_cipher cipher, bool initiator, const uint8_t *prologue,
                          size_t prologue_len, const uint8_t secret[32], const uint8_t ephemeral[32],
                          const uint8_t remote[32]);

/* Write my message, len + SMPI_NOISE_OVERHEAD bytes, carrying len <= 1024 bytes
 * of payload.  The initiator writes first.  SMPC_E_STATE out of turn,
 * SMPC_E_AUTH when a key of the peer gives an all-zero secret. */
smpc_err smpi_noise_write(struct smpi_noise *st, uint8_t *message, const uint8_t *payload, size_t len);

/* Read the peer's message of len + SMPI_NOISE_OVERHEAD bytes; gives its payload
 * of len bytes.  SMPC_E_AUTH: it does not hold the key expected, or the two
 * prologues differ. */
smpc_err smpi_noise_read(struct smpi_noise *st, uint8_t *payload, const uint8_t *message, size_t len);

/* After both messages: the keys of the two directions and the handshake hash,
 * which is the same at both ends and unique.  Wipes the state. */
smpc_err smpi_noise_split(struct smpi_noise *st, uint8_t send[SMPI_AEAD_KEY], uint8_t recv[SMPI_AEAD_KEY],
                          uint8_t hash[SMPI_NOISE_HASH]);

#endif
