/* test_equal.c - compare/equal.h */
#include "support/test.h"

#include "compare/equal.h"
#include "elementwise.h"

static uint64_t is_equal(uint64_t x, uint64_t y) { return x == y; }
static const struct elementwise equal = {smpi_equal, smpi_equal_cost, is_equal};

static void equal_at_the_boundaries(void **state) {
  (void)state;
  elementwise_boundaries(&equal, NULL);
}
static void equal_of_every_size(void **state) {
  (void)state;
  elementwise_sizes(&equal);
}
/* A difference in any one bit is seen. */
static void every_bit_counts(void **state) {
  (void)state;
  uint64_t x[64], y[64];
  for (unsigned i = 0; i < 64; i++) {
    x[i] = 0x0123456789abcdef * (i + 1);
    y[i] = x[i] ^ UINT64_C(1) << i;
  }
  elementwise_check(&equal, 2, x, y, 64);
}
static void what_is_sent_is_uniform(void **state) {
  (void)state;
  elementwise_uniform(&equal, 4096, 4096);
}
static void a_lost_peer_leaves_no_result(void **state) {
  (void)state;
  elementwise_lost_peer(&equal);
}
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2};
  smpi_equal_cost(&c, 64 * 1000);
  assert_int_equal(c.rounds, 8);
  assert_int_equal(c.bytes, 64 * UINT64_C(23875));
}

TEST_MAIN(T(equal_at_the_boundaries), T(equal_of_every_size), T(every_bit_counts), T(what_is_sent_is_uniform),
          T(a_lost_peer_leaves_no_result), T(the_price_is_the_stated_one))
