/* reciprocal.h - 1/x and a/x of shared fixed-point numbers. */
#ifndef SMPI_RECIPROCAL_H
#define SMPI_RECIPROCAL_H

#include "session/session.h"

/* z := a / x, elementwise; f is frac_bits, 1 <= f <= 28.
 *   in    a[n]   this party's shares, or NULL for all ones; |a| < 2^(60 - 2f)
 *         x[n]   |x| >= 2^(1-f) or x = 2^-f, of either sign, and |a / x| < 2^(61 - 2f);
 *                beyond, and for x = 0 (where the result is 0): wrong, unnoticed
 *   out   z[n]   fresh shares; may be a or x; 0 where |x| >= 2^f
 *   error bound  |z - a/x| <= (|a/x| 8 + 2/|x| + 1) 2^-f for |x| < 2^f; for a = NULL
 *                without the term 2/|x|.  From 2^f on |a| 2^-f.
 *   uses  for each 64 numbers what smpi_a2b() does, 192 BIT_TRIPLE, 2f + 1 DABIT; 9 n
 *         (a: 10 n) TRIPLE, 8 n (a: 9 n) TRUNC
 *   cost  27 rounds (a: 29); with f = 20 about 330 (a: 354) bytes a number to each
 *         other party; vectors longer than SMPI_FUNCTION_BLOCK in blocks of so many
 *   leaks what smpi_trunc_probabilistic() does
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network */
smpc_err smpi_divide(struct smpc_session *s, shr *z, const shr *a, const shr *x, size_t n);
void smpi_divide_cost(struct smpi_cost *c, bool has_a, size_t n, unsigned f);

/* The local step, pure: v := 2^(2f - 1 - i) where i is the highest set bit, from
 * the bits [i >= j], j = 0 .. 2f, rows of stride; 0 where there is none below 2f. */
void smpi_reciprocal_scale(shr *v, const shr *at_least, size_t stride, size_t n, unsigned f);

#endif
