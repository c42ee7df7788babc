/* test_sort.c - base/sort.h against qsort(). */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "support/parties.h"

enum { MOST = 300 };
static unsigned width;

static int by_words(const void *x, const void *y) {
  const uint64_t *a = x, *b = y;
  for (unsigned i = 0; i < width; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

static void it_sorts_in_place(void **state) {
  (void)state;
  uint64_t seed = 1, row[MOST * 3], want[MOST * 3];
  for (width = 1; width <= 3; width++)
    for (size_t n = 0; n <= MOST; n += n < 20 ? 1 : 35)
      for (unsigned values = 1; values < 1000; values *= 9) { /* few values: many are equal */
        for (size_t i = 0; i < n * width; i++) row[i] = test_random(&seed) % values << 60 | test_random(&seed) % values;
        memcpy(want, row, sizeof row);
        qsort(want, n, width * sizeof *want, by_words);
        smpi_sort_vt(row, n, width);
        if (n > 0) assert_memory_equal(row, want, n * width * sizeof *row);
      }
}

TEST_MAIN(T(it_sorts_in_place))
