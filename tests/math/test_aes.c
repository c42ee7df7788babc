/* test_aes.c - math/aes.h: vectors of FIPS 197, libcrypto on random data, and every variant
 * this machine can run against the others. */
#include "support/test.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "math/aes.h"

enum { MOST = 100 };

static uint64_t next_word(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static blk of_bytes(const char *hex) {
  uint8_t b[16];
  blk x;
  for (unsigned i = 0; i < 16; i++) {
    const char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
    b[i] = (uint8_t)strtoul(two, NULL, 16);
  }
  memcpy(&x, b, sizeof x);
  return x;
}

static void the_standard_s_vectors(void **state) {
  (void)state;
  static const char *const vector[][3] = {
      {"000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"},
      {"2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734", "3925841d02dc09fbdc118597196a0b32"}};
  for (unsigned v = 0; v < 2; v++) {
    struct smpi_aes_key k;
    blk key = of_bytes(vector[v][0]), in = of_bytes(vector[v][1]), want = of_bytes(vector[v][2]), out;
    smpi_aes_key_set(&k, &key);
    for (size_t i = 0; smpi_aes_kernels_at(i) != NULL; i++) {
      struct smpi_aes_key same;
      if (!smpi_aes_kernels_at(i)->usable()) continue;
      smpi_aes_kernels_at(i)->key_set(&same, &key);
      assert_memory_equal(&same, &k, sizeof k);
      smpi_aes_kernels_at(i)->encrypt(&same, &out, &in, 1);
      assert_memory_equal(&out, &want, sizeof out);
    }
    if (v == 1) { /* its last round key */
      want = of_bytes("d014f9a8c9ee2589e13f0cc8b6630ca6");
      assert_memory_equal(&k.round[10], &want, sizeof want);
    }
  }
}

/* Any key, any number of blocks, in place too. */
static void libcrypto_agrees(void **state) {
  (void)state;
  uint64_t seed = 1;
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  for (size_t n = 0; n <= MOST; n++) {
    struct smpi_aes_key k;
    blk key = {{next_word(&seed), next_word(&seed)}}, in[MOST + 1], want[MOST + 1], out[MOST + 1];
    int len;
    for (size_t i = 0; i <= MOST; i++) in[i] = (blk){{next_word(&seed), next_word(&seed)}};
    memcpy(want, in, sizeof want);
    smpi_aes_key_set(&k, &key);
    assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, (uint8_t *)&key, NULL), 1);
    assert_int_equal(EVP_CIPHER_CTX_set_padding(ctx, 0), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, (uint8_t *)want, &len, (uint8_t *)in, (int)(16 * n)), 1);
    for (size_t i = 0; smpi_aes_kernels_at(i) != NULL; i++) {
      if (!smpi_aes_kernels_at(i)->usable()) continue;
      memcpy(out, in, sizeof out);
      smpi_aes_kernels_at(i)->key_set(&k, &key);
      smpi_aes_kernels_at(i)->encrypt(&k, out, out, n);
      assert_memory_equal(out, want, sizeof out); /* and nothing beyond n */
    }
  }
  EVP_CIPHER_CTX_free(ctx);
}

/* The definition, leaf by leaf. */
static void fold_plainly(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first,
                         uint64_t number) {
  memset(u, 0, SMPI_AES_RUN * sizeof *u);
  memset(v, 0, SMPI_AES_RUN * bits * sizeof *v);
  for (unsigned x = first; x < 1u << bits; x++)
    for (unsigned j = 0; j < SMPI_AES_RUN; j++) {
      blk r = {{8 * number + j, 0}};
      smpi_aes_portable.encrypt(&leaf[x], &r, &r, 1);
      u[j] = smpi_blk_xor(u[j], r);
      for (unsigned b = 0; b < bits; b++) v[8 * b + j] = smpi_blk_xor(v[8 * b + j], smpi_blk_if(x >> b & 1, r));
    }
}

