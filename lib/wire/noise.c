/* noise.c - Noise KK.
 *
 * Protocol      KK [Noise], section 7.5, with 25519 and BLAKE2b:
 *       -> s
 *       <- s
 *       ...
 *       -> e, es, ss        (payload)
 *       <- e, ee, se        (payload)
 *     Names are the paper's: h the transcript hash, ck the chaining key, k the
 *     cipher key and n its counter, s/e static and ephemeral, r remote.
 * Security      both sides authenticated; forward secret from the first
 *               transport message on, once both have been received; the first
 *               handshake payload is not, so payloads are empty (handshake.c).
 * Secrets       ck k s e; everything else travels or is public.
 * Differs from  the specification in that an all-zero Diffie-Hellman result is
 *               always refused (it may be).
 */
#include "wire/noise.h"

#include <sodium.h>
#include <string.h>

#include "base/mem.h"

enum { H = SMPI_NOISE_HASH, BLOCK = 128 }; /* BLAKE2b's digest and block */
_Static_assert(H == crypto_generichash_BYTES_MAX, "BLAKE2b-512: the names of the handshake say so");

/* h := BLAKE2b(a || b) */
static void hash2(uint8_t out[H], const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
  crypto_generichash_state st;
  crypto_generichash_init(&st, NULL, 0, H);
  crypto_generichash_update(&st, a, a_len);
  if (b_len > 0) crypto_generichash_update(&st, b, b_len);
  crypto_generichash_final(&st, out, H);
  smpi_wipe(&st, sizeof st);
}

/* HMAC-BLAKE2b with a key of H bytes (RFC 2104): Noise asks for this rather than keyed BLAKE2b. */
static void hmac(uint8_t out[H], const uint8_t key[H], const uint8_t *data, size_t len) {
  uint8_t pad[BLOCK], inner[H];
  memset(pad, 0x36, sizeof pad);
  for (size_t i = 0; i < H; i++) pad[i] ^= key[i];
  hash2(inner, pad, sizeof pad, data, len);
  for (size_t i = 0; i < BLOCK; i++) pad[i] ^= 0x36 ^ 0x5c;
  hash2(out, pad, sizeof pad, inner, sizeof inner);
  smpi_wipe(pad, sizeof pad);
  smpi_wipe(inner, sizeof inner);
}

/* HKDF with two outputs; `a` may be ck. */
static void hkdf(uint8_t a[H], uint8_t b[H], const uint8_t ck[H], const uint8_t *input, size_t len) {
  uint8_t temp[H], block[H + 1];
  hmac(temp, ck, input, len);
  block[0] = 1;
  hmac(a, temp, block, 1);
  memcpy(block, a, H);
  block[H] = 2;
  hmac(b, temp, block, sizeof block);
  smpi_wipe(temp, sizeof temp);
  smpi_wipe(block, sizeof block);
}

static void mix_hash(struct smpi_noise *st, const uint8_t *data, size_t len) { hash2(st->h, st->h, H, data, len); }

static void mix_key(struct smpi_noise *st, const uint8_t *input, size_t len) {
  uint8_t k[H];
  hkdf(st->ck, k, st->ck, input, len);
  memcpy(st->k, k, sizeof st->k);
  st->n = 0;
  smpi_wipe(k, sizeof k);
}

/* mix_key(DH(secret, public)); libsodium reports an all-zero result. */
static smpc_err mix_dh(struct smpi_noise *st, const uint8_t secret[32], const uint8_t public[32]) {
  uint8_t shared[32];
  smpc_err err = crypto_scalarmult(shared, secret, public) == 0 ? SMPC_OK : SMPC_E_AUTH;
  if (err == SMPC_OK) mix_key(st, shared, sizeof shared);
  smpi_wipe(shared, sizeof shared);
  return err;
}

/* Encrypt or decrypt buf in place with ad = h.  The ciphertext goes into h. */
static smpc_err crypt_and_hash(struct smpi_noise *st, uint8_t *buf, size_t len, bool sealing) {
  smpc_err err;
  struct smpi_aead *a = NULL;
  uint8_t h[H];
  memcpy(h, st->h, H);
  if (!sealing) mix_hash(st, buf, len + SMPI_AEAD_TAG);
  TRY(smpi_aead_new(&a, st->cipher, st->k, sealing));
  smpi_aead_set_count(a, st->n++);
  TRY(sealing ? smpi_aead_seal(a, buf, len, h, H) : smpi_aead_open(a, buf, len, h, H));
  if (sealing) mix_hash(st, buf, len + SMPI_AEAD_TAG);
out:
  smpi_aead_free(a);
  return err;
}

