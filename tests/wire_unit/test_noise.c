/* test_noise.c - wire/noise.h against the published vectors, and what it must refuse. */
#include "support/test.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/noise.h"

enum { MAX = 2048 };

struct bytes {
  uint8_t at[MAX];
  size_t len;
};

static struct bytes hex(const json_t *object, const char *key) {
  struct bytes b = {.len = 0};
  const char *text = json_string_value(json_object_get(object, key));
  assert_non_null(text);
  assert_int_equal(sodium_hex2bin(b.at, MAX, text, strlen(text), NULL, &b.len, NULL), 0);
  return b;
}

static json_t *vectors(void) {
  char path[4096];
  const char *shared = getenv("SMPC_SHARED");
  if (shared == NULL) return NULL;
  snprintf(path, sizeof path, "%s/vectors/noise_kk.json", shared);
  return json_load_file(path, 0, NULL);
}

static void begin(struct smpi_noise *st, const json_t *v, enum smpi_cipher cipher, bool initiator) {
  const char *who = initiator ? "init" : "resp";
  char key[4][32];
  const char *part[4] = {"prologue", "static", "ephemeral", "remote_static"};
  for (int i = 0; i < 4; i++) snprintf(key[i], sizeof key[i], "%s_%s", who, part[i]);
  struct bytes prologue = hex(v, key[0]), s = hex(v, key[1]), e = hex(v, key[2]), rs = hex(v, key[3]);
  assert_int_equal(smpi_noise_begin(st, cipher, initiator, prologue.at, prologue.len, s.at, e.at, rs.at), SMPC_OK);
}

static void check_handshake_message(struct smpi_noise *from, struct smpi_noise *to, const json_t *m) {
  struct bytes payload = hex(m, "payload"), expected = hex(m, "ciphertext");
  uint8_t message[MAX], read[MAX];
  assert_int_equal(payload.len + SMPI_NOISE_OVERHEAD, expected.len);
  assert_int_equal(smpi_noise_write(from, message, payload.at, payload.len), SMPC_OK);
  assert_memory_equal(message, expected.at, expected.len);
  assert_int_equal(smpi_noise_read(to, read, message, payload.len), SMPC_OK);
  assert_memory_equal(read, payload.at, payload.len);
}

static void check_transport_message(struct smpi_aead *seal, struct smpi_aead *open, const json_t *m) {
  struct bytes payload = hex(m, "payload"), expected = hex(m, "ciphertext"), buf = payload;
  assert_int_equal(smpi_aead_seal(seal, buf.at, payload.len, NULL, 0), SMPC_OK);
  assert_memory_equal(buf.at, expected.at, expected.len);
  assert_int_equal(smpi_aead_open(open, buf.at, payload.len, NULL, 0), SMPC_OK);
  assert_memory_equal(buf.at, payload.at, payload.len);
}

struct ends {
  uint8_t key[2][2][SMPI_AEAD_KEY], hash[2][SMPI_NOISE_HASH]; /* [initiator][sending] */
};

static void check_vector(const json_t *v, enum smpi_cipher cipher) {
  struct smpi_noise a, b;
  struct ends k;
  struct smpi_aead *seal[2], *open[2];
  const json_t *messages = json_object_get(v, "messages");
  begin(&a, v, cipher, true);
  begin(&b, v, cipher, false);
  check_handshake_message(&a, &b, json_array_get(messages, 0));
  check_handshake_message(&b, &a, json_array_get(messages, 1));
  assert_int_equal(smpi_noise_split(&a, k.key[1][1], k.key[1][0], k.hash[1]), SMPC_OK);
  assert_int_equal(smpi_noise_split(&b, k.key[0][1], k.key[0][0], k.hash[0]), SMPC_OK);
  for (int i = 0; i < 2; i++) {
    assert_memory_equal(k.hash[i], hex(v, "handshake_hash").at, SMPI_NOISE_HASH);
    assert_memory_equal(k.key[i][1], k.key[!i][0], SMPI_AEAD_KEY);
    assert_int_equal(smpi_aead_new(&seal[i], cipher, k.key[i][1], true), SMPC_OK);
    assert_int_equal(smpi_aead_new(&open[i], cipher, k.key[i][0], false), SMPC_OK);
  }
  for (size_t i = 2; i < json_array_size(messages); i++) {
    int sender = i % 2 == 0; /* the initiator sends message 0, 2, 4 */
    check_transport_message(seal[sender], open[!sender], json_array_get(messages, i));
  }
  for (int i = 0; i < 2; i++) smpi_aead_free(seal[i]), smpi_aead_free(open[i]);
}

static void published_transcripts_are_reproduced(void **state) {
  (void)state;
  json_t *file = vectors(), *v;
  if (file == NULL) skip();
  size_t i, checked = 0;
  json_array_foreach(json_object_get(file, "vectors"), i, v) {
    const char *name = json_string_value(json_object_get(v, "protocol_name"));
    if (strcmp(name, "Noise_KK_25519_ChaChaPoly_BLAKE2b") == 0) check_vector(v, SMPI_CHACHAPOLY), checked++;
    if (strcmp(name, "Noise_KK_25519_AESGCM_BLAKE2b") == 0) check_vector(v, SMPI_AESGCM), checked++;
  }
  assert_int_equal(checked, 2);
  json_decref(file);
}

