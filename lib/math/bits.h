/* bits.h - bit matrices: 64 columns to a word.
 *
 * "Bit-sliced" means: row i holds bit i of n numbers, number j in bit j % 64 of
 * word j / 64; rows are `stride` words apart, stride >= ceil(n / 64).  Bits
 * beyond n in the last word are zero.  Constant time. */
#ifndef SMPI_BITS_H
#define SMPI_BITS_H

#include <stddef.h>
#include <stdint.h>

/* rows[64][stride] := the bits of x[n] */
void smpi_bits_slice(uint64_t *rows, size_t stride, const uint64_t *x, size_t n);

/* z = x & y over n words */
void smpi_bits_and(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);

#endif
