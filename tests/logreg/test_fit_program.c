/* test_fit_program.c - the joint fit against the pooled one in the clear, on the
 * simulated network: generated data, every opening of a run, a hospital that dies. */
#include "fit_run.h"

static void ten_generated_sets_model_only(void **state) {
  (void)state;
  static const unsigned sites[10] = {2, 2, 2, 2, 4, 4, 4, 8, 8, 8};
  for (unsigned i = 0; i < 10; i++) {
    struct run r = typical(sites[i], "model-only");
    r.beta[0] = -1.2 + 0.25 * i;
    r.beta[2] = -1 + 0.2 * i;
    fit_and_check(&r, 100 + i, 1e-3, 0.01);
  }
}

static void aggregates_are_exact(void **state) {
  (void)state;
  for (unsigned sites = 2; sites <= 5; sites++) {
    struct run r = typical(sites, "aggregates");
    fit_and_check(&r, sites, 1e-10, 1e-8);
  }
}

static void a_ridge_pulls_as_it_does_in_the_clear(void **state) {
  (void)state;
  static const char *const more[] = {"    site_level: accepted\n    ridge: 0.5\n",
                                     "    site_level: accepted\n    ridge: 150\n"};
  for (unsigned i = 0; i < 4; i++) {
    struct run r = typical(2 + i, i % 2 ? "model-only" : "aggregates");
    r.more = more[i / 2];
    fit_and_check(&r, 20 + i, i % 2 ? 1e-3 : 1e-10, i % 2 ? 0.01 : 1e-8);
  }
}

static void too_large_a_ridge_is_refused(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 9};
  struct run r = typical(2, "model-only");
  r.more = "    ridge: 701\n";
  set_up(&r, &parties, 9, 3);
  parties_run_ok(&parties, body, &r, NULL);
  assert_non_null(strstr(r.job[0].joint.refusal, "`ridge` is above the number of rows, 700"));
  assert_false(r.job[0].joint.is_delivered);
  tear_down(&r);
}

/* Four of six hospitals delegate the computing to two. */
static void some_hospitals_only_give_rows(void **state) {
  (void)state;
  static const unsigned roles[6] = {SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT, SMPC_INPUT | SMPC_RESULT};
  for (unsigned i = 0; i < 2; i++) {
    struct run r = typical(6, i == 0 ? "model-only" : "aggregates");
    struct parties parties = {.n = 6, .dealer = true, .seed = 3, .roles = roles};
    set_up(&r, &parties, 3, 9);
    parties_run_ok(&parties, body, &r, NULL);
    check(&r, 0, 1e-3, 0.01);
    check(&r, 3, 1e-3, 0.01);
    assert_false(r.job[1].joint.is_delivered);
    tear_down(&r);
  }
}

/* --- openings ------------------------------------------------------------------------------ */

static void expect(const struct run *r, unsigned at, const char *purpose, uint64_t to, size_t rows, size_t cols) {
  for (unsigned i = 0; i < r->sites; i++) {
    const struct listed *l = &r->listed[i][at];
    assert_true(at < r->n_listed[i]);
    assert_string_equal(l->purpose, purpose);
    assert_int_equal(l->to.bits, to);
    assert_int_equal(l->shape.rows, rows);
    assert_int_equal(l->shape.cols, cols);
  }
}

static void model_only_opens_this_and_nothing_else(void **state) {
  (void)state;
  struct parties parties = {.n = 3, .dealer = true, .seed = 7};
  struct run r = typical(3, "model-only");
  set_up(&r, &parties, 7, 2);
  parties_run_ok(&parties, body, &r, NULL);
  expect(&r, 0, "p: whether the small-count rules hold", 7, 3, 1);
  expect(&r, 1, "p: rows of each hospital", 7, 1, 3);
  expect(&r, 2, "p: whether the fit is sound", 7, 4, 1);
  expect(&r, 3, "p", 2, 3 + 1 + 8 + 4, 1); /* what all know, events, coefficients and variances, the scores */
  assert_int_equal(r.n_listed[0], 4);
  check(&r, 1, 1e-3, 0.01);
  assert_true(r.job[1].joint.is_delivered && !r.job[0].joint.is_delivered && !r.job[2].joint.is_delivered);
  for (unsigned j = 0; j < 4; j++) assert_true(r.result[0][j] == 0 && r.result[2][j] == 0);
  tear_down(&r);
}

