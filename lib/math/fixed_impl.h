/* fixed_impl.h - the constant-time part of encoding, for the timing tests. */
#ifndef SMPI_FIXED_IMPL_H
#define SMPI_FIXED_IMPL_H

#include <stddef.h>
#include <stdint.h>

/* As smpi_fixed_encode(), for frac_bits <= 31; 0 if all are in range.  Whether
 * they are is the only thing that a caller may branch on. */
uint32_t smpi_fixed_encode_all(uint64_t *out, const double *v, size_t n, unsigned frac_bits);

#endif
