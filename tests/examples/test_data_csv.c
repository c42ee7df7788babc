/* CSV: forms that are right, forms that are wrong and where, encodings, sizes. */
#include "data_files.h"

static struct data_column two[] = {NUM("n"), TXT("t")};
static const struct data_question agreed = {.columns = two, .n_columns = 2};

static struct data_config plain(const struct file *t) {
  return (struct data_config){.path = (char *)t->path, .columns = two, .n_columns = 2};
}

static int64_t count_in(const char *bytes, size_t len, struct data_config c, const char *condition) {
  struct file t;
  file_make(&t, bytes, len);
  c.path = t.path;
  struct data *d = open_good(&c);
  int64_t n = count_good(d, agreed, condition);
  data_close(d);
  file_drop(&t);
  return n;
}

static int64_t count_text(const char *bytes, const char *condition) {
  struct file none = {""};
  return count_in(bytes, strlen(bytes), plain(&none), condition);
}

/* The file is refused; after its name the message is exactly `want`. */
static void refuse(const char *bytes, size_t len, struct data_config c, const char *want) {
  struct file t;
  struct data *d;
  struct data_fault f;
  file_make(&t, bytes, len);
  c.path = t.path;
  int exit = data_open(&d, &c, &f);
  if (exit != DATA_INPUT || strcmp(f.text + strlen(t.path) + 2, want) != 0) fail_msg("exit %d, '%s'", exit, f.text);
  assert_null(d);
  file_drop(&t);
}

static void refuse_text(const char *bytes, const char *want) {
  struct file none = {""};
  refuse(bytes, strlen(bytes), plain(&none), want);
}

static void test_line_ends(void **state) {
  (void)state;
  assert_int_equal(count_text("1,a\n2,b\n", NULL), 2);
  assert_int_equal(count_text("1,a\r\n2,b\r\n", "t = 'b'"), 1);
  assert_int_equal(count_text("1,a\r2,b\r", NULL), 2);
  assert_int_equal(count_text("1,a\n2,b", "n = 2 AND t = 'b'"), 1);
  assert_int_equal(count_text("\n1,a\n\n\r\n2,b\n\n", NULL), 2);
  assert_int_equal(count_text("", NULL), 0);
}

static void test_quotes(void **state) {
  (void)state;
  assert_int_equal(count_text("1,\"a,b\"\n", "t = 'a,b'"), 1);
  assert_int_equal(count_text("1,\"say \"\"hi\"\"\"\n", "t = 'say \"hi\"'"), 1);
  assert_int_equal(count_text("1,\"two\nlines\"\n2,x\n", "t = 'two\nlines'"), 1);
  assert_int_equal(count_text("1,\" a \"\n2, a \n", "t = 'a'"), 1);
}

static void test_numbers(void **state) {
  (void)state;
  assert_int_equal(count_text("63.0,a\n63,b\n 63 ,c\n6.3e1,d\n+63,e\n0063.,f\n", "n = 63"), 6);
  assert_int_equal(count_text(".7,a\n-.7,b\n0.70000000000000000000,c\n", "n = 0.7"), 2);
  assert_int_equal(count_text("0.1,a\n", "n = 0.1"), 1);
  assert_int_equal(count_text("123456.789,a\n", "n = 123456.789"), 1);
  assert_int_equal(count_text("9007199254740991,a\n-9007199254740991,b\n", "n < 0"), 1);
}

static void test_missing(void **state) {
  (void)state;
  struct file none = {""};
  assert_int_equal(count_text("1,?\n2,NA\n3,\n4,\"\"\n5,na\n", "t IS NULL"), 4);
  assert_int_equal(count_text("?,a\nNA,b\n,c\n4,d\n", "n IS NULL"), 3);
  struct data_config c = plain(&none);
  c.missing = (char *[]){"-9"};
  c.n_missing = 1;
  assert_int_equal(count_in("-9,NA\n4,-9\n", 11, c, "n IS NULL OR t IS NULL"), 2);
  assert_int_equal(count_in("-9,NA\n4,-9\n", 11, c, "t = 'NA'"), 1);
  c.n_missing = 0; /* none at all */
  assert_int_equal(count_in("1,\n", 3, c, "t = ''"), 1);
}

