/* test_views_ot.c - the local halves of the OT source over small rings: every input,
 * every pair of strings of each transfer; right, and what the receiver sees does not
 * depend on what the sender holds.  Broken transfers must be found. */
#include "support/test.h"

#include <string.h>

#include "exhaustive/tally.h"
#include "triple/ot_local.h"

enum broken { SOUND, SAME_PAD_TWICE, EMPTY_PAD };

static uint64_t take(uint64_t *tape, unsigned bits) {
  uint64_t v = *tape & ((UINT64_C(1) << bits) - 1);
  *tape >>= bits;
  return v;
}

/* --- a product modulo 4: transfers 0 and 1 of an item, of 2 bits and 1 bit ---------- */

enum { PRODUCT_TAPE = 6 };

static bool strings(uint64_t m0[64], uint64_t m1[64], uint64_t tape, enum broken how) {
  m0[0] = take(&tape, 2);
  m1[0] = take(&tape, 2);
  m0[1] = take(&tape, 1);
  m1[1] = take(&tape, 1);
  if (how == SAME_PAD_TWICE && ((m0[0] ^ m0[1]) & 1 || (m1[0] ^ m1[1]) & 1)) return false;
  if (how == EMPTY_PAD && m1[0] != m0[0]) return false;
  return true;
}

static void run_product(struct tally *view, uint64_t a, uint64_t b, uint64_t m0[64], uint64_t m1[64]) {
  uint64_t tau[64], m[64] = {0}, mine = 0, theirs = 0;
  for (unsigned i = 0; i < 2; i++) m[i] = b >> i & 1 ? m1[i] : m0[i];
  smpi_ot_product_send(tau, &mine, &a, m0, m1, 1);
  tau[0] &= 3; /* as sent: modulo 2^(2 - i) */
  tau[1] &= 1;
  smpi_ot_product_receive(&theirs, &b, m, tau, 1);
  assert_int_equal((mine + theirs) & 3, a * b & 3);
  tally_see(view, m[0], 2);
  tally_see(view, m[1], 1);
  tally_see(view, tau[0], 2);
  tally_see(view, tau[1], 1);
  tally_count(view);
}

/* Does the receiver, whatever its b, see the same for every a? */
static bool products_hide(enum broken how) {
  bool hide = true;
  for (uint64_t b = 0; b < 4; b++) {
    struct tally view[4];
    for (uint64_t a = 0; a < 4; a++) {
      view[a] = tally_new(6);
      for (uint64_t tape = 0; tape < 1 << PRODUCT_TAPE; tape++) {
        uint64_t m0[64] = {0}, m1[64] = {0};
        if (strings(m0, m1, tape, how)) run_product(&view[a], a, b, m0, m1);
      }
    }
    hide &= tally_all_same(view, 4);
    for (unsigned a = 0; a < 4; a++) tally_free(&view[a]);
  }
  return hide;
}

static void products(void **state) {
  (void)state;
  assert_true(products_hide(SOUND));
  assert_false(products_hide(SAME_PAD_TWICE));
  assert_false(products_hide(EMPTY_PAD));
}

/* --- a number modulo 8 flipped by a bit: corrections modulo 4 ------------------------- */

static void run_flip(struct tally *view, uint64_t x, uint64_t r, uint64_t s0, uint64_t s1) {
  uint64_t m0[64] = {s0}, m1[64] = {s1}, m[64] = {r ? s1 : s0}, tau[64], mine[64] = {x}, theirs[64] = {0};
  smpi_ot_flip_send(tau, mine, m0, m1, 1);
  tau[0] &= 3;
  smpi_ot_flip_receive(theirs, &r, m, tau, 1);
  smpi_ot_add_bits(theirs, &r, 1);
  assert_int_equal((mine[0] + theirs[0]) & 7, (x + r - 2 * r * x) & 7);
  tally_see(view, m[0], 2);
  tally_see(view, tau[0], 2);
  tally_count(view);
}

static bool flips_hide(enum broken how) {
  bool hide = true;
  for (uint64_t r = 0; r < 2; r++) {
    struct tally view[8];
    for (uint64_t x = 0; x < 8; x++) {
      view[x] = tally_new(4);
      for (uint64_t s0 = 0; s0 < 4; s0++)
        for (uint64_t s1 = 0; s1 < 4; s1++)
          if (how == SOUND || s0 == s1) run_flip(&view[x], x, r, s0, s1);
    }
    hide &= tally_all_same(view, 8);
    for (unsigned x = 0; x < 8; x++) tally_free(&view[x]);
  }
  return hide;
}

static void flips(void **state) {
  (void)state;
  assert_true(flips_hide(SOUND));
  assert_false(flips_hide(EMPTY_PAD));
}

TEST_MAIN(T(products), T(flips))
