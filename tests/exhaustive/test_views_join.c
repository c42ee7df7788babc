/* test_views_join.c - the local halves of equality in shares and of the choice of
 * numbers: every tape; right, and no view depends on what the other side holds.  Broken pads must be found. */
#include "support/test.h"

#include "exhaustive/tally.h"
#include "psi/keep.h"
#include "psi/same.h"

enum broken { SOUND, FIXED_SHARE, TWO_EQUAL_PADS };

/* --- one test of four bits ----------------------------------------------------------- */

/* The receiver's view of one run: its choice, its pad, all sixteen answers. */
static void run_four_bits(struct tally *view, uint8_t x, uint8_t y, uint16_t table, uint8_t a, uint8_t share) {
  uint8_t mine = (uint8_t)(a | (table >> a & 1) << 4), ask, learnt;
  uint16_t answer;
  smpi_same_ask(&ask, &x, &mine, 1);
  smpi_same_answer(&answer, &table, &ask, &y, &share, 1);
  smpi_same_learn(&learnt, &answer, &x, &mine, 1);
  assert_int_equal(learnt ^ share, x == y);
  tally_see(view, mine, 5);
  tally_see(view, answer, 16);
  tally_count(view);
}

static bool tests_hide(enum broken how, uint8_t x) {
  static const uint8_t others[3] = {0, 5, 12};
  struct tally view[3];
  for (int k = 0; k < 3; k++) {
    view[k] = tally_new(21);
    for (uint32_t tape = 0; tape < 1 << 21; tape++) {
      uint16_t table = (uint16_t)tape;
      uint8_t a = tape >> 16 & 15, share = tape >> 20 & 1;
      if (how == FIXED_SHARE && share != 0) continue;
      if (how == TWO_EQUAL_PADS && ((table >> 3 ^ table >> 9) & 1) != 0) continue;
      run_four_bits(&view[k], x, others[k], table, a, share);
    }
  }
  bool hide = tally_all_same(view, 3);
  for (int k = 0; k < 3; k++) tally_free(&view[k]);
  return hide;
}

static void the_receiver_of_a_test_sees_nothing(void **state) {
  (void)state;
  assert_true(tests_hide(SOUND, 5));
  assert_true(tests_hide(SOUND, 7));
  assert_false(tests_hide(FIXED_SHARE, 5));
  assert_false(tests_hide(TWO_EQUAL_PADS, 5));
}

/* For each x, every d comes from exactly one choice; and all x, y are judged rightly. */
static void the_sender_of_a_test_sees_nothing(void **state) {
  (void)state;
  for (uint8_t x = 0; x < 16; x++) {
    uint32_t seen = 0;
    for (uint8_t a = 0; a < 16; a++) {
      uint8_t ask;
      smpi_same_ask(&ask, &x, &a, 1);
      seen |= 1u << ask;
    }
    assert_int_equal(seen, 0xffff);
  }
  struct tally any = tally_new(21);
  for (uint32_t i = 0; i < 1 << 16; i++)
    run_four_bits(&any, i & 15, i >> 4 & 15, (uint16_t)(i * 40503u), i >> 8 & 15, i >> 12 & 1);
  tally_free(&any);
}

/* --- numbers modulo 4 --------------------------------------------------------------------- */

static void run_keep(struct tally *view, uint64_t x, uint64_t z, uint64_t c, uint64_t p0, uint64_t p1) {
  shr sx = {x}, sz = {z}, bit = {c}, mine = {0};
  uint64_t u, pad = c ? p1 : p0;
  smpi_keep_offer(&u, &sz, &sx, &p0, &p1, 1);
  u &= 3; /* as sent, in this ring */
  smpi_keep_accept(&mine, &u, &pad, &bit, 1);
  assert_int_equal((sz.v + mine.v) & 3, (c ? x - z : z) & 3);
  tally_see(view, pad, 2);
  tally_see(view, u, 2);
  tally_count(view);
}

static bool numbers_hide(enum broken how) {
  bool hide = true;
  for (uint64_t c = 0; c < 2; c++) {
    struct tally view[16];
    for (uint64_t input = 0; input < 16; input++) {
      view[input] = tally_new(4);
      for (uint64_t tape = 0; tape < 16; tape++)
        if (how != TWO_EQUAL_PADS || (tape & 3) == tape >> 2)
          run_keep(&view[input], input & 3, input >> 2, c, tape & 3, tape >> 2);
    }
    hide &= tally_all_same(view, 16);
    for (int i = 0; i < 16; i++) tally_free(&view[i]);
  }
  return hide;
}

static void the_chooser_of_numbers_sees_nothing(void **state) {
  (void)state;
  assert_true(numbers_hide(SOUND));
  assert_false(numbers_hide(TWO_EQUAL_PADS));
  for (uint64_t i = 0; i < 32; i++) { /* the chooser's own part: z + c (x - 2z) */
    shr x = {i & 3}, z = {i >> 2 & 3}, bit = {i >> 4};
    smpi_keep_own(&z, &x, &bit, 1);
    assert_int_equal(z.v & 3, (i >> 4 ? (i & 3) - (i >> 2 & 3) : i >> 2 & 3) & 3);
  }
}

TEST_MAIN(T(the_receiver_of_a_test_sees_nothing), T(the_sender_of_a_test_sees_nothing),
          T(the_chooser_of_numbers_sees_nothing))
