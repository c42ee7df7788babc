/* test_differential.c - random programs over all public operations, against a
 * plain reference, with 2, 3 and 5 parties and with delegated computing.
 *
 * Ghost values: all parties being in one process, the shares of every value are
 * gathered when it is made and their sum compared with the reference there, not
 * only where something is opened. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/value.h"
#include "expr.h"
#include "support/parties.h"
#include "support/test.h"

enum { RUNS = 40 };

struct ghost { /* of one node */
  unsigned parties;
  uint64_t sum[EXPR_CELLS];
  size_t rows, cols;
  unsigned frac;
};

struct work {
  struct expr e;
  struct ghost ghost[EXPR_NODES];
  double out[SMPC_MAX_PARTIES][EXPR_NODES][EXPR_CELLS];
  smpc_err err[SMPC_MAX_PARTIES];
  smpc_cost spent[SMPC_MAX_PARTIES], estimate;
  smpc_err estimated;
  unsigned computing;
  bool is_prepared;
};
static unsigned seen[EXPR_OPS]; /* how often each operation ran */

static void dry(smpc_session *s, void *user) {
  struct work *w = user;
  static double nothing[EXPR_NODES][EXPR_CELLS];
  (void)expr_run(&w->e, s, smpi_me(s), nothing, NULL, NULL);
}

/* One party at a time runs in the simulation, so they may add up in place. */
static void gather(void *ctx, unsigned node, const smpc_shared *x) {
  struct ghost *g = &((struct work *)ctx)->ghost[node];
  if (x->v == NULL) return; /* a party that does not compute */
  g->parties++;
  g->rows = x->rows;
  g->cols = x->cols;
  g->frac = x->frac;
  for (size_t i = 0; i < x->rows * x->cols; i++) g->sum[i] += x->v[i].v;
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  if (w->is_prepared && smpc_preprocess(s, dry, w) != SMPC_OK) return;
  w->err[me] = expr_run(&w->e, s, me, w->out[me], gather, w);
  w->computing = smpi_parties(s);
  w->spent[me] = smpc_session_spent(s);
  if (me == 0) w->estimated = smpc_estimate(&s->cfg, dry, w, &w->estimate);
}

static void compare_node(const struct work *w, unsigned i, unsigned me, unsigned parties, uint64_t seed) {
  const struct expr_node *z = &w->e.node[i];
  bool mine = z->opened_to >> me & 1;
  for (size_t k = 0; k < z->rows * z->cols; k++) {
    double got = w->out[me][i][k];
    if (mine ? fabs(got - z->v[k]) <= z->off : isnan(got)) continue;
    fail_msg("%u parties, seed %llu, node %u (%s of %u, %u, %u; %zu x %zu): element %zu at party %u is %.12g, "
             "not %.12g +- %g",
             parties, (unsigned long long)seed, i, expr_name(z->op), z->a, z->b, z->c, z->rows, z->cols, k, me, got,
             z->v[k], z->off);
  }
}

static void compare_ghost(const struct work *w, unsigned i, unsigned computing, uint64_t seed) {
  const struct expr_node *z = &w->e.node[i];
  const struct ghost *g = &w->ghost[i];
  assert_int_equal(g->parties, computing);
  assert_int_equal(g->rows, z->rows);
  assert_int_equal(g->cols, z->cols);
  assert_int_equal(g->frac, z->is_fixed ? w->e.frac_bits : 0);
  for (size_t k = 0; k < z->rows * z->cols; k++) {
    double got = ldexp((double)(int64_t)g->sum[k], -(int)g->frac);
    if (fabs(got - z->v[k]) > z->off)
      fail_msg("seed %llu, node %u (%s): the shares of element %zu make %.12g, not %.12g +- %g",
               (unsigned long long)seed, i, expr_name(z->op), k, got, z->v[k], z->off);
  }
}

/* Openings to some make different parties the busiest at different times, so
 * bytes are an upper bound. */
static void compare_cost(const struct work *w, unsigned parties) {
  uint64_t rounds = 0, bytes = 0;
  for (unsigned i = 0; i < parties; i++) {
    if (w->spent[i].rounds > rounds) rounds = w->spent[i].rounds;
    if (w->spent[i].bytes > bytes) bytes = w->spent[i].bytes;
  }
  assert_int_equal(w->estimated, SMPC_OK);
  assert_int_equal(w->estimate.rounds, rounds);
  assert_true(w->estimate.bytes >= bytes);
}

static void run_from(unsigned parties, const unsigned *roles, unsigned frac_bits, smpc_source source, uint64_t runs) {
  struct work *w = calloc(1, sizeof *w);
  for (uint64_t seed = 1; seed <= runs; seed++) {
    expr_make(&w->e, parties, frac_bits, seed * 1000 + parties);
    struct parties p = {.n = parties, .dealer = source == SMPC_DEALER, .source = source, .roles = roles,
                        .frac_bits = frac_bits, .seed = seed};
    w->is_prepared = seed % 4 == 0;
    memset(w->ghost, 0, sizeof w->ghost);
    parties_run_ok(&p, body, w, NULL);
    for (unsigned me = 0; me < parties; me++)
      for (unsigned i = 0; i < w->e.n; i++) compare_node(w, i, me, parties, seed);
    for (unsigned i = 0; i < w->e.n; i++) compare_ghost(w, i, w->computing, seed);
    compare_cost(w, parties);
    for (unsigned i = 0; i < w->e.n; i++) seen[w->e.node[i].op]++;
  }
  free(w);
}

static void run(unsigned parties, const unsigned *roles, unsigned frac_bits) {
  run_from(parties, roles, frac_bits, SMPC_DEALER, RUNS);
}

static void two_parties(void **state) { (void)state; run(2, NULL, 20); }
static void three_parties(void **state) { (void)state; run(3, NULL, 16); }
static void five_parties(void **state) { (void)state; run(5, NULL, 20); }

/* Comparisons of two are another protocol then; a run spends 100 ms on base transfers. */
static void two_that_trust_nobody(void **state) { (void)state; run_from(2, NULL, 20, SMPC_OT, RUNS / 4); }

/* Two compute for four. */
static void delegated(void **state) {
  (void)state;
  static const unsigned roles[4] = {SMPC_INPUT | SMPC_RESULT, SMPC_COMPUTE | SMPC_INPUT | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_RESULT, SMPC_COMPUTE | SMPC_INPUT | SMPC_RESULT};
  run(4, roles, 12);
}

static void all_operations_were_run(void **state) {
  (void)state;
  for (unsigned op = 0; op < EXPR_OPS; op++)
    if (seen[op] < 20) fail_msg("%s ran %u times only", expr_name(op), seen[op]);
}

int main(void) {
  const struct CMUnitTest tests[] = {T(two_parties), T(three_parties), T(five_parties), T(two_that_trust_nobody), T(delegated),
                                     T(all_operations_were_run)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
