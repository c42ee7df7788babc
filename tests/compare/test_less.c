/* test_less.c - compare/less.h */
#include "support/test.h"

#include "compare/less.h"
#include "elementwise.h"

static uint64_t is_less(uint64_t x, uint64_t y) { return (int64_t)x < (int64_t)y; }
static uint64_t top_bit(uint64_t x, uint64_t y) { return (x - y) >> 63; }
/* |x - y| < 2^63 as signed numbers? */
static int is_in_domain(uint64_t x, uint64_t y) {
  int64_t d;
  return !__builtin_sub_overflow((int64_t)x, (int64_t)y, &d) && d != INT64_MIN;
}

static const struct elementwise less = {smpi_less, smpi_less_cost, is_less};
static const struct elementwise full = {smpi_less_full, smpi_less_full_cost, is_less};
static const struct elementwise sign = {smpi_less, smpi_less_cost, top_bit};

static void less_at_the_boundaries(void **state) {
  (void)state;
  elementwise_boundaries(&less, is_in_domain);
}
static void less_outside_its_domain_is_the_top_bit(void **state) {
  (void)state;
  elementwise_boundaries(&sign, NULL);
}
static void full_range_at_the_boundaries(void **state) {
  (void)state;
  elementwise_boundaries(&full, NULL);
}
static void less_of_every_size(void **state) {
  (void)state;
  elementwise_sizes(&less);
}
static void full_range_of_every_size(void **state) {
  (void)state;
  elementwise_sizes(&full);
}
static void what_is_sent_is_uniform(void **state) {
  (void)state;
  elementwise_uniform(&less, 4096, 4096);
  elementwise_uniform(&full, 4096, 3 * 4096);
}
static void a_lost_peer_leaves_no_result(void **state) {
  (void)state;
  elementwise_lost_peer(&less);
  elementwise_lost_peer(&full);
}

/* The figures of the header, for whole words. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2}, f = {.parties = 2};
  smpi_less_cost(&c, 64 * 1000);
  assert_int_equal(c.rounds, 8);
  assert_int_equal(c.bytes, 64 * UINT64_C(30625));
  smpi_less_full_cost(&f, 64 * 1000);
  assert_int_equal(f.rounds, 9);
  assert_int_equal(f.bytes, 64 * UINT64_C(91875));
}

/* The output may be an operand. */
static void in_place_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct elementwise_run *r = ctx;
  memcpy(r->z.of[me], r->x.of[me], r->n * sizeof(shr));
  r->err[me] = smpi_less(s, r->z.of[me], r->z.of[me], r->y.of[me], r->n);
}
static void the_output_may_be_an_operand(void **state) {
  (void)state;
  const uint64_t x[3] = {1, 2, 3}, y[3] = {2, 2, 2};
  struct elementwise_run r;
  elementwise_new(&r, &less, 3, x, y, 3);
  parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = 8}, in_place_body, &r, NULL);
  for (size_t i = 0; i < 3; i++) assert_int_equal(shares_sum(&r.z, i), i == 0);
  elementwise_free(&r);
}

/* Longer than a block: the blocks join. */
static void several_blocks(void **state) {
  (void)state;
  enum { N = SMPI_LESS_FULL_BLOCK + 65 };
  uint64_t seed = 2, *x = malloc(8 * N), *y = malloc(8 * N);
  for (size_t i = 0; i < N; i++) {
    x[i] = test_random(&seed);
    y[i] = test_random(&seed);
  }
  elementwise_check(&full, 2, x, y, N);
  free(x);
  free(y);
}

TEST_MAIN(T(less_at_the_boundaries), T(less_outside_its_domain_is_the_top_bit), T(full_range_at_the_boundaries),
          T(less_of_every_size), T(full_range_of_every_size), T(what_is_sent_is_uniform),
          T(a_lost_peer_leaves_no_result), T(the_price_is_the_stated_one), T(the_output_may_be_an_operand),
          T(several_blocks))
