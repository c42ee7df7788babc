/* data_guard.c - see data_guard.h. */
#include "data_guard.h"

#include "expr.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- functions --- */

static void fail_column(sqlite3_context *ctx, const char *column, const char *what) {
  char text[256];
  snprintf(text, sizeof text, "column '%.100s' holds %s", column, what);
  sqlite3_result_error(ctx, text, -1);
}

static const char *column_name(sqlite3_value *v) {
  const char *name = (const char *)sqlite3_value_text(v);
  return name != NULL ? name : "";
}

static void number_of_column(sqlite3_context *ctx, int n, sqlite3_value **v) {
  (void)n;
  switch (sqlite3_value_type(v[0])) {
  case SQLITE_NULL: return;
  case SQLITE_INTEGER:
  case SQLITE_FLOAT: {
    double value = sqlite3_value_double(v[0]);
    if (data_is_exact(value)) sqlite3_result_double(ctx, value);
    else fail_column(ctx, column_name(v[1]), "a number beyond 2^53, which cannot be held exactly");
    return;
  }
  case SQLITE_TEXT:
    fail_column(ctx, column_name(v[1]),
                "text where the question expects a number (`columns:` with `type: number` for a CSV file, "
                "number(...) in a view)");
    return;
  default: fail_column(ctx, column_name(v[1]), "binary data where the question expects a number");
  }
}

static void text_of_column(sqlite3_context *ctx, int n, sqlite3_value **v) {
  (void)n;
  switch (sqlite3_value_type(v[0])) {
  case SQLITE_NULL: return;
  case SQLITE_TEXT: sqlite3_result_value(ctx, v[0]); return;
  default: fail_column(ctx, column_name(v[1]), "a number or binary data where the question expects text");
  }
}

static void number_of_text(sqlite3_context *ctx, int n, sqlite3_value **v) {
  double value;
  (void)n;
  if (sqlite3_value_type(v[0]) == SQLITE_NULL) return;
  const char *text = (const char *)sqlite3_value_text(v[0]);
  if (text != NULL && data_number(&value, text, (size_t)sqlite3_value_bytes(v[0]))) sqlite3_result_double(ctx, value);
  else sqlite3_result_error(ctx, "number(): a text that is no number", -1);
}

/* --- settings --- */

static bool set_limits(sqlite3 *db) {
  static const int settings[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                    {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
                                    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}};
  /* LOCAL: generous for honest work, small for a hostile question. */
  static const int limits[][2] = {{SQLITE_LIMIT_LENGTH, 1 << 24},  {SQLITE_LIMIT_SQL_LENGTH, 1000000},
                                  {SQLITE_LIMIT_EXPR_DEPTH, 500},  {SQLITE_LIMIT_COMPOUND_SELECT, 50},
                                  {SQLITE_LIMIT_VDBE_OP, 1000000}, {SQLITE_LIMIT_FUNCTION_ARG, 20},
                                  {SQLITE_LIMIT_ATTACHED, 0},      {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200},
                                  {SQLITE_LIMIT_TRIGGER_DEPTH, 1}, {SQLITE_LIMIT_WORKER_THREADS, 0}};
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
    if (sqlite3_db_config(db, settings[i][0], settings[i][1], (int *)NULL) != SQLITE_OK) return false;
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) sqlite3_limit(db, limits[i][0], limits[i][1]);
  return true;
}

typedef void sql_function(sqlite3_context *, int, sqlite3_value **);

static bool add_function(sqlite3 *db, const char *name, int n, sql_function *fn) {
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  return sqlite3_create_function_v2(db, name, n, flags, NULL, fn, NULL, NULL, NULL) == SQLITE_OK;
}

int data_guard_harden(sqlite3 *db, struct data_fault *f) {
  bool good = set_limits(db) && add_function(db, "number", 1, number_of_text) &&
              add_function(db, "smpc_number", 2, number_of_column) &&
              add_function(db, "smpc_text", 2, text_of_column) &&
              sqlite3_exec(db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL) == SQLITE_OK;
  return good ? 0 : data_fail(f, DATA_MACHINE, "SQLite cannot be set up: %s", sqlite3_errmsg(db));
}

/* --- allow-list --- */

static int deny(struct data_guard *g, const char *what, const char *name) {
  if (g->denied[0] == 0) snprintf(g->denied, sizeof g->denied, "%s %.60s", what, name != NULL ? name : "");
  return SQLITE_DENY;
}

static bool same(const char *a, const char *b) { return a != NULL && sqlite3_stricmp(a, b) == 0; }

/* Whose text makes an access: SQLite gives the view or WITH table as `within`, NULL for the statement itself. */
enum text { QUESTION, AGREED, HOSPITAL };

static enum text text_of(struct data_guard *g, const char *within) {
  if (within == NULL) return QUESTION;
  if (same(within, DATA_AGREED)) return AGREED;
  for (unsigned i = 0; i < g->n_within; i++)
    if (same(within, g->within[i])) return HOSPITAL;
  if (!g->learning || g->n_within == DATA_MAX_WITHIN || strlen(within) >= sizeof g->within[0]) return QUESTION;
  strcpy(g->within[g->n_within++], within);
  return HOSPITAL;
}

/* Views of the hospital's own database are older than the question and hold no
 * text of it: they may use any function but those that reach outside. */
static int allow_function(struct data_guard *g, const char *name, enum text text) {
  static const char *const outside[] = {"load_extension", "readfile", "writefile", "fts3_tokenizer", "edit"};
  if (expr_is_function(name, text != QUESTION)) return SQLITE_OK;
  if (text == AGREED && (same(name, "smpc_number") || same(name, "smpc_text"))) return SQLITE_OK;
  bool own = text == HOSPITAL;
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
    if (same(name, outside[i])) own = false;
  return own ? SQLITE_OK : deny(g, "the function", name);
}

static int allow(void *user, int action, const char *a, const char *b, const char *database, const char *within) {
  struct data_guard *g = user;
  enum text text = text_of(g, within);
  (void)database;
  switch (action) {
  case SQLITE_SELECT: return SQLITE_OK;
  case SQLITE_READ: /* without a column: that the table has rows */
    if (text != QUESTION || same(a, DATA_AGREED) || (b != NULL && b[0] == 0)) return SQLITE_OK;
    return deny(g, "a read of", a);
  case SQLITE_FUNCTION: return allow_function(g, b != NULL ? b : "", text);
  case SQLITE_RECURSIVE: return text == HOSPITAL ? SQLITE_OK : deny(g, "recursion", NULL);
  default: return deny(g, "anything but reading", NULL);
  }
}

/* --- deadline --- */

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec;
}

static int check_deadline(void *user) {
  struct data_guard *g = user;
  g->expired = now() >= g->ends;
  return g->expired;
}

void data_guard_start(struct data_guard *g, sqlite3 *db, unsigned seconds) {
  memset(g, 0, sizeof *g);
  g->ends = now() + 1 + seconds;
  sqlite3_progress_handler(db, 20000, check_deadline, g);
}

int data_guard_close(struct data_guard *g, sqlite3 *db) {
  sqlite3_stmt *st = NULL;
  sqlite3_set_authorizer(db, allow, g);
  g->learning = true;
  int rc = sqlite3_prepare_v2(db, "SELECT * FROM " DATA_AGREED, -1, &st, NULL);
  sqlite3_finalize(st);
  g->learning = false;
  return rc;
}

void data_guard_end(sqlite3 *db) {
  sqlite3_set_authorizer(db, NULL, NULL);
  sqlite3_progress_handler(db, 0, NULL, NULL);
}
