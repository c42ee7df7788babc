/* test_fault_session.c - opening a session, two rounds, closing: with a fault at
 * every place of each. */
#include <string.h>

#include "support/test.h"
#include "sweep.h"

enum { LEN = 1000, PARTIES = 3 };

struct rounds {
  smpc_err err[PARTIES];
  uint8_t sum[PARTIES][LEN]; /* of what all parties sent */
};

static void produce(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)peer, (void)off;
  memset(buf, *(uint8_t *)ctx, len);
}

struct taking { uint8_t mine, *sum; };

static void consume(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct taking *t = ctx;
  (void)peer;
  for (size_t i = 0; i < len; i++) t->sum[off + i] += buf[i];
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct rounds *r = ctx;
  struct taking t = {(uint8_t)(me + 1), r->sum[me]};
  memset(r->sum[me], me + 1, LEN);
  smpc_err err = smpi_exchange_all(s, LEN, produce, consume, &t);
  if (err == SMPC_OK) err = smpi_exchange_all(s, LEN, produce, consume, &t);
  if (err != SMPC_OK) memset(r->sum[me], 0, LEN);
  r->err[me] = err;
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  struct rounds *r = ctx;
  uint8_t want = (uint8_t)(r->err[me] == SMPC_OK ? me + 1 + 2 * (6 - me - 1) : 0);
  for (size_t i = 0; ran && i < LEN; i++)
    if (r->sum[me][i] != want) return "the sum is wrong";
  return NULL;
}

static void each(enum sweep_what what) {
  struct rounds r;
  sweep(&(struct sweep){.name = "rounds", .p = {.n = PARTIES, .seed = 5, .timeout_ms = 1000, .rtt_ms = 1}, .body = body,
                        .ctx = &r, .judge = judge}, what);
}

static void allocations(void **state) { (void)state; each(SWEEP_ALLOC); }
static void random_calls(void **state) { (void)state; each(SWEEP_RANDOM); }
static void cuts(void **state) { (void)state; each(SWEEP_CUT); }
static void crashes(void **state) { (void)state; each(SWEEP_CRASH); }
static void silences(void **state) { (void)state; each(SWEEP_SILENCE); }
static void flips(void **state) { (void)state; each(SWEEP_FLIP); }
static void delays(void **state) { (void)state; each(SWEEP_DELAY); }

int main(void) {
  const struct CMUnitTest tests[] = {T(allocations), T(random_calls), T(cuts), T(crashes), T(silences), T(flips),
                                     T(delays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
