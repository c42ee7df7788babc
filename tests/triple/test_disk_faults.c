/* test_disk_faults.c - sessions that take from a pool on disk while allocations, randomness and links fail, parties
 * die, fall silent or are lied to on the wire: every session after that works, and no piece is given twice. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "../fault/sweep.h"
#include "disk_support.h"

enum { TAKE = 20, MOST = 3 * TAKE * 4000 };

static struct { uint64_t word[MOST]; size_t n; } ledger[2];
static bool was_given[2];

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  (void)ctx;
  was_given[me] = false;
  if (!disk_attach(s, me)) return;
  struct smpi_taken t;
  if (smpi_triple_take(s, &t, SMPI_BIT_TRIPLE, TAKE) == SMPC_OK && ledger[me].n + 3 * TAKE <= MOST) {
    for (unsigned c = 0; c < 3; c++, ledger[me].n += TAKE) memcpy(ledger[me].word + ledger[me].n, t.col[c], 8 * TAKE);
    was_given[me] = true;
  }
  smpi_triple_wipe(&t);
}

/* What both were given in this run is a correlation. */
static const char *judge(void *ctx, unsigned me, bool ran) {
  bool both = was_given[0] && was_given[1];
  (void)ctx, (void)ran;
  if (me == 0) return NULL;
  was_given[0] = was_given[1] = false; /* who does not come as far as its body says nothing */
  if (!both) return NULL;
  const uint64_t *x = ledger[0].word + ledger[0].n - 3 * TAKE, *y = ledger[1].word + ledger[1].n - 3 * TAKE;
  for (unsigned w = 0; w < TAKE; w++)
    if (((x[w] ^ y[w]) & (x[w + TAKE] ^ y[w + TAKE])) != (x[w + 2 * TAKE] ^ y[w + 2 * TAKE]))
      return "what they were given does not fit";
  return NULL;
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void fill(void) {
  struct disk_job j = {.fill = {[SMPI_BIT_TRIPLE] = 300 * DISK_CHUNK}};
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 5, .configure = disk_configure}, disk_body, &j,
                 NULL);
}

static void nothing_twice_whatever_fails(void **state) {
  (void)state;
  const struct sweep sw = {.name = "pool on disk", .p = {.n = 2, .source = SMPC_OT, .seed = 5, .configure = disk_configure},
                           .body = body, .judge = judge, .every = 1};
  static const enum sweep_what all[] = {SWEEP_CRASH, SWEEP_CUT, SWEEP_SILENCE, SWEEP_FLIP, SWEEP_ALLOC, SWEEP_RANDOM};
  disk_begin();
  fill();
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) sweep(&sw, all[i]);
  for (unsigned me = 0; me < 2; me++) {
    assert_true(ledger[me].n >= 15 * 3 * TAKE);
    qsort(ledger[me].word, ledger[me].n, 8, by_value);
    for (size_t i = 1; i < ledger[me].n; i++) assert_true(ledger[me].word[i] != ledger[me].word[i - 1]);
  }
  disk_end();
}

TEST_MAIN(T(nothing_twice_whatever_fails))
