/* test_cheat.c - a party inside the authenticated channel that deviates: whatever message
 * it alters, the other ends, and nothing of value is left.
 *
 * The tap sees each chunk in the very buffer that will be sealed; here it alters it. */
#include "ot_run.h"

#include <stdlib.h>
#include <string.h>

#include "ot/check.h"
#include "support/tap.h"

/* Party 1, the receiver of transfers, or 0, the sender, adds `add` to one byte of its exchange number
 * `round` (counted from the opening of the transfers). */
struct cheat {
  unsigned party, round;
  size_t off;
  uint8_t add;
  const uint8_t *instead; /* 32 bytes instead, if not NULL */
  unsigned seen[2];
  bool is_done;
};

static void alter(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct cheat *c = user;
  (void)to;
  if (off == 0) c->seen[from]++;
  if (from != c->party || c->seen[from] != c->round || c->off < off || c->off >= off + len) return;
  uint8_t *at = (uint8_t *)(uintptr_t)data + (c->off - off);
  if (c->instead != NULL) memcpy(at, c->instead, 32);
  else *at ^= c->add;
  c->is_done = true;
}

enum { POINTS = 1, TREES = 2, FIRST = 3, N = 5000 }; /* rounds; transfers: 5 blocks */

/* Transfers from party 0 to party 1.  They are opened both ways where points are altered: else each has only some. */
static struct ot_run transfers(const struct cheat *c, unsigned k, size_t n) {
  return (struct ot_run){
      .parties = 2, .k = k, .is_active = true, .n = {{0, n}, {0, 0}}, .is_one_way = c->round != POINTS};
}

/* Who must find it, and with what. */
static void run_altered(struct cheat *c, unsigned k, smpc_err want) {
  struct ot_run o = transfers(c, k, N);
  struct parties_result r;
  tap_set(alter, c);
  ot_run_cheated(&o, &r);
  tap_set(NULL, NULL);
  unsigned victim = 1 - c->party;
  assert_true(c->is_done);
  assert_int_equal(o.err[victim], want);
  assert_true(o.is_wiped[victim]);
  assert_int_equal(r.fault[victim].party, c->party);
  assert_int_not_equal(r.close[c->party], SMPC_OK); /* it may have had its last round before it is told */
  ot_run_end(&o);
}

/* The honest run has as many exchanges as the tests count on. */
static void the_count_is_right(void **state) {
  (void)state;
  for (unsigned both = 0; both < 2; both++) {
    struct cheat c = {.party = 9, .round = both ? POINTS : 0};
    struct ot_run o = transfers(&c, 4, N);
    tap_set(alter, &c);
    ot_run(&o);
    tap_set(NULL, NULL);
    assert_int_equal(c.seen[1], FIRST + 2); /* points, trees, corrections, response, the session's end */
    assert_int_equal(c.seen[0], FIRST + both); /* points, trees if both ways, coin, the session's end */
    ot_run_end(&o);
  }
}

static void malformed_points(void **state) {
  (void)state;
  static const uint8_t identity[32];
  for (unsigned party = 0; party < 2; party++)
    for (size_t at = 0; at < 3; at++) {
      struct cheat c = {.party = party, .round = POINTS, .off = 32 * at, .instead = identity};
      run_altered(&c, 4, SMPC_E_FORMAT);
    }
}

/* Another proper point gives other keys: the trees' digest differs. */
static void another_offer(void **state) {
  (void)state;
  static const uint8_t base_point[32] = {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
                                         0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
                                         0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76};
  struct cheat c = {.party = 1, .round = POINTS, .off = 0, .instead = base_point};
  run_altered(&c, 4, SMPC_E_CHEAT);
}

/* The sums of check values and the digest, which are read whatever Delta is. */
static void wrong_trees(void **state) {
  (void)state;
  enum { MESSAGES = 32 * 6 * 16, SUMS = 32 * 32 }; /* k = 4 */
  const size_t at[] = {MESSAGES, MESSAGES + SUMS - 1, MESSAGES + SUMS, MESSAGES + SUMS + 31};
  for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
    struct cheat c = {.party = 1, .round = TREES, .off = at[i], .add = 1};
    run_altered(&c, 4, SMPC_E_CHEAT);
  }
}

