/* steps.h - one shared number against several public ones. */
#ifndef SMPI_STEPS_H
#define SMPI_STEPS_H

#include "base/bytes.h"
#include "session/agreed.h"
#include "session/session.h"

/* Numbers of one step stand together, padded to whole words of 64 bits. */
static inline size_t smpi_steps_stride(size_t n) { return 64 * smpi_ceil_div(n, 64); }

/* z[j * stride + i] := x[i] < step[j] ? 1 : 0, for signed numbers with
 * |x - step| < 2^63, n <= SMPI_FUNCTION_BLOCK, 1 <= k <= SMPI_STEPS_MAX.
 *   in    x[n]          this party's shares;  step[k] public ring elements
 *   out   z[k * stride] fresh shares, stride = smpi_steps_stride(n); those beyond
 *                       n of each step are of random bits
 *   uses  for each 64 numbers: 1 EDABIT, 56 k BIT_PAIR, 6 k BIT_TRIPLE, k DABIT
 *   cost  8 openings: 8 rounds, (8 + 22.625 k) bytes a number to each other party
 *         (64 numbers at a time; of the first opening n words)
 *   leaks nothing: what is opened is uniform
 *   error z is wiped; SMPC_E_ARG, or SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same n, k and step[]. */
enum { SMPI_STEPS_MAX = 64 };
smpc_err smpi_steps(struct smpc_session *s, shr *z, const shr *x, size_t n, const uint64_t *step, unsigned k);
void smpi_steps_cost(struct smpi_cost *c, size_t n, unsigned k);

#endif
