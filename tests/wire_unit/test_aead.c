/* test_aead.c - wire/aead.h: against libsodium's own code, tampering, counters, rekeying. */
#include "support/test.h"

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/aead.h"

static const enum smpi_cipher CIPHERS[] = {SMPI_CHACHAPOLY, SMPI_AESGCM};
static const uint8_t KEY[32] = "a key of exactly thirty-two byte";

static struct smpi_aead *make(enum smpi_cipher cipher, bool sealing) {
  struct smpi_aead *a;
  assert_int_equal(smpi_aead_new(&a, cipher, KEY, sealing), SMPC_OK);
  return a;
}

/* What the specification says, by another implementation. */
static void reference(uint8_t *out, enum smpi_cipher cipher, const uint8_t *key, uint64_t n, const uint8_t *in,
                      size_t len, const uint8_t *ad, size_t ad_len) {
  uint8_t nonce[12] = {0};
  smpi_put64(nonce + 4, n);
  if (cipher == SMPI_CHACHAPOLY) {
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, in, len, ad, ad_len, NULL, nonce, key);
    return;
  }
  for (int i = 0; i < 8; i++) nonce[4 + i] = (uint8_t)(n >> (56 - 8 * i));
  crypto_aead_aes256gcm_encrypt(out, NULL, in, len, ad, ad_len, NULL, nonce, key);
}

static bool has_reference(enum smpi_cipher cipher) {
  assert_true(sodium_init() >= 0);
  return cipher == SMPI_CHACHAPOLY || crypto_aead_aes256gcm_is_available();
}

static void sealing_equals_the_reference(void **state) {
  (void)state;
  for (int c = 0; c < 2; c++) {
    if (!has_reference(CIPHERS[c])) continue;
    struct smpi_aead *seal = make(CIPHERS[c], true), *open = make(CIPHERS[c], false);
    const uint64_t counters[] = {0, 1, 255, 256, 0x0102030405060708, UINT64_MAX - 1};
    for (size_t i = 0; i < 6; i++) {
      uint8_t text[200], buf[216], expected[216];
      size_t len = 40 * i;
      for (size_t j = 0; j < len; j++) text[j] = (uint8_t)(j * 7 + i);
      memcpy(buf, text, len);
      smpi_aead_set_count(seal, counters[i]);
      smpi_aead_set_count(open, counters[i]);
      reference(expected, CIPHERS[c], KEY, counters[i], text, len, KEY, i);
      assert_int_equal(smpi_aead_seal(seal, buf, len, KEY, i), SMPC_OK);
      assert_memory_equal(buf, expected, len + SMPI_AEAD_TAG);
      assert_int_equal(smpi_aead_open(open, buf, len, KEY, i), SMPC_OK);
      assert_memory_equal(buf, text, len);
    }
    smpi_aead_free(seal), smpi_aead_free(open);
  }
}

static void every_flipped_bit_is_noticed(void **state) {
  (void)state;
  for (int c = 0; c < 2; c++) {
    for (int bit = 0; bit < 8 * 40; bit++) {
      struct smpi_aead *seal = make(CIPHERS[c], true), *open = make(CIPHERS[c], false);
      uint8_t buf[40] = "twenty-four bytes, clear", zero[40] = {0}, good[40];
      assert_int_equal(smpi_aead_seal(seal, buf, 24, NULL, 0), SMPC_OK);
      memcpy(good, buf, sizeof good);
      buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
      assert_int_equal(smpi_aead_open(open, buf, 24, NULL, 0), SMPC_E_AUTH);
      assert_memory_equal(buf, zero, sizeof buf); /* nothing unauthenticated is left */
      assert_int_equal(smpi_aead_open(open, good, 24, NULL, 0), SMPC_OK);
      smpi_aead_free(seal), smpi_aead_free(open);
    }
  }
}

static void the_counter_is_strict_and_ends(void **state) {
  (void)state;
  for (int c = 0; c < 2; c++) {
    struct smpi_aead *seal = make(CIPHERS[c], true), *open = make(CIPHERS[c], false);
    uint8_t a[17] = "a", b[17] = "b", again[17];
    smpi_aead_seal(seal, a, 1, NULL, 0);
    smpi_aead_seal(seal, b, 1, NULL, 0);
    memcpy(again, b, sizeof b);
    assert_int_equal(smpi_aead_open(open, again, 1, NULL, 0), SMPC_E_AUTH); /* b before a */
    assert_int_equal(smpi_aead_open(open, a, 1, NULL, 0), SMPC_OK);
    assert_int_equal(smpi_aead_open(open, b, 1, NULL, 0), SMPC_OK);
    smpi_aead_set_count(seal, UINT64_MAX);
    smpi_aead_set_count(open, UINT64_MAX);
    assert_int_equal(smpi_aead_seal(seal, a, 1, NULL, 0), SMPC_E_STATE);
    assert_int_equal(smpi_aead_open(open, a, 1, NULL, 0), SMPC_E_STATE);
    assert_int_equal(smpi_aead_open(seal, a, 1, NULL, 0), SMPC_E_STATE); /* one direction each */
    smpi_aead_free(seal), smpi_aead_free(open);
  }
}

/* REKEY as [Noise] defines it: computed here by libsodium from the key alone. */
static void rekeying_follows_the_specification(void **state) {
  (void)state;
  for (int c = 0; c < 2; c++) {
    if (!has_reference(CIPHERS[c])) continue;
    struct smpi_aead *seal = make(CIPHERS[c], true), *open = make(CIPHERS[c], false);
    uint8_t zero[32] = {0}, next[48], buf[21] = "later", expected[21];
    reference(next, CIPHERS[c], KEY, UINT64_MAX, zero, 32, NULL, 0);
    reference(expected, CIPHERS[c], next, 0, buf, 5, NULL, 0);
    assert_int_equal(smpi_aead_rekey(seal), SMPC_OK);
    assert_int_equal(smpi_aead_rekey(open), SMPC_OK);
    assert_int_equal(smpi_aead_seal(seal, buf, 5, NULL, 0), SMPC_OK);
    assert_memory_equal(buf, expected, sizeof buf);
    assert_int_equal(smpi_aead_open(open, buf, 5, NULL, 0), SMPC_OK);
    assert_memory_equal(buf, "later", 5);
    smpi_aead_free(seal), smpi_aead_free(open);
  }
}

TEST_MAIN(T(sealing_equals_the_reference), T(every_flipped_bit_is_noticed), T(the_counter_is_strict_and_ends),
          T(rekeying_follows_the_specification))
