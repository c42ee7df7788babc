/* matrix.h - matrix products over Z_2^64, row-major, dense.
 *
 * AVX-512 or AVX2 kernels beside portable C, chosen at run time, tested equal. */
#ifndef SMPI_MATRIX_H
#define SMPI_MATRIX_H

#include <stddef.h>
#include <stdint.h>

/* c[m][n] += a[m][k] * b[k][n].  c must not overlap a or b.  Constant time. */
void smpi_matrix_mul_add(uint64_t *c, const uint64_t *a, const uint64_t *b, size_t m, size_t k, size_t n);

/* t[n][m] := x[m][n] transposed; no overlap. */
void smpi_matrix_transpose(uint64_t *t, const uint64_t *x, size_t m, size_t n);

#endif
