/* trunc_local.c - see trunc_local.h; the protocol stands in trunc.c. */
#include "mul/trunc_local.h"

#ifndef SMPI_RING_BITS
#define SMPI_RING_BITS 64
#endif

#define TOP (UINT64_C(1) << (SMPI_RING_BITS - 1))    /* 2^(L-1)                                        */
#define OFFSET (UINT64_C(1) << (SMPI_RING_BITS - 2)) /* 2^(L-2): makes the value non-negative          */
#define RING (TOP - 1 + TOP)                         /* 2^L - 1                                        */

void smpi_trunc_mask(shr *c, const shr *x, const uint64_t *r, size_t n, int first) {
  uint64_t offset = first ? OFFSET : 0;
  for (size_t i = 0; i < n; i++) c[i].v = x[i].v + r[i] + offset;
}

void smpi_trunc_combine(shr *z, const pub *c, const uint64_t *high, const uint64_t *msb, size_t n, unsigned f,
                        int first) {
  uint64_t mine = first ? UINT64_MAX : 0; /* who adds the public terms */
  for (size_t i = 0; i < n; i++) {
    uint64_t v = c[i].v & RING, top = v / TOP, low = v % TOP;
    uint64_t wrap = msb[i] + top * ((mine & 1) - 2 * msb[i]); /* top xor msb r */
    z[i].v = (mine & ((low >> f) - (OFFSET >> f))) - high[i] + wrap * (TOP >> f);
  }
}

void smpi_trunc_low(shr *c_low, shr *r_low, const pub *c, const uint64_t *r, const uint64_t *high, const uint64_t *msb,
                    size_t n, unsigned f, int first) {
  uint64_t mine = first ? (UINT64_C(1) << f) - 1 : 0;
  for (size_t i = 0; i < n; i++) {
    c_low[i].v = c[i].v & mine;
    r_low[i].v = r[i] - (high[i] << f) - msb[i] * TOP;
  }
}
