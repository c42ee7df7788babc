/* test_psi_noise.c - counts of intersections and of different items with noise that nobody knows. */
#include <math.h>

#include "many_sets.h"

enum { SETS = 2, COMMON = 8, EACH = 20 };

struct asked {
  struct many_run run;
  bool is_distinct;
  uint64_t count[SETS];
};

static smpc_err ask(struct smpc_session *s, struct asked *a, unsigned me) {
  const smpc_items *mine = &a->run.set[me];
  if (a->is_distinct) return smpc_psi_distinct(s, &a->run.q, mine, &a->count[me], &a->run.result[me]);
  return smpc_psi_count(s, &a->run.q, mine, &a->count[me], &a->run.result[me]);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct asked *a = ctx;
  a->run.err[me] = ask(s, a, me);
}
static void program(struct smpc_session *s, void *ctx) { LET_FAIL(ask(s, ctx, 0)); }

/* `common` of 20 items each are the same; the first party is told. */
static struct asked asked_of(struct many_sets *m, size_t common, bool is_distinct, double epsilon) {
  const size_t size[SETS] = {EACH, EACH};
  struct asked a = {.is_distinct = is_distinct};
  many_sets_make(m, SETS, size, common, false, 5);
  many_run_make(&a.run, m, SETS, 1);
  if (!is_distinct) a.run.q.owners.bits = 0, a.run.q.a = smpc_p(0), a.run.q.b = smpc_p(1);
  a.run.q.epsilon = epsilon;
  return a;
}

static void the_count_is_near_and_not_exact(void **state) {
  (void)state;
  unsigned off = 0, hidden = 0;
  for (unsigned seed = 1; seed <= 8; seed++) {
    struct many_sets m;
    bool is_distinct = seed % 2;
    struct asked a = asked_of(&m, COMMON, is_distinct, 0.5);
    const int64_t truth = is_distinct ? 2 * EACH - COMMON : COMMON;
    parties_run_ok(&(struct parties){.n = SETS, .dealer = true, .seed = seed}, body, &a, NULL);
    const smpc_psi_result *r = &a.run.result[0];
    int64_t got = (int64_t)a.count[0];
    assert_int_equal(r->protocol, SMPC_PSI_JOIN);
    assert_int_equal(a.count[1], 0);
    assert_false(a.run.result[1].suppressed); /* whom it is not for is told nothing */
    hidden += r->suppressed;
    off += !r->suppressed && got != truth;
    if (r->suppressed) assert_int_equal(got, 0);
    else assert_true(got >= 1 && llabs(got - truth) < 50);
    many_sets_free(&m);
  }
  assert_true(off >= 3 && hidden <= 4); /* each is exact with probability 0.24 */
}

/* Nothing in common: what opens is at least 1, or that it is not. */
static void an_empty_intersection_is_hidden_by_noise(void **state) {
  (void)state;
  unsigned hidden = 0;
  for (unsigned seed = 1; seed <= 6; seed++) {
    struct many_sets m;
    struct asked a = asked_of(&m, 0, false, 0.5);
    parties_run_ok(&(struct parties){.n = SETS, .dealer = true, .seed = seed}, body, &a, NULL);
    hidden += a.run.result[0].suppressed;
    assert_true(a.run.result[0].suppressed == (a.count[0] == 0) && a.count[0] < 50);
    many_sets_free(&m);
  }
  assert_in_range(hidden, 1, 5);
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  struct many_sets m;
  struct parties setting = {.n = SETS, .dealer = true, .seed = 3};
  struct asked a = asked_of(&m, COMMON, false, 1);
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  parties_run_ok(&setting, body, &a, &got);
  parties_config(&cfg, secret, &setting, 0);
  assert_int_equal(smpc_estimate(&cfg, program, &a, &cost), SMPC_OK);
  assert_int_equal(cost.rounds, got.spent[0].rounds);
  assert_int_equal(cost.range_warnings, 0);
  many_sets_free(&m);
}

