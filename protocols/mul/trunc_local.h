/* trunc_local.h - the local halves of truncation, pure: no network, no
 * randomness, no allocation.  Ring width L = SMPI_RING_BITS (64 in the library;
 * tests/exhaustive/ compiles trunc_local.c again over a tiny ring). */
#ifndef SMPI_TRUNC_LOCAL_H
#define SMPI_TRUNC_LOCAL_H

#include "math/ring.h"

/* c := my share of x + 2^(L-2) + r */
void smpi_trunc_mask(shr *c, const shr *x, const uint64_t *r, size_t n, int first);

/* z := my share of the truncated values, from the opened c, my shares of `high`
 * = floor((r mod 2^(L-1)) / 2^f) and of `msb` = the top bit of r; 1 <= f <= L-2. */
void smpi_trunc_combine(shr *z, const pub *c, const uint64_t *high, const uint64_t *msb, size_t n, unsigned f,
                        int first);

/* For rounding to nearest: my shares of c mod 2^f (public: all at the first
 * party) and of r mod 2^f. */
void smpi_trunc_low(shr *c_low, shr *r_low, const pub *c, const uint64_t *r, const uint64_t *high, const uint64_t *msb,
                    size_t n, unsigned f, int first);

#endif
