/* kernels.h - the inner loops of lib/math, once for each instruction set.
 *
 * Internal: ring.c, bits.c and matrix.c call the best the machine has; the
 * tests call every one it can run and compare it with the portable one.
 * All are constant time in the data; z may be x or y where both are given. */
#ifndef SMPI_KERNELS_H
#define SMPI_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LOCAL: a tile is what stays in registers while a matrix product sums over k:
 * 8 x 2 vectors of AVX-512.  AXPY: rows of b added in one pass over c. */
enum { SMPI_TILE_ROWS = 8, SMPI_TILE_COLS = 16, SMPI_AXPY = 4 };

struct smpi_kernels {
  const char *name;
  bool (*usable)(void); /* can this machine run it? */

  /* elementwise, over n words */
  void (*add)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
  void (*sub)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
  void (*bit_xor)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
  void (*bit_and)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
  void (*scale)(uint64_t *z, const uint64_t *x, uint64_t k, uint64_t plus, size_t n); /* k x + plus */
  uint64_t (*sum)(const uint64_t *x, size_t n);

  /* out := the 64 x 64 bits of `in` transposed; no overlap */
  void (*transpose)(uint64_t out[64], const uint64_t in[64]);

  /* products over Z_2^64; outputs overlap no input */
  uint64_t (*dot)(const uint64_t *x, const uint64_t *y, size_t n);
  /* z[n] += k[0] x[0] + ... + k[3] x[3], row i of x at x + i * stride */
  void (*axpy)(uint64_t *z, const uint64_t k[SMPI_AXPY], const uint64_t *x, size_t stride, size_t n);
  /* c[8][16] += a[8][k] * panel[k][16]; rows of c and a at their strides, the panel dense */
  void (*tile)(uint64_t *c, size_t c_stride, const uint64_t *a, size_t a_stride, const uint64_t *panel, size_t k);
};

/* The best of them on this machine. */
const struct smpi_kernels *smpi_kernels(void);

/* Number i of all that were built, the portable one first; NULL beyond the
 * last.  Only those that are usable() may be called. */
const struct smpi_kernels *smpi_kernels_at(size_t i);

extern const struct smpi_kernels smpi_kernels_portable;
#if defined(__x86_64__)
extern const struct smpi_kernels smpi_kernels_avx2, smpi_kernels_avx512;
#endif

#endif
