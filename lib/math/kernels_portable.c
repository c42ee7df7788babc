/* kernels_portable.c - the inner loops in plain C, for every machine. */
#include "math/kernels.h"

#define TARGET
#define VEC_LEN 16
#include "math/kernels_loops.h"

static bool usable(void) { return true; }

static void scale(uint64_t *z, const uint64_t *x, uint64_t k, uint64_t plus, size_t n) {
  for (size_t i = 0; i < n; i++) z[i] = k * x[i] + plus;
}

/* Swap the off-diagonal quarters of ever smaller squares [War13, 7-3]. */
static void transpose(uint64_t out[64], const uint64_t in[64]) {
  memcpy(out, in, 64 * sizeof *out);
  uint64_t mask = UINT64_C(0xffffffff);
  for (unsigned j = 32; j != 0; j /= 2, mask ^= mask << j)
    for (unsigned first = 0; first < 64; first += 2 * j)
      for (unsigned i = first; i < first + j; i++) {
        uint64_t t = (out[i] >> j ^ out[i + j]) & mask;
        out[i] ^= t << j;
        out[i + j] ^= t;
      }
}

static uint64_t dot(const uint64_t *x, const uint64_t *y, size_t n) {
  uint64_t s = 0;
  for (size_t i = 0; i < n; i++) s += x[i] * y[i];
  return s;
}

static void axpy(uint64_t *z, const uint64_t k[SMPI_AXPY], const uint64_t *x, size_t stride, size_t n) {
  const uint64_t *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
  for (size_t i = 0; i < n; i++) z[i] += k[0] * x[i] + k[1] * x1[i] + k[2] * x2[i] + k[3] * x3[i];
}

static void tile(uint64_t *c, size_t c_stride, const uint64_t *a, size_t a_stride, const uint64_t *panel, size_t k) {
  for (size_t row = 0; row < SMPI_TILE_ROWS; row++) {
    uint64_t acc[SMPI_TILE_COLS];
    memcpy(acc, c + row * c_stride, sizeof acc);
    for (size_t i = 0; i < k; i++)
      for (size_t col = 0; col < SMPI_TILE_COLS; col++)
        acc[col] += a[row * a_stride + i] * panel[i * SMPI_TILE_COLS + col];
    memcpy(c + row * c_stride, acc, sizeof acc);
  }
}

const struct smpi_kernels smpi_kernels_portable = {
    "portable", usable, add, sub, bit_xor, bit_and, scale, sum, transpose, dot, axpy, tile,
};
