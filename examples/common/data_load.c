/* data_load.c - see data_load.h. */
#include "data_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail_sqlite(struct data_load *l) {
  bool machine = sqlite3_errcode(l->db) != SQLITE_ERROR; /* that one is a name that cannot be */
  return data_fail(l->f, machine ? DATA_MACHINE : DATA_INPUT, "the table in memory: %s", sqlite3_errmsg(l->db));
}

/* --- columns --- */

static struct data_column *find_column(struct data_column *columns, unsigned n, const char *name) {
  for (unsigned i = 0; i < n; i++)
    if (columns[i].name != NULL && sqlite3_stricmp(columns[i].name, name) == 0) return &columns[i];
  return NULL;
}

static int add_column(struct data_load *l, const char *name, enum data_type type) {
  if (name == NULL || name[0] == 0) return data_fail(l->f, DATA_INPUT, "column %u has no name", l->n_columns + 1);
  if (find_column(l->columns, l->n_columns, name) != NULL)
    return data_fail(l->f, DATA_INPUT, "two columns are called '%s' (upper and lower case are the same)", name);
  struct data_column *more = realloc(l->columns, (l->n_columns + 1) * sizeof *more);
  if (more == NULL) return data_fail(l->f, DATA_MACHINE, "out of memory");
  l->columns = more;
  more[l->n_columns].type = type;
  more[l->n_columns].name = strdup(name);
  if (more[l->n_columns].name == NULL) return data_fail(l->f, DATA_MACHINE, "out of memory");
  l->n_columns++;
  return 0;
}

/* CREATE TABLE and the INSERT that fits it. */
static int create_table(struct data_load *l) {
  sqlite3_str *create = sqlite3_str_new(l->db), *insert = sqlite3_str_new(l->db);
  sqlite3_str_appendf(create, "CREATE TABLE \"%w\" (", l->table);
  sqlite3_str_appendf(insert, "INSERT INTO \"%w\" VALUES (", l->table);
  for (unsigned i = 0; i < l->n_columns; i++) {
    const char *type = l->columns[i].type == DATA_NUMBER ? "REAL" : "TEXT";
    sqlite3_str_appendf(create, "%s\"%w\" %s", i > 0 ? "," : "", l->columns[i].name, type);
    sqlite3_str_appendall(insert, i > 0 ? ",?" : "?");
  }
  sqlite3_str_appendall(create, ")");
  sqlite3_str_appendall(insert, ")");
  char *sql = sqlite3_str_finish(create), *row = sqlite3_str_finish(insert);
  bool good = sql != NULL && row != NULL && sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(l->db, row, -1, &l->insert, NULL) == SQLITE_OK;
  sqlite3_free(sql);
  sqlite3_free(row);
  return good ? 0 : fail_sqlite(l);
}

/* A record that is one field holds this other separator; 0: none. */
static char other_delimiter(const struct data_load *l, const struct data_record *r) {
  static const char candidates[] = ";\t,|";
  char now = l->config->delimiter == 0 ? ',' : l->config->delimiter;
  for (const char *c = candidates; *c != 0 && r->n == 1; c++)
    if (*c != now && strchr(r->text + r->start[0], *c) != NULL) return *c;
  return 0;
}

static int fail_delimiter(struct data_load *l, const struct data_record *r, char other) {
  return data_fail(
      l->f, DATA_INPUT,
      "line %llu is one column, and has %s in it: say `delimiter: \"%s\"` under `data:` if that parts them",
      (unsigned long long)r->line, other == '\t' ? "tabs" : (char[]){'\'', other, '\'', 0},
      other == '\t' ? "\\t" : (char[]){other, 0});
}

