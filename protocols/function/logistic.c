/* logistic.c - the logistic function of shared numbers, two strengths.
 *
 * Functionality F_logistic  from every party a share of x in fixed point; gives
 *                           every party a fresh share of an approximation of
 *                           1 / (1 + e^-x); reveals nothing but what F_trunc does.
 * Protocol      fine: cubic pieces between public steps t_1 < .. < t_16
 *     1. steps.c    [b_j] = [x < t_j], one mask for all              (8 rounds)
 *     2. locally    coefficients and centre of x's piece: C_16 + sum_j b_j (C_(j-1) - C_j)
 *                   for each of [c_0] .. [c_3], and [u] = [x] - [centre]
 *     3. product.c  [u^2], [c_3 u], [c_1 u], the last not truncated  (2 rounds)
 *     4. product    ([c_2] + [c_3 u]) [u^2], added to c_1 u and 2^f c_0 before one
 *                   truncation                                       (2 rounds)
 * Protocol      coarse [MZ17]
 *     1. steps.c    [a] = [x < -1/2], [b] = [x < 1/2]                (8 rounds)
 *     2. product    ([b] - [a]) ([x] + 1/2) + 1 - [b]                (1 round)
 * Why           the sum in step 2 telescopes to the coefficients of the piece
 *               that holds x, in whole ring elements: no rounding.
 * Error, fine   The cubics were fitted by Remez's exchange algorithm [Rem34] on each
 *               piece; the largest distances stand in the table, all <= 1.25e-5.
 *               Beyond the steps the value is 0 or 1: off by 1.15e-5 at most.
 *               Rounding, in units of 2^-f, |u| <= 3/2: c_0 1/2, c_1 |u|/2, c_2
 *               u^2/2, c_3 |u|^3/2, and truncations: u^2 1, times |c_2 + c_3 u|
 *               <= 0.06; c_3 u 1, times u^2; the last 1.  Where |u| <= 5/8 these are
 *               below 3; the wider pieces' figures add up to 8 at |u| = 3/2, all of
 *               one sign.  So |z - logistic(x)| <= 1.25e-5 + 8 * 2^-f.  For one f the
 *               rounded coefficients are known: with f = 20 their polynomials and the
 *               truncations stay within 1.48e-5, the sum taken over a fine grid.
 * Security      that of F_steps, F_mul, F_trunc; nothing else is sent.
 * Assumes       F_steps, F_mul, F_trunc.
 * Cost          fine: 12 rounds; 8 + 16 * 22.625 + 4 * 16 + 3 * 8 bytes a number;
 *               coarse: 9 rounds, 8 + 2 * 22.625 + 16.
 * Secrets       all.
 * Differs from  [MZ17]: fine is ours; coarse takes both bits from one mask.
 */
#include "function/logistic.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "function/steps.h"
#include "mul/beaver.h"
#include "mul/trunc.h"
#include "session/agreed.h"

enum { POSITIVE = 8, STEPS = SMPI_LOGISTIC_STEPS, PIECES = STEPS + 1, TERMS = 4, ROW = TERMS + 1 };

/* AGREEMENT: from `begin` to the next one's, logistic(x) = c0 + c1 u + c2 u^2 + c3 u^3
 * with u = x - centre.  For x < 0: 1 - logistic(-x). */
