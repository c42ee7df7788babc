/* test_pool.c - triple/triple.h with a real dealer over the simulated network:
 * taking, preparing, who is told what when something goes wrong. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"
#include "triple/corr.h"
#include "triple/cost.h"
#include "taking.h"
#include "triple/dealer.h"

enum { SEEDS = 32 };

static void every_kind_at_every_size(void **state) {
  (void)state;
  static const unsigned parties[] = {2, 3, 5};
  for (unsigned i = 0; i < 3; i++)
    for (unsigned k = 0; k < SMPI_SHARED; k++) {
      struct plan p = {.kind = k, .take = {0, 1, 127, 128, 129, 1023, 1024, 1025, 3}, .takes = 9};
      struct parties_result r;
      run_and_check(&p, parties[i], &r);
      end(&p);
    }
}

static void large_takes(void **state) {
  (void)state;
  for (unsigned k = 0; k < SMPI_SHARED; k++) {
    struct plan p = {.kind = k, .take = {65535, 65536, 65537}, .takes = 3};
    struct parties_result r;
    if (smpi_corr_words(k) >= 64) p.take[0] = 65537, p.take[1] = 8191, p.takes = 2; /* 64 numbers each */
    run_and_check(&p, 2, &r);
    end(&p);
  }
}

/* Prepared is exact: nothing is asked online, and the dealer sends what the cost function says. */
static void preparing_makes_exactly_what_is_taken(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++)
    for (unsigned k = 0; k < SMPI_SHARED; k++) {
      struct plan p = {.kind = k, .take = {100, 1, 299}, .takes = 3, .prepare = 400};
      struct smpi_cost cost = {.parties = parties};
      struct parties_result r;
      run_and_check(&p, parties, &r);
      smpi_triple_cost(&cost, k, 400);
      assert_int_equal(r.spent[parties].offline_bytes, parties * SEEDS + cost.offline_bytes);
      for (unsigned i = 0; i < parties; i++) assert_int_equal(p.asked_online[i], 0);
      for (unsigned i = 0; i < parties; i++) assert_int_equal(p.spent[i].rounds, 0);
      end(&p);
    }
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* 64-bit words that come twice would be words given twice. */
static void nothing_is_given_twice(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_TRIPLE, .take = {16384, 1, 20000, 500, 16384, 7}, .takes = 6};
  struct parties_result r;
  run_and_check(&p, 2, &r);
  for (unsigned i = 0; i < 2; i++) {
    qsort(p.words[i], 3 * p.total, 8, by_value);
    for (size_t j = 1; j < 3 * p.total; j++) assert_true(p.words[i][j] != p.words[i][j - 1]);
  }
  end(&p);
}

/* --- two takes held at once ------------------------------------------------------------ */

static void hold_two(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken a, b;
  bool *right = ctx;
  (void)me;
  if (smpi_triple_take(s, &a, SMPI_TRIPLE, 10) != SMPC_OK) return;
  if (smpi_triple_take(s, &b, SMPI_TRIPLE, 10) != SMPC_OK) return;
  uint64_t *first = a.col[0], *second = b.col[0], kept = second[9];
  *right = second == first + 10; /* views of one batch, not copies */
  smpi_triple_wipe(&a);
  for (unsigned i = 0; i < 10; i++) *right &= first[i] == 0; /* the batch lives on: b holds it */
  *right &= second[9] == kept;
  smpi_triple_wipe(&b);
}

static void takes_are_views_and_wiped_apart(void **state) {
  (void)state;
  bool right = false;
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 2}, hold_two, &right, NULL);
  assert_true(right);
}

/* --- when something is wrong ------------------------------------------------------------- */

static void ask_differently(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken t;
  (void)ctx;
  if (smpi_triple_take(s, &t, me == 1 ? SMPI_EDABIT : SMPI_TRIPLE, 5) == SMPC_OK) smpi_triple_wipe(&t);
  if (smpi_triple_take(s, &t, SMPI_DABIT, 5) == SMPC_OK) smpi_triple_wipe(&t); /* the news comes at the latest now */
}

static void different_demands_are_a_desync(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 3, .dealer = true, .seed = 3}, ask_differently, NULL, &r);
  assert_int_equal(r.close[3], SMPC_E_DESYNC);
  assert_int_equal(r.fault[3].party, 1);
  assert_non_null(strstr(r.fault[3].text, "edaBits"));
  for (unsigned i = 0; i < 3; i++) assert_int_not_equal(r.close[i], SMPC_OK);
}

static void take_once(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken t;
  smpc_err *got = ctx;
  got[me] = smpi_triple_take(s, &t, SMPI_TRUNC, 3);
  smpi_triple_wipe(&t);
}

