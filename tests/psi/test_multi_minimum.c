/* test_multi_minimum.c - the reveal of several sets with a minimum: shown from it on, below it nothing but that;
 * refused before anything is counted; what it costs and what it sends. */
#include "many_sets.h"

#include "support/tap.h"
#include "triple/triple.h"

enum { COMMON = 20 };
static const size_t SIZE[3] = {60, 40, 50};

static void minimum_make(struct many_run *r, const struct many_sets *m, uint64_t to, uint64_t minimum) {
  many_run_make(r, m, 3, to);
  r->q.minimum = minimum;
}

static void check_result(const struct many_run *r, const struct many_sets *m, bool is_enough) {
  for (unsigned k = 0; k < 3; k++) {
    bool learns = r->q.to.bits >> k & 1;
    assert_int_equal(r->err[k], SMPC_OK);
    assert_int_equal(r->result[k].suppressed, !is_enough);
    assert_int_equal(r->result[k].protocol, is_enough ? SMPC_PSI_VOLE : SMPC_PSI_JOIN);
    assert_int_equal(r->result[k].matched, learns && is_enough ? COMMON : 0);
    assert_int_equal(r->result[k].distinct, m->n[k]);
    for (unsigned j = 0; j < 3; j++) {
      bool is_declared = r->q.sizes != NULL && r->q.sizes[j] != 0;
      assert_int_equal(r->result[k].sizes[j], is_declared ? r->q.sizes[j] : m->n[j]);
    }
    for (size_t i = 0; i < m->n[k]; i++)
      assert_int_equal(r->matched[k][i], learns && is_enough && m->holders[m->which[k][i]] == 7);
  }
}

/* Items that two of three have do not count.  With a dealer, a fourth who computes, a fifth who does not; without. */
static void items_are_revealed_above_the_minimum_alone(void **state) {
  (void)state;
  static const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  static const unsigned roles[] = {all, all, all, all, SMPC_RESULT};
  static const uint64_t declared[3] = {70, 0, 64};
  struct many_sets m;
  struct many_run r;
  many_sets_make(&m, 3, SIZE, COMMON, true, 5);
  for (uint64_t minimum = COMMON; minimum <= COMMON + 1; minimum++)
    for (unsigned more = minimum - COMMON; more < 2; more++) {
      minimum_make(&r, &m, more ? 5 : 2, minimum);
      if (more) r.q.sizes = declared;
      parties_run_ok(&(struct parties){.n = more ? 5 : 3, .dealer = more, .roles = more ? roles : NULL, .seed = minimum,
                                       .source = more ? SMPC_DEALER : SMPC_OT}, many_reveal, &r, NULL);
      check_result(&r, &m, minimum <= COMMON);
      many_run_free(&r);
    }
  many_sets_free(&m);
}

/* One, which is none; and an empty set, which reaches no other. */
static void no_minimum_and_nobody_are_results(void **state) {
  (void)state;
  static const size_t none[3] = {5, 0, 5};
  struct many_sets m;
  struct many_run r;
  for (uint64_t minimum = 1; minimum <= 2; minimum++) {
    many_sets_make(&m, 3, none, 0, true, 5);
    minimum_make(&r, &m, 7, minimum);
    parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = 1}, many_reveal, &r, NULL);
    for (unsigned k = 0; k < 3; k++) {
      assert_true(r.err[k] == SMPC_OK && r.result[k].suppressed == (minimum == 2) && r.result[k].matched == 0);
      for (size_t i = 0; i < m.n[k]; i++) assert_int_equal(r.matched[k][i], 0);
    }
    many_run_free(&r);
    many_sets_free(&m);
  }
}

/* --- refusals ------------------------------------------------------------------------------ */

static void without_room(struct smpc_session *s, unsigned me, void *ctx) {
  struct many_run *r = ctx;
  if (me != 0) many_reveal(s, me, r);
  else r->err[0] = smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, &r->result[0]);
}

/* What can be refused is refused before anybody counts. */
static void a_question_is_checked_before_it_is_counted(void **state) {
  (void)state;
  struct many_sets m;
  struct many_run r;
  struct parties_result got;
  const uint64_t huge[3] = {UINT64_C(1) << 24, 0, 0};
  many_sets_make(&m, 3, SIZE, COMMON, true, 5);
  for (int i = 0; i < 4; i++) {
    minimum_make(&r, &m, 1, 2);
    if (i == 0) r.q.to.bits = 8;
    if (i == 1) r.q.protocol = SMPC_PSI_JOIN;
    if (i == 2) r.q.sizes = huge; /* the reveal could, the count cannot */
    parties_run(&(struct parties){.n = 4, .dealer = true, .seed = 1}, i == 3 ? without_room : many_reveal, &r, &got);
    assert_int_equal(got.close[0], i == 2 ? SMPC_E_RANGE : SMPC_E_ARG);
    assert_true(r.err[0] == got.close[0] && got.spent[0].bytes < 200);
    many_run_free(&r);
  }
  many_sets_free(&m);
}

/* --- what opens ----------------------------------------------------------------------------- */

/* What each party's program is asked before anything opens. */
struct asked { struct many_run r; unsigned n[3]; smpc_event e[3][2]; char text[3][2][80]; unsigned me; };
struct asker { struct asked *all; unsigned me; };

