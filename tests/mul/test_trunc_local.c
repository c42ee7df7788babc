/* test_trunc_local.c - mul/trunc_local.h: ten million truncations at the ends
 * of the range and elsewhere: no failure, less than one unit of error. */
#include "support/test.h"

#include <math.h>

#include "mul/trunc_local.h"
#include "support/parties.h"

enum { PIECE = 1000, MOST = 3 };

static uint64_t r[MOST][PIECE], high[MOST][PIECE], msb[MOST][PIECE], got[PIECE];
static shr x[MOST][PIECE], c[MOST][PIECE], z[MOST][PIECE];
static pub opened[PIECE];

static void share(uint64_t *out, size_t i, uint64_t clear, unsigned P, uint64_t *tape) {
  for (unsigned p = 0; p + 1 < P; p++) clear -= out[p * PIECE + i] = test_random(tape);
  out[(P - 1) * PIECE + i] = clear;
}

/* got[] := the truncations of value[], fresh tapes for all. */
static void truncate(const int64_t *value, unsigned P, unsigned f, uint64_t *tape) {
  for (size_t i = 0; i < PIECE; i++) {
    uint64_t whole = test_random(tape);
    share(&x[0][0].v, i, (uint64_t)value[i], P, tape);
    share(r[0], i, whole, P, tape);
    share(high[0], i, whole % (UINT64_C(1) << 63) >> f, P, tape);
    share(msb[0], i, whole >> 63, P, tape);
    opened[i].v = got[i] = 0;
  }
  for (unsigned p = 0; p < P; p++) {
    smpi_trunc_mask(c[p], x[p], r[p], PIECE, p == 0);
    for (size_t i = 0; i < PIECE; i++) opened[i].v += c[p][i].v;
  }
  for (unsigned p = 0; p < P; p++) {
    smpi_trunc_combine(z[p], opened, high[p], msb[p], PIECE, f, p == 0);
    for (size_t i = 0; i < PIECE; i++) got[i] += z[p][i].v;
  }
}

/* The quotient rounded down; how many are neither it nor one more (or, for multiples, not it). */
static size_t count_wrong(const int64_t *value, unsigned f, double *ups) {
  size_t wrong = 0;
  for (size_t i = 0; i < PIECE; i++) {
    uint64_t low = (uint64_t)value[i] & ((UINT64_C(1) << f) - 1);
    uint64_t up = got[i] - (uint64_t)((value[i] - (int64_t)low) / (INT64_C(1) << f));
    wrong += up > (low != 0);
    *ups += (double)up;
  }
  return wrong;
}

static void ten_million_at_the_ends(void **state) {
  (void)state;
  const int64_t end = (INT64_C(1) << 62) - 1;
  uint64_t tape = 1;
  size_t wrong = 0;
  double ups = 0;
  int64_t value[PIECE];
  for (size_t i = 0; i < PIECE; i++) value[i] = i % 2 ? end : -end;
  for (unsigned t = 0; t < 10000000 / PIECE; t++) {
    truncate(value, 2, 20, &tape);
    wrong += count_wrong(value, 20, &ups);
  }
  assert_int_equal(wrong, 0);
}

static void everywhere_for_every_frac_bits_and_party_count(void **state) {
  (void)state;
  uint64_t tape = 2;
  for (unsigned f = 1; f <= 28; f++)
    for (unsigned P = 2; P <= MOST; P++) {
      int64_t value[PIECE];
      double ups = 0;
      for (size_t i = 0; i < PIECE; i++) /* all magnitudes, both signs */
        value[i] = (int64_t)test_random(&tape) >> (1 + i % 62);
      value[0] = 0, value[1] = -1, value[2] = 1, value[3] = -(INT64_C(1) << 62), value[4] = INT64_C(1) << f;
      truncate(value, P, f, &tape);
      assert_int_equal(count_wrong(value, f, &ups), 0);
    }
}

/* Right on average: rounded up as often as the part cut off says (6 sigma). */
static void rounding_is_unbiased(void **state) {
  (void)state;
  static const double part[] = {0.25, 0.5, 0.9};
  uint64_t tape = 3;
  for (unsigned k = 0; k < 3; k++) {
    int64_t value[PIECE];
    double ups = 0, n = 200 * PIECE;
    for (size_t i = 0; i < PIECE; i++) value[i] = (int64_t)(i * 1048576) - 500 * 1048576 + (int64_t)(part[k] * 1048576);
    for (unsigned t = 0; t < 200; t++) {
      truncate(value, 2, 20, &tape);
      assert_int_equal(count_wrong(value, 20, &ups), 0);
    }
    assert_true(fabs(ups / n - part[k]) < 6 * sqrt(part[k] * (1 - part[k]) / n));
  }
}

TEST_MAIN(T(ten_million_at_the_ends), T(everywhere_for_every_frac_bits_and_party_count), T(rounding_is_unbiased))
