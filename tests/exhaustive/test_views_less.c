/* test_views_less.c - comparison, equality and bit conversion over Z_8: the local
 * steps of two parties chained, for every input and every random tape; correct,
 * and what party 0 sees does not depend on party 1's share.  Broken variants
 * must be found. */
#define SMPI_RING_BITS 3
#include "support/test.h"

/* The local steps over the small ring, in place of the library's. */
#include "compare/a2b.c"
#include "compare/less.c"

#include "compare/equal.h"
#include "exhaustive/tally.h"

enum { RING = 1 << SMPI_RING_BITS, MASK = RING - 1 };
enum broken { SOUND, NEVER_ZERO, FIXED_BIT, SHARED_MASK };

/* --- one tape: an edaBit and one AND ------------------------------------------- */

enum { TAPE = 3 * SMPI_RING_BITS + 5 };
struct tape { uint64_t r[2], row[2][SMPI_RING_BITS], a[2], b[2], c[2]; };

static uint64_t bits(uint64_t *tape, unsigned n) {
  uint64_t b = *tape & ((UINT64_C(1) << n) - 1);
  *tape >>= n;
  return b;
}

/* false: a tape the broken source does not give */
static bool deal(struct tape *t, uint64_t tape, enum broken how) {
  uint64_t r = bits(&tape, SMPI_RING_BITS);
  t->r[0] = bits(&tape, SMPI_RING_BITS);
  t->r[1] = (r - t->r[0]) & MASK;
  for (unsigned i = 0; i < SMPI_RING_BITS; i++) {
    t->row[0][i] = bits(&tape, 1);
    t->row[1][i] = t->row[0][i] ^ (r >> i & 1);
  }
  for (int i = 0; i < 2; i++) {
    t->a[i] = bits(&tape, 1);
    t->b[i] = bits(&tape, 1);
  }
  t->c[0] = bits(&tape, 1);
  t->c[1] = t->c[0] ^ ((t->a[0] ^ t->a[1]) & (t->b[0] ^ t->b[1]));
  if (how == NEVER_ZERO) return r != 0;
  if (how == FIXED_BIT) return (r >> (SMPI_RING_BITS - 1)) == 0;
  if (how == SHARED_MASK) return t->a[0] == t->b[0] && t->a[1] == t->b[1];
  return true;
}

/* What party 0 is dealt, and what it gets. */
static void see(struct tally *view, const struct tape *t, uint64_t masked, const shr *ef) {
  tally_see(view, t->r[0], SMPI_RING_BITS);
  for (unsigned i = 0; i < SMPI_RING_BITS; i++) tally_see(view, t->row[0][i], 1);
  tally_see(view, t->a[0] | t->b[0] << 1 | t->c[0] << 2, 3);
  tally_see(view, masked, SMPI_RING_BITS);
  tally_see(view, ef[0].v | ef[1].v << 1, 2);
  tally_count(view);
}
enum { VIEW = 3 * SMPI_RING_BITS + 5 };

/* --- the runs -------------------------------------------------------------------- */

struct side { /* one party */
  shr masked, g[SMPI_RING_BITS], p[SMPI_RING_BITS], ef[2];
  uint64_t *row[SMPI_RING_BITS], *one[3];
};

static void mask_side(struct side *h, struct tape *t, int i, uint64_t d) {
  const shr share = {d};
  for (unsigned k = 0; k < SMPI_RING_BITS; k++) h->row[k] = &t->row[i][k];
  h->one[0] = &t->a[i];
  h->one[1] = &t->b[i];
  h->one[2] = &t->c[i];
  smpi_sign_mask(&h->masked, &share, &t->r[i], 1);
  h->masked.v &= MASK;
}

static pub open_bit(const struct side h[2], int k) {
  const pub v = {h[0].ef[k].v ^ h[1].ef[k].v};
  return v;
}

/* The borrows of c - r at both sides: two nodes, one level. */
static void borrow(struct side h[2], const uint64_t rows[SMPI_RING_BITS], enum smpi_borrow which) {
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  assert_int_equal(smpi_bitless_plan(level, SMPI_RING_BITS - 1, which), 1);
  for (int i = 0; i < 2; i++) {
    const struct smpi_nodes n = {h[i].g, h[i].p, 1, 1};
    for (unsigned k = 0; k < SMPI_RING_BITS; k++) h[i].g[k].v = rows[k];
    smpi_bitless_leaves(&n, h[i].row, SMPI_RING_BITS - 1, i == 0);
    smpi_bitless_mask(h[i].ef, &n, level, h[i].one, NULL);
  }
  const pub opened[2] = {open_bit(h, 0), open_bit(h, 1)};
  for (int i = 0; i < 2; i++) {
    const struct smpi_nodes n = {h[i].g, h[i].p, 1, 1};
    smpi_bitless_combine(&n, level, opened, h[i].one, NULL, i == 0);
  }
}

typedef uint64_t (*run_fn)(struct side h[2], const uint64_t rows[SMPI_RING_BITS]);

