/* suppress.c - complementary suppression by complete blocks.
 *
 * A published margin minus the displayed cells of its line is the hidden sum of
 * that line.  What a reader has is therefore, for the hidden cells alone, a set of
 * line sums.  A cell is safe when two tables that fit them differ in it.
 *
 * Choice     1. Rows and columns joined by primary cells make components.
 *            2. A component with one row or one column, or with a line that hides
 *               primary cells only, is extended by a line free of suppressed cells,
 *               or merged with another component, whichever hides fewer more cells.
 *            3. All cells of the component's rows x columns are hidden: a block.
 *               Blocks share no row and no column.
 * Check      (in shares) A complementary cell is known to hold at least k or nothing, a
 *            primary one at least 0 (1 where zeros are shown).  The hidden sum of
 *            a line must be at least k, and above the sum of these.  The row
 *            margins of a block are published when all of its rows pass, its
 *            column margins when all of its columns pass.  Blocks that pass
 *            neither way are covered by the grand total alone, which is published
 *            when their cells pass together.
 * Claim      Even to a reader who knows these lower bounds, no suppressed cell of
 *            a published table is determined.
 * Argument   Take a block of |R| >= 2 rows and |C| >= 2 columns, the lower bounds l
 *            (where a complementary cell is zero, other values fit too) and y = x - l.
 *            The reader knows of y at most
 *            (a) all row sums r > 0 and all column sums c > 0, with one sum S.
 *                Then y' = r_i c_j / S fits, and every entry is positive.  Around
 *                any cell, two rows and two columns make a square in which
 *                +e, -e, +e, -e keeps all sums: y' can go up and down in that
 *                cell.  The set of all y that fit is a transportation polytope,
 *                whose extreme points are whole numbers; so the cell's smallest
 *                and largest values are two different whole numbers;
 *            (b) the sums of one side only.  A line of >= 2 cells with sum > 0:
 *                each cell may be 0, or hold all of it;
 *            (c) nothing but a share in one sum > 0 over >= 4 cells: the same.
 *            Further hidden blocks and margins only take knowledge away, and the
 *            reader never knows more than the sums that were checked.  To a reader
 *            who uses no bounds but 0 (l = 0), the values that fit a cell in (a)
 *            span min(r_i, c_j, S - r_i, S - c_j) >= k.
 *            A recipient with data of its own subtracts them and has the same
 *            problem for the others' table, in which the same checks are made.
 *            A complete block has no bridge [Gus88]; being without bridges alone
 *            is not enough, because cells cannot be negative: in a ring of six
 *            cells, two zeros determine all.
 * Limit      A reader who also uses that a primary cell is below k narrows it to
 *            0 .. k-1, and now and then further; see docs/suppression.md.
 */
#include "suppress.h"

#include <stdlib.h>
#include <string.h>

enum { FREE = -1 };

/* How much of the table a block has, and what it lacks. */
struct side {
  unsigned n_rows, n_cols;
  bool wants_row, wants_col;         /* another one, to be two, or to hide more than primary cells */
  bool takes_any_row, takes_any_col; /* even `other`: there is only one */
};

static int row_block(const struct suppress *t, unsigned i) { return t->block[i]; }
static int col_block(const struct suppress *t, unsigned j) { return t->block[t->rows + j]; }

static void merge(struct suppress *t, int into, int from) {
  for (unsigned l = 0; l < t->lines; l++)
    if (t->block[l] == from) t->block[l] = into;
}

/* 1. Components: every line with a primary cell, named by its lowest line. */
static void join_primaries(struct suppress *t) {
  for (unsigned i = 0; i < t->rows; i++)
    for (unsigned j = 0; j < t->cols; j++) {
      int *r = &t->block[i], *c = &t->block[t->rows + j];
      if (!t->primary[i * t->cols + j]) continue;
      if (*r == FREE) *r = (int)i;
      if (*c == FREE) *c = *r;
      else if (*c != *r) merge(t, *r, *c);
    }
}

