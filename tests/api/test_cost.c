/* test_cost.c - smpc_estimate against the counters of real runs, and
 * smpc_preprocess: afterwards nothing is made during the program. */
#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "support/seams.h"

static const smpc_shape SQUARE = {3, 3};

/* Every kind of operation once; openings to one, to some, to all. */
static void program(smpc_session *s, void *user) {
  (void)user;
  const int64_t a[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const double d[9] = {0.5, 1, 1.5, 2, -3, 3, 4, 5, 6};
  double out[9];
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), a, SQUARE), *y = smpc_input_i64(s, smpc_p(1), a, SQUARE);
  smpc_shared *u = smpc_input(s, smpc_p(1), d, SQUARE), *v = smpc_input(s, smpc_p(0), d, SQUARE);
  smpc_shared *bits = smpc_less(s, x, y);
  smpc_shared *w = smpc_matmul(s, u, smpc_mul(s, u, v));
  w = smpc_matmul(s, smpc_transpose(s, u), w);
  w = smpc_matmul(s, smpc_slice(s, u, 0, 0, (smpc_shape){2, 3}), w);
  smpc_shared *stack = smpc_concat(s, smpc_slice(s, u, 1, 0, (smpc_shape){2, 3}), v); /* two owners' rows */
  w = smpc_matmul(s, smpc_slice(s, stack, 1, 0, (smpc_shape){2, 3}), smpc_matmul(s, smpc_transpose(s, v), v));
  smpc_shared *z = smpc_select(s, smpc_equal(s, x, y), x, smpc_mul(s, x, bits));
  z = smpc_add(s, z, smpc_less_full(s, x, z));
  z = smpc_add(s, z, smpc_max(s, z));
  w = smpc_scale(s, 0.5, w, 1);
  LET_FAIL(smpc_set_rounding(s, SMPC_ROUND_NEAREST));
  w = smpc_mul(s, w, w);
  bool first = smpc_session_error(s).code == SMPC_OK && smpi_me(s) == 0;
  LET_FAIL(smpc_open(s, z, smpc_to(smpc_p(0)), "test", first ? out : NULL, first ? 9 : 0));
  LET_FAIL(smpc_open(s, w, smpc_and(smpc_to(smpc_p(0)), smpc_p(1)), "test", smpi_me(s) < 2 ? out : NULL,
                     smpi_me(s) < 2 ? 6 : 0));
}

struct run { smpc_cost spent[SMPC_MAX_PARTIES]; bool prepare; uint64_t offline_before[SMPC_MAX_PARTIES]; };

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *run = ctx;
  if (run->prepare && smpc_preprocess(s, program, NULL) != SMPC_OK) return;
  run->offline_before[me] = s->spent.offline_bytes;
  program(s, NULL);
  run->spent[me] = smpc_session_spent(s);
}

static void expect_equal(const char *what, uint64_t got, uint64_t want) {
  if (got != want) fail_msg("%s: %llu spent, %llu estimated", what, (unsigned long long)got, (unsigned long long)want);
}

static void check(unsigned n, smpc_source source, bool prepare) {
  struct parties p = {.n = n, .dealer = source == SMPC_DEALER, .source = source, .seed = n};
  struct run run = {.prepare = prepare};
  smpc_config cfg;
  uint8_t secret[32];
  smpc_cost cost;
  uint64_t busiest = 0;
  parties_config(&cfg, secret, &p, 0);
  assert_int_equal(smpc_estimate(&cfg, program, NULL, &cost), SMPC_OK);
  parties_run_ok(&p, body, &run, NULL);
  for (unsigned i = 0; i < n; i++) {
    expect_equal("rounds", run.spent[i].rounds, cost.rounds);
    if (run.spent[i].bytes > busiest) busiest = run.spent[i].bytes;
  }
  expect_equal("bytes of the busiest", busiest, cost.bytes);
  if (!prepare) return;
  for (unsigned i = 0; i < n; i++)
    expect_equal("offline bytes during the program", run.spent[i].offline_bytes, run.offline_before[i]);
  for (unsigned i = 0; i < n && source == SMPC_OT; i++) { /* who owns an operand sends more */
    parties_config(&cfg, secret, &p, i);
    assert_int_equal(smpc_estimate(&cfg, program, NULL, &cost), SMPC_OK);
    expect_equal("offline bytes", run.spent[i].offline_bytes, cost.offline_bytes);
  }
}