static uint64_t run_sign(struct side h[2], const uint64_t rows[SMPI_RING_BITS]) {
  borrow(h, rows, SMPI_BORROW_TOP);
  shr sign[2];
  for (int i = 0; i < 2; i++) {
    sign[i] = h[i].g[TOP - 1];
    smpi_sign_finish(&sign[i], &rows[TOP], h[i].row[TOP], i == 0, 1);
  }
  return (sign[0].v ^ sign[1].v) & 1;
}
static uint64_t want_sign(uint64_t d) { return d >> TOP; }

static uint64_t run_bits(struct side h[2], const uint64_t rows[SMPI_RING_BITS]) {
  borrow(h, rows, SMPI_BORROW_ALL);
  shr out[2][SMPI_RING_BITS];
  uint64_t x = 0;
  for (int i = 0; i < 2; i++) {
    const struct smpi_nodes n = {h[i].g, h[i].p, 1, 1};
    smpi_a2b_finish(out[i], 1, rows, 1, h[i].row, &n, i == 0);
  }
  for (unsigned k = 0; k < SMPI_RING_BITS; k++) x |= ((out[0][k].v ^ out[1][k].v) & 1) << k;
  return x;
}
static uint64_t want_bits(uint64_t d) { return d; }

/* The lowest two bits agree: one AND of the tree of equality. */
static uint64_t run_equal(struct side h[2], const uint64_t rows[SMPI_RING_BITS]) {
  shr e[2][2], z[2];
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < 2; k++) smpi_equal_row(&e[i][k], &rows[k], h[i].row[k], i == 0, 1);
    smpi_and_mask(&h[i].ef[0], &h[i].ef[1], &e[i][0], &e[i][1], h[i].one[0], h[i].one[1], 1);
    h[i].ef[0].v &= 1;
    h[i].ef[1].v &= 1;
  }
  const pub opened[2] = {open_bit(h, 0), open_bit(h, 1)};
  for (int i = 0; i < 2; i++)
    smpi_and_combine(&z[i], &opened[0], &opened[1], h[i].one[0], h[i].one[1], h[i].one[2], i == 0, 1);
  return (z[0].v ^ z[1].v) & 1;
}
static uint64_t want_equal(uint64_t d) { return (d & 3) == 0; }

/* --- every input, every tape ------------------------------------------------------- */

static bool run(struct tally *view, uint64_t d0, uint64_t d1, struct tape *t, run_fn fn, uint64_t (*want)(uint64_t)) {
  struct side h[2];
  uint64_t rows[SMPI_RING_BITS];
  mask_side(&h[0], t, 0, d0);
  mask_side(&h[1], t, 1, d1);
  for (unsigned k = 0; k < SMPI_RING_BITS; k++) rows[k] = (h[0].masked.v + h[1].masked.v) >> k & 1;
  uint64_t got = fn(h, rows);
  see(view, t, h[1].masked.v, h[1].ef);
  return got == want((d0 + d1) & MASK);
}

static bool hides(run_fn fn, uint64_t (*want)(uint64_t), uint64_t d0, enum broken how) {
  struct tally t[RING];
  struct tape tape;
  bool right = true;
  for (uint64_t d1 = 0; d1 < RING; d1++) {
    t[d1] = tally_new(VIEW);
    for (uint64_t k = 0; k < 1u << TAPE; k++)
      if (deal(&tape, k, how)) right &= run(&t[d1], d0, d1, &tape, fn, want);
  }
  assert_true(right);
  bool same = tally_all_same(t, RING);
  for (unsigned i = 0; i < RING; i++) tally_free(&t[i]);
  return same;
}

static void comparison_shows_nothing(void **state) {
  (void)state;
  for (uint64_t d0 = 0; d0 < RING; d0++) assert_true(hides(run_sign, want_sign, d0, SOUND));
}

static void conversion_to_bits_shows_nothing(void **state) {
  (void)state;
  for (uint64_t d0 = 0; d0 < RING; d0++) assert_true(hides(run_bits, want_bits, d0, SOUND));
}

static void equality_shows_nothing(void **state) {
  (void)state;
  for (uint64_t d0 = 0; d0 < RING; d0++) assert_true(hides(run_equal, want_equal, d0, SOUND));
}

static void broken_masks_are_found(void **state) {
  (void)state;
  const enum broken how[] = {NEVER_ZERO, FIXED_BIT, SHARED_MASK};
  for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
    assert_false(hides(run_sign, want_sign, 0, how[i]));
    assert_false(hides(run_bits, want_bits, 0, how[i]));
    assert_false(hides(run_equal, want_equal, 0, how[i]));
  }
}

/* x < y over the whole signed range, from the three signs. */
static void the_full_range_follows_from_three_signs(void **state) {
  (void)state;
  for (int x = -RING / 2; x < RING / 2; x++)
    for (int y = -RING / 2; y < RING / 2; y++) {
      const shr sx = {x < 0}, sy = {y < 0}, sd = {(uint64_t)(x - y) >> TOP & 1};
      shr u, v;
      smpi_less_full_operands(&u, &v, &sx, &sy, &sd, 1);
      assert_int_equal(sd.v ^ (u.v & v.v), x < y);
    }
}

TEST_MAIN(T(comparison_shows_nothing), T(conversion_to_bits_shows_nothing), T(equality_shows_nothing),
          T(broken_masks_are_found), T(the_full_range_follows_from_three_signs))
