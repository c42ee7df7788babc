/* test_views_share.c - input, sharings of zero, opening and release over Z_4:
 * every input, every random tape; correct, and what a coalition sees does not
 * depend on what it must not know.  Broken variants must be found. */
#include "support/test.h"

#include "exhaustive/tally.h"
#include "share/input.h"
#include "share/zero.h"

enum { BITS = 2, RING = 1 << BITS, MASK = RING - 1 };

/* --- input ------------------------------------------------------------------
 * Three computing parties, an owner outside: ranks 1 and 2 draw m1, m2, rank 0
 * gets the correction.  The coalition is ranks 0 and `with`. */

/* least: the smallest value the streams give; 1 is a mask that is never zero */
static bool input_hides(unsigned with, unsigned least) {
  struct tally t[RING];
  for (uint64_t v = 0; v < RING; v++) {
    t[v] = tally_new(2 * BITS);
    for (uint64_t m1 = least; m1 < RING; m1++)
      for (uint64_t m2 = least; m2 < RING; m2++) {
        const uint64_t masks[2] = {m1, m2};
        shr own;
        smpi_input_split(&own, &v, masks, 2, 1);
        assert_int_equal((own.v + m1 + m2) & MASK, v);
        tally_see(&t[v], own.v, BITS);
        tally_see(&t[v], masks[with - 1], BITS);
        tally_count(&t[v]);
      }
  }
  bool same = tally_all_same(t, RING);
  for (unsigned v = 0; v < RING; v++) tally_free(&t[v]);
  return same;
}

static void input_shows_nothing(void **state) {
  (void)state;
  assert_true(input_hides(1, 0));
  assert_true(input_hides(2, 0));
}

static void input_with_a_mask_never_zero_is_found(void **state) {
  (void)state;
  assert_false(input_hides(1, 1));
}

/* --- sharings of zero ---------------------------------------------------------- */

enum { PARTIES = 3, PAIRS = 3 };
static const unsigned low[PAIRS] = {0, 0, 1}, high[PAIRS] = {1, 2, 2};

/* share[k] := party k's share of zero from the pairs' streams. */
static void zero_shares(uint64_t share[PARTIES], const uint64_t stream[PAIRS], enum smpi_join join) {
  shr z[PARTIES] = {{0}, {0}, {0}};
  for (unsigned p = 0; p < PAIRS; p++) {
    smpi_zero_apply(&z[low[p]], &stream[p], 1, join, 1);
    smpi_zero_apply(&z[high[p]], &stream[p], 1, join, 0);
  }
  for (unsigned k = 0; k < PARTIES; k++) share[k] = z[k].v & MASK;
}

static uint64_t join_of(uint64_t a, uint64_t b, enum smpi_join join) {
  return (join == SMPI_SUM ? a + b : a ^ b) & MASK;
}

/* What party 0 sees of a release of x1, x2 (its own share is 0): its two
 * streams and the two shares that arrive. */
static void see_release(struct tally *t, uint64_t x1, uint64_t x2, enum smpi_join join, unsigned least, bool refresh) {
  for (unsigned tape = 0; tape < RING * RING * RING; tape++) {
    const uint64_t stream[PAIRS] = {tape & MASK, tape >> BITS & MASK, tape >> 2 * BITS};
    uint64_t share[PARTIES];
    if (stream[2] < least) continue;
    zero_shares(share, stream, join);
    assert_int_equal(join_of(join_of(share[0], share[1], join), share[2], join), 0);
    tally_see(t, stream[0], BITS);
    tally_see(t, stream[1], BITS);
    tally_see(t, refresh ? join_of(x1, share[1], join) : x1, BITS);
    tally_see(t, refresh ? join_of(x2, share[2], join) : x2, BITS);
    tally_count(t);
  }
}

/* Views for one value, however its shares are laid out. */
static bool release_hides(uint64_t value, enum smpi_join join, unsigned least, bool refresh) {
  struct tally t[RING];
  for (uint64_t x1 = 0; x1 < RING; x1++) {
    uint64_t x2 = join == SMPI_SUM ? (value - x1) & MASK : value ^ x1;
    t[x1] = tally_new(4 * BITS);
    see_release(&t[x1], x1, x2, join, least, refresh);
  }
  bool same = tally_all_same(t, RING);
  for (unsigned i = 0; i < RING; i++) tally_free(&t[i]);
  return same;
}

static void release_shows_the_value_alone(void **state) {
  (void)state;
  for (uint64_t value = 0; value < RING; value++) {
    assert_true(release_hides(value, SMPI_SUM, 0, true));
    assert_true(release_hides(value, SMPI_XOR, 0, true));
  }
}

static void release_with_broken_zeroes_is_found(void **state) {
  (void)state;
  assert_false(release_hides(1, SMPI_SUM, 0, false)); /* not re-randomised  */
  assert_false(release_hides(1, SMPI_SUM, 1, true));  /* a stream never zero */
  assert_false(release_hides(1, SMPI_XOR, 1, true));
}

/* --- opening --------------------------------------------------------------------
 * A value x under a uniform mask r, distributed among three: party 0 joins part
 * 0, gets the sum of part 1 from party 1.  Its own shares are 0. */

static bool opening_hides(unsigned least) {
  struct tally t[RING];
  for (uint64_t x = 0; x < RING; x++) {
    t[x] = tally_new(3 * BITS);
    for (unsigned tape = 0; tape < 1u << 4 * BITS; tape++) {
      const uint64_t r1 = tape & MASK, r2 = tape >> BITS & MASK, q1 = tape >> 2 * BITS & MASK, q2 = tape >> 3 * BITS;
      if (r1 < least || q1 < least) continue;
      shr sum = {0};
      const uint64_t from1 = (x + r1) & MASK, from2 = r2; /* part 0: party 1 holds x */
      smpi_ring_add_words(&sum.v, &from1, 1);
      smpi_ring_add_words(&sum.v, &from2, 1);
      assert_int_equal((sum.v - r1 - r2) & MASK, x);
      tally_see(&t[x], from1, BITS);
      tally_see(&t[x], from2, BITS);
      tally_see(&t[x], x + q1 + q2, BITS);                /* part 1, joined      */
      tally_count(&t[x]);
    }
  }
  bool same = tally_all_same(t, RING);
  for (unsigned x = 0; x < RING; x++) tally_free(&t[x]);
  return same;
}

static void opening_shows_a_masked_value_alone(void **state) {
  (void)state;
  assert_true(opening_hides(0));
}

static void opening_under_a_mask_never_zero_is_found(void **state) {
  (void)state;
  assert_false(opening_hides(1));
}

TEST_MAIN(T(input_shows_nothing), T(input_with_a_mask_never_zero_is_found), T(release_shows_the_value_alone),
          T(release_with_broken_zeroes_is_found), T(opening_shows_a_masked_value_alone),
          T(opening_under_a_mask_never_zero_is_found))