static void test_header(void **state) {
  (void)state;
  struct data_config c = {.header = true, .columns = two, .n_columns = 1};
  assert_int_equal(count_in("t,x,N\na,1,2\n", 12, c, "n = 2 AND t = 'a'"), 1);
  refuse("t,x\n", 4, c, "line 1: the header has no column 'n', which `columns:` declares");
  refuse("n,t,T\n", 6, c, "two columns are called 'T' (upper and lower case are the same)");
  refuse("n,,t\n", 5, c, "column 2 has no name");
  refuse("", 0, c, "line 1: the file is empty; its header is expected there");
  refuse("n;t\n1;a\n", 8, c,
         "line 1 is one column, and has ';' in it: say `delimiter: \";\"` under `data:` if that parts them");
  refuse("n\tt\n1\ta\n", 8, (struct data_config){.header = true},
         "line 1 is one column, and has tabs in it: say `delimiter: \"\\t\"` under `data:` if that parts them");
  c.delimiter = ';';
  refuse("n,t\n1,a\n", 8, c,
         "line 1 is one column, and has ',' in it: say `delimiter: \",\"` under `data:` if that parts them");
  refuse("1,2\n", 4, (struct data_config){0}, "`columns:` must name the columns of a file without a header");
}

static void test_malformed(void **state) {
  (void)state;
  refuse_text("1,a\n2\n", "line 2: 1 fields where 2 are expected: none for column 't'");
  refuse_text("1,a\n2,b,c\n", "line 2, field 3: the row goes on; 3 fields where 2 are expected");
  refuse_text("1,\"a\nb\"\n2\n", "line 3: 1 fields where 2 are expected: none for column 't'");
  refuse_text("1,a\r\n2,b\"c\r\n", "line 2, column 4: a quote where none may stand, or text after a closing quote");
  refuse_text("1,\"\xe4\xbd\xa0\"x\n", "line 1, column 6: a quote where none may stand, or text after a closing quote");
  refuse_text("1,a\n2,\"b\n3,c\n", "line 2, field 2: the quote is not closed before the end of the file");
  refuse_text("1,a\nsecret,b\n",
              "line 2, field 1: column 'n' is declared a number, and this is none (or a whole one beyond 2^53)");
  refuse_text("1,\xff\n", "line 1, field 2: not valid UTF-8, but probably Windows-1252 (Latin-1): say `encoding: Windows-1252` under `data:`");
  refuse_text("1,M\xfcller\n", "line 1, field 2: not valid UTF-8, but probably Windows-1252 (Latin-1): say `encoding: Windows-1252` under `data:`");
  refuse_text("1,\xc4\xd0\xc5\xae\n", "line 1, field 2: not valid UTF-8, but probably GB18030: say `encoding: GB18030` under `data:`");
  refuse_text("1;a\n", "line 1 is one column, and has ';' in it: say `delimiter: \";\"` under `data:` if that parts them");
  struct file none = {""};
  refuse("1,a\0b\n", 6, plain(&none), "line 1, field 2: a NUL byte");
}

static void test_not_numbers(void **state) {
  (void)state;
  static const char *const bad[] = {"0x10", "inf",         "nan", "1e999", "1,5",   "1 2",
                                    "--1",  "1e",          ".",   "-",     "1.2.3", "9007199254740992",
                                    "1_0",  "\xef\xbc\x91"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char line[80];
    snprintf(line, sizeof line, "\"%s\",a\n", bad[i]);
    refuse_text(line,
                "line 1, field 1: column 'n' is declared a number, and this is none (or a whole one beyond 2^53)");
  }
}

