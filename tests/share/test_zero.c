/* test_zero.c - share/zero.h: sharings of zero are zero, fresh, and uniform. */
#include "support/test.h"

#include <stdlib.h>

#include "share/zero.h"
#include "support/parties.h"
#include "support/stats.h"

enum { N = 5000 };

struct job {
  enum smpi_join join;
  struct shares first, second, again;
};

static void zero_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_zero *z;
  (void)smpi_zero_refresh(s, j->first.of[me], N, j->join);
  if (smpi_zero_open(s, &z) != SMPC_OK) return;
  smpi_zero_join(z, j->second.of[me], 0, N, j->join);
  for (size_t i = N; i > 0; i -= 8) smpi_zero_join(z, j->again.of[me] + i - 8, i - 8, 8, j->join); /* backwards */
  smpi_zero_close(z);
}

static void job_run(struct job *j, unsigned parties, enum smpi_join join) {
  j->join = join;
  shares_new(&j->first, parties, N);
  shares_new(&j->second, parties, N);
  shares_new(&j->again, parties, N);
  struct parties_result r;
  parties_run_ok(&(struct parties){.n = parties, .seed = parties}, zero_body, j, &r);
  for (unsigned i = 0; i < parties; i++) assert_int_equal(r.spent[i].bytes + r.spent[i].rounds, 0);
}

static void job_free(struct job *j) {
  shares_free(&j->first);
  shares_free(&j->second);
  shares_free(&j->again);
}

static void assert_zero(const struct shares *sh, enum smpi_join join) {
  for (size_t i = 0; i < N; i++) assert_int_equal(join == SMPI_SUM ? shares_sum(sh, i) : shares_xor(sh, i), 0);
}

static void assert_uniform(const struct shares *sh) {
  for (unsigned p = 0; p < sh->parties; p++) {
    struct stats *st = calloc(1, sizeof *st);
    stats_add(st, (const uint8_t *)sh->of[p], 8 * N);
    assert_true(stats_bytes_are_uniform(st));
    assert_true(stats_bits_are_balanced(st, NULL));
    free(st);
  }
}

static void shares_join_to_zero_and_are_uniform(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 5; parties++)
    for (int join = SMPI_SUM; join <= SMPI_XOR; join++) {
      struct job j;
      job_run(&j, parties, (enum smpi_join)join);
      assert_zero(&j.first, j.join);
      assert_zero(&j.second, j.join);
      assert_uniform(&j.first);
      for (size_t i = 0; i < N; i++) {
        assert_int_not_equal(j.first.of[0][i].v, j.second.of[0][i].v); /* fresh        */
        assert_int_equal(j.again.of[0][i].v, j.second.of[0][i].v);     /* the same again */
      }
      job_free(&j);
    }
}

static void outsider_body(struct smpc_session *s, unsigned me, void *ctx) {
  shr x = {0};
  if (me == 2) *(smpc_err *)ctx = smpi_zero_refresh(s, &x, 1, SMPI_SUM);
}
static void only_computing_parties_share_zeroes(void **state) {
  (void)state;
  const unsigned both = SMPC_INPUT | SMPC_COMPUTE, roles[3] = {both, both, SMPC_INPUT};
  struct parties_result r;
  smpc_err err = SMPC_OK;
  parties_run(&(struct parties){.n = 3, .roles = roles, .seed = 1}, outsider_body, &err, &r);
  assert_int_equal(err, SMPC_E_STATE);
}

TEST_MAIN(T(shares_join_to_zero_and_are_uniform), T(only_computing_parties_share_zeroes))
