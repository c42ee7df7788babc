/* test_hash.c - rand/hash.h */
#include "support/test.h"

#include <string.h>

#include "rand/hash.h"

static void digest(uint8_t out[32], const char *domain, const char *a, const char *b) {
  struct smpi_hash h;
  smpi_hash_begin(&h, domain);
  smpi_hash_add(&h, a, strlen(a));
  smpi_hash_add(&h, b, strlen(b));
  smpi_hash_end(&h, out);
}

static void reslicing_changes_the_digest(void **state) {
  (void)state;
  uint8_t x[32], y[32];
  digest(x, "d", "ab", "c");
  digest(y, "d", "a", "bc");
  assert_memory_not_equal(x, y, 32);
  digest(y, "da", "b", "c");
  assert_memory_not_equal(x, y, 32);
  digest(y, "d", "ab", "c");
  assert_memory_equal(x, y, 32);
}

static void peeking_does_not_end_it(void **state) {
  (void)state;
  struct smpi_hash h;
  uint8_t x[32], y[32], z[32];
  smpi_hash_begin(&h, "d");
  smpi_hash_add_u64(&h, 7);
  smpi_hash_peek(&h, x);
  smpi_hash_peek(&h, y);
  assert_memory_equal(x, y, 32);
  smpi_hash_end(&h, z);
  assert_memory_equal(x, z, 32);
}

/* BLAKE2b-256 of the encoded input, computed with python3 hashlib.blake2b(digest_size=32). */
static void known_answer(void **state) {
  (void)state;
  static const uint8_t expected[32] = {0x0f, 0x92, 0xf9, 0x2a, 0x57, 0x13, 0xa1, 0xbc,
                                      0xa8, 0x73, 0xd9, 0x0b, 0x2c, 0x69, 0xbc, 0x69,
                                      0xff, 0x4f, 0x5c, 0x3e, 0xee, 0x04, 0xf9, 0xa7,
                                      0x6b, 0xff, 0x75, 0x2d, 0x72, 0x64, 0x96, 0x3e};
  uint8_t x[32];
  digest(x, "smpc test", "abc", "");
  assert_memory_equal(x, expected, 32);
}

static void keys_differ_by_every_input(void **state) {
  (void)state;
  uint8_t key[32] = {1}, a[32], b[32];
  smpi_kdf(a, key, "one", "ctx", 3);
  smpi_kdf(b, key, "two", "ctx", 3);
  assert_memory_not_equal(a, b, 32);
  smpi_kdf(b, key, "one", "cty", 3);
  assert_memory_not_equal(a, b, 32);
  key[31] = 1;
  smpi_kdf(b, key, "one", "ctx", 3);
  assert_memory_not_equal(a, b, 32);
}

TEST_MAIN(T(reslicing_changes_the_digest), T(peeking_does_not_end_it), T(known_answer), T(keys_differ_by_every_input))