static void folding_is_what_it_says(void **state) {
  (void)state;
  static struct smpi_aes_key leaf[256];
  uint64_t seed = 2;
  for (unsigned x = 0; x < 256; x++) smpi_aes_key_set(&leaf[x], &(blk){{next_word(&seed), next_word(&seed)}});
  for (unsigned bits = 1; bits <= 8; bits *= 2)
    for (unsigned first = 0; first < 2; first++)
      for (uint64_t number = 0; number <= UINT32_MAX; number = 3 * number + 5) {
        blk u[8], v[64], want_u[8], want_v[64];
        if (bits == 8 && number > 100) break;
        fold_plainly(want_u, want_v, leaf, bits, first, number);
        for (size_t i = 0; smpi_aes_kernels_at(i) != NULL; i++) {
          if (!smpi_aes_kernels_at(i)->usable()) continue;
          smpi_aes_kernels_at(i)->fold(u, v, leaf, bits, first, number);
          assert_memory_equal(u, want_u, sizeof u);
          assert_memory_equal(v, want_v, 8 * bits * sizeof *v);
        }
      }
}

/* The definition, lane by lane: sum of weight_i times lane `at` of leaf i's stream. */
static uint64_t sum_plainly(const struct smpi_aes_key *k, const blk *x, uint64_t number, size_t at, unsigned width,
                            bool is_weighted) {
  uint64_t sum = 0;
  size_t byte = at * width;
  for (unsigned i = 0; i < SMPI_AES_LEAVES; i++) {
    blk f = {{x[i].w[0] ^ (number + byte / 16), x[i].w[1]}};
    uint64_t lane = 0;
    smpi_aes_portable.encrypt(k, &f, &f, 1);
    f = smpi_blk_xor(f, x[i]);
    memcpy(&lane, (uint8_t *)&f + byte % 16, width);
    sum += is_weighted ? i * lane : lane;
  }
  return width == 8 ? sum : sum & ((UINT64_C(1) << 8 * width) - 1);
}

static void sums_are_what_they_say(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 28, 31, 32, 33, 60, 64, 77};
  static const uint64_t numbers[] = {0, 32, 96, UINT64_C(1) << 32};
  enum { MOST_BLOCKS = 81 };
  static blk u[MOST_BLOCKS], v[MOST_BLOCKS];
  uint64_t seed = 3;
  struct smpi_aes_key k;
  blk x[SMPI_AES_LEAVES];
  smpi_aes_key_set(&k, &(blk){{next_word(&seed), next_word(&seed)}});
  for (unsigned i = 0; i < SMPI_AES_LEAVES; i++) x[i] = (blk){{next_word(&seed), next_word(&seed)}};
  for (unsigned width = 1; width <= 8; width *= 2)
    for (size_t c = 0; c < sizeof sizes / sizeof *sizes; c++)
      for (size_t i = 0; smpi_aes_kernels_at(i) != NULL; i++) {
        uint64_t number = numbers[c % 4], got_u = 0, got_v = 0;
        size_t lanes = 16 / width * sizes[c];
        if (!smpi_aes_kernels_at(i)->usable()) continue;
        memset(u, 0x55, sizeof u);
        memset(v, 0x55, sizeof v);
        smpi_aes_kernels_at(i)->sums(&k, u, v, x, number, sizes[c], width);
        for (size_t at = 0; at < lanes; at += at + 13 < lanes ? 13 : 1) {
          memcpy(&got_u, (uint8_t *)u + at * width, width);
          memcpy(&got_v, (uint8_t *)v + at * width, width);
          assert_int_equal(got_u, sum_plainly(&k, x, number, at, width, false));
          assert_int_equal(got_v, sum_plainly(&k, x, number, at, width, true));
        }
        const blk *beyond = u + (sizes[c] + 3) / 4 * 4;
        assert_int_equal(beyond->w[0], UINT64_C(0x5555555555555555));
      }
}

TEST_MAIN(T(the_standard_s_vectors), T(libcrypto_agrees), T(folding_is_what_it_says), T(sums_are_what_they_say))
