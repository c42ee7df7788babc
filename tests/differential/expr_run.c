/* expr_run.c - a random program at one party, through smpc.h alone. */
#include <math.h>

#include "expr.h"

static void whole_values(int64_t *w, const struct expr_node *z) {
  for (size_t i = 0; i < z->rows * z->cols; i++) w[i] = (int64_t)z->v[i];
}

static smpc_shared *leaf(smpc_session *s, const struct expr_node *z, unsigned me) {
  int64_t w[EXPR_CELLS];
  smpc_shape shape = {z->rows, z->cols};
  bool mine = z->op == EXPR_CONSTANT || z->owner == me;
  whole_values(w, z);
  const double *v = mine ? z->v : NULL; /* nobody else has the data */
  const int64_t *i = mine ? w : NULL;
  if (z->op == EXPR_CONSTANT) return z->is_fixed ? smpc_constant(s, v, shape) : smpc_constant_i64(s, i, shape);
  return z->is_fixed ? smpc_input(s, smpc_p(z->owner), v, shape) : smpc_input_i64(s, smpc_p(z->owner), i, shape);
}

static smpc_shared *compute(smpc_session *s, const struct expr_node *z, smpc_shared *const *h, unsigned me) {
  const smpc_shared *a = h[z->a], *b = h[z->b], *c = h[z->c];
  smpc_shape shape = {z->rows, z->cols};
  switch (z->op) {
    case EXPR_INPUT: case EXPR_CONSTANT: return leaf(s, z, me);
    case EXPR_ADD: return smpc_add(s, a, b);
    case EXPR_SUB: return smpc_sub(s, a, b);
    case EXPR_SCALE_I64: return smpc_scale_i64(s, (int64_t)z->k, a, (int64_t)z->plus);
    case EXPR_SCALE: return smpc_scale(s, z->k, a, z->plus);
    case EXPR_MUL: return smpc_mul(s, a, b);
    case EXPR_MATMUL: return smpc_matmul(s, a, b);
    case EXPR_LESS: return smpc_less(s, a, b);
    case EXPR_LESS_FULL: return smpc_less_full(s, a, b);
    case EXPR_EQUAL: return smpc_equal(s, a, b);
    case EXPR_SELECT: return smpc_select(s, a, b, c);
    case EXPR_MAX: return smpc_max(s, a);
    case EXPR_SUM: return smpc_sum(s, a);
    case EXPR_SUM_ROWS: return smpc_sum_rows(s, a);
    case EXPR_SLICE: return smpc_slice(s, a, z->row, z->col, shape);
    case EXPR_TRANSPOSE: return smpc_transpose(s, a);
    case EXPR_CONCAT: return smpc_concat(s, a, b);
    case EXPR_RESHAPE: return smpc_reshape(s, a, shape);
    case EXPR_OPS: break;
  }
  return NULL;
}

static smpc_err open_one(smpc_session *s, const struct expr_node *z, const smpc_shared *x, unsigned me, double *out) {
  smpc_who to = {z->opened_to};
  size_t n = z->rows * z->cols;
  int64_t w[EXPR_CELLS];
  bool mine = z->opened_to >> me & 1;
  if (z->is_fixed) return smpc_open(s, x, to, "difference", mine ? out : NULL, mine ? n : 0);
  smpc_err err = smpc_open_i64(s, x, to, "difference", mine ? w : NULL, mine ? n : 0);
  for (size_t i = 0; mine && i < n; i++) out[i] = (double)w[i];
  return err;
}

smpc_err expr_run(const struct expr *e, smpc_session *s, unsigned me, double (*out)[EXPR_CELLS], expr_ghost ghost,
                  void *ctx) {
  smpc_shared *h[EXPR_NODES] = {0};
  smpc_err err = smpc_set_rounding(s, e->is_nearest ? SMPC_ROUND_NEAREST : SMPC_ROUND_PROBABILISTIC);
  for (unsigned i = 0; i < e->n; i++)
    for (unsigned k = 0; k < EXPR_CELLS; k++) out[i][k] = NAN;
  for (unsigned i = 0; i < e->n; i++) {
    h[i] = compute(s, &e->node[i], h, me);
    if (ghost != NULL && h[i] != NULL) ghost(ctx, i, h[i]);
    for (unsigned k = 0; k < i; k++)
      if (e->node[k].is_freed && e->node[k].last_use == i) smpc_shared_free(s, h[k]);
  }
  for (unsigned i = 0; i < e->n && err == SMPC_OK; i++)
    if (e->node[i].opened_to != 0) err = open_one(s, &e->node[i], h[i], me, out[i]);
  return err;
}