static void estimates_are_exact(void **state) {
  (void)state;
  for (unsigned n = 2; n <= 5; n++) check(n, SMPC_DEALER, false);
  for (unsigned n = 2; n <= 3; n++) check(n, SMPC_OT, false);
}

static void preprocessing_makes_all_that_is_taken(void **state) {
  (void)state;
  for (unsigned n = 2; n <= 3; n++) {
    check(n, SMPC_DEALER, true);
    check(n, SMPC_OT, true);
  }
}

/* Progress is told in rising steps. */
struct heard { unsigned events; uint64_t done, total; bool falls; };

static bool listen_to(const smpc_event *e, void *user) {
  struct heard *h = user;
  if (e->kind != SMPC_EVENT_PROGRESS || e->op == NULL || strcmp(e->op, "smpc_preprocess") == 0) return true;
  h->falls = h->falls || e->done <= h->done || e->done > e->total;
  h->events++;
  h->done = e->done;
  h->total = e->total;
  return true;
}

static void body_heard(struct smpc_session *s, unsigned me, void *ctx) {
  if (me == 0) {
    s->watch = listen_to;
    s->watch_user = ctx;
  }
  if (smpc_preprocess(s, program, NULL) == SMPC_OK) program(s, NULL);
}

/* To the end, and not beyond it while the session is closed. */
static void progress_is_told(void **state) {
  (void)state;
  struct heard h = {0};
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 7}, body_heard, &h, NULL);
  assert_true(h.events > 10);
  assert_false(h.falls);
  assert_int_equal(h.done, h.total);
}

/* One batch of products and a matrix product: nothing but their making. */
static void long_program(smpc_session *s, void *user) {
  (void)user;
  static const int64_t zeros[20000];
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), zeros, (smpc_shape){20000, 1});
  smpc_shared *y = smpc_input_i64(s, smpc_p(1), zeros, (smpc_shape){1, 200});
  (void)smpc_mul(s, x, x);
  (void)smpc_matmul(s, x, smpc_slice(s, y, 0, 0, (smpc_shape){1, 30}));
}

static bool listen_to_making(const smpc_event *e, void *user) {
  struct heard *h = user;
  if (e->kind != SMPC_EVENT_PROGRESS) return true;
  h->falls = h->falls || e->done <= h->done;
  h->events++;
  h->done = e->done;
  h->total = e->total;
  return true;
}

static void body_makes(struct smpc_session *s, unsigned me, void *ctx) {
  s->watch = listen_to_making;
  s->watch_user = (struct heard *)ctx + me;
  LET_FAIL(smpc_preprocess(s, long_program, NULL));
  s->watch = NULL;
}

/* In the midst of a batch too: by bytes, which come out exactly. */
static void progress_of_oblivious_transfer_is_told(void **state) {
  (void)state;
  struct heard h[2] = {{0}};
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 8}, body_makes, h, NULL);
  for (unsigned i = 0; i < 2; i++) {
    assert_in_range(h[i].events, 12, 100);
    assert_false(h[i].falls);
    assert_int_equal(h[i].done, h[i].total);
  }
}

static void ranges(smpc_session *s, void *user) {
  double limit = *(double *)user, out[1];
  smpc_shared *x = smpc_input(s, smpc_p(0), &limit, (smpc_shape){1, 1});
  if (limit > 0) smpc_assume_range(s, x, limit);
  LET_FAIL(smpc_open(s, smpc_mul(s, x, x), smpc_to(smpc_p(0)), "test", out, 1));
}