smpc_err smpi_noise_begin(struct smpi_noise *st, enum smpi_cipher cipher, bool initiator, const uint8_t *prologue,
                          size_t prologue_len, const uint8_t secret[32], const uint8_t ephemeral[32],
                          const uint8_t remote[32]) {
  const char *name = cipher == SMPI_AESGCM ? "Noise_KK_25519_AESGCM_BLAKE2b" : "Noise_KK_25519_ChaChaPoly_BLAKE2b";
  memset(st, 0, sizeof *st);
  st->cipher = cipher;
  st->initiator = initiator;
  memcpy(st->h, name, strlen(name)); /* shorter than H: padded with zeroes */
  memcpy(st->ck, st->h, H);
  memcpy(st->s, secret, 32);
  memcpy(st->e, ephemeral, 32);
  memcpy(st->rs, remote, 32);
  if (crypto_scalarmult_base(st->s_pub, st->s) != 0 || crypto_scalarmult_base(st->e_pub, st->e) != 0) {
    smpi_wipe(st, sizeof *st);
    return SMPC_E_AUTH;
  }
  mix_hash(st, prologue, prologue_len);
  mix_hash(st, initiator ? st->s_pub : st->rs, 32);
  mix_hash(st, initiator ? st->rs : st->s_pub, 32);
  return SMPC_OK;
}

/* The key agreements of a message: es, ss in the first, ee, se in the second;
 * the letters mean initiator's key, then responder's. */
static smpc_err mix_message(struct smpi_noise *st) {
  smpc_err err;
  if (st->messages == 0) {
    TRY(st->initiator ? mix_dh(st, st->e, st->rs) : mix_dh(st, st->s, st->re));
    TRY(mix_dh(st, st->s, st->rs));
  } else {
    TRY(mix_dh(st, st->e, st->re));
    TRY(st->initiator ? mix_dh(st, st->s, st->re) : mix_dh(st, st->e, st->rs));
  }
out:
  return err;
}

/* After a failure nothing secret is left, and nothing can be read or written. */
static smpc_err finish_message(struct smpi_noise *st, smpc_err err) {
  if (err == SMPC_OK) {
    st->messages++;
    return err;
  }
  smpi_wipe(st, sizeof *st);
  st->messages = 3;
  return err;
}

/* Whose turn it is: the initiator writes message 0 and reads message 1. */
static bool is_turn(const struct smpi_noise *st, bool writing, size_t len) {
  return st->messages < 2 && (st->messages == 0) == (st->initiator == writing) && len <= SMPI_NOISE_PAYLOAD_MAX;
}

smpc_err smpi_noise_write(struct smpi_noise *st, uint8_t *message, const uint8_t *payload, size_t len) {
  smpc_err err;
  if (!is_turn(st, true, len)) return SMPC_E_STATE;
  memcpy(message, st->e_pub, 32);
  mix_hash(st, st->e_pub, 32);
  TRY(mix_message(st));
  if (len > 0) memcpy(message + 32, payload, len);
  TRY(crypt_and_hash(st, message + 32, len, true));
out:
  return finish_message(st, err);
}

smpc_err smpi_noise_read(struct smpi_noise *st, uint8_t *payload, const uint8_t *message, size_t len) {
  smpc_err err;
  uint8_t buf[SMPI_NOISE_PAYLOAD_MAX + SMPI_AEAD_TAG];
  if (!is_turn(st, false, len)) return SMPC_E_STATE;
  memcpy(st->re, message, 32);
  mix_hash(st, st->re, 32);
  TRY(mix_message(st));
  memcpy(buf, message + 32, len + SMPI_AEAD_TAG);
  TRY(crypt_and_hash(st, buf, len, false));
  if (len > 0) memcpy(payload, buf, len);
out:
  smpi_wipe(buf, sizeof buf);
  return finish_message(st, err);
}

smpc_err smpi_noise_split(struct smpi_noise *st, uint8_t send[SMPI_AEAD_KEY], uint8_t recv[SMPI_AEAD_KEY],
                          uint8_t hash[SMPI_NOISE_HASH]) {
  if (st->messages != 2) return SMPC_E_STATE;
  uint8_t k1[H], k2[H];
  hkdf(k1, k2, st->ck, NULL, 0);
  memcpy(send, st->initiator ? k1 : k2, SMPI_AEAD_KEY);
  memcpy(recv, st->initiator ? k2 : k1, SMPI_AEAD_KEY);
  memcpy(hash, st->h, H);
  smpi_wipe(k1, sizeof k1);
  smpi_wipe(k2, sizeof k2);
  smpi_wipe(st, sizeof *st);
  return SMPC_OK;
}
