/* io.c - values into and out of a session. */
#include <math.h>
#include <string.h>

#include "api/opening.h"
#include "api/value.h"
#include "base/mem.h"
#include "math/fixed.h"
#include "rand/hash.h"
#include "share/input.h"
#include "share/release.h"

/* --- in ------------------------------------------------------------------------- */

enum { I64_BITS = 62 };

/* The widest range the encoders accept. */
double smpi_input_range(unsigned frac) { return ldexp(1, I64_BITS - 2 * (int)frac); }

/* Whole numbers as ring elements; |v| < 2^62. */
static smpc_err encode_i64(uint64_t *out, const int64_t *v, size_t n) {
  const int64_t limit = INT64_C(1) << I64_BITS;
  uint64_t beyond = 0;
  for (size_t i = 0; i < n; i++) {
    beyond |= (uint64_t)(v[i] >= limit) | (uint64_t)(v[i] <= -limit);
    out[i] = (uint64_t)v[i];
  }
  if (beyond) smpi_wipe(out, n * sizeof *out);
  return beyond ? SMPC_E_RANGE : SMPC_OK;
}

smpc_err smpi_encode(smpc_session *s, uint64_t *out, const void *data, size_t n, unsigned frac) {
  smpc_err err = frac ? smpi_fixed_encode(out, data, n, frac) : encode_i64(out, data, n);
  if (err == SMPC_OK) return err;
  return smpi_fail(s, err, (int)smpi_me(s), "%s: a value of mine is out of range or not a number", s->op);
}

static smpc_err check_shape(smpc_session *s, smpc_shape shape, const void *data, bool needs_data) {
  smpi_absorb_u64(s, shape.rows);
  smpi_absorb_u64(s, shape.cols);
  bool is_empty = shape.rows == 0 || shape.cols == 0;
  if (!is_empty && shape.rows > (SIZE_MAX >> 8) / shape.cols)
    return smpi_fail(s, SMPC_E_SHAPE, -1, "%s: %zu x %zu is too large", s->op, shape.rows, shape.cols);
  if (needs_data && data == NULL && !is_empty) return smpi_fail(s, SMPC_E_ARG, -1, "%s: no data", s->op);
  return SMPC_OK;
}

static smpc_shared *input(smpc_session *s, const char *name, smpc_party owner, const void *data, smpc_shape shape,
                          unsigned frac) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  uint64_t *clear = NULL;
  smpc_err err = SMPC_OK;
  if (!smpi_op_begin(&op, s, name, 0, NULL)) return NULL;
  smpi_absorb_u64(s, owner.id);
  size_t n = shape.rows * shape.cols;
  bool mine = owner.id == smpi_me(s);
  TRY(check_shape(s, shape, data, mine && !s->is_dry));
  if (owner.id >= s->cfg.parties || !(s->cfg.member[owner.id].roles & SMPC_INPUT))
    TRY(smpi_fail(s, SMPC_E_ARG, -1, "%s: party %u is not an input party", name, owner.id));
  z = smpi_value_new(s, shape.rows, shape.cols, frac);
  if (z == NULL) goto out;
  smpi_value_own(z, (int)owner.id);
  z->range = smpi_input_range(frac);
  if (s->is_dry) {
    smpi_input_cost(&s->spent, (s->cfg.member[owner.id].roles & SMPC_COMPUTE) != 0, n);
    goto out;
  }
  if (mine) {
    clear = (uint64_t *)z->v; /* a computing owner's share replaces its clear values in place */
    if (clear == NULL) clear = smpi_scratch(s, n, sizeof *clear);
    if (clear == NULL) goto out;
    TRY(smpi_encode(s, clear, data, n, frac));
    if (s->guard != NULL) TRY(s->guard->input(s->guard_ctx, s, clear, n));
  }
  TRY(smpi_input(s, z->v, owner.id, clear, n));
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_input(smpc_session *s, smpc_party owner, const double *data, smpc_shape shape) {
  return s == NULL ? NULL : input(s, "smpc_input", owner, data, shape, smpi_frac_bits(s));
}

smpc_shared *smpc_input_i64(smpc_session *s, smpc_party owner, const int64_t *data, smpc_shape shape) {
  return s == NULL ? NULL : input(s, "smpc_input_i64", owner, data, shape, 0);
}

static double largest(const uint64_t *x, size_t n, unsigned frac) {
  double max = 0;
  for (size_t i = 0; i < n; i++) max = fmax(max, fabs((double)(int64_t)x[i]));
  return ldexp(max, -(int)frac);
}

