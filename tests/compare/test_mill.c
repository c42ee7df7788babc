/* test_mill.c - compare/mill.h: signs around the edges of words, halves and strips; what
 * is sent is uniform; the stated price. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "compare/mill.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"
#include "triple/cost.h"

struct work {
  size_t n;
  struct shares d, bits;
  smpc_err err[2];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  w->err[me] = smpi_mill_sign(s, w->bits.of[me], w->d.of[me], w->n);
}

static void run(struct work *w, const uint64_t *d, size_t n, struct parties_result *r) {
  *w = (struct work){.n = n};
  shares_new(&w->d, 2, n);
  shares_new(&w->bits, 2, (n + 63) / 64);
  shares_split(&w->d, d, false, n + 7);
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = n + 1}, body, w, r);
}
static void end(struct work *w) {
  shares_free(&w->d);
  shares_free(&w->bits);
}

static void signs_of_every_size(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 64, 65, 128, 1025, 2048, 2049, 2113, 9999};
  uint64_t seed = 5, *d = malloc(9999 * sizeof *d);
  for (size_t i = 0; i < 9999; i++) d[i] = i % 2 ? test_random(&seed) : test_random(&seed) % 5 - 2;
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    struct work w;
    struct parties_result r;
    struct smpi_cost c = {.parties = 2, .source = SMPC_OT};
    run(&w, d, sizes[k], &r);
    for (size_t i = 0; i < sizes[k]; i++)
      if ((shares_xor(&w.bits, i / 64) >> i % 64 & 1) != d[i] >> 63)
        fail_msg("the sign of number %zu of %zu is wrong", i, sizes[k]);
    smpi_mill_sign_cost(&c, sizes[k]);
    for (unsigned p = 0; p < 2; p++) assert_int_equal(r.spent[p].rounds, c.rounds);
    for (unsigned p = 0; p < 2; p++) assert_int_equal(r.spent[p].bytes, c.bytes);
    assert_int_equal(r.spent[1].corr[SMPI_LOOKUP], c.corr[SMPI_LOOKUP]);
    end(&w);
  }
  free(d);
}

/* Both shares on the edge of the carry: every block equal to its complement but one. */
static void carries_of_every_length(void **state) {
  (void)state;
  enum { N = 3 * 64 };
  struct work w = {.n = N};
  shares_new(&w.d, 2, N);
  shares_new(&w.bits, 2, N / 64);
  for (unsigned i = 0; i < N; i++) {
    uint64_t low = UINT64_C(1) << i % 64, a = UINT64_C(0x5a5a123456789abc) * (i + 1);
    w.d.of[0][i].v = a;
    w.d.of[1][i].v = i < 64 ? -a : i < 128 ? low - a : -low - a;
  }
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 3}, body, &w, NULL);
  for (unsigned i = 0; i < N; i++)
    assert_int_equal(shares_xor(&w.bits, i / 64) >> i % 64 & 1, shares_sum(&w.d, i) >> 63);
  end(&w);
}

/* --- what is sent -------------------------------------------------------------------------- */

struct watch { struct stats sent[2][2]; uint64_t seen[2]; };
static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct watch *w = user;
  (void)off;
  w->seen[from] += len;
  if (len >= 1000) stats_add(&w->sent[from][to], data, len / 8 * 8);
}

/* Shares that are all zero, and all one: whatever is uniform is so by the masks. */
static void what_is_sent_is_uniform(void **state) {
  (void)state;
  enum { N = 64 * 40 };
  static struct watch seen;
  for (unsigned side = 0; side < 3; side++) {
    struct work w = {.n = N};
    shares_new(&w.d, 2, N);
    shares_new(&w.bits, 2, N / 64);
    for (unsigned i = 0; i < N; i++)
      for (unsigned p = 0; p < 2; p++) w.d.of[p][i].v = side == 2 || side == p ? UINT64_MAX : 0;
    memset(&seen, 0, sizeof seen);
    tap_set(watch, &seen);
    parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 11 + side}, body, &w, NULL);
    tap_set(NULL, NULL);
    for (unsigned p = 0; p < 2; p++) {
      assert_true(seen.seen[p] > 37 * N);
      assert_true(stats_bytes_are_uniform(&seen.sent[p][1 - p]));
      assert_true(stats_bits_are_balanced(&seen.sent[p][1 - p], NULL));
    }
    end(&w);
  }
}

/* The header's figures. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2, .source = SMPC_OT};
  smpi_mill_sign_cost(&c, 128 * 1000);
  assert_int_equal(c.rounds, 6);
  assert_int_equal(c.corr[SMPI_LOOKUP], 16 * 1000);
  assert_int_equal(c.corr[SMPI_BIT_PAIR], 11 * 2000);
  assert_int_equal(c.corr[SMPI_BIT_TRIPLE], 4 * 2000);
  assert_int_equal(c.bytes, 1000 * (8 * (449 + 64) + 2 * 8 * (3 * 11 + 2 * 4)));
  c = (struct smpi_cost){.parties = 2, .source = SMPC_OT};
  smpi_mill_sign_cost(&c, 0);
  assert_int_equal(c.rounds + c.bytes, 0);
}

TEST_MAIN(T(signs_of_every_size), T(carries_of_every_length), T(what_is_sent_is_uniform),
          T(the_price_is_the_stated_one))
