/* test_select.c - mul/select.h */
#include "mul/select.h"

#include "joint.h"

#include <stdlib.h>

static smpc_err op(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_select(s, z, in[0], in[1], in[2], n);
}

static void the_right_one_is_chosen(void **state) {
  (void)state;
  for (unsigned p = 0; p < 3; p++)
    for (unsigned i = 0; i < JOINT_SIZES; i++) {
      size_t n = joint_size[i], wrong = 0;
      uint64_t *v = calloc(3 * n + 1, 8), seed = n;
      const uint64_t *clear[] = {v, v + n, v + 2 * n};
      struct joint j = {.parties = joint_parties[p], .operands = 3, .n = n, .op = op, .cost = smpi_select_cost,
                        .in_place = i % 2};
      for (size_t k = 0; k < 3 * n; k++) v[k] = k < n ? test_random(&seed) & 1 : test_random(&seed);
      joint_run(&j, clear);
      for (size_t k = 0; k < n; k++) wrong += shares_sum(&j.z, k) != (v[k] ? v[n + k] : v[2 * n + k]);
      assert_int_equal(wrong, 0);
      joint_end(&j);
      free(v);
    }
}

static void the_header_states_the_cost(void **state) {
  (void)state;
  struct smpi_cost cost = {.parties = 2};
  smpi_select_cost(&cost, 10);
  assert_int_equal(cost.rounds, 1);
  assert_int_equal(cost.bytes, 160);
}

TEST_MAIN(T(the_right_one_is_chosen), T(the_header_states_the_cost))
