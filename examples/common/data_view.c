/* data_view.c - from the hospital's tables to the agreed columns, typed on the way.
 *
 *   hospital's table                      types by its values (database) or by declaration (CSV)
 *     -> temporary view of its name       only where a column's affinity contradicts its values
 *       -> the hospital's `view:`         typed by expr_check_select
 *         -> smpc_agreed                  every value through smpc_number or smpc_text
 *           -> the question               typed by expr_check */
#include "data_open.h"

#include <stdlib.h>
#include <string.h>

int data_fail_sqlite(struct data *d, const struct data_guard *g, const char *what, struct data_fault *f) {
  int rc = sqlite3_errcode(d->db) & 0xff;
  if (g->expired) return data_fail(f, DATA_INPUT, "%s: not finished within the time allowed", what);
  if (rc == SQLITE_NOMEM) return data_fail(f, DATA_MACHINE, "%s: out of memory", what);
  if (rc == SQLITE_IOERR || rc == SQLITE_FULL) return data_fail(f, DATA_MACHINE, "%s: %s", what, sqlite3_errmsg(d->db));
  if (g->denied[0] != 0) return data_fail(f, DATA_INPUT, "%s: not allowed: %s", what, g->denied);
  return data_fail(f, DATA_INPUT, "%s: %s", what, sqlite3_errmsg(d->db));
}

/* What the callbacks of expr_check_select work with. */
struct tables {
  struct data *d;
  struct data_guard *g;
};

