/* paillier_num.c - see paillier_num.h. */
#include "triple/paillier_num.h"

#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"

enum { N = SMPI_NUM_MOST, DIVIDED = 2 * N + 2, SCRATCH = 512 };

/* --- Montgomery form --------------------------------------------------------------- */

/* -1 / m modulo 2^64, m odd: each step doubles the bits that are right, from 5. */
static mp_limb_t negative_inverse(mp_limb_t m) {
  mp_limb_t x = 3 * m ^ 2;
  for (int i = 0; i < 4; i++) x *= 2 - m * x;
  return -x;
}

/* r := x if choose else y */
static void choose(mp_limb_t *r, mp_limb_t is_x, const mp_limb_t *x, const mp_limb_t *y, size_t n) {
  mp_limb_t mask = -(is_x & 1);
  for (size_t i = 0; i < n; i++) r[i] = (x[i] & mask) | (y[i] & ~mask);
}

/* r := t / R modulo m, t of 2n limbs below m R; t is used up. */
static void reduce(mp_limb_t *r, mp_limb_t *t, const struct smpi_mont *M) {
  mp_limb_t less[N], carry, borrow;
  for (size_t i = 0; i < M->n; i++) t[i] = mpn_addmul_1(t + i, M->m, (mp_size_t)M->n, t[i] * M->inverse);
  carry = mpn_add_n(t, t + M->n, t, (mp_size_t)M->n);
  borrow = mpn_sub_n(less, t, M->m, (mp_size_t)M->n);
  choose(r, carry | (borrow ^ 1), less, t, M->n);
}

void smpi_mont_mul(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *b, const struct smpi_mont *M) {
  mp_limb_t t[2 * N], scratch[1];
  SMPI_VERIFY(mpn_sec_mul_itch((mp_size_t)M->n, (mp_size_t)M->n) <= 1);
  mpn_sec_mul(t, a, (mp_size_t)M->n, b, (mp_size_t)M->n, scratch);
  reduce(r, t, M);
}

void smpi_mont_square(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M) {
  mp_limb_t t[2 * N], scratch[2 * N];
  SMPI_VERIFY(mpn_sec_sqr_itch((mp_size_t)M->n) <= 2 * N);
  mpn_sec_sqr(t, a, (mp_size_t)M->n, scratch);
  reduce(r, t, M);
}

void smpi_mont_enter(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M) { smpi_mont_mul(r, a, M->square, M); }

void smpi_mont_leave(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M) {
  mp_limb_t t[2 * N] = {0};
  memcpy(t, a, M->n * sizeof *t);
  reduce(r, t, M);
}

/* r := a + b modulo m, both below it; the sum may have one bit more than n limbs. */
static void add_mod(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *b, const struct smpi_mont *M) {
  mp_limb_t sum[N], less[N], carry, borrow;
  carry = mpn_add_n(sum, a, b, (mp_size_t)M->n);
  borrow = mpn_sub_n(less, sum, M->m, (mp_size_t)M->n);
  choose(r, carry | (borrow ^ 1), less, sum, M->n);
}

/* R^2 by doubling 1 so often: no division by what may be secret. */
void smpi_mont_open(struct smpi_mont *M, const mp_limb_t *m, size_t n) {
  M->n = n;
  memcpy(M->m, m, n * sizeof *m);
  M->inverse = negative_inverse(m[0]);
  memset(M->square, 0, n * sizeof *m);
  M->square[0] = 1;
  for (size_t i = 0; i < 2 * 64 * n; i++) add_mod(M->square, M->square, M->square, M);
  smpi_mont_leave(M->one, M->square, M);
}

void smpi_mont_enter_long(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M) {
  mp_limb_t high[N], low[N];
  smpi_mont_mul(high, a + M->n, M->square, M); /* a_high R, */
  smpi_mont_mul(high, high, M->square, M);     /* a_high R^2 */
  smpi_mont_mul(low, a, M->square, M);
  add_mod(r, high, low, M);
  smpi_wipe(high, sizeof high);
  smpi_wipe(low, sizeof low);
}

void smpi_mont_divide_exactly(mp_limb_t *q, mp_limb_t *a, const struct smpi_mont *M) {
  for (size_t i = 0; i < M->n; i++) { /* from the low end: n low limbs of a tell it */
    q[i] = -(a[i] * M->inverse);
    (void)mpn_submul_1(a + i, M->m, (mp_size_t)(M->n - i), q[i]);
  }
}

/* --- powers -------------------------------------------------------------------------- */

