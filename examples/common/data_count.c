/* data_count.c - the counts of a question, or its rows as numbers; see data.h. */
#include "data_check.h"
#include "data_open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One count under way. */
struct count {
  struct data *d;
  const struct data_question *q;
  struct data_plan plan;
  struct data_guard guard;
  struct data_report report;
  int64_t *counts;
  struct data_rows *rows; /* take these instead of counting */
  data_row_fn fn;         /* or give every row to this */
  const struct data_keys *keys; /* or every one of the cohort, with these columns, to this */
  data_cell_fn cell_fn;
  void *user;
  struct data_fault *f;
};

/* --- the statement --- */

/* Does SQLite agree that this part is an expression?  Asked part by part, so
 * that the message names the part. */
static int try_part(struct count *c, const char *what, const char *sql) {
  sqlite3_stmt *st = NULL;
  char *text = sqlite3_mprintf("SELECT (%s) FROM " DATA_AGREED, sql);
  if (text == NULL) return data_fail(c->f, DATA_MACHINE, "out of memory");
  int rc = sqlite3_prepare_v2(c->d->db, text, -1, &st, NULL);
  sqlite3_free(text);
  if (rc != SQLITE_OK) data_fail_sqlite(c->d, &c->guard, what, c->f);
  sqlite3_finalize(st);
  return c->f->exit;
}

static int try_parts(struct count *c) {
  const struct data_question *q = c->q;
  if (q->condition != NULL) try_part(c, "condition", q->condition);
  for (unsigned i = 0; i < q->n_strata && c->f->exit == 0; i++) {
    char *what = sqlite3_mprintf("%s '%.100s'", q->part != NULL ? q->part : "stratum",
                                 q->strata[i].name != NULL ? q->strata[i].name : "");
    if (what == NULL) return data_fail(c->f, DATA_MACHINE, "out of memory");
    try_part(c, what, q->strata[i].expression);
    sqlite3_free(what);
  }
  return c->f->exit;
}

static unsigned n_keys(const struct count *c) { return c->keys == NULL ? 0 : c->keys->n; }

/* Column 0 is the condition, then the strata, then every used column, then those of the key. */
static int prepare_count(sqlite3_stmt **st, struct count *c) {
  const struct data_question *q = c->q;
  sqlite3_str *sql = sqlite3_str_new(c->d->db);
  sqlite3_str_appendf(sql, "SELECT (%s)", q->condition != NULL ? q->condition : "1");
  for (unsigned i = 0; i < q->n_strata; i++) sqlite3_str_appendf(sql, ", (%s)", q->strata[i].expression);
  if (c->fn != NULL) sqlite3_str_appendall(sql, ", *"); /* a constant, these columns, the hospital's */
  for (unsigned i = 0; i < q->n_columns && c->fn == NULL; i++)
    if (c->plan.columns[i].used) sqlite3_str_appendf(sql, ", \"%w\"", q->columns[i].name);
  for (unsigned i = 0; i < n_keys(c); i++) sqlite3_str_appendf(sql, ", \"%w\"", c->keys->column[i]);
  sqlite3_str_appendall(sql, " FROM " DATA_AGREED);
  char *text = sqlite3_str_finish(sql);
  if (text == NULL) return data_fail(c->f, DATA_MACHINE, "out of memory");
  int rc = sqlite3_prepare_v2(c->d->db, text, -1, st, NULL);
  sqlite3_free(text);
  return rc == SQLITE_OK ? 0 : data_fail_sqlite(c->d, &c->guard, "question", c->f);
}

/* --- the rows --- */

static unsigned place(const struct data_axis *a, sqlite3_stmt *st, int i) {
  if (sqlite3_column_type(st, i) == SQLITE_NULL) return a->n;
  if (a->numeric) return data_axis_find(a, "", 0, sqlite3_column_double(st, i));
  const char *text = (const char *)sqlite3_column_text(st, i);
  return text == NULL ? a->n : data_axis_find(a, text, (size_t)sqlite3_column_bytes(st, i), 0);
}

