/* test_psi_faults.c - intersections when memory, randomness or the network fails: every
 * party ends with the right error, and with the whole result or zeros. */
#include "psi_sets.h"

#include "fault/sweep.h"

enum { SIZE = 40, COMMON = 15 };

struct outcome {
  struct psi_sets sets;
  smpc_psi_protocol protocol;
  bool is_count, is_malicious;
  uint8_t matched[2][SIZE];
  uint64_t count[2];
  smpc_err err[2];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct outcome *o = ctx;
  smpc_psi q = SMPC_PSI_INIT;
  const smpc_items set = {.n = SIZE, .flat = o->sets.item[me], .item_len = 8};
  q.to.bits = o->is_malicious ? 1 : 3;
  q.purpose = "test";
  q.protocol = o->protocol;
  memset(o->matched[me], 0x5a, SIZE);
  o->count[me] = 77;
  if (o->is_count) o->err[me] = smpc_psi_count(s, &q, &set, &o->count[me], NULL);
  else o->err[me] = smpc_psi_reveal(s, &q, &set, o->matched[me], SIZE, NULL);
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct outcome *o = ctx;
  bool good = o->err[me] == SMPC_OK;
  if (!ran) return NULL;
  if (o->is_count) return o->count[me] == (good ? COMMON : 0) ? NULL : "the count is neither right nor zero";
  for (size_t i = 0; i < SIZE; i++)
    if (o->matched[me][i] != (good && i < COMMON && (me == 0 || !o->is_malicious)))
      return "the matches are neither right nor zeros";
  return NULL;
}

static void sweep_all(enum sweep_what what) {
  static const struct { const char *name; smpc_psi_protocol protocol; bool is_count, is_malicious; unsigned every; } runs[] = {
      {"psi_reveal ecdh", SMPC_PSI_ECDH, false, false, 1}, {"psi_count", SMPC_PSI_ECDH, true, false, 1},
      {"psi_reveal vole", SMPC_PSI_VOLE, false, false, 3}, {"psi_reveal malicious", SMPC_PSI_VOLE, false, true, 7}};
  for (int i = 0; i < 4; i++) {
    struct outcome o = {
        .protocol = runs[i].protocol, .is_count = runs[i].is_count, .is_malicious = runs[i].is_malicious};
    psi_sets_make(&o.sets, SIZE, SIZE, COMMON, 5);
    struct sweep sw = {.name = runs[i].name, .p = {.n = 2, .seed = 1, .timeout_ms = 1000, .source = SMPC_OT,
                             .configure = o.is_malicious ? stand_against_all : NULL}, .body = body, .ctx = &o,
                       .judge = judge, .every = runs[i].every};
    assert_true(sweep(&sw, what) > 0);
    psi_sets_free(&o.sets);
  }
}

static void allocations(void **state) { (void)state; sweep_all(SWEEP_ALLOC); }
static void random_calls(void **state) { (void)state; sweep_all(SWEEP_RANDOM); }
static void cuts(void **state) { (void)state; sweep_all(SWEEP_CUT); }
static void crashes(void **state) { (void)state; sweep_all(SWEEP_CRASH); }
static void silences(void **state) { (void)state; sweep_all(SWEEP_SILENCE); }
static void flips(void **state) { (void)state; sweep_all(SWEEP_FLIP); }

TEST_MAIN(T(allocations), T(random_calls), T(cuts), T(crashes), T(silences), T(flips))
