/* A condition of any bytes: what the language accepts has, in SQLite, on every
 * row, the type that the language says: the promise that keeps counts right. */
#include "examples/common/data_guard.h"
#include "examples/common/expr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static sqlite3 *open_once(void) {
  static sqlite3 *db;
  struct data_fault f = {0};
  if (db != NULL) return db;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK || data_guard_harden(db, &f) != 0) abort();
  if (sqlite3_exec(db,
                   "CREATE TABLE d (n, t); INSERT INTO d VALUES (1.5,'a'),(-3.0,'12'),(NULL,'x'),(0.0,NULL),(60.0,'');"
                   "CREATE TEMP VIEW " DATA_AGREED " AS SELECT smpc_number(n,'n') AS n, smpc_text(t,'t') AS t FROM d",
                   NULL, NULL, NULL) != SQLITE_OK)
    abort();
  return db;
}

static void check_row(sqlite3_stmt *st, enum expr_type type) {
  int got = sqlite3_column_type(st, 0);
  if (got == SQLITE_NULL) return;
  if (type == EXPR_NUMBER && got != SQLITE_INTEGER && got != SQLITE_FLOAT) abort();
  if (type == EXPR_TEXT && got != SQLITE_TEXT) abort();
  if (type == EXPR_NULL) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct expr_column columns[] = {{.name = "n", .type = EXPR_NUMBER}, {.name = "t", .type = EXPR_TEXT}};
  struct expr_source agreed = {.name = "", .columns = columns, .n = 2};
  struct data_fault f = {0};
  char *sql = strndup((const char *)bytes, len), *select;
  if (sql == NULL) abort();
  enum expr_type type = expr_check(sql, "condition", &agreed, &f);
  if ((type == EXPR_BAD) != (f.exit != 0)) abort();
  if (type != EXPR_BAD && (select = sqlite3_mprintf("SELECT (%s) FROM " DATA_AGREED, sql)) != NULL) {
    sqlite3 *db = open_once();
    sqlite3_stmt *st = NULL;
    struct data_guard g;
    data_guard_start(&g, db, 5);
    if (data_guard_close(&g, db) != SQLITE_OK) abort();
    if (sqlite3_prepare_v2(db, select, -1, &st, NULL) == SQLITE_OK)
      while (sqlite3_step(st) == SQLITE_ROW) check_row(st, type);
    if (g.denied[0] != 0) abort(); /* the language let something pass that the fence behind it had to stop */
    sqlite3_finalize(st);
    data_guard_end(db);
    sqlite3_free(select);
  }
  free(sql);
  return 0;
}
