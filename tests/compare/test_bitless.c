/* test_bitless.c - compare/bitless.h: the plans, and public against shared numbers
 * of every width. */
#include "support/test.h"

#include <string.h>

#include "compare/bitless.h"
#include "math/bits.h"
#include "support/parties.h"
#include "triple/triple.h"

/* --- the plans, in the clear --------------------------------------------------- */

struct run { unsigned from, to; bool has_p; }; /* the bits a node stands for */

/* Each combination joins a run with the run just below it; singles only where
 * nothing lies below, and never a p that is not there. */
static void follow(unsigned k, enum smpi_borrow which, struct run node[64]) {
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  unsigned levels = smpi_bitless_plan(level, k, which);
  assert_true(k == 1 ? levels == 0 : 1u << (levels - 1) < k && k <= 1u << levels);
  for (unsigned i = 0; i < k; i++) node[i] = (struct run){i, i, true};
  for (unsigned l = 0; l < levels; l++) {
    uint64_t written = 0;
    for (unsigned i = 0; i < level[l].singles + level[l].pairs; i++) {
      struct run *hi = &node[level[l].hi[i]], *lo = &node[level[l].lo[i]];
      assert_true(level[l].hi[i] < k && level[l].lo[i] < k);
      assert_int_equal(hi->from, lo->to + 1);
      assert_true(hi->has_p);
      assert_false(written >> level[l].lo[i] & 1 || written >> level[l].hi[i] & 1);
      if (i < level[l].singles) assert_int_equal(lo->from, 0);
      else assert_true(lo->has_p && lo->from > 0);
      *hi = (struct run){lo->from, hi->to, i >= level[l].singles};
      written |= UINT64_C(1) << level[l].hi[i];
    }
  }
}

static void plans_cover_every_width(void **state) {
  (void)state;
  for (unsigned k = 1; k <= 64; k++) {
    struct run node[64];
    follow(k, SMPI_BORROW_TOP, node);
    assert_int_equal(node[k - 1].from, 0);
    assert_int_equal(node[k - 1].to, k - 1);
    follow(k, SMPI_BORROW_ALL, node);
    for (unsigned i = 0; i < k; i++) {
      assert_int_equal(node[i].from, 0);
      assert_int_equal(node[i].to, i);
    }
  }
}

static void plans_have_the_stated_size(void **state) {
  (void)state;
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  unsigned singles = 0, pairs = 0, levels = smpi_bitless_plan(level, 63, SMPI_BORROW_TOP);
  for (unsigned l = 0; l < levels; l++) singles += level[l].singles, pairs += level[l].pairs;
  assert_int_equal(singles, 6);
  assert_int_equal(pairs, 56);
  levels = smpi_bitless_plan(level, 63, SMPI_BORROW_ALL);
  singles = pairs = 0;
  for (unsigned l = 0; l < levels; l++) singles += level[l].singles, pairs += level[l].pairs;
  assert_int_equal(singles, 62);
  assert_int_equal(pairs, 124);
}

static void strides_leave_room_and_differ_from_pages(void **state) {
  (void)state;
  for (size_t m = 1; m < 5000; m++) {
    size_t stride = smpi_bitless_stride(m);
    assert_true(stride >= m && stride <= m + m / 4 + 1);
    if (m >= 64) assert_int_not_equal(stride * 8 % 128, 0);
  }
}

/* --- public against shared -------------------------------------------------------- */

enum { N = 200, M = (N + 63) / 64 };

struct job {
  unsigned k;
  pub c[N];
  uint64_t r[N];
  struct shares rows, less;
};

static void less_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  uint64_t *row[64];
  for (unsigned i = 0; i < 64; i++) row[i] = (uint64_t *)(void *)(j->rows.of[me] + i * M);
  (void)smpi_bitless(s, j->less.of[me], j->c, row, j->k, N);
}

static void fill(struct job *j) {
  uint64_t seed = j->k, rows[64 * M];
  const uint64_t mask = j->k == 64 ? ~UINT64_C(0) : (UINT64_C(1) << j->k) - 1;
  for (size_t i = 0; i < N; i++) {
    j->c[i].v = test_random(&seed);
    j->r[i] = i % 4 == 0 ? j->c[i].v : i % 4 == 1 ? j->c[i].v + 1 : i % 4 == 2 ? j->c[i].v - 1 : test_random(&seed);
    if (i == 5) j->c[i].v = 0, j->r[i] = mask;
    if (i == 6) j->c[i].v = mask, j->r[i] = 0;
  }
  smpi_bits_slice(rows, M, j->r, N);
  shares_split(&j->rows, rows, true, j->k);
}

static void compare(unsigned parties, unsigned k) {
  struct job j = {.k = k};
  struct parties_result r;
  const uint64_t mask = k == 64 ? ~UINT64_C(0) : (UINT64_C(1) << k) - 1;
  shares_new(&j.rows, parties, 64 * M);
  shares_new(&j.less, parties, M);
  fill(&j);
  parties_run_ok(&(struct parties){.n = parties, .dealer = true, .seed = k}, less_body, &j, &r);
  for (size_t i = 0; i < N; i++)
    assert_int_equal(shares_xor(&j.less, i / 64) >> i % 64 & 1, (j.c[i].v & mask) < (j.r[i] & mask));
  struct smpi_cost c = {.parties = parties};
  smpi_bitless_cost(&c, k, N);
  assert_int_equal(r.spent[0].rounds, c.rounds);
  assert_int_equal(r.spent[0].bytes, c.bytes);
  shares_free(&j.rows);
  shares_free(&j.less);
}

static void numbers_of_every_width(void **state) {
  (void)state;
  for (unsigned k = 1; k <= 64; k++) compare(k % 8 == 0 ? 3 : 2, k);
}

TEST_MAIN(T(plans_cover_every_width), T(plans_have_the_stated_size), T(strides_leave_room_and_differ_from_pages),
          T(numbers_of_every_width))