static void reveal(struct smpc_session *s, unsigned me, void *ctx) { many_reveal(s, me, &((struct asked *)ctx)->run); }

static void tally(struct smpc_session *s, unsigned me, void *ctx) {
  struct asked *a = ctx;
  static const uint32_t stratum[EACH];
  if (smpc_psi_tally(s, &a->run.q, &a->run.set[me], stratum, 1, NULL) != NULL) a->count[me] = 1;
}

static void noise_is_for_counts_in_shares(void **state) {
  (void)state;
  static const char in_shares[] = "noise is added to counts in shares",
                    from[] = "epsilon must be 0, for no noise, or from";
  static const struct {
    parties_body what;
    double epsilon;
    bool is_distinct;
    smpc_psi_protocol protocol;
    const char *text;
  } tries[] = {{reveal, 1, false, SMPC_PSI_AUTO, in_shares},
               {body, 1, false, SMPC_PSI_ECDH, in_shares},
               {body, 100, false, SMPC_PSI_AUTO, from},
               {body, -1, false, SMPC_PSI_AUTO, from},
               {body, -1, false, SMPC_PSI_ECDH, from},
               {body, -1, false, SMPC_PSI_JOIN, from},
               {body, -1, true, SMPC_PSI_AUTO, from},
               {body, (double)NAN, false, SMPC_PSI_AUTO, from},
               {body, (double)NAN, true, SMPC_PSI_AUTO, from},
               {body, -(double)INFINITY, false, SMPC_PSI_AUTO, from},
               {body, -(double)INFINITY, true, SMPC_PSI_AUTO, from},
               {reveal, -1, false, SMPC_PSI_AUTO, from},
               {tally, 1, true, SMPC_PSI_AUTO, "epsilon must be 0"},
               {tally, (double)NAN, true, SMPC_PSI_AUTO, "epsilon must be 0"}};
  for (unsigned i = 0; i < sizeof tries / sizeof *tries; i++) {
    struct many_sets m;
    struct parties_result got;
    struct asked a = asked_of(&m, COMMON, tries[i].is_distinct, tries[i].epsilon);
    a.run.q.protocol = tries[i].protocol;
    parties_run(&(struct parties){.n = SETS, .dealer = true, .seed = i}, tries[i].what, &a, &got);
    assert_int_equal(got.close[0], SMPC_E_ARG);
    assert_non_null(strstr(got.fault[0].text, tries[i].text));
    assert_int_equal(a.count[0], 0);
    many_run_free(&a.run);
    many_sets_free(&m);
  }
}

/* A difference is found before anything opens. */
static void differ(struct smpc_session *s, unsigned me, void *ctx) {
  struct asked mine = *(struct asked *)ctx;
  mine.run.q.epsilon = me == 0 ? 0.5 : 1;
  ((struct asked *)ctx)->run.err[me] = ask(s, &mine, me);
  ((struct asked *)ctx)->count[me] = mine.count[me];
}

static void all_ask_with_one_epsilon(void **state) {
  (void)state;
  for (unsigned is_distinct = 0; is_distinct < 2; is_distinct++) {
    struct many_sets m;
    struct parties_result got;
    struct asked a = asked_of(&m, COMMON, is_distinct, 1);
    parties_run(&(struct parties){.n = SETS, .dealer = true, .seed = 9 + is_distinct, .timeout_ms = 3000}, differ, &a,
                &got);
    for (unsigned me = 0; me < SETS; me++) {
      assert_int_not_equal(a.run.err[me], SMPC_OK);
      assert_int_equal(a.count[me], 0);
    }
    many_run_free(&a.run);
    many_sets_free(&m);
  }
}

TEST_MAIN(T(the_count_is_near_and_not_exact), T(an_empty_intersection_is_hidden_by_noise),
          T(the_estimate_is_what_is_spent), T(noise_is_for_counts_in_shares), T(all_ask_with_one_epsilon))
