/* The fences around a question: hostile SQL, bombs, deadlines; first through
 * data_count, then SQLite's own fence alone, as if the language had let it pass. */
#include "data_files.h"

#include "examples/common/data_guard.h"

static struct data_column two[] = {NUM("n"), TXT("t")};
static const struct data_question agreed = {.columns = two, .n_columns = 2};

static struct data *open_rows(struct file *t, int rows) {
  file_make(t, "", 0);
  FILE *out = fopen(t->path, "w");
  fprintf(out, "n,t,secret\n");
  for (int i = 0; i < rows; i++) fprintf(out, "%d,x,canary\n", i);
  fclose(out);
  struct data_config c = {.path = t->path, .header = true, .columns = two, .n_columns = 1};
  return open_good(&c);
}

static void test_hostile_questions(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"secret = 'canary'", "condition: no such column: secret"},
      {"agee > 1", "condition: no such column: agee (at character 1)"},
      {"\"agee\" = 'x'", "no such column: agee"},
      {"rowid = 1", "no such column: rowid"},
      {"data.secret = 'x'", "no such column: data.secret"},
      {"n = 1; DROP TABLE data", "';' is not allowed"},
      {"DELETE FROM data", "it tries to write"},
      {"UPDATE data SET n = 1", "it tries to write"},
      {"ATTACH 'x' AS y", "it tries to write or to change a setting"},
      {"PRAGMA query_only=0", "it tries to write or to change a setting"},
      {"(SELECT count(*) FROM sqlite_master) > 0", "a subquery is not allowed"},
      {"n IN (SELECT n FROM data)", "a subquery is not allowed"},
      {"EXISTS (SELECT 1)", "a subquery is not allowed"},
      {"n IN data", "'(' is expected"},
      {"(WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM r) SELECT max(x) FROM r) > 0", "a subquery"},
      {"1) FROM data, sqlite_master --", "')' is not allowed here"},
      {"n > 0 /* x */", "a comment is not allowed"},
      {"n > ?", "a character that is not allowed"},
      {"n > :x", "a character that is not allowed"},
      {"t = x'61'", "no such column: x"},
      {"random() > 0", "the function 'random' is not allowed"},
      {"load_extension('x') = 1", "the function 'load_extension' is not allowed"},
      {"date('now') > '2020'", "the function 'date' is not allowed"},
      {"CURRENT_TIMESTAMP > '2020'", "no such column: CURRENT_TIMESTAMP"},
      {"randomblob(1000000000) = 1", "not allowed"},
      {"count(n) > 0", "'count' of all rows is not allowed"},
      {"smpc_number(n, 'x') > 0", "the function 'smpc_number' is not allowed"},
      {"t REGEXP 'x'", "'REGEXP' is not allowed here"},
      {"t MATCH 'x'", "'MATCH' is not allowed here"},
      {"t = 'x' COLLATE nocase", "'COLLATE' is not allowed here"},
      {"raise(ABORT, 'x')", "not allowed"},
      {"(n, n) = (1, 1)", "')' is expected"},
      {"", "condition: it ends too early"},
      {"n >", "it ends too early"},
      {"n > 1 1", "'1' is not allowed here"},
      {"t = 'x", "a quote is not closed"},
      {"n = 0x10", "not a decimal number"},
  };
  struct file t;
  struct data *d = open_rows(&t, 3);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) count_bad(d, agreed, cases[i][0], cases[i][1]);
  assert_int_equal(count_good(d, agreed, "n >= 0 AND t = 'x'"), 3); /* and nothing was changed */
  data_close(d);
  file_drop(&t);
}

static void test_nesting(void **state) {
  (void)state;
  static char deep[40000];
  struct file t;
  struct data *d = open_rows(&t, 1);
  memset(deep, '(', 5000);
  count_bad(d, agreed, deep, "too deeply nested");
  memset(deep, '-', 5000);
  count_bad(d, agreed, deep, "a comment is not allowed");
  for (int i = 0; i < 9000; i += 2) memcpy(deep + i, "+ ", 2);
  count_bad(d, agreed, deep, "too deeply nested");
  for (int i = 0; i < 16000; i += 4) memcpy(deep + i, "not ", 4);
  deep[16000] = 0;
  count_bad(d, agreed, deep, "too deeply nested");
  memset(deep, ' ', 39000);
  count_bad(d, agreed, deep, "longer than 16384 bytes");
  strcpy(deep, "n = 0");
  for (int i = 0; i < 300; i++) strcat(deep, " OR n = 1"); /* long is not deep */
  assert_int_equal(count_good(d, agreed, deep), 1);
  data_close(d);
  file_drop(&t);
}

