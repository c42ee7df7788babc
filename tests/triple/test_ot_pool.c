/* test_ot_pool.c - triple/triple.h with oblivious transfer for its source, over the
 * simulated network. */
#include "support/test.h"

#include "support/stats.h"
#include "support/tap.h"
#include "taking.h"
#include "triple/ot_source.h"

static void every_kind_at_every_size(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++) {
    struct plan p[SMPI_SHARED];
    struct parties_result r;
    for (unsigned k = 0; k < SMPI_SHARED; k++)
      p[k] =
          (struct plan){.kind = k, .source = SMPC_OT, .takes = 9, .take = {0, 1, 127, 128, 129, 1023, 1024, 1025, 3}};
    run_and_check_all(p, SMPI_SHARED, parties, &r);
    for (unsigned k = 0; k < SMPI_SHARED; k++) end(&p[k]);
  }
}

/* More parties: every pair, and a chain of every length. */
static void five_parties(void **state) {
  (void)state;
  static const enum smpi_corr kind[] = {SMPI_TRIPLE, SMPI_BIT_PAIR, SMPI_DABIT};
  struct plan p[3];
  struct parties_result r;
  for (unsigned i = 0; i < 3; i++)
    p[i] = (struct plan){.kind = kind[i], .source = SMPC_OT, .take = {65, 7}, .takes = 2, .prepare = 72};
  run_and_check_all(p, 3, 5, &r);
  for (unsigned i = 0; i < 3; i++) end(&p[i]);
}

static void large_takes(void **state) {
  (void)state;
  struct plan p[SMPI_SHARED];
  struct parties_result r;
  for (unsigned k = 0; k < SMPI_SHARED; k++) {
    p[k] = (struct plan){.kind = k, .source = SMPC_OT, .take = {65535, 65537}, .takes = 2};
    if (smpi_corr_words(k) >= 64) p[k].take[0] = 1025, p[k].take[1] = 1023; /* 64 numbers each */
  }
  run_and_check_all(p, SMPI_SHARED, 2, &r);
  for (unsigned k = 0; k < SMPI_SHARED; k++) end(&p[k]);
}

/* Prepared is exact: nothing more is sent when it is taken, and what was sent is what
 * the cost functions say. */
static void preparing_makes_exactly_what_is_taken(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++)
    for (unsigned k = 0; k < SMPI_SHARED; k++) {
      struct plan p = {.kind = k, .source = SMPC_OT, .take = {100, 1, 299}, .takes = 3, .prepare = 400};
      struct smpi_cost cost = {.parties = parties, .source = SMPC_OT};
      struct parties_result r;
      run_and_check(&p, parties, &r);
      smpi_triple_cost(&cost, k, 400);
      assert_int_equal(cost.offline_bytes, 0);
      smpi_triple_cost_end(&cost, FRAC);
      for (unsigned i = 0; i < parties; i++) {
        assert_int_equal(p.asked_online[i], 0);
        assert_int_equal(p.spent[i].rounds, 0);
        assert_int_equal(p.spent[i].bytes, 0);
        assert_int_equal(p.spent[i].offline_bytes, cost.offline_bytes);
      }
      end(&p);
    }
}

/* The figures of ot_cross.h, for whole stretches. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  assert_int_equal(smpi_ot_units_bytes(2, SMPI_TRIPLE, 2048, FRAC), 508 * 2048);
  assert_int_equal(smpi_ot_units_bytes(3, SMPI_TRIPLE, 1024, FRAC), 2 * 516 * 1024);
  assert_int_equal(smpi_ot_units_bytes(2, SMPI_BIT_TRIPLE, 2048, FRAC), 248 * 2048);
  assert_int_equal(smpi_ot_units_bytes(2, SMPI_EDABIT, 64, FRAC), (248 + 252) * 4096 / 2);
  assert_int_equal(smpi_ot_units_bytes(2, SMPI_TRIPLE, 0, FRAC), 0);
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* 64-bit words that come twice would be words given twice. */
static void nothing_is_given_twice(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_TRIPLE, .source = SMPC_OT, .take = {16384, 1, 2000, 500, 7}, .takes = 5};
  struct parties_result r;
  run_and_check(&p, 2, &r);
  for (unsigned i = 0; i < 2; i++) {
    qsort(p.words[i], 3 * p.total, 8, by_value);
    for (size_t j = 1; j < 3 * p.total; j++) assert_true(p.words[i][j] != p.words[i][j - 1]);
  }
  end(&p);
}

/* --- distributions ------------------------------------------------------------------- */

static void assert_uniform(const void *data, size_t len) {
  static struct stats st;
  memset(&st, 0, sizeof st);
  stats_add(&st, data, len);
  assert_true(stats_bytes_are_uniform(&st));
  assert_true(stats_bits_are_balanced(&st, NULL));
}

