/* test_fault_some.c - faults in every public operation, each 13th place of each;
 * every place of the first. */
#include "fault_programs.h"
#include "support/test.h"

enum { EVERY = 13 };

static void allocations(void **state) { (void)state; fault_programs(SWEEP_ALLOC, EVERY); }
static void random_calls(void **state) { (void)state; fault_programs(SWEEP_RANDOM, EVERY); }
static void cuts(void **state) { (void)state; fault_programs(SWEEP_CUT, EVERY); }
static void crashes(void **state) { (void)state; fault_programs(SWEEP_CRASH, EVERY); }
static void silences(void **state) { (void)state; fault_programs(SWEEP_SILENCE, EVERY); }
static void flips(void **state) { (void)state; fault_programs(SWEEP_FLIP, EVERY); }
static void delays(void **state) { (void)state; fault_programs(SWEEP_DELAY, EVERY); }

int main(void) {
  const struct CMUnitTest tests[] = {T(allocations), T(random_calls), T(cuts), T(crashes), T(silences), T(flips),
                                     T(delays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
