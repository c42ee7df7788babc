/* test_session.c - session/session.c and agreement.c, on the simulated network. */
#include "support/test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/parties.h"

/* --- what a good session gives ------------------------------------------------- */

struct seen { uint8_t id[SMPC_MAX_PARTIES][32]; uint64_t pair[SMPC_MAX_PARTIES][SMPC_MAX_PARTIES], own[SMPC_MAX_PARTIES]; };

static void look(struct smpc_session *s, unsigned me, void *ctx) {
  struct seen *seen = ctx;
  smpi_session_id(s, seen->id[me]);
  smpi_prg_words(smpi_prg_own(s), &seen->own[me], 1);
  for (unsigned i = 0; i < s->cfg.parties; i++)
    if (i != me) smpi_prg_words(smpi_prg_pair(s, i), &seen->pair[me][i], 1);
}

static void all_have_one_id_and_pairs_one_stream(void **state) {
  (void)state;
  for (unsigned n = 2; n <= 5; n++) {
    struct seen seen = {0};
    parties_run_ok(&(struct parties){.n = n, .seed = n}, look, &seen, NULL);
    for (unsigned i = 0; i < n; i++) {
      assert_memory_equal(seen.id[i], seen.id[0], 32);
      for (unsigned j = 0; j < i; j++) {
        assert_int_equal(seen.pair[i][j], seen.pair[j][i]);
        assert_int_not_equal(seen.own[i], seen.own[j]);
        if (j > 0) assert_int_not_equal(seen.pair[i][j], seen.pair[i][j - 1]);
      }
    }
  }
}

static void ids_and_streams_are_fresh(void **state) {
  (void)state;
  struct seen a = {0}, b = {0};
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, look, &a, NULL);
  parties_run_ok(&(struct parties){.n = 2, .seed = 2}, look, &b, NULL);
  assert_memory_not_equal(a.id[0], b.id[0], 32);
  assert_int_not_equal(a.pair[0][1], b.pair[0][1]);
}

static void roles_give_ranks(struct smpc_session *s, unsigned me, void *ctx) {
  int *rank = ctx;
  rank[me] = smpi_rank(s);
  if (rank[me] >= 0 && smpi_member_of_rank(s, (unsigned)rank[me]) != me) rank[me] = 99;
}

static void only_computing_parties_have_ranks(void **state) {
  (void)state;
  static const unsigned roles[] = {SMPC_INPUT, SMPC_COMPUTE, SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE};
  int rank[4];
  parties_run_ok(&(struct parties){.n = 4, .roles = roles, .seed = 3}, roles_give_ranks, rank, NULL);
  assert_int_equal(rank[0], -1);
  assert_int_equal(rank[1], 0);
  assert_int_equal(rank[2], -1);
  assert_int_equal(rank[3], 1);
}

/* --- disagreement ---------------------------------------------------------------- */

static void never(struct smpc_session *s, unsigned me, void *ctx) {
  (void)s, (void)me;
  *(bool *)ctx = true;
}

static void other_question(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) cfg->question[0] ^= 1;
}
static void other_fraction(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) cfg->frac_bits = 16;
}
static void other_roles(smpc_config *cfg, unsigned me, void *ctx) {
  (void)ctx;
  if (me == 1) cfg->member[0].roles = SMPC_COMPUTE;
}

static void expect_refusal(void (*configure)(smpc_config *, unsigned, void *), const char *word) {
  struct parties_result r;
  bool ran = false;
  parties_run(&(struct parties){.n = 2, .seed = 4, .configure = configure}, never, &ran, &r);
  for (unsigned i = 0; i < 2; i++) {
    assert_true(r.open[i] == SMPC_E_PARAM || r.open[i] == SMPC_E_PEER);
    if (strstr(r.fault[i].text, word) == NULL) fail_msg("party %u says \"%s\", not \"%s\"", i, r.fault[i].text, word);
  }
  assert_false(ran);
}