static void ranges_are_followed(void **state) {
  (void)state;
  smpc_config cfg;
  uint8_t secret[32];
  smpc_cost cost;
  parties_config(&cfg, secret, &(struct parties){.n = 2, .dealer = true}, 0);
  double small = 1000, large = 3000, unknown = 0;
  assert_int_equal(smpc_estimate(&cfg, ranges, &small, &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 0);
  assert_int_equal(smpc_estimate(&cfg, ranges, &large, &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 1); /* 9e6 * 2^40 > 2^62 */
  assert_int_equal(smpc_estimate(&cfg, ranges, &unknown, &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 1);
}

/* A sum of squares of 1000 numbers below 2000, of which the caller knows how large it is. */
static void known(smpc_session *s, void *user) {
  double zeros[1000] = {0}, out[1], most = *(double *)user;
  smpc_shared *x = smpc_input(s, smpc_p(0), zeros, (smpc_shape){1, 1000});
  smpc_assume_range(s, x, 2000);
  smpc_shared *sum = smpc_matmul(s, x, smpc_transpose(s, x));
  smpc_assume_range(s, sum, most);
  smpc_assume_range(s, sum, most);
  LET_FAIL(smpc_open(s, smpc_add(s, sum, sum), smpc_to(smpc_p(0)), "test", out, 1));
}

static void a_statement_about_a_result_takes_its_warning_back(void **state) {
  (void)state;
  smpc_config cfg;
  uint8_t secret[32];
  smpc_cost cost;
  parties_config(&cfg, secret, &(struct parties){.n = 2, .dealer = true}, 0);
  double fits = 4e6, does_not = 4.2e6;
  assert_int_equal(smpc_estimate(&cfg, known, &fits, &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 0);
  assert_int_equal(smpc_estimate(&cfg, known, &does_not, &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 1);
}

/* Whichever allocation fails: that error, and no cost that leaves something out. */
static void an_estimate_without_memory_is_none(void **state) {
  (void)state;
  smpc_config cfg;
  uint8_t secret[32];
  smpc_cost cost;
  parties_config(&cfg, secret, &(struct parties){.n = 2, .source = SMPC_OT}, 0);
  seam_heap_reset(0);
  assert_int_equal(smpc_estimate(&cfg, program, NULL, &cost), SMPC_OK);
  uint64_t calls = seam_heap_count();
  assert_true(calls > 50);
  for (uint64_t k = 1; k <= calls; k++) {
    seam_heap_reset(k);
    smpc_err err = smpc_estimate(&cfg, program, NULL, &cost);
    seam_heap_reset(0);
    if (err != SMPC_E_NOMEM) fail_msg("allocation %u of %u: %d", (unsigned)k, (unsigned)calls, err);
    assert_true(cost.rounds == 0 && cost.offline_bytes == 0);
  }
}

static void wrong_arguments(void **state) {
  (void)state;
  smpc_cost cost;
  smpc_config cfg = SMPC_CONFIG_INIT; /* says nothing yet */
  assert_int_equal(smpc_estimate(NULL, program, NULL, &cost), SMPC_E_ARG);
  assert_int_equal(smpc_estimate(&cfg, NULL, NULL, &cost), SMPC_E_ARG);
  assert_int_equal(smpc_estimate(&cfg, program, NULL, NULL), SMPC_E_ARG);
  assert_int_equal(smpc_estimate(&cfg, program, NULL, &cost), SMPC_E_ARG);
  assert_int_equal(smpc_preprocess(NULL, program, NULL), SMPC_E_ARG);
}

TEST_MAIN(T(estimates_are_exact), T(preprocessing_makes_all_that_is_taken), T(progress_is_told),
          T(progress_of_oblivious_transfer_is_told),
          T(ranges_are_followed), T(a_statement_about_a_result_takes_its_warning_back), T(an_estimate_without_memory_is_none),
          T(wrong_arguments))
