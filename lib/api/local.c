/* local.c - the operations every party does on its own shares: no rounds. */
#include <math.h>
#include <string.h>

#include "api/value.h"

/* A value is owned when one member can compute it alone: from its own inputs and
 * public constants. */
static void own(smpc_shared *z, const smpc_shared *x, const smpc_shared *y) {
  smpi_value_own(z, x->owner == y->owner ? x->owner : -1);
}

typedef void combine(shr *z, const shr *x, const shr *y, size_t n);

static smpc_shared *combine_two(smpc_session *s, const char *name, combine *f, const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  size_t rows, cols;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, name, x, y)) return NULL;
  TRY(smpi_value_same_scale(s, x, y));
  TRY(smpi_value_fit(s, x, y, &rows, &cols));
  z = smpi_value_new(s, rows, cols, x->frac);
  smpi_value_range(z, x->range + y->range, x->frac, 63);
  own(z, x, y);
  if (z != NULL && smpi_has_data(s)) {
    const shr *a = smpi_value_spread(s, x, rows, cols), *b = smpi_value_spread(s, y, rows, cols);
    if (a != NULL && b != NULL) f(z->v, a, b, rows * cols);
  }
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_add(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  return combine_two(s, "smpc_add", smpi_ring_add, x, y);
}

smpc_shared *smpc_sub(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  return combine_two(s, "smpc_sub", smpi_ring_sub, x, y);
}

/* Only the first party adds the public constant. */
smpc_shared *smpc_scale_i64(smpc_session *s, int64_t k, const smpc_shared *x, int64_t plus) {
  struct smpi_op op;
  if (!SMPI_BEGIN(&op, s, "smpc_scale_i64", x)) return NULL;
  smpi_absorb_u64(s, (uint64_t)k);
  smpi_absorb_u64(s, (uint64_t)plus);
  smpc_shared *z = smpi_value_new(s, x->rows, x->cols, x->frac);
  smpi_value_range(z, fabs((double)k) * x->range + fabs((double)plus), x->frac, 63);
  own(z, x, x);
  if (z != NULL && smpi_has_data(s)) {
    pub factor = {(uint64_t)k}, offset = {smpi_is_first(s) ? (uint64_t)plus << x->frac : 0};
    smpi_ring_scale(z->v, x->v, factor, offset, smpi_value_len(x));
  }
  return smpi_op_end(&op, z, SMPC_OK);
}

smpc_shared *smpc_sum(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  if (!SMPI_BEGIN(&op, s, "smpc_sum", x)) return NULL;
  smpc_shared *z = smpi_value_new(s, 1, 1, x->frac);
  smpi_value_range(z, (double)smpi_value_len(x) * x->range, x->frac, 63);
  own(z, x, x);
  if (z != NULL && smpi_has_data(s)) z->v[0] = smpi_ring_sum(x->v, smpi_value_len(x));
  return smpi_op_end(&op, z, SMPC_OK);
}

smpc_shared *smpc_sum_rows(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  if (!SMPI_BEGIN(&op, s, "smpc_sum_rows", x)) return NULL;
  smpc_shared *z = smpi_value_new(s, 1, x->cols, x->frac);
  smpi_value_range(z, (double)x->rows * x->range, x->frac, 63);
  own(z, x, x);
  if (z != NULL && smpi_has_data(s))
    for (size_t i = 0; i < x->rows && x->cols != 0; i++) smpi_ring_add(z->v, z->v, x->v + i * x->cols, x->cols);
  return smpi_op_end(&op, z, SMPC_OK);
}

smpc_shared *smpc_slice(smpc_session *s, const smpc_shared *x, size_t row, size_t col, smpc_shape shape) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_slice", x)) return NULL;
  smpi_absorb_u64(s, row);
  smpi_absorb_u64(s, col);
  smpi_absorb_u64(s, shape.rows);
  smpi_absorb_u64(s, shape.cols);
  if (row > x->rows || col > x->cols || shape.rows > x->rows - row || shape.cols > x->cols - col)
    err = smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_slice: %zu x %zu at (%zu, %zu) is not inside %zu x %zu", shape.rows,
                    shape.cols, row, col, x->rows, x->cols);
  else z = smpi_value_view(s, x, row, col, shape.rows, shape.cols, false);
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_transpose(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  if (!SMPI_BEGIN(&op, s, "smpc_transpose", x)) return NULL;
  return smpi_op_end(&op, smpi_value_view(s, x, 0, 0, x->rows, x->cols, true), SMPC_OK);
}

smpc_shared *smpc_concat(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_concat", x, y)) return NULL;
  TRY(smpi_value_same_scale(s, x, y));
  if (x->cols != y->cols || x->rows > SIZE_MAX - y->rows)
    TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_concat: %zu x %zu and %zu x %zu do not fit together", x->rows, x->cols,
                  y->rows, y->cols));
  z = smpi_value_new(s, x->rows + y->rows, x->cols, x->frac);
  smpi_value_range(z, fmax(x->range, y->range), x->frac, 63);
  smpi_value_stack(z, x, y);
  if (z != NULL && smpi_has_data(s)) {
    memcpy(z->v, x->v, smpi_value_len(x) * sizeof *z->v);
    memcpy(z->v + smpi_value_len(x), y->v, smpi_value_len(y) * sizeof *z->v);
  }
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_reshape(smpc_session *s, const smpc_shared *x, smpc_shape shape) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_reshape", x)) return NULL;
  smpi_absorb_u64(s, shape.rows);
  smpi_absorb_u64(s, shape.cols);
  size_t n = smpi_value_len(x);
  bool same = n == 0 ? shape.rows == 0 || shape.cols == 0
                     : shape.rows != 0 && n / shape.rows == shape.cols && n % shape.rows == 0;
  if (!same)
    TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_reshape: %zu x %zu has not as many elements as %zu x %zu", shape.rows,
                  shape.cols, x->rows, x->cols));
  z = smpi_value_new(s, shape.rows, shape.cols, x->frac);
  smpi_value_range(z, x->range, x->frac, 63);
  own(z, x, x);
  if (z != NULL && smpi_has_data(s)) memcpy(z->v, x->v, n * sizeof *z->v);
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_as_i64(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  if (!SMPI_BEGIN(&op, s, "smpc_as_i64", x)) return NULL;
  smpc_shared *z = smpi_value_new(s, x->rows, x->cols, 0);
  smpi_value_range(z, ldexp(x->range, (int)x->frac), 0, 63);
  own(z, x, x);
  if (z != NULL && smpi_has_data(s)) memcpy(z->v, x->v, smpi_value_len(x) * sizeof *z->v);
  return smpi_op_end(&op, z, SMPC_OK);
}

smpc_shape smpc_shared_shape(const smpc_shared *x) {
  smpc_shape none = {0, 0};
  if (x == NULL) return none;
  smpc_shape shape = {x->rows, x->cols};
  return shape;
}

int smpc_shared_owner(const smpc_shared *x) { return x == NULL ? -1 : x->owner; }

/* Freeing is local and says nothing to anybody: parties may free at different
 * times.  After a failure it still wipes. */
void smpc_shared_free(smpc_session *s, smpc_shared *x) {
  if (s != NULL && x != NULL && x->s == s) smpi_value_free(x);
}
