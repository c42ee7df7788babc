/* test_steps.c - function/steps.h: several public steps against one mask. */
#include "function/steps.h"

#include "../mul/joint.h"

#include <stdlib.h>

enum { K = 5 };
static const int64_t at[K] = {-(INT64_C(1) << 61), -7, 0, 1, INT64_C(1) << 40};
static size_t length; /* of the numbers; the result is K times the stride */

static smpc_err run(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  (void)n;
  return smpi_steps(s, z, in[0], length, (const uint64_t *)at, K);
}
static void cost(struct smpi_cost *c, size_t n) {
  (void)n;
  smpi_steps_cost(c, length, K);
}

static void all_steps_at_once(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 63, 64, 65, 129, 4097};
  for (unsigned p = 0; p < 3; p++)
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      length = sizes[i];
      size_t stride = smpi_steps_stride(length), wrong = 0;
      int64_t *x = calloc(K * stride + 1, sizeof *x);
      uint64_t seed = i;
      for (size_t e = 0; e < length; e++)
        x[e] = e % 3 == 0 ? at[e % K] + (int64_t)(e % 2) : (int64_t)test_random(&seed) >> (2 + e % 60);
      const uint64_t *clear[] = {(const uint64_t *)x};
      struct joint j = {.parties = joint_parties[p], .n = K * stride, .op = run, .cost = cost, .operands = 1};
      joint_run(&j, clear);
      for (size_t e = 0; e < length; e++)
        for (unsigned k = 0; k < K; k++) wrong += shares_sum(&j.z, k * stride + e) != (x[e] < at[k]);
      assert_int_equal(wrong, 0);
      joint_end(&j);
      free(x);
    }
}

static void what_is_sent_is_uniform(void **state) {
  (void)state;
  length = 8192;
  uint64_t *x = calloc(K * length, sizeof *x);
  for (size_t i = 0; i < length; i++) x[i] = 12345;
  const uint64_t *clear[] = {x};
  struct joint j = {.parties = 2, .n = K * length, .op = run, .cost = cost, .operands = 1};
  joint_run(&j, clear);
  assert_true(stats_bytes_are_uniform(&j.sent));
  assert_true(stats_bits_are_balanced(&j.sent, NULL));
  joint_end(&j);
  free(x);
}

static void too_many(struct smpc_session *s, unsigned me, void *ctx) {
  shr x = {1}, z[64] = {{9}};
  uint64_t step[2] = {0};
  (void)me;
  smpc_err *err = ctx;
  *err = smpi_steps(s, z, &x, 1, step, 0);
}

static void no_steps_are_refused(void **state) {
  (void)state;
  smpc_err err = SMPC_OK;
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 4}, too_many, &err, &r);
  assert_int_not_equal(err, SMPC_OK);
}

TEST_MAIN(T(all_steps_at_once), T(what_is_sent_is_uniform), T(no_steps_are_refused))
