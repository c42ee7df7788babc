/* table.h - the joint table as a party knows it. */
#ifndef TABLE_H
#define TABLE_H

#include "question.h"
#include "suppress.h"

enum { TABLE_SUPPRESSED = -1 }; /* in place of a count */

struct table {
  const struct question *question;
  bool delivered;   /* the counts are here; else only the flags may be       */
  double epsilon;   /* of the noise that the counts have; 0: none            */
  bool flags_known; /* `flags` is filled: true totals, at every party        */
  int64_t *cells;   /* [n_cells]                                              */
  int64_t *lines;   /* [flags.lines] true margins: rows, then columns         */
  int64_t total;    /* true grand total                                       */
  struct suppress flags;
};

/* False when out of memory; table_free() is allowed then, too. */
bool table_init(struct table *t, const struct question *q);
void table_free(struct table *t);

/* A margin: the sum over the cells whose stratum d is i (d < 0: over all cells).
 * Displayed totals: of the displayed ones, and `suppressed` counts the others.
 * True totals: the whole sum or TABLE_SUPPRESSED, and `suppressed` is 0. */
struct table_margin {
  int64_t count;
  size_t suppressed;
};
struct table_margin table_margin(const struct table *t, int d, unsigned i);
/* The same over the cells first, first + step, ... (n of them), displayed ones only. */
struct table_margin table_sum(const struct table *t, size_t first, size_t step, size_t n);

size_t table_n_suppressed(const struct table *t);

#endif
