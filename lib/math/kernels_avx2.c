/* kernels_avx2.c - the inner loops with AVX2 (four words to a vector).
 *
 * AVX2 has no 64-bit product.  With a = (ah, al), b = (bh, bl) in 32-bit halves
 * a b = al bl + 2^32 (ah bl + al bh): `low` sums al bl, `cross` sums the other
 * two, each in its own half of a lane (only their last 32 bits count), and
 * joined() adds them up once, after the whole sum. */
#include "math/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

#define TARGET __attribute__((target("avx2")))
#define VEC_LEN 32
#include "math/kernels_loops.h"

#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)

struct wide { __m256i low, cross; };

TARGET static inline __m256i swapped(__m256i b) { return _mm256_shuffle_epi32(b, 0xb1); }

/* s += a b, given b with its halves swapped.  The empty line of assembly keeps
 * compilers from working on all rows of a tile at once, for which there are not
 * enough registers: a sum kept in memory costs a third of the speed. */
TARGET static inline void mul_add(struct wide *s, __m256i a, __m256i b, __m256i b_swapped) {
  s->low = _mm256_add_epi64(s->low, _mm256_mul_epu32(a, b));
  s->cross = _mm256_add_epi32(s->cross, _mm256_mullo_epi32(a, b_swapped));
  __asm__ volatile("" : "+x"(s->low), "+x"(s->cross));
}

TARGET static inline __m256i joined(const struct wide *s) {
  __m256i both = _mm256_add_epi32(s->cross, swapped(s->cross));
  return _mm256_add_epi64(s->low, _mm256_slli_epi64(both, 32));
}

TARGET static inline struct wide zero(void) {
  struct wide s = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  return s;
}

TARGET static void scale(uint64_t *z, const uint64_t *x, uint64_t k, uint64_t plus, size_t n) {
  __m256i kk = _mm256_set1_epi64x((long long)k), pp = _mm256_set1_epi64x((long long)plus), ks = swapped(kk);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    struct wide s = zero();
    mul_add(&s, LOAD(x + i), kk, ks);
    STORE(z + i, _mm256_add_epi64(joined(&s), pp));
  }
  for (; i < n; i++) z[i] = k * x[i] + plus;
}

/* v[b] := byte b of words 0..31, one after the other. */
TARGET static inline void bytes_of_32(__m256i v[8], const uint64_t *in) {
  const __m256i pair = _mm256_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15, 0, 8, 1, 9, 2, 10, 3, 11,
                                        4, 12, 5, 13, 6, 14, 7, 15);
  __m256i a[8], b[8];
  for (int i = 0; i < 8; i++) { /* words 2i, 2i+1 | 16+2i, 17+2i, their bytes paired up */
    __m128i lo = _mm_loadu_si128((const __m128i *)(in + 2 * i));
    __m128i hi = _mm_loadu_si128((const __m128i *)(in + 16 + 2 * i));
    a[i] = _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(lo), hi, 1), pair);
  }
  for (int i = 0; i < 4; i++) {
    b[i] = _mm256_unpacklo_epi16(a[2 * i], a[2 * i + 1]);     /* bytes 0..3 of four words */
    b[i + 4] = _mm256_unpackhi_epi16(a[2 * i], a[2 * i + 1]); /* bytes 4..7               */
  }
  for (int i = 0; i < 4; i++) {
    a[2 * i] = _mm256_unpacklo_epi32(b[2 * i], b[2 * i + 1]);     /* two bytes of eight words */
    a[2 * i + 1] = _mm256_unpackhi_epi32(b[2 * i], b[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) {
      v[4 * i + 2 * j] = _mm256_unpacklo_epi64(a[4 * i + j], a[4 * i + j + 2]);
      v[4 * i + 2 * j + 1] = _mm256_unpackhi_epi64(a[4 * i + j], a[4 * i + j + 2]);
    }
}

/* The top bits of 32 bytes are one instruction: gather byte b of all words,
 * then take its eight bits from the highest down. */
TARGET static void transpose(uint64_t out[64], const uint64_t in[64]) {
  __m256i lo[8], hi[8];
  bytes_of_32(lo, in);
  bytes_of_32(hi, in + 32);
  for (int b = 0; b < 8; b++)
    for (int bit = 7; bit >= 0; bit--) {
      uint64_t first = (uint32_t)_mm256_movemask_epi8(lo[b]), second = (uint32_t)_mm256_movemask_epi8(hi[b]);
      out[8 * b + bit] = first | second << 32;
      lo[b] = _mm256_add_epi8(lo[b], lo[b]);
      hi[b] = _mm256_add_epi8(hi[b], hi[b]);
    }
}

TARGET static uint64_t dot(const uint64_t *x, const uint64_t *y, size_t n) {
  struct wide s[2] = {zero(), zero()};
  size_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES)
    for (size_t j = 0; j < 2; j++) {
      __m256i b = LOAD(y + i + j * LANES);
      mul_add(&s[j], LOAD(x + i + j * LANES), b, swapped(b));
    }
  uint64_t part[LANES], all = 0;
  STORE(part, _mm256_add_epi64(joined(&s[0]), joined(&s[1])));
  for (size_t j = 0; j < LANES; j++) all += part[j];
  for (; i < n; i++) all += x[i] * y[i];
  return all;
}

TARGET static void axpy(uint64_t *z, const uint64_t k[SMPI_AXPY], const uint64_t *x, size_t stride, size_t n) {
  __m256i kk[SMPI_AXPY], ks[SMPI_AXPY];
  for (size_t j = 0; j < SMPI_AXPY; j++) {
    kk[j] = _mm256_set1_epi64x((long long)k[j]);
    ks[j] = swapped(kk[j]);
  }
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    struct wide s = {LOAD(z + i), _mm256_setzero_si256()};
    for (size_t j = 0; j < SMPI_AXPY; j++) mul_add(&s, LOAD(x + j * stride + i), kk[j], ks[j]);
    STORE(z + i, joined(&s));
  }
  for (; i < n; i++)
    for (size_t j = 0; j < SMPI_AXPY; j++) z[i] += k[j] * x[j * stride + i];
}

/* Four rows by one vector: eight sums, which is what the registers hold. */
TARGET static inline void quarter(uint64_t *c, size_t c_stride, const uint64_t *a, size_t a_stride,
                                  const uint64_t *panel, size_t k) {
  struct wide s[4] = {zero(), zero(), zero(), zero()};
  for (size_t i = 0; i < k; i++) {
    __m256i b = LOAD(panel + i * SMPI_TILE_COLS), bs = swapped(b);
    for (size_t row = 0; row < 4; row++)
      mul_add(&s[row], _mm256_set1_epi64x((long long)a[row * a_stride + i]), b, bs);
  }
  for (size_t row = 0; row < 4; row++)
    STORE(c + row * c_stride, _mm256_add_epi64(LOAD(c + row * c_stride), joined(&s[row])));
}

TARGET static void tile(uint64_t *c, size_t c_stride, const uint64_t *a, size_t a_stride, const uint64_t *panel,
                        size_t k) {
  for (size_t row = 0; row < SMPI_TILE_ROWS; row += 4)
    for (size_t col = 0; col < SMPI_TILE_COLS; col += LANES)
      quarter(c + row * c_stride + col, c_stride, a + row * a_stride, a_stride, panel + col, k);
}

const struct smpi_kernels smpi_kernels_avx2 = {
    "avx2", smpi_cpu_has_avx2, add, sub, bit_xor, bit_and, scale, sum, transpose, dot, axpy, tile,
};
#endif
