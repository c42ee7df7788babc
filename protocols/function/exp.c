/* exp.c - the exponential function of shared fixed-point numbers.
 *
 * Functionality F_exp   from every party a share of x; gives every party a fresh
 *                       share of an approximation of e^x; reveals nothing but
 *                       what F_trunc does.
 * Protocol      Pi_exp  in the manner of [AS19]:
 *     1. truncate    [w] = [x] log2(e) + f                           (1 round)
 *     2. a2b.c       the bits of w; b2a.c those of its whole part, 6, and the
 *                    sign, to shares by sum                          (8 rounds)
 *     3. locally     [v] = w less its whole part, less 1/2
 *     4. products    [v^2] .. [v^6]                                  (6 rounds)
 *     5. truncate    [p] = sum c_j v^j, close to 2^(v + 1/2)         (1 round)
 *     6. products    [q] = (1 - sign) prod_i (1 + b_i (2^(2^i) - 1)), whole: 2^floor(w),
 *                    or 0 where w < 0                                (3 rounds)
 *     7. product     [z] = [p] [q] / 2^f                             (2 rounds)
 * Why           e^x = 2^(w - f) = 2^frac(w) 2^floor(w) / 2^f.  Whole w from 0 to 60 - f
 *               keep p q below 2^61.  w < 0 means e^x < 2^-f: 0 is within a unit.
 *               What steps 4 and 5 make of such a w is multiplied by 0.
 * Error         In units of 2^-f.  Step 1: 1 for the truncation, |x|/2 for the constant;
 *               both move e^x by that times ln 2, relatively.  Step 5, |v| <= 1/2:
 *               the powers are off by at most 1.75 each, with weights .34 .08
 *               .014 .002 .0003: 0.5; seven coefficients rounded: 1; the last
 *               truncation: 1; the polynomial (Remez [Rem34]) 2.7e-9 = 0.71 * 2^-28.
 *               p >= 1, so relatively 4 + |x|/2 in all; step 7 adds 1.
 * Security      that of F_a2b, F_b2a, F_mul, F_trunc; nothing else is sent.
 * Assumes       these.
 * Cost          21 rounds; 8 + 70 + 7/8 + 5 * 24 + 8 + 6 * 16 + 24 bytes a number.
 * Secrets       all.
 * Differs from  [AS19]: bits by edaBits; the whole part is moved by f, so that one
 *               form serves both signs of x.
 */
#include "function/exp.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "compare/a2b.h"
#include "compare/b2a.h"
#include "function/product.h"
#include "mul/beaver.h"
#include "mul/trunc.h"
#include "session/agreed.h"

enum { SIGN = 63, WHOLE = 6, FACTORS = WHOLE + 1, DEGREE = 6 };

/* AGREEMENT: 2^(v + 1/2) for |v| <= 1/2. */
static const double coefficient[DEGREE + 1] = {1.414213562258816,   0.9802581804497551,   0.339731595625052,
                                               0.07849348024447969, 0.01360189823507221,  0.001895107219255684,
                                               0.0002188924946341865};

static pub encode(double v, unsigned f) { return (pub){(uint64_t)llround(ldexp(v, (int)f))}; }

void smpi_exp_factors(shr *power, const shr *bits, size_t stride, size_t n, int first) {
  uint64_t one = first != 0;
  for (unsigned j = 0; j < WHOLE; j++) {
    uint64_t factor = (UINT64_C(1) << (1u << j)) - 1;
    smpi_ring_scale(power + j * n, bits + j * stride, (pub){factor}, (pub){one}, n);
  }
  smpi_ring_scale(power + WHOLE * n, bits + WHOLE * stride, (pub){UINT64_MAX}, (pub){one}, n);
}

void smpi_exp_fraction(shr *frac, const shr *w, const shr *bits, size_t stride, size_t n, unsigned f, int first) {
  uint64_t half = first ? UINT64_C(1) << (f - 1) : 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t whole = 0;
    for (unsigned j = 0; j < WHOLE; j++) whole += bits[j * stride + i].v << j;
    frac[i].v = w[i].v - (whole << f) - half;
  }
}

/* Step 2. */
static smpc_err whole_bits(struct smpc_session *s, shr *bits, const shr *w, size_t n) {
  size_t mark = smpi_scratch_mark(s), m = smpi_ceil_div(n, 64);
  smpc_err err;
  shr *rows = smpi_scratch(s, 64 * m, sizeof *rows), *few = smpi_scratch(s, FACTORS * m, sizeof *few);
  TRY(rows == NULL || few == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_a2b(s, rows, m, w, n));
  memcpy(few, rows + smpi_frac_bits(s) * m, WHOLE * m * sizeof *few);
  memcpy(few + WHOLE * m, rows + SIGN * m, m * sizeof *few);
  TRY(smpi_b2a(s, bits, few, FACTORS * 64 * m));
out:
  smpi_scratch_release(s, mark);
  return err;
}

