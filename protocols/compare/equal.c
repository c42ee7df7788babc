/* equal.c - equality of shared vectors.
 *
 * Functionality F_equal   from every party shares of x and y; gives every party a
 *                         fresh share of [x = y]; reveals nothing.
 * Protocol      Pi_equal  with an edaBit, as [EGK+20] does comparison:
 *     1. locally    [d] = [x] - [y]
 *     2. take       an edaBit: [r] by sum, its 64 bits r_i by xor
 *     3. open       c = d + r                                       (1 round)
 *     4. locally    [e_i] = ~(c_i ^ [r_i]) for 64 bits
 *     5. and.c      the AND of all e_i, by halving                  (6 rounds)
 *     6. b2a.c      the bit as a share by sum                       (1 round)
 * Why           d = c - r is 0 exactly when c and r agree in every bit.
 * Security      perfect in the F_triple-hybrid model, semi-honest, up to P-1 of
 *               P parties: r is uniform and used once, so c is uniform; for the
 *               rest see and.c and b2a.c.  tests/exhaustive/ counts the views.
 *               Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          8 rounds; 8 + 126/8 + 1/8 bytes a number to each peer.
 * Secrets       x y d r e_i; public only after step 3: c.
 * Differs from  the paper: an AND tree instead of the comparison circuit.
 */
#include "compare/equal.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/and.h"
#include "compare/b2a.h"
#include "compare/bitless.h"
#include "compare/less.h"
#include "compare/width.h"
#include "math/bits.h"
#include "share/blocks.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

enum { BITS = SMPI_RING_BITS };

void smpi_equal_row(shr *row, const uint64_t *c, const uint64_t *r, int first, size_t m) {
  uint64_t one = first ? ~UINT64_C(0) : 0;
  for (size_t i = 0; i < m; i++) row[i].v = r[i] ^ (~c[i] & one);
}

/* Steps 2 to 4: rows[BITS][m] := shares of the e_i. */
static smpc_err agreement_of_bits(struct smpc_session *s, shr *rows, const shr *d, size_t n) {
  struct smpi_taken t = {0};
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), stride = smpi_bitless_stride(m);
  smpc_err err;
  shr *masked = smpi_scratch(s, n, sizeof *masked);
  pub *c = (pub *)(void *)masked; /* opened in place */
  uint64_t *c_rows = smpi_scratch(s, BITS * stride, 8);
  TRY(masked == NULL || c_rows == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_triple_take(s, &t, SMPI_EDABIT, m));
  smpi_sign_mask(masked, d, t.col[0], n);
  TRY(smpi_open_all(s, c, masked, n, SMPI_SUM));
  smpi_bits_slice(c_rows, stride, (const uint64_t *)(const void *)c, n);
  for (unsigned i = 0; i < BITS; i++)
    smpi_equal_row(rows + i * m, c_rows + i * stride, t.col[1 + i], smpi_is_first(s), m);
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  return err;
}

static smpc_err equal_block(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64);
  smpc_err err;
  shr *d = smpi_scratch(s, n, sizeof *d), *rows = smpi_scratch(s, BITS * m, sizeof *rows);
  TRY(d == NULL || rows == NULL ? SMPC_E_NOMEM : SMPC_OK);
  smpi_ring_sub(d, x, y, n);
  TRY(agreement_of_bits(s, rows, d, n));
  for (size_t half = BITS / 2; half > 0; half /= 2) TRY(smpi_and(s, rows, rows, rows + half * m, half * m));
  TRY(smpi_b2a(s, z, rows, n));
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_equal(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  return smpi_blocks_run(s, z, x, y, n, SMPI_BLOCK, equal_block);
}

void smpi_equal_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(SMPI_BLOCK, n - i);
    size_t m = smpi_ceil_div(k, 64);
    smpi_triple_cost(c, SMPI_EDABIT, m);
    smpi_open_cost(c, k);
    for (size_t half = BITS / 2; half > 0; half /= 2) smpi_and_cost(c, half * m);
    smpi_b2a_cost(c, k);
  }
}
