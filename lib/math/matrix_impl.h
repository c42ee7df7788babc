/* matrix_impl.h - the product of matrix.h on given kernels, for the tests. */
#ifndef SMPI_MATRIX_IMPL_H
#define SMPI_MATRIX_IMPL_H

#include "math/kernels.h"

void smpi_matrix_mul_add_on(const struct smpi_kernels *kernel, uint64_t *c, const uint64_t *a, const uint64_t *b,
                            size_t m, size_t k, size_t n);

#endif