/* The first record names the columns; `columns:` gives types to some of them. */
static int take_header(struct data_load *l, const struct data_record *r) {
  const struct data_config *c = l->config;
  char other = other_delimiter(l, r);
  int exit = other != 0 && c->delimiter == 0 ? fail_delimiter(l, r, other) : 0;
  for (unsigned i = 0; i < r->n && exit == 0; i++) {
    const char *name = r->text + r->start[i];
    struct data_column *declared = find_column(c->columns, c->n_columns, name);
    exit = add_column(l, name, declared == NULL ? DATA_TEXT : declared->type);
  }
  for (unsigned i = 0; i < c->n_columns && exit == 0; i++)
    if (c->columns[i].name == NULL) exit = data_fail(l->f, DATA_INPUT, "`columns:` has an entry without a name");
    else if (find_column(l->columns, l->n_columns, c->columns[i].name) == NULL)
      exit = other != 0 ? fail_delimiter(l, r, other)
                        : data_fail(l->f, DATA_INPUT, "line %llu: the header has no column '%s', which `columns:` declares",
                                    (unsigned long long)r->line, c->columns[i].name);
  return exit != 0 ? exit : create_table(l);
}

static int take_declared(struct data_load *l) {
  const struct data_config *c = l->config;
  if (c->n_columns == 0)
    return data_fail(l->f, DATA_INPUT, "`columns:` must name the columns of a file without a header");
  int exit = 0;
  for (unsigned i = 0; i < c->n_columns && exit == 0; i++) exit = add_column(l, c->columns[i].name, c->columns[i].type);
  return exit != 0 ? exit : create_table(l);
}

/* --- rows --- */

static bool is_missing(const struct data_config *c, const char *field) {
  if (c->missing == NULL) return field[0] == 0 || strcmp(field, "?") == 0 || strcmp(field, "NA") == 0;
  for (unsigned i = 0; i < c->n_missing; i++)
    if (strcmp(field, c->missing[i]) == 0) return true;
  return false;
}

static int bind_field(struct data_load *l, const struct data_record *r, unsigned i) {
  const char *field = r->text + r->start[i];
  size_t len = r->start[i + 1] - r->start[i] - 1;
  int at = (int)i + 1;
  if (is_missing(l->config, field)) return sqlite3_bind_null(l->insert, at);
  if (l->columns[i].type == DATA_TEXT) return sqlite3_bind_text(l->insert, at, field, (int)len, SQLITE_STATIC);
  double value;
  if (data_number(&value, field, len)) return sqlite3_bind_double(l->insert, at, value);
  data_fail(l->f, DATA_INPUT,
            "line %llu, field %u: column '%s' is declared a number, and this is none (or a whole one beyond 2^53)",
            (unsigned long long)r->line, i + 1, l->columns[i].name);
  return SQLITE_OK;
}

/* Where the row stops too early or goes on too long. */
static int fail_length(struct data_load *l, const struct data_record *r) {
  unsigned long long line = r->line;
  char other = other_delimiter(l, r);
  if (other != 0) return fail_delimiter(l, r, other);
  if (r->n < l->n_columns)
    return data_fail(l->f, DATA_INPUT, "line %llu: %u fields where %u are expected: none for column '%s'", line, r->n,
                     l->n_columns, l->columns[r->n].name);
  return data_fail(l->f, DATA_INPUT, "line %llu, field %u: the row goes on; %u fields where %u are expected", line,
                   l->n_columns + 1, r->n, l->n_columns);
}

static int insert_row(struct data_load *l, const struct data_record *r) {
  if (r->n != l->n_columns) return fail_length(l, r);
  for (unsigned i = 0; i < r->n; i++)
    if (bind_field(l, r, i) != SQLITE_OK) return fail_sqlite(l);
  if (l->f->exit != 0) return l->f->exit;
  if (sqlite3_step(l->insert) != SQLITE_DONE) return fail_sqlite(l);
  sqlite3_reset(l->insert);
  l->rows++;
  return 0;
}

static int on_record(void *user, const struct data_record *r, struct data_fault *f) {
  struct data_load *l = user;
  (void)f;
  return l->insert == NULL ? take_header(l, r) : insert_row(l, r);
}

/* --- bytes --- */

static const char *encoding_name(const struct data_config *c) { return c->encoding == DATA_GB18030 ? "GB18030" : "WINDOWS-1252"; }

