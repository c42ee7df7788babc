/* b2a.c - shared bits from xor shares to shares by sum.
 *
 * Functionality F_b2a   from every party xor shares of a bit v; gives every
 *                       party a fresh share of v in Z_2^64; reveals nothing.
 * Protocol      Pi_b2a  [RW19], in the F_triple-hybrid model:
 *     1. take         a daBit: the bit r shared by xor and by sum
 *     2. open         w = v ^ r to all                           (1 round)
 *     3. locally      [v] = w + [r] - 2 w [r]
 * Why           v = w ^ r, and u ^ r = u + r - 2ur for bits: [r] where w is 0,
 *               1 - [r] where it is 1.
 * Security      perfect, semi-honest, up to P-1 of P parties: r is uniform and
 *               used once, so w is uniform.  tests/exhaustive/ counts the views.
 *               Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          1 round; 1 bit to each peer; 1 daBit.
 * Secrets       v, r and the shares of w; public only after step 2: w.
 * Differs from  the paper: the daBits come from F_triple, unchecked.
 */
#include "compare/b2a.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

void smpi_b2a_mask(shr *masked, const shr *bits, const uint64_t *packed, size_t m) {
  for (size_t i = 0; i < m; i++) masked[i].v = bits[i].v ^ packed[i];
}

void smpi_b2a_combine(shr *z, const pub *opened, const uint64_t *r, int first, size_t n) {
  uint64_t one = first != 0;
  for (size_t i = 0, k; i < n; i += k) {
    uint64_t w = opened[i / 64].v;
    k = smpi_min(64, n - i);
    for (size_t j = 0; j < k; j++) {
      uint64_t bit = w >> j & 1, flip = -bit; /* -r = ~r + 1 */
      z[i + j].v = (r[i + j] ^ flip) + bit + (bit & one);
    }
  }
}

smpc_err smpi_b2a(struct smpc_session *s, shr *z, const shr *bits, size_t n) {
  struct smpi_taken t = {0}; /* r, r packed */
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64);
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  shr *masked = smpi_scratch(s, m, sizeof *masked);
  pub *opened = (pub *)(void *)masked; /* opened in place */
  TRY(masked == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_triple_take(s, &t, SMPI_DABIT, m));                    /* 1. take    */
  smpi_b2a_mask(masked, bits, t.col[1], m);
  TRY(smpi_open_all(s, opened, masked, m, SMPI_XOR));             /* 2. open    */
  smpi_b2a_combine(z, opened, t.col[0], smpi_is_first(s), n);     /* 3. combine */
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

void smpi_b2a_cost(struct smpi_cost *c, size_t n) {
  size_t m = smpi_ceil_div(n, 64);
  smpi_triple_cost(c, SMPI_DABIT, m);
  smpi_open_cost(c, m);
}