/* Does line l hide primary cells only? */
static bool only_primary(const struct suppress *t, unsigned l) {
  bool is_row = l < t->rows;
  unsigned n = is_row ? t->cols : t->rows;
  for (unsigned m = 0; m < n; m++) {
    unsigned i = is_row ? l : m, j = is_row ? m : l - t->rows;
    if (row_block(t, i) == col_block(t, j) && !t->primary[i * t->cols + j]) return false;
  }
  return true;
}

static struct side measure(const struct suppress *t, int b) {
  struct side s = {0};
  for (unsigned l = 0; l < t->lines; l++) {
    if (t->block[l] != b) continue;
    if (l < t->rows) s.n_rows++;
    else s.n_cols++;
    if (!only_primary(t, l)) continue;
    if (l < t->rows) s.wants_col = true; /* a row is filled up by a column */
    else s.wants_row = true;
  }
  if (s.n_rows < 2) s.wants_row = s.takes_any_row = true;
  if (s.n_cols < 2) s.wants_col = s.takes_any_col = true;
  return s;
}

/* The first line from `l` to `end` that crosses no suppressed cell; end: none.
 * `other` is the last of its kind, and so the last resort. */
static unsigned free_line(const struct suppress *t, unsigned l, unsigned end, bool takes_any) {
  while (l < end && t->block[l] != FREE) l++;
  return l == end - 1 && t->spares_other && !takes_any ? end : l;
}

/* The block whose union with b hides fewest cells more; FREE: there is none. */
static int cheapest_merge(const struct suppress *t, int b, struct side s, unsigned *cost) {
  int best = FREE;
  for (int other = 0; other < (int)t->lines; other++) {
    if (other == b) continue;
    struct side o = measure(t, other);
    unsigned more = s.n_rows * o.n_cols + o.n_rows * s.n_cols;
    if (o.n_rows == 0 || (best != FREE && more >= *cost)) continue;
    best = other;
    *cost = more;
  }
  return best;
}

/* 2. Give block b what it lacks, as far as the table has it; true: changed. */
static bool extend(struct suppress *t, int b) {
  struct side s = measure(t, b);
  unsigned row = s.wants_row ? free_line(t, 0, t->rows, s.takes_any_row) : t->rows;
  unsigned col = s.wants_col ? free_line(t, t->rows, t->lines, s.takes_any_col) : t->lines;
  bool has_row = row < t->rows, has_col = col < t->lines;
  unsigned merge_cost = 0, line_cost = (has_row ? s.n_cols : 0) + (has_col ? s.n_rows : 0) + (has_row && has_col);
  bool lines_do = (has_row || !s.wants_row) && (has_col || !s.wants_col);

  if (s.n_rows == 0 || (!s.wants_row && !s.wants_col)) return false;
  int other = cheapest_merge(t, b, s, &merge_cost);
  if (other != FREE && (!lines_do || merge_cost <= line_cost)) return merge(t, b, other), true;
  if (has_row) t->block[row] = b;
  if (has_col) t->block[col] = b;
  return has_row || has_col;
}

/* 3. */
static void fill_blocks(struct suppress *t) {
  for (unsigned i = 0; i < t->rows; i++)
    for (unsigned j = 0; j < t->cols; j++)
      t->hidden[i * t->cols + j] = row_block(t, i) != FREE && row_block(t, i) == col_block(t, j);
}

/* One dimension: one more cell, the first that is not primary, if there is one. */
static void choose_in_line(struct suppress *t) {
  memcpy(t->hidden, t->primary, t->cols);
  if (memchr(t->primary, 1, t->cols) == NULL) return;
  t->block[0] = 0;
  uint8_t *shown = memchr(t->hidden, 0, t->cols);
  bool is_other = shown == t->hidden + t->cols - 1,
       is_alone = memchr(t->primary, 1, t->cols) == memrchr(t->primary, 1, t->cols);
  if (shown != NULL && !(is_other && t->spares_other && !is_alone)) *shown = 1;
}

static void choose_in_table(struct suppress *t) {
  bool changed = true;
  join_primaries(t);
  while (changed) {
    changed = false;
    for (int b = 0; b < (int)t->lines && !changed; b++) changed = extend(t, b);
  }
  fill_blocks(t);
}

