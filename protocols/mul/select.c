/* select.c - one of two shared values, by a shared bit.
 *
 * Functionality F_select  from every party shares of b in {0, 1}, x and y; gives
 *                         every party a fresh share of b ? x : y.
 * Protocol      Pi_select in the F_mul-hybrid model:
 *     1. locally      [d] = [x] - [y]
 *     2. multiply     [t] = [b] [d]                               (1 round)
 *     3. locally      [z] = [t] + [y]
 * Why           z = b (x - y) + y.
 * Security      that of F_mul (beaver.c): nothing else is sent.
 * Assumes       F_mul.
 * Cost          1 product.
 * Secrets       all.
 * Differs from  folklore: nothing.
 */
#include "mul/select.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "mul/beaver.h"
#include "session/agreed.h"

static smpc_err select_block(struct smpc_session *s, shr *z, const shr *bit, const shr *x, const shr *y, size_t n) {
  smpc_err err = SMPC_OK;
  size_t mark = smpi_scratch_mark(s);
  shr *d = smpi_scratch(s, n, sizeof *d), *t = smpi_scratch(s, n, sizeof *t);
  if (d == NULL || t == NULL) TRY(SMPC_E_NOMEM);
  smpi_ring_sub(d, x, y, n);                 /* 1. */
  TRY(smpi_beaver_mul(s, t, bit, d, n));     /* 2. */
  smpi_ring_add(z, t, y, n);                 /* 3. */
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_select(struct smpc_session *s, shr *z, const shr *bit, const shr *x, const shr *y, size_t n) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += SMPI_BLOCK)
    err = select_block(s, z + i, bit + i, x + i, y + i, smpi_min(SMPI_BLOCK, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

void smpi_select_cost(struct smpi_cost *c, size_t n) { smpi_beaver_cost(c, n); }
