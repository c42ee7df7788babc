/* test_ot_matrix.c - triple/ot_matrix.h, triple/ot_ringvole.h: products of matrices of many
 * shapes by oblivious transfer, and what they cost. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"
#include "triple/cost.h"

struct shape { size_t m, k, n; };
struct product {
  struct shape d;
  struct shares a, b, c;
  uint64_t offline[SMPC_MAX_COMPUTING];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct product *p = ctx;
  struct smpi_mask *mask;
  uint64_t before;
  if (smpi_mask_new(s, &mask, p->d.m, p->d.k) != SMPC_OK) return;
  memcpy(p->a.of[me], smpi_mask_share(mask), p->a.n * sizeof(shr));
  before = smpi_spent(s).offline_bytes;
  struct smpi_mask_view v = {mask, 0, 0, p->d.m, p->d.k, false};
  (void)smpi_mask_product(s, &v, p->d.n, p->b.of[me], p->c.of[me]);
  p->offline[me] = smpi_spent(s).offline_bytes - before;
  smpi_mask_drop(mask);
}

static void run(struct product *p, unsigned parties, struct shape d) {
  *p = (struct product){.d = d};
  shares_new(&p->a, parties, d.m * d.k);
  shares_new(&p->b, parties, d.k * d.n);
  shares_new(&p->c, parties, d.m * d.n);
  parties_run_ok(&(struct parties){.n = parties, .source = SMPC_OT, .seed = d.m + d.k + d.n}, body, p, NULL);
}

static void drop(struct product *p) {
  shares_free(&p->a);
  shares_free(&p->b);
  shares_free(&p->c);
}

static void check(unsigned parties, struct shape d) {
  struct product p;
  struct smpi_cost cost = {.parties = parties, .source = SMPC_OT};
  run(&p, parties, d);
  for (size_t i = 0; i < d.m; i++)
    for (size_t j = 0; j < d.n; j++) {
      uint64_t want = 0;
      for (size_t l = 0; l < d.k; l++) want += shares_sum(&p.a, i * d.k + l) * shares_sum(&p.b, l * d.n + j);
      if (shares_sum(&p.c, i * d.n + j) != want)
        fail_msg("%u parties, %zu x %zu x %zu: (%zu, %zu) is wrong", parties, d.m, d.k, d.n, i, j);
    }
  smpi_product_cost(&cost, d.m, d.k, d.n);
  for (unsigned i = 0; i < parties; i++) assert_int_equal(p.offline[i], cost.offline_bytes);
  drop(&p);
}

/* Vectors around the edge to short ones, around a part; tall, flat, several stretches. */
static void shapes(void **state) {
  (void)state;
  static const struct shape d[] = {{1, 1, 1},  {15, 2, 1},  {16, 2, 1},   {17, 3, 2},   {511, 2, 1}, {512, 1, 2},
                                   {513, 2, 1}, {1025, 1, 1}, {1, 3, 16}, {2, 2, 513}, {3, 17, 33}, {16, 2049, 1}};
  for (size_t i = 0; i < sizeof d / sizeof *d; i++) check(2, d[i]);
  for (size_t i = 0; i < 5; i++) check(3, d[2 * i]);
  check(3, (struct shape){16, 1025, 1});
  check(5, (struct shape){20, 3, 2});
}

/* The figures of ot_matrix.h. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2, .source = SMPC_OT};
  smpi_product_cost(&c, 1000, 96, 1);
  assert_int_equal(c.offline_bytes, 96 * (68 * 1000 + 1016));
}

static void what_is_sent(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  (void)to, (void)off;
  if (len >= 1000) stats_add((struct stats *)user + from, data, len / 8 * 8);
}

static void assert_uniform(const struct stats *st) {
  assert_true(stats_bytes_are_uniform(st));
  assert_true(stats_bits_are_balanced(st, NULL));
}

static void everything_is_uniform(void **state) {
  (void)state;
  static struct stats sent[2], share;
  struct product p;
  memset(sent, 0, sizeof sent);
  tap_set(what_is_sent, sent);
  run(&p, 2, (struct shape){1024, 16, 1});
  tap_set(NULL, NULL);
  for (unsigned i = 0; i < 2; i++) {
    assert_uniform(&sent[i]);
    memset(&share, 0, sizeof share);
    stats_add(&share, (const uint8_t *)p.c.of[i], p.c.n * 8);
    assert_uniform(&share);
  }
  drop(&p);
}

TEST_MAIN(T(shapes), T(the_price_is_the_stated_one), T(everything_is_uniform))
