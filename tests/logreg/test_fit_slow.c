/* test_fit_slow.c - ten generated sets over two, four and eight hospitals; a hospital that dies in
 * every iteration of every method. */
#include "fit_run.h"

/* Columns, rows, prevalence and effects all differ; the accuracy is what the manual promises. */
static void ten_sets_over_two_four_and_eight(void **state) {
  (void)state;
  for (unsigned i = 0; i < 10; i++)
    for (unsigned sites = 2; sites <= 8; sites *= 2) {
      struct run r = typical(sites, "model-only");
      r.k = 2 + i;
      r.rows = 900 + 300 * i;
      r.beta[0] = -1.5 + 0.3 * i;
      for (unsigned j = 1; j <= r.k; j++) r.beta[j] = (j % 2 ? 1.0 : -0.7) / j;
      fit_and_check(&r, 200 + i, 1e-3, 0.01);
    }
}

/* Four of eight hospitals compute for all. */
static void eight_hospitals_delegate_to_four(void **state) {
  (void)state;
  unsigned roles[8];
  for (unsigned i = 0; i < 8; i++) roles[i] = SMPC_INPUT | SMPC_RESULT | (i % 2 ? SMPC_COMPUTE : 0);
  for (unsigned i = 0; i < 3; i++) {
    struct parties parties = {.n = 8, .dealer = true, .seed = i, .roles = roles};
    struct run r = typical(8, "model-only");
    r.rows = 1500;
    set_up(&r, &parties, 300 + i, 0x81);
    parties_run_ok(&parties, body, &r, NULL);
    check(&r, 0, 1e-3, 0.01);
    check(&r, 7, 1e-3, 0.01);
    tear_down(&r);
  }
}

enum { CLOSING = 12 }; /* sends, at most, after the model has opened */

/* Correlated randomness by oblivious transfer: the same model. */
static void without_a_dealer(void **state) {
  (void)state;
  static const char *const more[] = {"    method: newton\n", "    method: fixed-hessian\n    iterations: 15\n",
                                     "    method: gradient\n    iterations: 2\n    batch: 300\n"};
  for (unsigned i = 0; i < 3; i++) {
    struct parties parties = {.n = 2, .source = SMPC_OT, .seed = i};
    struct run r = typical(2, "model-only");
    r.rows = 600;
    r.more = more[i];
    set_up(&r, &parties, 400 + i, 3);
    parties_run_ok(&parties, body, &r, NULL);
    if (i < 2) check(&r, 0, 1e-3, 0.01);
    else assert_non_null(strstr(r.job[0].joint.refusal, "no convergence")); /* two epochs: the path, not the fit */
    tear_down(&r);
  }
}

struct deadly { const char *privacy, *more; unsigned steps; };

static struct run dying(const struct deadly *d, unsigned steps, char *more, size_t len) {
  struct run r = typical(3, d->privacy);
  snprintf(more, len, "    site_level: accepted\n    minimum_events: 5\n    iterations: %u\n%s", steps, d->more);
  r.rows = 240;
  r.more = more;
  return r;
}

/* Hospital 1 dies at its send `at`, counted from the opening; 0: it lives.  Its sends after the opening. */
static uint64_t run_once(const struct deadly *d, unsigned steps, uint64_t first, uint64_t at) {
  struct smpi_sim_fault fault = {SMPI_SIM_CRASH, SMPI_SIM_AT_SEND, 1, 0, first + at, 0};
  struct parties parties = {.n = 3, .dealer = true, .seed = 6, .fault = &fault, .n_faults = at > 0};
  struct parties_result result;
  char more[200];
  struct run r = dying(d, steps, more, sizeof more);
  set_up(&r, &parties, 6, 7);
  parties_run(&parties, body, &r, &result);
  for (unsigned p = 0; p < 3 && at > 0; p += 2) {
    assert_int_not_equal(result.close[p], SMPC_OK);
    assert_false(r.job[p].joint.is_delivered);
    for (unsigned j = 0; j <= r.k; j++) assert_true(!(r.result[p][j] != 0)); /* nothing, not garbage */
  }
  tear_down(&r);
  return at == 0 ? result.sends[1] - result.sends_open[1] : 0;
}

static uint64_t sends_to_open(const struct deadly *d) {
  struct parties parties = {.n = 3, .dealer = true, .seed = 6};
  struct parties_result result;
  char more[200];
  struct run r = dying(d, d->steps, more, sizeof more);
  set_up(&r, &parties, 6, 7);
  parties_run(&parties, body, &r, &result);
  tear_down(&r);
  return result.sends_open[1];
}

/* An iteration is what one more of them sends: at two places a length of that, every one is hit. */
static void a_hospital_dies_in_every_iteration(void **state) {
  (void)state;
  static const struct deadly all[] = {{"model-only", "    method: newton\n", 6},
                                      {"model-only", "    method: fixed-hessian\n", 8},
                                      {"model-only", "    method: gradient\n    batch: 80\n", 5},
                                      {"aggregates", "", 8}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    uint64_t first = sends_to_open(&all[i]), whole = run_once(&all[i], all[i].steps, 0, 0);
    uint64_t fewer = run_once(&all[i], all[i].steps - 2, 0, 0), step = (whole - fewer) / 2, runs = 0;
    if (whole == fewer) step = whole / 20; /* aggregates stop when nothing moves */
    assert_true(step >= 2);
    for (uint64_t at = 1; at + CLOSING < whole; at += step / 2, runs++) run_once(&all[i], all[i].steps, first, at);
    print_message("# %s: %u steps of %u sends each, %u deaths\n", all[i].privacy, all[i].steps, (unsigned)step,
                  (unsigned)runs);
    assert_true(runs >= all[i].steps);
  }
}

TEST_MAIN(T(ten_sets_over_two_four_and_eight), T(eight_hospitals_delegate_to_four), T(without_a_dealer),
          T(a_hospital_dies_in_every_iteration))
