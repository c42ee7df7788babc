/* Counting: cells, missing values, types, views, databases. */
#include "data_files.h"

static const char people[] = "name,sex,age,code\n"
                             "An,f,61,7\n"
                             "Bo,m,59.5,007\n"
                             "Cy,m,?,8\n"
                             "Di,f,70,NA\n"
                             "Ed,,64,9\n";
static const struct data_question agreed = {COLUMNS(TXT("sex"), NUM("age"))};

static struct data_column age_only[] = {NUM("age")};

static struct data_config csv(const struct file *t) {
  return (struct data_config){.path = (char *)t->path, .header = true, .columns = age_only, .n_columns = 1};
}

static void with_people(void (*body)(struct data *d)) {
  struct file t;
  file_make(&t, people, sizeof people - 1);
  struct data_config c = csv(&t);
  struct data *d = open_good(&c);
  body(d);
  data_close(d);
  file_drop(&t);
}

static void conditions(struct data *d) {
  assert_int_equal(count_good(d, agreed, NULL), 5);
  assert_int_equal(count_good(d, agreed, "age >= 60"), 3);
  assert_int_equal(count_good(d, agreed, "NOT age >= 60"), 1); /* a NULL is neither */
  assert_int_equal(count_good(d, agreed, "age IS NULL"), 1);
  assert_int_equal(count_good(d, agreed, "sex = 'f' AND age BETWEEN 60 AND 65"), 1);
  assert_int_equal(count_good(d, agreed, "sex IN ('f', 'm')"), 4);
  assert_int_equal(count_good(d, agreed, "\"age\" / 10 > 6.0"), 3); /* 59.5 and 61: no whole division */
  assert_int_equal(count_good(d, agreed, "CASE WHEN age < 60 THEN 'young' ELSE sex END = 'f'"), 2);
}
static void test_conditions(void **state) {
  (void)state;
  with_people(conditions);
}

static void cells(struct data *d) {
  struct data_stratum strata[] = {{.name = "sex", .expression = "sex", CELLS("m", "f")},
                                  {.name = "age",
                                   .expression = "CASE WHEN age < 65 THEN '<65' WHEN age >= 65 THEN '65+' END",
                                   CELLS("<65", "65+")}};
  struct data_question q = agreed;
  q.strata = strata;
  q.n_strata = 2;
  assert_int_equal(data_cells(&q), 9);
  int64_t n[9];
  static const int64_t want[9] = {1, 0, 1, 1, 1, 0, 1, 0, 0};
  struct data_fault f;
  struct data_report r;
  assert_int_equal(data_count(d, n, 9, &r, &q, &f), 0);
  assert_memory_equal(n, want, sizeof want);
  assert_int_equal(r.rows, 5);
  assert_int_equal(r.cohort, 5);
  assert_int_equal(r.missing, 2);
  assert_int_equal(r.other, 2);
  assert_int_equal(data_count(d, n, 8, &r, &q, &f), 99);
}
static void test_cells(void **state) {
  (void)state;
  with_people(cells);
}

static void number_cells(struct data *d) {
  struct data_stratum s = {.name = "old", .expression = "age >= 60", CELLS("1", "0.0")};
  struct data_question q = agreed;
  q.strata = &s;
  q.n_strata = 1;
  int64_t n[3];
  struct data_fault f;
  assert_int_equal(data_count(d, n, 3, NULL, &q, &f), 0);
  assert_int_equal(n[0], 3);
  assert_int_equal(n[1], 1);
  assert_int_equal(n[2], 1);
  s.cells = (char *[]){"yes", "no"};
  assert_int_equal(data_count(d, n, 3, NULL, &q, &f), DATA_INPUT);
  assert_string_equal(f.text, "stratum 'old': the expression gives numbers, and its cell 'yes' is none");
  s.cells = (char *[]){"1", "1.0"};
  assert_int_equal(data_count(d, n, 3, NULL, &q, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "twice"));
}
static void test_number_cells(void **state) {
  (void)state;
  with_people(number_cells);
}

