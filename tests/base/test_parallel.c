/* test_parallel.c - base/parallel.h: every piece once, whatever the numbers. */
#include "support/test.h"

#include <stdatomic.h>
#include <string.h>

#include "base/parallel.h"

enum { MOST = 300 };
struct seen { atomic_uint times[MOST]; atomic_uint calls; size_t least; };

static void count(void *ctx, size_t first, size_t n) {
  struct seen *s = ctx;
  atomic_fetch_add(&s->calls, 1);
  for (size_t i = first; i < first + n; i++) atomic_fetch_add(&s->times[i], 1);
}

static void every_piece_is_worked_on_once(void **state) {
  (void)state;
  for (unsigned threads = 0; threads <= SMPI_PARALLEL_MOST + 1; threads = threads * 2 + 1)
    for (size_t n = 0; n <= MOST; n += n < 20 ? 1 : 35)
      for (size_t grain = 0; grain <= 64; grain = grain * 4 + 1) {
        static struct seen s;
        memset(&s, 0, sizeof s);
        smpi_parallel(threads, n, grain, count, &s);
        for (size_t i = 0; i < MOST; i++) assert_int_equal(s.times[i], i < n);
        unsigned most = threads < 2 || n == 0 ? n != 0 : threads;
        assert_true(s.calls <= most);
        if (grain > 1) assert_true(s.calls <= 1 || n / s.calls >= grain);
      }
}

static void there_is_a_core(void **state) {
  (void)state;
  assert_in_range(smpi_parallel_cores(), 1, SMPI_PARALLEL_MOST);
}

TEST_MAIN(T(every_piece_is_worked_on_once), T(there_is_a_core))
