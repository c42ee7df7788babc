/* expr.c - making random programs, and their reference. */
#include "expr.h"

#include <math.h>
#include <string.h>

#include "support/parties.h"

static const double MOST_WHOLE = 1e12; /* exact in a double, and far below 2^62 */

static double most_fixed(const struct expr *e) { return ldexp(1, (int)(60 - 2 * e->frac_bits)); } /* of a product */

static size_t below(uint64_t *rng, size_t n) { return (size_t)(test_random(rng) % n); }

const char *expr_name(enum expr_op op) {
  static const char *const names[EXPR_OPS] = {
      "input", "constant", "add", "sub", "scale_i64", "scale", "mul", "matmul", "less", "less_full",
      "equal", "select", "max", "sum", "sum_rows", "slice", "transpose", "concat", "reshape"};
  return names[op];
}

/* --- the reference --------------------------------------------------------------- */

static double largest(const struct expr_node *x) {
  double m = 0;
  for (size_t i = 0; i < x->rows * x->cols; i++) m = fmax(m, fabs(x->v[i]));
  return m;
}

/* Element (i, j) of x, repeated where x is 1 x 1 or a row. */
static double at(const struct expr_node *x, size_t i, size_t j) {
  return x->v[(x->rows == 1 ? 0 : i) * x->cols + (x->cols == 1 ? 0 : j)];
}

static bool fit(struct expr_node *z, const struct expr_node *x, const struct expr_node *y) {
  bool same = x->rows == y->rows && x->cols == y->cols;
  bool y_repeats = y->rows == 1 && (y->cols == 1 || y->cols == x->cols);
  bool x_repeats = x->rows == 1 && (x->cols == 1 || x->cols == y->cols);
  const struct expr_node *whole = same || y_repeats ? x : y;
  z->rows = whole->rows;
  z->cols = whole->cols;
  return same || y_repeats || x_repeats;
}

typedef double binary(double x, double y);
static double plus(double x, double y) { return x + y; }
static double minus(double x, double y) { return x - y; }
static double times(double x, double y) { return x * y; }
static double is_less(double x, double y) { return x < y; }
static double is_equal(double x, double y) { return x == y; }

static void each(struct expr_node *z, const struct expr_node *x, const struct expr_node *y, binary *f) {
  for (size_t i = 0; i < z->rows; i++)
    for (size_t j = 0; j < z->cols; j++) z->v[i * z->cols + j] = f(at(x, i, j), at(y, i, j));
}

/* What a rescaled product may be off by. */
static double rescaling(const struct expr *e) { return ldexp(e->is_nearest ? 0.5 : 1, -(int)e->frac_bits); }

static bool make_linear(struct expr_node *z, const struct expr_node *x, const struct expr_node *y) {
  if (x->is_fixed != y->is_fixed || !fit(z, x, y)) return false;
  z->is_fixed = x->is_fixed;
  each(z, x, y, z->op == EXPR_ADD ? plus : minus);
  z->off = x->off + y->off;
  return true;
}

static double product_off(const struct expr *e, const struct expr_node *x, const struct expr_node *y, size_t terms) {
  double each_off = largest(x) * y->off + largest(y) * x->off + x->off * y->off;
  return (double)terms * each_off + (x->is_fixed && y->is_fixed ? rescaling(e) : 0);
}

static bool make_mul(const struct expr *e, struct expr_node *z, const struct expr_node *x, const struct expr_node *y) {
  z->is_fixed = x->is_fixed || y->is_fixed; /* whole times fixed needs no rescaling */
  if (!fit(z, x, y) || largest(x) * largest(y) > (z->is_fixed ? most_fixed(e) : MOST_WHOLE)) return false;
  each(z, x, y, times);
  z->off = product_off(e, x, y, 1);
  return true;
}

static bool make_matmul(const struct expr *e, struct expr_node *z, const struct expr_node *x,
                        const struct expr_node *y) {
  z->is_fixed = x->is_fixed || y->is_fixed;
  if (x->cols != y->rows) return false;
  if (largest(x) * largest(y) * (double)x->cols > (z->is_fixed ? most_fixed(e) : MOST_WHOLE)) return false;
  z->rows = x->rows;
  z->cols = y->cols;
  for (size_t i = 0; i < z->rows; i++)
    for (size_t j = 0; j < z->cols; j++)
      for (size_t k = 0; k < x->cols; k++) z->v[i * z->cols + j] += x->v[i * x->cols + k] * y->v[k * y->cols + j];
  z->off = product_off(e, x, y, x->cols);
  return true;
}

