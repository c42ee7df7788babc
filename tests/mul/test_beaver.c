/* test_beaver.c - mul/beaver.h at 2, 3 and 5 parties, at every boundary size. */
#include "mul/beaver.h"

#include "joint.h"

#include <stdlib.h>

static smpc_err mul(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_beaver_mul(s, z, in[0], in[1], n);
}
static smpc_err square(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  return smpi_beaver_mul(s, z, in[0], in[0], n);
}

/* Random products; every 16th operand is 0, so that a stuck mask would show. */
static void check(struct joint *j) {
  uint64_t *x = calloc(2 * j->n + 1, 8), *y = x + j->n, seed = j->n;
  const uint64_t *clear[] = {x, y};
  size_t wrong = 0;
  for (size_t i = 0; i < 2 * j->n; i++) x[i] = i % 16 == 3 ? 0 : test_random(&seed);
  j->cost = smpi_beaver_cost;
  joint_run(j, clear);
  for (size_t i = 0; i < j->n; i++) wrong += shares_sum(&j->z, i) != x[i] * (j->operands == 1 ? x[i] : y[i]);
  assert_int_equal(wrong, 0);
  free(x);
}

static void products_at_every_size(void **state) {
  (void)state;
  for (unsigned p = 0; p < 3; p++)
    for (unsigned i = 0; i < JOINT_SIZES; i++) {
      struct joint j = {.parties = joint_parties[p], .operands = 2, .n = joint_size[i], .op = mul};
      if (j.parties == 5 && j.n == 65536) continue;
      check(&j);
      joint_end(&j);
    }
}

static void products_in_place_and_squares(void **state) {
  (void)state;
  for (unsigned p = 0; p < 3; p++)
    for (size_t n = 1; n <= 20001; n += 10000) {
      struct joint j = {.parties = joint_parties[p], .operands = 2, .n = n, .op = mul, .in_place = true};
      check(&j);
      joint_end(&j);
      j = (struct joint){.parties = joint_parties[p], .operands = 1, .n = n, .op = square, .in_place = n > 1};
      check(&j);
      joint_end(&j);
    }
}

/* More than one block: two openings, the second of one product. */
static void more_than_a_block(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++) {
    struct joint j = {.parties = parties, .operands = 2, .n = (1 << 20) + 1, .op = mul};
    struct smpi_cost cost = {.parties = parties};
    smpi_beaver_cost(&cost, j.n);
    assert_int_equal(cost.rounds, parties == 2 ? 2 : 3);
    check(&j);
    joint_end(&j);
  }
}

static void the_header_states_the_cost(void **state) {
  (void)state;
  struct smpi_cost cost = {.parties = 3};
  smpi_beaver_cost(&cost, 100);
  assert_int_equal(cost.rounds, 1);
  assert_int_equal(cost.bytes, 2 * 16 * 100);
  assert_int_equal(cost.corr[SMPI_TRIPLE], 100);
  assert_int_equal(cost.offline_bytes, 800);
}

/* What leaves is uniform, though the operands are constant. */
static void what_is_sent_is_uniform(void **state) {
  (void)state;
  for (unsigned p = 0; p < 2; p++) {
    static uint64_t zeros[20000];
    const uint64_t *clear[] = {zeros, zeros};
    struct joint j = {.parties = joint_parties[p], .operands = 2, .n = 20000, .op = mul, .cost = smpi_beaver_cost};
    joint_run(&j, clear);
    assert_true(stats_bytes_are_uniform(&j.sent));
    assert_true(stats_bits_are_balanced(&j.sent, NULL));
    joint_end(&j);
  }
}

static smpc_err mul_without_source(struct smpc_session *s, shr *z, shr *const in[], size_t n) {
  smpi_fail(s, SMPC_E_CANCELED, -1, "for the test");
  return smpi_beaver_mul(s, z, in[0], in[1], n);
}

static void fail_body(struct smpc_session *s, unsigned me, void *ctx) {
  shr x[3] = {{1}, {2}, {3}}, *z = (shr *)ctx + 3 * me, *in[] = {x, x};
  assert_int_equal(mul_without_source(s, z, in, 3), SMPC_E_CANCELED);
}

static void results_are_wiped_on_failure(void **state) {
  (void)state;
  shr z[2][3] = {{{7}, {7}, {7}}, {{7}, {7}, {7}}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, fail_body, z, &r);
  for (unsigned i = 0; i < 6; i++) assert_int_equal(z[i / 3][i % 3].v, 0);
}

/* Pieces of an opening that begin and end anywhere, in any order, are finished
 * alike: driven through the local halves by a three-party opening, whose parts
 * are odd, above; here the halves themselves, one product at a time. */
static void halves_work_on_any_piece(void **state) {
  (void)state;
  uint64_t a[5], b[5], c[5], seed = 9;
  shr x[5], y[5], whole[10], piece[2], z[5], one;
  pub de[10];
  for (unsigned i = 0; i < 5; i++) x[i].v = test_random(&seed), y[i].v = test_random(&seed);
  for (unsigned i = 0; i < 5; i++) a[i] = test_random(&seed), b[i] = test_random(&seed), c[i] = a[i] * b[i];
  smpi_beaver_mask(whole, x, y, a, b, 5);
  for (unsigned i = 0; i < 10; i++) de[i].v = whole[i].v;
  smpi_beaver_combine(z, de, a, b, c, 5, 1);
  for (unsigned i = 0; i < 5; i++) {
    smpi_beaver_mask(piece, x + i, y + i, a + i, b + i, 1);
    assert_memory_equal(piece, whole + 2 * i, sizeof piece);
    smpi_beaver_combine(&one, de + 2 * i, a + i, b + i, c + i, 1, 1);
    assert_true(one.v == z[i].v && one.v == x[i].v * y[i].v);
  }
}

TEST_MAIN(T(products_at_every_size), T(products_in_place_and_squares), T(more_than_a_block),
          T(the_header_states_the_cost), T(what_is_sent_is_uniform), T(results_are_wiped_on_failure),
          T(halves_work_on_any_piece))
