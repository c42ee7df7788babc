/* rounds.c - the operations that need messages: products, comparisons, selection.
 *
 * Each has the same form: check scales and shapes, then either add its cost (a
 * dry run), or run the protocol where this party holds shares. */
#include <math.h>

#include "api/value.h"
#include "compare/equal.h"
#include "compare/less.h"
#include "compare/max.h"
#include "math/fixed.h"
#include "mul/beaver.h"
#include "mul/nearest.h"
#include "mul/select.h"
#include "mul/trunc.h"

/* --- rescaling -------------------------------------------------------------------- */

smpc_err smpc_set_rounding(smpc_session *s, smpc_rounding mode) {
  struct smpi_op op;
  if (s == NULL) return SMPC_E_ARG;
  if (!smpi_op_begin(&op, s, "smpc_set_rounding", 0, NULL)) return smpi_op_refused(s);
  smpi_absorb_u64(s, mode);
  struct smpi_api *api = smpi_api_state(s);
  if (mode != SMPC_ROUND_PROBABILISTIC && mode != SMPC_ROUND_NEAREST)
    smpi_fail(s, SMPC_E_ARG, -1, "smpc_set_rounding: no such mode");
  if (api != NULL) api->rounding = mode;
  smpi_op_end(&op, NULL, SMPC_OK);
  return smpi_status(s);
}

/* z, which has twice the fractional bits, back to once. */
static smpc_err rescale(smpc_session *s, smpc_shared *z) {
  size_t n = smpi_value_len(z);
  struct smpi_api *api = smpi_api_state(s);
  if (api == NULL) return smpi_status(s);
  bool nearest = api->rounding == SMPC_ROUND_NEAREST;
  if (s->is_dry) {
    if (nearest) smpi_trunc_nearest_cost(&s->spent, n);
    else smpi_trunc_probabilistic_cost(&s->spent, n);
  }
  if (!smpi_has_data(s)) return SMPC_OK;
  return nearest ? smpi_trunc_nearest(s, z->v, z->v, n) : smpi_trunc_probabilistic(s, z->v, z->v, n);
}

/* The scale of a product, and whether it must be brought back. */
static bool is_rescaled(const smpc_shared *x, const smpc_shared *y) { return x->frac != 0 && y->frac != 0; }
static unsigned frac_of(const smpc_shared *x, const smpc_shared *y) { return x->frac > y->frac ? x->frac : y->frac; }

/* --- products ---------------------------------------------------------------------- */

smpc_shared *smpc_mul(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  size_t rows, cols;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_mul", x, y)) return NULL;
  TRY(smpi_value_fit(s, x, y, &rows, &cols));
  z = smpi_value_new(s, rows, cols, frac_of(x, y));
  if (z == NULL) goto out;
  smpi_value_range(z, x->range * y->range, x->frac + y->frac, 62);
  if (s->is_dry) smpi_beaver_cost(&s->spent, rows * cols);
  if (smpi_has_data(s)) {
    const shr *a = smpi_value_spread(s, x, rows, cols), *b = smpi_value_spread(s, y, rows, cols);
    if (a == NULL || b == NULL) goto out;
    TRY(smpi_beaver_mul(s, z->v, a, b, rows * cols));
  }
  if (is_rescaled(x, y)) TRY(rescale(s, z));
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_scale(smpc_session *s, double k, const smpc_shared *x, double plus) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  uint64_t factor[2];
  const double constants[2] = {k, plus};
  if (!SMPI_BEGIN(&op, s, "smpc_scale", x)) return NULL;
  unsigned f = smpi_frac_bits(s);
  if (smpi_fixed_encode(factor, constants, 2, f) != SMPC_OK)
    TRY(smpi_fail(s, SMPC_E_RANGE, -1, "smpc_scale: a constant is out of range"));
  /* What is computed with, not the doubles: their last bits may differ between processors, exp()'s and fused sums'. */
  smpi_absorb(s, factor, sizeof factor);
  z = smpi_value_new(s, x->rows, x->cols, f);
  if (z == NULL) goto out;
  smpi_value_range(z, fabs(k) * x->range + fabs(plus), f + x->frac, 62);
  if (smpi_has_data(s)) {
    pub times = {factor[0]}, offset = {smpi_is_first(s) ? factor[1] << x->frac : 0};
    smpi_ring_scale(z->v, x->v, times, offset, smpi_value_len(x));
  }
  if (x->frac != 0) TRY(rescale(s, z));
out:
  return smpi_op_end(&op, z, err);
}

/* --- matrix products ------------------------------------------------------------------ */

/* x as a view of its base: geometry before transposing. */
static struct smpi_mask_view view_of(const smpc_shared *x) {
  return (struct smpi_mask_view){.row = x->row, .col = x->col, .rows = x->is_transposed ? x->cols : x->rows,
                                 .cols = x->is_transposed ? x->rows : x->cols, .transposed = x->is_transposed};
}

