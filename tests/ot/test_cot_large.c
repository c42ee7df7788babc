/* test_cot_large.c - correlated transfers around 2^20, where many blocks and batches end: both forms, both ways. */
#include "ot_run.h"

static void try_size(bool is_active, size_t there, size_t back) {
  struct ot_run o = {.parties = 2, .k = 4, .is_active = is_active, .n = {{0, there}, {back, 0}}};
  ot_run(&o);
  assert_int_equal(ot_run_wrong(&o), 0);
  ot_run_end(&o);
}

static void sizes_around_a_million(void **state) {
  (void)state;
  for (int active = 0; active < 2; active++) {
    try_size(active, (1 << 20) - 1, (1 << 20) + 1);
    try_size(active, (1 << 20) + 1, 1 << 20);
  }
}

TEST_MAIN(T(sizes_around_a_million))
