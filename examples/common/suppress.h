/* suppress.h - which further cells and which margins of a published table stay
 * hidden, so that no suppressed cell can be computed from the rest.
 *
 * For tables with true margins (`totals: true`).  Everything here is public and
 * pure: the layout and the suppression flags go in, the complement comes out, and
 * every party comes to the same one.  The argument stands in suppress.c and
 * docs/suppression.md. */
#ifndef SUPPRESS_H
#define SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table of rows x cols cells, row-major.  One dimension: rows == 1, and the
 * only margin is the total.  `lines` numbers the margins that are checked: two
 * dimensions: rows, then columns; one dimension: the one row. */
enum { SUPPRESS_MAX_LINES = 2048 }; /* AGREEMENT: rows and columns of a table with true margins */
#define SUPPRESS_NEVER (INT64_C(1) << 60)

struct suppress {
  unsigned rows, cols, lines;
  bool spares_other;   /* `other` is no complement for lines of primary cells    */
  uint8_t *primary;    /* [rows * cols] 1: the rule hides it                     */
  uint8_t *hidden;     /* [rows * cols] 1: the rule or the complement hides it   */
  int *block;          /* [lines] the block of hidden cells it crosses, or -1    */
  uint8_t *line_shown; /* [lines] 1: its margin is published                     */
  uint8_t *open_total; /* [lines] 1: its block shows no margin at all            */
  bool total_shown;
};

/* Choose the complement.  The last row and column are `other`; where zeros are
 * shown it is often empty, and hiding empty cells protects nothing: it is taken
 * only where there is no other second line.
 * False when out of memory; *t is to be freed anyway. */
bool suppress_choose(struct suppress *t, unsigned rows, unsigned cols, const uint8_t *primary, bool zeros_shown);
void suppress_free(struct suppress *t);

/* What a reader knows of a cell: at least k in a complementary one, at least
 * `least` in a primary one (1 where zeros are shown, else 0). */
struct suppress_rule {
  int64_t k, least;
};

/* What the hidden cells of line l must hold for its margin to be published; 0
 * where nothing is hidden, SUPPRESS_NEVER where that is never enough. */
int64_t suppress_line_minimum(const struct suppress *t, unsigned l, struct suppress_rule rule);

/* Lines l and m are decided together: rows, or columns, of the same block. */
bool suppress_same_side(const struct suppress *t, unsigned l, unsigned m);

/* Take the outcome for every line (1: it and all of its side hold enough), and
 * set line_shown, open_total. */
void suppress_decide(struct suppress *t, const uint8_t *line_ok);

/* The hidden cells in blocks without any margin, which only the total covers:
 * cell (i, j) is one of them; and what they must hold together (0: none). */
bool suppress_open_cell(const struct suppress *t, size_t cell);
int64_t suppress_total_minimum(const struct suppress *t, struct suppress_rule rule);

#endif
