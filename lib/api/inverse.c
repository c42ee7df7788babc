/* inverse.c - the inverse of a shared symmetric positive definite matrix.
 *
 * Functionality F_inverse  from every party a share of A (n x n, fixed point), and
 *                          perhaps of a first guess; gives every party a share
 *                          of an approximation X of A^-1, and of the residual
 *                          sum (I - A X)_ij^2; reveals nothing but what F_trunc does.
 * Protocol      Pi_inverse [Sch33], in the F_matmul-hybrid model:
 *     1. locally    [X] = the guess, or I / b with a public b >= the largest eigenvalue
 *     2. `steps` times:  [R] = [A] [X];  [X] := [X] (2 I - [R])      (4 rounds each)
 *     3. if asked   [E] = I - [A] [X], squared and summed            (4 rounds)
 * Why           I - A X_(k+1) = (I - A X_k)^2: the residual is squared at every step
 *               while its spectral norm is below 1, which holds for X_0 = I/b:
 *               its eigenvalues are 1 - l/b [BC66].  With 1 - l/b = 1 - 2^-k, k steps
 *               bring it to 1/e, five more to e^-32.
 * Error         the last step computes X (2 I - A X - D), with |D_ij| < 2^-f from the
 *               truncation of A X, and truncates again: |X - A^-1|_ij <=
 *               (n max_ij |A^-1| + 1) 2^-f once the exact residual is below that.
 *               Earlier errors are squared like the residual.
 * Ranges        b >= the largest eigenvalue keeps all entries of A X in [-1, 1], and X
 *               below A^-1; A^-1's entries must be below 2^(61 - 2f).
 * Security      that of F_matmul and F_trunc; the number of steps is public.
 * Assumes       F_matmul, F_trunc.
 * Cost          per step: 2 matrix products; A is masked once, every X once.
 * Secrets       A X R E.
 * Differs from  the papers: fixed point; a fixed number of steps, the residual
 *               checked in shares by the caller.
 */
#include <math.h>

#include "api/value.h"
#include "base/mem.h"

enum { MAX_SIDE = 4096, MAX_STEPS = 100 };

/* k I, public. */
static smpc_shared *unit(smpc_session *s, size_t n, double k) {
  double *v = smpi_alloc(n * n, sizeof *v);
  if (v == NULL) {
    smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
    return NULL;
  }
  for (size_t i = 0; i < n; i++) v[i * (n + 1)] = k;
  smpc_shared *x = smpc_constant(s, v, (smpc_shape){n, n});
  smpi_free(v);
  return x;
}

/* k I - A X; the product is freed.  Its entries are in [-1, 1], but for rounding: Ranges. */
static smpc_shared *residual_of(smpc_session *s, const smpc_shared *a, const smpc_shared *x, const smpc_shared *k_unit) {
  smpc_shared *r = smpc_matmul(s, a, x);
  smpc_assume_range(s, r, 2);
  smpc_shared *z = smpc_sub(s, k_unit, r);
  smpc_shared_free(s, r);
  return z;
}

static smpc_shared *sum_of_squares(smpc_session *s, smpc_shared *e) {
  size_t n = smpc_shared_shape(e).rows * smpc_shared_shape(e).cols;
  smpc_shared *row = smpc_reshape(s, e, (smpc_shape){1, n}), *z = smpc_matmul(s, row, smpc_transpose(s, row));
  smpc_shared_free(s, row);
  smpc_shared_free(s, e);
  return z;
}

static bool fits(smpc_session *s, const smpc_shared *a, const smpc_shared *start, double bound, unsigned steps) {
  struct smpi_op op;
  bool begins = start == NULL ? SMPI_BEGIN(&op, s, "smpc_inverse", a) : SMPI_BEGIN(&op, s, "smpc_inverse", a, start);
  if (!begins) return false;
  smpi_absorb(s, &bound, sizeof bound);
  smpi_absorb_u64(s, steps);
  if (a->rows != a->cols || a->rows < 1 || a->rows > MAX_SIDE || a->frac == 0)
    smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_inverse: %zu x %zu is no square matrix in fixed point", a->rows, a->cols);
  else if (start != NULL && (start->rows != a->rows || start->cols != a->cols || start->frac != a->frac))
    smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_inverse: the start has another shape or scale than the matrix");
  else if ((start == NULL && !(bound > 0 && isfinite(bound))) || steps > MAX_STEPS)
    smpi_fail(s, SMPC_E_ARG, -1, "smpc_inverse: the bound must be above 0, and the steps at most %d", MAX_STEPS);
  smpi_op_end(&op, NULL, SMPC_OK);
  return smpi_status(s) == SMPC_OK;
}

smpc_shared *smpc_inverse(smpc_session *s, const smpc_shared *a, const smpc_shared *start, double bound, unsigned steps,
                          smpc_shared **residual) {
  if (residual != NULL) *residual = NULL;
  if (!fits(s, a, start, bound, steps)) return NULL;
  smpc_shape shape = smpc_shared_shape(a);
  const double largest = ldexp(1, 61 - 2 * (int)smpi_frac_bits(s)); /* the condition on A^-1's entries */
  smpc_shared *two = unit(s, shape.rows, 2), *one = unit(s, shape.rows, 1);
  smpc_shared *x = start != NULL ? smpc_slice(s, start, 0, 0, shape) : unit(s, shape.rows, 1 / bound); /* 1. */
  for (unsigned i = 0; i < steps; i++) {                                                             /* 2. */
    smpc_shared *t = residual_of(s, a, x, two), *next = smpc_matmul(s, x, t);
    smpc_assume_range(s, next, largest);
    smpc_shared_free(s, t);
    smpc_shared_free(s, x);
    x = next;
  }
  if (residual != NULL) *residual = sum_of_squares(s, residual_of(s, a, x, one));                    /* 3. */
  smpc_shared_free(s, two);
  smpc_shared_free(s, one);
  return x;
}
