/* psi_rows.c - see psi_rows.h. */
#include "psi_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data_impl.h"
#include "data_open.h"

struct psi_rows {
  struct data *d;
  sqlite3_stmt *st;      /* all columns of all rows */
  unsigned n_columns;
  int column[PSI_MAX_KEY]; /* of each component        */
  const struct psi_question *q;
  struct psi_tally tally, seen; /* seen: by a stream, in all its runs */
  struct psi_bytes bytes; /* all keys; of a stream, some */
  size_t *item_of;        /* [tally.rows] or SIZE_MAX; NULL: a stream */
  bool is_read;           /* a stream: there are no more */
  size_t *from, *len;     /* [items.n]                */
  const void **at;
  size_t cap;
  smpc_items items;
  int summed;             /* the column that is summed, or -1 */
  double *decimal;        /* [cap] of items, or NULL  */
  int64_t *whole;         /* the same                 */
};

const struct psi_tally *psi_rows_tally(const struct psi_rows *r) { return &r->tally; }
const smpc_items *psi_rows_items(const struct psi_rows *r) { return &r->items; }
const double *psi_rows_decimals(const struct psi_rows *r) { return r->decimal; }
const int64_t *psi_rows_wholes(const struct psi_rows *r) { return r->whole; }
unsigned psi_rows_columns(const struct psi_rows *r) { return r->n_columns; }
const char *psi_rows_column(const struct psi_rows *r, unsigned i) { return sqlite3_column_name(r->st, (int)i); }

static int no_memory(struct data_fault *f) { return data_fail(f, DATA_MACHINE, "out of memory"); }

static int sqlite_fault(const struct psi_rows *r, struct data_fault *f) {
  int rc = sqlite3_errcode(r->d->db) & 0xff;
  int code = rc == SQLITE_NOMEM || rc == SQLITE_IOERR || rc == SQLITE_FULL ? DATA_MACHINE : DATA_INPUT;
  return data_fail(f, code, "%s: SQLite: %s", r->d->path, sqlite3_errmsg(r->d->db));
}

/* Two readings of what is drawn anew would not tell of the same rows. */
static int allow(void *user, int action, const char *a, const char *name, const char *database, const char *within) {
  (void)user, (void)a, (void)database, (void)within;
  bool is_drawn = action == SQLITE_FUNCTION && name != NULL &&
                  (sqlite3_stricmp(name, "random") == 0 || sqlite3_stricmp(name, "randomblob") == 0);
  return is_drawn ? SQLITE_DENY : SQLITE_OK;
}

/* One statement over the hospital's table or view, inside one transaction: both
 * readings see the same rows in the same order. */
