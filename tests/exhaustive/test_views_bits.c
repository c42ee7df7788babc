/* test_views_bits.c - ANDs, one level of the carry tree, and bit conversion: every
 * input, every random tape of two parties; correct, and what party 0 sees does
 * not depend on party 1's input.  Broken variants must be found. */
#include "support/test.h"

#include "compare/and.h"
#include "compare/b2a.h"
#include "compare/bitless.h"
#include "exhaustive/tally.h"

/* The next bit of a tape. */
static uint64_t bit(uint64_t *tape) {
  uint64_t b = *tape & 1;
  *tape >>= 1;
  return b;
}

enum broken { SOUND, NEVER_ZERO, SHARED_MASK };

/* --- a single AND and a pair ---------------------------------------------------- */

enum { PAIR_TAPE = 8 }; /* a, b, b2 at both parties; c, c2 at one */
struct masks { uint64_t a[2], b[2], b2[2], c[2], c2[2]; };

/* false: a tape the broken source does not give */
static bool deal(struct masks *t, uint64_t tape, enum broken how) {
  for (int i = 0; i < 2; i++) {
    t->a[i] = bit(&tape);
    t->b[i] = bit(&tape);
    t->b2[i] = bit(&tape);
  }
  t->c[0] = bit(&tape);
  t->c2[0] = bit(&tape);
  if (how == SHARED_MASK && (t->b[0] != t->a[0] || t->b[1] != t->a[1])) return false;
  if (how == NEVER_ZERO && (t->a[0] ^ t->a[1]) == 0) return false;
  t->c[1] = t->c[0] ^ ((t->a[0] ^ t->a[1]) & (t->b[0] ^ t->b[1]));
  t->c2[1] = t->c2[0] ^ ((t->a[0] ^ t->a[1]) & (t->b2[0] ^ t->b2[1]));
  return true;
}

/* One run: x, y, y2 are party 0's shares in bits 0-2 of `in0`, party 1's in `in1`. */
static void run_pair(struct tally *view, unsigned in0, unsigned in1, const struct masks *t) {
  const unsigned in[2] = {in0, in1};
  shr e[2], f[2], f2[2], z[2], z2[2];
  for (int i = 0; i < 2; i++) {
    const shr x = {in[i] & 1}, y = {in[i] >> 1 & 1}, y2 = {in[i] >> 2};
    const struct smpi_bit_pair p = {&t->a[i], &t->b[i], &t->b2[i], &t->c[i], &t->c2[i]};
    smpi_and_pair_mask(&e[i], &f[i], &f2[i], &x, &y, &y2, &p, 1);
  }
  const pub E = {e[0].v ^ e[1].v}, F = {f[0].v ^ f[1].v}, F2 = {f2[0].v ^ f2[1].v};
  for (int i = 0; i < 2; i++) {
    smpi_and_combine(&z[i], &E, &F, &t->a[i], &t->b[i], &t->c[i], i == 0, 1);
    smpi_and_combine(&z2[i], &E, &F2, &t->a[i], &t->b2[i], &t->c2[i], i == 0, 1);
  }
  unsigned v = in0 ^ in1;
  assert_int_equal((z[0].v ^ z[1].v) & 1, v & 1 & v >> 1);
  assert_int_equal((z2[0].v ^ z2[1].v) & 1, v & 1 & v >> 2);
  tally_see(view, t->a[0] | t->b[0] << 1 | t->b2[0] << 2 | t->c[0] << 3 | t->c2[0] << 4, 5);
  tally_see(view, e[1].v | f[1].v << 1 | f2[1].v << 2, 3);
  tally_count(view);
}

static bool pair_hides(unsigned in0, enum broken how) {
  struct tally t[8];
  for (unsigned in1 = 0; in1 < 8; in1++) {
    t[in1] = tally_new(8);
    struct masks m;
    for (uint64_t tape = 0; tape < 1u << PAIR_TAPE; tape++)
      if (deal(&m, tape, how)) run_pair(&t[in1], in0, in1, &m);
  }
  bool same = tally_all_same(t, 8);
  for (unsigned i = 0; i < 8; i++) tally_free(&t[i]);
  return same;
}

static void pairs_of_ands_show_nothing(void **state) {
  (void)state;
  for (unsigned in0 = 0; in0 < 8; in0++) assert_true(pair_hides(in0, SOUND));
}

static void broken_pairs_are_found(void **state) {
  (void)state;
  assert_false(pair_hides(0, NEVER_ZERO));
  assert_false(pair_hides(0, SHARED_MASK));
}

/* --- one level of the tree: a single and a pair side by side ---------------------- */

enum { NODES = 4, LEVEL_TAPE = 5 + PAIR_TAPE };

struct half { /* one party's side of the level */
  shr g[NODES], p[NODES], masked[5];
  uint64_t word[8];
  uint64_t *one[3], *two[5];
};

static void fill_half(struct half *h, int i, uint64_t in, const uint64_t single[3], const struct masks *t) {
  const uint64_t word[8] = {single[0], single[1], single[2], t->a[i], t->b[i], t->b2[i], t->c[i], t->c2[i]};
  memcpy(h->word, word, sizeof word);
  for (int k = 0; k < 3; k++) h->one[k] = &h->word[k];
  for (int k = 0; k < 5; k++) h->two[k] = &h->word[3 + k];
  for (int k = 0; k < NODES; k++) {
    h->g[k].v = bit(&in);
    h->p[k].v = bit(&in);
  }
}

