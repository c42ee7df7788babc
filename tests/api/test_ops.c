/* test_ops.c - the operations of smpc.h against plain arithmetic, on the
 * simulated network, for several numbers of parties and roles. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "support/parties.h"

enum { MAX = 64 };
struct results { double d[16][MAX]; int64_t i[16][MAX]; smpc_err err[SMPC_MAX_PARTIES]; };

static const smpc_shape ONE = {1, 1}, ROW = {1, 4}, SQUARE = {2, 2};

static smpc_who everybody(const struct smpc_session *s) {
  smpc_who w = {0};
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (s->cfg.member[i].roles & SMPC_RESULT) w = smpc_and(w, smpc_p(i));
  return w;
}

/* Open into result k at every member that may see it; whole and fixed alike. */
static void show(struct smpc_session *s, const smpc_shared *x, struct results *r, unsigned k) {
  double out[MAX] = {0};
  smpc_shape shape = smpc_shared_shape(x);
  bool mine = everybody(s).bits >> smpi_me(s) & 1;
  smpc_err err = smpc_open(s, x, everybody(s), "test", mine ? out : NULL, mine ? shape.rows * shape.cols : 0);
  if (r->err[smpi_me(s)] == SMPC_OK) r->err[smpi_me(s)] = err;
  if (smpi_me(s) == 0) memcpy(r->d[k], out, sizeof out);
}

static void arithmetic(struct smpc_session *s, unsigned me, void *ctx) {
  (void)me;
  struct results *r = ctx;
  const int64_t a[4] = {1, -2, 3, INT64_C(1) << 40}, b[4] = {10, 20, -30, 40}, row[2] = {100, 200};
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), a, SQUARE), *y = smpc_input_i64(s, smpc_p(1), b, SQUARE);
  smpc_shared *c = smpc_constant_i64(s, row, (smpc_shape){1, 2});
  show(s, smpc_add(s, x, y), r, 0);
  show(s, smpc_sub(s, x, y), r, 1);
  show(s, smpc_scale_i64(s, -3, x, 7), r, 2);
  show(s, smpc_sum(s, x), r, 3);
  show(s, smpc_sum_rows(s, x), r, 4);
  show(s, smpc_slice(s, x, 1, 0, (smpc_shape){1, 2}), r, 5);
  show(s, smpc_transpose(s, x), r, 6);
  show(s, smpc_concat(s, x, c), r, 7);
  show(s, smpc_add(s, x, c), r, 8);
  show(s, smpc_sub(s, smpc_sum(s, x), y), r, 9);
  show(s, smpc_reshape(s, x, ROW), r, 10);
  show(s, smpc_slice(s, smpc_transpose(s, x), 0, 1, (smpc_shape){2, 1}), r, 11);
}

static void expect(const double *got, size_t n, const double *want) {
  for (size_t i = 0; i < n; i++)
    if (got[i] != want[i]) fail_msg("element %zu is %.17g, not %.17g", i, got[i], want[i]);
}
#define EXPECT(k, ...) expect(r.d[k], sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

static void check_arithmetic(const struct parties *p) {
  struct results r = {0};
  const double big = ldexp(1, 40);
  parties_run_ok(p, arithmetic, &r, NULL);
  EXPECT(0, 11, 18, -27, big + 40);
  EXPECT(1, -9, -22, 33, big - 40);
  EXPECT(2, 4, 13, -2, -3 * big + 7);
  EXPECT(3, 2 + big);
  EXPECT(4, 4, big - 2);
  EXPECT(5, 3, big);
  EXPECT(6, 1, 3, -2, big);
  EXPECT(7, 1, -2, 3, big, 100, 200);
  EXPECT(8, 101, 198, 103, 200 + big);
  EXPECT(9, big - 8, big - 18, big + 32, big - 38);
  EXPECT(10, 1, -2, 3, big);
  EXPECT(11, 3, big);
}

static void local_operations(void **state) {
  (void)state;
  for (unsigned n = 2; n <= 5; n++) check_arithmetic(&(struct parties){.n = n, .seed = n});
}

static void whose(struct smpc_session *s, unsigned me, void *ctx) {
  int *seen = ctx;
  const int64_t a[4] = {1, 2, 3, 4};
  smpc_shared *x = smpc_input_i64(s, smpc_p(1), a, SQUARE), *y = smpc_input_i64(s, smpc_p(0), a, SQUARE);
  const smpc_shared *values[] = {x, smpc_slice(s, x, 0, 0, ONE), smpc_sum(s, smpc_add(s, x, x)),
                                 smpc_scale_i64(s, 3, smpc_transpose(s, x), 1), smpc_concat(s, x, x),
                                 smpc_add(s, x, y), smpc_constant_i64(s, a, SQUARE), smpc_concat(s, y, x)};
  for (unsigned i = 0; me == 0 && i < 8; i++) seen[i] = smpc_shared_owner(values[i]);
}