static void a_session_without_dealer_says_so(void **state) {
  (void)state;
  struct parties_result r;
  smpc_err got[2];
  parties_run(&(struct parties){.n = 2, .seed = 4}, take_once, got, &r);
  assert_true(got[0] == SMPC_E_STATE && got[1] == SMPC_E_STATE);
  assert_non_null(strstr(r.fault[0].text, "dealer"));
}

static void a_dead_party_ends_the_dealing(void **state) {
  (void)state;
  struct parties_result well, r;
  smpc_err got[3];
  parties_run(&(struct parties){.n = 3, .dealer = true, .seed = 5}, take_once, got, &well);
  assert_int_equal(well.close[3], SMPC_OK);
  for (uint64_t k = well.sends_open[1] + 1; k <= well.sends_open[1] + 2; k++) {
    struct smpi_sim_fault fault = {SMPI_SIM_CRASH, SMPI_SIM_AT_SEND, 1, 0, k, 0};
    parties_run(&(struct parties){.n = 3, .dealer = true, .seed = 5, .fault = &fault, .n_faults = 1}, take_once, got,
                &r);
    for (unsigned i = 0; i < 4; i++) assert_int_not_equal(r.close[i], SMPC_OK);
    assert_int_equal(r.fault[3].party, 1);
  }
}

static void take_absurdly(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken t;
  (void)ctx;
  (void)me;
  (void)smpi_triple_take(s, &t, SMPI_TRIPLE, (size_t)SMPI_MAX_UNITS + 1);
  smpi_triple_wipe(&t);
}

static void absurd_amounts_are_refused(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 6}, take_absurdly, NULL, &r);
  for (unsigned i = 0; i < 2; i++) assert_true(r.close[i] == SMPC_E_ARG || r.close[i] == SMPC_E_PEER);
}

/* --- the dealer's patience ------------------------------------------------------------------ */

static void talk_for_long(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_taken t;
  uint64_t out = 1, in;
  smpc_err *got = ctx;
  const struct smpi_flow flow = {.peer = !me, .out_len = 8, .in_len = 8, .out = &out, .in = &in};
  for (unsigned i = 0; i < 100; i++)
    if ((got[me] = smpi_exchange(s, &flow, 1)) != SMPC_OK) return;
  got[me] = smpi_triple_take(s, &t, SMPI_TRIPLE, 5);
  smpi_triple_wipe(&t);
}

/* Twice its time limit, in which nobody asks it anything. */
static void the_dealer_waits_while_the_parties_talk(void **state) {
  (void)state;
  smpc_err got[2];
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 8, .rtt_ms = 200, .timeout_ms = 5000}, talk_for_long,
                 got, NULL);
  assert_true(got[0] == SMPC_OK && got[1] == SMPC_OK);
}

/* --- what the dealer sends ----------------------------------------------------------------- */

struct watch { struct stats from_dealer, to_dealer; uint64_t to[3]; };

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct watch *w = user;
  (void)off;
  if (from != 3) return;
  w->to[to] += len;
  if (len >= 1000) stats_add(&w->from_dealer, data, len);
}

static void corrections_are_uniform_and_go_to_one(void **state) {
  (void)state;
  for (unsigned k = 0; k < SMPI_SHARED; k++) {
    struct plan p = {.kind = k, .take = {3000}, .takes = 1, .prepare = 3000};
    struct parties_result r;
    static struct watch w;
    memset(&w, 0, sizeof w);
    tap_set(watch, &w);
    run_and_check(&p, 3, &r);
    tap_set(NULL, NULL);
    end(&p);
    assert_true(stats_bytes_are_uniform(&w.from_dealer));
    assert_true(stats_bits_are_balanced(&w.from_dealer, NULL));
    assert_true(w.to[0] == w.to[1] && w.to[2] > w.to[0] + 8 * 3000 - 1);
  }
}

static void trust(struct smpc_session *s, unsigned me, void *ctx) {
  const char **sentence = ctx;
  if (smpi_triple_open(s) == SMPC_OK) sentence[me] = smpi_triple_trust(s);
}

static void whom_to_trust_is_said(void **state) {
  (void)state;
  const char *sentence[2] = {"", ""};
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 7}, trust, sentence, NULL);
  for (unsigned i = 0; i < 2; i++)
    assert_string_equal(sentence[i], "Dealer and any one computing party together know all inputs; "
                                     "a wrong dealer makes wrong results silently.");
}

TEST_MAIN(T(every_kind_at_every_size), T(large_takes), T(preparing_makes_exactly_what_is_taken),
          T(nothing_is_given_twice), T(takes_are_views_and_wiped_apart), T(different_demands_are_a_desync),
          T(a_session_without_dealer_says_so), T(a_dead_party_ends_the_dealing), T(absurd_amounts_are_refused),
          T(the_dealer_waits_while_the_parties_talk),
          T(corrections_are_uniform_and_go_to_one), T(whom_to_trust_is_said))