void smpi_mont_table(mp_limb_t *table, const mp_limb_t *a, const struct smpi_mont *M) {
  memcpy(table, M->one, M->n * sizeof *table);
  memcpy(table + M->n, a, M->n * sizeof *table);
  for (size_t i = 2; i < SMPI_NUM_TABLE; i++) smpi_mont_mul(table + i * M->n, table + (i - 1) * M->n, a, M);
}

uint64_t smpi_num_bits(const mp_limb_t *a, size_t len, size_t first, unsigned n) {
  size_t at = first / 64;
  unsigned by = first % 64;
  uint64_t v = a[at] >> by;
  if (by + n > 64 && at + 1 < len) v |= a[at + 1] << (64 - by);
  return n == 64 ? v : v & ((UINT64_C(1) << n) - 1);
}

void smpi_mont_power(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *e, size_t e_len, const struct smpi_mont *M) {
  mp_limb_t table[SMPI_NUM_TABLE * N], z[N], factor[N];
  size_t at = 64 * e_len;
  unsigned some = at % SMPI_NUM_WINDOW == 0 ? SMPI_NUM_WINDOW : at % SMPI_NUM_WINDOW; /* of the top window */
  smpi_mont_table(table, a, M);
  memcpy(z, M->one, M->n * sizeof *z);
  for (; at != 0; some = SMPI_NUM_WINDOW) {
    for (unsigned i = 0; i < some; i++) smpi_mont_square(z, z, M);
    at -= some;
    mpn_sec_tabselect(factor, table, (mp_size_t)M->n, SMPI_NUM_TABLE, smpi_num_bits(e, e_len, at, some));
    smpi_mont_mul(z, z, factor, M);
  }
  memcpy(r, z, M->n * sizeof *r);
  smpi_wipe(table, sizeof table);
  smpi_wipe(factor, sizeof factor);
  smpi_wipe(z, sizeof z);
}

/* --- plain numbers --------------------------------------------------------------------- */

void smpi_num_mod(mp_limb_t *r, const mp_limb_t *a, size_t len, const mp_limb_t *m, size_t n) {
  mp_limb_t t[DIVIDED], scratch[SCRATCH];
  SMPI_VERIFY(len <= DIVIDED && mpn_sec_div_r_itch((mp_size_t)len, (mp_size_t)n) <= SCRATCH);
  memcpy(t, a, len * sizeof *t);
  mpn_sec_div_r(t, (mp_size_t)len, m, (mp_size_t)n, scratch);
  memcpy(r, t, n * sizeof *r);
  smpi_wipe(t, sizeof t);
  smpi_wipe(scratch, sizeof scratch);
}

void smpi_num_lower(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *m, size_t n) {
  mp_limb_t less[N], borrow = mpn_sub_n(less, a, m, (mp_size_t)n);
  choose(r, borrow ^ 1, less, a, n);
  smpi_wipe(less, sizeof less);
}

void smpi_num_sub_mod(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *b, const mp_limb_t *m, size_t n) {
  mp_limb_t d[N], more[N], borrow = mpn_sub_n(d, a, b, (mp_size_t)n);
  mpn_add_n(more, d, m, (mp_size_t)n);
  choose(r, borrow, more, d, n);
  smpi_wipe(d, sizeof d);
  smpi_wipe(more, sizeof more);
}

void smpi_num_get(mp_limb_t *r, const uint8_t *in, size_t n) {
  for (size_t i = 0; i < n; i++) r[i] = smpi_get64(in + 8 * i);
}
void smpi_num_put(uint8_t *out, const mp_limb_t *a, size_t n) {
  for (size_t i = 0; i < n; i++) smpi_put64(out + 8 * i, a[i]);
}

bool smpi_num_is_below_vt(const mp_limb_t *a, const mp_limb_t *b, size_t n) { return mpn_cmp(a, b, (mp_size_t)n) < 0; }

bool smpi_num_has_common_factor_vt(const mp_limb_t *a, size_t len, const mp_limb_t *odd, size_t n) {
  mp_limb_t x[N], y[N], g[N];
  smpi_num_mod(x, a, len, odd, n);
  memcpy(y, odd, n * sizeof *y);
  if (mpn_zero_p(x, (mp_size_t)n)) return true;
  mp_size_t x_len = (mp_size_t)n;
  while (x[x_len - 1] == 0) x_len--;
  mp_size_t g_len = mpn_gcd(g, y, (mp_size_t)n, x, x_len);
  return g_len != 1 || g[0] != 1;
}
