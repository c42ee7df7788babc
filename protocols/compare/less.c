/* less.c - comparison of shared vectors by order.
 *
 * Functionality F_less   from every party shares of x and y, |x - y| < 2^63;
 *                        gives every party a fresh share of [x < y]; reveals
 *                        nothing.
 * Protocol      Pi_less  [EGK+20], comparison by edaBits (by the millionaires' protocol, mill.c, where
 *               smpi_sign() says so: that is steps 2 to 5):
 *     1. locally    [d] = [x] - [y];  x < y exactly when the top bit of d is set
 *     2. take       an edaBit: [r] by sum, its 64 bits r_i by xor
 *     3. open       c = d + r                                       (1 round)
 *     4. bitless.c  [b] = [c mod 2^63 < r mod 2^63]                 (6 rounds)
 *     5. locally    [d_63] = c_63 ^ [r_63] ^ [b]
 *     6. b2a.c      the bit d_63 as a share by sum                  (1 round)
 * Why           d = c - r.  Subtracting below the top bit, c mod 2^63 less
 *               r mod 2^63 borrows 2^63 exactly when it is negative: that is b.
 *               So the top bits satisfy d_63 = c_63 - r_63 - b modulo 2, and
 *               modulo 2 subtraction is xor.  No probability enters.
 *               Full range: x < y is the sign of x where the signs of x and y
 *               differ, else the sign of d, which then cannot overflow:
 *               s_d ^ ((s_x ^ s_y) & (s_x ^ s_d)); one AND (1 round).
 * Security      perfect in the F_triple-hybrid model, semi-honest, up to P-1 of
 *               P parties: r is uniform and used once, so c is uniform and
 *               independent of d; for the rest see bitless.c and b2a.c.
 *               tests/exhaustive/ counts the views.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          8 rounds; 8 + 22.5 + 1/8 bytes a number to each peer.
 *               Full: 9 rounds; 3 (8 + 22.5) + 2/8 + 1/8 bytes.
 * Secrets       x y d r b d_63; public only after step 3: c.
 * Differs from  the paper: the sign comes from the borrow below the top bit
 *               directly; three signs side by side for the full range, as
 *               signs s_x, s_y, s_d in [NO07].
 */
#include "compare/less.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/and.h"
#include "compare/b2a.h"
#include "compare/bitless.h"
#include "compare/mill.h"
#include "compare/width.h"
#include "math/bits.h"
#include "share/blocks.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

enum { TOP = SMPI_RING_BITS - 1 }; /* SECURITY: the sign; the bits below it give the borrow */

void smpi_sign_mask(shr *masked, const shr *d, const uint64_t *r, size_t n) {
  for (size_t i = 0; i < n; i++) masked[i].v = d[i].v + r[i];
}

void smpi_sign_finish(shr *bits, const uint64_t *top_c, const uint64_t *top_r, int first, size_t m) {
  uint64_t one = first ? ~UINT64_C(0) : 0;
  for (size_t i = 0; i < m; i++) bits[i].v ^= (top_c[i] & one) ^ top_r[i];
}

void smpi_less_full_operands(shr *u, shr *v, const shr *sign_x, const shr *sign_y, const shr *sign_d, size_t m) {
  for (size_t i = 0; i < m; i++) {
    u[i].v = sign_x[i].v ^ sign_y[i].v;
    v[i].v = sign_x[i].v ^ sign_d[i].v;
  }
}

/* Step 3 and the slicing: t->g := the rows of c; top_c := a copy of the top one. */
static smpc_err open_rows(struct smpc_session *s, const struct smpi_nodes *t, uint64_t *top_c, const shr *d,
                          const uint64_t *r, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  shr *masked = smpi_scratch(s, n, sizeof *masked);
  pub *c = (pub *)(void *)masked; /* opened in place */
  smpc_err err;
  TRY(masked == NULL ? SMPC_E_NOMEM : SMPC_OK);
  smpi_sign_mask(masked, d, r, n);
  TRY(smpi_open_all(s, c, masked, n, SMPI_SUM));
  smpi_bits_slice((uint64_t *)(void *)t->g, t->stride, (const uint64_t *)(const void *)c, n);
  memcpy(top_c, t->g + TOP * t->stride, t->m * sizeof *top_c);
out:
  smpi_scratch_release(s, mark);
  return err;
}

