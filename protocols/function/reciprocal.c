/* reciprocal.c - 1/x and a/x of shared fixed-point numbers.
 *
 * Functionality F_divide  from every party shares of a and x; gives every party a
 *                         fresh share of an approximation of a/x; reveals
 *                         nothing but what F_trunc does.
 * Protocol      Pi_divide [CS10], normalise and Goldschmidt:
 *     1. a2b.c       the bits of x; each xored with the sign          (7 rounds)
 *     2. and.c       [g_j] = the or of bits j .. 62, all j            (6 rounds)
 *     3. b2a.c       the sign and g_0 .. g_2f to shares by sum        (1 round)
 *     4. locally     [v] = sum_j 2^(2f-1-j) (g_j - g_(j+1)), 2^(2f-1-i) for the top
 *                    bit i of |x|;  product: [v] := (1 - 2 sign) [v]  (1 round)
 *     5. product     [d] = [x] [v] / 2^f, in [1/2, 1]                 (2 rounds)
 *     6. locally     [w] = 2.9142 - 2 [d];  product: [e] = 1 - [d] [w] (2 rounds)
 *     7. products    w := w (1 + e), e := e^2, both at once, thrice    (6 rounds)
 *     8. product     (a only) [w] := [w] [a] / 2^f                    (2 rounds)
 *     9. product     [z] = [w] [v] / 2^f                              (2 rounds)
 * Why           x v = |x| 2^(2f-1-i) lies in [2^(2f-1), 2^(2f)] (the upper end for
 *               x = -2^i: the top bit of ~x is one lower).  On [1/2, 1] the
 *               linear start is off by |e| <= 0.0858 [CS10]; 1/d = w / (1 - e) =
 *               w (1 + e)(1 + e^2)(1 + e^4) / (1 - e^8), and 0.0858^8 = 2.9e-9
 *               < 2^-28.  a/x = (a w) v / 2^f, as x = d 2^f / v.
 *               A top bit from 2f on gives v = 0: then |a/x| <= |a| 2^-f.
 * Error         in units of 2^-f, relative to w >= 1: d 1, magnified by w^2 / w <= 2;
 *               e 1; three products 1 each and what they inherit: 8 in all.
 *               Step 8 adds 1 to a w, and step 9 multiplies by v 2^-f <= 1/|x|, then adds 1.
 * Security      that of F_a2b, F_and, F_b2a, F_mul, F_trunc; nothing else is sent.
 * Assumes       these.
 * Cost          27 rounds (a: 29).
 * Secrets       all.
 * Differs from  [CS10]: additive shares of a ring; the or of bits by the prefix
 *               tree of [Skl60]; any sign.
 */
#include "function/reciprocal.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/a2b.h"
#include "compare/and.h"
#include "compare/b2a.h"
#include "function/product.h"
#include "mul/beaver.h"
#include "session/agreed.h"

enum { SIGN = 63, LEVELS = 6, STEPS = 3, ANDS = 32 };
static const double start = 2.9142; /* AGREEMENT [CS10] */

/* --- the top bit ------------------------------------------------------------------- */

/* Rows 0 .. 62 := ~(bit xor sign); row 63, the sign, stays. */
static void fold_sign(shr *rows, size_t m, int first) {
  uint64_t ones = first ? ~UINT64_C(0) : 0;
  for (unsigned j = 0; j < SIGN; j++)
    for (size_t i = 0; i < m; i++) rows[j * m + i].v ^= rows[SIGN * m + i].v ^ ones;
}

/* One level of the tree on rows 63 - k: those with bit `level` of k set take in the
 * run above them.  pairs: where each stands; how many. */
static unsigned plan_level(unsigned pair[ANDS][2], unsigned level) {
  unsigned n = 0;
  for (unsigned k = 0; k < SIGN; k++) {
    if ((k >> level & 1) == 0) continue;
    pair[n][0] = SIGN - 1 - k;
    pair[n++][1] = SIGN - 1 - ((k >> level << level) - 1);
  }
  return n;
}

/* Step 2: row j := the and of rows j .. 62 (of complements: no bit from j on). */
static smpc_err and_from_top(struct smpc_session *s, shr *rows, size_t m) {
  size_t mark = smpi_scratch_mark(s);
  unsigned pair[ANDS][2];
  smpc_err err;
  shr *x = smpi_scratch(s, ANDS * m, sizeof *x), *y = smpi_scratch(s, ANDS * m, sizeof *y);
  TRY(x == NULL || y == NULL ? SMPC_E_NOMEM : SMPC_OK);
  for (unsigned level = 0; level < LEVELS; level++) {
    unsigned n = plan_level(pair, level);
    for (unsigned i = 0; i < n; i++) {
      memcpy(x + i * m, rows + pair[i][0] * m, m * sizeof *x);
      memcpy(y + i * m, rows + pair[i][1] * m, m * sizeof *y);
    }
    TRY(smpi_and(s, x, x, y, n * m));
    for (unsigned i = 0; i < n; i++) memcpy(rows + pair[i][0] * m, x + i * m, m * sizeof *x);
  }
out:
  smpi_scratch_release(s, mark);
  return err;
}

/* In complements: at_least holds [i < j], so v = sum_j 2^(2f-1-j) ([i < j+1] - [i < j]). */
void smpi_reciprocal_scale(shr *v, const shr *none_from, size_t stride, size_t n, unsigned f) {
  for (size_t i = 0; i < n; i++) v[i].v = 0;
  for (unsigned j = 0; j < 2 * f; j++) {
    uint64_t weight = UINT64_C(1) << (2 * f - 1 - j);
    for (size_t i = 0; i < n; i++) v[i].v += weight * (none_from[(j + 1) * stride + i].v - none_from[j * stride + i].v);
  }
}

