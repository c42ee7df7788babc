/* aead.c - see aead.h. */
#include "wire/aead.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { NONCE_LEN = 12 };
_Static_assert(SMPI_AEAD_KEY == 32 && SMPI_AEAD_TAG == 16, "256-bit keys and whole tags");

struct smpi_aead {
  EVP_CIPHER_CTX *ctx; /* holds the key schedule; libcrypto wipes it */
  enum smpi_cipher cipher;
  bool sealing;
  uint64_t count;
  uint8_t key[SMPI_AEAD_KEY]; /* for REKEY */
};

/* Noise: 32 zero bits, then the counter: little-endian for ChaChaPoly, big-endian for AESGCM. */
static void make_nonce(uint8_t nonce[NONCE_LEN], enum smpi_cipher cipher, uint64_t n) {
  memset(nonce, 0, 4);
  smpi_put64(nonce + 4, cipher == SMPI_AESGCM ? __builtin_bswap64(n) : n);
}

static smpc_err set_key(EVP_CIPHER_CTX *ctx, enum smpi_cipher cipher, const uint8_t *key, bool sealing) {
  const EVP_CIPHER *type = cipher == SMPI_AESGCM ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();
  return EVP_CipherInit_ex(ctx, type, NULL, key, NULL, sealing) == 1 ? SMPC_OK : SMPC_E_NOMEM;
}

smpc_err smpi_aead_new(struct smpi_aead **out, enum smpi_cipher cipher, const uint8_t key[SMPI_AEAD_KEY], bool sealing) {
  smpc_err err = SMPC_OK;
  *out = NULL;
  struct smpi_aead *a = smpi_secret_alloc(1, sizeof *a);
  if (a == NULL) return SMPC_E_NOMEM;
  a->cipher = cipher;
  a->sealing = sealing;
  memcpy(a->key, key, sizeof a->key);
  a->ctx = EVP_CIPHER_CTX_new();
  TRY(a->ctx != NULL ? SMPC_OK : SMPC_E_NOMEM);
  TRY(set_key(a->ctx, cipher, key, sealing));
  *out = a;
  return SMPC_OK;
out:
  smpi_aead_free(a);
  return err;
}

void smpi_aead_free(struct smpi_aead *a) {
  if (a == NULL) return;
  EVP_CIPHER_CTX_free(a->ctx);
  smpi_secret_free(a);
}

/* One pass of the cipher in place under nonce n; false if libcrypto refuses. */
static bool run(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, uint8_t *buf, size_t len, const uint8_t *ad, size_t ad_len) {
  int n;
  if (EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, -1) != 1) return false;
  if (ad_len > 0 && EVP_CipherUpdate(ctx, NULL, &n, ad, (int)ad_len) != 1) return false;
  return len == 0 || EVP_CipherUpdate(ctx, buf, &n, buf, (int)len) == 1;
}

static bool seal_at(struct smpi_aead *a, uint64_t counter, uint8_t *buf, size_t len, const uint8_t *ad, size_t ad_len) {
  uint8_t nonce[NONCE_LEN], none[SMPI_AEAD_TAG];
  int n;
  make_nonce(nonce, a->cipher, counter);
  return run(a->ctx, nonce, buf, len, ad, ad_len) && EVP_CipherFinal_ex(a->ctx, none, &n) == 1 &&
         EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, SMPI_AEAD_TAG, buf + len) == 1;
}

static bool is_usable(const struct smpi_aead *a, bool sealing, size_t len, size_t ad_len) {
  return a->sealing == sealing && a->count != UINT64_MAX && len <= INT_MAX / 2 && ad_len <= INT_MAX / 2;
}

smpc_err smpi_aead_seal(struct smpi_aead *a, uint8_t *buf, size_t len, const uint8_t *ad, size_t ad_len) {
  if (!is_usable(a, true, len, ad_len)) return SMPC_E_STATE;
  if (!seal_at(a, a->count, buf, len, ad, ad_len)) return SMPC_E_BUG;
  a->count++;
  return SMPC_OK;
}

smpc_err smpi_aead_open(struct smpi_aead *a, uint8_t *buf, size_t len, const uint8_t *ad, size_t ad_len) {
  if (!is_usable(a, false, len, ad_len)) return SMPC_E_STATE;
  uint8_t nonce[NONCE_LEN], none[SMPI_AEAD_TAG], tag[SMPI_AEAD_TAG];
  int n;
  make_nonce(nonce, a->cipher, a->count);
  memcpy(tag, buf + len, sizeof tag);
  bool good = run(a->ctx, nonce, buf, len, ad, ad_len) &&
              EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, SMPI_AEAD_TAG, tag) == 1 &&
              EVP_CipherFinal_ex(a->ctx, none, &n) == 1;
  if (!good) {
    smpi_wipe(buf, len + SMPI_AEAD_TAG);
    return SMPC_E_AUTH;
  }
  a->count++;
  return SMPC_OK;
}

/* k := the first 32 bytes of ENCRYPT(k, 2^64 - 1, "", 32 zero bytes) ([Noise], 4.2). */
smpc_err smpi_aead_rekey(struct smpi_aead *a) {
  smpc_err err = SMPC_OK;
  uint8_t next[SMPI_AEAD_KEY + SMPI_AEAD_TAG] = {0};
  if (!a->sealing) TRY(set_key(a->ctx, a->cipher, a->key, true));
  TRY(seal_at(a, UINT64_MAX, next, SMPI_AEAD_KEY, NULL, 0) ? SMPC_OK : SMPC_E_BUG);
  memcpy(a->key, next, SMPI_AEAD_KEY);
  TRY(set_key(a->ctx, a->cipher, a->key, a->sealing));
out:
  smpi_wipe(next, sizeof next);
  return err;
}

uint64_t smpi_aead_count(const struct smpi_aead *a) { return a->count; }
void smpi_aead_set_count(struct smpi_aead *a, uint64_t n) { a->count = n; }
