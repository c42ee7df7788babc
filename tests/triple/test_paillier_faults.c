/* test_paillier_faults.c - a product by Paillier encryption with a fault at some places. */
#include "support/test.h"

#include "fault/sweep.h"
#include "paillier_product.h"

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct work *w = ctx;
  if (!ran || me >= 2 || w->err[0] != SMPC_OK || w->err[1] != SMPC_OK) return NULL;
  return is_right(w, 2) ? NULL : "a product is wrong";
}

/* Two keys and a product take 0.7 s: a few places of each. */
static void each(enum sweep_what what, unsigned every) {
  static struct work w;
  w = (struct work){.m = 2, .k = 1, .n = 1, .owner = -1};
  sweep(&(struct sweep){.name = "paillier", .p = {.n = 2, .source = SMPC_PAILLIER, .seed = 5, .timeout_ms = 1000},
                        .body = body, .ctx = &w, .judge = judge, .every = every}, what);
}
static void allocations(void **state) { (void)state; each(SWEEP_ALLOC, 11); }
static void random_calls(void **state) { (void)state; each(SWEEP_RANDOM, 499); }
static void cuts(void **state) { (void)state; each(SWEEP_CUT, 9); }
static void flips(void **state) { (void)state; each(SWEEP_FLIP, 9); }

TEST_MAIN(T(allocations), T(random_calls), T(cuts), T(flips))
