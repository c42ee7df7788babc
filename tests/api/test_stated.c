/* test_stated.c - the rounds and bytes that include/smpc.h states of each operation, in its own numbers, are those
 * that smpc_estimate() gives (test_wire_table and test_cost hold these against real runs). */
#include "support/test.h"

#include <stdlib.h>

#include "support/parties.h"

enum { ROWS = 16, COLS = 16, N = ROWS * COLS, INNER = 10, STEPS = 3 };

struct in { smpc_shared *x, *y, *u, *v, *bit; }; /* whole; fixed point */

typedef void operation(smpc_session *s, const struct in *in);

static void add(smpc_session *s, const struct in *in) { (void)smpc_add(s, in->x, smpc_sub(s, in->x, in->y)); }
static void scale_whole(smpc_session *s, const struct in *in) { (void)smpc_scale_i64(s, 3, in->u, 1); }
static void sums(smpc_session *s, const struct in *in) { (void)smpc_sum_rows(s, in->x), (void)smpc_sum(s, in->x); }
static void shapes(smpc_session *s, const struct in *in) {
  smpc_shared *t = smpc_concat(s, smpc_transpose(s, in->u), smpc_slice(s, in->v, 0, 0, (smpc_shape){2, COLS}));
  (void)smpc_as_i64(s, smpc_reshape(s, t, (smpc_shape){COLS, ROWS + 2}));
}
static void constant(smpc_session *s, const struct in *in) {
  (void)in;
  (void)smpc_constant_i64(s, (const int64_t[]){5}, (smpc_shape){1, 1});
}
static void scale(smpc_session *s, const struct in *in) { (void)smpc_scale(s, 0.5, in->u, 1); }
static void mul(smpc_session *s, const struct in *in) { (void)smpc_mul(s, in->x, in->y); }
static void mul_fixed(smpc_session *s, const struct in *in) { (void)smpc_mul(s, in->u, in->v); }
static void mul_nearest(smpc_session *s, const struct in *in) {
  LET_FAIL(smpc_set_rounding(s, SMPC_ROUND_NEAREST));
  (void)smpc_mul(s, in->u, in->v);
}
static void matmul(smpc_session *s, const struct in *in) {
  (void)smpc_matmul(s, in->x, smpc_slice(s, in->y, 0, 0, (smpc_shape){COLS, INNER}));
}
static void matmul_fixed(smpc_session *s, const struct in *in) {
  (void)smpc_matmul(s, in->u, smpc_slice(s, in->v, 0, 0, (smpc_shape){COLS, INNER}));
}
static void matmul_again(smpc_session *s, const struct in *in) {
  matmul(s, in);
  (void)smpc_matmul(s, in->x, smpc_transpose(s, in->bit));
}
static void less(smpc_session *s, const struct in *in) { (void)smpc_less(s, in->x, in->y); }
static void less_full(smpc_session *s, const struct in *in) { (void)smpc_less_full(s, in->x, in->y); }
static void equal(smpc_session *s, const struct in *in) { (void)smpc_equal(s, in->x, in->y); }
static void choose(smpc_session *s, const struct in *in) { (void)smpc_select(s, in->bit, in->x, in->y); }
static void largest(smpc_session *s, const struct in *in) { (void)smpc_max(s, in->x); }
static void noise(smpc_session *s, const struct in *in) { /* 28 / epsilon + 1 is 2^5 */
  (void)in;
  (void)smpc_noise_laplace(s, 28.0 / 31, (smpc_shape){ROWS, COLS});
}
static void reciprocal(smpc_session *s, const struct in *in) { (void)smpc_reciprocal(s, in->u); }
static void divide(smpc_session *s, const struct in *in) { (void)smpc_divide(s, in->u, in->v); }
static void exponential(smpc_session *s, const struct in *in) { (void)smpc_exp(s, in->u); }
static void coarse(smpc_session *s, const struct in *in) { (void)smpc_logistic(s, in->u, SMPC_LOGISTIC_COARSE); }
static void fine(smpc_session *s, const struct in *in) { (void)smpc_logistic(s, in->u, SMPC_LOGISTIC_FINE); }
static void inverse(smpc_session *s, const struct in *in) { (void)smpc_inverse(s, in->u, NULL, 100, STEPS, NULL); }
/* Bytes to each other party, and by how many per cent "about" may be off. */
static const struct {
  const char *name;
  operation *run;
  uint64_t rounds;
  double bytes, off;
} stated[] = {
    {"add, sub", add, 0, 0, 0}, {"scale_i64", scale_whole, 0, 0, 0}, {"sum", sums, 0, 0, 0}, {"shapes", shapes, 0, 0, 0},
    {"constant", constant, 0, 0, 0}, {"scale", scale, 1, 8.0 * N, 0},
    {"mul", mul, 1, 16.0 * N, 0}, {"mul, fixed", mul_fixed, 1 + 1, (16.0 + 8) * N, 0},
    {"mul, nearest", mul_nearest, 1 + 1 + 8, (16.0 + 8 + 31) * N, 2},
    {"matmul", matmul, 1, 8.0 * (N + COLS * INNER), 0},
    {"matmul, fixed", matmul_fixed, 1 + 1, 8.0 * (N + COLS * INNER + ROWS * INNER), 0},
    {"matmul, again", matmul_again, 1 + 1, 8.0 * (N + COLS * INNER + N), 0},
    {"less", less, 8, 31.0 * N, 2}, {"less_full", less_full, 9, 92.0 * N, 2}, {"equal", equal, 8, 24.0 * N, 2},
    {"select", choose, 1, 16.0 * N, 0}, {"max", largest, 9 * 8, (31.0 + 16) * (N - 1), 100 /* not stated */},
    {"noise", noise, 7, 16.0 * 2 * 5 * N, 5},
    {"reciprocal", reciprocal, 27, 330.0 * N, 2}, {"divide", divide, 29, 354.0 * N, 2}, {"exp", exponential, 21, 327.0 * N, 2},
    {"logistic, coarse", coarse, 9, 69.0 * N, 2}, {"logistic, fine", fine, 12, 458.0 * N, 2},
    {"inverse", inverse, 4 * STEPS, (40.0 * STEPS + 8) * N, 0}};
