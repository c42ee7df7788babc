/* test_party_file.c - examples/common/party_file.h and yaml_file.h: the data: part
 * of party.yaml, and every error in it. */
#include "support/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "party_file.h"
#include "yaml_file.h"

static const char GOOD[] = "party: north\n"
                           "key: north.key\n"
                           "parties: parties.yaml\n"
                           "listen: tcp://0.0.0.0:1\n"
                           "timeout: 30 s\n"
                           "wait: 30 s\n"
                           "purposes: [a]\n"
                           "data:\n"
                           "  file: rows.csv\n"
                           "  table: visits\n"
                           "  header: no\n"
                           "  delimiter: \";\"\n"
                           "  encoding: GB18030\n"
                           "  missing: [\"\", NA]\n"
                           "  columns:\n"
                           "    - {name: age, type: number}\n"
                           "    - {name: sex, type: text}\n"
                           "    - {name: city}\n"
                           "  view: SELECT age FROM visits\n";

static int parse(struct data_config **c, const char *text, const char *file, struct data_fault *f) {
  return party_file_parse(c, "dir/party.yaml", text, strlen(text), file, f);
}

static void all_keys_are_read(void **state) {
  (void)state;
  struct data_config *c;
  struct data_fault f;
  if (parse(&c, GOOD, NULL, &f) != 0) fail_msg("%s", f.text);
  assert_string_equal(c->path, "dir/rows.csv");
  assert_string_equal(c->table, "visits");
  assert_false(c->header);
  assert_int_equal(c->delimiter, ';');
  assert_int_equal(c->encoding, DATA_GB18030);
  assert_int_equal(c->n_missing, 2);
  assert_string_equal(c->missing[0], "");
  assert_string_equal(c->missing[1], "NA");
  assert_int_equal(c->n_columns, 3);
  assert_string_equal(c->columns[0].name, "age");
  assert_int_equal(c->columns[0].type, DATA_NUMBER);
  assert_int_equal(c->columns[1].type, DATA_TEXT);
  assert_int_equal(c->columns[2].type, DATA_TEXT);
  assert_string_equal(c->view, "SELECT age FROM visits");
  party_file_free(c);
}

static void defaults_are_the_documented_ones(void **state) {
  (void)state;
  struct data_config *c;
  struct data_fault f;
  assert_int_equal(parse(&c, "party: a\ndata: {file: /x.csv}\n", NULL, &f), 0);
  assert_string_equal(c->path, "/x.csv");
  assert_true(c->header);
  assert_int_equal(c->delimiter, 0);
  assert_int_equal(c->encoding, DATA_UTF8);
  assert_null(c->missing);
  assert_null(c->table);
  assert_null(c->view);
  assert_int_equal(c->n_columns, 0);
  party_file_free(c);
}

static void the_option_wins(void **state) {
  (void)state;
  struct data_config *c;
  struct data_fault f;
  assert_int_equal(parse(&c, GOOD, "mine.db", &f), 0);
  assert_string_equal(c->path, "mine.db");
  assert_int_equal(c->n_columns, 3);
  party_file_free(c);
  assert_int_equal(parse(&c, "party: a\n", "mine.db", &f), 0);
  assert_string_equal(c->path, "mine.db");
  assert_true(c->header);
  party_file_free(c);
}

/* GOOD with the first `from` replaced is refused, with `place` and `word`. */
static void refused(const char *from, const char *to, const char *place, const char *word) {
  char text[2048];
  struct data_config *c = (void *)text;
  struct data_fault f;
  const char *at = strstr(GOOD, from);
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, to, at + strlen(from));
  int exit = parse(&c, text, NULL, &f);
  if (exit != DATA_INPUT || strstr(f.text, place) == NULL || strstr(f.text, word) == NULL)
    fail_msg("exit %d \"%s\"; wanted \"%s\" and \"%s\"", exit, f.text, place, word);
  assert_null(c);
}

