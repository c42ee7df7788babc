/* a2b.c - shared numbers from shares by sum to xor shares of their bits.
 *
 * Functionality F_a2b   from every party shares of x in Z_2^64; gives every party
 *                       xor shares of its 64 bits; reveals nothing.
 * Protocol      Pi_a2b  [EGK+20], in the F_triple-hybrid model:
 *     1. take         an edaBit: [r] by sum, its bits r_i by xor
 *     2. open         c = x + r to all                              (1 round)
 *     3. bitless.c    the borrow b_i out of every bit i < 63 of c - r (6 rounds)
 *     4. locally      [x_i] = c_i ^ [r_i] ^ [b_(i-1)]
 * Why           x = c - r, subtracted bit by bit; modulo 2 subtraction is xor.
 * Security      perfect, semi-honest, up to P-1 of P parties: r is uniform and
 *               used once, so c is uniform; for step 3 see bitless.c.
 *               tests/exhaustive/ counts the views.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          7 rounds; 8 + 62 bytes a number to each peer.
 * Secrets       x r b and the shares of c; public only after step 2: c.
 * Differs from  the paper: subtracts r from c, with a prefix tree of borrows.
 */
#include "compare/a2b.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/bitless.h"
#include "compare/less.h"
#include "compare/width.h"
#include "math/bits.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

enum { BITS = SMPI_RING_BITS };

void smpi_a2b_finish(shr *rows, size_t stride, const uint64_t *c_rows, size_t c_stride, uint64_t *const *r,
                     const struct smpi_nodes *borrows, int first) {
  uint64_t one = first ? ~UINT64_C(0) : 0;
  for (unsigned i = 0; i < BITS; i++) {
    const uint64_t *c = c_rows + i * c_stride;
    for (size_t j = 0; j < borrows->m; j++) rows[i * stride + j].v = (c[j] & one) ^ r[i][j];
    if (i > 0) smpi_ring_xor(rows + i * stride, rows + i * stride, borrows->g + (i - 1) * borrows->stride, borrows->m);
  }
}

/* Steps 1 and 2: t := edaBits; c_rows and nodes->g := the rows of c. */
static smpc_err open_sum(struct smpc_session *s, uint64_t *c_rows, const struct smpi_nodes *nodes, struct smpi_taken *t,
                         const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  shr *masked = smpi_scratch(s, n, sizeof *masked);
  pub *c = (pub *)(void *)masked; /* opened in place */
  TRY(masked == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_triple_take(s, t, SMPI_EDABIT, nodes->m));
  smpi_sign_mask(masked, x, t->col[0], n);
  TRY(smpi_open_all(s, c, masked, n, SMPI_SUM));
  smpi_bits_slice(c_rows, nodes->stride, (const uint64_t *)(const void *)c, n);
  smpi_bits_slice((uint64_t *)(void *)nodes->g, nodes->stride, (const uint64_t *)(const void *)c, n);
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_a2b(struct smpc_session *s, shr *rows, size_t stride, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), apart = smpi_bitless_stride(m);
  struct smpi_taken t = {0};
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  if (n > SMPI_BLOCK || stride < m) {
    err = smpi_fail(s, SMPC_E_ARG, -1, "%zu numbers are too many for one bit conversion", n);
    goto out;
  }
  uint64_t *c_rows = smpi_scratch(s, BITS * apart, 8);
  struct smpi_nodes nodes = {smpi_scratch(s, BITS * apart, 8), smpi_scratch(s, BITS * apart, 8), apart, m};
  TRY(c_rows == NULL || nodes.g == NULL || nodes.p == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(open_sum(s, c_rows, &nodes, &t, x, n));                                /* 1. take, 2. open */
  smpi_bitless_leaves(&nodes, t.col + 1, BITS - 1, smpi_is_first(s));
  TRY(smpi_bitless_run(s, &nodes, BITS - 1, SMPI_BORROW_ALL));                     /* 3. borrows       */
  smpi_a2b_finish(rows, stride, c_rows, apart, t.col + 1, &nodes, smpi_is_first(s)); /* 4. bits   */
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(rows, BITS * stride * sizeof *rows);
  return err;
}

void smpi_a2b_cost(struct smpi_cost *c, size_t n) {
  if (n == 0) return;
  size_t m = smpi_ceil_div(n, 64);
  smpi_triple_cost(c, SMPI_EDABIT, m);
  smpi_open_cost(c, n);
  smpi_bitless_run_cost(c, BITS - 1, m, SMPI_BORROW_ALL);
}
