/* logistic.h - the logistic function 1 / (1 + e^-x) of shared numbers, two strengths. */
#ifndef SMPI_LOGISTIC_H
#define SMPI_LOGISTIC_H

#include "session/session.h"

/* Vectors longer than SMPI_FUNCTION_BLOCK are worked on in blocks of so many
 * numbers, each with the stated rounds (session/agreed.h).  f is frac_bits. */

/* z := 1 / (1 + e^-x) in fixed point, elementwise.
 *   in    x[n]   this party's shares; any |x| < 2^62 in ring units
 *   out   z[n]   fresh shares; may be x; exactly 0 below -11.375, exactly 1 from
 *                11.375 on
 *   error bound  |z - logistic(x)| <= 1.25e-5 + 8 * 2^-f for f >= 3, at every x:
 *                1.5e-5 with 20 fractional bits (logistic.c), 1.26e-5 with 26
 *   uses  what smpi_steps() does for 16 steps, 4 n TRIPLE, 3 n TRUNC
 *   cost  12 rounds, 458 bytes a number to each other party
 *   leaks what smpi_trunc_probabilistic() does
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network */
smpc_err smpi_logistic_fine(struct smpc_session *s, shr *z, const shr *x, size_t n);
void smpi_logistic_fine_cost(struct smpi_cost *c, size_t n);

/* z := 0 below -1/2, x + 1/2 up to 1/2, 1 from there on: the three pieces of
 * [MZ17].  Exact as such; as a logistic function off by up to 0.12.
 *   uses  what smpi_steps() does for 2 steps, n TRIPLE
 *   cost  9 rounds, 69.25 bytes a number to each other party
 *   leaks nothing
 * Otherwise as smpi_logistic_fine(). */
smpc_err smpi_logistic_coarse(struct smpc_session *s, shr *z, const shr *x, size_t n);
void smpi_logistic_coarse_cost(struct smpi_cost *c, size_t n);

/* The local step of the fine form, pure: the piece's coefficients, and u = x
 * minus the piece's centre, from the bits [x < step]; stride as in steps.h. */
enum { SMPI_LOGISTIC_STEPS = 16 };
struct smpi_logistic_piece { shr *u, *c0, *c1, *c2, *c3; }; /* [n] each */
void smpi_logistic_select(const struct smpi_logistic_piece *p, const shr *x, const shr *bits, size_t stride, size_t n,
                          unsigned f, int first);

#endif
