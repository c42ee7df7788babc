/* elementwise.h - run one elementwise operation of protocols/compare at n parties
 * and a dealer, and hold its results, its cost and what it sends against what
 * they should be. */
#ifndef ELEMENTWISE_H
#define ELEMENTWISE_H

#include <stdlib.h>
#include <string.h>

#include "session/session.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"
#include "support/test.h"

struct elementwise {
  smpc_err (*op)(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
  void (*cost)(struct smpi_cost *c, size_t n);
  uint64_t (*want)(uint64_t x, uint64_t y);
};

struct elementwise_run {
  const struct elementwise *e;
  size_t n;
  smpc_source source; /* 0: the dealer */
  struct shares x, y, z;
  smpc_err err[SMPC_MAX_PARTIES];
};

static inline void elementwise_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct elementwise_run *r = ctx;
  r->err[me] = r->e->op(s, r->z.of[me], r->x.of[me], r->y.of[me], r->n);
}

static inline void elementwise_new(struct elementwise_run *r, const struct elementwise *e, unsigned parties,
                                   const uint64_t *x, const uint64_t *y, size_t n) {
  *r = (struct elementwise_run){.e = e, .n = n};
  shares_new(&r->x, parties, n);
  shares_new(&r->y, parties, n);
  shares_new(&r->z, parties, n);
  shares_split(&r->x, x, false, n + 1);
  shares_split(&r->y, y, false, n + 2);
}

static inline void elementwise_free(struct elementwise_run *r) {
  shares_free(&r->x);
  shares_free(&r->y);
  shares_free(&r->z);
}

/* The busiest party's counters are what the cost function says, exactly. */
static inline void elementwise_assert_cost(const struct elementwise_run *r, const struct parties_result *res) {
  struct smpi_cost c = {.parties = r->x.parties, .source = r->source};
  uint64_t most = 0;
  r->e->cost(&c, r->n);
  for (unsigned i = 0; i < r->x.parties; i++) {
    assert_int_equal(res->spent[i].rounds, c.rounds);
    for (size_t k = 0; k < sizeof c.corr / sizeof *c.corr; k++) assert_int_equal(res->spent[i].corr[k], c.corr[k]);
    if (res->spent[i].bytes > most) most = res->spent[i].bytes;
  }
  assert_int_equal(most, c.bytes);
}

static inline void elementwise_check(const struct elementwise *e, unsigned parties, const uint64_t *x,
                                     const uint64_t *y, size_t n) {
  struct elementwise_run r;
  struct parties_result res;
  elementwise_new(&r, e, parties, x, y, n);
  parties_run_ok(&(struct parties){.n = parties, .dealer = true, .seed = n + parties}, elementwise_body, &r, &res);
  for (size_t i = 0; i < n; i++)
    if (shares_sum(&r.z, i) != e->want(x[i], y[i]))
      fail_msg("%u parties, element %zu of %zu: %llx and %llx give %llx", parties, i, n, (unsigned long long)x[i],
               (unsigned long long)y[i], (unsigned long long)shares_sum(&r.z, i));
  elementwise_assert_cost(&r, &res);
  elementwise_free(&r);
}

/* Every pair of the boundary values that `fits` allows, at 2, 3 and 5 parties. */
static inline void elementwise_boundaries(const struct elementwise *e, int (*fits)(uint64_t x, uint64_t y)) {
  const uint64_t one = 1;
  const uint64_t edge[] = {0, 1, 2, one << 31, one << 32, (one << 62) - 1, one << 62, (one << 62) + 1, (one << 63) - 1,
                           one << 63, (one << 63) + 1, -(one << 62), -(one << 32), -one - 1, -one};
  enum { EDGES = sizeof edge / sizeof *edge };
  uint64_t x[EDGES * EDGES], y[EDGES * EDGES];
  size_t n = 0;
  for (unsigned i = 0; i < EDGES; i++)
    for (unsigned j = 0; j < EDGES; j++)
      if (fits == NULL || fits(edge[i], edge[j])) {
        x[n] = edge[i];
        y[n++] = edge[j];
      }
  assert_true(n > EDGES);
  elementwise_check(e, 2, x, y, n);
  elementwise_check(e, 3, x, y, n);
  elementwise_check(e, 5, x, y, n);
}