int data_load_init(struct data_load *l, sqlite3 *db, const struct data_config *c, struct data_fault *f) {
  memset(l, 0, sizeof *l);
  l->db = db;
  l->config = c;
  l->table = c->table != NULL ? c->table : "data";
  l->f = f;
  l->decoder = (iconv_t)-1;
  int exit = data_csv_init(&l->csv, c->delimiter, on_record, l, f);
  if (exit == 0 && c->encoding != DATA_UTF8) {
    l->decoder = iconv_open("UTF-8", encoding_name(c));
    if (l->decoder == (iconv_t)-1) exit = data_fail(f, DATA_MACHINE, "this system's iconv does not know %s", encoding_name(c));
  }
  if (exit == 0 && sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) exit = fail_sqlite(l);
  if (exit == 0 && !c->header) exit = take_declared(l);
  return exit;
}

/* Convert what can be; the rest of a cut character is held for the next piece. */
static int decode(struct data_load *l, char *bytes, size_t len) {
  char out[16384];
  while (len > 0) {
    char *to = out;
    size_t room = sizeof out;
    size_t got = iconv(l->decoder, &bytes, &len, &to, &room);
    int why = got == (size_t)-1 ? errno : 0;
    int exit = data_csv_feed(&l->csv, out, sizeof out - room);
    if (exit != 0) return exit;
    if (why == EILSEQ)
      return data_fail(l->f, DATA_INPUT, "line %llu, column %llu: not %s", (unsigned long long)l->csv.line,
                       (unsigned long long)l->csv.column, encoding_name(l->config));
    if (why == EINVAL && len <= sizeof l->held) {
      memcpy(l->held, bytes, len);
      l->held_len = len;
      return 0;
    }
    if (why != 0 && why != E2BIG) return data_fail(l->f, DATA_MACHINE, "iconv: %s", strerror(why));
  }
  return 0;
}

int data_load_feed(struct data_load *l, const char *bytes, size_t len) {
  if (l->f->exit != 0) return l->f->exit;
  if (l->decoder == (iconv_t)-1) return data_csv_feed(&l->csv, bytes, len);
  while (len > 0) {
    char piece[4096];
    size_t held = l->held_len, take = len < sizeof piece - held ? len : sizeof piece - held;
    memcpy(piece, l->held, held);
    memcpy(piece + held, bytes, take);
    l->held_len = 0;
    int exit = decode(l, piece, held + take);
    if (exit != 0) return exit;
    bytes += take;
    len -= take;
  }
  return 0;
}

int data_load_end(struct data_load *l) {
  if (l->f->exit != 0) return l->f->exit;
  if (l->held_len > 0)
    return data_fail(l->f, DATA_INPUT, "line %llu, column %llu: the file ends within a character of GB18030",
                     (unsigned long long)l->csv.line, (unsigned long long)l->csv.column);
  int exit = data_csv_end(&l->csv);
  if (exit != 0) return exit;
  if (l->insert == NULL) return data_fail(l->f, DATA_INPUT, "line 1: the file is empty; its header is expected there");
  if (sqlite3_exec(l->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) return fail_sqlite(l);
  return 0;
}

void data_load_free(struct data_load *l) {
  sqlite3_finalize(l->insert);
  data_csv_free(&l->csv);
  if (l->decoder != (iconv_t)-1) iconv_close(l->decoder);
  for (unsigned i = 0; i < l->n_columns; i++) free(l->columns[i].name);
  free(l->columns);
}

static int feed_file(struct data_load *l, int fd) {
  char buffer[65536];
  for (;;) {
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return data_fail(l->f, DATA_INPUT, "cannot be read: %s", strerror(errno));
    if (got == 0) return data_load_end(l);
    int exit = data_load_feed(l, buffer, (size_t)got);
    if (exit != 0) return exit;
  }
}

int data_load_file(sqlite3 *db, const struct data_config *c, int fd, struct data_fault *f) {
  struct data_load *l = malloc(sizeof *l); /* some kilobytes: not on the stack */
  if (l == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  int exit = data_load_init(l, db, c, f);
  if (exit == 0) exit = feed_file(l, fd);
  data_load_free(l);
  free(l);
  return exit;
}