enum { OPERATIONS = sizeof stated / sizeof *stated };

static const smpc_shape SQUARE = {ROWS, COLS};

static void program(smpc_session *s, void *user) {
  static const int64_t zeros[N];
  static const double reals[N];
  struct in in = {.x = smpc_input_i64(s, smpc_p(0), zeros, SQUARE), .y = smpc_input_i64(s, smpc_p(1), zeros, SQUARE),
                  .u = smpc_input(s, smpc_p(0), reals, SQUARE), .v = smpc_input(s, smpc_p(1), reals, SQUARE),
                  .bit = smpc_input_i64(s, smpc_p(1), zeros, SQUARE)};
  (*(operation *const *)user)(s, &in);
}

static smpc_cost estimate(const struct parties *p, smpc_program_fn run, void *user) {
  smpc_config cfg;
  uint8_t secret[32];
  smpc_cost cost;
  parties_config(&cfg, secret, p, 0);
  assert_int_equal(smpc_estimate(&cfg, run, user, &cost), SMPC_OK);
  return cost;
}

static void operations_cost_what_the_header_says(void **state) {
  (void)state;
  for (size_t i = 0; i < OPERATIONS; i++)
    for (unsigned parties = 2; parties <= 4; parties++) {
      operation *run = stated[i].run;
      smpc_cost cost = estimate(&(struct parties){.n = parties, .dealer = true}, program, &run);
      double each = (double)cost.bytes / (parties - 1), most = stated[i].bytes * stated[i].off / 100;
      if (cost.rounds != stated[i].rounds || each < stated[i].bytes - most || each > stated[i].bytes + most)
        fail_msg("%s, %u parties: %llu rounds, %.2f bytes an element to each other; the header: %llu, %.2f",
                 stated[i].name, parties, (unsigned long long)cost.rounds, each / N,
                 (unsigned long long)stated[i].rounds, stated[i].bytes / N);
    }
}