/* 10^12 rows through the hospital's own view: stopped, with the reason. */
static void test_deadline(void **state) {
  (void)state;
  struct file t;
  data_close(open_rows(&t, 10000));
  struct data_config c = {.path = t.path,
                          .header = true,
                          .columns = two,
                          .n_columns = 1,
                          .view = "SELECT a.n, b.t FROM data a, data b, data c WHERE a.n + b.n + c.n < 0"};
  struct data *d = open_good(&c);
  struct data_question q = agreed;
  q.deadline = 1;
  count_bad(d, q, "n > 0", "not finished within the time allowed");
  count_bad(d, q, "n > 0", "not finished within the time allowed"); /* the first left nothing behind */
  data_close(d);
  file_drop(&t);
}

/* --- SQLite's own fence --- */

static sqlite3 *fenced(struct data_guard *g) {
  sqlite3 *db;
  struct data_fault f = {0};
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  assert_int_equal(data_guard_harden(db, &f), 0);
  assert_int_equal(sqlite3_exec(db,
                                "CREATE TABLE data (n REAL, t TEXT, secret TEXT); INSERT INTO data VALUES (1,'x','s');"
                                "CREATE TEMP VIEW smpc_agreed AS SELECT smpc_number(n,'n') AS n, t FROM data",
                                NULL, NULL, NULL),
                   SQLITE_OK);
  data_guard_start(g, db, 1);
  assert_int_equal(data_guard_close(g, db), SQLITE_OK);
  return db;
}

static void test_authorizer(void **state) {
  (void)state;
  static const char *const refused[] = {
      "SELECT secret FROM data",
      "SELECT n FROM data",
      "SELECT (SELECT max(secret) FROM data) FROM smpc_agreed",
      "SELECT n FROM smpc_agreed WHERE n IN (SELECT n FROM data)",
      "SELECT * FROM sqlite_master",
      "SELECT name FROM pragma_table_list",
      "DELETE FROM data",
      "INSERT INTO data VALUES (1,2,3)",
      "UPDATE data SET n = 2",
      "CREATE TABLE x (y)",
      "CREATE TEMP TABLE x (y)",
      "DROP TABLE data",
      "DROP VIEW smpc_agreed",
      "ATTACH ':memory:' AS y",
      "PRAGMA query_only=0",
      "PRAGMA table_info(data)",
      "VACUUM",
      "VACUUM INTO '/tmp/smpc-should-not-be'",
      "BEGIN",
      "COMMIT",
      "SELECT random() FROM smpc_agreed",
      "SELECT load_extension('x') FROM smpc_agreed",
      "SELECT current_timestamp",
      "SELECT date('now')",
      "SELECT smpc_number(1, 'x')",
      "SELECT hex(t) FROM smpc_agreed",
      "SELECT randomblob(9) FROM smpc_agreed",
      "SELECT \"text\" FROM smpc_agreed",
      "WITH x AS (SELECT secret FROM data) SELECT * FROM x",
      "SELECT x.secret FROM data AS x",
      "SELECT secret FROM (SELECT secret FROM data) AS smpc_x",
      "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM r) SELECT max(x) FROM r"};
  struct data_guard g;
  sqlite3 *db = fenced(&g);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    int rc = sqlite3_exec(db, refused[i], NULL, NULL, NULL);
    if (rc != SQLITE_AUTH && rc != SQLITE_ERROR) fail_msg("%s: %d", refused[i], rc);
  }
  assert_int_equal(sqlite3_exec(db, "SELECT n, t FROM smpc_agreed WHERE abs(n) > 0 AND t LIKE 'x'", NULL, NULL, NULL),
                   SQLITE_OK);
  data_guard_end(db);
  sqlite3_close(db);
  assert_int_equal(access("/tmp/smpc-should-not-be", F_OK), -1);
}

TEST_MAIN(T(test_hostile_questions), T(test_nesting), T(test_deadline), T(test_authorizer))
