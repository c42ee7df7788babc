/* A hospital's view of any bytes: what the language accepts, SQLite evaluates
 * with rows whose columns the question's types can be checked on, or refuses. */
#include "examples/common/expr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct expr_column columns[2][3];

static int open_table(void *user, struct expr_source *s, const char *table, struct data_fault *f) {
  static const struct expr_column fresh[3] = {
      {.name = "id", .type = EXPR_NUMBER}, {.name = "n", .type = EXPR_UNPROBED}, {.name = "t", .type = EXPR_TEXT}};
  (void)user;
  int which = sqlite3_stricmp(table, "a") == 0 ? 0 : sqlite3_stricmp(table, "b") == 0 ? 1 : -1;
  if (which < 0) return data_fail(f, DATA_INPUT, "no such table: %s", table);
  memcpy(columns[which], fresh, sizeof fresh);
  s->table = which == 0 ? "a" : "b";
  s->columns = columns[which];
  s->n = 3;
  return 0;
}

static int probe(void *user, const struct expr_source *s, struct expr_column *c, struct data_fault *f) {
  (void)user, (void)s, (void)f;
  if (strcmp(c->name, "n") != 0) abort(); /* the others are known */
  c->type = EXPR_NUMBER;
  return 0;
}

/* An accepted view stands in parentheses and reads nothing but a and b. */
static int allow(void *user, int action, const char *x, const char *y, const char *z, const char *within) {
  (void)user, (void)x, (void)y, (void)z, (void)within;
  return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ? SQLITE_OK
                                                                                       : (abort(), SQLITE_DENY);
}

static sqlite3 *open_once(void) {
  static sqlite3 *db;
  if (db == NULL &&
      (sqlite3_open(":memory:", &db) != SQLITE_OK ||
       sqlite3_exec(db, "CREATE TABLE a (id, n, t); CREATE TABLE b (id, n, t)", NULL, NULL, NULL) != SQLITE_OK))
    abort();
  sqlite3_set_authorizer(db, allow, NULL);
  return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct expr_database db = {open_table, probe, NULL};
  struct data_fault f = {0};
  char *sql = strndup((const char *)bytes, len), *select;
  if (sql == NULL) abort();
  if (expr_check_select(sql, "view", &db, &f) != f.exit) abort();
  if (f.exit == 0 && (select = sqlite3_mprintf("SELECT * FROM (%s)", sql)) != NULL) {
    sqlite3_stmt *st = NULL;
    sqlite3_prepare_v2(open_once(), select, -1, &st, NULL);
    sqlite3_finalize(st);
    sqlite3_free(select);
  }
  free(sql);
  return 0;
}
