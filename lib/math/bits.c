/* bits.c - see bits.h.  Blocks of 64 numbers are transposed one by one, but rows
 * are read and written a cache line at a time: eight blocks together. */
#include "math/bits.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/kernels.h"

enum { GROUP = 8 }; /* LOCAL: blocks worked on at once */

/* One group of at most 512 numbers. */
static void slice_group(uint64_t *rows, size_t stride, const uint64_t *x, size_t n, uint64_t (*block)[64]) {
  const struct smpi_kernels *kernel = smpi_kernels();
  size_t blocks = smpi_ceil_div(n, 64);
  uint64_t last[64] = {0};
  for (size_t b = 0; b < blocks; b++) {
    size_t left = n - 64 * b;
    if (left < 64) memcpy(last, x + 64 * b, left * sizeof *x);
    kernel->transpose(block[b], left < 64 ? last : x + 64 * b);
  }
  for (size_t i = 0; i < 64; i++)
    for (size_t b = 0; b < blocks; b++) rows[i * stride + b] = block[b][i];
  smpi_wipe(last, sizeof last);
}

void smpi_bits_slice(uint64_t *rows, size_t stride, const uint64_t *x, size_t n) {
  uint64_t block[GROUP][64];
  for (size_t first = 0; first < n; first += 64 * GROUP)
    slice_group(rows + first / 64, stride, x + first, smpi_min(n - first, 64 * GROUP), block);
  smpi_wipe(block, sizeof block);
}

void smpi_bits_and(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n) { smpi_kernels()->bit_and(z, x, y, n); }