static bool is_true(sqlite3_stmt *st) {
  return sqlite3_column_type(st, 0) != SQLITE_NULL && sqlite3_column_double(st, 0) != 0;
}

static int give_cell(struct count *c, sqlite3_stmt *st, size_t cell) {
  const char *value[DATA_MAX_STRATA];
  size_t len[DATA_MAX_STRATA];
  int first = sqlite3_column_count(st) - (int)n_keys(c);
  for (int i = 0; i < (int)n_keys(c); i++) {
    value[i] = (const char *)sqlite3_column_text(st, first + i);
    len[i] = value[i] == NULL ? 0 : (size_t)sqlite3_column_bytes(st, first + i);
  }
  return c->cell_fn(c->user, cell, value, len) ? 0 : data_fail(c->f, DATA_MACHINE, "out of memory");
}

static int count_row(struct count *c, sqlite3_stmt *st) {
  size_t cell = 0;
  bool other = false, missing = false;
  for (int i = 1 + (int)c->plan.n_axes; i < sqlite3_column_count(st) - (int)n_keys(c); i++)
    missing = missing || sqlite3_column_type(st, i) == SQLITE_NULL;
  c->report.rows++;
  c->report.missing += missing;
  if (!is_true(st)) return 0;
  for (unsigned i = 0; i < c->plan.n_axes; i++) {
    const struct data_axis *a = &c->plan.axes[i];
    unsigned at = place(a, st, 1 + (int)i);
    other = other || at == a->n;
    cell = cell * (a->n + 1) + at;
  }
  c->report.cohort++;
  c->report.other += other;
  if (c->cell_fn != NULL) return give_cell(c, st, cell);
  c->counts[cell]++;
  return 0;
}

static bool make_room(struct data_rows *r) {
  if (r->n < r->cap) return true;
  size_t cap = r->cap != 0 ? 2 * r->cap : 256;
  double *v = calloc(cap, (r->cols + 1) * sizeof *v);
  if (v == NULL) return false;
  if (r->n != 0) memcpy(v, r->v, r->n * r->cols * sizeof *v);
  if (r->v != NULL) explicit_bzero(r->v, r->n * r->cols * sizeof *v);
  free(r->v);
  r->v = v;
  r->cap = cap;
  return true;
}

/* A complete case of the cohort, or nothing. */
static int take_row(struct count *c, sqlite3_stmt *st) {
  struct data_rows *r = c->rows;
  bool missing = sqlite3_column_type(st, 0) == SQLITE_NULL;
  c->report.rows++;
  if (!missing && !is_true(st)) return 0;
  for (size_t i = 0; i < r->cols; i++) missing = missing || sqlite3_column_type(st, 1 + (int)i) == SQLITE_NULL;
  c->report.missing += missing;
  if (missing) return 0;
  if (!make_room(r)) return data_fail(c->f, DATA_MACHINE, "out of memory");
  for (size_t i = 0; i < r->cols; i++) r->v[r->n * r->cols + i] = sqlite3_column_double(st, 1 + (int)i);
  r->n++;
  c->report.cohort++;
  return 0;
}

/* Where the hospital's own columns begin: after the condition, the strata, a constant, the question's. */
static int first_own(const struct count *c) { return 2 + (int)(c->plan.n_axes + c->q->n_columns); }

struct each { double *value; const char **own, **name; bool *is_real; char (*text)[DATA_NUMBER_TEXT]; };

static int each_begin(struct each *e, const struct count *c, sqlite3_stmt *st) {
  size_t n_own = (size_t)(sqlite3_column_count(st) - first_own(c));
  e->value = calloc(c->plan.n_axes + 1u, sizeof *e->value);
  e->own = calloc(n_own + 1, sizeof *e->own);
  e->name = calloc(n_own + 1, sizeof *e->name);
  e->is_real = calloc(n_own + 1, sizeof *e->is_real);
  e->text = calloc(n_own + 1, sizeof *e->text);
  if (e->value == NULL || e->own == NULL || e->name == NULL || e->is_real == NULL || e->text == NULL)
    return data_fail(c->f, DATA_MACHINE, "out of memory");
  for (size_t i = 0; i < n_own; i++) {
    const char *name = sqlite3_column_name(st, first_own(c) + (int)i);
    if (name == NULL) return data_fail(c->f, DATA_MACHINE, "out of memory");
    e->name[i] = name + 1; /* without the '=' */
  }
  return 0;
}

