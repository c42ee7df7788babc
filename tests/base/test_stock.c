/* test_stock.c - base/stock.h */
#include "support/test.h"

#include <string.h>

#include "base/stock.h"
#include "support/seams.h"

enum { N = 1000, MANY = 3 * SMPI_STOCK_BLOCKS };

static bool is_zero(const uint8_t *p, size_t len) {
  uint8_t all = 0;
  for (size_t i = 0; i < len; i++) all |= p[i];
  return all == 0;
}

static void a_block_comes_back_wiped(void **state) {
  (void)state;
  struct smpi_stock st = {0};
  uint8_t *p = smpi_stock_get(&st, N, 8);
  memset(p, 7, 8 * N);
  smpi_stock_put(&st, p, N, 8);
  assert_int_equal(st.held, 8 * N);
  uint8_t *other = smpi_stock_get(&st, N - 1, 8), *again = smpi_stock_get(&st, 8, N);
  assert_ptr_not_equal(other, p);
  assert_ptr_equal(again, p);
  assert_true(is_zero(again, 8 * N));
  assert_int_equal(st.held, 0);
  smpi_stock_put(&st, other, N - 1, 8);
  smpi_stock_put(&st, again, N, 8);
  smpi_stock_put(&st, NULL, N, 8);
  smpi_stock_end(&st);
}

static void what_is_kept_is_bounded(void **state) {
  (void)state;
  uint64_t live = seam_heap_live();
  struct smpi_stock st = {0};
  void *p[MANY];
  for (size_t i = 0; i < MANY; i++) assert_non_null(p[i] = smpi_stock_get(&st, i + 1, 1));
  for (size_t i = 0; i < MANY; i++) smpi_stock_put(&st, p[i], i + 1, 1);
  assert_int_equal(seam_heap_live() - live, SMPI_STOCK_BLOCKS);
  void *huge = smpi_stock_get(&st, (size_t)65 << 20, 1);
  assert_non_null(huge);
  smpi_stock_put(&st, huge, (size_t)65 << 20, 1);
  assert_true(st.held <= (size_t)64 << 20);
  smpi_stock_end(&st);
  assert_int_equal(st.held, 0);
  assert_int_equal(seam_heap_live(), live);
}

static void no_memory_gives_nothing(void **state) {
  (void)state;
  struct smpi_stock st = {0};
  assert_null(smpi_stock_get(&st, SIZE_MAX / 2, 3));
  seam_heap_reset(1);
  assert_null(smpi_stock_get(&st, N, 8));
  seam_heap_reset(0);
}

TEST_MAIN(T(a_block_comes_back_wiped), T(what_is_kept_is_bounded), T(no_memory_gives_nothing))
