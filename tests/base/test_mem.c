/* test_mem.c - base/mem.h */
#include "support/test.h"

#include "base/mem.h"
#include "support/seams.h"

static void memory_is_zeroed_and_aligned(void **state) {
  (void)state;
  uint8_t *p = smpi_alloc(100, 3), *q = smpi_secret_alloc(1000, 8);
  for (size_t i = 0; i < 300; i++) assert_int_equal(p[i], 0);
  for (size_t i = 0; i < 8000; i++) assert_int_equal(q[i], 0);
  assert_int_equal((uintptr_t)p % 64, 0);
  assert_int_equal((uintptr_t)q % 64, 0);
  smpi_free(p);
  smpi_secret_free(q);
}

static void overflow_is_refused(void **state) {
  (void)state;
  assert_null(smpi_alloc(SIZE_MAX / 2, 3));
  assert_null(smpi_alloc(SIZE_MAX, 1));
  assert_null(smpi_secret_alloc(SIZE_MAX / 8 + 1, 8));
}

static void the_kth_allocation_fails(void **state) {
  (void)state;
  uint64_t live = seam_heap_live();
  seam_heap_reset(2);
  void *p = smpi_alloc(1, 1);
  assert_non_null(p);
  assert_null(smpi_secret_alloc(1, 1));
  smpi_free(p);
  seam_heap_reset(0);
  assert_int_equal(seam_heap_live(), live);
}

static void equality_looks_at_every_byte(void **state) {
  (void)state;
  uint8_t a[65] = {0}, b[65] = {0};
  for (size_t i = 0; i < sizeof a; i++) {
    assert_true(smpi_ct_equal(a, b, sizeof a));
    b[i] = 1;
    assert_false(smpi_ct_equal(a, b, sizeof a));
    b[i] = 0;
  }
}

TEST_MAIN(T(memory_is_zeroed_and_aligned), T(overflow_is_refused), T(the_kth_allocation_fails),
          T(equality_looks_at_every_byte))
