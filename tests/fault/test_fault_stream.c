/* test_fault_stream.c - long vectors, sent in chunks, with links cut and bits
 * flipped in the middle: three parties multiply 20000 numbers and open the
 * products (distributed: two rounds). */
#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "sweep.h"

enum { N = 20000, PARTIES = 3 };
static const smpc_shape COLUMN = {N, 1};

struct products {
  int64_t x[N], out[PARTIES][N];
  smpc_err err[PARTIES];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct products *p = ctx;
  memset(p->out[me], 0x5a, sizeof p->out[me]);
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), p->x, COLUMN);
  smpc_who all = {(1 << PARTIES) - 1};
  p->err[me] = smpc_open_i64(s, smpc_mul(s, x, x), all, "test", p->out[me], N);
}

static const char *judge(void *ctx, unsigned me, bool ran) {
  const struct products *p = ctx;
  for (size_t i = 0; ran && me < PARTIES && i < N; i++)
    if (p->out[me][i] != (p->err[me] == SMPC_OK ? p->x[i] * p->x[i] : 0))
      return p->err[me] == SMPC_OK ? "a wrong product was called right" : "outputs are not zeroed";
  return NULL;
}

static void each(enum sweep_what what, unsigned places) {
  struct products *p = calloc(1, sizeof *p);
  for (size_t i = 0; i < N; i++) p->x[i] = (int64_t)i - N / 2;
  struct sweep sw = {.name = "stream", .p = {.n = PARTIES, .dealer = true, .seed = 9, .timeout_ms = 1000, .rtt_ms = 2},
                     .body = body, .ctx = p, .judge = judge};
  sweep_bytes(&sw, what, places);
  free(p);
}

static void cuts(void **state) { (void)state; each(SWEEP_CUT, 12); }
static void flips(void **state) { (void)state; each(SWEEP_FLIP, 12); }
static void crashes(void **state) { (void)state; each(SWEEP_CRASH, 8); }
static void silences(void **state) { (void)state; each(SWEEP_SILENCE, 8); }

int main(void) {
  const struct CMUnitTest tests[] = {T(cuts), T(flips), T(crashes), T(silences)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
