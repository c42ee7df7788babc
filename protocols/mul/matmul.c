/* matmul.c - product of shared matrices, from matrix masks.
 *
 * Functionality F_matmul  from every party shares of X (m x k) and Y (k x n);
 *                         gives every party a fresh share of X Y.
 * Protocol      Pi_matmul [MZ17], in the F_triple-hybrid model:
 *     1. once for X    [A] = a new mask from F_triple
 *     2. take          ([B], [C]) from F_triple, with C = A B, B fresh
 *     3. locally       [E] = [X] - [A] (once),   [F] = [Y] - [B]
 *     4. open          E (once) and F to all                      (1 round)
 *     5. locally       [Z] = [C] + [A] F + E [B] + E F
 *                          = [C] + [A] F + E ([B] + F at one party)
 * Why           Z = A B + A (Y-B) + (X-A) B + (X-A)(Y-B) = X Y.  A slice or
 *               transpose of X has the same slice or transpose of A and E.
 * Security      perfect, semi-honest, up to P-1 of P parties: A hides X alone
 *               and X never changes, so E is uniform and opened once; each
 *               product's B is fresh, so F is uniform.  tests/exhaustive/ counts
 *               the views.  A part of X that a party knows may have a mask that it knows: the
 *               others' views are the same, its own adds A = X - E.  Malicious: no.
 * Assumes       F_triple (triple.h) and authenticated private channels.
 * Cost          1 round; 1 ring element for each element of Y (and of X, once).
 * Secrets       X Y Z A B C and shares of E F; public only after step 4: E, F.
 * Differs from  the paper: any number of parties; views share the mask.
 */
#include "mul/matmul.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/matrix.h"
#include "share/open.h"
#include "triple/cost.h"

void smpi_masked_drop(struct smpc_session *s, struct smpi_masked *mx) {
  smpi_mask_drop(mx->mask);
  smpi_block_put(s, mx->e, mx->rows * mx->cols, sizeof *mx->e);
  mx->mask = NULL;
  mx->e = NULL;
}

void smpi_matmul_combine(uint64_t *z, const uint64_t *a, const uint64_t *e, uint64_t *b, const uint64_t *f, size_t m,
                         size_t k, size_t n, int first) {
  if (first) smpi_ring_add_words(b, f, k * n);
  smpi_matrix_mul_add(z, a, f, m, k, n);
  smpi_matrix_mul_add(z, e, b, m, k, n);
}

/* --- opening E (the first time) and F, one after the other ------------------------- */

struct opening {
  size_t split;       /* elements of E, then those of F */
  const shr *x, *a, *y, *b;
  pub *e, *f;
};

static void mask(void *ctx, size_t first, size_t n, shr *out) {
  const struct opening *p = ctx;
  size_t of_e = first < p->split ? smpi_min(n, p->split - first) : 0;
  if (of_e != 0) smpi_ring_sub(out, p->x + first, p->a + first, of_e);
  size_t at = first + of_e - p->split;
  if (of_e < n) smpi_ring_sub(out + of_e, p->y + at, p->b + at, n - of_e);
}

static void combine(void *ctx, size_t first, size_t n, const pub *value) {
  const struct opening *p = ctx;
  size_t of_e = first < p->split ? smpi_min(n, p->split - first) : 0;
  if (of_e != 0) memcpy(p->e + first, value, of_e * sizeof *value);
  if (of_e < n) memcpy(p->f + (first + of_e - p->split), value + of_e, (n - of_e) * sizeof *value);
}

/* --- the view ------------------------------------------------------------------------ */

static bool view_fits(const struct smpi_masked *mx, const struct smpi_mask_view *v) {
  return v->row <= mx->rows && v->rows <= mx->rows - v->row && v->col <= mx->cols && v->cols <= mx->cols - v->col;
}

static bool is_whole(const struct smpi_masked *mx, const struct smpi_mask_view *v) {
  return !v->transposed && v->cols == mx->cols; /* whole rows lie together */
}

