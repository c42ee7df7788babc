/* table.c - the joint table and its margins. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

bool table_init(struct table *t, const struct question *q) {
  memset(t, 0, sizeof *t);
  t->question = q;
  t->total = TABLE_SUPPRESSED;
  t->cells = calloc(q->n_cells, sizeof *t->cells);
  t->lines = calloc(q->n_cells + 2, sizeof *t->lines); /* rows + cols <= rows * cols + 1 */
  return t->cells != NULL && t->lines != NULL;
}

void table_free(struct table *t) {
  free(t->cells);
  free(t->lines);
  suppress_free(&t->flags);
  memset(t, 0, sizeof *t);
}

static void add(struct table_margin *m, int64_t cell) {
  if (cell == TABLE_SUPPRESSED) m->suppressed++;
  else m->count += cell;
}

struct table_margin table_sum(const struct table *t, size_t first, size_t step, size_t n) {
  struct table_margin m = {0, 0};
  for (size_t i = 0; i < n; i++) add(&m, t->cells[first + i * step]);
  return m;
}

static struct table_margin true_margin(const struct table *t, int d, unsigned i) {
  struct table_margin m = {t->total, 0};
  if (d >= 0 && t->question->data.n_strata == 1) m.count = t->cells[i];
  if (d >= 0 && t->question->data.n_strata == 2) m.count = t->lines[d == 0 ? i : t->flags.rows + i];
  return m;
}

struct table_margin table_margin(const struct table *t, int d, unsigned i) {
  struct table_margin m = {0, 0};
  if (t->flags_known) return true_margin(t, d, i);
  for (size_t c = 0; c < t->question->n_cells; c++)
    if (d < 0 || question_index(t->question, c, (unsigned)d) == i) add(&m, t->cells[c]);
  return m;
}

size_t table_n_suppressed(const struct table *t) {
  size_t n = 0;
  for (size_t c = 0; c < t->question->n_cells; c++)
    n += t->delivered ? t->cells[c] == TABLE_SUPPRESSED : t->flags.hidden[c];
  return n;
}
