/* kernels_avx512.c - the inner loops with AVX-512 F, DQ, BW and VL (eight words
 * to a vector, with a 64-bit product). */
#include "math/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define VEC_LEN 64
#include "math/kernels_loops.h"

#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)

TARGET static inline __m512i mul_add(__m512i s, __m512i a, __m512i b) {
  return _mm512_add_epi64(s, _mm512_mullo_epi64(a, b));
}
TARGET static inline __m512i all_lanes(uint64_t v) { return _mm512_set1_epi64((long long)v); }

TARGET static void scale(uint64_t *z, const uint64_t *x, uint64_t k, uint64_t plus, size_t n) {
  __m512i kk = all_lanes(k), pp = all_lanes(plus);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) STORE(z + i, mul_add(pp, LOAD(x + i), kk));
  for (; i < n; i++) z[i] = k * x[i] + plus;
}

/* The 8 x 8 bytes of eight words transposed: word b holds byte b of each. */
TARGET static inline __m512i bytes_of_8(const uint64_t *in) {
  const __m512i pair = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
  uint16_t order[32]; /* of byte pairs: byte b of words 2i, 2i+1 stands at 8 i + b */
  for (int b = 0; b < 8; b++)
    for (int i = 0; i < 4; i++) order[4 * b + i] = (uint16_t)(8 * i + b);
  return _mm512_permutexvar_epi16(LOAD(order), _mm512_shuffle_epi8(LOAD(in), pair));
}

/* Transpose v as an 8 x 8 matrix of words. */
TARGET static inline void transpose_words(__m512i v[8]) {
  __m512i a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[2 * i] = _mm512_unpacklo_epi64(v[2 * i], v[2 * i + 1]);
    a[2 * i + 1] = _mm512_unpackhi_epi64(v[2 * i], v[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) { /* even, then odd 128-bit parts of rows 4i + j and 4i + j + 2 */
      b[4 * i + j] = _mm512_shuffle_i64x2(a[4 * i + j], a[4 * i + j + 2], 0x88);
      b[4 * i + j + 2] = _mm512_shuffle_i64x2(a[4 * i + j], a[4 * i + j + 2], 0xdd);
    }
  for (int j = 0; j < 4; j++) { /* b[j]: columns j and j + 4 of rows 0..3; b[j + 4]: of rows 4..7 */
    v[j] = _mm512_shuffle_i64x2(b[j], b[j + 4], 0x88);
    v[j + 4] = _mm512_shuffle_i64x2(b[j], b[j + 4], 0xdd);
  }
}

/* The top bits of 64 bytes are one instruction: gather byte b of all words,
 * then take its eight bits from the highest down. */
TARGET static void transpose(uint64_t out[64], const uint64_t in[64]) {
  __m512i v[8];
  for (int i = 0; i < 8; i++) v[i] = bytes_of_8(in + 8 * i);
  transpose_words(v);
  for (int b = 0; b < 8; b++)
    for (int bit = 7; bit >= 0; bit--) {
      out[8 * b + bit] = _mm512_movepi8_mask(v[b]);
      v[b] = _mm512_add_epi8(v[b], v[b]);
    }
}

TARGET static uint64_t dot(const uint64_t *x, const uint64_t *y, size_t n) {
  __m512i s[4] = {all_lanes(0), all_lanes(0), all_lanes(0), all_lanes(0)};
  size_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (size_t j = 0; j < 4; j++) s[j] = mul_add(s[j], LOAD(x + i + j * LANES), LOAD(y + i + j * LANES));
  uint64_t part[LANES], all = 0;
  STORE(part, _mm512_add_epi64(_mm512_add_epi64(s[0], s[1]), _mm512_add_epi64(s[2], s[3])));
  for (size_t j = 0; j < LANES; j++) all += part[j];
  for (; i < n; i++) all += x[i] * y[i];
  return all;
}

TARGET static void axpy(uint64_t *z, const uint64_t k[SMPI_AXPY], const uint64_t *x, size_t stride, size_t n) {
  __m512i kk[SMPI_AXPY];
  for (size_t j = 0; j < SMPI_AXPY; j++) kk[j] = all_lanes(k[j]);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    __m512i s = LOAD(z + i);
    for (size_t j = 0; j < SMPI_AXPY; j++) s = mul_add(s, LOAD(x + j * stride + i), kk[j]);
    STORE(z + i, s);
  }
  for (; i < n; i++)
    for (size_t j = 0; j < SMPI_AXPY; j++) z[i] += k[j] * x[j * stride + i];
}

TARGET static void tile(uint64_t *c, size_t c_stride, const uint64_t *a, size_t a_stride, const uint64_t *panel,
                        size_t k) {
  __m512i s[SMPI_TILE_ROWS][2];
  for (size_t row = 0; row < SMPI_TILE_ROWS; row++)
    for (size_t j = 0; j < 2; j++) s[row][j] = LOAD(c + row * c_stride + j * LANES);
  for (size_t i = 0; i < k; i++) {
    __m512i b0 = LOAD(panel + i * SMPI_TILE_COLS), b1 = LOAD(panel + i * SMPI_TILE_COLS + LANES);
    for (size_t row = 0; row < SMPI_TILE_ROWS; row++) {
      __m512i v = all_lanes(a[row * a_stride + i]);
      s[row][0] = mul_add(s[row][0], v, b0);
      s[row][1] = mul_add(s[row][1], v, b1);
    }
  }
  for (size_t row = 0; row < SMPI_TILE_ROWS; row++)
    for (size_t j = 0; j < 2; j++) STORE(c + row * c_stride + j * LANES, s[row][j]);
}

const struct smpi_kernels smpi_kernels_avx512 = {
    "avx512", smpi_cpu_has_avx512, add, sub, bit_xor, bit_and, scale, sum, transpose, dot, axpy, tile,
};
#endif