/* One sum alone: found when the other reads it, which half of all do; else it did not matter. */
static void guesses_at_delta_cost_half(void **state) {
  (void)state;
  unsigned found = 0;
  enum { TRIES = 40 };
  for (unsigned i = 0; i < TRIES; i++) {
    struct cheat c = {.party = 1, .round = TREES, .off = 16 * (2 * i + 1), .add = 4};
    struct ot_run o = transfers(&c, 4, 100);
    struct parties_result r;
    tap_set(alter, &c);
    ot_run_cheated(&o, &r);
    tap_set(NULL, NULL);
    assert_true(o.err[0] == SMPC_E_CHEAT || (o.err[0] == SMPC_OK && ot_run_wrong(&o) == 0));
    assert_true(o.err[0] == SMPC_OK || o.is_wiped[0]);
    found += o.err[0] == SMPC_E_CHEAT;
    ot_run_end(&o);
  }
  assert_in_range(found, TRIES / 5, 4 * TRIES / 5);
}

/* Any one bit of the corrections but those of the rows given up in vain (the first 64 of the last
 * block count, its others are not used): wrong where Delta has a bit in that tree. */
static void wrong_corrections(void **state) {
  (void)state;
  for (unsigned k = 4; k <= 8; k *= 2) { /* a digit of Delta is 0, and the error harmless, in one of 2^k */
    size_t unit = 128 * (128 / k - 1);
    const size_t at[] = {0, 127, 128 * 3 + 5, unit - 1, 2 * unit + 64, 4 * unit + 1, 5 * unit, 5 * unit + 7};
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
      struct cheat c = {.party = 1, .round = FIRST, .off = at[i], .add = (uint8_t)(1 << i)};
      run_altered(&c, k, SMPC_E_CHEAT);
    }
  }
}

/* The sender's coin, altered on its way: both hash differently. */
static void wrong_coin(void **state) {
  (void)state;
  struct cheat c = {.party = 0, .round = TREES, .off = 31, .add = 0x80}; /* of trees it sends none */
  struct ot_run o = transfers(&c, 4, N);
  struct parties_result r;
  tap_set(alter, &c);
  ot_run_cheated(&o, &r);
  tap_set(NULL, NULL);
  assert_true(c.is_done);
  assert_int_equal(o.err[0], SMPC_E_CHEAT); /* it cheated itself */
  assert_true(o.is_wiped[0]);
  ot_run_end(&o);
}

/* Each word of the response. */
static void wrong_response(void **state) {
  (void)state;
  for (size_t word = 0; word < 129; word += 8) {
    struct cheat c = {.party = 1, .round = FIRST + 1, .off = 8 * word + word % 7, .add = 0x10};
    run_altered(&c, 4, SMPC_E_CHEAT);
  }
}

/* Of the abort nothing can be read: the same words whichever check it was, and whatever the bits. */
static void the_abort_says_nothing(void **state) {
  (void)state;
  char text[2][256];
  for (unsigned i = 0; i < 2; i++) {
    struct ot_run o = {.parties = 2, .k = 8, .is_active = true, .n = {{0, N}, {0, 0}}};
    struct cheat c = {.party = 1, .round = i == 0 ? TREES : FIRST + 1, .off = i == 0 ? 16 * 14 * 16 : 9, .add = 1};
    struct parties_result r;
    tap_set(alter, &c);
    ot_run_cheated(&o, &r);
    tap_set(NULL, NULL);
    assert_int_equal(r.fault[0].code, SMPC_E_CHEAT);
    memcpy(text[i], r.fault[0].text, 256);
    ot_run_end(&o);
  }
  assert_string_equal(text[0], text[1]);
}

TEST_MAIN(T(the_count_is_right), T(malformed_points), T(another_offer), T(wrong_trees), T(guesses_at_delta_cost_half),
          T(wrong_corrections), T(wrong_coin), T(wrong_response), T(the_abort_says_nothing))