struct piece { double begin, centre, c[TERMS]; };
static const struct piece inner = {-0.625, 0, {0.5, 0.24990646263259, 0, -0.019858534195454}}; /* 1.16e-5 */
static const struct piece outer[POSITIVE] = {
    {0.625, 0.9375, {0.71858820454615, 0.20221770308495, -0.043694383620951, -0.00722645679238}},    /* 6.2e-6  */
    {1.25, 1.6875, {0.8438850444927, 0.13175332122563, -0.044881719226247, 0.004331184481663}},      /* 1.02e-5 */
    {2.125, 2.75, {0.93992505277906, 0.056488042947185, -0.025091830797522, 0.0061328627158334}},    /* 1.18e-5 */
    {3.375, 4, {0.98202444624975, 0.017657128671492, -0.0087321160188141, 0.0026748745069883}},      /* 1.07e-5 */
    {4.625, 5.5, {0.9959418200622, 0.0040447033957454, -0.0021346024030807, 0.0006937548706588}},    /* 1.21e-5 */
    {6.375, 7.875, {0.99963089010829, 0.00037122464836526, -0.00022769172107708, 7.4405544387546e-5}}, /* 1.14e-5 */
    {9.375, 10.375, {0.99996896712625, 3.1065921546415e-5, -1.6939642664323e-5, 5.6002152518349e-6}}, /* 1.7e-7 */
    {11.375, 0, {1, 0, 0, 0}},                                                                       /* 1.15e-5 */
};

static uint64_t encode(double v, unsigned f) { return (uint64_t)llround(ldexp(v, (int)f)); }

/* The coefficients and the centre of piece i = 0 .. STEPS, from the left. */
static void piece_row(uint64_t row[ROW], unsigned i, unsigned f) {
  bool is_left = i < POSITIVE;
  const struct piece *p = i == POSITIVE ? &inner : &outer[is_left ? POSITIVE - 1 - i : i - POSITIVE - 1];
  for (unsigned j = 0; j < TERMS; j++) row[j] = encode(is_left && j % 2 == 0 ? -p->c[j] : p->c[j], f);
  if (is_left) row[0] += encode(1, f);
  row[TERMS] = encode(is_left ? -p->centre : p->centre, f);
}

static void step_row(uint64_t step[STEPS], unsigned f) {
  for (unsigned i = 0; i < POSITIVE; i++) {
    step[POSITIVE + i] = encode(outer[i].begin, f);
    step[POSITIVE - 1 - i] = 0 - step[POSITIVE + i];
  }
}

void smpi_logistic_select(const struct smpi_logistic_piece *p, const shr *x, const shr *bits, size_t stride, size_t n,
                          unsigned f, int first) {
  uint64_t row[PIECES][ROW];
  shr *const out[ROW] = {p->c0, p->c1, p->c2, p->c3, p->u};
  for (unsigned i = 0; i < PIECES; i++) piece_row(row[i], i, f);
  for (unsigned t = 0; t < ROW; t++) {
    uint64_t last = first ? row[STEPS][t] : 0;
    for (size_t i = 0; i < n; i++) out[t][i].v = last;
    for (unsigned j = 0; j < STEPS; j++) {
      uint64_t jump = row[j][t] - row[j + 1][t];
      for (size_t i = 0; i < n; i++) out[t][i].v += bits[j * stride + i].v * jump;
    }
  }
  smpi_ring_sub(p->u, x, p->u, n);
}

/* Steps 3 and 4; c3, c2, c1 lie one after the other and are used up. */
static smpc_err evaluate(struct smpc_session *s, shr *z, const struct smpi_logistic_piece *p, size_t n) {
  size_t mark = smpi_scratch_mark(s);
  pub one = {UINT64_C(1) << smpi_frac_bits(s)};
  smpc_err err;
  shr *a = smpi_scratch(s, 3 * n, sizeof *a), *b = smpi_scratch(s, 3 * n, sizeof *b);
  TRY(a == NULL || b == NULL ? SMPC_E_NOMEM : SMPC_OK);
  memcpy(a, p->u, n * sizeof *a);
  memcpy(a + n, p->c3, n * sizeof *a);
  memcpy(a + 2 * n, p->c1, n * sizeof *a);
  for (unsigned i = 0; i < 3; i++) memcpy(b + i * n, p->u, n * sizeof *b);
  TRY(smpi_beaver_mul(s, a, a, b, 3 * n));                  /* 3. u^2, c_3 u, c_1 u */
  TRY(smpi_trunc_probabilistic(s, a, a, 2 * n));
  smpi_ring_add(a + n, a + n, p->c2, n);
  TRY(smpi_beaver_mul(s, b, a, a + n, n));                  /* 4. u^2 (c_2 + c_3 u) */
  smpi_ring_add(b, b, a + 2 * n, n);
  smpi_ring_scale(a, p->c0, one, (pub){0}, n);
  smpi_ring_add(b, b, a, n);
  TRY(smpi_trunc_probabilistic(s, z, b, n));
out:
  smpi_scratch_release(s, mark);
  return err;
}

