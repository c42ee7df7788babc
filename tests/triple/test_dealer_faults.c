/* test_dealer_faults.c - preparing, products, truncation and matrix products
 * with a dealer, with a fault at every place of each. */
#include "support/test.h"

#include <string.h>

#include "fault/sweep.h"
#include "mul/beaver.h"
#include "mul/matmul.h"
#include "mul/trunc.h"
#include "triple/triple.h"

enum { N = 6, PARTIES = 2, STEPS = 3, FRAC = 20 };

struct work {
  smpc_err err[PARTIES];
  shr z[PARTIES][STEPS][N]; /* x * y; that cut by 2^20; X (3 x 2) times Y (2 x 2) */
};

/* Party 0's shares; the others hold zeros. */
static void operands(shr *x, shr *y, unsigned me) {
  for (unsigned i = 0; i < N; i++) {
    x[i].v = me == 0 ? (i + 1) << FRAC : 0;
    y[i].v = me == 0 ? i + 2 : 0;
  }
}

static smpc_err prepare(struct smpc_session *s) {
  const struct smpi_mask_step step[] = {{.is_new = true, .rows = 3, .cols = 2}, {.rows = 3, .cols = 2, .n = 2}};
  struct smpi_demand demand = {.step = step, .steps = 2};
  demand.units[SMPI_TRIPLE] = N - 1; /* one must be made online, the take put together */
  demand.units[SMPI_TRUNC] = N;
  return smpi_triple_prepare(s, &demand);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  struct smpi_masked mx = {.rows = 3, .cols = 2};
  const struct smpi_mask_view whole = {NULL, 0, 0, 3, 2, false};
  shr x[N], y[N];
  smpc_err err = SMPC_OK;
  memset(w->z[me], 7, sizeof w->z[me]);
  operands(x, y, me);
  TRY(prepare(s));
  TRY(smpi_beaver_mul(s, w->z[me][0], x, y, N));
  TRY(smpi_trunc_probabilistic(s, w->z[me][1], w->z[me][0], N));
  TRY(smpi_matmul(s, w->z[me][2], &mx, &whole, x, y, 2));
out:
  smpi_masked_drop(s, &mx);
  if (err != SMPC_OK) { /* the first that failed has wiped its result; the others too, when called */
    (void)smpi_beaver_mul(s, w->z[me][0], x, y, N);
    (void)smpi_trunc_probabilistic(s, w->z[me][1], w->z[me][0], N);
    (void)smpi_matmul(s, w->z[me][2], &mx, &whole, x, y, 2);
  }
  w->err[me] = err;
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct work *w = ctx;
  static const shr zeros[STEPS][N];
  if (!ran || me >= PARTIES) return NULL;
  if (w->err[me] != SMPC_OK) return memcmp(w->z[me], zeros, sizeof zeros) == 0 ? NULL : "outputs are not zeroed";
  if (w->err[1 - me] != SMPC_OK) return NULL;
  for (unsigned i = 0; i < N; i++) {
    uint64_t product = w->z[0][0][i].v + w->z[1][0][i].v, cut = w->z[0][1][i].v + w->z[1][1][i].v;
    uint64_t element = w->z[0][2][i].v + w->z[1][2][i].v, row = i / 2, col = i % 2;
    uint64_t want = ((2 * row + 1) * (col + 2) + (2 * row + 2) * (col + 4)) << FRAC;
    uint64_t xy = (uint64_t)(i + 1) * (i + 2);
    if (product != xy << FRAC || cut != xy) return "a product is wrong";
    if (element != want) return "a matrix product is wrong";
  }
  return NULL;
}

static void each(enum sweep_what what) {
  static struct work w;
  sweep(&(struct sweep){.name = "dealer",
                        .p = {.n = PARTIES, .dealer = true, .seed = 5, .timeout_ms = 1000, .rtt_ms = 1},
                        .body = body, .ctx = &w, .judge = judge}, what);
}

static void allocations(void **state) { (void)state; each(SWEEP_ALLOC); }
static void random_calls(void **state) { (void)state; each(SWEEP_RANDOM); }
static void cuts(void **state) { (void)state; each(SWEEP_CUT); }
static void crashes(void **state) { (void)state; each(SWEEP_CRASH); }
static void silences(void **state) { (void)state; each(SWEEP_SILENCE); }
static void flips(void **state) { (void)state; each(SWEEP_FLIP); }

TEST_MAIN(T(allocations), T(random_calls), T(cuts), T(crashes), T(silences), T(flips))
