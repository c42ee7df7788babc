/* test_psi_minimum.c - smpc_psi_count and smpc_psi_reveal of two sets with a minimum: shown from it on, below it
 * nothing; refusals. */
#include "joined_sets.h"

struct pair {
  smpc_psi q;
  bool is_count;
  smpc_items set[2];
  uint64_t count[4];
  uint8_t matched[2][200];
  smpc_psi_result result[4];
  smpc_err err[4];
};

static void pair_body(smpc_session *s, unsigned me, void *ctx) {
  struct pair *p = ctx;
  const smpc_items *mine = me < 2 ? &p->set[me] : NULL;
  if (p->is_count) p->err[me] = smpc_psi_count(s, &p->q, mine, &p->count[me], &p->result[me]);
  else
    p->err[me] =
        smpc_psi_reveal(s, &p->q, mine, me < 2 ? p->matched[me] : NULL, me < 2 ? p->set[me].n : 0, &p->result[me]);
}

static void pair_make(struct pair *p, const struct sets *t, bool is_count, uint64_t minimum, unsigned to) {
  *p = (struct pair){.q = SMPC_PSI_INIT, .is_count = is_count};
  for (int k = 0; k < 2; k++) p->set[k] = (smpc_items){.n = t->n[k], .flat = t->item[k], .item_len = 8};
  p->q.to.bits = to;
  p->q.purpose = "test";
  p->q.minimum = minimum;
}

static void counts_open_above_the_minimum_alone(void **state) {
  (void)state;
  struct sets t;
  struct pair p;
  sets_make(&t, 2, (const size_t[]){150, 120}, 40);
  for (uint64_t minimum = 0; minimum <= 80; minimum += 40)
    for (unsigned to = 1; to <= 4; to += 3) { /* an owner; one who holds no set */
      bool shown = minimum <= 40, joined = minimum > 1 || to == 4;
      pair_make(&p, &t, true, minimum, to);
      p.q.size_a = 150, p.q.size_b = 130;
      parties_run_ok(&(struct parties){.n = 3, .dealer = true, .seed = minimum + to}, pair_body, &p, NULL);
      for (unsigned i = 0; i < 3; i++) {
        bool learns = to >> i & 1;
        assert_int_equal(p.err[i], SMPC_OK);
        assert_int_equal(p.result[i].protocol == SMPC_PSI_JOIN, joined);
        assert_int_equal(p.result[i].suppressed, learns && !shown);
        assert_int_equal(p.count[i], learns && shown ? 40 : 0);
        assert_int_equal(p.result[i].matched, learns && shown ? 40 : 0);
      }
      assert_int_equal(p.result[0].size_a, 150);
      assert_int_equal(p.result[1].size_b, 130);
      assert_int_equal(p.result[1].distinct, 120);
    }
  sets_free(&t);
}

static void items_are_revealed_above_the_minimum_alone(void **state) {
  (void)state;
  struct sets t;
  struct pair p;
  sets_make(&t, 2, (const size_t[]){150, 120}, 40);
  for (uint64_t minimum = 40; minimum <= 41; minimum++)
    for (unsigned n = 2; n <= 3; n++) {
      pair_make(&p, &t, false, minimum, 3);
      parties_run_ok(&(struct parties){.n = n, .source = SMPC_OT, .seed = n}, pair_body, &p, NULL);
      for (unsigned i = 0; i < n; i++) {
        assert_int_equal(p.err[i], SMPC_OK);
        assert_int_equal(p.result[i].suppressed, minimum > 40);
        assert_int_equal(p.result[i].matched, i < 2 && minimum == 40 ? 40 : 0);
      }
      for (unsigned k = 0; k < 2; k++)
        for (size_t i = 0; i < t.n[k]; i++) assert_int_equal(p.matched[k][i], minimum == 40 && t.n[k] - 1 - i < 40);
    }
  sets_free(&t);
}

/* --- what is refused -------------------------------------------------------------------------- */

static smpc_err pair_fails(struct pair *p, const struct parties *setting) {
  struct parties_result got;
  parties_run(setting, pair_body, p, &got);
  assert_int_equal(p->count[0], 0);
  return got.close[0];
}

static void what_cannot_be_kept_is_refused(void **state) {
  (void)state;
  static const unsigned roles[3] = {SMPC_INPUT | SMPC_RESULT, 7, 7};
  const struct parties two = {.n = 2, .source = SMPC_OT, .seed = 1},
                       outside = {.n = 3, .source = SMPC_OT, .roles = roles, .seed = 1};
  struct sets t;
  struct pair p;
  sets_make(&t, 2, (const size_t[]){15, 12}, 4);
  pair_make(&p, &t, true, 5, 1);
  p.q.protocol = SMPC_PSI_ECDH; /* would show a small count */
  assert_int_equal(pair_fails(&p, &two), SMPC_E_ARG);
  pair_make(&p, &t, true, UINT64_MAX, 1);
  assert_int_equal(pair_fails(&p, &two), SMPC_E_RANGE);
  pair_make(&p, &t, false, UINT64_MAX, 1);
  assert_int_equal(pair_fails(&p, &two), SMPC_E_RANGE);
  pair_make(&p, &t, false, 0, 1);
  p.q.protocol = SMPC_PSI_JOIN; /* reveals nothing */
  assert_int_equal(pair_fails(&p, &two), SMPC_E_ARG);
  pair_make(&p, &t, true, 5, 2);
  assert_int_equal(pair_fails(&p, &outside), SMPC_E_ARG); /* an owner who does not compute */
  pair_make(&p, &t, true, 5, 1);
  p.set[0].flat = NULL;
  assert_int_equal(pair_fails(&p, &two), SMPC_E_ARG);
  pair_make(&p, &t, true, 5, 1);
  p.q.size_a = 14; /* fewer than there are */
  assert_int_equal(pair_fails(&p, &two), SMPC_E_RANGE);
  pair_make(&p, &t, true, 5, 1);
  p.q.purpose = NULL;
  assert_int_equal(pair_fails(&p, &two), SMPC_E_ARG);
  sets_free(&t);
}

/* --- items -------------------------------------------------------------------------------------- */

/* Strings of all lengths, equal but for length or the last byte; the empty one is an item. */
static void items_may_have_any_length(void **state) {
  (void)state;
  enum { N = 40 };
  static uint8_t zeros[N];
  const void *item[2][N];
  size_t len[2][N];
  struct sets t = {.owners = 2, .n = {N, N - 20}};
  struct pair p;
  for (size_t i = 0; i < N; i++) {
    item[0][i] = item[1][i] = zeros;
    len[0][i] = i;
    len[1][i] = i < 5 ? i : i + 20; /* five are common to both, the empty one among them, and 25 .. 39 */
  }
  pair_make(&p, &t, true, 2, 1);
  for (int k = 0; k < 2; k++) p.set[k] = (smpc_items){.n = t.n[k], .item = item[k], .len = len[k]};
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 3}, pair_body, &p, NULL);
  assert_int_equal(p.count[0], 20);
}

TEST_MAIN(T(counts_open_above_the_minimum_alone), T(items_are_revealed_above_the_minimum_alone),
          T(what_cannot_be_kept_is_refused), T(items_may_have_any_length))