static void aggregates_open_this_and_nothing_else(void **state) {
  (void)state;
  struct parties parties = {.n = 3, .dealer = true, .seed = 8};
  struct run r = typical(3, "aggregates");
  set_up(&r, &parties, 8, 4);
  parties_run_ok(&parties, body, &r, NULL);
  unsigned n = r.n_listed[0];
  expect(&r, 0, "p: whether the small-count rules hold", 7, 3, 1);
  expect(&r, 1, "p: sums of every step", 7, 1, 2);
  for (unsigned i = 2; i + 1 < n; i++) expect(&r, i, "p: sums of every step", 7, 1, 4 + 10 + 1);
  expect(&r, n - 1, "p", 4, 4, 1);
  assert_true(n >= 7 && n <= 12);
  tear_down(&r);
}

static void nothing_opens_when_a_rule_fails(void **state) {
  (void)state;
  for (unsigned i = 0; i < 2; i++) {
    struct parties parties = {.n = 2, .dealer = true, .seed = 9};
    struct run r = typical(2, i == 0 ? "model-only" : "aggregates");
    r.more = "    site_level: accepted\n    minimum_events: 200\n";
    set_up(&r, &parties, 9, 3);
    parties_run_ok(&parties, body, &r, NULL);
    assert_int_equal(r.n_listed[0], 1);
    assert_non_null(strstr(r.job[0].joint.refusal, "too few events"));
    assert_string_equal(r.job[0].joint.refusal, r.job[1].joint.refusal);
    assert_false(r.job[0].joint.is_delivered);
    tear_down(&r);
  }
}

static void no_model_opens_of_an_unsound_fit(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 11};
  struct run r = typical(2, "model-only");
  set_up(&r, &parties, 11, 3);
  for (unsigned h = 0; h < 2; h++)
    for (size_t row = 0; row < r.own[h].n; row++) r.own[h].x[row * r.own[h].p + 3] = r.own[h].x[row * r.own[h].p + 1];
  parties_run_ok(&parties, body, &r, NULL);
  assert_non_null(strstr(r.job[0].joint.refusal, "collinear"));
  assert_string_equal(r.job[0].joint.refusal, r.job[1].joint.refusal);
  assert_int_equal(r.n_listed[0], 3); /* rules, rows, whether sound */
  tear_down(&r);
}

/* --- estimates, failures --------------------------------------------------------------------- */

static void the_estimate_counts_the_rounds(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 5};
  struct parties_result result;
  struct run r = typical(2, "model-only");
  smpc_cost cost;
  r.more = "    iterations: 5\n";
  set_up(&r, &parties, 5, 1);
  struct fit_job dry = r.job[0];
  dry.joint.estimating = true;
  assert_int_equal(smpc_estimate(&r.cfg[0], fit_program, &dry, &cost), SMPC_OK);
  joint_free(&dry.joint);
  parties_run_ok(&parties, body, &r, &result);
  assert_int_equal(cost.rounds, result.spent[0].rounds);
  assert_true(cost.bytes > result.spent[0].bytes); /* of 1000 rows a hospital */
  tear_down(&r);
}

