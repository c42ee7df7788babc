/* sort.c - see sort.h. */
#include "base/sort.h"

#include <stdbool.h>

static bool is_below(const uint64_t *x, const uint64_t *y, unsigned words) {
  for (unsigned i = 0; i < words; i++)
    if (x[i] != y[i]) return x[i] < y[i];
  return false;
}

static void swap(uint64_t *x, uint64_t *y, unsigned words) {
  for (unsigned i = 0; i < words; i++) {
    uint64_t t = x[i];
    x[i] = y[i];
    y[i] = t;
  }
}

/* Row i sinks until no child of its in row[0 .. n) is larger. */
static void sink(uint64_t *row, size_t i, size_t n, unsigned words) {
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && is_below(row + child * words, row + (child + 1) * words, words)) child++;
    if (!is_below(row + i * words, row + child * words, words)) return;
    swap(row + i * words, row + child * words, words);
  }
}

void smpi_sort_vt(uint64_t *row, size_t n, unsigned words) {
  for (size_t i = n / 2; i-- > 0;) sink(row, i, n, words);
  for (size_t last = n; last-- > 1;) {
    swap(row, row + last * words, words);
    sink(row, 0, last, words);
  }
}
