/* test_ot_lookups.c - lookups (triple/lookup.h) by oblivious transfer: what one party
 * finds is what stands in the other's table, at every size; all of it is uniform. */
#include "support/test.h"

#include "support/stats.h"
#include "support/tap.h"
#include "taking.h"
#include "triple/lookup.h"
#include "triple/ot_lookups.h"

static void run(struct plan *p, struct parties_result *r) {
  begin(p, 2);
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 1}, take_all, p, r);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(p->spent[i].corr[SMPI_LOOKUP], p->total);
}

/* Of one take: one party's values against the other's table, number by number. */
static size_t count_strangers(const struct plan *p, size_t offset, size_t n) {
  size_t wrong = 0;
  for (unsigned me = 0; me < 2; me++) {
    uint64_t *mine[SMPI_CORR_COLUMNS], *theirs[SMPI_CORR_COLUMNS];
    smpi_corr_lay(mine, SMPI_LOOKUP, p->words[me] + offset, n);
    smpi_corr_lay(theirs, SMPI_LOOKUP, p->words[1 - me] + offset, n);
    for (size_t i = 0; i < 64 * n; i++) {
      unsigned index = 0;
      for (unsigned b = 0; b < SMPI_LOOKUP_BITS; b++)
        index |= (mine[SMPI_LOOKUP_INDEX + b][i / 64] >> i % 64 & 1) << b;
      for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++)
        wrong += (mine[SMPI_LOOKUP_VALUE + v][i / 64] ^ theirs[SMPI_LOOKUP_VALUES * index + v][i / 64]) >> i % 64 & 1;
    }
  }
  return wrong;
}

static void every_size(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_LOOKUP, .source = SMPC_OT, .takes = 10,
                   .take = {0, 1, 3, 4, 5, 127, 511, 512, 513, 1025}};
  struct parties_result r;
  size_t offset = 0;
  run(&p, &r);
  for (size_t i = 0; i < p.takes; i++) {
    assert_int_equal(count_strangers(&p, offset, p.take[i]), 0);
    offset += p.take[i] * SMPI_LOOKUP_COLUMNS;
  }
  end(&p);
}

/* The test can fail: another index finds another entry. */
static void a_wrong_index_is_found(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_LOOKUP, .source = SMPC_OT, .takes = 1, .take = {8}};
  struct parties_result r;
  uint64_t *col[SMPI_CORR_COLUMNS];
  run(&p, &r);
  smpi_corr_lay(col, SMPI_LOOKUP, p.words[0], 8);
  for (unsigned i = 0; i < 8; i++) col[SMPI_LOOKUP_INDEX][i] ^= ~UINT64_C(0);
  assert_in_range(count_strangers(&p, 0, 8), 8 * 64 * 3 / 4, 8 * 64 * 5 / 4); /* half of 2 bits each */
  end(&p);
}

static void preparing_makes_exactly_what_is_taken(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_LOOKUP, .source = SMPC_OT, .take = {100, 1, 299}, .takes = 3, .prepare = 400};
  struct smpi_cost cost = {.parties = 2, .source = SMPC_OT};
  struct parties_result r;
  run(&p, &r);
  smpi_triple_cost(&cost, SMPI_LOOKUP, 400);
  smpi_triple_cost_end(&cost, FRAC);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(p.asked_online[i], 0);
    assert_int_equal(p.spent[i].rounds, 0);
    assert_int_equal(p.spent[i].offline_bytes, cost.offline_bytes);
  }
  assert_int_equal(smpi_ot_lookups_bytes(4096), 992 * 4096);
  assert_int_equal(smpi_ot_lookups_bytes(0), 0);
  end(&p);
}

static void assert_uniform(const void *data, size_t len) {
  static struct stats st;
  memset(&st, 0, sizeof st);
  stats_add(&st, data, len);
  assert_true(stats_bytes_are_uniform(&st));
  assert_true(stats_bits_are_balanced(&st, NULL));
}

static void columns_are_uniform(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_LOOKUP, .source = SMPC_OT, .take = {4096}, .takes = 1};
  struct parties_result r;
  run(&p, &r);
  for (unsigned i = 0; i < 2; i++) {
    uint64_t *col[SMPI_CORR_COLUMNS];
    smpi_corr_lay(col, SMPI_LOOKUP, p.words[i], p.total);
    for (unsigned c = 0; c < SMPI_LOOKUP_COLUMNS; c++) assert_uniform(col[c], 8 * p.total);
  }
  end(&p);
}

/* --- who has none ----------------------------------------------------------------------- */

static smpc_err got[3];
static void take_one(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken t;
  (void)ctx;
  got[me] = smpi_triple_take(s, &t, SMPI_LOOKUP, 1);
}

static void others_have_no_lookups(void **state) {
  (void)state;
  struct parties_result r;
  assert_true(smpi_triple_has_lookups(2, SMPC_OT));
  assert_false(smpi_triple_has_lookups(3, SMPC_OT) || smpi_triple_has_lookups(2, SMPC_DEALER));
  parties_run(&(struct parties){.n = 3, .source = SMPC_OT, .seed = 4}, take_one, NULL, &r);
  for (unsigned i = 0; i < 3; i++) assert_int_equal(got[i], SMPC_E_BUG);
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 4}, take_one, NULL, &r);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(got[i], SMPC_E_BUG);
}

TEST_MAIN(T(every_size), T(a_wrong_index_is_found), T(preparing_makes_exactly_what_is_taken), T(columns_are_uniform),
          T(others_have_no_lookups))
