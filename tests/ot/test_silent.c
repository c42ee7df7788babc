/* test_silent.c - ot/silent.h: the relation of correlated transfers at boundary sizes, among two and
 * three parties, both ways at once; what it costs; that bits and strings look random. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "ot/silent.h"
#include "support/parties.h"
#include "support/stats.h"

enum { MOST = 3 };

struct job {
  unsigned parties;
  size_t n[MOST][MOST]; /* from sender to receiver */
  blk delta[MOST][MOST], *q[MOST][MOST], *t[MOST][MOST];
  uint64_t *b[MOST][MOST], bytes[MOST];
  smpc_err err[MOST];
};

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_silent *v;
  struct smpi_cot_job job[MOST];
  size_t jobs = 0;
  if ((j->err[me] = smpi_silent_open(&v, s, SMPI_COT_FOR_TRIPLES, NULL)) != SMPC_OK) return;
  for (unsigned r = 0; r < j->parties; r++) {
    if (r == me) continue;
    j->delta[me][r] = *smpi_silent_delta(v, r);
    job[jobs++] = (struct smpi_cot_job){.rank = r, .n_send = j->n[me][r], .n_receive = j->n[r][me],
                                        .q = j->q[me][r], .t = j->t[r][me], .b = j->b[r][me]};
  }
  uint64_t before = smpi_spent(s).bytes;
  j->err[me] = smpi_silent_extend(v, s, job, jobs);
  j->bytes[me] = smpi_spent(s).bytes - before;
  smpi_silent_close(v);
}

static void *untouched(size_t len) {
  void *p = malloc(len + 64);
  assert_non_null(p);
  memset(p, 0xaa, len + 64);
  return p;
}

static void begin(struct job *j) {
  for (unsigned s = 0; s < j->parties; s++)
    for (unsigned r = 0; r < j->parties; r++) {
      size_t n = j->n[s][r];
      j->q[s][r] = untouched(n * sizeof(blk));
      j->t[s][r] = untouched(n * sizeof(blk));
      j->b[s][r] = untouched((n + 63) / 64 * 8);
    }
}

static void end(struct job *j) {
  for (unsigned s = 0; s < j->parties; s++)
    for (unsigned r = 0; r < j->parties; r++) free(j->q[s][r]), free(j->t[s][r]), free(j->b[s][r]);
}

static void check_pair(const struct job *j, unsigned s, unsigned r) {
  size_t n = j->n[s][r];
  const blk *q = j->q[s][r], *t = j->t[s][r];
  const uint64_t *b = j->b[s][r];
  for (size_t i = 0; i < n; i++) {
    blk want = smpi_blk_xor(q[i], smpi_blk_if(b[i / 64] >> i % 64 & 1, j->delta[s][r]));
    if (memcmp(&want, &t[i], sizeof want) != 0) fail_msg("%u to %u: transfer %zu of %zu", s, r, i, n);
  }
  if (n % 64 != 0) assert_int_equal(b[n / 64] >> n % 64, 0);
  assert_int_equal(*(const uint8_t *)(q + n), 0xaa);
  assert_int_equal(*(const uint8_t *)(t + n), 0xaa);
  assert_int_equal(*(const uint8_t *)(b + (n + 63) / 64), 0xaa);
}

static void check(struct job *j) {
  uint64_t want[MOST] = {0};
  begin(j);
  parties_run_ok(&(struct parties){.n = j->parties, .seed = 7 + j->n[0][1]}, body, j, NULL);
  for (unsigned s = 0; s < j->parties; s++)
    for (unsigned r = 0; r < j->parties; r++) {
      uint64_t sender, receiver;
      if (s == r) continue;
      smpi_silent_bytes(&sender, &receiver, j->n[s][r]);
      want[s] += sender;
      want[r] += receiver;
      check_pair(j, s, r);
    }
  for (unsigned i = 0; i < j->parties; i++) {
    assert_int_equal(j->err[i], SMPC_OK);
    assert_int_equal(j->bytes[i], want[i]);
  }
}

static void every_size(void **state) {
  (void)state;
  static const size_t n[] = {0, 1, 127, 128, 129, 1023, 1024, 1025, 65535, 65537};
  for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
    struct job j = {.parties = 2, .n = {{0, n[i]}, {i % 2 ? n[i] : 0, 0}}};
    check(&j);
    end(&j);
  }
}

static void three_parties(void **state) {
  (void)state;
  struct job j = {.parties = 3, .n = {{0, 100, 200}, {300, 0, 64}, {0, 65, 0}}};
  check(&j);
  end(&j);
}

/* More than one run's worth, and what it looks like. */
static void a_million_and_more(void **state) {
  (void)state;
  static struct stats st;
  struct job j = {.parties = 2, .n = {{0, SMPI_SILENT_RUN + 1}}};
  check(&j);
  const size_t words = SMPI_SILENT_RUN / 64;
  const void *column[] = {j.b[0][1], j.q[0][1], j.t[0][1]};
  for (unsigned c = 0; c < 3; c++) {
    memset(&st, 0, sizeof st);
    stats_add(&st, column[c], c == 0 ? words * 8 : SMPI_SILENT_RUN * sizeof(blk));
    assert_true(stats_bytes_are_uniform(&st));
    assert_true(stats_bits_are_balanced(&st, NULL));
  }
  end(&j);
}

/* The figures of silent.h. */
static void the_price_is_the_stated_one(void **state) {
  (void)state;
  uint64_t sender, receiver;
  smpi_silent_bytes(&sender, &receiver, SMPI_SILENT_RUN);
  assert_in_range(sender + receiver, 400000, 450000);
  assert_true(10 * (sender + receiver) < (uint64_t)31 * SMPI_SILENT_RUN / 8 * 11 / 10);
  smpi_silent_bytes(&sender, &receiver, 1);
  assert_in_range(sender + receiver, 120000, 150000);
}

static void misuse(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_silent *v;
  blk q[1];
  const struct smpi_cot_job to_myself = {.rank = me, .n_send = 1, .q = q}, nowhere = {.rank = 1 - me, .n_send = 1};
  if (smpi_silent_open(&v, s, SMPI_COT_FOR_TRIPLES, NULL) != SMPC_OK) return;
  ((smpc_err *)ctx)[me] = smpi_silent_extend(v, s, me == 0 ? &to_myself : &nowhere, 1);
  smpi_silent_close(v);
}

static void misuse_is_refused(void **state) {
  (void)state;
  smpc_err err[2] = {SMPC_OK, SMPC_OK};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .seed = 3}, misuse, err, &r);
  for (unsigned i = 0; i < 2; i++) assert_int_not_equal(err[i], SMPC_OK);
  assert_true(err[0] == SMPC_E_ARG || err[1] == SMPC_E_ARG);
}

TEST_MAIN(T(every_size), T(three_parties), T(a_million_and_more), T(the_price_is_the_stated_one), T(misuse_is_refused))
