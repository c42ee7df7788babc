/* test_views_steps.c - one shared number against two public ones under one mask
 * (function/steps.h), over Z_8: the local steps of two parties chained, for
 * every input and every random tape; correct, and what party 0 sees does not
 * depend on party 1's share.  A bit triple used for both trees must be found. */
#define SMPI_RING_BITS 3
#include "support/test.h"

/* The local steps over the small ring, in place of the library's. */
#include "compare/less.c"

#include "exhaustive/tally.h"

enum { RING = 1 << SMPI_RING_BITS, MASK = RING - 1, STEPS = 2 };
enum broken { SOUND, SHARED_TRIPLE, FIXED_BIT };

/* --- one tape: an edaBit and one AND for each step ----------------------------- */

enum { TAPE = 3 * SMPI_RING_BITS + 5 * STEPS };
struct tape { uint64_t r[2], row[2][SMPI_RING_BITS], a[STEPS][2], b[STEPS][2], c[STEPS][2]; };

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
  for (unsigned j = 0; j < STEPS; j++) {
    for (int i = 0; i < 2; i++) {
      t->a[j][i] = bits(&tape, 1);
      t->b[j][i] = bits(&tape, 1);
    }
    t->c[j][0] = bits(&tape, 1);
    t->c[j][1] = t->c[j][0] ^ ((t->a[j][0] ^ t->a[j][1]) & (t->b[j][0] ^ t->b[j][1]));
  }
  if (how == SHARED_TRIPLE)
    return t->a[0][0] == t->a[1][0] && t->a[0][1] == t->a[1][1] && t->b[0][0] == t->b[1][0] &&
           t->b[0][1] == t->b[1][1] && t->c[0][0] == t->c[1][0];
  if (how == FIXED_BIT) return (r >> (SMPI_RING_BITS - 1)) == 0;
  return true;
}

/* --- the runs -------------------------------------------------------------------- */

struct side { /* one party, one step */
  shr g[SMPI_RING_BITS], p[SMPI_RING_BITS], ef[2];
  uint64_t *row[SMPI_RING_BITS], *one[3];
};

static struct smpi_level level[SMPI_BITLESS_LEVELS]; /* of TOP nodes: the same in all runs */

static void mask_side(struct side *h, struct tape *t, unsigned j, int i, uint64_t c) {
  const struct smpi_nodes n = {h->g, h->p, 1, 1};
  for (unsigned k = 0; k < SMPI_RING_BITS; k++) {
    h->row[k] = &t->row[i][k];
    h->g[k].v = c >> k & 1;
  }
  h->one[0] = &t->a[j][i];
  h->one[1] = &t->b[j][i];
  h->one[2] = &t->c[j][i];
  smpi_bitless_leaves(&n, h->row, TOP, i == 0);
  smpi_bitless_mask(h->ef, &n, level, h->one, NULL);
}

static shr finish_side(struct side *h, const pub *opened, int i, uint64_t c) {
  const struct smpi_nodes n = {h->g, h->p, 1, 1};
  const uint64_t top = c >> TOP;
  smpi_bitless_combine(&n, level, opened, h->one, NULL, i == 0);
  shr sign = h->g[TOP - 1];
  smpi_sign_finish(&sign, &top, h->row[TOP], i == 0, 1);
  return sign;
}

/* Both steps; false when a bit is wrong. */
static bool run(struct tally *view, uint64_t d0, uint64_t d1, struct tape *t, const uint64_t step[STEPS]) {
  shr masked[2];
  const shr share[2] = {{d0}, {d1}};
  bool right = true;
  for (int i = 0; i < 2; i++) smpi_sign_mask(&masked[i], &share[i], &t->r[i], 1);
  tally_see(view, t->r[0], SMPI_RING_BITS);
  for (unsigned k = 0; k < SMPI_RING_BITS; k++) tally_see(view, t->row[0][k], 1);
  tally_see(view, masked[1].v & MASK, SMPI_RING_BITS);
  for (unsigned j = 0; j < STEPS; j++) {
    struct side h[2];
    uint64_t c = (masked[0].v + masked[1].v - step[j]) & MASK;
    for (int i = 0; i < 2; i++) mask_side(&h[i], t, j, i, c);
    const pub opened[2] = {{h[0].ef[0].v ^ h[1].ef[0].v}, {h[0].ef[1].v ^ h[1].ef[1].v}};
    uint64_t sign = 0;
    for (int i = 0; i < 2; i++) sign ^= finish_side(&h[i], opened, i, c).v & 1;
    right &= sign == ((d0 + d1 - step[j]) & MASK) >> TOP;
    tally_see(view, t->a[j][0] | t->b[j][0] << 1 | t->c[j][0] << 2, 3);
    tally_see(view, h[1].ef[0].v | (h[1].ef[1].v & 1) << 1, 2);
  }
  tally_count(view);
  return right;
}
enum { VIEW = 3 * SMPI_RING_BITS + 5 * STEPS };

static bool hides(uint64_t d0, const uint64_t step[STEPS], enum broken how) {
  struct tally t[RING];
  struct tape tape;
  bool right = true;
  smpi_bitless_plan(level, TOP, SMPI_BORROW_TOP);
  for (uint64_t d1 = 0; d1 < RING; d1++) {
    t[d1] = tally_new(VIEW);
    for (uint64_t k = 0; k < 1u << TAPE; k++)
      if (deal(&tape, k, how)) right &= run(&t[d1], d0, d1, &tape, step);
  }
  assert_true(right);
  bool same = tally_all_same(t, RING);
  for (unsigned i = 0; i < RING; i++) tally_free(&t[i]);
  return same;
}

static void two_steps_under_one_mask_show_nothing(void **state) {
  (void)state;
  static const uint64_t steps[][STEPS] = {{0, 3}, {7, 1}};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    for (uint64_t d0 = 0; d0 < RING; d0 += 5) assert_true(hides(d0, steps[i], SOUND));
}

static void a_triple_for_both_is_found(void **state) {
  (void)state;
  static const uint64_t steps[STEPS] = {0, 3};
  assert_false(hides(0, steps, SHARED_TRIPLE));
  assert_false(hides(0, steps, FIXED_BIT));
}

TEST_MAIN(T(two_steps_under_one_mask_show_nothing), T(a_triple_for_both_is_found))