static int prepare(struct psi_rows *r, struct data_fault *f) {
  struct data *d = r->d;
  char *sql = d->view != NULL ? sqlite3_mprintf("SELECT * FROM (%s)", d->view)
                              : sqlite3_mprintf("SELECT * FROM \"%w\"", d->table);
  if (sql == NULL) return no_memory(f);
  int rc = sqlite3_set_authorizer(d->db, allow, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(d->db, "BEGIN", NULL, NULL, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(d->db, sql, -1, &r->st, NULL);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) return sqlite_fault(r, f);
  if (r->st == NULL || !sqlite3_stmt_readonly(r->st)) return data_fail(f, DATA_INPUT, "`view:` is no SELECT");
  r->n_columns = (unsigned)sqlite3_column_count(r->st);
  return r->n_columns <= DATA_MAX_COLUMNS ? 0 : data_fail(f, DATA_INPUT, "there are more than %d columns", DATA_MAX_COLUMNS);
}

static int find_column(const struct psi_rows *r, int *at, const char *wanted, const char *who, struct data_fault *f) {
  for (int i = 0; i < (int)r->n_columns; i++)
    if (strcmp(sqlite3_column_name(r->st, i), wanted) == 0) return *at = i, 0;
  return data_fail(f, DATA_INPUT, "%s: there is no column \"%s\", which the question's %s names", r->d->path, wanted, who);
}

static int find_columns(struct psi_rows *r, bool with_numbers, struct data_fault *f) {
  int exit = 0;
  for (unsigned k = 0; k < r->q->n_key && exit == 0; k++)
    exit = find_column(r, &r->column[k], r->q->key[k].column, "key", f);
  r->summed = -1;
  return exit != 0 || !with_numbers ? exit : find_column(r, &r->summed, r->q->column, "`column`", f);
}

/* --- one row's key --------------------------------------------------------------- */

static enum psi_value add_key(struct psi_rows *r) {
  const char *text[PSI_MAX_KEY];
  size_t len[PSI_MAX_KEY];
  for (unsigned k = 0; k < r->q->n_key; k++) {
    text[k] = (const char *)sqlite3_column_text(r->st, r->column[k]);
    len[k] = (size_t)sqlite3_column_bytes(r->st, r->column[k]);
  }
  return psi_key_add(&r->bytes, r->q->key, r->q->n_key, r->q->empty_matches, text, len);
}

static bool grow_numbers(struct psi_rows *r, size_t cap) {
  if (r->summed < 0) return true;
  void *old = r->q->numbers == PSI_WHOLE ? (void *)r->whole : (void *)r->decimal, *made = realloc(old, cap * 8);
  if (made == NULL) return false;
  if (r->q->numbers == PSI_WHOLE) r->whole = made;
  else r->decimal = made;
  return true;
}

/* The number of a row that has the key of item `item`. */
static int read_number(struct psi_rows *r, size_t item, struct data_fault *f) {
  double value = 0;
  const char *text = (const char *)sqlite3_column_text(r->st, r->summed);
  if (text == NULL) r->tally.missing++;
  else if (!data_number(&value, text, (size_t)sqlite3_column_bytes(r->st, r->summed)))
    return data_fail(f, DATA_INPUT, "%s: row %llu of the data: column \"%s\" has no number", r->d->path,
                     (unsigned long long)r->tally.rows + 1, r->q->column);
  if (r->q->numbers == PSI_DECIMAL) return r->decimal[item] = value, 0;
  if (value != floor(value) || fabs(value) >= 0x1p53)
    return data_fail(f, DATA_INPUT, "%s: row %llu of the data: column \"%s\" has no whole number below 2^53", r->d->path,
                     (unsigned long long)r->tally.rows + 1, r->q->column);
  r->whole[item] = (int64_t)value;
  return 0;
}

/* Room for one row more. */
static bool grow(struct psi_rows *r) {
  if (r->tally.rows < r->cap) return true;
  size_t cap = 2 * r->cap + 1024;
  size_t *item_of = realloc(r->item_of, cap * sizeof *item_of);
  if (item_of != NULL) r->item_of = item_of;
  size_t *from = realloc(r->from, cap * sizeof *from);
  if (from != NULL) r->from = from;
  if (item_of == NULL || from == NULL || !grow_numbers(r, cap)) return false;
  r->cap = cap;
  return true;
}

static int check_types(const struct psi_rows *r, struct data_fault *f) {
  for (unsigned k = 0; k < r->q->n_key; k++)
    if (sqlite3_column_type(r->st, r->column[k]) == SQLITE_FLOAT)
      return data_fail(f, DATA_INPUT,
                       "%s: column \"%s\" holds numbers with a fraction, which have no one spelling: read it as text",
                       r->d->path, r->q->key[k].column);
  return 0;
}

static int read_row(struct psi_rows *r, struct data_fault *f) {
  if (check_types(r, f) != 0) return f->exit;
  size_t before = r->bytes.len;
  enum psi_value v = grow(r) ? add_key(r) : PSI_NO_MEMORY;
  if (v == PSI_NO_MEMORY) return no_memory(f);
  r->item_of[r->tally.rows] = v == PSI_VALUE ? r->items.n : SIZE_MAX;
  if (v == PSI_VALUE && r->summed >= 0 && read_number(r, r->items.n, f) != 0) return f->exit;
  if (v == PSI_VALUE) r->from[r->items.n++] = before;
  r->tally.rows++;
  r->tally.empty += v == PSI_EMPTY;
  r->tally.invalid += v == PSI_BAD;
  return 0;
}

/* Pointers and lengths, now that the bytes lie still. */
static int lay_out(struct psi_rows *r, struct data_fault *f) {
  r->at = calloc(r->items.n + 1, sizeof *r->at);
  r->len = calloc(r->items.n + 1, sizeof *r->len);
  if (r->at == NULL || r->len == NULL) return no_memory(f);
  for (size_t i = 0; i < r->items.n; i++) {
    r->at[i] = r->bytes.at + r->from[i];
    r->len[i] = (i + 1 < r->items.n ? r->from[i + 1] : r->bytes.len) - r->from[i];
  }
  r->items.item = r->at;
  r->items.len = r->len;
  return 0;
}

static int read_all(struct psi_rows *r, struct data_fault *f) {
  int rc, exit = 0;
  while ((rc = sqlite3_step(r->st)) == SQLITE_ROW && exit == 0) exit = read_row(r, f);
  if (exit == 0 && rc != SQLITE_DONE) exit = sqlite_fault(r, f);
  sqlite3_reset(r->st);
  return exit == 0 ? lay_out(r, f) : exit;
}

/* --- a stream ------------------------------------------------------------------------ */

enum { PIECE = 256 }; /* rows at a time */

int psi_rows_next(struct psi_rows *r, smpc_items *some, struct data_fault *f) {
  int rc = SQLITE_ROW;
  size_t n = 0;
  r->bytes.len = 0;
  while (n < PIECE && !r->is_read && (rc = sqlite3_step(r->st)) == SQLITE_ROW) {
    if (check_types(r, f) != 0) return f->exit;
    r->from[n] = r->bytes.len;
    enum psi_value v = add_key(r);
    if (v == PSI_NO_MEMORY) return no_memory(f);
    r->seen = (struct psi_tally){r->seen.rows + 1, r->seen.empty + (v == PSI_EMPTY), r->seen.invalid + (v == PSI_BAD), 0};
    n += v == PSI_VALUE;
  }
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return sqlite_fault(r, f);
  r->from[n] = r->bytes.len;
  for (size_t i = 0; i < n; i++) {
    r->at[i] = r->bytes.at + r->from[i];
    r->len[i] = r->from[i + 1] - r->from[i];
  }
  r->is_read = rc == SQLITE_DONE && n != 0; /* a further step would begin anew at once */
  if (rc == SQLITE_DONE) sqlite3_reset(r->st);
  *some = (smpc_items){.n = n, .item = r->at, .len = r->len};
  return 0;
}

/* All rows once, for their number. */
static int count_all(struct psi_rows *r, struct data_fault *f) {
  smpc_items some = {.n = 1};
  int exit = 0;
  if (r->d->is_csv)
    return data_fail(f, DATA_INPUT, "%s: a CSV file is held in memory whole: --memory needs an SQLite database", r->d->path);
  r->from = calloc(PIECE + 1, sizeof *r->from);
  r->len = calloc(PIECE, sizeof *r->len);
  r->at = calloc(PIECE, sizeof *r->at);
  if (r->from == NULL || r->len == NULL || r->at == NULL) return no_memory(f);
  for (; some.n != 0 && exit == 0; r->items.n += some.n) exit = psi_rows_next(r, &some, f);
  r->tally = r->seen;
  return exit;
}

int psi_rows_open(struct psi_rows **out, const struct data_config *c, const struct psi_question *q, enum psi_reading how,
                  struct data_fault *f) {
  struct psi_rows *r = calloc(1, sizeof *r);
  *out = NULL;
  if (r == NULL) return no_memory(f);
  r->q = q;
  int exit = data_open(&r->d, c, f);
  if (exit == 0) exit = prepare(r, f);
  if (exit == 0) exit = find_columns(r, how == PSI_KEYS_AND_NUMBERS, f);
  if (exit == 0) exit = how == PSI_STREAM ? count_all(r, f) : read_all(r, f);
  if (exit == 0) *out = r;
  else psi_rows_close(r);
  return exit;
}

void psi_rows_close(struct psi_rows *r) {
  if (r == NULL) return;
  sqlite3_finalize(r->st);
  data_close(r->d);
  free(r->bytes.at);
  free(r->item_of);
  free(r->decimal);
  free(r->whole);
  free(r->from);
  free(r->len);
  free(r->at);
  free(r);
}

/* Which item the row at hand is; of a stream by making its key again, and none beyond those it had. */
static size_t item_at(struct psi_rows *r, size_t row, size_t *items) {
  if (r->item_of != NULL) return r->item_of[row];
  r->bytes.len = 0;
  if (add_key(r) != PSI_VALUE) return SIZE_MAX;
  size_t item = (*items)++;
  return item < r->items.n ? item : SIZE_MAX;
}

/* After all rows: they are as many as at first. */
static int check_again(const struct psi_rows *r, int rc, size_t rows, size_t items, struct data_fault *f) {
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return sqlite_fault(r, f);
  if (rc == SQLITE_DONE && rows == r->tally.rows && (r->item_of != NULL || items == r->items.n)) return 0;
  return data_fail(f, DATA_MACHINE, "%s: the rows changed while they were read: at first they were %llu", r->d->path,
                   (unsigned long long)r->tally.rows);
}

int psi_rows_each(struct psi_rows *r, psi_row_fn fn, void *user, struct data_fault *f) {
  const char *value[DATA_MAX_COLUMNS];
  char text[DATA_MAX_COLUMNS][DATA_NUMBER_TEXT];
  int rc = SQLITE_DONE;
  size_t row = 0, items = 0;
  bool go_on = true;
  while (go_on && (rc = sqlite3_step(r->st)) == SQLITE_ROW && row < r->tally.rows) {
    size_t item = item_at(r, row++, &items);
    for (unsigned i = 0; i < r->n_columns; i++) value[i] = data_text(text[i], r->st, (int)i);
    go_on = fn(user, value, item);
  }
  int exit = go_on ? check_again(r, rc, row, items, f) : 0;
  sqlite3_reset(r->st);
  return exit;
}