/* Dry: what the product would take.  The base is opened by its first product. */
static smpc_err note_product(smpc_session *s, const smpc_shared *x, size_t n) {
  struct smpi_base *b = x->base;
  struct smpi_mask_view v = view_of(x);
  smpc_err err = SMPC_OK;
  smpi_matmul_cost(&s->spent, b->is_noted ? 0 : b->rows * b->cols, x->rows, x->cols, n);
  if (!b->is_noted) {
    b->is_noted = true;
    b->mask_number = smpi_api_state(s)->masks++;
    TRY(smpi_api_note_step(s, &(struct smpi_mask_step){.is_new = true, .rows = b->rows, .cols = b->cols,
                                                            .owners = b->owners}));
  }
  TRY(smpi_api_note_step(s, &(struct smpi_mask_step){.rows = v.rows, .cols = v.cols, .mask = b->mask_number, .row = v.row,
                                                     .col = v.col, .n = n, .transposed = v.transposed}));
out:
  return err;
}

smpc_shared *smpc_matmul(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_matmul", x, y)) return NULL;
  if (x->cols != y->rows)
    TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_matmul: %zu x %zu and %zu x %zu do not fit together", x->rows, x->cols,
                  y->rows, y->cols));
  z = smpi_value_new(s, x->rows, y->cols, frac_of(x, y));
  if (z == NULL || smpi_value_len(x) == 0 || smpi_value_len(y) == 0) goto out;
  smpi_value_range(z, (double)x->cols * x->range * y->range, x->frac + y->frac, 62);
  struct smpi_mask_view v = view_of(x);
  if (s->is_dry) TRY(note_product(s, x, y->cols));
  if (smpi_has_data(s)) TRY(smpi_matmul(s, z->v, &x->base->masked, &v, x->base->v, y->v, y->cols));
  if (is_rescaled(x, y)) TRY(rescale(s, z));
out:
  return smpi_op_end(&op, z, err);
}

/* --- comparisons ------------------------------------------------------------------------ */

typedef smpc_err compare(smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
typedef void compare_cost(struct smpi_cost *c, size_t n);

static smpc_shared *compare_two(smpc_session *s, const char *name, compare *run, compare_cost *cost, unsigned bits,
                                const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  size_t rows, cols;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, name, x, y)) return NULL;
  TRY(smpi_value_same_scale(s, x, y));
  TRY(smpi_value_fit(s, x, y, &rows, &cols));
  z = smpi_value_new(s, rows, cols, 0);
  if (z == NULL) goto out;
  smpi_value_range(z, x->range + y->range, x->frac, bits); /* of the difference */
  z->range = 1;
  if (s->is_dry) cost(&s->spent, rows * cols);
  if (smpi_has_data(s)) {
    const shr *a = smpi_value_spread(s, x, rows, cols), *b = smpi_value_spread(s, y, rows, cols);
    if (a == NULL || b == NULL) goto out;
    TRY(run(s, z->v, a, b, rows * cols));
  }
out:
  return smpi_op_end(&op, z, err);
}

enum { ANY_BITS = 1000 }; /* no range is too wide */

smpc_shared *smpc_less(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  return compare_two(s, "smpc_less", smpi_less, smpi_less_cost, 63, x, y);
}
smpc_shared *smpc_less_full(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  return compare_two(s, "smpc_less_full", smpi_less_full, smpi_less_full_cost, ANY_BITS, x, y);
}
smpc_shared *smpc_equal(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  return compare_two(s, "smpc_equal", smpi_equal, smpi_equal_cost, ANY_BITS, x, y);
}

/* --- selection ---------------------------------------------------------------------------- */

smpc_shared *smpc_select(smpc_session *s, const smpc_shared *bit, const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  size_t rows, cols;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_select", bit, x, y)) return NULL;
  TRY(smpi_value_same_scale(s, x, y));
  TRY(smpi_value_fit(s, x, y, &rows, &cols));
  bool fits = (bit->rows == 1 && bit->cols == 1) || (bit->rows == rows && bit->cols == cols);
  if (bit->frac != 0 || !fits) TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_select: bit must be whole, 1 x 1 or of x's shape"));
  z = smpi_value_new(s, rows, cols, x->frac);
  if (z == NULL) goto out;
  smpi_value_range(z, fmax(x->range, y->range), x->frac, 63);
  if (s->is_dry) smpi_select_cost(&s->spent, rows * cols);
  if (smpi_has_data(s)) {
    const shr *b = smpi_value_spread(s, bit, rows, cols), *u = smpi_value_spread(s, x, rows, cols);
    const shr *v = smpi_value_spread(s, y, rows, cols);
    if (b == NULL || u == NULL || v == NULL) goto out;
    TRY(smpi_select(s, z->v, b, u, v, rows * cols));
  }
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_max(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!SMPI_BEGIN(&op, s, "smpc_max", x)) return NULL;
  if (smpi_value_len(x) == 0) TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "smpc_max: there is no element"));
  z = smpi_value_new(s, 1, 1, x->frac);
  if (z == NULL) goto out;
  smpi_value_range(z, x->range, x->frac, 62);
  if (s->is_dry) smpi_max_cost(&s->spent, smpi_value_len(x));
  if (smpi_has_data(s)) TRY(smpi_max(s, z->v, x->v, smpi_value_len(x)));
out:
  return smpi_op_end(&op, z, err);
}
