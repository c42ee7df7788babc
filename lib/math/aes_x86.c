/* aes_x86.c - AES with AES-NI (128 bits) and with VAES (512 bits); see aes.h.
 *
 * An AES instruction takes some four cycles and one or two begin in each, so
 * that four leaves of two vectors go through the rounds together. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "math/aes.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* --- AES-NI --------------------------------------------------------------------- */

#define NI __attribute__((target("aes,sse4.1")))

static bool ni_usable(void) { return __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1"); }

NI ALWAYS_INLINE __m128i key128(const struct smpi_aes_key *k, unsigned r) {
  return _mm_load_si128((const __m128i *)(const void *)&k->round[r]);
}

NI ALWAYS_INLINE __m128i load128(const blk *x) { return _mm_load_si128((const __m128i *)(const void *)x); }

NI ALWAYS_INLINE __m128i add_lanes128(__m128i x, __m128i y, unsigned width) {
  return width == 8   ? _mm_add_epi64(x, y)
         : width == 4 ? _mm_add_epi32(x, y)
         : width == 2 ? _mm_add_epi16(x, y)
                      : _mm_add_epi8(x, y);
}

/* The last round substitutes bytes and shifts rows, which changes nothing where all columns are
 * alike: here the rotated last word. */
NI static void ni_key_set(struct smpi_aes_key *k, const blk *key) {
  static const uint32_t constant[SMPI_AES_ROUNDS] = {1, 2, 4, 8, 16, 32, 64, 128, 0x1b, 0x36};
  const __m128i rotated = _mm_set1_epi32(0x0c0f0e0d);
  __m128i x = load128(key);
  for (unsigned r = 0;; r++) {
    _mm_store_si128((__m128i *)(void *)&k->round[r], x);
    if (r == SMPI_AES_ROUNDS) break;
    __m128i word = _mm_aesenclast_si128(_mm_shuffle_epi8(x, rotated), _mm_set1_epi32((int)constant[r]));
    x = _mm_xor_si128(x, _mm_slli_si128(x, 4));
    x = _mm_xor_si128(x, _mm_slli_si128(x, 8));
    x = _mm_xor_si128(x, word);
  }
}

/* Eight blocks under one key. */
NI ALWAYS_INLINE void rounds128(__m128i x[8], const struct smpi_aes_key *k) {
  for (unsigned j = 0; j < 8; j++) x[j] = _mm_xor_si128(x[j], key128(k, 0));
  for (unsigned r = 1; r < SMPI_AES_ROUNDS; r++)
    for (unsigned j = 0; j < 8; j++) x[j] = _mm_aesenc_si128(x[j], key128(k, r));
  for (unsigned j = 0; j < 8; j++) x[j] = _mm_aesenclast_si128(x[j], key128(k, SMPI_AES_ROUNDS));
}

NI static void ni_encrypt(const struct smpi_aes_key *k, blk *out, const blk *in, size_t n) {
  __m128i x[8] = {0};
  for (size_t i = 0; i < n; i += 8) {
    size_t m = n - i < 8 ? n - i : 8;
    for (size_t j = 0; j < m; j++) x[j] = _mm_load_si128((const __m128i *)(const void *)(in + i + j));
    rounds128(x, k);
    for (size_t j = 0; j < m; j++) _mm_store_si128((__m128i *)(void *)(out + i + j), x[j]);
  }
}

NI ALWAYS_INLINE void add128(blk *z, const __m128i x[8]) {
  for (unsigned j = 0; j < 8; j++) {
    __m128i *p = (__m128i *)(void *)(z + j);
    _mm_store_si128(p, _mm_xor_si128(_mm_load_si128(p), x[j]));
  }
}

NI static void ni_fold(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first,
                       uint64_t number) {
  __m128i r[8];
  __builtin_memset(u, 0, sizeof r);
  __builtin_memset(v, 0, bits * sizeof r);
  for (unsigned x = first; x < 1u << bits; x++) {
    for (unsigned j = 0; j < 8; j++) r[j] = _mm_set_epi64x(0, (int64_t)(SMPI_AES_RUN * number + j));
    rounds128(r, &leaf[x]);
    add128(u, r);
    for (unsigned b = 0; b < bits; b++)
      if (x >> b & 1) add128(v + SMPI_AES_RUN * b, r);
  }
}

/* `n` blocks (1, 2, 4 or 8) of the streams of all leaves, 8 / n leaves at a time so that eight
 * blocks go through the rounds together; v adds up the running sums of leaves 15, 14, ... 1. */
NI ALWAYS_INLINE void sum_blocks(const struct smpi_aes_key *k, blk *u, blk *v, const blk *x, uint64_t number,
                                 unsigned n, unsigned width) {
  const unsigned group = 8 / n;
  __m128i su[8] = {0}, sv[8] = {0}, r[8];
  for (unsigned i = SMPI_AES_LEAVES; i != 0;) {
    i -= group;
    for (unsigned j = 0; j < 8; j++)
      r[j] = _mm_xor_si128(load128(x + i + j / n), _mm_set_epi64x(0, (int64_t)(number + j % n)));
    rounds128(r, k);
    for (unsigned j = 8; j-- > 0;) {
      unsigned to = j % n;
      su[to] = add_lanes128(su[to], _mm_xor_si128(r[j], load128(x + i + j / n)), width);
      if (i + j / n != 0) sv[to] = add_lanes128(sv[to], su[to], width);
    }
  }
  for (unsigned j = 0; j < n; j++) {
    _mm_store_si128((__m128i *)(void *)(u + j), su[j]);
    _mm_store_si128((__m128i *)(void *)(v + j), sv[j]);
  }
}

NI ALWAYS_INLINE void sum_lanes(const struct smpi_aes_key *k, blk *u, blk *v, const blk *x, uint64_t number,
                                size_t blocks, unsigned width) {
  size_t at = 0;
  for (; at + 8 <= blocks; at += 8) sum_blocks(k, u + at, v + at, x, number + at, 8, width);
  if (at + 4 <= blocks) sum_blocks(k, u + at, v + at, x, number + at, 4, width), at += 4;
  for (; at < blocks; at++) sum_blocks(k, u + at, v + at, x, number + at, 1, width);
}

NI static void ni_sums(const struct smpi_aes_key *k, void *u, void *v, const blk x[SMPI_AES_LEAVES], uint64_t number,
                       size_t blocks, unsigned width) {
  switch (width) {
    case 8: sum_lanes(k, u, v, x, number, blocks, 8); break;
    case 4: sum_lanes(k, u, v, x, number, blocks, 4); break;
    case 2: sum_lanes(k, u, v, x, number, blocks, 2); break;
    default: sum_lanes(k, u, v, x, number, blocks, 1);
  }
}

const struct smpi_aes_kernels smpi_aes_ni = {"aes-ni", ni_usable, ni_key_set, ni_encrypt, ni_fold, ni_sums};

/* --- VAES: four blocks a vector ---------------------------------------------------- */

#define VAES __attribute__((target("vaes,avx512f,avx512dq,avx512bw,avx512vl")))

static bool vaes_usable(void) {
#if defined(__clang__) /* its builtin does not know vaes, and asking cpuid each time is slow: AES-NI then */
  return false;
#else
  return __builtin_cpu_supports("vaes") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
}

VAES ALWAYS_INLINE __m512i broadcast512(const blk *x) {
  return _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)x));
}

