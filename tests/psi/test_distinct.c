/* test_distinct.c - smpc_psi_distinct and smpc_psi_tally: exact against a plain union, minimum, strata,
 * sources, refusals, cost. */
#include "distinct_sets.h"

static void two_and_more_parties_count(void **state) {
  (void)state;
  const size_t size[5] = {60, 40, 80, 33, 50};
  for (unsigned parties = 2; parties <= 5; parties += 3) try_sets(parties, size, 13, 2, NULL, SMPC_DEALER);
  const size_t equal[3] = {50, 50, 50}, large[3] = {3000, 9000, 5000};
  try_sets(3, equal, 50, 7, NULL, SMPC_DEALER);
  try_sets(3, equal, 0, 7, NULL, SMPC_DEALER);
  try_sets(3, large, 2500, 1, NULL, SMPC_OT);
}

static void paddings_count_nothing(void **state) {
  (void)state;
  const size_t size[3] = {20, 10, 15};
  const uint64_t declared[3] = {64, 0, 300};
  try_sets(3, size, 7, 5, declared, SMPC_DEALER);
}

/* Equal rows count once, in the stratum of the first. */
static void duplicates_count_once(void **state) {
  (void)state;
  const void *a[] = {"x", "y", "x"}, *b[] = {"z", "x", "z", "", "w"};
  const size_t a_len[] = {1, 1, 1}, b_len[] = {1, 1, 1, 0, 1};
  uint32_t a_in[] = {0, 1, 2}, b_in[] = {1, 2, 0, 2, 2};
  const int64_t expected[STRATA] = {1, 2, 2}; /* x | y z | "" w */
  for (int is_tally = 0; is_tally < 2; is_tally++) {
    struct asked q = {.is_tally = is_tally, .stratum = {a_in, b_in}};
    many_run_make(&q.run, NULL, 2, 3);
    q.run.set[0] = (smpc_items){.n = 3, .item = a, .len = a_len};
    q.run.set[1] = (smpc_items){.n = 5, .item = b, .len = b_len};
    parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 3}, body, &q, NULL);
    assert_int_equal(q.run.result[0].duplicates, 1);
    assert_int_equal(q.run.result[1].duplicates, 1);
    for (unsigned k = 0; k < 2 && is_tally; k++) assert_memory_equal(q.tally[k], expected, sizeof expected);
    if (!is_tally) assert_int_equal(q.count[0], 5);
  }
}

static void a_minimum_is_compared_in_shares(void **state) {
  (void)state;
  const size_t size[3] = {30, 30, 30};
  struct many_sets m;
  struct asked a;
  many_sets_make(&m, 3, size, 10, false, 5); /* 70 in all */
  const uint64_t minimum[] = {70, 71};
  for (unsigned i = 0; i < 2; i++) {
    asked_make(&a, &m, 1 + 2 * (i % 2), false);
    a.run.q.minimum = minimum[i];
    parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = i}, body, &a, NULL);
    check_count(&a, &m, 3);
    asked_free(&a);
  }
  many_sets_free(&m);
}

/* Three hospitals, a party that only computes, and one that only receives. */
static void others_compute_and_receive(void **state) {
  (void)state;
  static const unsigned owner = SMPC_INPUT | SMPC_COMPUTE;
  const unsigned roles[] = {owner, owner, owner | SMPC_RESULT, SMPC_COMPUTE, SMPC_RESULT};
  const size_t size[3] = {50, 60, 70};
  struct many_sets m;
  struct asked a;
  many_sets_make(&m, 3, size, 20, true, 5);
  for (int is_tally = 0; is_tally < 2; is_tally++) {
    asked_make(&a, &m, 16 | 4, is_tally);
    parties_run_ok(&(struct parties){.n = 5, .dealer = true, .roles = roles, .seed = 1}, body, &a, NULL);
    if (is_tally) check_tally(&a, &m, 5);
    else check_count(&a, &m, 5);
    asked_free(&a);
  }
  many_sets_free(&m);
}

/* --- refusals -------------------------------------------------------------------------------- */

static void refused_with(struct asked *a, smpc_err code, const char *words) {
  struct parties_result got;
  parties_run(&(struct parties){.n = 3, .dealer = true, .seed = 1}, body, a, &got);
  assert_int_equal(got.close[0], code);
  if (strstr(got.fault[0].text, words) == NULL) fail_msg("\"%s\" is not in: %s", words, got.fault[0].text);
  for (unsigned k = 0; k < 3; k++) {
    assert_int_equal(a->count[k], a->is_tally ? 77 : 0);
    for (unsigned c = 0; c < STRATA; c++) assert_int_equal(a->tally[k][c], 0);
  }
  asked_free(a);
}

