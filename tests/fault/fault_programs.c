/* fault_programs.c - every public operation under every fault. */
#include "fault_programs.h"

#include <math.h>
#include <string.h>

#include "support/programs.h"
#include "support/test.h"
#include "sweep.h"

struct outcome {
  const struct program *prog;
  smpc_err err[SMPC_MAX_PARTIES];
  double out[SMPC_MAX_PARTIES][PROGRAM_MOST];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct outcome *o = ctx;
  memset(o->out[me], 0x5a, sizeof o->out[me]);
  o->err[me] = program_run(o->prog, s, smpi_parties(s), o->out[me]);
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  struct outcome *o = ctx;
  static const double zero[PROGRAM_MOST];
  size_t n = o->prog->n;
  if (!ran || (o->prog->dealer && me == 2)) return NULL;
  if (o->err[me] != SMPC_OK) return memcmp(o->out[me], zero, n * sizeof zero[0]) == 0 ? NULL : "outputs are not zeroed";
  for (size_t i = 0; i < n; i++)
    if (!(fabs(o->out[me][i] - o->prog->want[i]) <= o->prog->off)) return "a wrong result was called right";
  return NULL;
}

static unsigned places_apart;

static void sweep_programs(enum sweep_what what) {
  for (size_t i = 0; i < n_programs; i++) {
    struct outcome o = {.prog = &programs[i]};
    struct sweep sw = {
        .name = programs[i].name,
        .p = {.n = 2, .dealer = programs[i].dealer, .seed = i + 1, .timeout_ms = 1000},
        .body = body, .ctx = &o, .judge = judge,
        .every = i == 0 ? 1 : places_apart * (programs[i].is_long ? 5 : 1)}; /* all of them share opening and closing */
    sweep(&sw, what);
  }
}

static void allocations(void **state) { (void)state; sweep_programs(SWEEP_ALLOC); }
static void random_calls(void **state) { (void)state; sweep_programs(SWEEP_RANDOM); }
static void cuts(void **state) { (void)state; sweep_programs(SWEEP_CUT); }
static void crashes(void **state) { (void)state; sweep_programs(SWEEP_CRASH); }
static void silences(void **state) { (void)state; sweep_programs(SWEEP_SILENCE); }
static void flips(void **state) { (void)state; sweep_programs(SWEEP_FLIP); }
static void delays(void **state) { (void)state; sweep_programs(SWEEP_DELAY); }

int fault_programs(unsigned every) {
  const struct CMUnitTest tests[] = {T(allocations), T(random_calls), T(cuts), T(crashes), T(silences), T(flips),
                                     T(delays)};
  places_apart = every;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
