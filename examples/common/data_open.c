/* data_open.c - a CSV file into memory, or an SQLite database read-only; see data.h. */
#include "data_open.h"

#include "data_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Only regular files: a pipe or a device could make the program wait for ever. */
static int open_file(int *fd, const char *path, struct data_fault *f) {
  struct stat st;
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (*fd < 0) return data_fail(f, DATA_INPUT, "cannot be opened: %s", strerror(errno));
  if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) return data_fail(f, DATA_INPUT, "is not a file");
  return 0;
}

static bool is_database(int fd) {
  static const char magic[16] = "SQLite format 3";
  char head[16];
  return pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0;
}

static int open_sqlite(struct data *d, const char *path, int flags, struct data_fault *f) {
  int rc = sqlite3_open_v2(path, &d->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_NOMEM || d->db == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  if (rc != SQLITE_OK) return data_fail(f, DATA_INPUT, "SQLite cannot open it: %s", sqlite3_errmsg(d->db));
  return data_guard_harden(d->db, f);
}

static int open_csv(struct data *d, const struct data_config *c, int fd, struct data_fault *f) {
  int exit = open_sqlite(d, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, f);
  if (exit != 0) return exit;
  d->is_csv = true;
  sqlite3_exec(d->db, "PRAGMA main.journal_mode=OFF", NULL, NULL,
               NULL); /* speed; on failure the table is thrown away */
  exit = data_load_file(d->db, c, fd, f);
  sqlite3_exec(d->db, "PRAGMA main.journal_mode=MEMORY", NULL, NULL, NULL);
  return exit;
}

/* What is said of CSV files must not be silently ignored for a database. */
static int open_database(struct data *d, const struct data_config *c, struct data_fault *f) {
  if ((c->header && c->header_is_written) || c->n_columns > 0 || c->missing != NULL || c->encoding != DATA_UTF8 ||
      c->delimiter != 0)
    return data_fail(f, DATA_INPUT,
                     "is an SQLite database: `header`, `columns`, `missing`, `encoding` and `delimiter` are for CSV "
                     "files; use a view");
  if (c->table == NULL && c->view == NULL)
    return data_fail(f, DATA_INPUT, "is an SQLite database: `table:` or `view:` is needed");
  int exit = open_sqlite(d, c->path, SQLITE_OPEN_READONLY, f);
  if (exit != 0) return exit;
  sqlite3_busy_timeout(d->db, 10000);
  if (sqlite3_exec(d->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) != SQLITE_OK)
    return data_fail(f, DATA_INPUT, "SQLite cannot read it: %s", sqlite3_errmsg(d->db));
  return 0;
}

static int copy_names(struct data *d, const struct data_config *c, struct data_fault *f) {
  d->path = strdup(c->path);
  d->table = strdup(c->table != NULL ? c->table : "data");
  if (c->view != NULL) d->view = strdup(c->view);
  bool good = d->path != NULL && d->table != NULL && (c->view == NULL || d->view != NULL);
  return good ? 0 : data_fail(f, DATA_MACHINE, "out of memory");
}

/* Put the file's name before a message. */
static int name_file(const char *path, struct data_fault *f) {
  char text[sizeof f->text];
  snprintf(text, sizeof text, "%.200s: %.300s", path, f->text);
  memcpy(f->text, text, sizeof text);
  return f->exit;
}

int data_open(struct data **out, const struct data_config *c, struct data_fault *f) {
  struct data *d = calloc(1, sizeof *d);
  int fd = -1;
  *out = NULL;
  memset(f, 0, sizeof *f);
  if (d == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  if (c->path == NULL) data_fail(f, DATA_INPUT, "`data:` has no `path:`");
  else if (copy_names(d, c, f) == 0 && open_file(&fd, c->path, f) == 0) {
    if (is_database(fd)) open_database(d, c, f);
    else open_csv(d, c, fd, f);
  }
  if (fd >= 0) close(fd);
  if (f->exit == 0) {
    *out = d;
    return 0;
  }
  data_close(d);
  return c->path != NULL ? name_file(c->path, f) : f->exit;
}

void data_close(struct data *d) {
  if (d == NULL) return;
  sqlite3_close(d->db);
  free(d->path);
  free(d->table);
  free(d->view);
  free(d);
}
