/* steps.c - one shared number against several public ones.
 *
 * Functionality F_steps  from every party a share of x, from everybody public
 *                        t_1 .. t_k; gives every party fresh shares of the bits
 *                        [x < t_j]; reveals nothing.
 * Protocol      Pi_steps [EGK+20], comparison by edaBits, one mask for all:
 *     1. take       an edaBit: [r] by sum, its 64 bits r_i by xor
 *     2. open       c = x + r                                       (1 round)
 *     3. locally    c_j = c - t_j, public; x - t_j = c_j - r
 *     4. bitless.c  [b_j] = [c_j mod 2^63 < r mod 2^63], all j at once (6 rounds)
 *     5. locally    the top bit of x - t_j:  c_j,63 ^ [r_63] ^ [b_j]
 *     6. b2a.c      all of them as shares by sum                    (1 round)
 * Why           as in compare/less.c: the top bit of x - t_j says x < t_j.
 * Security      perfect in the F_triple-hybrid model, semi-honest, up to P-1 of
 *               P parties: c is uniform, and opened once; the c_j follow from it.
 *               The carry trees of different j share r, but every AND in them
 *               has a bit triple of its own.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          8 rounds; 8 + k (22.5 + 1/8) bytes a number to each peer.
 * Secrets       x r b_j; public only after step 2: c, c_j.
 * Differs from  the paper: one edaBit serves k comparisons with public numbers.
 */
#include "function/steps.h"

#include <string.h>

#include "base/mem.h"
#include "compare/b2a.h"
#include "compare/bitless.h"
#include "compare/less.h"
#include "math/bits.h"
#include "share/open.h"
#include "triple/cost.h"
#include "triple/triple.h"

enum { BITS = 64, TOP = BITS - 1 }; /* SECURITY: the width of the ring */

/* Steps 1 and 2: c := x + r, opened. */
static smpc_err open_masked(struct smpc_session *s, pub *c, struct smpi_taken *t, const shr *x, size_t n) {
  shr *masked = (shr *)(void *)c; /* opened in place */
  smpc_err err;
  TRY(smpi_triple_take(s, t, SMPI_EDABIT, smpi_ceil_div(n, 64)));
  smpi_sign_mask(masked, x, t->col[0], n);
  TRY(smpi_open_all(s, c, masked, n, SMPI_SUM));
out:
  return err;
}

/* Step 3: the rows of all c_j beside one another in nodes->g, m words each; those
 * of r repeated as often. */
static void lay_rows(const struct smpi_nodes *nodes, uint64_t *r_rows, uint64_t *difference, const pub *c, size_t n,
                     const uint64_t *step, unsigned k, uint64_t *const *r) {
  size_t m = smpi_ceil_div(n, 64);
  for (unsigned j = 0; j < k; j++) {
    for (size_t i = 0; i < n; i++) difference[i] = c[i].v - step[j];
    smpi_bits_slice((uint64_t *)(void *)nodes->g + j * m, nodes->stride, difference, n);
    for (unsigned i = 0; i < BITS; i++) memcpy(r_rows + i * nodes->m + j * m, r[i], m * sizeof *r_rows);
  }
}

/* Steps 4 and 5: nodes->g holds c_j and becomes the borrows; bits := the signs. */
static smpc_err find_signs(struct smpc_session *s, shr *bits, uint64_t *top_c, const struct smpi_nodes *nodes,
                           uint64_t *r_rows) {
  uint64_t *row[BITS];
  smpc_err err;
  for (unsigned i = 0; i < BITS; i++) row[i] = r_rows + i * nodes->m;
  memcpy(top_c, nodes->g + TOP * nodes->stride, nodes->m * sizeof *top_c);
  smpi_bitless_leaves(nodes, row, TOP, smpi_is_first(s));
  TRY(smpi_bitless_run(s, nodes, TOP, SMPI_BORROW_TOP));
  memcpy(bits, nodes->g + (TOP - 1) * nodes->stride, nodes->m * sizeof *bits);
  smpi_sign_finish(bits, top_c, row[TOP], smpi_is_first(s), nodes->m);
out:
  return err;
}

smpc_err smpi_steps(struct smpc_session *s, shr *z, const shr *x, size_t n, const uint64_t *step, unsigned k) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), w = m * k, stride = smpi_bitless_stride(w);
  struct smpi_taken t = {0};
  smpc_err err = smpi_status(s);
  if (err != SMPC_OK || n == 0) goto out;
  if (n > SMPI_FUNCTION_BLOCK || k < 1 || k > SMPI_STEPS_MAX) {
    err = smpi_fail(s, SMPC_E_ARG, -1, "%zu numbers cannot be compared with %u steps at once", n, k);
    goto out;
  }
  struct smpi_nodes nodes = {smpi_scratch(s, BITS * stride, 8), smpi_scratch(s, BITS * stride, 8), stride, w};
  uint64_t *r_rows = smpi_scratch(s, BITS * w, 8), *top_c = smpi_scratch(s, w + n, 8);
  shr *bits = smpi_scratch(s, w, sizeof *bits);
  pub *c = smpi_scratch(s, n, sizeof *c);
  TRY(!nodes.g || !nodes.p || !r_rows || !top_c || !bits || !c ? SMPC_E_NOMEM : SMPC_OK);
  TRY(open_masked(s, c, &t, x, n));                             /* 1. take, 2. open */
  lay_rows(&nodes, r_rows, top_c + w, c, n, step, k, t.col + 1); /* 3. differences   */
  smpi_triple_wipe(&t);
  TRY(find_signs(s, bits, top_c, &nodes, r_rows));              /* 4. borrows, 5. signs */
  TRY(smpi_b2a(s, z, bits, 64 * w));                            /* 6. to sum        */
out:
  smpi_triple_wipe(&t);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(z, 64 * w * sizeof *z);
  return err;
}

void smpi_steps_cost(struct smpi_cost *c, size_t n, unsigned k) {
  size_t m = smpi_ceil_div(n, 64);
  if (n == 0) return;
  smpi_triple_cost(c, SMPI_EDABIT, m);
  smpi_open_cost(c, n);
  smpi_bitless_run_cost(c, TOP, m * k, SMPI_BORROW_TOP);
  smpi_b2a_cost(c, 64 * m * k);
}