/* in: g0 p0 g1 p1 ... as bits; returns whether the level was computed rightly. */
static bool run_level(struct tally *view, uint64_t in0, uint64_t in1, uint64_t tape, enum broken how) {
  uint64_t one[2][3] = {{bit(&tape), bit(&tape), bit(&tape)}, {bit(&tape), bit(&tape), 0}};
  one[1][2] = one[0][2] ^ ((one[0][0] ^ one[1][0]) & (one[0][1] ^ one[1][1]));
  if (how == NEVER_ZERO && one[0][0] == one[1][0]) return true;
  struct masks t;
  if (!deal(&t, tape, SOUND)) return true;
  struct half h[2];
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  smpi_bitless_plan(level, NODES, SMPI_BORROW_TOP);
  for (int i = 0; i < 2; i++) {
    fill_half(&h[i], i, i == 0 ? in0 : in1, one[i], &t);
    const struct smpi_nodes n = {h[i].g, h[i].p, 1, 1};
    smpi_bitless_mask(h[i].masked, &n, &level[0], h[i].one, h[i].two);
  }
  pub opened[5];
  for (int k = 0; k < 5; k++) opened[k].v = h[0].masked[k].v ^ h[1].masked[k].v;
  for (int i = 0; i < 2; i++) {
    const struct smpi_nodes n = {h[i].g, h[i].p, 1, 1};
    smpi_bitless_combine(&n, &level[0], opened, h[i].one, h[i].two, i == 0);
  }
  uint64_t v = in0 ^ in1; /* g_k = bit 2k, p_k = bit 2k + 1 */
  uint64_t g1 = (v >> 2 ^ (v >> 3 & v)) & 1, g3 = (v >> 6 ^ (v >> 7 & v >> 4)) & 1, p3 = v >> 7 & v >> 5 & 1;
  for (int k = 0; k < 8; k++) tally_see(view, h[0].word[k], 1);
  for (int k = 0; k < 5; k++) tally_see(view, h[1].masked[k].v, 1);
  tally_count(view);
  return (h[0].g[1].v ^ h[1].g[1].v) == g1 && (h[0].g[3].v ^ h[1].g[3].v) == g3 && (h[0].p[3].v ^ h[1].p[3].v) == p3;
}

static bool level_hides(uint64_t in0, enum broken how) {
  enum { INPUTS = 1 << 2 * NODES };
  static struct tally t[INPUTS];
  bool right = true;
  for (uint64_t in1 = 0; in1 < INPUTS; in1++) {
    t[in1] = tally_new(13);
    for (uint64_t tape = 0; tape < 1u << LEVEL_TAPE; tape++) right &= run_level(&t[in1], in0, in1, tape, how);
  }
  assert_true(right);
  bool same = tally_all_same(t, INPUTS);
  for (unsigned i = 0; i < INPUTS; i++) tally_free(&t[i]);
  return same;
}

static void a_level_of_the_tree_shows_nothing(void **state) {
  (void)state;
  assert_true(level_hides(0, SOUND));
  assert_true(level_hides(0xb6, SOUND));
}

static void a_level_under_a_mask_never_zero_is_found(void **state) {
  (void)state;
  assert_false(level_hides(0, NEVER_ZERO));
}

/* --- a bit to a share by sum, over Z_4 ---------------------------------------------- */

static bool conversion_hides(uint64_t v0, enum broken how) {
  struct tally t[2];
  for (uint64_t v1 = 0; v1 < 2; v1++) {
    t[v1] = tally_new(4);
    for (unsigned tape = 0; tape < 1u << 4; tape++) {
      const uint64_t packed[2] = {tape & 1, tape >> 1 & 1}, r = packed[0] ^ packed[1];
      const uint64_t sum[2] = {tape >> 2, (r - (tape >> 2)) & 3};
      if (how == NEVER_ZERO && r == 0) continue;
      const shr v[2] = {{v0}, {v1}};
      shr masked[2], z[2];
      for (int i = 0; i < 2; i++) smpi_b2a_mask(&masked[i], &v[i], &packed[i], 1);
      const pub w = {masked[0].v ^ masked[1].v};
      for (int i = 0; i < 2; i++) smpi_b2a_combine(&z[i], &w, &sum[i], i == 0, 1);
      assert_int_equal((z[0].v + z[1].v) & 3, v0 ^ v1);
      tally_see(&t[v1], packed[0], 1);
      tally_see(&t[v1], sum[0], 2);
      tally_see(&t[v1], masked[1].v, 1);
      tally_count(&t[v1]);
    }
  }
  bool same = tally_same(&t[0], &t[1]);
  tally_free(&t[0]);
  tally_free(&t[1]);
  return same;
}

static void conversion_of_a_bit_shows_nothing(void **state) {
  (void)state;
  assert_true(conversion_hides(0, SOUND));
  assert_true(conversion_hides(1, SOUND));
}

static void conversion_under_a_bit_never_zero_is_found(void **state) {
  (void)state;
  assert_false(conversion_hides(0, NEVER_ZERO));
}

TEST_MAIN(T(pairs_of_ands_show_nothing), T(broken_pairs_are_found), T(a_level_of_the_tree_shows_nothing),
          T(a_level_under_a_mask_never_zero_is_found), T(conversion_of_a_bit_shows_nothing),
          T(conversion_under_a_bit_never_zero_is_found))