static void errors_name_the_place(void **state) {
  (void)state;
  refused("view:", "veiw:", "party.yaml:19", "unknown key `veiw`");
  refused("type: number", "tpye: number", "party.yaml:16", "unknown key `tpye`");
  refused("type: number", "type: date", "party.yaml:16", "`type`: one of these belongs here: text, number");
  refused("type: number", "type: 1", "party.yaml:16", "`type`");
  refused("{name: city}", "{type: text}", "party.yaml:18", "`name:` is missing");
  refused("encoding: GB18030", "encoding: latin1", "party.yaml:13", "Windows-1252, Latin-1");
  refused("header: no", "header: maybe", "party.yaml:11", "`header`: one of these belongs here: yes, true, no, false");
  refused("[\"\", NA]", "NA", "party.yaml:14", "`missing`: a list belongs here, such as [a, b]");
  refused("[\"\", NA]", "[[a]]", "party.yaml:14", "`missing`: one text or number belongs here");
  refused("[\"\", NA]", "[]", "party.yaml:14", "too short");
  refused("delimiter: \";\"", "delimiter: \";;\"", "party.yaml:12", "too long");
  refused("delimiter: \";\"", "delimiter:", "party.yaml:12", "missing");
  refused("table: visits", "file: again.csv", "party.yaml:10", "`file:` stands here for the second time");
  refused("  file: rows.csv\n", "", "party.yaml", "--data");
  refused("file: rows.csv", "file: [a]", "party.yaml:9", "`file`: one text or number belongs here");
  refused("file: rows.csv", "file: &f rows.csv\n  view: *f\n#", "party.yaml", "alias");
  refused("data:", "data: x\nfoo:", "party.yaml:8", "`data`: lines of the form `key: value` belong here");
  refused("data:", "---\ndata:", "party.yaml", "second document");
  refused("purposes:", "---\npurposes:", "party.yaml", "second document");
  refused("rows.csv", "rows.csv: x", "party.yaml", "no YAML");
}

static void odd_files_are_refused(void **state) {
  (void)state;
  struct data_config *c;
  struct data_fault f;
  static const char *const odd[] = {"", "# nothing\n", "- a\n", "a\n", "[", "{a: }"};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    assert_int_equal(parse(&c, odd[i], NULL, &f), DATA_INPUT);
    assert_non_null(strstr(f.text, "party.yaml"));
    assert_null(c);
  }
  assert_int_equal(party_file_parse(&c, "p", "a\0b", 3, NULL, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "NUL"));
  assert_int_equal(party_file_load(&c, "/tmp", NULL, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "directory"));
  assert_int_equal(party_file_load(&c, "/nonexistent/party.yaml", NULL, &f), DATA_INPUT);
  assert_non_null(strstr(f.text, "No such file"));
}

static void a_file_is_read(void **state) {
  (void)state;
  char path[] = "/tmp/smpc-party-XXXXXX";
  struct data_config *c;
  struct data_fault f;
  int fd = mkstemp(path);
  assert_int_equal(write(fd, GOOD, sizeof GOOD - 1), sizeof GOOD - 1);
  assert_int_equal(close(fd), 0);
  assert_int_equal(party_file_load(&c, path, NULL, &f), 0);
  assert_string_equal(c->path, "/tmp/rows.csv");
  party_file_free(c);
  assert_int_equal(unlink(path), 0);
}

/* As smpc-party.yaml(5) has it: a table or a view, and no word of CSV. */
static void a_database_needs_no_word_of_csv(void **state) {
  (void)state;
  static const struct { const char *keys; int exit; } how[] = {
      {"table: p", 0}, {"view: SELECT n FROM p", 0}, {"table: p, header: no", 0}, {"table: p, header: yes", DATA_INPUT},
      {"table: p, missing: [NA]", DATA_INPUT}, {"table: p, columns: [{name: n, type: number}]", DATA_INPUT}};
  char path[] = "/tmp/smpc-party-XXXXXX", text[300];
  sqlite3 *db;
  int fd = mkstemp(path);
  assert_int_equal(close(fd), 0);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "CREATE TABLE p (n INTEGER); INSERT INTO p VALUES (7)", NULL, NULL, NULL),
                   SQLITE_OK);
  sqlite3_close(db);
  for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
    struct data_config *c;
    struct data_fault f;
    struct data *d;
    snprintf(text, sizeof text, "party: a\ndata: {file: %s, %s}\n", path, how[i].keys);
    assert_int_equal(parse(&c, text, NULL, &f), 0);
    if (data_open(&d, c, &f) != how[i].exit) fail_msg("%s: %s", how[i].keys, f.text);
    if (how[i].exit != 0) assert_non_null(strstr(f.text, "are for CSV files"));
    data_close(d);
    party_file_free(c);
  }
  assert_int_equal(unlink(path), 0);
}

static void numbers_have_one_spelling(void **state) {
  (void)state;
  uint64_t v;
  assert_true(yaml_number(&v, "0", 10) && v == 0);
  assert_true(yaml_number(&v, "10", 10) && v == 10);
  assert_true(yaml_number(&v, "18446744073709551615", UINT64_MAX) && v == UINT64_MAX);
  static const char *const bad[] = {
      "", "11", "010", "00", "-1", "+1", " 1", "1 ", "0x1", "1e1", "99999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(yaml_number(&v, bad[i], 10));
  assert_false(yaml_number(&v, "18446744073709551616", UINT64_MAX));
}

TEST_MAIN(T(all_keys_are_read), T(defaults_are_the_documented_ones), T(the_option_wins), T(errors_name_the_place),
          T(odd_files_are_refused), T(a_file_is_read), T(a_database_needs_no_word_of_csv),
          T(numbers_have_one_spelling))
