/* test_cot.c - correlated transfers, semi-honest and malicious, when everybody is honest:
 * the relation at every boundary size, the costs the header states, and what the strings look like. */
#include "ot_run.h"

#include <stdlib.h>
#include <string.h>

#include "support/stats.h"
#include "support/tap.h"

static const size_t sizes[] = {0, 1, 127, 128, 129, 1023, 1024, 1025, 65535, 65536, 65537};
enum { SIZES = sizeof sizes / sizeof *sizes, LARGE = 1 << 20 };

static void two(unsigned k, bool is_active, size_t there, size_t back) {
  struct ot_run o = {.parties = 2, .k = k, .is_active = is_active, .n = {{0, there}, {back, 0}}};
  ot_run(&o);
  assert_int_equal(ot_run_wrong(&o), 0);
  ot_run_end(&o);
}

static void every_size(void **state) {
  (void)state;
  for (size_t i = 0; i < SIZES; i++) two(4, false, sizes[i], sizes[SIZES - 1 - i]);
}
static void every_size_checked(void **state) {
  (void)state;
  for (size_t i = 0; i < SIZES; i++) two(4, true, sizes[i], sizes[SIZES - 1 - i]);
}

static void every_k(void **state) {
  (void)state;
  for (unsigned k = 1; k <= 8; k *= 2) {
    two(k, false, 3000, 1000);
    two(k, true, 3000, 1000);
  }
}

/* More than one batch waits for its coin. */
static void a_million(void **state) {
  (void)state;
  two(2, false, LARGE, 1);
  two(2, true, LARGE, 1);
  two(4, true, 3 * (1 << 18) + 1, (1 << 18) - 1);
}

static void three_parties_and_again(void **state) {
  (void)state;
  for (unsigned active = 0; active < 2; active++) {
    struct ot_run o = {.parties = 3, .k = 4, .is_active = active, .repeat = 3,
                       .n = {{0, 1500, 2500}, {100, 0, 0}, {4096, 1, 0}}};
    ot_run(&o);
    assert_int_equal(ot_run_wrong(&o), 0);
    ot_run_end(&o);
  }
}

static void through_callbacks(void **state) {
  (void)state;
  struct ot_run o = {.parties = 2, .k = 4, .repeat = 2, .by_callback = true, .n = {{0, 70000}, {5, 0}}};
  ot_run(&o);
  assert_int_equal(ot_run_wrong(&o), 0);
  assert_int_equal(o.first[0][1], 69 * SMPI_COT_BLOCK); /* the first extension took 69 blocks */
  assert_int_equal(o.first[1][0], SMPI_COT_BLOCK);
  ot_run_end(&o);
}

static void the_header_states_the_cost(void **state) {
  (void)state;
  for (unsigned k = 1; k <= 8; k *= 2) {
    struct ot_run o = {.parties = 2, .k = k, .n = {{0, 5000}, {0, 0}}};
    ot_run(&o);
    assert_int_equal(o.rounds_open[0], k == 1 ? 1 : 2);
    assert_int_equal(o.bytes_open[0], 4096 + 32 + 32 * (128 - 128 / k));
    assert_int_equal(o.rounds[0], 1);
    assert_int_equal(o.bytes[0], 0);
    assert_int_equal(o.bytes[1], 5 * 128 * (128 / k - 1));
    assert_int_equal(o.bytes[1], smpi_cot_message_len(k, 5000));
    ot_run_end(&o);
  }
  struct ot_run o = {.parties = 2, .k = 4, .is_active = true, .n = {{0, 5000}, {0, 0}}};
  ot_run(&o);
  assert_int_equal(o.bytes_open[0], 8192 + 32 + 32 * (128 - 32) + 32 * 32 + 32);
  assert_int_equal(o.rounds[0], 3);
  assert_int_equal(o.bytes[0], 32);
  assert_int_equal(o.bytes[1], 6 * 128 * 31 + 1032);
  ot_run_end(&o);
}

/* --- uniformity --------------------------------------------------------------------- */

