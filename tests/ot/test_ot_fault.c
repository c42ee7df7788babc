/* test_ot_fault.c - opening and extending transfers while memory, randomness or the network fails
 * at every place, or every third of the network's: an error at each party that is concerned, nothing left. */
#include "support/test.h"

#include <string.h>

#include "fault/sweep.h"
#include "ot/rot.h"

enum { N = 1025, EVERY = 3 /* of the network's places */ };

struct results { blk m0[N], m1[N], m[N]; uint64_t b[N / 64 + 1]; };

struct work {
  bool is_active;
  struct results r[2];
  smpc_err err[2];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  struct results *r = &w->r[me];
  const struct smpi_cot_params p = {.k = 2, .instance = 1};
  const struct smpi_rot_job job = {.rank = 1 - me, .n_send = N, .n_receive = N, .m0 = r->m0, .m1 = r->m1, .m = r->m,
                                   .b = r->b};
  struct smpi_cot_passive *passive = NULL;
  struct smpi_cot_active *active = NULL;
  struct smpi_tccr *h = NULL;
  smpc_err err;
  memset(r, 0, sizeof *r);
  TRY(smpi_tccr_open(&h, s, 1));
  if (w->is_active) {
    TRY(smpi_cot_active_open(&active, s, &p));
    TRY(smpi_rot_active_extend(active, s, h, &job, 1));
  } else {
    TRY(smpi_cot_open(&passive, s, &p));
    TRY(smpi_rot_extend(passive, s, h, &job, 1));
  }
out:
  w->err[me] = err;
  smpi_cot_close(passive);
  smpi_cot_active_close(active);
  smpi_tccr_close(h);
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  static const struct results nothing;
  const struct work *w = ctx;
  if (!ran) return NULL;
  bool is_empty = memcmp(&w->r[me], &nothing, sizeof nothing) == 0;
  if (w->err[me] != SMPC_OK) return is_empty ? NULL : "results were left after a failure";
  return is_empty ? "no results, and no failure" : NULL;
}

static void all(enum sweep_what what, unsigned every) {
  for (unsigned active = 0; active < 2; active++) {
    static struct work w;
    w.is_active = active;
    const struct sweep sw = {.name = active ? "malicious transfers" : "transfers", .p = {.n = 2, .seed = 5},
                             .body = body, .judge = judge, .ctx = &w, .every = every};
    assert_true(sweep(&sw, what) > 0);
  }
}

static void allocations(void **state) { (void)state; all(SWEEP_ALLOC, 1); }
static void cuts(void **state) { (void)state; all(SWEEP_CUT, EVERY); }
static void crashes(void **state) { (void)state; all(SWEEP_CRASH, EVERY); }
static void flips(void **state) { (void)state; all(SWEEP_FLIP, EVERY); }

TEST_MAIN(T(allocations), T(cuts), T(crashes), T(flips))