static void ownership_follows_the_inputs(void **state) {
  (void)state;
  int seen[8];
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, whose, seen, NULL);
  for (unsigned i = 0; i < 8; i++) assert_int_equal(seen[i], i < 5 ? 1 : -1);
  assert_int_equal(smpc_shared_owner(NULL), -1);
}

static void delegated_computing(void **state) {
  (void)state;
  static const unsigned roles[] = {SMPC_INPUT | SMPC_RESULT, SMPC_INPUT, SMPC_COMPUTE, SMPC_COMPUTE | SMPC_RESULT};
  check_arithmetic(&(struct parties){.n = 4, .roles = roles, .seed = 1});
}

static void rounds(struct smpc_session *s, unsigned me, void *ctx) {
  (void)me;
  struct results *r = ctx;
  const int64_t a[4] = {5, -6, 7, -8}, b[4] = {-5, -6, 70, 8}, bits[4] = {1, 0, 0, 1};
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), a, SQUARE), *y = smpc_input_i64(s, smpc_p(1), b, SQUARE);
  smpc_shared *bit = smpc_input_i64(s, smpc_p(0), bits, SQUARE);
  show(s, smpc_mul(s, x, y), r, 0);
  show(s, smpc_matmul(s, x, y), r, 1);
  show(s, smpc_matmul(s, smpc_transpose(s, x), smpc_slice(s, y, 0, 1, (smpc_shape){2, 1})), r, 2);
  show(s, smpc_matmul(s, smpc_slice(s, x, 1, 0, (smpc_shape){1, 2}), y), r, 3);
  show(s, smpc_less(s, x, y), r, 4);
  show(s, smpc_less_full(s, x, y), r, 5);
  show(s, smpc_equal(s, x, y), r, 6);
  show(s, smpc_select(s, bit, x, y), r, 7);
  show(s, smpc_max(s, x), r, 8);
  show(s, smpc_max(s, smpc_slice(s, x, 1, 1, ONE)), r, 9);
  show(s, smpc_mul(s, x, smpc_sum(s, bit)), r, 10);
}

static void check_rounds(const struct parties *p) {
  struct results r = {0};
  parties_run_ok(p, rounds, &r, NULL);
  EXPECT(0, -25, 36, 490, -64);
  EXPECT(1, 5 * -5 - 6 * 70, 5 * -6 - 6 * 8, 7 * -5 - 8 * 70, 7 * -6 - 8 * 8);
  EXPECT(2, 5 * -6 + 7 * 8, -6 * -6 - 8 * 8);
  EXPECT(3, 7 * -5 - 8 * 70, 7 * -6 - 8 * 8);
  EXPECT(4, 0, 0, 1, 1);
  EXPECT(5, 0, 0, 1, 1);
  EXPECT(6, 0, 1, 0, 0);
  EXPECT(7, 5, -6, 70, -8);
  EXPECT(8, 7);
  EXPECT(9, -8);
  EXPECT(10, 10, -12, 14, -16);
}

static void interactive_operations(void **state) {
  (void)state;
  for (unsigned n = 2; n <= 5; n++) check_rounds(&(struct parties){.n = n, .dealer = true, .seed = n});
  static const unsigned roles[] = {SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE, SMPC_COMPUTE};
  check_rounds(&(struct parties){.n = 3, .dealer = true, .roles = roles, .seed = 9});
}

static void fixed_point(struct smpc_session *s, unsigned me, void *ctx) {
  (void)me;
  struct results *r = ctx;
  const double a[4] = {1.5, -2.25, 1000.125, 0}, b[4] = {-3, 0.5, 2, 1e-6};
  smpc_shared *x = smpc_input(s, smpc_p(0), a, SQUARE), *y = smpc_input(s, smpc_p(1), b, SQUARE);
  show(s, smpc_mul(s, x, y), r, 0);
  show(s, smpc_matmul(s, x, y), r, 1);
  show(s, smpc_scale(s, 0.25, x, -1.5), r, 2);
  LET_FAIL(smpc_set_rounding(s, SMPC_ROUND_NEAREST));
  show(s, smpc_mul(s, x, y), r, 3);
  show(s, smpc_less(s, x, y), r, 4);
  show(s, smpc_max(s, y), r, 5);
  show(s, smpc_as_i64(s, x), r, 6);
}

