/* test_multi_faults.c - intersections and counts of three sets when memory, randomness or the network
 * fails: every party ends with the right error, and with the whole result or zeros. */
#include "many_sets.h"

#include "fault/sweep.h"

enum { SIZE = 20, COMMON = 7 };

struct outcome {
  struct many_sets sets;
  bool is_count;
  uint8_t matched[4][SIZE];
  uint64_t count[4];
  smpc_err err[4];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct outcome *o = ctx;
  smpc_psi q = SMPC_PSI_INIT;
  const smpc_items set = {.n = SIZE, .flat = o->sets.item[me], .item_len = 8};
  q.owners.bits = q.to.bits = 7;
  q.purpose = "test";
  memset(o->matched[me], 0x5a, SIZE);
  o->count[me] = 77;
  if (o->is_count) o->err[me] = smpc_psi_distinct(s, &q, &set, &o->count[me], NULL);
  else o->err[me] = smpc_psi_reveal(s, &q, &set, o->matched[me], SIZE, NULL);
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct outcome *o = ctx;
  if (!ran || me > 2) return NULL;
  bool good = o->err[me] == SMPC_OK;
  if (o->is_count) return o->count[me] == (good ? o->sets.universe : 0) ? NULL : "the count is neither right nor zero";
  for (size_t i = 0; i < SIZE; i++)
    if (o->matched[me][i] != (good && o->sets.holders[o->sets.which[me][i]] == 7)) return "the matches are neither right nor zeros";
  return NULL;
}

/* Some places of each run: base transfers for every pair make them long. */
static void sweep_all(enum sweep_what what, unsigned every) {
  const size_t size[3] = {SIZE, SIZE, SIZE};
  for (int is_count = 0; is_count < 2; is_count++) {
    struct outcome o = {.is_count = is_count};
    many_sets_make(&o.sets, 3, size, COMMON, true, 5);
    struct sweep sw = {.name = is_count ? "psi_distinct" : "psi_reveal of three", .body = body, .ctx = &o, .judge = judge,
                       .p = {.n = 3, .dealer = is_count, .seed = 1, .timeout_ms = 1000}, .every = is_count ? 5 * every : every};
    assert_true(sweep(&sw, what) > 0);
    many_sets_free(&o.sets);
  }
}

static void allocations(void **state) { (void)state; sweep_all(SWEEP_ALLOC, 13); }
static void random_calls(void **state) { (void)state; sweep_all(SWEEP_RANDOM, 3); }
static void cuts(void **state) { (void)state; sweep_all(SWEEP_CUT, 11); }
static void crashes(void **state) { (void)state; sweep_all(SWEEP_CRASH, 11); }
static void flips(void **state) { (void)state; sweep_all(SWEEP_FLIP, 11); }

TEST_MAIN(T(allocations), T(random_calls), T(cuts), T(crashes), T(flips))
