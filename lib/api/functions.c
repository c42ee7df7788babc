/* functions.c - reciprocal, division, exponential and logistic function.
 *
 * The same form as rounds.c: check, then add the cost (a dry run) or run the
 * protocol where this party holds shares. */
#include <math.h>

#include "api/value.h"
#include "function/exp.h"
#include "function/logistic.h"
#include "function/reciprocal.h"

/* The largest result that a product may still take in, and then some. */
static double largest(const smpc_session *s) { return ldexp(1, 61 - 2 * (int)smpi_frac_bits(s)); }

static smpc_err fixed_point_only(smpc_session *s, const smpc_shared *x) {
  if (x->frac != 0) return SMPC_OK;
  return smpi_fail(s, SMPC_E_SHAPE, -1, "%s: an operand is whole numbers, not fixed point", s->op);
}

/* --- of one operand ----------------------------------------------------------------- */

typedef smpc_err function(smpc_session *s, shr *z, const shr *x, size_t n);
typedef void function_cost(struct smpi_cost *c, size_t n, unsigned f);

static smpc_err apply(smpc_session *s, smpc_shared **z, const smpc_shared *x, function *run, function_cost *cost) {
  smpc_err err = fixed_point_only(s, x);
  if (err != SMPC_OK) return err;
  *z = smpi_value_new(s, x->rows, x->cols, x->frac);
  if (*z == NULL) return smpi_status(s);
  if (s->is_dry) cost(&s->spent, smpi_value_len(x), x->frac);
  return smpi_has_data(s) ? run(s, (*z)->v, x->v, smpi_value_len(x)) : SMPC_OK;
}

/* The cost of these does not depend on the fractional bits. */
static void exp_cost(struct smpi_cost *c, size_t n, unsigned f) {
  (void)f;
  smpi_exp_cost(c, n);
}
static void fine_cost(struct smpi_cost *c, size_t n, unsigned f) {
  (void)f;
  smpi_logistic_fine_cost(c, n);
}
static void coarse_cost(struct smpi_cost *c, size_t n, unsigned f) {
  (void)f;
  smpi_logistic_coarse_cost(c, n);
}

smpc_shared *smpc_exp(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err;
  if (!SMPI_BEGIN(&op, s, "smpc_exp", x)) return NULL;
  TRY(apply(s, &z, x, smpi_exp, exp_cost));
  smpi_value_range(z, exp(x->range), 2 * x->frac, 61);
  z->range = fmin(z->range, largest(s));
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_logistic(smpc_session *s, const smpc_shared *x, smpc_logistic_strength strength) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err;
  bool fine = strength == SMPC_LOGISTIC_FINE;
  if (!SMPI_BEGIN(&op, s, "smpc_logistic", x)) return NULL;
  smpi_absorb_u64(s, strength);
  if (!fine && strength != SMPC_LOGISTIC_COARSE)
    TRY(smpi_fail(s, SMPC_E_ARG, -1, "smpc_logistic: no such strength"));
  TRY(apply(s, &z, x, fine ? smpi_logistic_fine : smpi_logistic_coarse,
            fine ? fine_cost : coarse_cost));
  z->range = 1;
out:
  return smpi_op_end(&op, z, err);
}

/* --- division -------------------------------------------------------------------------- */

static smpc_err reciprocal(smpc_session *s, shr *z, const shr *x, size_t n) { return smpi_divide(s, z, NULL, x, n); }

static void reciprocal_cost(struct smpi_cost *c, size_t n, unsigned f) { smpi_divide_cost(c, false, n, f); }

smpc_shared *smpc_reciprocal(smpc_session *s, const smpc_shared *x) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err;
  if (!SMPI_BEGIN(&op, s, "smpc_reciprocal", x)) return NULL;
  TRY(apply(s, &z, x, reciprocal, reciprocal_cost));
  z->range = fmin(ldexp(1, (int)x->frac), largest(s));
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_divide(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  struct smpi_op op;
  size_t rows, cols;
  smpc_shared *z = NULL;
  smpc_err err;
  if (!SMPI_BEGIN(&op, s, "smpc_divide", x, y)) return NULL;
  TRY(fixed_point_only(s, x));
  TRY(fixed_point_only(s, y));
  TRY(smpi_value_fit(s, x, y, &rows, &cols));
  z = smpi_value_new(s, rows, cols, x->frac);
  if (z == NULL) goto out;
  z->range = fmin(ldexp(x->range, (int)x->frac), largest(s));
  if (s->is_dry) smpi_divide_cost(&s->spent, true, rows * cols, x->frac);
  if (smpi_has_data(s)) {
    const shr *a = smpi_value_spread(s, x, rows, cols), *b = smpi_value_spread(s, y, rows, cols);
    if (a == NULL || b == NULL) goto out;
    TRY(smpi_divide(s, z->v, a, b, rows * cols));
  }
out:
  return smpi_op_end(&op, z, err);
}