static void near(const double *got, size_t n, const double *want, double within) {
  for (size_t i = 0; i < n; i++)
    if (!(fabs(got[i] - want[i]) <= within)) fail_msg("element %zu is %.17g, not %.17g", i, got[i], want[i]);
}

static void fixed_point_operations(void **state) {
  (void)state;
  const double ulp = ldexp(1, -20);
  for (unsigned n = 2; n <= 3; n++) {
    struct results r = {0};
    parties_run_ok(&(struct parties){.n = n, .dealer = true, .seed = n}, fixed_point, &r, NULL);
    near(r.d[0], 4, (double[]){-4.5, -1.125, 2000.25, 0}, ulp);
    near(r.d[1], 4, (double[]){1.5 * -3 - 2.25 * 2, 1.5 * 0.5 - 2.25e-6, 1000.125 * -3, 1000.125 * 0.5}, 3 * ulp);
    near(r.d[2], 4, (double[]){-1.125, -2.0625, 248.53125, -1.5}, 2 * ulp);
    near(r.d[3], 4, (double[]){-4.5, -1.125, 2000.25, 0}, ulp / 2);
    near(r.d[4], 4, (double[]){0, 1, 0, 1}, 0);
    near(r.d[5], 1, (double[]){2}, 0);
    near(r.d[6], 4, (double[]){1.5 / ulp, -2.25 / ulp, 1000.125 / ulp, 0}, 0);
  }
}

/* What has no element has any number of rows: nobody walks along them, and no two numbers wrap around. */
static void empty_shapes(struct smpc_session *s, unsigned me, void *ctx) {
  smpc_shape *got = ctx;
  const smpc_shape tall = {SIZE_MAX, 0}, wide = {0, SIZE_MAX}, row = {1, 0};
  smpc_shared *x = smpc_input_i64(s, smpc_p(0), NULL, tall), *one = smpc_input_i64(s, smpc_p(1), NULL, row);
  smpc_shared *y = smpc_input_i64(s, smpc_p(1), NULL, wide);
  got[4 * me] = smpc_shared_shape(smpc_sum_rows(s, x));
  got[4 * me + 1] = smpc_shared_shape(smpc_mul(s, x, one));
  got[4 * me + 2] = smpc_shared_shape(smpc_transpose(s, smpc_transpose(s, y)));
  bool is_well = smpc_session_error(s).code == SMPC_OK;
  got[4 * me + 3] = (smpc_shape){is_well, smpc_concat(s, x, x) == NULL};
}

static void nothing_may_have_any_shape(void **state) {
  (void)state;
  smpc_shape got[8] = {{0}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, empty_shapes, got, &r);
  for (unsigned i = 0; i < 2; i++) {
    assert_true(got[4 * i].rows == 1 && got[4 * i].cols == 0);
    assert_true(got[4 * i + 1].rows == SIZE_MAX && got[4 * i + 1].cols == 0);
    assert_true(got[4 * i + 2].rows == 0 && got[4 * i + 2].cols == SIZE_MAX);
    assert_true(got[4 * i + 3].rows == 1 && got[4 * i + 3].cols == 1);
    assert_int_equal(r.close[i], SMPC_E_SHAPE);
  }
}

/* Doubles differ in their last bit between processors; what is computed with does not. */
static void scale_by_neighbours(struct smpc_session *s, unsigned me, void *ctx) {
  const double one[1] = {1};
  show(s, smpc_scale(s, me == 0 ? 0.3 : nextafter(0.3, 1), smpc_input(s, smpc_p(0), one, ONE), 0), ctx, 0);
}
static void scale_by_others(struct smpc_session *s, unsigned me, void *ctx) {
  const double one[1] = {1};
  show(s, smpc_scale(s, me == 0 ? 0.3 : 0.3001, smpc_input(s, smpc_p(0), one, ONE), 0), ctx, 0);
}

static void factors_are_compared_as_they_are_used(void **state) {
  (void)state;
  static struct results r;
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 1}, scale_by_neighbours, &r, NULL);
  assert_true(r.err[0] == SMPC_OK && r.err[1] == SMPC_OK && fabs(r.d[0][0] - 0.3) < 4e-6);
  struct parties_result ended;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, scale_by_others, &r, &ended);
  assert_true(r.err[0] == SMPC_E_DESYNC && r.err[1] == SMPC_E_DESYNC);
}

TEST_MAIN(T(local_operations), T(ownership_follows_the_inputs), T(delegated_computing), T(interactive_operations),
          T(fixed_point_operations), T(nothing_may_have_any_shape), T(factors_are_compared_as_they_are_used))