static void add_all(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  (void)to, (void)off;
  stats_add((struct stats *)user + from, data, len);
}

static void assert_uniform(const struct stats *st) {
  assert_true(stats_bytes_are_uniform(st));
  assert_true(stats_bits_are_balanced(st, NULL));
}

static void strings_bits_and_messages_are_uniform(void **state) {
  (void)state;
  for (unsigned active = 0; active < 2; active++) {
    struct stats st[2] = {{{0}}}, q = {{0}}, t = {{0}}, b = {{0}};
    struct ot_run o = {.parties = 2, .k = 4, .is_active = active, .n = {{0, 1 << 17}, {0, 0}}};
    tap_set(add_all, st);
    ot_run(&o);
    tap_set(NULL, NULL);
    stats_add(&q, (const uint8_t *)o.q[0][1], sizeof(blk) << 17);
    stats_add(&t, (const uint8_t *)o.t[0][1], sizeof(blk) << 17);
    stats_add(&b, (const uint8_t *)o.b[0][1], 1 << 14);
    assert_uniform(&q);
    assert_uniform(&t);
    assert_uniform(&b);
    assert_true(st[1].n_bytes > 62 << 13);
    assert_uniform(&st[1]);
    ot_run_end(&o);
  }
}

/* Every bit of Delta matters: q + t is Delta or 0, and each Delta differs. */
static void deltas_are_their_own(void **state) {
  (void)state;
  struct ot_run o = {.parties = 3, .k = 8, .n = {{0, 200, 200}, {200, 0, 200}, {200, 200, 0}}};
  ot_run(&o);
  assert_int_equal(ot_run_wrong(&o), 0);
  for (unsigned i = 0; i < 6; i++)
    for (unsigned j = 0; j < i; j++) {
      const blk *x = &o.delta[i / 2][(i / 2 + 1 + i % 2) % 3], *y = &o.delta[j / 2][(j / 2 + 1 + j % 2) % 3];
      assert_memory_not_equal(x, y, sizeof *x);
    }
  ot_run_end(&o);
}

/* Half the bytes, the same transfers; none the other way. */
static void one_direction_is_enough(void **state) {
  (void)state;
  for (int active = 0; active < 2; active++) {
    struct ot_run o = {.parties = 2, .k = 4, .is_active = active, .is_one_way = true, .n = {{0, 3000}, {0, 0}}};
    ot_run(&o);
    assert_int_equal(ot_run_wrong(&o), 0);
    assert_int_equal(o.bytes_open[0], active ? 8192 : 4096);
    assert_int_equal(o.bytes_open[1], 32 + 32 * 6 * 16 + active * (32 * 32 + 32));
    ot_run_end(&o);
    struct ot_run back = {.parties = 2, .k = 4, .is_active = active, .is_one_way = true, .n = {{0, 0}, {3000, 0}}};
    struct parties_result r;
    ot_run_cheated(&back, &r);
    for (unsigned i = 0; i < 2; i++) assert_int_equal(back.err[i], SMPC_E_ARG);
    ot_run_end(&back);
  }
}

static void bits_can_be_chosen(void **state) {
  (void)state;
  enum { N = 200 };
  struct ot_run o = {.parties = 2, .k = 2, .n = {{0, N}, {0, 0}}};
  uint64_t x[4] = {0x0123456789abcdef, 0, UINT64_MAX, 0x55}, d[4];
  ot_run(&o);
  for (unsigned i = 0; i < 4; i++) d[i] = x[i] ^ o.b[0][1][i];
  smpi_cot_choose(o.q[0][1], &o.delta[0][1], d, N);
  memcpy(o.b[0][1], x, sizeof x);
  assert_int_equal(ot_run_wrong(&o), 0);
  ot_run_end(&o);
}

TEST_MAIN(T(every_size), T(every_size_checked), T(every_k), T(a_million), T(three_parties_and_again),
          T(through_callbacks), T(the_header_states_the_cost), T(strings_bits_and_messages_are_uniform),
          T(deltas_are_their_own), T(one_direction_is_enough), T(bits_can_be_chosen))
