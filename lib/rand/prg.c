/* prg.c - see prg.h.
 *
 * libcrypto's ChaCha20 makes the stream: it has the wider vectors.  Its counter
 * is one 32-bit word before 96 bits of nonce; here the first of those bits are
 * the counter's upper half, so a request is cut where the lower half wraps.
 * Should libcrypto refuse a call after all, libsodium makes the same bytes:
 * smpi_prg_words() cannot fail. */
#include "rand/prg.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum {
  BLOCK = 64,          /* bytes of one ChaCha20 block       */
  BLOCK_WORDS = BLOCK / 8,
  PIECE = 16 * 1024    /* LOCAL: bytes made in one call     */
};

/* Words after which the 32-bit counter wraps. */
static const uint64_t WRAP = (UINT64_C(1) << 32) * BLOCK_WORDS;

struct smpi_prg {
  uint8_t key[32];
  EVP_CIPHER_CTX *cipher;
  uint64_t position; /* of the next word                           */
  bool is_set;       /* the cipher stands at position              */
};

smpc_err smpi_prg_open(struct smpi_prg **g, const uint8_t key[32]) {
  smpc_err err = SMPC_E_NOMEM;
  struct smpi_prg *made = smpi_secret_alloc(1, sizeof *made);
  *g = NULL;
  if (made == NULL) return err;
  made->cipher = EVP_CIPHER_CTX_new();
  if (made->cipher == NULL || EVP_EncryptInit_ex(made->cipher, EVP_chacha20(), NULL, NULL, NULL) != 1) goto out;
  if (smpi_prg_restart(made, key) != SMPC_OK) goto out;
  *g = made;
  made = NULL;
  err = SMPC_OK;
out:
  smpi_prg_close(made);
  return err;
}

smpc_err smpi_prg_restart(struct smpi_prg *g, const uint8_t key[32]) {
  const uint8_t zero[16] = {0};
  memcpy(g->key, key, sizeof g->key);
  g->position = 0;
  g->is_set = EVP_EncryptInit_ex(g->cipher, NULL, NULL, key, zero) == 1;
  return g->is_set ? SMPC_OK : SMPC_E_NOMEM;
}

void smpi_prg_close(struct smpi_prg *g) {
  if (g == NULL) return;
  EVP_CIPHER_CTX_free(g->cipher); /* wipes its copy of the key */
  smpi_secret_free(g);
}

void smpi_prg_seek(struct smpi_prg *g, uint64_t position) {
  if (position == g->position) return;
  g->position = position;
  g->is_set = false;
}

/* Bring the cipher to g->position: to its block, then over the words before. */
static bool set_cipher(struct smpi_prg *g) {
  uint8_t iv[16] = {0}, skipped[BLOCK] = {0};
  int done, skip = (int)(g->position % BLOCK_WORDS) * 8;
  smpi_put64(iv, g->position / BLOCK_WORDS);
  bool ok = EVP_EncryptInit_ex(g->cipher, NULL, NULL, NULL, iv) == 1 &&
            (skip == 0 || EVP_EncryptUpdate(g->cipher, skipped, &done, skipped, skip) == 1);
  smpi_wipe(skipped, sizeof skipped);
  return ok;
}

/* The stream of len bytes at g->position, by libsodium, block by block. */
static void sodium_bytes(const struct smpi_prg *g, uint8_t *out, size_t len) {
  const uint8_t nonce[8] = {0};
  uint8_t block[BLOCK];
  size_t skip = (size_t)(g->position % BLOCK_WORDS) * 8;
  for (uint64_t i = g->position / BLOCK_WORDS; len > 0; i++, skip = 0) {
    size_t part = smpi_min(len, BLOCK - skip);
    memset(block, 0, sizeof block);
    crypto_stream_chacha20_xor_ic(block, block, sizeof block, nonce, i, g->key);
    memcpy(out, block + skip, part);
    out += part;
    len -= part;
  }
  smpi_wipe(block, sizeof block);
}

/* One piece, which does not run over the wrap of the counter. */
static void make_piece(struct smpi_prg *g, uint8_t *out, size_t len) {
  int done;
  memset(out, 0, len);
  g->is_set = (g->is_set || set_cipher(g)) && EVP_EncryptUpdate(g->cipher, out, &done, out, (int)len) == 1;
  if (!g->is_set) sodium_bytes(g, out, len);
  g->position += len / 8;
  if (g->position % WRAP == 0) g->is_set = false;
}

/* The stream is bytes; a word is eight of them, little-endian. */
static void to_words(uint64_t *out, size_t n) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  for (size_t i = 0; i < n; i++) out[i] = smpi_get64((const uint8_t *)(out + i));
#else
  (void)out;
  (void)n;
#endif
}

void smpi_prg_words(struct smpi_prg *g, uint64_t *out, size_t n) {
  while (n > 0) {
    uint64_t until_wrap = WRAP - g->position % WRAP;
    size_t part = smpi_min(n, PIECE / 8);
    if (part > until_wrap) part = (size_t)until_wrap;
    make_piece(g, (uint8_t *)out, part * 8);
    to_words(out, part);
    out += part;
    n -= part;
  }
}