/* Steps 1 - 4: v := the signed power of two that brings x to [1/2, 1]. */
static smpc_err normalise(struct smpc_session *s, shr *v, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64), stride = 64 * m;
  unsigned f = smpi_frac_bits(s), wanted = 2 * f + 2; /* rows 0 .. 2f, and the sign */
  smpc_err err;
  shr *rows = smpi_scratch(s, 64 * m, sizeof *rows), *bits = smpi_scratch(s, wanted * stride, sizeof *bits);
  TRY(rows == NULL || bits == NULL ? SMPC_E_NOMEM : SMPC_OK);
  shr *sign = bits + (wanted - 1) * stride;
  TRY(smpi_a2b(s, rows, m, x, n));                                             /* 1. */
  fold_sign(rows, m, smpi_is_first(s));
  TRY(and_from_top(s, rows, m));                                               /* 2. */
  memcpy(rows + (wanted - 1) * m, rows + SIGN * m, m * sizeof *rows);
  TRY(smpi_b2a(s, bits, rows, wanted * stride));                               /* 3. */
  smpi_reciprocal_scale(v, bits, stride, n, f);                                /* 4. */
  smpi_ring_scale(sign, sign, (pub){UINT64_MAX - 1}, (pub){smpi_is_first(s) != 0}, n);
  TRY(smpi_beaver_mul(s, v, v, sign, n));
out:
  smpi_scratch_release(s, mark);
  return err;
}

/* --- 1/d for d in [1/2, 1] ------------------------------------------------------------ */

static void one_minus(shr *z, const shr *x, size_t n, unsigned f, int first) {
  smpi_ring_scale(z, x, (pub){UINT64_MAX}, (pub){first ? UINT64_C(1) << f : 0}, n);
}
static void one_plus(shr *z, const shr *x, size_t n, unsigned f, int first) {
  smpi_ring_scale(z, x, (pub){1}, (pub){first ? UINT64_C(1) << f : 0}, n);
}

/* Steps 6 and 7.  w and e lie one after the other. */
static smpc_err goldschmidt(struct smpc_session *s, shr *w, const shr *d, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  unsigned f = smpi_frac_bits(s);
  int first = smpi_is_first(s);
  smpc_err err;
  shr *e = w + n, *by = smpi_scratch(s, 2 * n, sizeof *by);
  TRY(by == NULL ? SMPC_E_NOMEM : SMPC_OK);
  pub from = {first ? (uint64_t)llround(ldexp(start, (int)f)) : 0};
  smpi_ring_scale(w, d, (pub){UINT64_MAX - 1}, from, n);           /* 2.9142 - 2 d */
  TRY(smpi_product(s, e, d, w, n));
  one_minus(e, e, n, f, first);
  for (unsigned i = 0; i < STEPS; i++) {
    one_plus(by, e, n, f, first);
    memcpy(by + n, e, n * sizeof *by);
    TRY(smpi_product(s, w, w, by, i + 1 < STEPS ? 2 * n : n));     /* w (1 + e), e e */
  }
out:
  smpi_scratch_release(s, mark);
  return err;
}

static smpc_err divide_block(struct smpc_session *s, shr *z, const shr *a, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  shr *v = smpi_scratch(s, n, sizeof *v), *d = smpi_scratch(s, n, sizeof *d), *w = smpi_scratch(s, 2 * n, sizeof *w);
  TRY(!v || !d || !w ? SMPC_E_NOMEM : SMPC_OK);
  TRY(normalise(s, v, x, n));                      /* 1. - 4. */
  TRY(smpi_product(s, d, x, v, n));                /* 5. */
  TRY(goldschmidt(s, w, d, n));                    /* 6. 7. */
  if (a != NULL) TRY(smpi_product(s, w, w, a, n)); /* 8. */
  TRY(smpi_product(s, z, w, v, n));                /* 9. */
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_divide(struct smpc_session *s, shr *z, const shr *a, const shr *x, size_t n) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += SMPI_FUNCTION_BLOCK)
    err = divide_block(s, z + i, a == NULL ? NULL : a + i, x + i, smpi_min(SMPI_FUNCTION_BLOCK, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

static void divide_block_cost(struct smpi_cost *c, bool has_a, size_t n, unsigned f) {
  unsigned pair[ANDS][2];
  size_t m = smpi_ceil_div(n, 64);
  smpi_a2b_cost(c, n);
  for (unsigned level = 0; level < LEVELS; level++) smpi_and_cost(c, plan_level(pair, level) * m);
  smpi_b2a_cost(c, (2 * f + 2) * 64 * m);
  smpi_beaver_cost(c, n);
  for (unsigned i = 0; i < 2; i++) smpi_product_fixed_cost(c, n);
  for (unsigned i = 0; i < STEPS; i++) smpi_product_fixed_cost(c, i + 1 < STEPS ? 2 * n : n);
  for (unsigned i = 0; i < 1u + has_a; i++) smpi_product_fixed_cost(c, n);
}

void smpi_divide_cost(struct smpi_cost *c, bool has_a, size_t n, unsigned f) {
  for (size_t i = 0; i < n; i += SMPI_FUNCTION_BLOCK)
    divide_block_cost(c, has_a, smpi_min(SMPI_FUNCTION_BLOCK, n - i), f);
}
