/* test_ot_matrix.c - triple/ot_matrix.h, triple/ot_ringvole.h: products of matrices of many
 * shapes by oblivious transfer, and what they cost. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "ot/base.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"
#include "triple/cost.h"

struct shape { size_t m, k, n; };
struct product {
  struct shape d;
  struct smpi_owners owners;
  struct shares a, b, c;
  uint64_t offline[SMPC_MAX_COMPUTING];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct product *p = ctx;
  struct smpi_mask *mask;
  uint64_t before;
  if (smpi_mask_new(s, &mask, p->d.m, p->d.k, &p->owners) != SMPC_OK) return;
  memcpy(p->a.of[me], smpi_mask_share(mask), p->a.n * sizeof(shr));
  before = smpi_spent(s).offline_bytes;
  struct smpi_mask_view v = {mask, 0, 0, p->d.m, p->d.k, false};
  (void)smpi_mask_product(s, &v, p->d.n, p->b.of[me], p->c.of[me]);
  p->offline[me] = smpi_spent(s).offline_bytes - before;
  smpi_mask_drop(mask);
}

static void run(struct product *p, unsigned parties, struct shape d, const struct smpi_owners *owners) {
  *p = (struct product){.d = d, .owners = *owners};
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

/* What the party of that rank sends for one product. */
static uint64_t price(unsigned parties, unsigned rank, struct shape d, const struct smpi_owners *owners) {
  struct smpi_cost cost = {.parties = parties, .source = SMPC_OT};
  const struct smpi_mask_step step[] = {{.is_new = true, .rows = d.m, .cols = d.k, .owners = *owners},
                                        {.rows = d.m, .cols = d.k, .n = d.n}};
  assert_int_equal(smpi_products_cost(&cost, (int)rank, step, 2), SMPC_OK);
  return cost.offline_bytes;
}

static void check_owned(unsigned parties, struct shape d, const struct smpi_owners *owners) {
  struct product p;
  run(&p, parties, d, owners);
  for (size_t i = 0; i < d.m; i++)
    for (size_t j = 0; j < d.n; j++) {
      uint64_t want = 0;
      for (size_t l = 0; l < d.k; l++) want += shares_sum(&p.a, i * d.k + l) * shares_sum(&p.b, l * d.n + j);
      if (shares_sum(&p.c, i * d.n + j) != want)
        fail_msg("%u parties, %zu x %zu x %zu: (%zu, %zu) is wrong", parties, d.m, d.k, d.n, i, j);
    }
  for (unsigned i = 0; i < parties; i++) assert_int_equal(p.offline[i], price(parties, i, d, owners));
  drop(&p);
}

static const struct smpi_owners nobody;

static void check(unsigned parties, struct shape d) { check_owned(parties, d, &nobody); }

/* Vectors around the edge to short ones, around a part; tall, flat, several stretches. */
static void shapes(void **state) {
  (void)state;
  static const struct shape d[] = {{1, 1, 1},  {3, 2, 1},  {4, 2, 1},   {17, 3, 2},   {511, 2, 1}, {512, 1, 2},
                                   {513, 2, 1}, {1025, 1, 1}, {1, 3, 16}, {2, 2, 513}, {3, 17, 33}, {16, 2049, 1}};
  for (size_t i = 0; i < sizeof d / sizeof *d; i++) check(2, d[i]);
  for (size_t i = 0; i < 5; i++) check(3, d[2 * i]);
  check(3, (struct shape){16, 1025, 1});
  check(5, (struct shape){20, 3, 2});
}