static void test_encodings(void **state) {
  (void)state;
  struct file none = {""};
  assert_int_equal(count_text("\xef\xbb\xbf"
                              "1,a\n",
                              "n = 1"),
                   1);
  assert_int_equal(count_text("1,\xe7\x94\xb7\n", "t = '\xe7\x94\xb7'"), 1);
  struct data_config c = plain(&none);
  c.encoding = DATA_GB18030;
  assert_int_equal(count_in("1,\xc4\xd0\n", 5, c, "t = '\xe7\x94\xb7'"), 1);
  refuse("1,a\n2,\xc4\xff\n", 10, c, "line 2, column 3: not GB18030");
  refuse("1,\xc4", 3, c, "line 1, column 3: the file ends within a character of GB18030");
  c.encoding = DATA_LATIN;
  assert_int_equal(count_in("1,M\xfcller \x80\n", 11, c, "t = 'M\xc3\xbcller \xe2\x82\xac'"), 1);
  refuse("1,\x81\n", 4, c, "line 1, column 3: not WINDOWS-1252");
  c.encoding = DATA_GB18030;
  c.header = true;
  c.n_columns = 0;
  struct data_column woman[] = {TXT("\xe6\x80\xa7\xe5\x88\xab")};
  struct data_question q = {.columns = woman, .n_columns = 1};
  struct file t;
  file_make(&t, "\xd0\xd4\xb1\xf0\n\xc5\xae\n", 8); /* the header in GB18030, too */
  c.path = t.path;
  struct data *d = open_good(&c);
  assert_int_equal(count_good(d, q, "\xe6\x80\xa7\xe5\x88\xab = '\xe5\xa5\xb3'"), 1);
  data_close(d);
  file_drop(&t);
}

static void test_delimiters(void **state) {
  (void)state;
  struct file none = {""};
  struct data_config c = plain(&none);
  c.delimiter = ';';
  assert_int_equal(count_in("1;a,b\n", 6, c, "t = 'a,b'"), 1);
  c.delimiter = '\t';
  assert_int_equal(count_in("1\ta b\n\tx\n", 9, c, "t = 'a b' OR n IS NULL"), 2);
  c.delimiter = '"';
  refuse("1,a\n", 4, c, "delimiter: one character, not a quote, a space or a line end");
}

static void test_files(void **state) {
  (void)state;
  struct data *d;
  struct data_fault f;
  struct data_config c = {.path = "/nowhere/at/all.csv"};
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_string_equal(f.text, "/nowhere/at/all.csv: cannot be opened: No such file or directory");
  c.path = "/tmp";
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_string_equal(f.text, "/tmp: is not a file");
  struct file t;
  file_make(&t, "1,a\n", 4);
  c = plain(&t);
  c.table = "sqlite_x";
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "reserved for internal use"));
  file_drop(&t);
  c.path = NULL;
  assert_int_equal(data_open(&d, &c, &f), DATA_INPUT);
  assert_string_equal(f.text, "`data:` has no `path:`");
}

/* A quote that is never closed must not swallow memory. */
static void test_long_field(void **state) {
  (void)state;
  size_t len = 3 << 20;
  char *bytes = malloc(len);
  memset(bytes, 'x', len);
  memcpy(bytes, "1,a\n2,\"", 7);
  struct file none = {""};
  refuse(bytes, len, plain(&none), "line 2, field 2: the field is longer than 1 MiB; is a quote not closed?");
  free(bytes);
}

static void test_many_rows(void **state) {
  (void)state;
  enum { ROWS = 100000 };
  struct file t;
  file_make(&t, "", 0);
  FILE *out = fopen(t.path, "w");
  for (int i = 0; i < ROWS; i++) fprintf(out, "%d.5,\"row %d\"\n", i, i % 7);
  fclose(out);
  struct data_config c = plain(&t);
  struct data *d = open_good(&c);
  assert_int_equal(count_good(d, agreed, "n < 50000"), 50000);
  assert_int_equal(count_good(d, agreed, "t = 'row 6'"), ROWS / 7);
  data_close(d);
  file_drop(&t);
}

TEST_MAIN(T(test_line_ends), T(test_quotes), T(test_numbers), T(test_missing), T(test_header), T(test_malformed),
          T(test_not_numbers), T(test_encodings), T(test_delimiters), T(test_files), T(test_long_field),
          T(test_many_rows))
