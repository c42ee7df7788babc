/* matmul.h - product of shared matrices, from matrix masks. */
#ifndef SMPI_MATMUL_H
#define SMPI_MATMUL_H

#include "triple/triple.h"

/* What hides one immutable shared matrix X, rows x cols, for its whole life:
 * one mask A, and E = X - A, opened at the first product.  Slices and
 * transposes of X share it; any other value needs its own, since two values
 * under one mask leak their difference.  Zeroed but for the shape (and owners): not opened. */
struct smpi_masked {
  size_t rows, cols;
  const struct smpi_owners *owners; /* who knows X, or NULL; read when it is opened */
  struct smpi_mask *mask; /* NULL: not opened yet */
  pub *e;
};
void smpi_masked_drop(struct smpc_session *s, struct smpi_masked *mx); /* wipes; shape and owners stay */

/* z := view(X) y, where the view (its `mask` field is not read) is m x k.
 *   in    x            this party's share of the whole X, row-major; read only at
 *                      the first product of mx
 *         y[k * n]     row-major
 *   out   z[m * n]     fresh shares; must not overlap x or y
 *   uses  one product of F_triple; a mask as large as X at the first.  Owned rows of X get
 *         a mask that their owner knows: to it E says nothing new, to the others the same
 *   cost  1 round, 8 bytes to each other party for each element of y, and of X
 *         the first time; with P > 2 and more than 8192 elements, 2 rounds and
 *         16 (P-1)/P bytes an element in all.  Locally two plain products.
 *   leaks nothing: the opened values are uniform, whatever X and y
 *   error z is wiped; SMPC_E_SHAPE when the view does not fit, else of the pool
 *         or of the network */
smpc_err smpi_matmul(struct smpc_session *s, shr *z, struct smpi_masked *mx, const struct smpi_mask_view *view,
                     const shr *x, const shr *y, size_t n);

/* `opens_x`: the elements of X when it is opened for the first time, else 0. */
void smpi_matmul_cost(struct smpi_cost *c, size_t opens_x, size_t m, size_t k, size_t n);

/* The second local half, pure (the first is a subtraction): z holds the share of
 * C and becomes that of the product; a and e are m x k, b and f are k x n; b is
 * used up. */
void smpi_matmul_combine(uint64_t *z, const uint64_t *a, const uint64_t *e, uint64_t *b, const uint64_t *f, size_t m,
                         size_t k, size_t n, int first);

#endif
