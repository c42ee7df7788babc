/* product.h - product of shared fixed-point vectors, brought back to frac_bits. */
#ifndef SMPI_PRODUCT_H
#define SMPI_PRODUCT_H

#include "session/session.h"

/* z := x y / 2^f, elementwise, |x y| < 2^62 in ring units: smpi_beaver_mul(), then
 * smpi_trunc_probabilistic().
 *   out   z[n]         fresh shares; may be x or y
 *   error bound        less than 1 unit in the last place, always
 *   cost  2 rounds, 24 n bytes to each other party, for each 2^20 elements
 *   leaks what smpi_trunc_probabilistic() does
 *   error z is wiped */
smpc_err smpi_product(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
void smpi_product_fixed_cost(struct smpi_cost *c, size_t n);

#endif
