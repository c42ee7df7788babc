/* data_load.h - a CSV file to a table of an SQLite database in memory. */
#ifndef DATA_LOAD_H
#define DATA_LOAD_H

#include "data_csv.h"

#include <iconv.h>

struct data_load {
  sqlite3 *db;
  sqlite3_stmt *insert;
  const struct data_config *config;
  const char *table;
  struct data_column *columns; /* all columns of the file, in order */
  unsigned n_columns;
  int64_t rows;
  iconv_t decoder; /* (iconv_t)-1 for UTF-8 */
  char held[8];    /* the first bytes of a character cut by the end of a buffer */
  size_t held_len;
  struct data_csv csv;
  struct data_fault *f;
};

/* Start loading into table `c->table` of `db`; data_load_free ends in every case. */
int data_load_init(struct data_load *l, sqlite3 *db, const struct data_config *c, struct data_fault *f);
/* The file's bytes, in pieces cut anywhere, in the configured encoding. */
int data_load_feed(struct data_load *l, const char *bytes, size_t len);
int data_load_end(struct data_load *l);
void data_load_free(struct data_load *l);

/* All of it for an open file.
 *   cost one pass, constant memory beside the table */
int data_load_file(sqlite3 *db, const struct data_config *c, int fd, struct data_fault *f);

#endif
