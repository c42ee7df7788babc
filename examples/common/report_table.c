/* report_table.c - the joint table for a person to read.
 *
 * The last stratum goes across, the others down.  An `other` that is empty or wholly
 * suppressed is not printed; a line below the table says so. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "wide.h"

enum omission { PRINTED, ALL_ZERO, ALL_SUPPRESSED };

/* How the cells are laid out: `down` strata as rows, one across if there are two or more. */
struct layout {
  const struct table *t;
  const struct question *q;
  unsigned down, n_strata;
  enum omission other[QUESTION_MAX_STRATA];
  bool has_sums; /* a column of row sums, a row of column sums */
};

/* A grid of texts; the first `left` columns are labels. */
struct grid {
  size_t rows, cols, left;
  char (*text)[160];
};

static char *at(const struct grid *g, size_t row, size_t col) { return g->text[row * g->cols + col]; }

static void count_text(char out[160], int64_t count, size_t suppressed) {
  if (count == TABLE_SUPPRESSED) strcpy(out, "*");
  else if (suppressed > 0) snprintf(out, 160, "%lld+%zu*", (long long)count, suppressed);
  else snprintf(out, 160, "%lld", (long long)count);
}

static enum omission omission_of(const struct table *t, unsigned d) {
  const struct question *q = t->question;
  unsigned other = question_n_labels(q, d) - 1;
  bool zero = true, hidden = true;
  for (size_t c = 0; c < q->n_cells; c++) {
    if (question_index(q, c, d) != other) continue;
    zero = zero && t->cells[c] == 0;
    hidden = hidden && t->cells[c] == TABLE_SUPPRESSED;
  }
  return zero ? ALL_ZERO : hidden ? ALL_SUPPRESSED : PRINTED;
}

static unsigned printed_labels(const struct layout *l, unsigned d) {
  return question_n_labels(l->q, d) - (l->other[d] != PRINTED);
}

static struct layout lay_out(const struct table *t) {
  struct layout l = {.t = t, .q = t->question, .n_strata = t->question->data.n_strata};
  l.down = l.n_strata > 1 ? l.n_strata - 1 : l.n_strata;
  l.has_sums = l.n_strata > 0;
  for (unsigned d = 0; d < l.n_strata; d++) l.other[d] = omission_of(t, d);
  return l;
}

static size_t printed_rows(const struct layout *l) {
  size_t n = 1;
  for (unsigned d = 0; d < l->down; d++) n *= printed_labels(l, d);
  return n;
}

static unsigned across(const struct layout *l) { return l->n_strata > 1 ? printed_labels(l, l->n_strata - 1) : 1; }

/* The first cell of printed row i, and its labels; one that repeats stays blank. */
static size_t begin_row(const struct layout *l, size_t i, unsigned label[QUESTION_MAX_STRATA], bool *is_new) {
  size_t cell = 0, rest = i;
  for (unsigned d = l->down; d-- > 0;) {
    label[d] = (unsigned)(rest % printed_labels(l, d));
    rest /= printed_labels(l, d);
  }
  for (unsigned d = 0, changed = 0; d < l->down; d++) {
    size_t below = 1;
    for (unsigned e = d + 1; e < l->down; e++) below *= printed_labels(l, e);
    changed = changed || d + 1 == l->down || i % below == 0;
    is_new[d] = changed;
    cell = cell * question_n_labels(l->q, d) + label[d];
  }
  return l->n_strata > 1 ? cell * question_n_labels(l->q, l->n_strata - 1) : cell;
}

static struct table_margin row_sum(const struct layout *l, size_t first, unsigned label) {
  if (l->t->flags_known) return table_margin(l->t, 0, label);
  return table_sum(l->t, first, 1, question_n_labels(l->q, l->n_strata - 1));
}

static void fill_row(const struct layout *l, struct grid *g, size_t i) {
  unsigned label[QUESTION_MAX_STRATA], n = across(l);
  bool is_new[QUESTION_MAX_STRATA];
  size_t first = begin_row(l, i, label, is_new), row = i + 1;
  for (unsigned d = 0; d < l->down; d++)
    snprintf(at(g, row, d), 160, "%s", is_new[d] ? question_label(l->q, d, label[d]) : "");
  for (unsigned j = 0; j < n; j++) count_text(at(g, row, g->left + j), l->t->cells[first + j], 0);
  if (l->n_strata < 2) return;
  struct table_margin sum = row_sum(l, first, label[0]);
  count_text(at(g, row, g->left + n), sum.count, sum.suppressed);
}

static void fill_head(const struct layout *l, struct grid *g) {
  for (unsigned d = 0; d < l->down; d++) snprintf(at(g, 0, d), 160, "%s", l->q->data.strata[d].name);
  if (l->n_strata < 2) strcpy(at(g, 0, g->left), "count");
  for (unsigned j = 0; l->n_strata > 1 && j < across(l); j++)
    snprintf(at(g, 0, g->left + j), 160, "%s", question_label(l->q, l->n_strata - 1, j));
  if (l->n_strata > 1) strcpy(at(g, 0, g->cols - 1), "total");
}