/* Only where the answer is certain in spite of the operands' errors. */
static bool make_comparison(struct expr_node *z, const struct expr_node *x, const struct expr_node *y) {
  if (x->is_fixed != y->is_fixed || !fit(z, x, y)) return false;
  double off = x->off + y->off;
  for (size_t i = 0; off > 0 && i < z->rows * z->cols; i++)
    if (fabs(at(x, i / z->cols, i % z->cols) - at(y, i / z->cols, i % z->cols)) <= off) return false;
  each(z, x, y, z->op == EXPR_EQUAL ? is_equal : is_less);
  z->is_bits = true;
  return true;
}

static bool make_select(struct expr_node *z, const struct expr_node *b, const struct expr_node *x,
                        const struct expr_node *y) {
  bool same = x->rows == y->rows && x->cols == y->cols;
  if (!b->is_bits || !same || x->is_fixed != y->is_fixed) return false;
  if (!(b->rows == 1 && b->cols == 1) && (b->rows != x->rows || b->cols != x->cols)) return false;
  z->rows = x->rows;
  z->cols = x->cols;
  z->is_fixed = x->is_fixed;
  z->is_bits = x->is_bits && y->is_bits;
  for (size_t i = 0; i < x->rows * x->cols; i++) z->v[i] = at(b, i / x->cols, i % x->cols) != 0 ? x->v[i] : y->v[i];
  z->off = fmax(x->off, y->off);
  return true;
}

static bool make_scaled(const struct expr *e, struct expr_node *z, const struct expr_node *x, uint64_t *rng) {
  bool whole = z->op == EXPR_SCALE_I64;
  if (!whole && !x->is_fixed) return false;
  z->k = (double)below(rng, 17) - 8;
  z->plus = (double)below(rng, 201) - 100;
  if (!whole) z->k /= 16, z->plus /= 16;
  z->rows = x->rows;
  z->cols = x->cols;
  z->is_fixed = x->is_fixed;
  for (size_t i = 0; i < x->rows * x->cols; i++) z->v[i] = z->k * x->v[i] + z->plus;
  z->off = fabs(z->k) * x->off + (whole ? 0 : rescaling(e));
  return true;
}

static bool make_summed(struct expr_node *z, const struct expr_node *x) {
  z->rows = 1;
  z->cols = z->op == EXPR_SUM_ROWS ? x->cols : 1;
  z->is_fixed = x->is_fixed;
  for (size_t i = 0; i < x->rows * x->cols; i++) z->v[z->op == EXPR_SUM_ROWS ? i % x->cols : 0] += x->v[i];
  z->off = x->off * (double)(z->op == EXPR_SUM_ROWS ? x->rows : x->rows * x->cols);
  return true;
}

static bool make_max(struct expr_node *z, const struct expr_node *x) {
  z->rows = z->cols = 1;
  z->is_fixed = x->is_fixed;
  z->is_bits = x->is_bits;
  z->v[0] = x->v[0];
  for (size_t i = 1; i < x->rows * x->cols; i++) z->v[0] = fmax(z->v[0], x->v[i]);
  z->off = x->off;
  return true;
}

/* Slice, transpose, concat, reshape: elements only move. */
static bool make_moved(struct expr_node *z, const struct expr_node *x, const struct expr_node *y, uint64_t *rng) {
  z->is_fixed = x->is_fixed;
  z->is_bits = x->is_bits;
  z->off = x->off;
  z->rows = z->op == EXPR_TRANSPOSE || z->op == EXPR_RESHAPE ? x->cols : x->rows;
  z->cols = z->op == EXPR_TRANSPOSE || z->op == EXPR_RESHAPE ? x->rows : x->cols;
  if (z->op == EXPR_SLICE) {
    z->row = below(rng, x->rows);
    z->col = below(rng, x->cols);
    z->rows = 1 + below(rng, x->rows - z->row);
    z->cols = 1 + below(rng, x->cols - z->col);
  } else if (z->op == EXPR_CONCAT) {
    if (x->cols != y->cols || x->is_fixed != y->is_fixed || x->rows + y->rows > EXPR_SIDE) return false;
    z->rows = x->rows + y->rows;
    z->is_bits = x->is_bits && y->is_bits;
    z->off = fmax(x->off, y->off);
  }
  for (size_t i = 0; i < z->rows; i++)
    for (size_t j = 0; j < z->cols; j++)
      z->v[i * z->cols + j] = z->op == EXPR_SLICE       ? x->v[(z->row + i) * x->cols + z->col + j]
                              : z->op == EXPR_TRANSPOSE ? x->v[j * x->cols + i]
                              : z->op == EXPR_RESHAPE   ? x->v[i * z->cols + j]
                              : i < x->rows             ? x->v[i * x->cols + j]
                                                        : y->v[(i - x->rows) * x->cols + j];
  return true;
}

