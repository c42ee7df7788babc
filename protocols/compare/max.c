/* max.c - the largest of a shared vector.
 *
 * Functionality F_max   from every party shares of x_0 .. x_(n-1); gives every
 *                       party a fresh share of the largest; reveals nothing.
 * Protocol      Pi_max  a tournament; while k > 1 values are left:
 *     1. less.c      [b] = [left half < right half], elementwise    (8 rounds)
 *     2. select.c    left half := b ? right half : left half        (1 round)
 *     3. locally     an odd value out goes to the next round as it is
 * Why           the larger of each pair stays.
 * Security      that of F_less and F_select, whose results stay shared; who
 *               meets whom depends on n alone.
 * Assumes       F_less, F_select.
 * Cost          9 ceil(log2 n) rounds.
 * Secrets       all values and bits.
 * Differs from  nothing: a folklore composition.
 */
#include "compare/max.h"

#include <string.h>

#include "base/mem.h"
#include "compare/less.h"
#include "mul/select.h"

smpc_err smpi_max(struct smpc_session *s, shr *max, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  TRY(smpi_status(s));
  if (n == 0) {
    err = smpi_fail(s, SMPC_E_ARG, -1, "an empty vector has no largest element");
    goto out;
  }
  shr *left = smpi_scratch(s, n, sizeof *left), *b = smpi_scratch(s, n / 2 + 1, sizeof *b);
  TRY(left == NULL || b == NULL ? SMPC_E_NOMEM : SMPC_OK);
  memcpy(left, x, n * sizeof *left);
  for (size_t k = n, half; k > 1; k -= half) {
    half = k / 2;
    const shr *right = left + (k - half);
    TRY(smpi_less(s, b, left, right, half));
    TRY(smpi_select(s, left, b, right, left, half));
  }
  *max = left[0];
out:
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(max, sizeof *max);
  return err;
}

void smpi_max_cost(struct smpi_cost *c, size_t n) {
  for (size_t k = n, half; k > 1; k -= half) {
    half = k / 2;
    smpi_less_cost(c, half);
    smpi_select_cost(c, half);
  }
}
