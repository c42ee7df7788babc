/* gf128_loops.h - what reads the same for every width of carry-less products.
 *
 * Included once by gf128_clmul.c and gf128_vclmul.c, which define TARGET (the
 * attribute that allows their instructions), vec (LANES elements) and its
 * operations before.  What is left of n below LANES goes to the kernel of one. */

struct wide { vec low, mid, high; }; /* products before they are reduced: low + x^64 mid + x^128 high */

TARGET static blk folded(vec v); /* the sum of the lanes */

TARGET static inline struct wide none(void) {
  struct wide s = {ZERO, ZERO, ZERO};
  return s;
}

/* s += x y */
TARGET static inline void mul_add(struct wide *s, vec x, vec y) {
  s->low = XOR(s->low, CLMUL(x, y, 0x00));
  s->mid = XOR(s->mid, XOR(CLMUL(x, y, 0x01), CLMUL(x, y, 0x10)));
  s->high = XOR(s->high, CLMUL(x, y, 0x11));
}

/* Modulo the polynomial: x^128 = x^7 + x^2 + x + 1. */
TARGET static inline vec reduced(const struct wide *s) {
  vec tail = EACH(0x87, 0), low = XOR(s->low, LEFT_8(s->mid)), high = XOR(s->high, RIGHT_8(s->mid));
  vec over = CLMUL(high, tail, 0x01);
  low = XOR(low, LEFT_8(over));
  high = XOR(high, RIGHT_8(over));
  return XOR(low, CLMUL(high, tail, 0x00));
}

TARGET static void mul_each(blk *z, const blk *x, const blk *y, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    struct wide s = none();
    mul_add(&s, LOAD(x + i), LOAD(y + i));
    STORE(z + i, reduced(&s));
  }
  if (LANES > 1 && i < n) smpi_gf128_clmul.mul_each(z + i, x + i, y + i, n - i);
}

TARGET static void axpy(blk *z, blk k, const blk *x, size_t n) {
  vec kk = EACH(k.w[0], k.w[1]);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    struct wide s = none();
    mul_add(&s, kk, LOAD(x + i));
    STORE(z + i, XOR(LOAD(z + i), reduced(&s)));
  }
  if (LANES > 1 && i < n) smpi_gf128_clmul.axpy(z + i, k, x + i, n - i);
}

TARGET static blk dot(const blk *x, const blk *y, size_t n) {
  struct wide s[2] = {none(), none()}; /* two, so that sums need not wait for each other */
  size_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    mul_add(&s[0], LOAD(x + i), LOAD(y + i));
    mul_add(&s[1], LOAD(x + i + LANES), LOAD(y + i + LANES));
  }
  for (; i + LANES <= n; i += LANES) mul_add(&s[0], LOAD(x + i), LOAD(y + i));
  blk z = smpi_blk_xor(folded(reduced(&s[0])), folded(reduced(&s[1])));
  if (LANES > 1 && i < n) z = smpi_blk_xor(z, smpi_gf128_clmul.dot(x + i, y + i, n - i));
  return z;
}
