/* joined_sets.h - sets of several owners with columns, and common items. */
#ifndef JOINED_SETS_H
#define JOINED_SETS_H

#include <stdlib.h>
#include <string.h>

#include "support/parties.h"
#include "support/test.h"

enum { MOST = 4, REALS = 2, WHOLES = 1 };

/* Owner k has items base_k .. base_k + n_k - 1, in disorder; all have 1000 .. 1000 + common - 1. */
struct sets {
  unsigned owners;
  size_t n[MOST], common;
  uint64_t *item[MOST];
  double *real[MOST];
  int64_t *whole[MOST];
};

static inline double real_of(unsigned k, uint64_t item, unsigned column) {
  return (double)((item * 37 + 11 * k + column) % 4001) / 16 - 100;
}
static inline int64_t whole_of(unsigned k, uint64_t item) { return (int64_t)((item * 101 + k) % 997) - 400; }

static inline void sets_make(struct sets *t, unsigned owners, const size_t *n, size_t common) {
  *t = (struct sets){.owners = owners, .common = common};
  for (unsigned k = 0; k < owners; k++) {
    size_t m = t->n[k] = n[k];
    t->item[k] = malloc((m + 1) * sizeof(uint64_t));
    t->real[k] = malloc((m + 1) * REALS * sizeof(double));
    t->whole[k] = malloc((m + 1) * WHOLES * sizeof(int64_t));
    for (size_t i = 0; i < m; i++) {
      size_t at = m - 1 - i; /* the common ones last */
      uint64_t item = i < common ? 1000 + i : ((uint64_t)(k + 1) << 32) + i;
      t->item[k][at] = item;
      for (unsigned c = 0; c < REALS; c++) t->real[k][at * REALS + c] = real_of(k, item, c);
      t->whole[k][at] = whole_of(k, item);
    }
  }
}

static inline void sets_free(struct sets *t) {
  for (unsigned k = 0; k < t->owners; k++) free(t->item[k]), free(t->real[k]), free(t->whole[k]);
}

#endif