static int exec(struct data *d, const struct data_guard *g, char *sql, const char *what, struct data_fault *f) {
  if (sql == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  int rc = sqlite3_exec(d->db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
  return rc == SQLITE_OK ? 0 : data_fail_sqlite(d, g, what, f);
}

static int prepare(sqlite3_stmt **st, struct data *d, const struct data_guard *g, char *sql, const char *what,
                   struct data_fault *f) {
  if (sql == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  int rc = sqlite3_prepare_v2(d->db, sql, -1, st, NULL);
  sqlite3_free(sql);
  return rc == SQLITE_OK ? 0 : data_fail_sqlite(d, g, what, f);
}

/* --- tables --- */

static void free_tables(struct data *d) {
  while (d->tables != NULL) {
    struct data_table *t = d->tables;
    d->tables = t->next;
    for (unsigned i = 0; i < t->n; i++) free((char *)t->columns[i].name);
    free(t->name);
    free(t->columns);
    free(t->bare);
    free(t->numeric);
    free(t);
  }
}

/* Does SQLite convert text to numbers in a column of this declared type?  Its
 * rules (affinity): CHAR, CLOB, TEXT without INT: no; BLOB or no type: no. */
static bool has_numeric_affinity(const char *type) {
  if (type == NULL || type[0] == 0) return false;
  if (sqlite3_strlike("%INT%", type, 0) == 0) return true;
  return sqlite3_strlike("%CHAR%", type, 0) != 0 && sqlite3_strlike("%CLOB%", type, 0) != 0 &&
         sqlite3_strlike("%TEXT%", type, 0) != 0 && sqlite3_strlike("%BLOB%", type, 0) != 0;
}

/* Name and affinity of every column, from a statement that reads them all. */
static int describe(struct data_table *t, sqlite3_stmt *st, bool is_csv, struct data_fault *f) {
  unsigned n = (unsigned)sqlite3_column_count(st);
  t->columns = calloc(n, sizeof *t->columns);
  t->bare = calloc(n, sizeof *t->bare);
  t->numeric = calloc(n, sizeof *t->numeric);
  if (t->columns == NULL || t->bare == NULL || t->numeric == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  for (; t->n < n; t->n++) {
    const char *name = sqlite3_column_name(st, (int)t->n);
    char *copy = name != NULL ? strdup(name) : NULL;
    if (copy == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
    t->numeric[t->n] = has_numeric_affinity(sqlite3_column_decltype(st, (int)t->n));
    enum expr_type declared = t->numeric[t->n] ? EXPR_NUMBER : EXPR_TEXT;
    t->columns[t->n] = (struct expr_column){.name = copy, .type = is_csv ? declared : EXPR_UNPROBED};
  }
  return 0;
}

static struct data_table *find_table(struct data *d, const char *name) {
  for (struct data_table *t = d->tables; t != NULL; t = t->next)
    if (sqlite3_stricmp(t->name, name) == 0) return t;
  return NULL;
}

static int add_table(struct tables *ts, const char *name, struct data_fault *f) {
  struct data_table *t = calloc(1, sizeof *t);
  sqlite3_stmt *st = NULL;
  if (t == NULL || (t->name = strdup(name)) == NULL) return free(t), data_fail(f, DATA_MACHINE, "out of memory");
  t->next = ts->d->tables;
  ts->d->tables = t;
  int exit = prepare(&st, ts->d, ts->g, sqlite3_mprintf("SELECT * FROM main.\"%w\"", name), "view", f);
  if (exit == 0) exit = describe(t, st, ts->d->is_csv, f);
  sqlite3_finalize(st);
  return exit;
}

static int open_table(void *user, struct expr_source *s, const char *name, struct data_fault *f) {
  struct tables *ts = user;
  if (find_table(ts->d, name) == NULL && add_table(ts, name, f) != 0) return f->exit;
  struct data_table *t = find_table(ts->d, name);
  s->table = t->name;
  s->columns = t->columns;
  s->n = t->n;
  return 0;
}

/* The type by the values: one pass over the column. */
static int probe(void *user, const struct expr_source *s, struct expr_column *c, struct data_fault *f) {
  struct tables *ts = user;
  sqlite3_stmt *st = NULL;
  char *sql = sqlite3_mprintf("SELECT total(typeof(\"%w\")='text'), total(typeof(\"%w\") IN ('integer','real')), "
                              "total(typeof(\"%w\")='blob') FROM main.\"%w\"",
                              c->name, c->name, c->name, s->table);
  if (prepare(&st, ts->d, ts->g, sql, "view", f) != 0) return f->exit;
  if (sqlite3_step(st) != SQLITE_ROW) data_fail_sqlite(ts->d, ts->g, "view", f);
  else {
    bool text = sqlite3_column_double(st, 0) > 0, number = sqlite3_column_double(st, 1) > 0;
    if (sqlite3_column_double(st, 2) > 0)
      data_fail(f, DATA_INPUT, "view: column '%s' of '%s' holds binary data", c->name, s->table);
    else if (text && number)
      data_fail(f, DATA_INPUT, "view: column '%s' of '%s' holds both numbers and text", c->name, s->table);
    c->type = text ? EXPR_TEXT : number ? EXPR_NUMBER : EXPR_NULL;
    struct data_table *t = find_table(ts->d, s->table);
    t->bare[c - t->columns] = text && t->numeric[c - t->columns];
  }
  sqlite3_finalize(st);
  return f->exit;
}

/* A temporary view hides the table of its name; unary plus takes the affinity away. */
static int hide_affinity(struct tables *ts, const struct data_table *t, struct data_fault *f) {
  bool any = false;
  for (unsigned i = 0; i < t->n; i++) any = any || t->bare[i];
  if (!any) return 0;
  sqlite3_str *sql = sqlite3_str_new(ts->d->db);
  sqlite3_str_appendf(sql, "CREATE TEMP VIEW \"%w\" AS SELECT ", t->name);
  for (unsigned i = 0; i < t->n; i++)
    sqlite3_str_appendf(sql, "%s%s\"%w\" AS \"%w\"", i > 0 ? ", " : "", t->bare[i] ? "+" : "", t->columns[i].name,
                        t->columns[i].name);
  sqlite3_str_appendf(sql, " FROM main.\"%w\"", t->name);
  return exec(ts->d, ts->g, sqlite3_str_finish(sql), "view", f);
}

static int check_view(struct data *d, struct data_guard *g, struct data_fault *f) {
  struct tables ts = {d, g};
  struct expr_database db = {open_table, probe, &ts};
  int exit = expr_check_select(d->view, "view", &db, f);
  for (struct data_table *t = d->tables; t != NULL && exit == 0; t = t->next) exit = hide_affinity(&ts, t, f);
  free_tables(d);
  return exit;
}

/* --- the agreed columns --- */

static bool has_column(sqlite3_stmt *st, const char *name) {
  for (int i = 0; i < sqlite3_column_count(st); i++)
    if (sqlite3_stricmp(sqlite3_column_name(st, i), name) == 0) return true;
  return false;
}

static int check_columns(struct data *d, const struct data_question *q, struct data_guard *g, const char *from,
                         struct data_fault *f) {
  sqlite3_stmt *st = NULL;
  const char *what = d->view != NULL ? "view" : "data";
  int exit = prepare(&st, d, g, sqlite3_mprintf("SELECT * FROM %s", from), what, f);
  for (unsigned i = 0; i < q->n_columns && exit == 0; i++)
    if (!has_column(st, q->columns[i].name))
      exit =
          data_fail(f, DATA_INPUT, "%s: there is no column '%s', which the question needs", what, q->columns[i].name);
  sqlite3_finalize(st);
  return exit;
}

/* The columns as the hospital has them; no name of the question starts with '='. */
static int append_own(sqlite3_str *sql, struct data *d, struct data_guard *g, const char *from, struct data_fault *f) {
  sqlite3_stmt *st = NULL;
  int exit = prepare(&st, d, g, sqlite3_mprintf("SELECT * FROM %s", from), "view", f);
  for (int i = 0; i < sqlite3_column_count(st); i++)
    sqlite3_str_appendf(sql, ", \"%w\" AS \"=%w\"", sqlite3_column_name(st, i), sqlite3_column_name(st, i));
  sqlite3_finalize(st);
  return exit;
}

static int make_agreed(struct data *d, const struct data_question *q, struct data_guard *g, const char *from,
                       struct data_fault *f) {
  sqlite3_str *sql = sqlite3_str_new(d->db);
  sqlite3_str_appendall(sql, "CREATE TEMP VIEW " DATA_AGREED " AS SELECT 0 AS \"\"");
  for (unsigned i = 0; i < q->n_columns; i++) {
    const struct data_column *c = &q->columns[i];
    const char *wrapper = c->type == DATA_NUMBER ? "smpc_number" : "smpc_text";
    sqlite3_str_appendf(sql, ", %s(\"%w\", %Q) AS \"%w\"", wrapper, c->name, c->name, c->name);
  }
  if (d->with_own && append_own(sql, d, g, from, f) != 0) return sqlite3_free(sqlite3_str_finish(sql)), f->exit;
  sqlite3_str_appendf(sql, " FROM %s", from);
  return exec(d, g, sqlite3_str_finish(sql), "view", f);
}

int data_view_make(struct data *d, const struct data_question *q, struct data_guard *g, struct data_fault *f) {
  if (d->view != NULL && check_view(d, g, f) != 0) return f->exit;
  char *from = d->view != NULL ? sqlite3_mprintf("(%s)", d->view) : sqlite3_mprintf("main.\"%w\"", d->table);
  if (from == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  int exit = check_columns(d, q, g, from, f);
  if (exit == 0) exit = make_agreed(d, q, g, from, f);
  sqlite3_free(from);
  return exit;
}