static void each_end(struct each *e, const struct count *c) {
  if (e->value != NULL) explicit_bzero(e->value, c->plan.n_axes * sizeof *e->value);
  free(e->value);
  free(e->own);
  free(e->name);
  free(e->is_real);
  free(e->text);
}

static int give_row(struct count *c, struct each *e, sqlite3_stmt *st) {
  unsigned n_own = (unsigned)(sqlite3_column_count(st) - first_own(c));
  struct data_row row = {e->value, is_true(st), n_own, e->name, e->own, e->is_real};
  bool missing = false;
  for (unsigned i = 0; i < c->plan.n_axes; i++) {
    bool none = sqlite3_column_type(st, 1 + (int)i) == SQLITE_NULL;
    missing = missing || none;
    e->value[i] = none || !row.belongs ? NAN : sqlite3_column_double(st, 1 + (int)i);
  }
  for (unsigned i = 0; i < n_own; i++) {
    e->is_real[i] = sqlite3_column_type(st, first_own(c) + (int)i) == SQLITE_FLOAT;
    e->own[i] = data_text(e->text[i], st, first_own(c) + (int)i);
  }
  c->report.rows++;
  c->report.missing += row.belongs && missing;
  c->report.cohort += row.belongs && !missing;
  return c->fn(c->user, &row) ? 0 : data_fail(c->f, DATA_MACHINE, "a row could not be taken");
}

static int count_rows(struct count *c, sqlite3_stmt *st) {
  struct each e = {0};
  int rc, exit = c->fn != NULL ? each_begin(&e, c, st) : 0;
  if (exit != 0) return each_end(&e, c), exit;
  while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
    if (c->report.rows == INT64_MAX) return data_fail(c->f, DATA_INPUT, "question: more than 2^63 rows");
    if (c->fn != NULL) exit = give_row(c, &e, st);
    else if (c->rows != NULL) exit = take_row(c, st);
    else exit = count_row(c, st);
    if (exit != 0) break;
  }
  if (c->fn != NULL) each_end(&e, c);
  if (rc == SQLITE_DONE || exit != 0) return exit;
  char what[64];
  sqlite3_snprintf(sizeof what, what, "row %lld", (long long)c->report.rows + 1);
  return data_fail_sqlite(c->d, &c->guard, what, c->f);
}

/* --- all of it --- */

static int count(struct count *c) {
  sqlite3 *db = c->d->db;
  sqlite3_stmt *st = NULL;
  if (data_view_make(c->d, c->q, &c->guard, c->f) != 0) return c->f->exit;
  if (sqlite3_exec(db, "PRAGMA query_only=1", NULL, NULL, NULL) != SQLITE_OK)
    return data_fail_sqlite(c->d, &c->guard, "question", c->f);
  if (data_guard_close(&c->guard, db) != SQLITE_OK) return data_fail_sqlite(c->d, &c->guard, "view", c->f);
  if (try_parts(c) == 0 && prepare_count(&st, c) == 0) count_rows(c, st);
  sqlite3_finalize(st);
  return c->f->exit;
}

/* One transaction: what is probed and what is counted are the same rows; and
 * its end takes the temporary views away. */
