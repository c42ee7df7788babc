/* test_less_sources.c - comparisons are the same whatever makes their randomness:
 * by oblivious transfer, at the boundaries and at every size; prepared exactly. */
#include "support/test.h"

#include "compare/less.h"
#include "elementwise.h"
#include "triple/cost.h"

enum { N = 225 };
static const uint64_t one = 1;

struct both { struct elementwise_run r; uint64_t offline[SMPC_MAX_COMPUTING]; };

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct both *b = ctx;
  struct smpi_cost c = {.parties = smpi_parties(s), .source = b->r.source};
  struct smpi_demand demand = {{0}, NULL, 0};
  smpi_less_cost(&c, b->r.n);
  for (unsigned k = 0; k < SMPI_CORRS; k++) demand.units[k] = c.corr[k];
  if ((b->r.err[me] = smpi_triple_prepare(s, &demand)) != SMPC_OK) return;
  b->r.err[me] = smpi_less(s, b->r.z.of[me], b->r.x.of[me], b->r.y.of[me], b->r.n);
  b->offline[me] = smpi_spent(s).offline_bytes;
}

/* The results in the clear; what was spent is what the cost functions say. */
static void run(uint64_t *z, unsigned parties, smpc_source source, const uint64_t *x, const uint64_t *y, size_t n) {
  static const struct elementwise less = {smpi_less, smpi_less_cost, NULL};
  struct both b;
  struct parties_result res;
  struct smpi_cost c = {.parties = parties, .source = source};
  elementwise_new(&b.r, &less, parties, x, y, n);
  b.r.source = source;
  const struct parties who = {.n = parties, .dealer = source == SMPC_DEALER, .source = source, .seed = n};
  parties_run_ok(&who, body, &b, &res);
  for (size_t i = 0; i < n; i++) z[i] = shares_sum(&b.r.z, i);
  elementwise_assert_cost(&b.r, &res);
  smpi_less_cost(&c, n);
  smpi_triple_cost_end(&c, 20);
  for (unsigned i = 0; i < parties && source == SMPC_OT; i++) assert_int_equal(b.offline[i], c.offline_bytes);
  elementwise_free(&b.r);
}

static void both_sources_agree_at_the_boundaries(void **state) {
  (void)state;
  const uint64_t edge[] = {0, 1, 2, one << 31, one << 32, (one << 62) - 1, one << 62, (one << 62) + 1, (one << 63) - 1,
                           one << 63, (one << 63) + 1, -(one << 62), -(one << 32), -one - 1, -one};
  uint64_t x[N], y[N], dealt[N], made[N];
  for (unsigned i = 0; i < N; i++) {
    x[i] = edge[i / 15];
    y[i] = edge[i % 15];
  }
  for (unsigned parties = 2; parties <= 3; parties++) {
    run(dealt, parties, SMPC_DEALER, x, y, N);
    run(made, parties, SMPC_OT, x, y, N);
    for (unsigned i = 0; i < N; i++) {
      assert_true(made[i] == (x[i] - y[i]) >> 63); /* in the domain and out of it */
      assert_true(made[i] == dealt[i]);
    }
  }
}

static void every_size(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 63, 64, 65, 1023, 1025, 8193};
  uint64_t seed = 1, *x = malloc(8 * 8193), *y = malloc(8 * 8193), *z = malloc(8 * 8193);
  for (size_t i = 0; i < 8193; i++) {
    x[i] = (uint64_t)((int64_t)test_random(&seed) >> 2);
    y[i] = i % 3 == 0 ? x[i] + i % 5 - 2 : (uint64_t)((int64_t)test_random(&seed) >> 2);
  }
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    run(z, 2, SMPC_OT, x, y, sizes[k]);
    for (size_t i = 0; i < sizes[k]; i++) assert_int_equal(z[i], (int64_t)x[i] < (int64_t)y[i]);
  }
  free(x);
  free(y);
  free(z);
}

/* All included, for whole stretches: below 700 bytes a party; two on their own shares. */
static void the_whole_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2, .source = SMPC_OT}, full = c;
  smpi_less_cost(&c, 1 << 20);
  assert_int_equal(c.rounds, 7);
  smpi_triple_cost_end(&c, 20);
  uint64_t each = (c.bytes + c.offline_bytes) >> 20;
  assert_in_range(each, 220, 235);
  smpi_less_full_cost(&full, SMPI_LESS_FULL_BLOCK);
  assert_int_equal(full.rounds, 8);
}

TEST_MAIN(T(both_sources_agree_at_the_boundaries), T(every_size), T(the_whole_price_is_the_stated_one))
