/* gf128.h - the field GF(2^128), and vectors over it.
 *
 * An element is a block (block.h): bit i is the coefficient of x^i, modulo
 * x^128 + x^7 + x^2 + x + 1.  On the wire it is the block's 16 bytes, little-
 * endian; no other representation exists.  Addition is smpi_blk_xor().
 *
 * Carry-less multiplication instructions beside portable C, chosen at run time,
 * tested equal; all are constant time in the data. */
#ifndef SMPI_GF128_H
#define SMPI_GF128_H

#include <stddef.h>

#include "math/block.h"

static inline blk smpi_gf128_one(void) { return (blk){{1, 0}}; }

/* x y */
blk smpi_gf128_mul(blk x, blk y);

/* z[i] := x[i] y[i]; z may be x or y */
void smpi_gf128_mul_each(blk *z, const blk *x, const blk *y, size_t n);

/* z[i] += k x[i]; z may be x */
void smpi_gf128_axpy(blk *z, blk k, const blk *x, size_t n);

/* the sum of x[i] y[i] */
blk smpi_gf128_dot(const blk *x, const blk *y, size_t n);

/* p[i] := x^(i+1), i < n */
void smpi_gf128_powers(blk *p, blk x, size_t n);

#endif