/* Sizes around the edges of words and blocks; neighbours, equals and strangers. */
static inline void elementwise_sizes(const struct elementwise *e) {
  const size_t sizes[] = {0, 1, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 8193, 65535, 65537};
  uint64_t state = 1, *x = malloc(8 * 65537), *y = malloc(8 * 65537);
  for (size_t i = 0; i < 65537; i++) {
    x[i] = (uint64_t)((int64_t)test_random(&state) >> 2);
    y[i] = i % 3 == 0 ? x[i] + i % 5 - 2 : (uint64_t)((int64_t)test_random(&state) >> 2);
  }
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    elementwise_check(e, 2, x, y, sizes[k]);
    elementwise_check(e, k % 2 ? 3 : 5, x, y, sizes[k]);
  }
  free(x);
  free(y);
}

/* --- what is sent ------------------------------------------------------------------ */

enum { ELEMENTWISE_WIRE = 1 << 20 };
struct elementwise_wire {
  uint8_t sent[2][ELEMENTWISE_WIRE]; /* by party 0 to party 1, and back, in the operation */
  size_t len[2];
};
static inline void elementwise_see(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data,
                                   size_t len) {
  struct elementwise_wire *w = user;
  (void)off;
  if (from + to != 1) return; /* the dealer is apart */
  assert_true(w->len[from] + len <= ELEMENTWISE_WIRE);
  memcpy(w->sent[from] + w->len[from], data, len);
  w->len[from] += len;
}

static inline void elementwise_assert_uniform(const void *data, size_t len) {
  struct stats *st = calloc(1, sizeof *st);
  stats_add(st, data, len);
  assert_true(stats_bytes_are_uniform(st));
  assert_true(stats_bits_are_balanced(st, NULL));
  free(st);
}

enum { ELEMENTWISE_CLOSE = 32 }; /* closing the session compares a hash, after the operation */

/* For zeroes at two parties: what each sends is uniform, and so is what is opened,
 * `summed` words by sum and the others by xor. */
static inline void elementwise_uniform(const struct elementwise *e, size_t n, size_t summed) {
  uint64_t *zeroes = calloc(n, 8), a, b;
  struct elementwise_wire *w = calloc(1, sizeof *w);
  struct elementwise_run r;
  struct smpi_cost c = {.parties = 2};
  e->cost(&c, n);
  elementwise_new(&r, e, 2, zeroes, zeroes, n);
  tap_set(elementwise_see, w);
  parties_run_ok(&(struct parties){.n = 2, .dealer = true, .seed = 3}, elementwise_body, &r, NULL);
  tap_set(NULL, NULL);
  const uint8_t *mine = w->sent[0] + w->len[0] - ELEMENTWISE_CLOSE - c.bytes;
  const uint8_t *theirs = w->sent[1] + w->len[1] - ELEMENTWISE_CLOSE - c.bytes;
  uint64_t *opened = malloc(c.bytes);
  assert_memory_equal(mine + c.bytes, theirs + c.bytes, ELEMENTWISE_CLOSE);
  for (size_t i = 0; i < c.bytes / 8; i++) {
    memcpy(&a, mine + 8 * i, 8);
    memcpy(&b, theirs + 8 * i, 8);
    opened[i] = i < summed ? a + b : a ^ b;
  }
  elementwise_assert_uniform(mine, c.bytes);
  elementwise_assert_uniform(theirs, c.bytes);
  elementwise_assert_uniform(opened, 8 * summed);
  elementwise_assert_uniform(opened + summed, c.bytes - 8 * summed);
  elementwise_free(&r);
  free(opened);
  free(w);
  free(zeroes);
}

/* A lost peer: no result, nothing of it left behind. */
static inline void elementwise_lost_peer(const struct elementwise *e) {
  enum { N = 300 };
  static const uint64_t ones[N] = {1, 1, 1};
  for (uint64_t at = 3; at < 40; at += 6) {
    const struct smpi_sim_fault crash = {.what = SMPI_SIM_CRASH, .where = SMPI_SIM_AT_SEND, .from = 0, .at = at};
    struct elementwise_run r;
    struct parties_result res;
    elementwise_new(&r, e, 2, ones, ones, N);
    const struct parties p = {.n = 2, .dealer = true, .seed = at, .timeout_ms = 1000, .fault = &crash, .n_faults = 1};
    parties_run(&p, elementwise_body, &r, &res);
    if (res.open[1] == SMPC_OK && r.err[1] != SMPC_OK)
      for (size_t i = 0; i < N; i++) assert_int_equal(r.z.of[1][i].v, 0);
    elementwise_free(&r);
  }
}

#endif
