/* test_trunc.c - mul/trunc.h and mul/nearest.h at 2, 3 and 5 parties. */
#include "mul/trunc.h"

#include "joint.h"

#include <stdlib.h>

#include "mul/nearest.h"

#define UNIT (INT64_C(1) << JOINT_FRAC)

static smpc_err probabilistic(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_trunc_probabilistic(s, z, in[0], n);
}
static smpc_err nearest(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_trunc_nearest(s, z, in[0], n);
}

static int64_t floor_of(int64_t x) { return (x - (int64_t)((uint64_t)x % (uint64_t)UNIT)) / UNIT; }

static bool is_right(int64_t x, int64_t z, bool exact) {
  if (exact) return z == floor_of(x + UNIT / 2);
  return z == floor_of(x) || (z == floor_of(x) + 1 && x % UNIT != 0);
}

/* All magnitudes, both signs, and the ends of the range. */
static void check(struct joint *j) {
  int64_t *x = calloc(j->n + 1, 8), end = (INT64_C(1) << 62) - UNIT;
  const uint64_t *clear[] = {(const uint64_t *)x};
  uint64_t seed = j->n;
  size_t wrong = 0;
  bool exact = j->op == nearest;
  for (size_t i = 0; i < j->n; i++) x[i] = (int64_t)test_random(&seed) >> (2 + i % 60);
  for (size_t i = 0; i < j->n; i += 7) x[i] = i % 2 ? end : -end;
  for (size_t i = 3; i < j->n; i += 11) x[i] = ((int64_t)i - 500) * UNIT / 2; /* exact halves */
  j->operands = 1;
  j->cost = exact ? smpi_trunc_nearest_cost : smpi_trunc_probabilistic_cost;
  joint_run(j, clear);
  for (size_t i = 0; i < j->n; i++) wrong += !is_right(x[i], (int64_t)shares_sum(&j->z, i), exact);
  assert_int_equal(wrong, 0);
  free(x);
}

static void truncations_at_every_size(void **state) {
  (void)state;
  for (unsigned p = 0; p < 3; p++)
    for (unsigned i = 0; i < JOINT_SIZES; i++) {
      struct joint j = {.parties = joint_parties[p], .n = joint_size[i], .op = probabilistic, .in_place = i % 2};
      check(&j);
      joint_end(&j);
    }
}

static void more_than_a_block(void **state) {
  (void)state;
  struct joint j = {.parties = 2, .n = (1 << 20) + 1, .op = probabilistic};
  check(&j);
  joint_end(&j);
}

static void nearest_is_exact(void **state) {
  (void)state;
  for (unsigned p = 0; p < 3; p++)
    for (unsigned i = 0; i < JOINT_SIZES; i++) {
      struct joint j = {.parties = joint_parties[p], .n = joint_size[i], .op = nearest, .in_place = i % 2};
      if (j.n > 5000 && j.parties > 2) continue;
      check(&j);
      joint_end(&j);
    }
}

static void the_headers_state_the_cost(void **state) {
  (void)state;
  struct smpi_cost cost = {.parties = 2}, exact = {.parties = 2};
  smpi_trunc_probabilistic_cost(&cost, 640);
  smpi_trunc_nearest_cost(&exact, 640);
  assert_int_equal(cost.rounds, 1);
  assert_int_equal(cost.bytes, 8 * 640);
  assert_int_equal(cost.corr[SMPI_TRUNC], 640);
  assert_int_equal(exact.rounds, 9);
  assert_int_equal(exact.bytes, (uint64_t)(38.625 * 640));
}

static void what_is_sent_is_uniform(void **state) {
  (void)state;
  static uint64_t same[30000];
  const uint64_t *clear[] = {same};
  for (unsigned i = 0; i < 30000; i++) same[i] = (uint64_t)(3 * UNIT + 5);
  for (unsigned p = 0; p < 2; p++) {
    struct joint j = {.parties = joint_parties[p], .operands = 1, .n = 30000, .op = probabilistic,
                      .cost = smpi_trunc_probabilistic_cost};
    joint_run(&j, clear);
    assert_true(stats_bytes_are_uniform(&j.sent));
    assert_true(stats_bits_are_balanced(&j.sent, NULL));
    joint_end(&j);
  }
}

TEST_MAIN(T(truncations_at_every_size), T(more_than_a_block), T(nearest_is_exact), T(the_headers_state_the_cost),
          T(what_is_sent_is_uniform))
