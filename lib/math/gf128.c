/* gf128.c - see gf128.h: the portable kernel, and the choice among all.
 *
 * Without an instruction for it, a carry-less product is made of ordinary ones:
 * of every four bits of each factor only one is kept, so that at most 15 terms
 * meet in one column and no carry reaches the next bit that counts.  Neither a
 * table nor a branch depends on the data. */
#include "math/gf128.h"

#include "math/gf128_kernels.h"

/* --- portable ------------------------------------------------------------------- */

static bool always(void) { return true; }

/* The low 64 bits of the carry-less product. */
static uint64_t low_product(uint64_t x, uint64_t y) {
  const uint64_t every_fourth = UINT64_C(0x1111111111111111);
  uint64_t z = 0;
  for (int i = 0; i < 4; i++) { /* the terms whose degree is i modulo 4; 16 meet at most, in the top digit: */
    uint64_t sum = 0;           /* what they carry is lost beyond it */
    for (int j = 0; j < 4; j++) sum ^= (x & every_fourth << j) * (y & every_fourth << ((i - j) & 3));
    z |= sum & every_fourth << i;
  }
  return z;
}

static uint64_t reversed(uint64_t x) {
  x = (x >> 1 & UINT64_C(0x5555555555555555)) | (x & UINT64_C(0x5555555555555555)) << 1;
  x = (x >> 2 & UINT64_C(0x3333333333333333)) | (x & UINT64_C(0x3333333333333333)) << 2;
  x = (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
  return __builtin_bswap64(x);
}

/* The product of reversed factors is the reversed product: its low half is the high half. */
static uint64_t high_product(uint64_t x_reversed, uint64_t y_reversed) {
  return reversed(low_product(x_reversed, y_reversed)) >> 1;
}

static blk product_64(uint64_t x, uint64_t y) {
  return (blk){{low_product(x, y), high_product(reversed(x), reversed(y))}};
}

struct wide { uint64_t w[4]; }; /* a product before it is reduced */

/* s += x y, by Karatsuba's three products for four */
static void mul_add(struct wide *s, blk x, blk y) {
  blk low = product_64(x.w[0], y.w[0]), high = product_64(x.w[1], y.w[1]);
  blk cross = smpi_blk_xor(product_64(x.w[0] ^ x.w[1], y.w[0] ^ y.w[1]), smpi_blk_xor(low, high));
  s->w[0] ^= low.w[0];
  s->w[1] ^= low.w[1] ^ cross.w[0];
  s->w[2] ^= high.w[0] ^ cross.w[1];
  s->w[3] ^= high.w[1];
}

/* Modulo the polynomial: x^128 = x^7 + x^2 + x + 1. */
static blk reduced(const struct wide *s) {
  uint64_t h = s->w[3], over = h >> 63 ^ h >> 62 ^ h >> 57, g = s->w[2] ^ over;
  return (blk){{s->w[0] ^ g ^ g << 1 ^ g << 2 ^ g << 7,
                s->w[1] ^ h ^ h << 1 ^ h << 2 ^ h << 7 ^ g >> 63 ^ g >> 62 ^ g >> 57}};
}

static blk product(blk x, blk y) {
  struct wide s = {{0}};
  mul_add(&s, x, y);
  return reduced(&s);
}

static void mul_each(blk *z, const blk *x, const blk *y, size_t n) {
  for (size_t i = 0; i < n; i++) z[i] = product(x[i], y[i]);
}

static void axpy(blk *z, blk k, const blk *x, size_t n) {
  for (size_t i = 0; i < n; i++) z[i] = smpi_blk_xor(z[i], product(k, x[i]));
}

static blk dot(const blk *x, const blk *y, size_t n) {
  struct wide s = {{0}};
  for (size_t i = 0; i < n; i++) mul_add(&s, x[i], y[i]);
  return reduced(&s);
}

const struct smpi_gf128_kernels smpi_gf128_portable = {"portable", always, mul_each, axpy, dot};

/* --- the choice -------------------------------------------------------------------- */

static const struct smpi_gf128_kernels *const all[] = {
    &smpi_gf128_portable,
#if defined(__x86_64__)
    &smpi_gf128_clmul,
    &smpi_gf128_vclmul,
#endif
};
enum { ALL = sizeof all / sizeof *all };

const struct smpi_gf128_kernels *smpi_gf128_kernels_at(size_t i) { return i < ALL ? all[i] : NULL; }

static const struct smpi_gf128_kernels *best(void) {
  size_t i = ALL - 1;
  while (!all[i]->usable()) i--; /* ends: the portable one always is */
  return all[i];
}

blk smpi_gf128_mul(blk x, blk y) {
  blk z;
  best()->mul_each(&z, &x, &y, 1);
  return z;
}

void smpi_gf128_mul_each(blk *z, const blk *x, const blk *y, size_t n) { best()->mul_each(z, x, y, n); }
void smpi_gf128_axpy(blk *z, blk k, const blk *x, size_t n) { best()->axpy(z, k, x, n); }
blk smpi_gf128_dot(const blk *x, const blk *y, size_t n) { return best()->dot(x, y, n); }

void smpi_gf128_powers(blk *p, blk x, size_t n) {
  if (n == 0) return;
  p[0] = x;
  for (size_t have = 1; have < n; have *= 2) { /* x^(have+i+1) = x^have x^(i+1) */
    size_t more = have < n - have ? have : n - have;
    for (size_t i = 0; i < more; i++) p[have + i] = (blk){{0, 0}};
    best()->axpy(p + have, p[have - 1], p, more);
  }
}