/* Figures of large fits, from the estimate: 20 columns, four parties, a dealer. */
static smpc_cost cost_of(const char *privacy, size_t rows_each) {
  struct parties parties = {.n = 4, .dealer = true, .seed = 5};
  struct run r = typical(4, privacy);
  smpc_cost cost;
  r.k = 20;
  set_up(&r, &parties, 5, 15);
  r.job[0].joint.estimating = true;
  r.job[0].stand_in = rows_each;
  assert_int_equal(smpc_estimate(&r.cfg[0], fit_program, &r.job[0], &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 0);
  tear_down(&r);
  return cost;
}

static void a_shared_fit_grows_with_the_rows(void **state) {
  (void)state;
  smpc_cost c[3];
  for (unsigned i = 0; i < 3; i++) c[i] = cost_of("model-only", (size_t)12500 << i); /* 50 000, 100 000, 200 000 in all */
  print_message("# 100 000 x 20: %llu rounds, %.0f MB a party, %.0f MB of the dealer\n", (unsigned long long)c[1].rounds,
                (double)c[1].bytes / 1e6, (double)c[1].offline_bytes / 1e6);
  double first = (double)(c[1].bytes - c[0].bytes), second = (double)(c[2].bytes - c[1].bytes);
  assert_true(fabs(second / first - 2) < 0.01 && (double)c[1].bytes < 1.05 * first * 2);
  assert_true(c[2].rounds < 4 * c[0].rounds); /* functions go in blocks of 2^16 */
}

/* Sums alone leave a hospital: the same bytes for every number of rows. */
static void aggregates_cost_the_same_for_any_rows(void **state) {
  (void)state;
  uint64_t bytes[2];
  for (unsigned i = 0; i < 2; i++) {
    struct parties parties = {.n = 3, .dealer = true, .seed = 8};
    struct parties_result result;
    struct run r = typical(3, "aggregates");
    r.rows = i == 0 ? 900 : 9000;
    set_up(&r, &parties, 8, 7);
    parties_run_ok(&parties, body, &r, &result);
    assert_true(r.job[0].joint.is_delivered);
    unsigned steps = r.job[0].fit.steps;
    bytes[i] = result.spent[0].bytes - steps * 8 * 2 * (4 + 10 + 1); /* their number may differ by one */
    tear_down(&r);
  }
  assert_true(bytes[1] <= bytes[0] + 8 * 2 * 15 && bytes[0] <= bytes[1] + 8 * 2 * 15);
}

/* The network's time alone: 20 ms there and back, 100 Mbit/s. */
static void twenty_columns_over_a_country_take_less_than_a_minute(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 4, .rtt_ms = 20, .mbit_per_s = 100, .timeout_ms = 60000};
  struct parties_result result;
  struct run r = typical(2, "model-only");
  r.k = 20;
  r.rows = 1000;
  r.more = "    minimum_events: 5\n";
  set_up(&r, &parties, 4, 3);
  parties_run_ok(&parties, body, &r, &result);
  check(&r, 0, 1e-3, 0.01);
  print_message("# %.1f s, %llu rounds\n", (double)result.us * 1e-6, (unsigned long long)result.spent[0].rounds);
  assert_true(result.us < 60000000);
  tear_down(&r);
}

/* Hospital 1 dies at send k, for k all over the run: nobody gets a model, everybody an error. */
static void a_hospital_dies(void **state) {
  (void)state;
  for (unsigned kind = 0; kind < 2; kind++) {
    uint64_t last = 0, first = 0;
    for (uint64_t i = 0; i <= 16; i++) {
      uint64_t at = first + i * (last - first) / 18 + 1;
      struct smpi_sim_fault fault = {SMPI_SIM_CRASH, SMPI_SIM_AT_SEND, 1, 0, at, 0};
      struct parties parties = {.n = 3, .dealer = true, .seed = 6, .fault = &fault, .n_faults = i > 0};
      struct parties_result result;
      struct run r = typical(3, kind == 0 ? "model-only" : "aggregates");
      r.rows = 240;
      r.more = kind == 0 ? "    iterations: 6\n    minimum_events: 5\n"
                         : "    site_level: accepted\n    minimum_events: 5\n";
      set_up(&r, &parties, 6, 7);
      parties_run(&parties, body, &r, &result);
      if (i == 0) {
        assert_true(r.job[0].joint.is_delivered);
        first = result.sends_open[1];
        last = result.sends[1];
      } else
        for (unsigned p = 0; p < 3; p += 2) {
          assert_int_not_equal(result.close[p], SMPC_OK);
          assert_false(r.job[p].joint.is_delivered);
        }
      tear_down(&r);
    }
  }
}

TEST_MAIN(T(ten_generated_sets_model_only), T(aggregates_are_exact), T(a_ridge_pulls_as_it_does_in_the_clear),
          T(too_large_a_ridge_is_refused), T(some_hospitals_only_give_rows), T(model_only_opens_this_and_nothing_else),
          T(aggregates_open_this_and_nothing_else), T(nothing_opens_when_a_rule_fails), T(no_model_opens_of_an_unsound_fit),
          T(the_estimate_counts_the_rounds), T(a_shared_fit_grows_with_the_rows),
          T(aggregates_cost_the_same_for_any_rows),
          T(twenty_columns_over_a_country_take_less_than_a_minute), T(a_hospital_dies))