/* One party knows the matrix, or rows of it; others' rows are nobody's. */
static void owned_matrices(void **state) {
  (void)state;
  static const struct shape d[] = {{1, 1, 1}, {5, 3, 2}, {2, 5, 7}, {513, 2, 1}, {2, 2, 513}, {40, 60, 1}};
  for (size_t i = 0; i < sizeof d / sizeof *d; i++)
    for (int owner = (int)i % 3, last = owner; owner <= last; owner++) {
      struct smpi_owners whole = {0}, split = {0};
      smpi_owners_add(&whole, d[i].m, owner);
      check_owned(3, d[i], &whole);
      if (owner < 2) check_owned(2, d[i], &whole);
      smpi_owners_add(&split, d[i].m / 2, owner);
      smpi_owners_add(&split, d[i].m - d[i].m / 2, owner == 2 ? -1 : 1 - owner);
      check_owned(owner == 2 ? 3 : 2, d[i], &split);
    }
}

/* The figures of ot_matrix.h; an owner's row of products goes one way. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_owners first = {0};
  const struct shape d = {1000, 96, 1};
  smpi_owners_add(&first, d.m, 0);
  assert_int_equal(price(2, 1, d, &nobody), 96 * (68 * 1000 + 1016));
  assert_int_equal(price(2, 0, d, &first), 96 * (68 * 1000 + 768));
  assert_int_equal(price(2, 1, d, &first), 96 * 248);
  assert_int_equal(price(3, 0, d, &first), 2 * 96 * (68 * 1000 + 768));
  assert_int_equal(price(3, 2, d, &first), 96 * 248);
}

/* What many runs become: adjacent ones of one owner join, too many are nobody's. */
static void owners_are_kept_short(void **state) {
  (void)state;
  struct smpi_owners o = {0};
  size_t rows = 0;
  for (unsigned i = 0; i < 2 * SMPI_OWNER_RUNS; i++) smpi_owners_add(&o, 3, (int)(i / 2 % 2));
  assert_int_equal(o.n, SMPI_OWNER_RUNS);
  assert_int_equal(o.run[1].rows, 6);
  smpi_owners_add(&o, 0, 5);
  smpi_owners_add(&o, 7, 5);
  assert_int_equal(o.n, SMPI_OWNER_RUNS);
  assert_int_equal(o.run[SMPI_OWNER_RUNS - 1].rank, -1);
  for (unsigned i = 0; i < o.n; i++) rows += o.run[i].rows;
  assert_int_equal(rows, 6 * SMPI_OWNER_RUNS + 7);
}

/* Base transfers: encodings of points have two bits that are always 0. */
enum { POINTS = SMPI_POINT + 128 * 2 * SMPI_POINT };

static void what_is_sent(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  (void)to, (void)off;
  if (len >= 1000 && len != POINTS) stats_add((struct stats *)user + from, data, len / 8 * 8);
}

static void assert_uniform(const struct stats *st) {
  assert_true(stats_bytes_are_uniform(st));
  assert_true(stats_bits_are_balanced(st, NULL));
}

static void assert_all_uniform(const struct smpi_owners *owners) {
  static struct stats sent[2], share;
  struct product p;
  memset(sent, 0, sizeof sent);
  tap_set(what_is_sent, sent);
  run(&p, 2, (struct shape){2048, 24, 1}, owners);
  tap_set(NULL, NULL);
  for (unsigned i = 0; i < 2; i++) {
    assert_uniform(&sent[i]);
    for (unsigned column = 0; column < 2; column++) {
      const struct shares *of = column == 0 ? &p.c : &p.a;
      memset(&share, 0, sizeof share);
      stats_add(&share, (const uint8_t *)of->of[i], of->n * 8);
      assert_uniform(&share);
    }
  }
  drop(&p);
}

/* All that is sent, all shares; owned too: what its owner opens hides it as well. */
static void everything_is_uniform(void **state) {
  (void)state;
  struct smpi_owners first = {0};
  smpi_owners_add(&first, 2048, 0);
  assert_all_uniform(&nobody);
  assert_all_uniform(&first);
}

TEST_MAIN(T(shapes), T(owned_matrices), T(the_price_is_the_stated_one), T(owners_are_kept_short),
          T(everything_is_uniform))
