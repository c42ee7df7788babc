/* exp.h - the exponential function of shared fixed-point numbers. */
#ifndef SMPI_EXP_H
#define SMPI_EXP_H

#include "session/session.h"

/* z := e^x, elementwise; f is frac_bits, 1 <= f <= 28.
 *   in    x[n]   this party's shares; -2^(60 - 2f) < x <= (60 - 2f) ln 2, that is
 *                -2^20 .. 13.8 with 20 fractional bits; beyond: a wrong result, unnoticed
 *   out   z[n]   fresh shares; may be x; 0 where e^x < 2^-f, or the unit above
 *   error bound  |z - e^x| <= e^x (4 + |x|/2) 2^-f + 2^-f
 *   uses  for each 64 numbers what smpi_a2b() does, 7 DABIT; 12 n TRIPLE, 8 n TRUNC
 *   cost  21 rounds, 327 bytes a number to each other party; vectors longer than
 *         SMPI_FUNCTION_BLOCK in blocks of so many
 *   leaks what smpi_trunc_probabilistic() does
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network */
smpc_err smpi_exp(struct smpc_session *s, shr *z, const shr *x, size_t n);
void smpi_exp_cost(struct smpi_cost *c, size_t n);

/* The local steps, pure.  power[7 n] := the seven factors of 2^w, one after the
 * other, from the shared bits of w and its sign (7 rows of stride); frac := what
 * is left of w, less 1/2; may be w. */
void smpi_exp_factors(shr *power, const shr *bits, size_t stride, size_t n, int first);
void smpi_exp_fraction(shr *frac, const shr *w, const shr *bits, size_t stride, size_t n, unsigned f, int first);

#endif
