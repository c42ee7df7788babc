/* bitmat_x86.c - bit matrices with carry-less multiplication, and with AVX-512
 * and GFNI; see bitmat.h.
 *
 * Rows, 512 at a time: the bytes of eight columns are interleaved, an affine
 * instruction transposes each 8 x 8 bits, then the bytes of sixteen such groups
 * are interleaved to rows of 128 bits. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "base/mem.h"
#include "math/bitmat.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* --- PCLMULQDQ ------------------------------------------------------------------- */

#define CLMUL __attribute__((target("pclmul,sse4.1")))

static bool clmul_usable(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

static void clmul_rows(blk *row, const blk *col) { smpi_bitmat_portable.rows(row, col); }

CLMUL static void clmul_hash(blk *sum, const blk *col, size_t n, const uint64_t *k) {
  for (size_t c = 0; c < n; c++) {
    __m128i *p = (__m128i *)(void *)(sum + c), z = _mm_load_si128(p);
    for (unsigned j = 0; j < SMPI_BITMAT_RUN; j++) {
      __m128i x = _mm_load_si128((const __m128i *)(const void *)(col + SMPI_BITMAT_RUN * c + j));
      __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(k + 2 * j));
      z = _mm_xor_si128(z, _mm_clmulepi64_si128(x, y, 0x00));
      z = _mm_xor_si128(z, _mm_clmulepi64_si128(x, y, 0x11));
    }
    _mm_store_si128(p, z);
  }
}

const struct smpi_bitmat_kernels smpi_bitmat_clmul = {"pclmul", clmul_usable, clmul_rows, clmul_hash};

/* --- AVX-512, GFNI, VPCLMULQDQ ------------------------------------------------------ */

#define GFNI __attribute__((target("gfni,vpclmulqdq,avx512f,avx512dq,avx512bw,avx512vl")))

static bool gfni_usable(void) {
  return __builtin_cpu_supports("gfni") && __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

/* z[2i], z[2i+1] := low and high halves of x[i], x[i + half] interleaved by units of the given size. */
#define INTERLEAVE(z, x, half, unit)                                     \
  do {                                                                   \
    for (unsigned i_ = 0; i_ < (half); i_++) {                           \
      (z)[2 * i_] = _mm512_unpacklo_##unit((x)[i_], (x)[i_ + (half)]);     \
      (z)[2 * i_ + 1] = _mm512_unpackhi_##unit((x)[i_], (x)[i_ + (half)]); \
    }                                                                    \
  } while (0)

/* Eight columns: on return byte t of 128-bit lane L of x[m] holds their bits in row 128 L + 16 m + t. */
GFNI ALWAYS_INLINE void eight_columns(__m512i x[8], const blk *col) {
  const __m512i unit = _mm512_set1_epi64((int64_t)0x8040201008040201);
  __m512i y[8];
  for (unsigned i = 0; i < 8; i++) /* the affine instruction wants its matrix upside down */
    x[i] = _mm512_loadu_si512(col + SMPI_BITMAT_RUN * (7 - i));
  INTERLEAVE(y, x, 4, epi8);
  INTERLEAVE(x, y, 4, epi8);
  INTERLEAVE(y, x, 4, epi8);
  for (unsigned i = 0; i < 8; i++) x[i] = _mm512_gf2p8affine_epi64_epi8(unit, y[i], 0);
}

GFNI ALWAYS_INLINE void store_rows(blk *row, __m512i x) {
  _mm_store_si128((__m128i *)(void *)row, _mm512_castsi512_si128(x));
  _mm_store_si128((__m128i *)(void *)(row + 128), _mm512_extracti32x4_epi32(x, 1));
  _mm_store_si128((__m128i *)(void *)(row + 256), _mm512_extracti32x4_epi32(x, 2));
  _mm_store_si128((__m128i *)(void *)(row + 384), _mm512_extracti32x4_epi32(x, 3));
}

/* Sixteen groups of eight columns to rows 128 L + t. */
GFNI ALWAYS_INLINE void sixteen_groups(blk *row, __m512i x[16]) {
  __m512i y[16];
  INTERLEAVE(y, x, 8, epi8);
  INTERLEAVE(x, y, 8, epi8);
  INTERLEAVE(y, x, 8, epi8);
  INTERLEAVE(x, y, 8, epi8);
  for (unsigned t = 0; t < 16; t++) store_rows(row + t, x[t]);
}

GFNI static void half_rows(__m512i group[8][16], blk *row, const blk *col) {
  __m512i x[16];
  for (unsigned g = 0; g < 16; g++) {
    eight_columns(x, col + 8 * SMPI_BITMAT_RUN * g);
    for (unsigned m = 0; m < 8; m++) group[m][g] = x[m];
  }
  for (unsigned m = 0; m < 8; m++) {
    for (unsigned g = 0; g < 16; g++) x[g] = group[m][g];
    sixteen_groups(row + 16 * m, x);
  }
}

GFNI static void gfni_rows(blk *row, const blk *col) {
  __m512i group[8][16];
  half_rows(group, row, col);
  half_rows(group, row + 512, col + 4);
  smpi_wipe(group, sizeof group);
}

GFNI static void gfni_hash(blk *sum, const blk *col, size_t n, const uint64_t *k) {
  __m512i k0 = _mm512_loadu_si512(k), k1 = _mm512_loadu_si512(k + 8);
  for (size_t c = 0; c < n; c++) {
    __m512i x0 = _mm512_loadu_si512(col + SMPI_BITMAT_RUN * c), x1 = _mm512_loadu_si512(col + SMPI_BITMAT_RUN * c + 4);
    __m512i z0 = _mm512_xor_si512(_mm512_clmulepi64_epi128(x0, k0, 0x00), _mm512_clmulepi64_epi128(x0, k0, 0x11));
    __m512i z1 = _mm512_xor_si512(_mm512_clmulepi64_epi128(x1, k1, 0x00), _mm512_clmulepi64_epi128(x1, k1, 0x11));
    __m512i z = _mm512_xor_si512(z0, z1);
    __m256i h = _mm256_xor_si256(_mm512_castsi512_si256(z), _mm512_extracti64x4_epi64(z, 1));
    __m128i q = _mm_xor_si128(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
    __m128i *p = (__m128i *)(void *)(sum + c);
    _mm_store_si128(p, _mm_xor_si128(_mm_load_si128(p), q));
  }
}

const struct smpi_bitmat_kernels smpi_bitmat_gfni = {"gfni", gfni_usable, gfni_rows, gfni_hash};

#else
typedef int smpi_bitmat_x86_is_empty; /* ISO C wants a declaration in every file */
#endif