/* All absorb the values, so that different constants are found out. */
static smpc_shared *constant(smpc_session *s, const char *name, const void *data, smpc_shape shape, unsigned frac) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  smpc_err err = SMPC_OK;
  if (!smpi_op_begin(&op, s, name, 0, NULL)) return NULL;
  TRY(check_shape(s, shape, data, true));
  size_t n = shape.rows * shape.cols;
  uint64_t *clear = smpi_scratch(s, n, sizeof *clear);
  if (clear == NULL) goto out;
  TRY(smpi_encode(s, clear, data, n, frac));
  smpi_absorb(s, clear, n * sizeof *clear);
  z = smpi_value_new(s, shape.rows, shape.cols, frac);
  smpi_value_range(z, largest(clear, n, frac), frac, 63);
  if (z != NULL && smpi_has_data(s)) smpi_input_public(s, z->v, clear, n);
out:
  return smpi_op_end(&op, z, err);
}

smpc_shared *smpc_constant(smpc_session *s, const double *data, smpc_shape shape) {
  return s == NULL ? NULL : constant(s, "smpc_constant", data, shape, smpi_frac_bits(s));
}

smpc_shared *smpc_constant_i64(smpc_session *s, const int64_t *data, smpc_shape shape) {
  return s == NULL ? NULL : constant(s, "smpc_constant_i64", data, shape, 0);
}

/* --- out -------------------------------------------------------------------------- */

static smpc_err check_out(smpc_session *s, const smpc_shared *x, smpc_who to, const void *out, size_t n_out) {
  bool mine = to.bits >> smpi_me(s) & 1;
  if ((mine || out != NULL) && (out == NULL || n_out != smpi_value_len(x)) && smpi_value_len(x) != 0)
    return smpi_fail(s, SMPC_E_ARG, -1, "%s: out must have room for %zu x %zu elements", s->op, x->rows, x->cols);
  return SMPC_OK;
}

static smpc_err hold(smpc_session *s, const smpc_shared *x, smpc_who to, const char *purpose) {
  struct smpi_result r = {to, purpose, {x->rows, x->cols}, x->frac, x->v, NULL};
  return smpi_opening_hold(s, &r);
}

/* The opened words land in out itself: a double and an int64_t have their size. */
static smpc_err open_words(smpc_session *s, const char *name, const smpc_shared *x, smpc_who to, const char *purpose,
                           void *out, size_t n_out, bool as_double) {
  struct smpi_op op;
  bool is_held = false;
  if (out != NULL) memset(out, 0, n_out * sizeof(uint64_t));
  if (s == NULL) return SMPC_E_ARG;
  if (!SMPI_BEGIN(&op, s, name, x)) return smpi_op_refused(s);
  smpc_err err = SMPC_OK;
  if (!as_double && x->frac != 0)
    TRY(smpi_fail(s, SMPC_E_SHAPE, -1, "%s: the value is fixed point: use smpc_open", name));
  TRY(check_out(s, x, to, out, n_out));
  is_held = smpi_opening_is_held(s, purpose);
  if (is_held) {
    TRY(hold(s, x, to, purpose));
    goto out;
  }
  TRY(smpi_opening_check(s, to, purpose, (smpc_shape){x->rows, x->cols}));
  TRY(smpi_opening_compare(s));
  if (s->is_dry) {
    unsigned computing = 0;
    for (unsigned r = 0; r < s->parties; r++) computing += to.bits >> s->member_of_rank[r] & 1;
    smpi_release_cost(&s->spent, smpi_value_len(x), (unsigned)__builtin_popcountll(to.bits), computing);
    goto out;
  }
  TRY(smpi_release(s, out, x->v, smpi_value_len(x), to));
  if (as_double && (to.bits >> smpi_me(s) & 1)) smpi_fixed_decode(out, out, smpi_value_len(x), x->frac);
out:
  smpi_op_end(&op, NULL, err);
  if (smpi_status(s) != SMPC_OK && out != NULL) smpi_wipe(out, n_out * sizeof(uint64_t));
  return smpi_status(s) == SMPC_OK && is_held ? SMPC_E_HELD : smpi_status(s);
}

smpc_err smpc_open(smpc_session *s, const smpc_shared *x, smpc_who to, const char *purpose, double *out, size_t n_out) {
  return open_words(s, "smpc_open", x, to, purpose, out, n_out, true);
}

smpc_err smpc_open_i64(smpc_session *s, const smpc_shared *x, smpc_who to, const char *purpose, int64_t *out,
                       size_t n_out) {
  return open_words(s, "smpc_open_i64", x, to, purpose, out, n_out, false);
}
