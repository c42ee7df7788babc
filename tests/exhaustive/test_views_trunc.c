/* test_views_trunc.c - truncation over the 4-bit ring: every input in range, every
 * random tape, two parties, f = 1 and 2.  (Over the 2-bit ring the values in
 * range are -1 and 0 and there is nothing to cut.)
 *
 * The library's file of local halves, compiled again for a ring of 4 bits. */
#define SMPI_RING_BITS 4
#define smpi_trunc_mask tiny_mask
#define smpi_trunc_combine tiny_combine
#include "../../protocols/mul/trunc_local.c"

#include "support/test.h"

#include <stdbool.h>
#include <string.h>

enum { R = 1 << SMPI_RING_BITS, RANGE = R / 2, VIEWS = R * R * R * R };

typedef bool (*tapes)(unsigned r);
static bool all_tapes(unsigned r) { return (void)r, true; }
static bool r_never_zero(unsigned r) { return r != 0; }
static bool top_bit_is_fixed(unsigned r) { return r < R / 2; }
static bool low_bit_is_fixed(unsigned r) { return r % 2 == 1; }

static uint32_t seen[RANGE][VIEWS]; /* by the value of x: one party's tape and c, its own input fixed */

struct party { uint64_t x, r, high, msb; };

/* One run with x in -R/4 .. R/4 - 1; true when right to the last place. */
static bool run(const struct party p[2], int x, unsigned f, uint64_t *opened) {
  shr sent[2], z[2];
  pub c;
  for (unsigned i = 0; i < 2; i++) tiny_mask(&sent[i], (const shr *)&p[i].x, &p[i].r, 1, i == 0);
  c.v = *opened = (sent[0].v + sent[1].v) % R;
  for (unsigned i = 0; i < 2; i++) tiny_combine(&z[i], &c, &p[i].high, &p[i].msb, 1, f, i == 0);
  uint64_t low = (uint64_t)(x + R) % (1u << f), carry = c.v % (1u << f) < low; /* as F_trunc says */
  return (z[0].v + z[1].v - (uint64_t)((x - (int)low) / (1 << f)) - carry) % R == 0;
}

/* Every value of x and every tape, with party `me`'s share of x fixed to `own`. */
static size_t run_all(unsigned me, unsigned own, unsigned f, tapes exists) {
  size_t wrong = 0;
  memset(seen, 0, sizeof seen);
  for (int x = -RANGE / 2; x < RANGE / 2; x++)
    for (unsigned tape = 0; tape < VIEWS; tape++) {
      unsigned r = tape % R, r_me = tape / R % R, high_me = tape / R / R % R, msb_me = tape / R / R / R;
      if (!exists(r)) continue;
      unsigned high = r % (R / 2) >> f, msb = r / (R / 2);
      struct party p[2];
      uint64_t c;
      p[me] = (struct party){own, r_me, high_me, msb_me};
      p[!me] = (struct party){(uint64_t)(x + R - (int)own) % R, (r + R - r_me) % R, (high + R - high_me) % R,
                              (msb + R - msb_me) % R};
      wrong += !run(p, x, f, &c);
      seen[x + RANGE / 2][((r_me * R + high_me) * R + msb_me) * R + c]++;
    }
  return wrong;
}

static bool views_tell_nothing(void) {
  for (unsigned x = 1; x < RANGE; x++)
    if (memcmp(seen[x], seen[0], sizeof seen[0]) != 0) return false;
  return true;
}

static void it_is_right_and_views_tell_nothing(void **state) {
  (void)state;
  for (unsigned f = 1; f <= 2; f++)
    for (unsigned me = 0; me < 2; me++)
      for (unsigned own = 0; own < R; own++) {
        assert_int_equal(run_all(me, own, f, all_tapes), 0);
        assert_true(views_tell_nothing());
      }
}

static void bad_masks_are_found(void **state) {
  (void)state;
  static const tapes mutant[] = {r_never_zero, top_bit_is_fixed, low_bit_is_fixed};
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(run_all(0, 5, 1, mutant[i]), 0);
    assert_false(views_tell_nothing());
  }
}

TEST_MAIN(T(it_is_right_and_views_tell_nothing), T(bad_masks_are_found))