VAES ALWAYS_INLINE __m512i key512(const struct smpi_aes_key *k, unsigned r) {
  return broadcast512(&k->round[r]);
}

VAES ALWAYS_INLINE __m512i add_lanes512(__m512i x, __m512i y, unsigned width) {
  return width == 8   ? _mm512_add_epi64(x, y)
         : width == 4 ? _mm512_add_epi32(x, y)
         : width == 2 ? _mm512_add_epi16(x, y)
                      : _mm512_add_epi8(x, y);
}

VAES ALWAYS_INLINE void rounds512(__m512i x[8], const struct smpi_aes_key *k) {
  __m512i key = key512(k, 0);
  for (unsigned j = 0; j < 8; j++) x[j] = _mm512_xor_si512(x[j], key);
  for (unsigned r = 1; r < SMPI_AES_ROUNDS; r++) {
    key = key512(k, r);
    for (unsigned j = 0; j < 8; j++) x[j] = _mm512_aesenc_epi128(x[j], key);
  }
  key = key512(k, SMPI_AES_ROUNDS);
  for (unsigned j = 0; j < 8; j++) x[j] = _mm512_aesenclast_epi128(x[j], key);
}

VAES static void vaes_encrypt(const struct smpi_aes_key *k, blk *out, const blk *in, size_t n) {
  __m512i x[8];
  size_t whole = n - n % 32;
  for (size_t i = 0; i < whole; i += 32) {
    for (unsigned j = 0; j < 8; j++) x[j] = _mm512_loadu_si512(in + i + 4 * j);
    rounds512(x, k);
    for (unsigned j = 0; j < 8; j++) _mm512_storeu_si512(out + i + 4 * j, x[j]);
  }
  ni_encrypt(k, out + whole, in + whole, n - whole);
}