bool suppress_choose(struct suppress *t, unsigned rows, unsigned cols, const uint8_t *primary, bool zeros_shown) {
  size_t n = (size_t)rows * cols;
  *t = (struct suppress){rows, cols, rows == 1 ? 1 : rows + cols, zeros_shown, NULL, NULL, NULL, NULL, NULL, false};
  t->primary = calloc(n, 1);
  t->hidden = calloc(n, 1);
  t->block = calloc(t->lines, sizeof *t->block);
  t->line_shown = calloc(t->lines, 1);
  t->open_total = calloc(t->lines, 1);
  if (!t->primary || !t->hidden || !t->block || !t->line_shown || !t->open_total) return false;
  for (size_t c = 0; c < n; c++) t->primary[c] = primary[c] != 0;
  for (unsigned l = 0; l < t->lines; l++) t->block[l] = FREE;
  if (rows == 1) choose_in_line(t);
  else choose_in_table(t);
  return true;
}

void suppress_free(struct suppress *t) {
  free(t->primary);
  free(t->hidden);
  free(t->block);
  free(t->line_shown);
  free(t->open_total);
  memset(t, 0, sizeof *t);
}

/* Cell n of line l: of a row from the left, of a column from the top. */
static size_t cell_of(const struct suppress *t, unsigned l, unsigned n) {
  return l < t->rows ? (size_t)l * t->cols + n : (size_t)n * t->cols + (l - t->rows);
}

static unsigned line_len(const struct suppress *t, unsigned l) { return l < t->rows ? t->cols : t->rows; }

/* What n_primary cells and n_more complementary ones must hold together. */
static int64_t minimum_of(size_t n_primary, size_t n_more, struct suppress_rule rule) {
  int64_t known = rule.k * (int64_t)n_more + rule.least * (int64_t)n_primary;
  if (n_primary + n_more == 0) return 0;
  if (n_primary + n_more == 1) return SUPPRESS_NEVER; /* a sum of one cell is the cell */
  return known < rule.k ? rule.k : known + 1;
}

int64_t suppress_line_minimum(const struct suppress *t, unsigned l, struct suppress_rule rule) {
  size_t n_primary = 0, n_more = 0;
  for (unsigned n = 0; n < line_len(t, l); n++) {
    size_t c = cell_of(t, l, n);
    if (t->primary[c]) n_primary++;
    else n_more += t->hidden[c];
  }
  return minimum_of(n_primary, n_more, rule);
}

bool suppress_same_side(const struct suppress *t, unsigned l, unsigned m) {
  return t->block[l] != FREE && t->block[l] == t->block[m] && (l < t->rows) == (m < t->rows);
}

/* Has a line of the other side than l's, in l's block, a published margin? */
static bool other_side_shown(const struct suppress *t, unsigned l) {
  for (unsigned m = 0; m < t->lines; m++)
    if (t->block[m] == t->block[l] && !suppress_same_side(t, l, m) && t->line_shown[m]) return true;
  return false;
}

void suppress_decide(struct suppress *t, const uint8_t *line_ok) {
  for (unsigned l = 0; l < t->lines; l++) t->line_shown[l] = t->block[l] == FREE || line_ok[l];
  for (unsigned l = 0; l < t->lines; l++)
    t->open_total[l] = t->block[l] != FREE && !t->line_shown[l] && !other_side_shown(t, l);
}

bool suppress_open_cell(const struct suppress *t, size_t cell) {
  return t->hidden[cell] && t->open_total[cell / t->cols];
}

int64_t suppress_total_minimum(const struct suppress *t, struct suppress_rule rule) {
  size_t n_primary = 0, n_more = 0;
  for (size_t c = 0; c < (size_t)t->rows * t->cols; c++) {
    if (!suppress_open_cell(t, c)) continue;
    if (t->primary[c]) n_primary++;
    else n_more++;
  }
  return minimum_of(n_primary, n_more, rule);
}
