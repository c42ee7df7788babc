/* gf128_vclmul.c - GF(2^128) four elements at a time (VPCLMULQDQ on 512 bits). */
#include "math/gf128_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,vpclmulqdq,pclmul")))
typedef __m512i vec;
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)
#define XOR _mm512_xor_si512
#define CLMUL _mm512_clmulepi64_epi128
#define LEFT_8(v) _mm512_bslli_epi128(v, 8)
#define RIGHT_8(v) _mm512_bsrli_epi128(v, 8)
#define EACH(w0, w1) _mm512_broadcast_i32x4(_mm_set_epi64x((long long)(w1), (long long)(w0)))
#define ZERO _mm512_setzero_si512()
enum { LANES = 4 };
#include "math/gf128_loops.h"

TARGET static blk folded(vec v) {
  blk four[LANES];
  STORE(four, v);
  return smpi_blk_xor(smpi_blk_xor(four[0], four[1]), smpi_blk_xor(four[2], four[3]));
}

static bool usable(void) {
  return smpi_cpu_has_avx512() && smpi_cpu_has_aes() && __builtin_cpu_supports("vpclmulqdq");
}

const struct smpi_gf128_kernels smpi_gf128_vclmul = {"vpclmul", usable, mul_each, axpy, dot};
#endif
