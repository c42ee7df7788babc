/* data_open.h - an opened file, and the temporary view that a question reads. */
#ifndef DATA_OPEN_H
#define DATA_OPEN_H

#include "data_guard.h"
#include "expr.h"

/* A table that the hospital's view reads. */
struct data_table {
  struct data_table *next;
  char *name;
  struct expr_column *columns;
  bool *bare; /* the column's values are text, its declared type says number: its affinity must go */
  bool *numeric;
  unsigned n;
};

struct data {
  sqlite3 *db;
  bool is_csv;               /* the declared types of the table are true */
  char *path, *table, *view; /* view may be NULL */
  struct data_table *tables; /* during data_view_make only */
  bool with_own;             /* DATA_AGREED also has all the hospital's columns, last */
};

/* Type the hospital's view, and make the temporary view DATA_AGREED of the
 * agreed columns, inside the transaction that is open; its end undoes it. */
int data_view_make(struct data *d, const struct data_question *q, struct data_guard *g, struct data_fault *f);

/* What SQLite reports, with `what` before it. */
int data_fail_sqlite(struct data *d, const struct data_guard *g, const char *what, struct data_fault *f);

#endif
