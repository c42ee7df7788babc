/* test_ot_faults.c - preparing, products, truncation, comparison and matrix products
 * by oblivious transfer, with a fault at many places of each. */
#include "support/test.h"

#include <string.h>

#include "compare/less.h"
#include "fault/sweep.h"
#include "mul/beaver.h"
#include "mul/matmul.h"
#include "triple/triple.h"

enum { N = 6, PARTIES = 2, STEPS = 3, M = 17 };

/* Of X: some rows are party 0's, some nobody's. */
static const struct smpi_owners whose = {2, {{9, 0}, {M - 9, -1}}};

struct work {
  smpc_err err[PARTIES];
  shr z[PARTIES][STEPS][M]; /* x * y; x < y; X (17 x 1) times y_0 */
};

/* Party 0's shares; the others hold zeros. */
static void operands(shr x[M], shr y[N], unsigned me) {
  for (unsigned i = 0; i < M; i++) x[i].v = me == 0 ? i + 1 : 0;
  for (unsigned i = 0; i < N; i++) y[i].v = me == 0 ? 5 : 0;
}

static smpc_err prepare(struct smpc_session *s) {
  const struct smpi_mask_step step[] = {{.is_new = true, .rows = M, .cols = 1, .owners = whose},
                                        {.rows = M, .cols = 1, .n = 1}};
  struct smpi_demand demand = {.step = step, .steps = 2};
  demand.units[SMPI_TRIPLE] = N;
  demand.units[SMPI_BIT_PAIR] = 11;
  demand.units[SMPI_BIT_TRIPLE] = 4;
  demand.units[SMPI_LOOKUP] = 16;
  demand.units[SMPI_DABIT] = demand.units[SMPI_EDABIT] = 1;
  return smpi_triple_prepare(s, &demand);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  struct smpi_masked mx = {.rows = M, .cols = 1, .owners = &whose};
  const struct smpi_mask_view whole = {NULL, 0, 0, M, 1, false};
  shr x[M], y[N];
  smpc_err err = SMPC_OK;
  memset(w->z[me], 7, sizeof w->z[me]);
  operands(x, y, me);
  TRY(prepare(s));
  TRY(smpi_beaver_mul(s, w->z[me][0], x, y, N));
  TRY(smpi_less(s, w->z[me][1], x, y, N));
  TRY(smpi_matmul(s, w->z[me][2], &mx, &whole, x, y, 1));
out:
  smpi_masked_drop(s, &mx);
  if (err != SMPC_OK) { /* the first that failed has wiped its result; the others too, when called */
    (void)smpi_beaver_mul(s, w->z[me][0], x, y, N);
    (void)smpi_less(s, w->z[me][1], x, y, N);
    (void)smpi_matmul(s, w->z[me][2], &mx, &whole, x, y, 1);
  }
  w->err[me] = err;
}

static uint64_t sum(const struct work *w, unsigned step, unsigned i) { return w->z[0][step][i].v + w->z[1][step][i].v; }

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct work *w = ctx;
  static const shr zeros[M];
  if (!ran || me >= PARTIES) return NULL;
  if (w->err[me] != SMPC_OK) {
    if (memcmp(w->z[me][0], zeros, N * sizeof(shr)) != 0 || memcmp(w->z[me][1], zeros, N * sizeof(shr)) != 0 ||
        memcmp(w->z[me][2], zeros, sizeof zeros) != 0)
      return "outputs are not zeroed";
    return NULL;
  }
  if (w->err[1 - me] != SMPC_OK) return NULL;
  for (unsigned i = 0; i < N; i++)
    if (sum(w, 0, i) != 5 * (i + 1) || sum(w, 1, i) != (i + 1 < 5)) return "a result is wrong";
  for (unsigned i = 0; i < M; i++)
    if (sum(w, 2, i) != 5 * (i + 1)) return "a matrix product is wrong";
  return NULL;
}

/* Base transfers take 40 ms a party: not every place, and fewer of those that are alike. */
static void each(enum sweep_what what, unsigned every) {
  static struct work w;
  sweep(&(struct sweep){.name = "ot",
                        .p = {.n = PARTIES, .source = SMPC_OT, .seed = 5, .timeout_ms = 1000, .rtt_ms = 1},
                        .body = body, .ctx = &w, .judge = judge, .every = every}, what);
}

static void allocations(void **state) { (void)state; each(SWEEP_ALLOC, 3); }
static void random_calls(void **state) { (void)state; each(SWEEP_RANDOM, 2); }
static void cuts(void **state) { (void)state; each(SWEEP_CUT, 5); }
static void crashes(void **state) { (void)state; each(SWEEP_CRASH, 7); }
static void flips(void **state) { (void)state; each(SWEEP_FLIP, 5); }

TEST_MAIN(T(allocations), T(random_calls), T(cuts), T(crashes), T(flips))
