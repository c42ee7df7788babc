/* test_release.c - share/release.h: to whom a result goes, and that only fresh
 * shares leave. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "share/release.h"
#include "support/parties.h"
#include "support/tap.h"

struct job {
  size_t n;
  smpc_who to;
  unsigned computing;
  struct shares x;
  uint64_t *out[SMPC_MAX_PARTIES];
};

static void release_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  int rank = smpi_rank(s);
  (void)smpi_release(s, j->out[me], rank < 0 ? NULL : j->x.of[rank], j->n, j->to);
}

static uint64_t clear(size_t i) { return i * i + 17; }

static void job_new(struct job *j, unsigned computing, size_t n, uint64_t to) {
  uint64_t *v = malloc(8 * n + 8);
  *j = (struct job){.n = n, .to = {to}, .computing = computing};
  for (size_t i = 0; i < n; i++) v[i] = clear(i);
  shares_new(&j->x, computing, n);
  shares_split(&j->x, v, false, 1);
  free(v);
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    j->out[i] = malloc(8 * n + 8);
    memset(j->out[i], 0x77, 8 * n + 8);
  }
}

static void job_free(struct job *j) {
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) free(j->out[i]);
  shares_free(&j->x);
}

/* Members beyond the computing ones only receive. */
static void run_job(struct job *j, unsigned members, struct parties_result *r) {
  const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  unsigned roles[SMPC_MAX_PARTIES];
  for (unsigned i = 0; i < members; i++) roles[i] = i < j->computing ? all : SMPC_RESULT;
  parties_run_ok(&(struct parties){.n = members, .roles = roles, .seed = j->n + j->to.bits}, release_body, j, r);
}

static void assert_received(const struct job *j, unsigned members) {
  for (unsigned m = 0; m < members; m++)
    for (size_t i = 0; i < j->n; i++)
      assert_int_equal(j->out[m][i], j->to.bits >> m & 1 ? clear(i) : UINT64_C(0x7777777777777777));
}

static void assert_cost(const struct job *j, unsigned members, const struct parties_result *r) {
  struct smpi_cost c = {.parties = j->computing};
  unsigned recipients = 0, computing = 0;
  for (unsigned m = 0; m < members; m++) {
    recipients += j->to.bits >> m & 1;
    computing += j->to.bits >> m & (m < j->computing);
  }
  smpi_release_cost(&c, j->n, recipients, computing);
  uint64_t most = 0, rounds = 0;
  for (unsigned m = 0; m < members; m++) {
    if (r->spent[m].bytes > most) most = r->spent[m].bytes;
    if (r->spent[m].rounds > rounds) rounds = r->spent[m].rounds;
  }
  assert_int_equal(most, c.bytes);
  assert_int_equal(rounds, c.rounds);
}

/* Every set of recipients among three computing parties and one outside. */
static void every_set_of_recipients(void **state) {
  (void)state;
  for (uint64_t to = 1; to < 16; to++)
    for (unsigned k = 0; k < 2; k++) {
      struct parties_result r;
      struct job j;
      job_new(&j, 3, k ? 20000 : 5, to);
      run_job(&j, 4, &r);
      assert_received(&j, 4);
      assert_cost(&j, 4, &r);
      job_free(&j);
    }
}

static void every_size(void **state) {
  (void)state;
  const size_t sizes[] = {0, 1, 63, 64, 65, 1023, 1024, 1025, 8192, 8193, 65537};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    for (unsigned computing = 2; computing <= 3; computing++) {
      struct parties_result r;
      struct job j;
      job_new(&j, computing, sizes[k], k % 2 ? 3 : 1);
      run_job(&j, computing, &r);
      assert_received(&j, computing);
      assert_cost(&j, computing, &r);
      job_free(&j);
    }
}

/* --- only fresh shares leave --------------------------------------------------------- */

struct seen { const struct job *j; unsigned alike; };
static void look(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)to;
  for (size_t i = 0; i + 8 <= len && (off + i) / 8 < seen->j->n; i += 8)
    seen->alike += memcmp(data + i, &seen->j->x.of[from][(off + i) / 8], 8) == 0;
}
static void shares_are_refreshed_before_they_leave(void **state) {
  (void)state;
  struct parties_result r;
  for (uint64_t to = 1; to < 4; to++) {
    struct job j;
    job_new(&j, 2, 500, to);
    struct seen seen = {&j, 0};
    tap_set(look, &seen);
    run_job(&j, 2, &r);
    tap_set(NULL, NULL);
    assert_received(&j, 2);
    assert_int_equal(seen.alike, 0);
    job_free(&j);
  }
}

static void nobody_is_refused(void **state) {
  (void)state;
  const unsigned all = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT, roles[2] = {all, all};
  struct parties_result r;
  struct job j;
  job_new(&j, 2, 5, 0);
  parties_run(&(struct parties){.n = 2, .roles = roles, .seed = 1}, release_body, &j, &r);
  assert_int_equal(r.fault[0].code, SMPC_E_ARG);
  job_free(&j);
}

TEST_MAIN(T(every_set_of_recipients), T(every_size), T(shares_are_refreshed_before_they_leave), T(nobody_is_refused))
