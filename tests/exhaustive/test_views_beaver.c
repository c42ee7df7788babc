/* test_views_beaver.c - Beaver's product over the 2-bit ring: every input, every
 * random tape, two parties.
 *
 * The local halves are ring polynomials, so running them on 0..3 and reducing
 * mod 4 is the protocol over Z_4.  Correct: always.  Secret: how often a party
 * sees each view does not depend on the other's inputs. */
#include "support/test.h"

#include <string.h>

#include "mul/beaver.h"

enum { R = 4, OTHERS = R * R, VIEWS = R * R * R * R * R * R * R };

/* A tape in the clear; which tapes there are is what the mutants change. */
typedef bool (*tapes)(unsigned a, unsigned b);
static bool all_tapes(unsigned a, unsigned b) { return (void)a, (void)b, true; }
static bool a_never_zero(unsigned a, unsigned b) { return (void)b, a != 0; }
static bool one_mask_for_both(unsigned a, unsigned b) { return a == b; }
static bool a_bit_of_b_is_fixed(unsigned a, unsigned b) { return (void)a, (b & 2) == 0; }

static uint32_t seen[2][OTHERS][VIEWS]; /* by party, the other's inputs, the view */

struct party { uint64_t x, y, a, b, c; };

/* The own inputs and tape, and what the other one sent. */
static void note(unsigned me, const struct party p[2], shr sent[2][2]) {
  const struct party *own = &p[me], *other = &p[!me];
  const uint64_t view[] = {own->x, own->y, own->a, own->b, own->c, sent[!me][0].v, sent[!me][1].v};
  size_t index = 0;
  for (unsigned i = 0; i < 7; i++) index = index * R + view[i] % R;
  seen[me][other->x % R * R + other->y % R][index]++;
}

/* One run; true when the product is right. */
static bool run(const struct party p[2]) {
  shr sent[2][2], z[2];
  pub de[2];
  for (unsigned i = 0; i < 2; i++)
    smpi_beaver_mask(sent[i], (const shr *)&p[i].x, (const shr *)&p[i].y, &p[i].a, &p[i].b, 1);
  for (unsigned j = 0; j < 2; j++) de[j].v = (sent[0][j].v + sent[1][j].v) % R;
  for (unsigned i = 0; i < 2; i++) smpi_beaver_combine(&z[i], de, &p[i].a, &p[i].b, &p[i].c, 1, i == 0);
  note(0, p, sent);
  note(1, p, sent);
  return (z[0].v + z[1].v - (p[0].x + p[1].x) * (p[0].y + p[1].y)) % R == 0;
}

/* All of them; returns how many were wrong. */
static size_t run_all(tapes exists, size_t *runs) {
  size_t wrong = 0;
  memset(seen, 0, sizeof seen);
  *runs = 0;
  for (unsigned in = 0; in < R * R * R * R; in++)
    for (unsigned tape = 0; tape < R * R * R * R * R; tape++) {
      unsigned a = tape % R, b = tape / R % R, a0 = tape / 16 % R, b0 = tape / 64 % R, c0 = tape / 256;
      if (!exists(a, b)) continue;
      struct party p[2] = {{in % R, in / 4 % R, a0, b0, c0}, {in / 16 % R, in / 64, a - a0, b - b0, a * b - c0}};
      wrong += !run(p);
      ++*runs;
    }
  return wrong;
}

static bool views_tell_nothing(void) {
  for (unsigned me = 0; me < 2; me++)
    for (unsigned other = 1; other < OTHERS; other++)
      if (memcmp(seen[me][other], seen[me][0], sizeof seen[me][0]) != 0) return false;
  return true;
}

static void product_is_right_and_views_tell_nothing(void **state) {
  (void)state;
  size_t runs;
  assert_int_equal(run_all(all_tapes, &runs), 0);
  assert_int_equal(runs, 262144);
  assert_true(views_tell_nothing());
}

/* All give right products; the counting must find each. */
static void bad_masks_are_found(void **state) {
  (void)state;
  static const tapes mutant[] = {a_never_zero, one_mask_for_both, a_bit_of_b_is_fixed};
  for (unsigned i = 0; i < 3; i++) {
    size_t runs;
    assert_int_equal(run_all(mutant[i], &runs), 0);
    assert_true(runs > 0 && runs < 262144);
    assert_false(views_tell_nothing());
  }
}

TEST_MAIN(T(product_is_right_and_views_tell_nothing), T(bad_masks_are_found))