/* --- making one -------------------------------------------------------------------- */

static bool make_leaf(struct expr_node *z, unsigned parties, uint64_t *rng) {
  z->owner = (unsigned)below(rng, parties);
  z->is_fixed = below(rng, 2);
  z->rows = 1 + below(rng, 3);
  z->cols = 1 + below(rng, 3);
  for (size_t i = 0; i < z->rows * z->cols; i++)
    z->v[i] = ((double)below(rng, 4001) - 2000) / (z->is_fixed ? 256 : below(rng, 3) ? 100 : 1);
  for (size_t i = 0; !z->is_fixed && i < z->rows * z->cols; i++) z->v[i] = trunc(z->v[i]) + 0.0;
  return true;
}

static bool make_node(const struct expr *e, struct expr_node *z, unsigned parties, uint64_t *rng) {
  const struct expr_node *a = &e->node[z->a], *b = &e->node[z->b], *c = &e->node[z->c];
  switch (z->op) {
    case EXPR_INPUT: case EXPR_CONSTANT: return make_leaf(z, parties, rng);
    case EXPR_ADD: case EXPR_SUB: return make_linear(z, a, b);
    case EXPR_SCALE_I64: case EXPR_SCALE: return make_scaled(e, z, a, rng);
    case EXPR_MUL: return make_mul(e, z, a, b);
    case EXPR_MATMUL: return make_matmul(e, z, a, b);
    case EXPR_LESS: case EXPR_LESS_FULL: case EXPR_EQUAL: return make_comparison(z, a, b);
    case EXPR_SELECT: return make_select(z, a, b, c);
    case EXPR_MAX: return make_max(z, a);
    case EXPR_SUM: case EXPR_SUM_ROWS: return make_summed(z, a);
    case EXPR_SLICE: case EXPR_TRANSPOSE: case EXPR_CONCAT: case EXPR_RESHAPE: return make_moved(z, a, b, rng);
    case EXPR_OPS: break;
  }
  return false;
}

static bool is_within(const struct expr *e, const struct expr_node *z) {
  return largest(z) + z->off < (z->is_fixed ? fmin(most_fixed(e) / 4, 1e6) : MOST_WHOLE);
}

/* Another node by operation op, if operands for it are found. */
static bool try_node(struct expr *e, enum expr_op op, unsigned parties, uint64_t *rng) {
  struct expr_node *z = &e->node[e->n];
  memset(z, 0, sizeof *z);
  z->op = op;
  if (e->n > 0) {
    z->a = (unsigned)below(rng, e->n);
    z->b = (unsigned)below(rng, e->n);
    z->c = (unsigned)below(rng, e->n);
  }
  return make_node(e, z, parties, rng) && is_within(e, z);
}

static void add_node(struct expr *e, unsigned parties, uint64_t *rng) {
  struct expr_node *z = &e->node[e->n];
  bool found = false;
  while (!found) {
    enum expr_op op = e->n < 4 ? EXPR_INPUT : (enum expr_op)below(rng, EXPR_OPS);
    for (unsigned tries = 0; tries < 200 && !found; tries++) found = try_node(e, op, parties, rng);
  }
  e->node[z->a].last_use = e->node[z->b].last_use = e->node[z->c].last_use = e->n++;
}

void expr_make(struct expr *e, unsigned parties, unsigned frac_bits, uint64_t seed) {
  uint64_t rng = seed, everybody = (UINT64_C(1) << parties) - 1;
  memset(e, 0, sizeof *e);
  e->frac_bits = frac_bits;
  e->is_nearest = below(&rng, 2);
  while (e->n < EXPR_NODES) add_node(e, parties, &rng);
  for (unsigned i = 0; i < e->n; i++) {
    struct expr_node *z = &e->node[i];
    if (z->last_use <= i || below(&rng, 4) == 0) z->opened_to = 1 + below(&rng, everybody);
    else z->is_freed = below(&rng, 2);
  }
}
