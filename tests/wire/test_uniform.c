/* test_uniform.c - what the computing parties actually send one another is
 * uniform, whatever the inputs: bytes by chi-squared, bits by their balance.
 *
 * Run on inputs that are all zero, all minus one, all the largest: a mask that
 * is missing, partly zero, or used twice would show. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"
#include "support/test.h"

enum { SIDE = 64, N = SIDE * SIDE, MOST = 8, COMPARED = 32 /* bytes of a program hash: not masked, not secret */ };

static const smpc_shape SQUARE = {SIDE, SIDE};

typedef smpc_shared *operation(smpc_session *s, const smpc_shared *x, const smpc_shared *y);

static smpc_shared *keep(smpc_session *s, const smpc_shared *x, const smpc_shared *y) { return smpc_add(s, x, y); }
static smpc_shared *choose(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  return smpc_select(s, smpc_constant_i64(s, (const int64_t[]){1}, (smpc_shape){1, 1}), x, y);
}
static smpc_shared *shrink(smpc_session *s, const smpc_shared *x, const smpc_shared *y) {
  (void)y;
  return smpc_scale(s, 0.25, x, 0);
}

static const struct {
  const char *name;
  operation *run;
  bool is_fixed;
} operations[] = {{"open", keep, false},          {"mul", smpc_mul, false},     {"mul fixed", smpc_mul, true},
                  {"matmul", smpc_matmul, false}, {"matmul fixed", smpc_matmul, true}, {"less", smpc_less, false},
                  {"less full", smpc_less_full, false}, {"equal", smpc_equal, false}, {"select", choose, false},
                  {"scale", shrink, true}};

struct work {
  size_t op;
  int64_t value;
  struct stats sent[MOST][MOST];
  smpc_err err[MOST];
};

static void on_chunk(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct work *w = user;
  (void)off;
  if (len != COMPARED) stats_add(&w->sent[from][to], data, len);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  int64_t *whole = malloc(N * sizeof *whole);
  double *fixed = malloc(N * sizeof *fixed);
  for (size_t i = 0; i < N; i++) {
    whole[i] = w->value;
    fixed[i] = (double)w->value;
  }
  bool is_fixed = operations[w->op].is_fixed;
  smpc_shared *x = is_fixed ? smpc_input(s, smpc_p(0), fixed, SQUARE) : smpc_input_i64(s, smpc_p(0), whole, SQUARE);
  smpc_shared *y = is_fixed ? smpc_input(s, smpc_p(1), fixed, SQUARE) : smpc_input_i64(s, smpc_p(1), whole, SQUARE);
  (void)me;
  smpc_who all = {(UINT64_C(1) << smpi_parties(s)) - 1};
  w->err[me] = smpc_open(s, operations[w->op].run(s, x, y), all, "test", fixed, N);
  free(whole);
  free(fixed);
}

static void check(const struct work *w, unsigned parties) {
  for (unsigned f = 0; f < parties; f++)
    for (unsigned t = 0; t < parties; t++) {
      const struct stats *st = &w->sent[f][t];
      unsigned worst = 0;
      if (f == t) continue;
      if (!stats_bytes_are_uniform(st))
        fail_msg("%s of %lld, %u -> %u: the bytes are not uniform: chi2 %f of %llu bytes", operations[w->op].name,
                 (long long)w->value, f, t, stats_chi2(st), (unsigned long long)st->n_bytes);
      if (!stats_bits_are_balanced(st, &worst))
        fail_msg("%s of %lld, %u -> %u: bit %u is not balanced", operations[w->op].name, (long long)w->value, f, t,
                 worst);
    }
}

static void run_all(unsigned parties) {
  static const int64_t values[] = {0, -1, 2047};
  struct work *w = malloc(sizeof *w);
  for (size_t op = 0; op < sizeof operations / sizeof *operations; op++)
    for (size_t v = 0; v < 3; v++) {
      memset(w, 0, sizeof *w);
      w->op = op;
      w->value = values[v];
      tap_set(on_chunk, w);
      parties_run_ok(&(struct parties){.n = parties, .dealer = true, .seed = op + 1}, body, w, NULL);
      tap_set(NULL, NULL);
      check(w, parties);
    }
  free(w);
}

static void two_parties(void **state) { (void)state; run_all(2); }
static void three_parties(void **state) { (void)state; run_all(3); }

/* --- the tests are able to fail ---------------------------------------------------- */

/* Zeroes under a mask whose bit 63 is always 0. */
static void send_weakly_masked(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  uint64_t words[SMPI_CHUNK / 8];
  (void)peer, (void)off;
  smpi_prg_words(smpi_prg_own(ctx), words, len / 8);
  for (size_t i = 0; i < len / 8; i++) smpi_put64(buf + 8 * i, words[i] >> 1);
}

static void drop(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)ctx, (void)peer, (void)off, (void)buf, (void)len;
}

static void weak_body(struct smpc_session *s, unsigned me, void *ctx) {
  ((struct work *)ctx)->err[me] = smpi_exchange_all(s, 8 * N, send_weakly_masked, drop, s);
}

static void a_weak_mask_is_found(void **state) {
  (void)state;
  struct work *w = calloc(1, sizeof *w);
  unsigned worst = 0;
  tap_set(on_chunk, w);
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, weak_body, w, NULL);
  tap_set(NULL, NULL);
  assert_false(stats_bytes_are_uniform(&w->sent[0][1]));
  assert_false(stats_bits_are_balanced(&w->sent[0][1], &worst));
  assert_int_equal(worst, 63);
  free(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {T(two_parties), T(three_parties), T(a_weak_mask_is_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
