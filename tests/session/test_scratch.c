/* test_scratch.c - session/scratch.h */
#include "support/test.h"

#include <string.h>

#include "session/scratch.h"
#include "support/seams.h"

static void pieces_do_not_overlap(void **state) {
  (void)state;
  struct smpi_scratch a = {0};
  uint8_t *p[100];
  for (int i = 0; i < 100; i++) {
    p[i] = smpi_scratch_take(&a, 30000);
    assert_int_equal((uintptr_t)p[i] % 64, 0);
    memset(p[i], i, 30000);
  }
  for (int i = 0; i < 100; i++)
    for (int j = 0; j < 30000; j += 997) assert_int_equal(p[i][j], i);
  smpi_scratch_end(&a);
}

static void what_is_given_back_is_wiped(void **state) {
  (void)state;
  struct smpi_scratch a = {0};
  uint8_t *kept = smpi_scratch_take(&a, 64);
  memset(kept, 7, 64);
  size_t mark = smpi_scratch_here(&a);
  uint8_t *p = smpi_scratch_take(&a, 1000);
  memset(p, 9, 1000);
  assert_non_null(smpi_scratch_take(&a, 50u << 20)); /* a chunk of its own */
  smpi_scratch_back(&a, mark);
  uint8_t *again = smpi_scratch_take(&a, 1000);
  assert_ptr_equal(again, p);
  for (int i = 0; i < 1000; i++) assert_int_equal(again[i], 0);
  assert_int_equal(kept[63], 7);
  smpi_scratch_end(&a);
}

static void marks_nest(void **state) {
  (void)state;
  struct smpi_scratch a = {0};
  size_t m0 = smpi_scratch_here(&a);
  void *p = smpi_scratch_take(&a, 5000);
  size_t m1 = smpi_scratch_here(&a);
  for (int i = 0; i < 20; i++) assert_non_null(smpi_scratch_take(&a, 1 << 20));
  smpi_scratch_back(&a, m1);
  smpi_scratch_back(&a, m0);
  assert_ptr_equal(smpi_scratch_take(&a, 5000), p);
  smpi_scratch_end(&a);
}

static void large_chunks_are_kept_but_not_huge_ones(void **state) {
  (void)state;
  struct smpi_scratch a = {0};
  smpi_scratch_take(&a, 64);
  size_t mark = smpi_scratch_here(&a);
  uint64_t live = seam_heap_live();
  uint8_t *p = smpi_scratch_take(&a, 20u << 20);
  memset(p, 1, 20u << 20);
  smpi_scratch_back(&a, mark);
  assert_int_equal(seam_heap_live(), live + 1);
  assert_ptr_equal(smpi_scratch_take(&a, 20u << 20), p);
  for (size_t i = 0; i < 20u << 20; i += 4093) assert_int_equal(p[i], 0);
  smpi_scratch_back(&a, mark);
  assert_non_null(smpi_scratch_take(&a, 200u << 20)); /* in place of the one that is kept */
  smpi_scratch_back(&a, mark);
  assert_int_equal(seam_heap_live(), live);
  smpi_scratch_end(&a);
}

static void running_out_is_reported(void **state) {
  (void)state;
  struct smpi_scratch a = {0};
  assert_null(smpi_scratch_take(&a, SIZE_MAX));
  assert_null(smpi_scratch_take(&a, SIZE_MAX / 2));
  uint64_t live = seam_heap_live();
  seam_heap_reset(1);
  assert_null(smpi_scratch_take(&a, 100));
  seam_heap_reset(0);
  assert_non_null(smpi_scratch_take(&a, 100));
  smpi_scratch_end(&a);
  assert_int_equal(seam_heap_live(), live);
}

TEST_MAIN(T(pieces_do_not_overlap), T(what_is_given_back_is_wiped), T(marks_nest),
          T(large_chunks_are_kept_but_not_huge_ones), T(running_out_is_reported))
