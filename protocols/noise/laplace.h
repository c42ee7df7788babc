/* laplace.h - discrete Laplace noise that nobody knows. */
#ifndef SMPI_LAPLACE_H
#define SMPI_LAPLACE_H

#include "session/session.h"

enum {
  SMPI_NOISE_BITS =
      44, /* SECURITY: of the random numbers that are compared: a bit's probability is off by at most 2^-45 */
  SMPI_NOISE_TAIL = 40,     /* SECURITY: what is cut off has probability at most 2^-40, on each side     */
  SMPI_NOISE_MAX_BITS = 18, /* bits of one geometric variable, at most */
};
/* The smallest and the largest epsilon that there is noise for. */
#define SMPI_NOISE_LEAST (1.0 / 4096)
#define SMPI_NOISE_MOST 3.0

/* x[n] := shares by sum of n independent whole numbers, Pr[x] = (1 - a) / (1 + a) a^|x|,
 * a = e^-epsilon, up to a statistical distance of 2 * 2^-40 + 2B * 2^-45 < 2^-38 each.  A count
 * with such noise is (epsilon, delta)-differentially private for a change by 1, delta < 2^-40.
 *   in    epsilon  public, the same at all, SMPI_NOISE_LEAST .. SMPI_NOISE_MOST
 *   out   x[n]     fresh shares; |x| < 2^B, B = smpi_laplace_bits(epsilon)
 *   uses  for each 64 numbers, 2B times: 43 bit triples (single and paired), 1 DABIT
 *   cost  7 rounds, for each SMPI_FUNCTION_BLOCK / 4 numbers; smpi_laplace_cost()
 *   leaks nothing: no party, nor P-1 of P together, knows anything of x
 *   error x is wiped; SMPC_E_ARG (epsilon), SMPC_E_* of the source, memory, network
 * All computing parties call it at the same step with the same n and epsilon. */
smpc_err smpi_laplace(struct smpc_session *s, shr *x, size_t n, double epsilon);
void smpi_laplace_cost(struct smpi_cost *c, size_t n, double epsilon);

/* --- pure ------------------------------------------------------------------------ */
/* Bits of a geometric variable: enough that e^(-epsilon (2^B - 1)) <= 2^-SMPI_NOISE_TAIL. */
unsigned smpi_laplace_bits(double epsilon);
/* c[B]: bit i is 1 when c[i] < r, for r uniform below 2^SMPI_NOISE_BITS. */
void smpi_laplace_thresholds(uint64_t *c, unsigned bits, double epsilon);
/* x[n] from the bits as numbers: bit[(2 i + h) * stride + j] is bit i of variable h of x[j]. */
void smpi_laplace_combine(shr *x, const shr *bit, unsigned bits, size_t stride, size_t n);

#endif
