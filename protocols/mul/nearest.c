/* nearest.c - division of shared values by 2^f, rounded to nearest.
 *
 * Functionality F_nearest  from every party shares of x; gives every party a
 *                          fresh share of floor(x / 2^f + 1/2).
 * Protocol      Pi_nearest in the (F_triple, F_less)-hybrid model:
 *     1. - 4.         Pi_trunc (trunc.c) on x + 2^(f-1): opens c, gives [y] with
 *                     y = floor((x + 2^(f-1)) / 2^f) + u
 *     5. locally      c0 = c mod 2^f,  [r0] = [r] - 2^f [h] - 2^63 [m] = r mod 2^f
 *     6. less-than    [u] = c0 < [r0]                              (8 rounds)
 *     7. locally      [z] = [y] - [u]
 * Why           u is the carry of (x mod 2^f) + r0 into bit f, and the low bits
 *               of the sum, c0, are smaller than r0 exactly when there was one.
 * Security      that of Pi_trunc and F_less: c is uniform, the result a function
 *               of x.  Malicious: no.
 * Assumes       F_triple, F_less (compare/less.h), authenticated private channels.
 * Cost          9 rounds; 1 ring element per value to each peer, and F_less.
 * Secrets       as in trunc.c, and r0 u y.
 * Differs from  [DEK20]: a comparison of public with shared numbers removes the carry.
 */
#include "mul/nearest.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/less.h"
#include "mul/trunc_local.h"
#include "session/agreed.h"
#include "share/open.h"
#include "triple/cost.h"

static void add_half(shr *z, const shr *x, size_t n, unsigned f, int first) {
  smpi_ring_scale(z, x, (pub){1}, (pub){first ? UINT64_C(1) << (f - 1) : 0}, n);
}

static smpc_err nearest_block(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  smpc_err err = SMPC_OK;
  struct smpi_taken t = {0};
  unsigned f = smpi_frac_bits(s);
  int first = smpi_is_first(s);
  size_t mark = smpi_scratch_mark(s);
  shr *c_low = smpi_scratch(s, n, sizeof *c_low), *r_low = smpi_scratch(s, n, sizeof *r_low);
  pub *c = smpi_scratch(s, n, sizeof *c);
  if (c_low == NULL || r_low == NULL || c == NULL) TRY(SMPC_E_NOMEM);
  TRY(smpi_triple_take(s, &t, SMPI_TRUNC, n));                                        /* 1. */
  add_half(c_low, x, n, f, first);
  smpi_trunc_mask(c_low, c_low, t.col[0], n, first);                                  /* 2. */
  TRY(smpi_open_all(s, c, c_low, n, SMPI_SUM));                                       /* 3. */
  smpi_trunc_combine(z, c, t.col[1], t.col[2], n, f, first);                          /* 4. */
  smpi_trunc_low(c_low, r_low, c, t.col[0], t.col[1], t.col[2], n, f, first);         /* 5. */
  TRY(smpi_less(s, c_low, c_low, r_low, n));                                          /* 6. */
  smpi_ring_sub(z, z, c_low, n);                                                      /* 7. */
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_trunc_nearest(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += SMPI_BLOCK) err = nearest_block(s, z + i, x + i, smpi_min(SMPI_BLOCK, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

void smpi_trunc_nearest_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0; i < n; i += SMPI_BLOCK) {
    smpi_open_cost(c, smpi_min(SMPI_BLOCK, n - i));
    smpi_less_cost(c, smpi_min(SMPI_BLOCK, n - i));
  }
  smpi_triple_cost(c, SMPI_TRUNC, n);
}