/* What is opened inside an operation is distributed like a result: a round more, 2/P of the bytes. */
static void two_products(smpc_session *s, void *user) {
  (void)user;
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), NULL, (smpc_shape){4096, 1});
  smpc_shared *y = smpc_input_i64(s, smpc_p(0), NULL, (smpc_shape){4098, 1});
  (void)smpc_mul(s, x, x);
  (void)smpc_mul(s, y, y);
}

static void long_operations_of_many_parties_too(void **state) {
  (void)state;
  smpc_cost two = estimate(&(struct parties){.n = 2, .dealer = true}, two_products, NULL);
  assert_int_equal(two.rounds, 1 + 1);
  assert_int_equal(two.bytes, 16 * (4096 + 4098));
  smpc_cost three = estimate(&(struct parties){.n = 3, .dealer = true}, two_products, NULL);
  assert_int_equal(three.rounds, 1 + 2);
  assert_int_equal(three.bytes, 2 * (16 * 4096 + 16 * 4098 * 2 / 3));
}

/* Two parties that trust nobody compare by another protocol. */
static void comparisons_without_a_dealer_too(void **state) {
  (void)state;
  static operation *const run[2] = {less, less_full};
  for (unsigned i = 0; i < 2; i++) {
    operation *one = run[i];
    smpc_cost cost = estimate(&(struct parties){.n = 2, .source = SMPC_OT}, program, &one);
    assert_int_equal(cost.rounds, 7 + i);
  }
}

/* --- in and out ------------------------------------------------------------------- */

struct way { unsigned owner; smpc_who to; size_t n; };

static void bring_in(smpc_session *s, void *user) {
  const struct way *w = user;
  (void)smpc_input_i64(s, smpc_p(w->owner), NULL, (smpc_shape){w->n, 1});
}
static void bring_out(smpc_session *s, void *user) {
  const struct way *w = user;
  int64_t *out = calloc(w->n, sizeof *out);
  smpc_shared *x = smpc_constant_i64(s, out, (smpc_shape){w->n, 1});
  LET_FAIL(smpc_open_i64(s, x, w->to, "test", out, w->n));
  free(out);
}

static void expect(smpc_cost cost, uint64_t rounds, uint64_t bytes) {
  assert_int_equal(cost.rounds, rounds);
  assert_int_equal(cost.bytes, bytes);
}

static void inputs_cost_what_the_header_says(void **state) {
  (void)state;
  static const unsigned roles[4] = {SMPC_COMPUTE | SMPC_INPUT, SMPC_COMPUTE, SMPC_COMPUTE, SMPC_INPUT};
  const struct parties p = {.n = 4, .roles = roles};
  expect(estimate(&p, bring_in, &(struct way){.owner = 0, .n = N}), 0, 0);
  expect(estimate(&p, bring_in, &(struct way){.owner = 3, .n = N}), 1, 8 * N);
}

/* The program hash, 32 bytes to everybody, comes first. */
static void openings_cost_what_the_header_says(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 4; parties++) {
    const struct parties p = {.n = parties};
    const smpc_who all = {(UINT64_C(1) << parties) - 1};
    const unsigned others = parties - 1, small = 8192, large = 12000;
    expect(estimate(&p, bring_out, &(struct way){.to = smpc_to(smpc_p(1)), .n = large}), 2, 32 * others + 8 * large);
    expect(estimate(&p, bring_out, &(struct way){.to = all, .n = small}), 2, others * (32 + 8 * small));
    if (parties == 2) expect(estimate(&p, bring_out, &(struct way){.to = all, .n = large}), 2, 32 + 8 * large);
    else
      expect(estimate(&p, bring_out, &(struct way){.to = all, .n = large}), 3,
             32 * others + 16 * large * others / parties);
  }
}

TEST_MAIN(T(operations_cost_what_the_header_says), T(long_operations_of_many_parties_too),
          T(comparisons_without_a_dealer_too), T(inputs_cost_what_the_header_says),
          T(openings_cost_what_the_header_says))