/* What SQLite would count wrongly without a word. */
static void mixed(struct data *d) {
  count_bad(d, agreed, "sex = 1", "'sex = 1' compares text with a number");
  count_bad(d, agreed, "age >= '60'", "compares a number with text");
  count_bad(d, agreed, "sex BETWEEN 1 AND 2", "compares text with a number");
  count_bad(d, agreed, "age IN (60, '61')", "compares a number with text");
  count_bad(d, agreed, "CASE sex WHEN 1 THEN 1 END", "compares text with a number");
  count_bad(d, agreed, "CASE WHEN age > 1 THEN 1 ELSE 'x' END = 1", "mixes a number with text");
  count_bad(d, agreed, "coalesce(sex, 0) = 0", "mixes text with a number");
  count_bad(d, agreed, "sex + 1 > 0", "'sex' is text where a number is needed");
  count_bad(d, agreed, "abs(sex) = 0", "'sex' is text where a number is needed");
  count_bad(d, agreed, "age LIKE '6%'", "'age' is a number where text is needed");
  count_bad(d, agreed, "CAST(sex AS INTEGER) = 0", "CAST makes 0 of a text");
  count_bad(d, agreed, "sex", "neither true nor false");
  count_bad(d, agreed, "sex AND age", "'sex' is text where a number is needed");
  count_bad(d, agreed, "(sex || 'x') < (age + 1)", "compares text with a number");
}
static void test_mixed(void **state) {
  (void)state;
  with_people(mixed);
}

/* The file's type and the question's: agreed as a number, but text here. */
static void test_other_type(void **state) {
  (void)state;
  struct file t;
  file_make(&t, people, sizeof people - 1);
  struct data_config c = {.path = t.path, .header = true};
  struct data *d = open_good(&c);
  count_bad(d, agreed, "age >= 60", "row 1: column 'age' holds text where the question expects a number");
  count_bad(d, agreed, "age >= 60", "type: number");
  struct data_question code = {COLUMNS(TXT("code"))};
  assert_int_equal(count_good(d, code, "code = '007'"), 1); /* undeclared: text, zeros kept */
  data_close(d);
  c = csv(&t);
  d = open_good(&c);
  struct data_question text = {COLUMNS(TXT("age"))};
  count_bad(d, text, "age = '61'", "a number or binary data where the question expects text");
  struct data_question gone = {COLUMNS(NUM("weight"))};
  count_bad(d, gone, NULL, "there is no column 'weight', which the question needs");
  data_close(d);
  file_drop(&t);
}

static void test_view(void **state) {
  (void)state;
  struct file t;
  file_make(&t, people, sizeof people - 1);
  struct data_config c = csv(&t);
  c.table = "patients";
  c.view = "SELECT CASE sex WHEN 'f' THEN 'female' WHEN 'm' THEN 'male' END AS sex, age FROM patients p "
           "WHERE p.age IS NULL OR age < 70";
  struct data *d = open_good(&c);
  assert_int_equal(count_good(d, agreed, NULL), 4);
  assert_int_equal(count_good(d, agreed, "sex = 'male'"), 2);
  assert_int_equal(count_good(d, agreed, "sex = 'female'"), 1);
  data_close(d);
  file_drop(&t);
}

static void view_case(const struct file *t, const char *view, const char *part) {
  struct data_config c = csv(t);
  c.view = (char *)view;
  struct data *d = open_good(&c);
  count_bad(d, agreed, "age > 0", part);
  data_close(d);
}

static void test_bad_views(void **state) {
  (void)state;
  struct file t;
  file_make(&t, people, sizeof people - 1);
  view_case(&t, "SELECT sex, code >= 8 AS age FROM data", "view: 'code >= 8' compares text with a number");
  view_case(&t, "SELECT sex, age FROM data WHERE code BETWEEN 1 AND 9", "compares text with a number");
  view_case(&t, "SELECT sex, sum(code) AS age FROM data GROUP BY sex", "is text where a number is needed");
  view_case(&t, "SELECT a.sex, a.age FROM data a JOIN data b ON a.age = b.code", "compares a number with text");
  view_case(&t, "SELECT sex, age FROM (SELECT sex, code AS age FROM data) WHERE age > 7",
            "compares text with a number");
  view_case(&t, "SELECT sex, age FROM data UNION SELECT sex, code FROM data", "UNION mixes text with numbers");
  view_case(&t, "SELECT sex, number(code) AS age FROM data WHERE number(name) > 0",
            "number(): a text that is no number");
  view_case(&t, "SELECT sex FROM data", "view: there is no column 'age'");
  view_case(&t, "SELECT sex, age FROM patients", "no such table");
  view_case(&t, "DELETE FROM data", "view: SELECT is expected");
  view_case(&t, "SELECT sex, age FROM data; DELETE FROM data", "';' is not allowed");
  view_case(&t, "SELECT sex, age FROM data WHERE random() > 0", "the function 'random' is not allowed");
  view_case(&t, "SELECT sex, age FROM sqlite_schema", "may not be read");
  view_case(&t, "SELECT sex, agee AS age FROM data", "view: no such column: agee");
  file_drop(&t);
}

