/* data.h - a hospital's own rows (a CSV file or an SQLite database), and the
 * counts that an agreed question takes from them, without trusting the question.
 *
 *   data_open    reads the file into memory (CSV) or opens it read-only (SQLite)
 *   data_count   counts the rows of every cell of the question
 *   data_close
 *
 * Every function returns a program's exit code: 0, DATA_INPUT or DATA_MACHINE;
 * on failure `f` holds one English sentence that names the place (file, line,
 * column, part of the question) and never holds a value of the data.
 */
#ifndef DATA_H
#define DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATA_INPUT = 2, DATA_MACHINE = 7 }; /* of the programs' exit codes */

struct data_fault {
  int exit;
  char text[512];
};

enum data_type { DATA_TEXT = 0, DATA_NUMBER = 1 };
enum data_encoding { DATA_UTF8 = 0, DATA_GB18030 = 1, DATA_LATIN = 2 }; /* the last: Windows-1252 */

struct data_column {
  char *name;
  enum data_type type;
};

/* The section `data:` of party.yaml; filled by config.  All zeros but `path`
 * is a CSV file in UTF-8 with commas, without a header, all columns declared. */
struct data_config {
  char *path;                  /* a CSV file, or an SQLite database (known by its first bytes)        */
  char *table;                 /* what `view` calls the CSV file (default "data"), or the database's
                                  table; may be NULL for a database when there is a view              */
  bool header;                 /* CSV: the first record holds the column names                        */
  bool header_is_written;      /* not the default, which is no mistake for a database                 */
  struct data_column *columns; /* CSV: with a header, the columns whose type is not text
                                  (in any order, each must be in the header); without
                                  one, the names and types of all columns in order    */
  unsigned n_columns;
  char **missing; /* CSV: fields equal to one of these are NULL; the pointer NULL
                     means the default: empty, "?" and "NA"                           */
  unsigned n_missing;
  enum data_encoding encoding; /* CSV: a byte order mark is allowed with DATA_UTF8    */
  char delimiter;              /* CSV: 0 means ','                                    */
  char *view;                  /* a SELECT that gives the agreed columns from the hospital's tables;
                                  NULL: the table has them under their agreed names                    */
};

/* One dimension of the table: an SQL expression over the agreed columns, and
 * the public list of the values that have a cell of their own. */
struct data_stratum {
  char *name; /* for messages */
  char *expression;
  char **cells;     /* values as text; for an expression that gives numbers, numbers */
  unsigned n_cells; /* without `other`, which is always the last */
};

/* What the parties agreed on. */
struct data_question {
  struct data_column *columns; /* the agreed columns with their types */
  unsigned n_columns;
  char *condition; /* who belongs to the cohort; NULL: everybody */
  struct data_stratum *strata;
  unsigned n_strata; /* 0: one cell */
  unsigned deadline; /* seconds; 0 means 600 */
  const char *part;  /* what messages call a stratum; NULL: "stratum" */
};

struct data_report {
  int64_t rows;    /* read */
  int64_t cohort;  /* for which the condition is true: the sum of all cells */
  int64_t missing; /* rows with a NULL in a column that the question uses */
  int64_t other;   /* rows of the cohort that are in `other` of at least one stratum */
};

struct data;

/* Open the data.
 *   out    *d      to be closed; NULL on failure
 *   error  DATA_INPUT   what the file or the section `data:` does wrong
 *          DATA_MACHINE out of memory, unreadable disk */
int data_open(struct data **d, const struct data_config *c, struct data_fault *f);
void data_close(struct data *d); /* NULL is allowed */

/* The cells of a question: the product of n_cells + 1 over its strata; 0 when
 * that is beyond DATA_MAX_CELLS. */
enum { DATA_MAX_CELLS = 1 << 20, DATA_MAX_STRATA = 128 };
size_t data_cells(const struct data_question *q);

/* Check a question without any data: it names only agreed columns, is one
 * expression of the language in docs/question-language.md, compares numbers with
 * numbers and text with text, and its cells have the type of their stratum.
 * Every party comes to the same verdict. */
int data_check(const struct data_question *q, struct data_fault *f);

/* Count.
 *   out    counts[n]  n = data_cells(q); row-major over the strata, `other` last in
 *                     each; all zeros on failure
 *          report     may be NULL
 * A row counts when the condition is true (not when it is NULL); a stratum that
 * is NULL is in `other`.  Numbers are double precision: age / 10 is 6.3, whatever
 * the file writes. */
int data_count(struct data *d, int64_t *counts, size_t n, struct data_report *report, const struct data_question *q,
               struct data_fault *f);

/* Every row of the cohort with its cell, and the values of some of the agreed columns as text (NULL: missing),
 * valid in the call.  false: stop; then the exit is DATA_MACHINE. */
struct data_keys { const char *const *column; unsigned n; };
typedef bool (*data_cell_fn)(void *user, size_t cell, const char *const *value, const size_t *len);
int data_each_cell(struct data *d, const struct data_keys *keys, data_cell_fn fn, void *user, struct data_report *report,
                   const struct data_question *q, struct data_fault *f);

/* The rows themselves, as numbers: of every row for which the condition is true
 * and no stratum is NULL (complete cases), the values of the strata's
 * expressions, which must all give numbers; their cells are not used.
 *   out    *rows   n x cols, cols = q->n_strata, row-major; to be freed by
 *                  data_rows_free(), which wipes; all zeros on failure
 *          report  may be NULL; missing: rows left out for a NULL, cohort: those kept */
struct data_rows {
  size_t n, cols, cap;
  double *v;
};
int data_rows(struct data *d, struct data_rows *rows, struct data_report *report, const struct data_question *q,
              struct data_fault *f);
void data_rows_free(struct data_rows *rows);

/* Every row in the order of the file, with the strata's values as numbers: NaN where one
 * is missing, all NaN where the condition is not true.  Only columns that the
 * question's expressions use need be there. */
struct data_row {
  const double *value;          /* [n_strata]                                            */
  bool belongs;                 /* the condition is true                                 */
  unsigned n_own;
  const char *const *own_name;  /* the hospital's own columns                            */
  const char *const *own;       /* their values as text, NULL: missing; valid in the call */
  const bool *own_is_real;      /* it is a number with a fraction: no one spelling */
};
/* false: stop; then the exit is DATA_MACHINE */
typedef bool (*data_row_fn)(void *user, const struct data_row *row);
int data_each(struct data *d, const struct data_question *q, data_row_fn fn, void *user, struct data_report *report,
              struct data_fault *f);

#endif
