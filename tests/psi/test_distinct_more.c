/* test_distinct_more.c - the longer tests of smpc_psi_distinct and smpc_psi_tally: all sizes, what is sent, who dies. */
#include "distinct_sets.h"
#include "seen.h"


static void different_items_are_counted_exactly(void **state) {
  (void)state;
  static const size_t some[] = {0, 1, 2, 127, 129, 1023};
  for (unsigned i = 0; i < 6; i++) {
    const size_t size[3] = {some[i], some[(i + 1) % 6], some[(5 * i + 2) % 6]};
    size_t least = size[0] < size[1] ? size[0] : size[1];
    least = least < size[2] ? least : size[2];
    try_sets(3, size, (least + 1) / 2, 1 + i, NULL, i == 2 ? SMPC_OT : SMPC_DEALER);
  }
}

/* --- what is sent --------------------------------------------------------------------------------- */

static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  const size_t size[3] = {1500, 1500, 1500};
  for (int is_tally = 0; is_tally < 2; is_tally++) {
    struct seen *seen = calloc(2, sizeof *seen);
    for (unsigned i = 0; i < 2; i++) {
      struct many_sets m;
      struct asked a;
      many_sets_make(&m, 3, size, i == 0 ? 1500 : 0, i == 1, i == 1 ? 5 : UINT64_C(1) << 50);
      asked_make(&a, &m, 7, is_tally);
      tap_set(seen_watch, &seen[i]);
      parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = i + 1}, body, &a, NULL);
      tap_set(NULL, NULL);
      asked_free(&a);
      many_sets_free(&m);
    }
    seen_check(seen, 2, 3);
    free(seen);
  }
}

/* --- somebody dies --------------------------------------------------------------------------------- */

static void a_lost_party_ends_it(void **state) {
  (void)state;
  const size_t size[3] = {20, 20, 20};
  struct many_sets m;
  struct asked a;
  struct parties_result whole, got;
  many_sets_make(&m, 3, size, 10, true, 5);
  asked_make(&a, &m, 5, false);
  struct parties setting = {.n = 3, .dealer = true, .seed = 1, .n_faults = 1};
  parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = 1}, body, &a, &whole);
  for (unsigned who = 0; who < 3; who++)
    for (uint64_t k = whole.sends_open[who] + 1; k <= whole.sends[who];
         k += 1 + (whole.sends[who] - whole.sends_open[who]) / 2) {
      struct smpi_sim_fault fault = {.what = SMPI_SIM_CRASH, .where = SMPI_SIM_AT_SEND, .from = who, .at = k};
      setting.fault = &fault;
      parties_run(&setting, body, &a, &got);
      if (k == whole.sends_open[who] + 1) assert_true(a.run.err[0] != SMPC_OK && a.run.err[2] != SMPC_OK);
      for (unsigned i = 0; i < 3; i++) assert_int_equal(a.count[i], a.run.err[i] == SMPC_OK && i != 1 ? m.universe : 0);
    }
  asked_free(&a);
  many_sets_free(&m);
}

TEST_MAIN(T(different_items_are_counted_exactly), T(what_is_sent_depends_on_sizes_alone), T(a_lost_party_ends_it))