static void test_empty_table(void **state) {
  (void)state;
  struct file t;
  file_make(&t, "name,sex,age\n", 13);
  struct data_config c = csv(&t);
  struct data *d = open_good(&c);
  assert_int_equal(count_good(d, agreed, "age > 60"), 0);
  assert_int_equal(count_good(d, agreed, NULL), 0);
  data_close(d);
  file_drop(&t);
}

/* --- databases --- */

static void database_make(struct file *t, const char *sql) {
  sqlite3 *db;
  file_make(t, "", 0);
  assert_int_equal(sqlite3_open(t->path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static long file_bytes(const struct file *t, unsigned char *into, size_t cap) {
  FILE *in = fopen(t->path, "rb");
  size_t n = fread(into, 1, cap, in);
  fclose(in);
  return (long)n;
}

static const char visits[] =
    "CREATE TABLE visit (pid INTEGER, sex VARCHAR(1) COLLATE NOCASE, age INT, seen DATE, free);"
    "INSERT INTO visit VALUES (1,'f',61,'2021-03-01',1),(2,'M',50,'2019-07-01','x'),"
    "(3,'m',NULL,'2022-01-01',NULL);"
    "CREATE TABLE lab (pid INTEGER, value REAL); INSERT INTO lab VALUES (1, 7.5),(3, 2);"
    "CREATE VIEW recent AS SELECT *, strftime('%Y', seen) AS year FROM visit;";

static void test_database(void **state) {
  (void)state;
  static unsigned char before[65536], after[65536];
  struct file t;
  database_make(&t, visits);
  long len = file_bytes(&t, before, sizeof before);
  struct data_config c = {.path = t.path, .table = "visit"};
  struct data *d = open_good(&c);
  assert_int_equal(count_good(d, agreed, "age > 55"), 1);
  assert_int_equal(count_good(d, agreed, "sex = 'm'"), 1); /* the file's NOCASE is not the question's */
  data_close(d);
  c.table = NULL;
  c.view = "SELECT lower(v.sex) AS sex, l.value AS age FROM visit v LEFT JOIN lab AS l ON l.pid = v.pid "
           "WHERE seen >= '2020' AND seen < '2030'";
  d = open_good(&c);
  assert_int_equal(count_good(d, agreed, NULL), 2); /* DATE has numeric affinity: '2020' must stay text */
  assert_int_equal(count_good(d, agreed, "age < 7"), 1);
  data_close(d);
  c.view = "WITH y AS (SELECT sex, number(year) AS y FROM recent) SELECT sex, y AS age FROM y";
  d = open_good(&c);
  assert_int_equal(count_good(d, agreed, "age >= 2021"), 2);
  data_close(d);
  assert_int_equal(file_bytes(&t, after, sizeof after), len);
  assert_memory_equal(before, after, (size_t)len);
  file_drop(&t);
}

static void test_bad_database(void **state) {
  (void)state;
  struct file t;
  database_make(&t, visits);
  struct data_config c = {.path = t.path, .view = "SELECT sex, free AS age FROM visit"};
  struct data_fault f;
  struct data *d = open_good(&c);
  count_bad(d, agreed, "age > 0", "column 'free' of 'visit' holds both numbers and text");
  data_close(d);
  c.view = "SELECT sex, age FROM (SELECT * FROM (SELECT v.* FROM visit v)) WHERE free > 1";
  d = open_good(&c);
  count_bad(d, agreed, "age > 0", "column 'free' of 'visit' holds both numbers and text");
  data_close(d);
  c.view = "SELECT sex, age FROM (SELECT * FROM visit) WHERE seen > 2020";
  d = open_good(&c);
  count_bad(d, agreed, "age > 0", "'seen > 2020' compares text with a number");
  data_close(d);
  c.header = c.header_is_written = true;
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "are for CSV files"));
  assert_null(d);
  c = (struct data_config){.path = t.path};
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "`table:` or `view:`"));
  truncate(t.path, 100);
  c.table = "visit";
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "SQLite cannot"));
  file_drop(&t);
}

TEST_MAIN(T(test_conditions), T(test_cells), T(test_number_cells), T(test_mixed), T(test_other_type), T(test_view),
          T(test_bad_views), T(test_empty_table), T(test_database), T(test_bad_database))