/* The view of a matrix of mx's shape: itself, or a dense copy in scratch. */
static const uint64_t *view_of(struct smpc_session *s, const struct smpi_masked *mx, const struct smpi_mask_view *v,
                               const uint64_t *whole) {
  const uint64_t *from = whole + v->row * mx->cols + v->col;
  if (is_whole(mx, v)) return from;
  uint64_t *block = smpi_scratch(s, v->rows * v->cols, sizeof *block), *turned;
  if (block == NULL) return NULL;
  for (size_t i = 0; i < v->rows; i++) memcpy(block + i * v->cols, from + i * mx->cols, v->cols * sizeof *block);
  if (!v->transposed) return block;
  turned = smpi_scratch(s, v->rows * v->cols, sizeof *turned);
  if (turned != NULL) smpi_matrix_transpose(turned, block, v->rows, v->cols);
  return turned;
}

/* --- the driver ----------------------------------------------------------------------- */

static smpc_err open_both(struct smpc_session *s, struct smpi_masked *mx, const shr *x, const shr *y, const shr *b,
                          pub *f, size_t f_len, bool opens_x) {
  struct opening p = {.split = opens_x ? mx->rows * mx->cols : 0, .x = x, .a = smpi_mask_share(mx->mask), .y = y,
                      .b = b, .e = mx->e, .f = f};
  struct smpi_opening op = {mask, combine, &p, SMPI_SUM};
  return smpi_open_stream(s, p.split + f_len, &op);
}

static smpc_err begin(struct smpc_session *s, struct smpi_masked *mx) {
  smpc_err err = smpi_mask_new(s, &mx->mask, mx->rows, mx->cols, mx->owners);
  if (err != SMPC_OK) return err;
  mx->e = smpi_block_get(s, mx->rows * mx->cols, sizeof *mx->e);
  return mx->e != NULL ? SMPC_OK : smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
}

static smpc_err multiply(struct smpc_session *s, shr *z, struct smpi_masked *mx, const struct smpi_mask_view *view,
                         const shr *x, const shr *y, size_t n) {
  smpc_err err = SMPC_OK;
  bool opens_x = mx->mask == NULL;
  size_t m = view->transposed ? view->cols : view->rows, k = view->transposed ? view->rows : view->cols;
  struct smpi_mask_view v = *view;
  shr *b = smpi_scratch(s, k * n, sizeof *b);
  pub *f = smpi_scratch(s, k * n, sizeof *f);
  if (b == NULL || f == NULL) TRY(SMPC_E_NOMEM);
  if (opens_x) TRY(begin(s, mx));                                      /* 1. mask    */
  v.mask = mx->mask;
  TRY(smpi_mask_product(s, &v, n, b, z));                              /* 2. take    */
  TRY(open_both(s, mx, x, y, b, f, k * n, opens_x));                   /* 3. 4. open */
  const uint64_t *a = view_of(s, mx, view, &smpi_mask_share(mx->mask)->v), *e = view_of(s, mx, view, &mx->e->v);
  if (a == NULL || e == NULL) TRY(SMPC_E_NOMEM);
  smpi_matmul_combine(&z->v, a, e, &b->v, &f->v, m, k, n, smpi_is_first(s)); /* 5.   */
out:
  if (err != SMPC_OK && opens_x) smpi_masked_drop(s, mx);
  return err;
}

smpc_err smpi_matmul(struct smpc_session *s, shr *z, struct smpi_masked *mx, const struct smpi_mask_view *view,
                     const shr *x, const shr *y, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = view->transposed ? view->cols : view->rows;
  smpc_err err = smpi_status(s);
  if (err == SMPC_OK && !view_fits(mx, view)) err = smpi_fail(s, SMPC_E_SHAPE, -1, "the view does not fit its matrix");
  if (view->rows == 0 || view->cols == 0 || n == 0) memset(z, 0, m * n * sizeof *z);
  else if (err == SMPC_OK) err = multiply(s, z, mx, view, x, y, n);
  smpi_scratch_release(s, mark);
  if (err != SMPC_OK) smpi_wipe(z, m * n * sizeof *z);
  return err;
}

void smpi_matmul_cost(struct smpi_cost *c, size_t opens_x, size_t m, size_t k, size_t n) {
  if (m == 0 || k == 0 || n == 0) return;
  smpi_open_cost(c, opens_x + k * n);
  if (opens_x != 0) smpi_mask_cost(c, opens_x, 1);
  smpi_product_cost(c, m, k, n);
}