/* The streams of `n` leaves (1, 2 or 4), two vectors each, all through the rounds together. */
VAES ALWAYS_INLINE void streams(__m512i r[][2], const struct smpi_aes_key *leaf, unsigned n, __m512i low,
                                __m512i high) {
  for (unsigned x = 0; x < n; x++) {
    __m512i key = key512(&leaf[x], 0);
    r[x][0] = _mm512_xor_si512(low, key);
    r[x][1] = _mm512_xor_si512(high, key);
  }
  for (unsigned i = 1; i < SMPI_AES_ROUNDS; i++)
    for (unsigned x = 0; x < n; x++) {
      __m512i key = key512(&leaf[x], i);
      r[x][0] = _mm512_aesenc_epi128(r[x][0], key);
      r[x][1] = _mm512_aesenc_epi128(r[x][1], key);
    }
  for (unsigned x = 0; x < n; x++) {
    __m512i key = key512(&leaf[x], SMPI_AES_ROUNDS);
    r[x][0] = _mm512_aesenclast_epi128(r[x][0], key);
    r[x][1] = _mm512_aesenclast_epi128(r[x][1], key);
  }
}

/* Leaves 4 a ... 4 a + 3 (their sum in r[0] on return): bits 0 and 1 are settled here. */
VAES ALWAYS_INLINE void fold_four(__m512i r[4][2], __m512i v[][2]) {
  for (unsigned h = 0; h < 2; h++) {
    __m512i r13 = _mm512_xor_si512(r[1][h], r[3][h]);
    v[0][h] = _mm512_xor_si512(v[0][h], r13);
    v[1][h] = _mm512_ternarylogic_epi64(v[1][h], r[2][h], r[3][h], 0x96); /* a ^ b ^ c */
    r[0][h] = _mm512_ternarylogic_epi64(r[0][h], r[2][h], r13, 0x96);
  }
}

VAES ALWAYS_INLINE void fold_leaves(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first,
                                    uint64_t number) {
  const __m512i low = _mm512_add_epi64(_mm512_set1_epi64(0), _mm512_set_epi64(0, 3, 0, 2, 0, 1, 0, 0));
  __m512i c0 = _mm512_mask_add_epi64(low, 0x55, low, _mm512_set1_epi64((int64_t)(SMPI_AES_RUN * number)));
  __m512i c1 = _mm512_mask_add_epi64(c0, 0x55, c0, _mm512_set1_epi64(4));
  __m512i r[4][2], sum[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()}, part[8][2] = {0};
  for (unsigned x = 0; x < 1u << bits; x += 4) {
    if (x == 0 && first == 1) {
      r[0][0] = r[0][1] = _mm512_setzero_si512();
      streams(r + 1, leaf + 1, 3, c0, c1);
    } else streams(r, leaf + x, 4, c0, c1);
    fold_four(r, part);
    for (unsigned h = 0; h < 2; h++) {
      sum[h] = _mm512_xor_si512(sum[h], r[0][h]);
      for (unsigned b = 2; b < bits; b++)
        if (x >> b & 1) part[b][h] = _mm512_xor_si512(part[b][h], r[0][h]);
    }
  }
  for (unsigned h = 0; h < 2; h++) {
    _mm512_storeu_si512(u + 4 * h, sum[h]);
    for (unsigned b = 0; b < bits; b++) _mm512_storeu_si512(v + SMPI_AES_RUN * b + 4 * h, part[b][h]);
  }
}