static void what_makes_no_sense_is_refused(void **state) {
  (void)state;
  const size_t size[3] = {4, 4, 4};
  const uint64_t small[3] = {3, 0, 0}, huge[3] = {(12 << 20) + 1, 0, 0};
  struct many_sets m;
  struct asked a;
  many_sets_make(&m, 3, size, 2, true, 5);
#define REFUSED(is_tally, change, code, words) \
  do {                                         \
    asked_make(&a, &m, 1, is_tally);           \
    change;                                    \
    refused_with(&a, code, words);             \
  } while (0)
  REFUSED(false, a.run.q.owners.bits = 1, SMPC_E_ARG, "at least two");
  REFUSED(true, a.run.q.owners.bits = 0, SMPC_E_ARG, "at least two");
  REFUSED(false, a.run.q.owners.bits = 1 << 9, SMPC_E_ARG, "not an input party");
  REFUSED(false, a.run.q.to.bits = 0, SMPC_E_ARG, "recipients");
  REFUSED(false, a.run.q.purpose = NULL, SMPC_E_ARG, "purpose");
  REFUSED(false, a.run.q.minimum = UINT64_C(1) << 40, SMPC_E_RANGE, "minimum");
  REFUSED(true, a.run.q.protocol = SMPC_PSI_VOLE, SMPC_E_ARG, "join alone");
  REFUSED(true, a.run.q.sizes = small, SMPC_E_RANGE, "declared size");
  REFUSED(true, a.run.q.sizes = huge, SMPC_E_RANGE, "too large");
  REFUSED(true, a.stratum[0][2] = STRATA, SMPC_E_ARG, "no such stratum");
  REFUSED(true, a.run.q.size = 1, SMPC_E_ARG, "SMPC_PSI_INIT");
  many_sets_free(&m);
}

/* --- cost --------------------------------------------------------------------------------------- */

static void program(smpc_session *s, void *user) {
  struct asked *a = user;
  int64_t out[STRATA];
  if (a->is_tally)
    LET_FAIL(smpc_open_i64(s, smpc_psi_tally(s, &a->run.q, &a->run.set[0], NULL, STRATA, NULL), a->run.q.to, "test",
                           out, STRATA));
  else LET_FAIL(smpc_psi_distinct(s, &a->run.q, &a->run.set[0], NULL, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  const size_t size[4] = {500, 500, 500, 500};
  const uint64_t declared[4] = {5000, 700, 600, 9000};
  struct many_sets m;
  struct asked a;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  struct parties setting = {.n = 4, .dealer = true, .seed = 1};
  many_sets_make(&m, 4, size, 2, true, 5);
  for (int i = 0; i < 2; i++) {
    asked_make(&a, &m, 1, i % 2);
    if (i == 1) a.run.q.sizes = declared;
    a.run.q.minimum = 20;
    parties_run_ok(&setting, body, &a, &got);
    parties_config(&cfg, secret, &setting, 0);
    assert_int_equal(smpc_estimate(&cfg, program, &a, &cost), SMPC_OK);
    struct smpi_cost most = parties_busiest(&got, 4);
    assert_int_equal(cost.rounds, most.rounds);
    assert_true(cost.bytes >= most.bytes && cost.bytes - most.bytes <= 64); /* the busiest of each part need not be one party */
    asked_free(&a);
  }
  many_sets_free(&m);
}

/* Sizes that are told are not known when randomness is prepared: then that stops, it never hangs. */
static void body_prepared(struct smpc_session *s, unsigned me, void *ctx) {
  struct asked *a = ctx, mine = *a;
  mine.run.set[0] = a->run.set[me];
  a->run.err[me] = smpc_preprocess(s, program, &mine);
  if (a->run.err[me] == SMPC_OK) body(s, me, ctx);
}

static void randomness_is_prepared_for_declared_sizes(void **state) {
  (void)state;
  const size_t size[2] = {3000, 900};
  const uint64_t declared[2] = {3000, 1000};
  struct many_sets m;
  struct asked a;
  struct parties_result got;
  many_sets_make(&m, 2, size, 500, true, 5);
  for (int i = 0; i < 3; i++) { /* 2: by oblivious transfer */
    asked_make(&a, &m, 3, false);
    if (i == 1) a.run.q.sizes = declared;
    parties_run(&(struct parties){.n = 2, .dealer = i != 2, .source = i == 2 ? SMPC_OT : SMPC_DEALER, .seed = 1},
                body_prepared, &a, &got);
    if (i == 1) check_count(&a, &m, 2);
    for (unsigned k = 0; k < 2; k++) assert_true((got.close[k] == SMPC_OK) == (i == 1));
    asked_free(&a);
  }
  many_sets_free(&m);
}

TEST_MAIN(T(two_and_more_parties_count), T(paddings_count_nothing), T(duplicates_count_once),
          T(a_minimum_is_compared_in_shares), T(others_compute_and_receive), T(what_makes_no_sense_is_refused),
          T(the_estimate_is_what_is_spent), T(randomness_is_prepared_for_declared_sizes))