static int count_in_transaction(struct count *c) {
  sqlite3 *db = c->d->db;
  data_guard_start(&c->guard, db, c->q->deadline != 0 ? c->q->deadline : 600);
  if (sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) data_fail_sqlite(c->d, &c->guard, "data", c->f);
  else count(c);
  data_guard_end(db);
  sqlite3_exec(db, "PRAGMA query_only=0", NULL, NULL, NULL);
  if (sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
    data_fail(c->f, DATA_MACHINE, "data: %s", sqlite3_errmsg(db));
  return c->f->exit;
}

int data_count(struct data *d, int64_t *counts, size_t n, struct data_report *report, const struct data_question *q,
               struct data_fault *f) {
  struct count c = {.d = d, .q = q, .counts = counts, .f = f};
  memset(f, 0, sizeof *f);
  memset(counts, 0, n * sizeof *counts);
  int exit = data_plan_make(&c.plan, q, f);
  if (exit == 0 && n != data_cells(q)) exit = data_fail(f, 99, "data_count: room for another number of cells");
  if (exit == 0) exit = count_in_transaction(&c);
  data_plan_free(&c.plan);
  if (exit != 0) memset(counts, 0, n * sizeof *counts);
  if (exit != 0) memset(&c.report, 0, sizeof c.report);
  if (report != NULL) *report = c.report;
  return exit;
}

int data_each_cell(struct data *d, const struct data_keys *keys, data_cell_fn fn, void *user, struct data_report *report,
                   const struct data_question *q, struct data_fault *f) {
  struct count c = {.d = d, .q = q, .keys = keys, .cell_fn = fn, .user = user, .f = f};
  memset(f, 0, sizeof *f);
  int exit = data_plan_make(&c.plan, q, f);
  if (exit == 0 && keys->n > DATA_MAX_STRATA) exit = data_fail(f, 99, "data_each_cell: too many columns");
  if (exit == 0) exit = count_in_transaction(&c);
  data_plan_free(&c.plan);
  if (exit != 0) memset(&c.report, 0, sizeof c.report);
  if (report != NULL) *report = c.report;
  return exit;
}

void data_rows_free(struct data_rows *rows) {
  if (rows->v != NULL) explicit_bzero(rows->v, rows->n * rows->cols * sizeof *rows->v);
  free(rows->v);
  memset(rows, 0, sizeof *rows);
}

static int check_numeric(const struct count *c) {
  const struct data_question *q = c->q;
  for (unsigned i = 0; i < c->plan.n_axes; i++)
    if (!c->plan.axes[i].numeric)
      return data_fail(c->f, DATA_INPUT, "%s '%.100s': it gives text, not numbers", q->part != NULL ? q->part : "stratum",
                       q->strata[i].name);
  return 0;
}

int data_each(struct data *d, const struct data_question *q, data_row_fn fn, void *user, struct data_report *report,
              struct data_fault *f) {
  struct data_question needed = *q; /* with the columns that are used alone */
  struct count c = {.d = d, .q = &needed, .fn = fn, .user = user, .f = f};
  memset(f, 0, sizeof *f);
  int exit = data_plan_make(&c.plan, q, f);
  needed.columns = calloc(q->n_columns + 1u, sizeof *needed.columns);
  needed.n_columns = 0;
  if (exit == 0 && needed.columns == NULL) exit = data_fail(f, DATA_MACHINE, "out of memory");
  for (unsigned i = 0; i < q->n_columns && exit == 0; i++)
    if (c.plan.columns[i].used) needed.columns[needed.n_columns++] = q->columns[i];
  d->with_own = true;
  if (exit == 0) exit = check_numeric(&c);
  if (exit == 0) exit = count_in_transaction(&c);
  d->with_own = false;
  data_plan_free(&c.plan);
  free(needed.columns);
  if (report != NULL) *report = c.report;
  return exit;
}

int data_rows(struct data *d, struct data_rows *rows, struct data_report *report, const struct data_question *q,
              struct data_fault *f) {
  struct count c = {.d = d, .q = q, .rows = rows, .f = f};
  memset(f, 0, sizeof *f);
  *rows = (struct data_rows){.cols = q->n_strata};
  int exit = data_plan_make(&c.plan, q, f);
  if (exit == 0) exit = check_numeric(&c);
  if (exit == 0) exit = count_in_transaction(&c);
  data_plan_free(&c.plan);
  if (exit != 0) data_rows_free(rows);
  if (exit != 0) memset(&c.report, 0, sizeof c.report);
  if (report != NULL) *report = c.report;
  return exit;
}