VAES static void fold2(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned first, uint64_t number) {
  fold_leaves(u, v, leaf, 2, first, number);
}
VAES static void fold4(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned first, uint64_t number) {
  fold_leaves(u, v, leaf, 4, first, number);
}
VAES static void fold8(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned first, uint64_t number) {
  fold_leaves(u, v, leaf, 8, first, number);
}

VAES static void vaes_fold(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first,
                           uint64_t number) {
  switch (bits) {
    case 2: fold2(u, v, leaf, first, number); break;
    case 4: fold4(u, v, leaf, first, number); break;
    case 8: fold8(u, v, leaf, first, number); break;
    default: ni_fold(u, v, leaf, bits, first, number);
  }
}

/* As sum_blocks, of `n` vectors (1, 2, 4 or 8) from number on, a multiple of 4 n. */
VAES ALWAYS_INLINE void sum_vectors(const struct smpi_aes_key *k, blk *u, blk *v, const blk *x, uint64_t number,
                                    unsigned n, unsigned width) {
  const unsigned group = 8 / n;
  const __m512i lane = _mm512_set_epi64(0, 3, 0, 2, 0, 1, 0, 0);
  const __m512i base = _mm512_maskz_set1_epi64(0x55, (int64_t)number);
  __m512i su[8], sv[8], r[8], step[8];
  for (unsigned j = 0; j < n; j++) {
    su[j] = sv[j] = _mm512_setzero_si512();
    step[j] = _mm512_or_si512(lane, _mm512_maskz_set1_epi64(0x55, 4 * j));
  }
  for (unsigned i = SMPI_AES_LEAVES; i != 0;) {
    i -= group;
    for (unsigned j = 0; j < 8; j++) {
      __m512i begin = _mm512_ternarylogic_epi64(broadcast512(x + i + j / n), base, key512(k, 0), 0x96);
      r[j] = _mm512_xor_si512(begin, step[j % n]);
    }
    for (unsigned l = 1; l < SMPI_AES_ROUNDS; l++) {
      __m512i key = key512(k, l);
      for (unsigned j = 0; j < 8; j++) r[j] = _mm512_aesenc_epi128(r[j], key);
    }
    for (unsigned j = 0; j < 8; j++) {
      __m512i last = _mm512_xor_si512(broadcast512(x + i + j / n), key512(k, SMPI_AES_ROUNDS));
      r[j] = _mm512_aesenclast_epi128(r[j], last); /* the leaf is added with the key */
    }
    for (unsigned j = 8; j-- > 0;) {
      unsigned to = j % n;
      su[to] = add_lanes512(su[to], r[j], width);
      if (i + j / n != 0) sv[to] = add_lanes512(sv[to], su[to], width);
    }
  }
  for (unsigned j = 0; j < n; j++) {
    _mm512_storeu_si512(u + 4 * j, su[j]);
    _mm512_storeu_si512(v + 4 * j, sv[j]);
  }
}

VAES ALWAYS_INLINE void sum_many(const struct smpi_aes_key *k, blk *u, blk *v, const blk *x, uint64_t number,
                                 size_t blocks, unsigned width) {
  size_t at = 0, end = (blocks + 3) / 4 * 4;
  for (; at + 32 <= end; at += 32) sum_vectors(k, u + at, v + at, x, number + at, 8, width);
  if (at + 16 <= end) sum_vectors(k, u + at, v + at, x, number + at, 4, width), at += 16;
  if (at + 8 <= end) sum_vectors(k, u + at, v + at, x, number + at, 2, width), at += 8;
  if (at < end) sum_vectors(k, u + at, v + at, x, number + at, 1, width);
}

VAES static void vaes_sums(const struct smpi_aes_key *k, void *u, void *v, const blk x[SMPI_AES_LEAVES],
                           uint64_t number, size_t blocks, unsigned width) {
  switch (width) {
    case 8: sum_many(k, u, v, x, number, blocks, 8); break;
    case 4: sum_many(k, u, v, x, number, blocks, 4); break;
    case 2: sum_many(k, u, v, x, number, blocks, 2); break;
    default: sum_many(k, u, v, x, number, blocks, 1);
  }
}

const struct smpi_aes_kernels smpi_aes_vaes = {"vaes", vaes_usable, ni_key_set, vaes_encrypt, vaes_fold, vaes_sums};

#else
typedef int smpi_aes_x86_is_empty; /* ISO C wants a declaration in every file */
#endif