/* Every party's shares of every column, and the free columns in the clear. */
static void check_uniform(const struct plan *p, unsigned parties) {
  uint64_t *col[SMPI_CORR_COLUMNS], *clear[SMPI_CORR_COLUMNS];
  uint64_t *sum = calloc(p->total * smpi_corr_words(p->kind), 8);
  smpi_corr_lay(clear, p->kind, sum, p->total);
  for (unsigned c = 0; c < smpi_corr_columns(p->kind); c++) {
    size_t words = p->total * smpi_corr_width(p->kind, c);
    for (unsigned i = 0; i < parties; i++) {
      smpi_corr_lay(col, p->kind, p->words[i], p->total);
      assert_uniform(col[c], 8 * words);
      for (size_t j = 0; j < words; j++)
        clear[c][j] = smpi_corr_is_xor(p->kind, c) ? clear[c][j] ^ col[c][j] : clear[c][j] + col[c][j];
    }
    if (smpi_corr_is_free(p->kind, c)) assert_uniform(clear[c], 8 * words);
  }
  free(sum);
}

static void shares_are_uniform(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++) {
    struct plan p[SMPI_SHARED];
    struct parties_result r;
    for (unsigned k = 0; k < SMPI_SHARED; k++)
      p[k] = (struct plan){.kind = k, .source = SMPC_OT, .take = {smpi_corr_words(k) >= 64 ? 1024 : 4096}, .takes = 1};
    run_and_check_all(p, SMPI_SHARED, parties, &r);
    for (unsigned k = 0; k < SMPI_SHARED; k++) check_uniform(&p[k], parties), end(&p[k]);
  }
}

/* What is actually sent: choices told, strings' corrections, everything. */
struct watch { struct stats sent[SMPC_MAX_COMPUTING][SMPC_MAX_COMPUTING]; };
static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct watch *w = user;
  (void)off;
  if (len >= 1000) stats_add(&w->sent[from][to], data, len / 8 * 8);
}

static void what_is_sent_is_uniform(void **state) {
  (void)state;
  static struct watch w;
  for (unsigned parties = 2; parties <= 3; parties++)
    for (unsigned k = 0; k < SMPI_SHARED; k++) {
      struct plan p = {.kind = k, .source = SMPC_OT, .take = {2048}, .takes = 1, .prepare = 2048};
      struct parties_result r;
      if (smpi_corr_words(k) >= 64) p.take[0] = p.prepare = 64;
      memset(&w, 0, sizeof w);
      tap_set(watch, &w);
      run_and_check(&p, parties, &r);
      tap_set(NULL, NULL);
      for (unsigned i = 0; i < parties; i++)
        for (unsigned j = 0; j < parties; j++) {
          if (i == j) continue;
          assert_true(stats_bytes_are_uniform(&w.sent[i][j]));
          assert_true(stats_bits_are_balanced(&w.sent[i][j], NULL));
        }
      end(&p);
    }
}

/* --- when something is wrong ------------------------------------------------------------ */

static void ask_differently(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken t;
  (void)ctx;
  if (smpi_triple_take(s, &t, me == 1 ? SMPI_EDABIT : SMPI_TRIPLE, 5) == SMPC_OK) smpi_triple_wipe(&t);
}

static void different_demands_are_a_desync(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 3, .source = SMPC_OT, .seed = 3}, ask_differently, NULL, &r);
  for (unsigned i = 0; i < 3; i++) assert_int_equal(r.close[i], SMPC_E_DESYNC);
}

static void prefer_a_dealer(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) cfg->source = SMPC_DEALER;
}

static void the_parties_must_agree_on_the_source(void **state) {
  (void)state;
  struct parties_result r;
  const struct parties p = {.n = 2, .source = SMPC_OT, .seed = 9, .configure = prefer_a_dealer};
  parties_run(&p, ask_differently, NULL, &r);
  for (unsigned i = 0; i < 2; i++) assert_int_equal(r.open[i], SMPC_E_PARAM);
}

static void trust(struct smpc_session *s, unsigned me, void *ctx) {
  const char **sentence = ctx;
  if (smpi_triple_open(s) == SMPC_OK) sentence[me] = smpi_triple_trust(s);
}

static void that_nobody_is_trusted_is_said(void **state) {
  (void)state;
  const char *sentence[2] = {"", ""};
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 7}, trust, sentence, NULL);
  for (unsigned i = 0; i < 2; i++)
    assert_string_equal(sentence[i], "Nobody is trusted: all inputs stay secret while one computing party is honest "
                                     "and all follow the protocol.");
}

TEST_MAIN(T(every_kind_at_every_size), T(five_parties), T(large_takes), T(preparing_makes_exactly_what_is_taken),
          T(the_price_is_the_stated_one), T(nothing_is_given_twice), T(shares_are_uniform), T(what_is_sent_is_uniform),
          T(different_demands_are_a_desync), T(the_parties_must_agree_on_the_source),
          T(that_nobody_is_trusted_is_said))