/* --- refusals ------------------------------------------------------------- */

struct keys {
  uint8_t secret[32], public[32];
};

static struct keys make_keys(uint8_t seed) {
  struct keys k;
  memset(k.secret, seed, sizeof k.secret);
  crypto_scalarmult_base(k.public, k.secret);
  return k;
}

static void start(struct smpi_noise *st, bool initiator, const char *prologue, const struct keys *mine,
                  const uint8_t remote[32]) {
  uint8_t e[32];
  memset(e, initiator ? 0x51 : 0x52, sizeof e);
  assert_int_equal(smpi_noise_begin(st, SMPI_CHACHAPOLY, initiator, (const uint8_t *)prologue, strlen(prologue),
                                    mine->secret, e, remote),
                   SMPC_OK);
}

static smpc_err first_message(const char *prologue_a, const char *prologue_b, const struct keys *a,
                              const uint8_t *b_seen, const struct keys *b, const uint8_t *a_seen, int flip) {
  struct smpi_noise x, y;
  uint8_t m[SMPI_NOISE_OVERHEAD];
  start(&x, true, prologue_a, a, b_seen);
  start(&y, false, prologue_b, b, a_seen);
  assert_int_equal(smpi_noise_write(&x, m, NULL, 0), SMPC_OK);
  if (flip >= 0) m[flip / 8] ^= (uint8_t)(1 << flip % 8);
  return smpi_noise_read(&y, NULL, m, 0);
}

static void wrong_keys_and_prologues_are_refused(void **state) {
  (void)state;
  struct keys a = make_keys(1), b = make_keys(2), c = make_keys(3);
  assert_int_equal(first_message("p", "p", &a, b.public, &b, a.public, -1), SMPC_OK);
  assert_int_equal(first_message("p", "q", &a, b.public, &b, a.public, -1), SMPC_E_AUTH);
  assert_int_equal(first_message("p", "p", &c, b.public, &b, a.public, -1), SMPC_E_AUTH); /* c poses as a */
  assert_int_equal(first_message("p", "p", &a, c.public, &b, a.public, -1), SMPC_E_AUTH); /* a wanted c   */
  for (int bit = 0; bit < 8 * SMPI_NOISE_OVERHEAD; bit++) {
    if (bit == 255) continue; /* X25519 ignores the top bit, but the transcript hash does not */
    assert_int_equal(first_message("p", "p", &a, b.public, &b, a.public, bit), SMPC_E_AUTH);
  }
  assert_int_equal(first_message("p", "p", &a, b.public, &b, a.public, 255), SMPC_E_AUTH);
}

/* Points of small order [Ber06]: every agreement with them is all-zero. */
static void points_of_small_order_are_refused(void **state) {
  (void)state;
  static const uint8_t points[][32] = {
      {0}, {1}, {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
                0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00}};
  struct keys a = make_keys(1), b = make_keys(2);
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
    struct smpi_noise x, y;
    uint8_t m[SMPI_NOISE_OVERHEAD] = {0};
    start(&x, true, "p", &a, points[i]);
    assert_int_equal(smpi_noise_write(&x, m, NULL, 0), SMPC_E_AUTH);
    start(&y, false, "p", &b, a.public);
    memcpy(m, points[i], 32);
    assert_int_equal(smpi_noise_read(&y, NULL, m, 0), SMPC_E_AUTH);
  }
}

static void calls_out_of_turn_are_refused(void **state) {
  (void)state;
  struct keys a = make_keys(1), b = make_keys(2);
  struct smpi_noise x, y;
  uint8_t m[SMPI_NOISE_OVERHEAD] = {0}, k[SMPI_AEAD_KEY], h[SMPI_NOISE_HASH];
  start(&x, true, "p", &a, b.public);
  start(&y, false, "p", &b, a.public);
  assert_int_equal(smpi_noise_read(&x, NULL, m, 0), SMPC_E_STATE);
  assert_int_equal(smpi_noise_write(&y, m, NULL, 0), SMPC_E_STATE);
  assert_int_equal(smpi_noise_split(&x, k, k, h), SMPC_E_STATE);
  assert_int_equal(smpi_noise_write(&x, m, NULL, 0), SMPC_OK);
  assert_int_equal(smpi_noise_write(&x, m, NULL, 0), SMPC_E_STATE);
  m[40] ^= 1;
  assert_int_equal(smpi_noise_read(&y, NULL, m, 0), SMPC_E_AUTH);
  assert_int_equal(smpi_noise_read(&y, NULL, m, 0), SMPC_E_STATE); /* a failed handshake stays dead */
}

TEST_MAIN(T(published_transcripts_are_reproduced), T(wrong_keys_and_prologues_are_refused),
          T(points_of_small_order_are_refused), T(calls_out_of_turn_are_refused))
