/* test_input.c - share/input.h: from computing and other owners, and constants. */
#include "support/test.h"

#include <stdlib.h>

#include "share/input.h"
#include "support/parties.h"
#include "support/stats.h"

static const size_t sizes[] = {0, 1, 63, 64, 65, 511, 512, 513, 1023, 1024, 1025, 7680, 7681, 65535, 65537};
enum { SIZES = sizeof sizes / sizeof *sizes };

struct job {
  unsigned owner, computing;
  size_t n;
  uint64_t *value;
  struct shares x; /* by rank */
};

static void job_new(struct job *j, unsigned owner, unsigned computing, size_t n) {
  uint64_t state = n;
  *j = (struct job){.owner = owner, .computing = computing, .n = n, .value = malloc(8 * n + 8)};
  for (size_t i = 0; i < n; i++) j->value[i] = test_random(&state);
  shares_new(&j->x, computing, n);
}
static void job_free(struct job *j) {
  shares_free(&j->x);
  free(j->value);
}

/* Members beyond the computing ones give input alone. */
static void input_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  int rank = smpi_rank(s);
  (void)smpi_input(s, rank < 0 ? NULL : j->x.of[rank], j->owner, me == j->owner ? j->value : NULL, j->n);
}

static void input_once(unsigned members, struct job *j) {
  const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  unsigned roles[SMPC_MAX_PARTIES];
  struct parties_result r;
  for (unsigned i = 0; i < members; i++) roles[i] = i < j->computing ? all : SMPC_INPUT;
  parties_run_ok(&(struct parties){.n = members, .roles = roles, .seed = j->n + 3}, input_body, j, &r);
  for (size_t i = 0; i < j->n; i++) assert_int_equal(shares_sum(&j->x, i), j->value[i]);
  struct smpi_cost c = {.parties = j->computing};
  smpi_input_cost(&c, j->owner < j->computing, j->n);
  assert_int_equal(r.spent[j->owner].rounds, c.rounds);
  assert_int_equal(r.spent[j->owner].bytes, c.bytes);
  for (unsigned i = 0; i < members; i++)
    if (i != j->owner) assert_int_equal(r.spent[i].bytes, 0);
}

static void any_owner_shares_any_size(void **state) {
  (void)state;
  for (size_t k = 0; k < SIZES; k++)
    for (unsigned computing = 2; computing <= 5; computing += computing == 3 ? 2 : 1) {
      struct job j;
      job_new(&j, (unsigned)k % (computing + 1), computing, sizes[k]); /* member `computing` only gives input */
      input_once(computing + 1, &j);
      job_free(&j);
    }
}

/* No share alone looks like the input, here always 0. */
static void each_share_is_uniform(void **state) {
  (void)state;
  for (unsigned owner = 0; owner < 3; owner += 2) {
    struct job j;
    job_new(&j, owner, 2, 8192);
    for (size_t i = 0; i < j.n; i++) j.value[i] = 0;
    input_once(3, &j);
    for (unsigned p = 0; p < 2; p++) {
      struct stats *st = calloc(1, sizeof *st);
      stats_add(st, (const uint8_t *)j.x.of[p], 8 * j.n);
      assert_true(stats_bytes_are_uniform(st));
      assert_true(stats_bits_are_balanced(st, NULL));
      free(st);
    }
    job_free(&j);
  }
}

/* Two inputs of one owner take different parts of the streams. */
struct twice { shr x[2][2][64]; };
static void twice_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct twice *t = ctx;
  const uint64_t zero[64] = {0};
  for (int k = 0; k < 2; k++) (void)smpi_input(s, t->x[me][k], 0, zero, 64);
}
static void masks_are_used_once(void **state) {
  (void)state;
  struct twice t;
  parties_run_ok(&(struct parties){.n = 2, .seed = 4}, twice_body, &t, NULL);
  for (int i = 0; i < 64; i++) assert_int_not_equal(t.x[1][0][i].v, t.x[1][1][i].v);
}

static void public_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  smpi_input_public(s, j->x.of[me], j->value, j->n);
}
static void constants_are_shared(void **state) {
  (void)state;
  struct job j;
  job_new(&j, 0, 3, 100);
  parties_run_ok(&(struct parties){.n = 3, .seed = 1}, public_body, &j, NULL);
  for (size_t i = 0; i < j.n; i++) assert_int_equal(shares_sum(&j.x, i), j.value[i]);
  job_free(&j);
}

TEST_MAIN(T(any_owner_shares_any_size), T(each_share_is_uniform), T(masks_are_used_once), T(constants_are_shared))