static void fill_foot(const struct layout *l, struct grid *g) {
  size_t row = g->rows - 1;
  struct table_margin sum;
  if (!l->has_sums) return;
  strcpy(at(g, row, 0), "total");
  for (unsigned j = 0; l->n_strata > 1 && j < across(l); j++) {
    sum = table_margin(l->t, (int)l->n_strata - 1, j);
    count_text(at(g, row, g->left + j), sum.count, sum.suppressed);
  }
  sum = table_margin(l->t, -1, 0);
  count_text(at(g, row, g->cols - 1), sum.count, sum.suppressed);
}

static size_t width_of(const struct grid *g, size_t col) {
  size_t width = 0;
  for (size_t row = 0; row < g->rows; row++)
    if (wide_width(at(g, row, col)) > width) width = wide_width(at(g, row, col));
  return width;
}

static void rule(FILE *out, size_t n) {
  while (n-- > 0) putc('-', out);
  putc('\n', out);
}

static void print_grid(FILE *out, const struct grid *g, const size_t *width, bool has_foot) {
  size_t all = 0;
  for (size_t col = 0; col < g->cols; col++) all += width[col] + (col > 0 ? 2 : 0);
  for (size_t row = 0; row < g->rows; row++) {
    if (row == 1 || (has_foot && row == g->rows - 1)) rule(out, all);
    for (size_t col = 0; col < g->cols; col++) {
      if (col > 0) fputs("  ", out);
      wide_put(out, at(g, row, col), width[col], col >= g->left);
    }
    putc('\n', out);
  }
}

static bool print_counts(FILE *out, const struct layout *l) {
  struct grid g = {.left = l->down};
  g.rows = printed_rows(l) + 1 + l->has_sums;
  g.cols = g.left + across(l) + (l->n_strata > 1);
  g.text = calloc(g.rows * g.cols, sizeof *g.text);
  size_t *width = calloc(g.cols, sizeof *width), indent = 0;
  bool good = g.text != NULL && width != NULL;
  if (good) {
    fill_head(l, &g);
    for (size_t i = 0; i + 1 + l->has_sums < g.rows; i++) fill_row(l, &g, i);
    fill_foot(l, &g);
    for (size_t col = 0; col < g.cols; col++) width[col] = width_of(&g, col);
    for (size_t col = 0; col < g.left; col++) indent += width[col] + 2;
    if (l->n_strata > 1) fprintf(out, "%*s%s\n", (int)indent, "", l->q->data.strata[l->n_strata - 1].name);
    print_grid(out, &g, width, l->has_sums);
  }
  free(g.text);
  free(width);
  return good;
}

static void explain(FILE *out, const struct report *r, const struct layout *l) {
  const struct question *q = l->q;
  bool subtracts = (r->roles->recipients.bits & r->roles->inputs.bits) != 0;
  size_t hidden = table_n_suppressed(l->t);
  if (l->t->epsilon > 0)
    fprintf(out, "   each count has noise, epsilon %g: 95 of 100 are within %d of the true one\n", l->t->epsilon,
            report_noise_within(l->t->epsilon));
  if (hidden > 0)
    fprintf(out, "*  suppressed: %sfewer than %lld%s\n", q->zeros == QUESTION_ZEROS_SHOWN ? "not zero, but " : "",
            (long long)q->minimum_cell, subtracts ? ", or fewer without a recipient's own" : "");
  if (hidden > 0 && l->t->flags_known)
    fputs("   (or hidden so that no such cell can be computed from the totals)\n", out);
  if (hidden > 0 && !l->t->flags_known && l->has_sums)
    fputs("   n+m*: the displayed cells sum to n; m suppressed ones are not in it\n", out);
  for (unsigned d = 0; d < l->n_strata; d++)
    if (l->other[d] != PRINTED)
      fprintf(out, "   not printed: `other` of %s, %s\n", q->data.strata[d].name,
              l->other[d] == ALL_ZERO ? "which is empty" : "all of it suppressed");
}

static void print_delivery(FILE *out, const struct report *r) {
  char *names = report_names(r->cfg, r->roles->recipients);
  const char *verb = r->is_held ? "Held for review; a release would deliver it to:"
                     : r->table->delivered ? "Delivered to:" : "The table was delivered to:";
  fprintf(out, "%s %s\nPurpose: %s\n", verb, names ? names : "", r->table->question->purpose);
  free(names);
}

bool report_table(FILE *out, const struct report *r) {
  const struct question *q = r->table->question;
  bool good = true;
  fprintf(out, "%s: %s\n", q->title, q->name);
  if (r->table->delivered) {
    struct layout l = lay_out(r->table);
    fprintf(out, "Joint counts over %u parties\n\n", r->roles->n_inputs);
    good = print_counts(out, &l);
    putc('\n', out);
    explain(out, r, &l);
  } else if (r->table->flags_known) {
    fprintf(out, "%zu of %zu cells are suppressed.\n", table_n_suppressed(r->table), q->n_cells);
  } else {
    fprintf(out, "%zu cells; how many of them are suppressed only the recipients know.\n", q->n_cells);
  }
  print_delivery(out, r);
  return good;
}
