/* laplace.c - discrete Laplace noise that nobody knows.
 *
 * Functionality F_noise  gives every party a fresh share of x, drawn with
 *                        Pr[x] proportional to e^(-epsilon |x|); reveals nothing.
 * Protocol      Pi_noise [DKMMN06]: x = G - H, both geometric, whose bits are independent:
 *     1. locally    each party draws the bits of r at random; r is their xor
 *     2. bitless.c  [b_i] = [c_i < r], for 2B public thresholds          (6 rounds)
 *     3. b2a.c      the bits as shares by sum                             (1 round)
 *     4. locally    [x] = sum of 2^i ([g_i] - [h_i])
 * Why           Pr[G = g] proportional to e^(-epsilon g) on 0 .. 2^B - 1 is a product over
 *               the bits of g, because e^(-epsilon g) is: bit i is 1 with probability
 *               p_i = 1 / (1 + e^(epsilon 2^i)), independently.  The difference of two
 *               geometric variables is discrete Laplace.
 *               c_i = 2^k - 1 - P, P = p_i 2^k rounded: P of the 2^k values of r are above it.
 * Distance      cut at 2^B: each of G, H loses e^(-epsilon 2^B) < 2^-40; rounding moves each
 *               of the 2B bits by at most 2^-(k+1) = 2^-45.  Together below 2^-38 a number.
 * Privacy       delta = sum over x of max(0, Pr[x] - e^epsilon Pr[x + 1]).  With M = 2^B - 1
 *               the largest G, the cut alone gives at most a^M <= 2^-40, a = e^-epsilon: at the
 *               edge Pr[M + 1] = 0.  Rounding moves probabilities by 2^-45, and e^epsilon times
 *               that counts, hence epsilon <= 3.  tests/noise computes delta < 2^-40 exactly.
 * Security      perfect in the F_triple-hybrid model, semi-honest, up to P-1 of P parties: r
 *               is uniform and unknown to them, and is never opened; for the rest see
 *               bitless.c and b2a.c.  Malicious: no; a party can choose its part of r
 *               badly only if it knew the others'.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          7 rounds a block; 2B (22.5 * 43 / 63 + 1/8) bytes a number to each peer, about.
 * Secrets       r, all bits, x.  epsilon, B and the thresholds are public, and the caller
 *               absorbs the latter, so that machines whose exp() differs are found out.
 * Differs from  the paper: it makes a biased bit by a circuit over coins; here one
 *               comparison of a random number with a public one.
 */
#include "noise/laplace.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/b2a.h"
#include "compare/bitless.h"
#include "session/agreed.h"

_Static_assert(SMPI_NOISE_BITS <= 52, "a threshold is exact in a double");

enum { BLOCK = SMPI_FUNCTION_BLOCK / 4 };

unsigned smpi_laplace_bits(double epsilon) {
  unsigned bits = 1;
  while (bits < SMPI_NOISE_MAX_BITS && epsilon * (ldexp(1, (int)bits) - 1) < SMPI_NOISE_TAIL * log(2)) bits++;
  return bits;
}

void smpi_laplace_thresholds(uint64_t *c, unsigned bits, double epsilon) {
  for (unsigned i = 0; i < bits; i++) {
    double p = 1 / (1 + exp(epsilon * ldexp(1, (int)i))); /* exp may be infinite: 0 */
    c[i] = (UINT64_C(1) << SMPI_NOISE_BITS) - 1 - (uint64_t)nearbyint(ldexp(p, SMPI_NOISE_BITS));
  }
}

void smpi_laplace_combine(shr *x, const shr *bit, unsigned bits, size_t stride, size_t n) {
  for (size_t j = 0; j < n; j++) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < bits; i++) sum += (bit[2 * i * stride + j].v - bit[(2 * i + 1) * stride + j].v) << i;
    x[j].v = sum;
  }
}

/* Every number twice for each bit, padded to whole words. */
static size_t count_bits(unsigned bits, size_t n) { return 2 * (size_t)bits * 64 * smpi_ceil_div(n, 64); }

static smpc_err block(struct smpc_session *s, shr *x, size_t n, unsigned bits, const uint64_t *threshold) {
  size_t mark = smpi_scratch_mark(s), stride = 64 * smpi_ceil_div(n, 64), all = count_bits(bits, n), m = all / 64;
  uint64_t *row[SMPI_NOISE_BITS];
  smpc_err err;
  pub *c = smpi_scratch(s, all, sizeof *c);
  uint64_t *r = smpi_scratch(s, SMPI_NOISE_BITS * m, sizeof *r);
  shr *less = smpi_scratch(s, m, sizeof *less), *bit = smpi_scratch(s, all, sizeof *bit);
  TRY(c == NULL || r == NULL || less == NULL || bit == NULL ? SMPC_E_NOMEM : SMPC_OK);
  for (size_t k = 0; k < all; k++) c[k].v = threshold[k / (2 * stride)];
  for (unsigned k = 0; k < SMPI_NOISE_BITS; k++) row[k] = r + k * m;
  smpi_prg_words(smpi_prg_own(s), r, SMPI_NOISE_BITS * m);                       /* 1. draw    */
  TRY(smpi_bitless(s, less, c, row, SMPI_NOISE_BITS, all));                      /* 2. compare */
  TRY(smpi_b2a(s, bit, less, all));                                              /* 3. to sum  */
  smpi_laplace_combine(x, bit, bits, stride, n);                                 /* 4. combine */
out:
  smpi_scratch_release(s, mark);
  return err;
}

static int is_in_range(double epsilon) { return epsilon >= SMPI_NOISE_LEAST && epsilon <= SMPI_NOISE_MOST; }

smpc_err smpi_laplace(struct smpc_session *s, shr *x, size_t n, double epsilon) {
  uint64_t threshold[SMPI_NOISE_MAX_BITS];
  smpc_err err = smpi_status(s);
  if (err == SMPC_OK && !is_in_range(epsilon)) err = smpi_fail(s, SMPC_E_ARG, -1, "there is no noise for this epsilon");
  unsigned bits = err == SMPC_OK ? smpi_laplace_bits(epsilon) : 0;
  if (err == SMPC_OK) smpi_laplace_thresholds(threshold, bits, epsilon);
  for (size_t i = 0, k; i < n && err == SMPC_OK; i += k) {
    k = smpi_min(BLOCK, n - i);
    err = block(s, x + i, k, bits, threshold);
  }
  if (err != SMPC_OK) smpi_wipe(x, n * sizeof *x);
  return err;
}

void smpi_laplace_cost(struct smpi_cost *c, size_t n, double epsilon) {
  for (size_t i = 0, k; i < n && is_in_range(epsilon); i += k) {
    k = smpi_min(BLOCK, n - i);
    smpi_bitless_cost(c, SMPI_NOISE_BITS, count_bits(smpi_laplace_bits(epsilon), k));
    smpi_b2a_cost(c, count_bits(smpi_laplace_bits(epsilon), k));
  }
}