static bool ask(const smpc_event *e, void *user) {
  struct asker *a = user;
  unsigned *n = &a->all->n[a->me];
  if (e->kind != SMPC_EVENT_OPENING || *n == 2) return true;
  a->all->e[a->me][*n] = *e;
  snprintf(a->all->text[a->me][*n], sizeof a->all->text[a->me][*n], "%s", e->text);
  ++*n;
  return true;
}

static void asked_body(smpc_session *s, unsigned me, void *ctx) {
  struct asker a = {ctx, me};
  s->watch = ask;
  s->watch_user = &a;
  many_reveal(s, me, &a.all->r);
  s->watch = NULL;
}

/* The bit opens to all, and that is what they are asked and what is written down; so all need the role. */
static void the_bit_is_an_opening_to_everybody(void **state) {
  (void)state;
  static const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT, roles[] = {all, SMPC_INPUT | SMPC_COMPUTE, all};
  struct many_sets m;
  struct parties_result got;
  many_sets_make(&m, 3, SIZE, COMMON, true, 5);
  for (unsigned owners = 2; owners <= 3; owners++)
    for (int has_role = 0; has_role < 2; has_role++) {
      struct asked a = {.me = 0};
      minimum_make(&a.r, &m, 1, 2);
      if (owners == 2) a.r.q.owners.bits = 0;
      parties_run(&(struct parties){.n = 3, .dealer = true, .seed = 1, .roles = has_role ? NULL : roles}, asked_body,
                  &a, &got);
      for (unsigned k = 0; k < 3; k++) {
        assert_int_equal(got.close[k], has_role ? SMPC_OK : SMPC_E_POLICY);
        assert_int_equal(a.n[k], has_role ? 2 : 0);
        if (!has_role) continue;
        assert_int_equal(a.e[k][0].to.bits, 7);
        assert_string_equal(a.text[k][0], "test: whether the minimum is reached");
        assert_int_equal(a.e[k][0].shape.rows * a.e[k][0].shape.cols, 1);
        assert_int_equal(a.e[k][1].to.bits, 1);
        assert_string_equal(a.text[k][1], "test");
      }
      many_run_free(&a.r);
    }
  many_sets_free(&m);
}

/* --- cost and what is sent ------------------------------------------------------------------- */

static void program(smpc_session *s, void *user) {
  struct many_run *r = user;
  LET_FAIL(smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  static const size_t same[3] = {40, 40, 40};
  static const uint64_t declared[3] = {300, 700, 500};
  struct many_sets m;
  struct many_run r;
  struct parties_result got;
  struct parties setting = {.n = 3, .dealer = true, .seed = 1};
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  many_sets_make(&m, 3, same, COMMON, true, 5);
  for (unsigned to = 1; to < 5; to += 3) {
    minimum_make(&r, &m, to, COMMON);
    if (to == 1) r.q.sizes = declared;
    parties_run_ok(&setting, many_reveal, &r, &got);
    parties_config(&cfg, secret, &setting, 0);
    assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
    struct smpi_cost most = parties_busiest(&got, 3);
    bool is_one = to == 1; /* the busiest of the count and of the reveal are the same owner */
    assert_true(is_one ? cost.rounds == most.rounds : cost.rounds > most.rounds && cost.rounds < most.rounds + 10);
    assert_true(is_one ? cost.bytes == most.bytes : cost.bytes > most.bytes && cost.bytes < 2 * most.bytes);
    assert_int_equal(cost.bit_triples, got.spent[0].corr[SMPI_BIT_TRIPLE] + got.spent[0].corr[SMPI_BIT_PAIR]);
    assert_int_equal(cost.edabits, got.spent[0].corr[SMPI_EDABIT]);
    many_run_free(&r);
  }
  many_sets_free(&m);
}

struct seen { uint64_t len[3][3]; };

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)off, (void)data;
  if (from < 3 && to < 3) seen->len[from][to] += len;
}

/* How far below makes no difference to what is sent. */
static void lengths_tell_which_it_was_and_no_more(void **state) {
  (void)state;
  static const size_t common[3] = {0, COMMON - 1, COMMON};
  struct seen seen[3] = {0};
  for (unsigned i = 0; i < 3; i++) {
    struct many_sets m;
    struct many_run r;
    many_sets_make(&m, 3, SIZE, common[i], i % 2, 5);
    minimum_make(&r, &m, 7, COMMON);
    tap_set(watch, &seen[i]);
    parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = i}, many_reveal, &r, NULL);
    tap_set(NULL, NULL);
    assert_int_equal(r.result[1].suppressed, i < 2);
    many_run_free(&r);
    many_sets_free(&m);
  }
  assert_memory_equal(&seen[0], &seen[1], sizeof *seen);
  assert_true(seen[2].len[0][1] > seen[1].len[0][1] + 10000);
}

TEST_MAIN(T(items_are_revealed_above_the_minimum_alone), T(no_minimum_and_nobody_are_results),
          T(a_question_is_checked_before_it_is_counted), T(the_bit_is_an_opening_to_everybody),
          T(the_estimate_is_what_is_spent), T(lengths_tell_which_it_was_and_no_more))
