/* hash.c - see hash.h. */
#include "rand/hash.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

_Static_assert(SMPI_HASH_LEN == 32, "128 bits against collisions, and a key for smpi_kdf()");

void smpi_hash_begin(struct smpi_hash *h, const char *domain) {
  crypto_generichash_init(&h->st, NULL, 0, SMPI_HASH_LEN);
  smpi_hash_add(h, domain, strlen(domain));
}

void smpi_hash_add(struct smpi_hash *h, const void *data, size_t len) {
  uint8_t n[8];
  smpi_put64(n, len);
  crypto_generichash_update(&h->st, n, sizeof n);
  if (len != 0) crypto_generichash_update(&h->st, data, len);
}

void smpi_hash_add_u64(struct smpi_hash *h, uint64_t v) {
  uint8_t b[8];
  smpi_put64(b, v);
  smpi_hash_add(h, b, sizeof b);
}

void smpi_hash_end(struct smpi_hash *h, uint8_t out[SMPI_HASH_LEN]) {
  crypto_generichash_final(&h->st, out, SMPI_HASH_LEN);
  smpi_wipe(h, sizeof *h);
}

void smpi_hash_peek(const struct smpi_hash *h, uint8_t out[SMPI_HASH_LEN]) {
  struct smpi_hash copy = *h;
  smpi_hash_end(&copy, out);
}

void smpi_kdf(uint8_t out[32], const uint8_t key[32], const char *domain, const void *context, size_t context_len) {
  struct smpi_hash h;
  crypto_generichash_init(&h.st, key, 32, 32);
  smpi_hash_add(&h, domain, strlen(domain));
  smpi_hash_add(&h, context, context_len);
  smpi_hash_end(&h, out);
}