static void differences_are_named_at_both_ends(void **state) {
  (void)state;
  expect_refusal(other_question, "question");
  expect_refusal(other_fraction, "parameters");
  expect_refusal(other_roles, "parameters");
}

static void other_program(struct smpc_session *s, unsigned me, void *ctx) {
  (void)ctx;
  uint64_t x = me, y;
  struct smpi_flow f = {.peer = 1 - me, .out_len = 8, .in_len = 8, .out = &x, .in = &y};
  smpi_step(s, "smpc_mul");
  smpi_absorb_u64(s, me); /* say, a different constant */
  (void)smpi_exchange(s, &f, 1);
}

static void different_programs_are_found_out(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .seed = 5}, other_program, NULL, &r);
  assert_int_equal(r.close[0], SMPC_E_DESYNC);
  assert_int_equal(r.close[1], SMPC_E_DESYNC);
}

static void late_difference(struct smpc_session *s, unsigned me, void *ctx) {
  (void)ctx;
  smpi_step(s, me == 2 ? "smpc_add" : "smpc_sub"); /* no frame follows but the closing's */
}

static void closing_compares_too(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 3, .seed = 6}, late_difference, NULL, &r);
  for (unsigned i = 0; i < 3; i++) assert_true(r.close[i] == SMPC_E_DESYNC || r.close[i] == SMPC_E_PEER);
  assert_true(r.close[2] == SMPC_E_DESYNC);
}

/* --- failure ------------------------------------------------------------------------ */

static void one_fails(struct smpc_session *s, unsigned me, void *ctx) {
  (void)ctx;
  uint64_t x = 0, y = 0;
  struct smpi_flow f = {.peer = 1 - me, .out_len = 8, .in_len = 8, .out = &x, .in = &y};
  if (me == 0) smpi_fail(s, SMPC_E_NOMEM, 0, "a made-up lack of memory");
  smpc_err first = smpi_exchange(s, &f, 1), second = smpi_exchange(s, &f, 1);
  if (first == SMPC_OK || first != second) smpi_fail(s, SMPC_E_BUG, -1, "errors must stick");
}

static void the_first_failure_sticks_and_peers_are_told(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .seed = 7}, one_fails, NULL, &r);
  assert_int_equal(r.close[0], SMPC_E_NOMEM);
  assert_string_equal(r.fault[0].text, "a made-up lack of memory");
  assert_int_equal(r.close[1], SMPC_E_PEER);
  assert_int_equal(r.fault[1].party, 0);
}

static void cancel_now(struct smpc_session *s, unsigned me, void *ctx) {
  (void)ctx;
  uint64_t x = 0, y = 0;
  struct smpi_flow f = {.peer = 1 - me, .out_len = 8, .in_len = 8, .out = &x, .in = &y};
  if (me == 0) smpi_session_cancel(s);
  (void)smpi_exchange(s, &f, 1);
}

static void canceling_ends_the_session(void **state) {
  (void)state;
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .seed = 8}, cancel_now, NULL, &r);
  assert_int_equal(r.close[0], SMPC_E_CANCELED);
  assert_int_not_equal(r.close[1], SMPC_OK);
}

static void the_seed_decides_everything(void **state) {
  (void)state;
  struct seen a = {0}, b = {0};
  parties_run_ok(&(struct parties){.n = 3, .seed = 9}, look, &a, NULL);
  parties_run_ok(&(struct parties){.n = 3, .seed = 9}, look, &b, NULL);
  assert_memory_equal(&a.pair, &b.pair, sizeof a.pair); /* the clock is in no key */
}

TEST_MAIN(T(all_have_one_id_and_pairs_one_stream), T(ids_and_streams_are_fresh), T(only_computing_parties_have_ranks),
          T(differences_are_named_at_both_ends), T(different_programs_are_found_out), T(closing_compares_too),
          T(the_first_failure_sticks_and_peers_are_told), T(canceling_ends_the_session), T(the_seed_decides_everything))
