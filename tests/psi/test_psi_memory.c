/* test_psi_memory.c - how much memory large intersections take, both parties together; and no more when they are
 * repeated in one session. */
#include "psi_sets.h"

#include "support/seams.h"

enum { N = 300000, RUNS = 3, FIRST = 260, MORE = 30 }; /* bytes an item, of both parties; more where scratch is kept */

struct repeated { struct psi_run r[RUNS]; uint64_t peak[RUNS]; };

static void repeat_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct repeated *p = ctx;
  for (unsigned i = 0; i < RUNS; i++) {
    psi_body(s, me, &p->r[i]);
    if (me == 0) p->peak[i] = seam_heap_peak(); /* who receives ends last */
  }
}

/* The receiver's VOLE is the moment of most: then it has of each item a key, that key's number in the store and the row in
 * the set, and of each of 1.38 n columns four blocks. */
static void try_runs(bool is_malicious) {
  struct psi_sets p;
  struct repeated all = {0};
  psi_sets_make(&p, N, N, N / 2, 5);
  for (unsigned i = 0; i < RUNS; i++) {
    psi_run_make(&all.r[i], &p, 1);
    all.r[i].q.protocol = SMPC_PSI_VOLE;
  }
  seam_heap_reset(0);
  uint64_t before = seam_heap_peak();
  parties_run_ok(&(struct parties){.n = 2, .seed = 1, .configure = is_malicious ? stand_against_all : NULL},
                 repeat_body, &all, NULL);
  for (unsigned i = 0; i < RUNS; i++) {
    assert_int_equal(all.r[i].err[0], SMPC_OK);
    assert_int_equal(all.r[i].result[0].matched, N / 2);
    assert_in_range((all.peak[i] - before) / N, 150, i == 0 ? FIRST : FIRST + MORE);
    psi_run_free(&all.r[i]);
  }
  assert_in_range(all.peak[RUNS - 1], all.peak[1], all.peak[1] + all.peak[1] / 50);
  psi_sets_free(&p);
}

static void a_large_run_takes_no_more_than_documented(void **state) {
  (void)state;
  try_runs(false);
  try_runs(true);
}

TEST_MAIN(T(a_large_run_takes_no_more_than_documented))
