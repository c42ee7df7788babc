/* hash.h - domain-separated BLAKE2b.
 *
 * Every use names its domain, a short ASCII literal such as "smpc session id":
 * H(domain, m1, m2, ...) = BLAKE2b-256(len(domain) || domain || len(m1) || m1 || ...),
 * lengths as 8 little-endian bytes, so that no two inputs collide by re-slicing. */
#ifndef SMPI_HASH_H
#define SMPI_HASH_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

enum { SMPI_HASH_LEN = 32 }; /* SECURITY: 128 bits against collisions */

struct smpi_hash { crypto_generichash_state st; };

void smpi_hash_begin(struct smpi_hash *h, const char *domain);
void smpi_hash_add(struct smpi_hash *h, const void *data, size_t len); /* length-prefixed */
void smpi_hash_add_u64(struct smpi_hash *h, uint64_t v);
void smpi_hash_end(struct smpi_hash *h, uint8_t out[SMPI_HASH_LEN]);   /* wipes h */
/* The digest so far, without ending it. */
void smpi_hash_peek(const struct smpi_hash *h, uint8_t out[SMPI_HASH_LEN]);

/* A key for one purpose: BLAKE2b keyed by `key`, over domain and context. */
void smpi_kdf(uint8_t out[32], const uint8_t key[32], const char *domain, const void *context, size_t context_len);

#endif
