/* identity.h - who a party is: one X25519 key for its links, one Ed25519 key for
 * its signatures, in one file; and their public halves as text.
 *
 * The file is text, of one exact length and one exact spelling:
 *
 *     smpc identity 1
 *     link <64 hexadecimal digits: X25519 secret key>
 *     sign <64 hexadecimal digits: Ed25519 seed>
 *     check <32 hexadecimal digits: BLAKE2b of the lines above>
 *
 * The checksum finds damage, not malice: who can write the file owns the party. */
#ifndef SMPI_IDENTITY_H
#define SMPI_IDENTITY_H

#include "base/err.h"

enum {
  SMPI_KEY_TEXT_LEN = 103,   /* "smpc1_", 96 characters, NUL */
  SMPI_FINGERPRINT_LEN = 25, /* "0123 4567 89ab cdef 0123", NUL */
};

/* The public halves. */
struct smpi_public { uint8_t link[32], sign[32]; };

/* Lives in secret memory only; freed, and wiped, by smpi_identity_free(). */
struct smpi_identity {
  uint8_t link_secret[32]; /* X25519                            */
  uint8_t sign_secret[64]; /* Ed25519: seed and public key      */
  struct smpi_public pub;
};

/* Make a new identity in the file `path`, which must not exist, mode 0600, and
 * have it on disk before returning.  Nothing is left behind on failure.
 * Errors: SMPC_E_FILE, SMPC_E_RNG, SMPC_E_NOMEM. */
smpc_err smpi_identity_new(const char *path, struct smpi_public *pub, struct smpi_fault *f);

/* Read an identity.  Refused (SMPC_E_FILE): what is not a regular file, belongs
 * to another user, can be used by group or others, or differs in any byte from
 * what smpi_identity_new() would have written.  SMPC_E_NOMEM.  *id is NULL on
 * failure.  Messages hold the path and nothing of the file. */
smpc_err smpi_identity_load(const char *path, struct smpi_identity **id, struct smpi_fault *f);
void smpi_identity_free(struct smpi_identity *id); /* NULL is allowed */

/* A key for one purpose, a short ASCII literal, that only this party can make again. */
void smpi_identity_derive(uint8_t key[32], const struct smpi_identity *id, const char *purpose);

/* The decoder alone: the file's bytes.  id must be in secret memory; zeroed on
 * failure. */
enum { SMPI_IDENTITY_FILE_LEN = 16 + 70 + 70 + 39 };
smpc_err smpi_identity_decode(struct smpi_identity *id, const uint8_t *text, size_t len);

/* The public halves as one word for parties.yaml: "smpc1_" and 96 characters of
 * base64url for link key, sign key and an 8-byte checksum. */
void smpi_key_text(char out[SMPI_KEY_TEXT_LEN], const struct smpi_public *pub);
/* The reverse.  SMPC_E_FORMAT: another length or spelling, a wrong checksum (a
 * typing error), or points that no honest key has (small order, not canonical).
 * *why, which may be NULL, says which of them; *pub is zeroed on failure. */
smpc_err smpi_key_parse(struct smpi_public *pub, const char *text, const char **why);
/* The two public keys are ones that smpi_identity_new() could have made. */
bool smpi_key_is_valid(const struct smpi_public *pub);

/* 80 bits of BLAKE2b over both keys, to compare by voice: five groups of four
 * hexadecimal digits. */
void smpi_fingerprint(char out[SMPI_FINGERPRINT_LEN], const struct smpi_public *pub);

#endif
