/* test_max.c - compare/max.h */
#include "support/test.h"

#include "compare/max.h"
#include "support/parties.h"

struct job {
  size_t n;
  struct shares x, max;
  smpc_err err[SMPC_MAX_PARTIES];
};

static void max_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  j->err[me] = smpi_max(s, j->max.of[me], j->x.of[me], j->n);
}

static void assert_cost(const struct job *j, const struct parties_result *r) {
  struct smpi_cost c = {.parties = j->x.parties};
  uint64_t most = 0;
  smpi_max_cost(&c, j->n);
  for (unsigned i = 0; i < j->x.parties; i++) {
    assert_int_equal(r->spent[i].rounds, c.rounds);
    for (unsigned k = 0; k < 6; k++) assert_int_equal(r->spent[i].corr[k], c.corr[k]);
    if (r->spent[i].bytes > most) most = r->spent[i].bytes;
  }
  assert_int_equal(most, c.bytes);
}

static void check(unsigned parties, const uint64_t *x, size_t n) {
  struct job j = {.n = n};
  struct parties_result r;
  int64_t want = (int64_t)x[0];
  for (size_t i = 1; i < n; i++)
    if ((int64_t)x[i] > want) want = (int64_t)x[i];
  shares_new(&j.x, parties, n);
  shares_new(&j.max, parties, 1);
  shares_split(&j.x, x, false, n);
  parties_run_ok(&(struct parties){.n = parties, .dealer = true, .seed = n}, max_body, &j, &r);
  assert_int_equal(shares_sum(&j.max, 0), (uint64_t)want);
  assert_cost(&j, &r);
  shares_free(&j.x);
  shares_free(&j.max);
}

static void the_largest_of_every_size(void **state) {
  (void)state;
  const size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000};
  uint64_t seed = 4, x[1000];
  for (size_t i = 0; i < 1000; i++) x[i] = (uint64_t)((int64_t)test_random(&seed) >> 1);
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) check(k % 3 == 0 ? 3 : 2, x, sizes[k]);
}

static void the_largest_in_every_place(void **state) {
  (void)state;
  for (size_t at = 0; at < 11; at++) {
    uint64_t x[11];
    for (size_t i = 0; i < 11; i++) x[i] = (uint64_t)-(int64_t)i - 1;
    x[at] = (UINT64_C(1) << 62) - 1;
    check(2, x, 11);
  }
}

static void equal_values_have_a_largest(void **state) {
  (void)state;
  const uint64_t x[6] = {7, 7, 7, 7, 7, 7};
  check(5, x, 6);
}

static void nothing_has_no_largest(void **state) {
  (void)state;
  struct job j = {.n = 0};
  struct parties_result r;
  shares_new(&j.x, 2, 1);
  shares_new(&j.max, 2, 1);
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, max_body, &j, &r);
  assert_int_equal(j.err[0], SMPC_E_ARG);
  assert_int_equal(j.err[1], SMPC_E_ARG);
  shares_free(&j.x);
  shares_free(&j.max);
}

TEST_MAIN(T(the_largest_of_every_size), T(the_largest_in_every_place), T(equal_values_have_a_largest),
          T(nothing_has_no_largest))
