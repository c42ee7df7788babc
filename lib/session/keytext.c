/* keytext.c - public keys as text; see identity.h. */
#include <string.h>

#include "rand/hash.h"
#include "session/identity.h"

enum {
  KEYS = 64,   /* link, sign */
  SUM = 8,     /* SECURITY: no; a typing error passes with probability 2^-64 */
  CHARS = 96,  /* base64 of KEYS + SUM, without padding or spare bits: one spelling */
};
static const char PREFIX[] = "smpc1_";
_Static_assert((KEYS + SUM) % 3 == 0 && sizeof PREFIX + CHARS == SMPI_KEY_TEXT_LEN, "one spelling");

static void sum_keys(uint8_t sum[SUM], const uint8_t keys[KEYS]) {
  struct smpi_hash h;
  uint8_t digest[SMPI_HASH_LEN];
  smpi_hash_begin(&h, "smpc public key text");
  smpi_hash_add(&h, keys, KEYS);
  smpi_hash_end(&h, digest);
  memcpy(sum, digest, SUM);
}

void smpi_key_text(char out[SMPI_KEY_TEXT_LEN], const struct smpi_public *pub) {
  uint8_t raw[KEYS + SUM];
  memcpy(raw, pub->link, 32);
  memcpy(raw + 32, pub->sign, 32);
  sum_keys(raw + KEYS, raw);
  memcpy(out, PREFIX, sizeof PREFIX);
  sodium_bin2base64(out + sizeof PREFIX - 1, CHARS + 1, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Below 2^255 - 19, so that no key has two spellings, and not of small order:
 * with such a point all its owner's links would have one known secret. */
static bool is_link_key(const uint8_t p[32]) {
  static const uint8_t one[32] = {9}; /* any scalar: it is made a multiple of the cofactor */
  uint8_t out[32];
  bool canonical = p[31] < 0x7f || p[0] < 0xed;
  for (int i = 1; i < 31 && !canonical; i++) canonical = p[i] != 0xff;
  return p[31] < 0x80 && canonical && crypto_scalarmult(out, one, p) == 0;
}

bool smpi_key_is_valid(const struct smpi_public *pub) {
  return is_link_key(pub->link) && crypto_core_ed25519_is_valid_point(pub->sign);
}

/* NULL, or what is wrong with the text. */
static const char *parse(struct smpi_public *pub, const char *text) {
  uint8_t raw[KEYS + SUM], sum[SUM];
  size_t prefix = sizeof PREFIX - 1, got = 0;
  if (strncmp(text, PREFIX, prefix) != 0) return "is no public key: it does not begin with smpc1_";
  if (strlen(text) != prefix + CHARS) return "has not the length of a public key: is it cut off?";
  if (sodium_base642bin(raw, sizeof raw, text + prefix, CHARS, NULL, &got, NULL,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || got != sizeof raw)
    return "has a character that no public key has";
  char again[CHARS + 1]; /* the decoder takes '-' and '_' with the top bit set for themselves */
  sodium_bin2base64(again, sizeof again, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (memcmp(again, text + prefix, CHARS) != 0) return "has a character that no public key has";
  sum_keys(sum, raw);
  if (memcmp(sum, raw + KEYS, SUM) != 0) return "has a typing error: its checksum is wrong";
  memcpy(pub->link, raw, 32);
  memcpy(pub->sign, raw + 32, 32);
  return smpi_key_is_valid(pub) ? NULL : "is not a key that an honest party could have";
}

smpc_err smpi_key_parse(struct smpi_public *pub, const char *text, const char **why) {
  const char *fault = parse(pub, text);
  if (fault != NULL) memset(pub, 0, sizeof *pub);
  if (why != NULL) *why = fault;
  return fault == NULL ? SMPC_OK : SMPC_E_FORMAT;
}

void smpi_fingerprint(char out[SMPI_FINGERPRINT_LEN], const struct smpi_public *pub) {
  struct smpi_hash h;
  uint8_t digest[SMPI_HASH_LEN];
  char hex[21];
  smpi_hash_begin(&h, "smpc fingerprint");
  smpi_hash_add(&h, pub->link, 32);
  smpi_hash_add(&h, pub->sign, 32);
  smpi_hash_end(&h, digest);
  sodium_bin2hex(hex, sizeof hex, digest, 10);
  for (int g = 0; g < 5; g++) {
    memcpy(out + 5 * g, hex + 4 * g, 4);
    out[5 * g + 4] = g < 4 ? ' ' : 0;
  }
}