static smpc_err masked_sign(struct smpc_session *s, shr *bits, const shr *d, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), stride = smpi_bitless_stride(m);
  struct smpi_taken t = {0}; /* r, then its rows */
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  uint64_t *tops = smpi_scratch(s, 2 * m, 8);
  struct smpi_nodes nodes = {smpi_scratch(s, SMPI_RING_BITS * stride, 8), smpi_scratch(s, SMPI_RING_BITS * stride, 8),
                             stride, m};
  TRY(tops == NULL || nodes.g == NULL || nodes.p == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_triple_take(s, &t, SMPI_EDABIT, m));                                   /* 2. take   */
  TRY(open_rows(s, &nodes, tops, d, t.col[0], n));                                /* 3. open   */
  memcpy(tops + m, t.col[1 + TOP], m * sizeof *tops);
  smpi_bitless_leaves(&nodes, t.col + 1, TOP, smpi_is_first(s));
  smpi_triple_wipe(&t);
  TRY(smpi_bitless_run(s, &nodes, TOP, SMPI_BORROW_TOP));                         /* 4. borrow */
  memcpy(bits, nodes.g + (TOP - 1) * stride, m * sizeof *bits);
  smpi_sign_finish(bits, tops, tops + m, smpi_is_first(s), m);                    /* 5. sign   */
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(bits, m * sizeof *bits);
  return err;
}

/* --- which protocol --------------------------------------------------------------
 * Where lookups can be had, the millionaires' protocol takes fewer bytes all in, fewer
 * rounds and half the work: 225 bytes a number for 527.  After preprocessing it takes
 * more, 37.3 for 30.6.  Both give the same functionality, and the parties agree on what decides. */

smpc_err smpi_sign(struct smpc_session *s, shr *bits, const shr *d, size_t n) {
  if (smpi_triple_has_lookups(smpi_parties(s), smpi_source_of(s))) return smpi_mill_sign(s, bits, d, n);
  return masked_sign(s, bits, d, n);
}

static void masked_sign_cost(struct smpi_cost *c, size_t n) {
  size_t m = smpi_ceil_div(n, 64);
  smpi_triple_cost(c, SMPI_EDABIT, m);
  smpi_open_cost(c, n);
  smpi_bitless_run_cost(c, TOP, m, SMPI_BORROW_TOP);
}

void smpi_sign_cost(struct smpi_cost *c, size_t n) {
  if (smpi_triple_has_lookups(c->parties, c->source)) smpi_mill_sign_cost(c, n);
  else masked_sign_cost(c, n);
}

/* --- less than ------------------------------------------------------------------- */

static smpc_err less_block(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  shr *bits = smpi_scratch(s, smpi_ceil_div(n, 64), sizeof *bits);
  shr *d = smpi_scratch(s, n, sizeof *d);
  TRY(bits == NULL || d == NULL ? SMPC_E_NOMEM : SMPC_OK);
  smpi_ring_sub(d, x, y, n);                                                      /* 1. x - y  */
  TRY(smpi_sign(s, bits, d, n));
  TRY(smpi_b2a(s, z, bits, n));                                                   /* 6. to sum */
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_less(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  return smpi_blocks_run(s, z, x, y, n, SMPI_BLOCK, less_block);
}

/* x, y and x - y side by side, each padded to whole words of bits. */
static smpc_err full_block(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), padded = 64 * m;
  smpc_err err;
  shr *signs = smpi_scratch(s, 5 * m, sizeof *signs), *u = signs + 3 * m, *v = signs + 4 * m;
  shr *d = smpi_scratch(s, 3 * padded, sizeof *d);
  TRY(signs == NULL || d == NULL ? SMPC_E_NOMEM : SMPC_OK);
  memset(d, 0, 3 * padded * sizeof *d);
  memcpy(d, x, n * sizeof *d);
  memcpy(d + padded, y, n * sizeof *d);
  smpi_ring_sub(d + 2 * padded, x, y, n);
  TRY(smpi_sign(s, signs, d, 3 * padded));
  smpi_less_full_operands(u, v, signs, signs + m, signs + 2 * m, m);
  TRY(smpi_and(s, u, u, v, m));
  smpi_ring_xor(u, u, signs + 2 * m, m);
  TRY(smpi_b2a(s, z, u, n));
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_less_full(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  return smpi_blocks_run(s, z, x, y, n, SMPI_LESS_FULL_BLOCK, full_block);
}

void smpi_less_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(SMPI_BLOCK, n - i);
    smpi_sign_cost(c, k);
    smpi_b2a_cost(c, k);
  }
}

void smpi_less_full_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(SMPI_LESS_FULL_BLOCK, n - i);
    size_t m = smpi_ceil_div(k, 64);
    smpi_sign_cost(c, 3 * 64 * m);
    smpi_and_cost(c, m);
    smpi_b2a_cost(c, k);
  }
}
