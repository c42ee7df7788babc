/* data_files.h - a temporary file with given bytes, opened as a hospital's data. */
#ifndef DATA_FILES_H
#define DATA_FILES_H

#include "support/test.h"

#include "examples/common/data.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Configurations own their strings; the tests' are literals. */
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wincompatible-pointer-types-discards-qualifiers"
#else
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#endif

/* A file of its own for each caller; file_drop removes it. */
struct file {
  char path[64];
};

static inline void file_make(struct file *t, const void *bytes, size_t len) {
  strcpy(t->path, "/tmp/smpc-data-XXXXXX");
  int fd = mkstemp(t->path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes, len), (ssize_t)len);
  close(fd);
}

static inline void file_drop(struct file *t) { assert_int_equal(unlink(t->path), 0); }

/* Lists for the designated initializers of the configuration. */
#define COUNT_OF(a) (unsigned)(sizeof(a) / sizeof *(a))
#define COLUMNS(...)                                                                                                   \
  .columns = (struct data_column[]){__VA_ARGS__}, .n_columns = COUNT_OF(((struct data_column[]){__VA_ARGS__}))
#define NUM(n)                                                                                                         \
  { (char *)(n), DATA_NUMBER }
#define TXT(n)                                                                                                         \
  { (char *)(n), DATA_TEXT }
#define CELLS(...) .cells = (char *[]){__VA_ARGS__}, .n_cells = COUNT_OF(((char *[]){__VA_ARGS__}))

static inline struct data *open_good(const struct data_config *c) {
  struct data_fault f;
  struct data *d;
  int exit = data_open(&d, c, &f);
  if (exit != 0) fail_msg("%s", f.text);
  assert_non_null(d);
  return d;
}

/* How many rows fulfil `condition`, the agreed columns being `q`'s. */
static inline int64_t count_good(struct data *d, struct data_question q, const char *condition) {
  struct data_fault f;
  int64_t n = -1;
  q.condition = (char *)condition;
  if (data_count(d, &n, 1, NULL, &q, &f) != 0) fail_msg("%s: %s", condition != NULL ? condition : "all", f.text);
  return n;
}

/* The count is refused with a message that holds `part`. */
static inline void count_bad(struct data *d, struct data_question q, const char *condition, const char *part) {
  struct data_fault f;
  int64_t n = -1;
  q.condition = (char *)condition;
  int exit = data_count(d, &n, 1, NULL, &q, &f);
  if (exit != DATA_INPUT || strstr(f.text, part) == NULL)
    fail_msg("%s: exit %d, '%s'", condition != NULL ? condition : "all", exit, f.text);
  assert_int_equal(n, 0);
}

#endif
