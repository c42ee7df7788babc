/* test_multi_faults.c - intersections and counts of three sets when memory, randomness or the network
 * fails: every party ends with the right error, and with the whole result or zeros. */
#include "many_sets.h"

#include "fault/sweep.h"

enum { SIZE = 20, COMMON = 7 };

struct outcome {
  struct many_sets sets;
  bool is_count;
  uint64_t minimum;
  uint8_t matched[4][SIZE];
  uint64_t count[4];
  smpc_err err[4];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct outcome *o = ctx;
  smpc_psi q = SMPC_PSI_INIT;
  const smpc_items set = {.n = SIZE, .flat = o->sets.item[me], .item_len = 8};
  q.owners.bits = q.to.bits = 7;
  q.minimum = o->minimum;
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
    if (o->matched[me][i] != (good && o->sets.holders[o->sets.which[me][i]] == 7))
      return "the matches are neither right nor zeros";
  return NULL;
}

/* Some places of each run: base transfers for every pair make them long. */
static void sweep_all(enum sweep_what what, unsigned every) {
  static const struct { const char *name; bool is_count; uint64_t minimum; unsigned sparser; } runs[] = {
      {"psi_reveal of three", false, 0, 1}, {"psi_distinct", true, 0, 5},
      {"psi_reveal with a minimum", false, COMMON, 9}};
  const size_t size[3] = {SIZE, SIZE, SIZE};
  for (int i = 0; i < 3; i++) {
    struct outcome o = {.is_count = runs[i].is_count, .minimum = runs[i].minimum};
    many_sets_make(&o.sets, 3, size, COMMON, true, 5);
    struct sweep sw = {.name = runs[i].name, .body = body, .ctx = &o, .judge = judge,
                       .p = {.n = 3, .dealer = i > 0, .seed = 1, .timeout_ms = 1000}, .every = runs[i].sparser * every};
    assert_true(sweep(&sw, what) > 0);
    many_sets_free(&o.sets);
  }
}

static void allocations(void **state) { (void)state; sweep_all(SWEEP_ALLOC, 19); }
static void random_calls(void **state) { (void)state; sweep_all(SWEEP_RANDOM, 3); }
static void cuts(void **state) { (void)state; sweep_all(SWEEP_CUT, 17); }
static void crashes(void **state) { (void)state; sweep_all(SWEEP_CRASH, 17); }
static void silences(void **state) { (void)state; sweep_all(SWEEP_SILENCE, 29); }
static void flips(void **state) { (void)state; sweep_all(SWEEP_FLIP, 17); }

TEST_MAIN(T(allocations), T(random_calls), T(cuts), T(crashes), T(silences), T(flips))
