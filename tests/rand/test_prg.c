/* test_prg.c - rand/prg.h, against libsodium and the published stream. */
#include "support/test.h"

#include <sodium.h>
#include <string.h>

#include "rand/prg.h"
#include "support/seams.h"

static const uint8_t key[32] = "an ordinary key, 32 bytes long.";
static const uint64_t WRAP = UINT64_C(8) << 32; /* words after which a 32-bit block counter wraps */

/* Words position .. position + n - 1 by libsodium. */
static void reference(uint64_t *out, size_t n, const uint8_t k[32], uint64_t position) {
  static const uint8_t nonce[8];
  static uint8_t bytes[16384];
  size_t skip = position % 8 * 8;
  assert_true(skip + n * 8 <= sizeof bytes);
  memset(bytes, 0, sizeof bytes);
  crypto_stream_chacha20_xor_ic(bytes, bytes, skip + n * 8, nonce, position / 8, k);
  memcpy(out, bytes + skip, n * 8);
}

static void assert_stream(struct smpi_prg *g, size_t n, uint64_t position) {
  uint64_t got[2000], expected[2000];
  assert_true(n <= 2000);
  smpi_prg_words(g, got, n);
  reference(expected, n, key, position);
  assert_memory_equal(got, expected, n * 8);
}

static struct smpi_prg *opened(const uint8_t k[32]) {
  struct smpi_prg *g;
  assert_int_equal(smpi_prg_open(&g, k), SMPC_OK);
  return g;
}

/* RFC 8439, A.1, test vectors 1 and 2: key 0, nonce 0, blocks 0 and 1. */
static void the_published_stream_comes_out(void **state) {
  (void)state;
  static const uint8_t zero[32], block[2][16] = {
      {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28},
      {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d}};
  uint64_t out[16];
  struct smpi_prg *g = opened(zero);
  smpi_prg_words(g, out, 16);
  assert_memory_equal(out, block[0], 16);
  assert_memory_equal(out + 8, block[1], 16);
  smpi_prg_close(g);
}

static void the_stream_is_the_same_however_it_is_cut(void **state) {
  (void)state;
  static uint64_t whole[5000], cut[5000];
  struct smpi_prg *g = opened(key);
  smpi_prg_words(g, whole, 5000);
  for (size_t step = 1; step < 4000; step = step * 2 + 1) {
    smpi_prg_seek(g, 0);
    for (size_t i = 0; i < 5000; i += step) smpi_prg_words(g, cut + i, step < 5000 - i ? step : 5000 - i);
    assert_memory_equal(cut, whole, sizeof whole);
    memset(cut, 0, sizeof cut);
  }
  smpi_prg_words(g, cut, 0);
  smpi_prg_close(g);
}

static void seeking_gives_the_words_of_that_position(void **state) {
  (void)state;
  const uint64_t position[] = {0, 1, 7, 8, 9, 63, 64, 1000, 12345678901, 0, 3};
  struct smpi_prg *g = opened(key);
  for (size_t i = 0; i < sizeof position / sizeof *position; i++)
    for (size_t n = 1; n < 200; n += 33) {
      smpi_prg_seek(g, position[i]);
      assert_stream(g, n, position[i]);
      assert_stream(g, 10, position[i] + n); /* and goes on from there */
    }
  smpi_prg_close(g);
}

/* A 32-bit counter wraps after 2^32 blocks; the stream must not begin again. */
static void the_counter_carries_beyond_32_bits(void **state) {
  (void)state;
  const uint64_t wraps[] = {WRAP, 2 * WRAP, 0xffffffff * WRAP};
  struct smpi_prg *g = opened(key);
  for (size_t i = 0; i < 3; i++)
    for (uint64_t before = 0; before <= 80; before += 5) {
      smpi_prg_seek(g, wraps[i] - before);
      assert_stream(g, 1500, wraps[i] - before);
      assert_stream(g, 20, wraps[i] - before + 1500);
    }
  uint64_t first[8], wrapped[8];
  smpi_prg_seek(g, 0);
  smpi_prg_words(g, first, 8);
  smpi_prg_seek(g, WRAP);
  smpi_prg_words(g, wrapped, 8);
  assert_memory_not_equal(first, wrapped, sizeof first);
  smpi_prg_close(g);
}

static void keys_give_different_streams(void **state) {
  (void)state;
  uint8_t other[32];
  uint64_t a[8], b[8];
  memcpy(other, key, 32);
  other[31] ^= 0x80;
  struct smpi_prg *g = opened(key), *h = opened(other);
  smpi_prg_words(g, a, 8);
  smpi_prg_words(h, b, 8);
  for (int i = 0; i < 8; i++) assert_int_not_equal(a[i], b[i]);
  smpi_prg_close(g);
  smpi_prg_close(h);
  smpi_prg_close(NULL);
}

static void a_restart_is_a_stream_of_the_other_key(void **state) {
  (void)state;
  uint8_t other[32];
  uint64_t skipped[12];
  memcpy(other, key, 32);
  other[0] ^= 1;
  struct smpi_prg *g = opened(other);
  for (unsigned used = 0; used < 12; used++) {
    smpi_prg_seek(g, used * UINT64_C(1000003)); /* in the midst of a block, and with the cipher not set */
    if (used % 2) smpi_prg_words(g, skipped, used);
    assert_int_equal(smpi_prg_restart(g, key), SMPC_OK);
    assert_stream(g, 100, 0);
    assert_int_equal(smpi_prg_restart(g, other), SMPC_OK);
  }
  smpi_prg_close(g);
}

static void out_of_memory_is_reported(void **state) {
  (void)state;
  struct smpi_prg *g = (struct smpi_prg *)&g;
  seam_heap_reset(1);
  assert_int_equal(smpi_prg_open(&g, key), SMPC_E_NOMEM);
  assert_null(g);
  seam_heap_reset(0);
}

TEST_MAIN(T(the_published_stream_comes_out), T(the_stream_is_the_same_however_it_is_cut),
          T(seeking_gives_the_words_of_that_position), T(the_counter_carries_beyond_32_bits),
          T(keys_give_different_streams), T(a_restart_is_a_stream_of_the_other_key),
          T(out_of_memory_is_reported))
