/* fixed.h - fixed point: a real v is the ring element round(v 2^f). */
#ifndef SMPI_FIXED_H
#define SMPI_FIXED_H

#include "base/err.h"

/* |v| < 2^(62 - 2f) and finite, else SMPC_E_RANGE and out is zeroed.  Ties to even. */
smpc_err smpi_fixed_encode(uint64_t *out, const double *v, size_t n, unsigned frac_bits);
/* Two's complement, divided by 2^f; exact up to 53 bits. */
void smpi_fixed_decode(double *v, const uint64_t *x, size_t n, unsigned frac_bits);

#endif
