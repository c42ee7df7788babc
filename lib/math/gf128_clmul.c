/* gf128_clmul.c - GF(2^128) with the carry-less product of two words (PCLMULQDQ). */
#include "math/gf128_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

#define TARGET __attribute__((target("sse2,pclmul")))
typedef __m128i vec;
#define LOAD(p) _mm_load_si128((const __m128i *)(p))
#define STORE(p, v) _mm_store_si128((__m128i *)(p), v)
#define XOR _mm_xor_si128
#define CLMUL _mm_clmulepi64_si128
#define LEFT_8(v) _mm_slli_si128(v, 8)
#define RIGHT_8(v) _mm_srli_si128(v, 8)
#define EACH(w0, w1) _mm_set_epi64x((long long)(w1), (long long)(w0))
#define ZERO _mm_setzero_si128()
enum { LANES = 1 };
#include "math/gf128_loops.h"

TARGET static blk folded(vec v) {
  blk z;
  STORE(&z, v);
  return z;
}

const struct smpi_gf128_kernels smpi_gf128_clmul = {"pclmul", smpi_cpu_has_aes, mul_each, axpy, dot};
#endif