/* Step 4: v[6 n] holds v and gets its powers, one after the other. */
static smpc_err powers(struct smpc_session *s, shr *v, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  smpc_err err;
  shr *twice = smpi_scratch(s, 2 * n, sizeof *twice);
  TRY(twice == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_product(s, v + n, v, v, n)); /* v^2 */
  for (unsigned k = 2; k <= 4; k += 2) {
    for (unsigned i = 0; i < 2; i++) memcpy(twice + i * n, v + (k - 1) * n, n * sizeof *v);
    TRY(smpi_product(s, v + k * n, v, twice, 2 * n)); /* v, v^2 times v^k */
  }
out:
  smpi_scratch_release(s, mark);
  return err;
}

/* Step 5: p := sum c_j v^j. */
static smpc_err polynomial(struct smpc_session *s, shr *p, shr *v, size_t n) {
  unsigned f = smpi_frac_bits(s);
  pub constant = {smpi_is_first(s) ? encode(coefficient[0], f).v << f : 0};
  smpi_ring_scale(p, v, encode(coefficient[1], f), constant, n);
  for (unsigned j = 2; j <= DEGREE; j++) {
    smpi_ring_scale(v + (j - 1) * n, v + (j - 1) * n, encode(coefficient[j], f), (pub){0}, n);
    smpi_ring_add(p, p, v + (j - 1) * n, n);
  }
  return smpi_trunc_probabilistic(s, p, p, n);
}

/* Step 6: the product of the factors, in its first n. */
static smpc_err multiply_all(struct smpc_session *s, shr *power, size_t n) {
  smpc_err err = SMPC_OK;
  for (unsigned left = FACTORS; left > 1 && err == SMPC_OK; left -= left / 2) /* 7, 4, 2 */
    err = smpi_beaver_mul(s, power, power, power + (left - left / 2) * n, left / 2 * n);
  return err;
}

static smpc_err exp_block(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s), stride = 64 * smpi_ceil_div(n, 64);
  unsigned f = smpi_frac_bits(s);
  smpc_err err;
  shr *w = smpi_scratch(s, n, sizeof *w), *bits = smpi_scratch(s, FACTORS * stride, sizeof *bits);
  shr *v = smpi_scratch(s, DEGREE * n, sizeof *v), *q = smpi_scratch(s, FACTORS * n, sizeof *q);
  TRY(!w || !bits || !v || !q ? SMPC_E_NOMEM : SMPC_OK);
  pub offset = {smpi_is_first(s) ? (uint64_t)f << 2 * f : 0};
  smpi_ring_scale(w, x, encode(M_LOG2E, f), offset, n);
  TRY(smpi_trunc_probabilistic(s, w, w, n));                             /* 1. */
  TRY(whole_bits(s, bits, w, n));                                        /* 2. */
  smpi_exp_fraction(v, w, bits, stride, n, f, smpi_is_first(s));         /* 3. */
  TRY(powers(s, v, n));                                                  /* 4. */
  TRY(polynomial(s, w, v, n));                                           /* 5. */
  smpi_exp_factors(q, bits, stride, n, smpi_is_first(s));
  TRY(multiply_all(s, q, n));                                            /* 6. */
  TRY(smpi_product(s, z, w, q, n));                                      /* 7. */
out:
  smpi_scratch_release(s, mark);
  return err;
}

smpc_err smpi_exp(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += SMPI_FUNCTION_BLOCK)
    err = exp_block(s, z + i, x + i, smpi_min(SMPI_FUNCTION_BLOCK, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

static void exp_block_cost(struct smpi_cost *c, size_t n) {
  smpi_trunc_probabilistic_cost(c, n);
  smpi_a2b_cost(c, n);
  smpi_b2a_cost(c, FACTORS * 64 * smpi_ceil_div(n, 64));
  smpi_product_fixed_cost(c, n);
  for (unsigned i = 0; i < 2; i++) smpi_product_fixed_cost(c, 2 * n);
  smpi_trunc_probabilistic_cost(c, n);
  for (unsigned left = FACTORS; left > 1; left -= left / 2) smpi_beaver_cost(c, left / 2 * n);
  smpi_product_fixed_cost(c, n);
}

void smpi_exp_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0; i < n; i += SMPI_FUNCTION_BLOCK) exp_block_cost(c, smpi_min(SMPI_FUNCTION_BLOCK, n - i));
}