static smpc_err fine_block(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s), stride = smpi_steps_stride(n);
  unsigned f = smpi_frac_bits(s);
  uint64_t step[STEPS];
  smpc_err err;
  shr *bits = smpi_scratch(s, STEPS * stride, sizeof *bits), *all = smpi_scratch(s, ROW * n, sizeof *all);
  TRY(bits == NULL || all == NULL ? SMPC_E_NOMEM : SMPC_OK);
  struct smpi_logistic_piece p = {all, all + n, all + 2 * n, all + 3 * n, all + 4 * n};
  step_row(step, f);
  TRY(smpi_steps(s, bits, x, n, step, STEPS));                            /* 1. */
  smpi_logistic_select(&p, x, bits, stride, n, f, smpi_is_first(s));      /* 2. */
  TRY(evaluate(s, z, &p, n));                                             /* 3. 4. */
out:
  smpi_scratch_release(s, mark);
  return err;
}

static smpc_err coarse_block(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  size_t mark = smpi_scratch_mark(s), stride = smpi_steps_stride(n);
  uint64_t half = UINT64_C(1) << (smpi_frac_bits(s) - 1);
  const uint64_t step[2] = {0 - half, half};
  smpc_err err;
  shr *a = smpi_scratch(s, 2 * stride, sizeof *a), *b = a + stride, *t = smpi_scratch(s, n, sizeof *t);
  TRY(a == NULL || t == NULL ? SMPC_E_NOMEM : SMPC_OK);
  TRY(smpi_steps(s, a, x, n, step, 2));                                                          /* 1. */
  smpi_ring_sub(a, b, a, n);
  smpi_ring_scale(t, x, (pub){1}, (pub){smpi_is_first(s) ? half : 0}, n);
  TRY(smpi_beaver_mul(s, t, t, a, n));                                                           /* 2. */
  smpi_ring_scale(b, b, (pub){0 - 2 * half}, (pub){smpi_is_first(s) ? 2 * half : 0}, n);
  smpi_ring_add(z, t, b, n);
out:
  smpi_scratch_release(s, mark);
  return err;
}

/* --- in blocks -------------------------------------------------------------------- */

typedef smpc_err block_fn(struct smpc_session *s, shr *z, const shr *x, size_t n);

static smpc_err in_blocks(struct smpc_session *s, block_fn *block, shr *z, const shr *x, size_t n) {
  smpc_err err = smpi_status(s);
  for (size_t i = 0; i < n && err == SMPC_OK; i += SMPI_FUNCTION_BLOCK)
    err = block(s, z + i, x + i, smpi_min(SMPI_FUNCTION_BLOCK, n - i));
  if (err != SMPC_OK) smpi_wipe(z, n * sizeof *z);
  return err;
}

smpc_err smpi_logistic_fine(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  return in_blocks(s, fine_block, z, x, n);
}
smpc_err smpi_logistic_coarse(struct smpc_session *s, shr *z, const shr *x, size_t n) {
  return in_blocks(s, coarse_block, z, x, n);
}

void smpi_logistic_fine_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(SMPI_FUNCTION_BLOCK, n - i);
    smpi_steps_cost(c, k, STEPS);
    smpi_beaver_cost(c, 3 * k);
    smpi_trunc_probabilistic_cost(c, 2 * k);
    smpi_beaver_cost(c, k);
    smpi_trunc_probabilistic_cost(c, k);
  }
}

void smpi_logistic_coarse_cost(struct smpi_cost *c, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    k = smpi_min(SMPI_FUNCTION_BLOCK, n - i);
    smpi_steps_cost(c, k, 2);
    smpi_beaver_cost(c, k);
  }
}
