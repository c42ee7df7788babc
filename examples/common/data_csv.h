/* data_csv.h - bytes of CSV to records, with the line each begins on.
 *
 * libcsv finds fields and records (RFC 4180, strict about quotes: a quoted field may hold
 * delimiters, line ends and doubled quotes); this counts lines and columns for
 * the messages, which libcsv does not, and bounds what a record may hold.  Lines
 * end in LF, CR LF or CR; empty lines are skipped; spaces around a field that is
 * not quoted are dropped; a byte order mark at the start is skipped. */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "data_impl.h"

#include <csv.h>

struct data_record {
  uint64_t line; /* where it begins, from 1 */
  unsigned n;    /* fields */
  char *text;    /* field i is text[start[i]], ends in NUL, has length start[i+1] - start[i] - 1 */
  size_t start[DATA_MAX_COLUMNS + 1];
};

/* Called with each record; a result other than 0 ends the reading with it. */
typedef int data_on_record(void *user, const struct data_record *r, struct data_fault *f);

struct data_csv {
  struct csv_parser parser;
  struct data_record record;
  size_t text_cap;
  uint64_t line;   /* of the next byte */
  uint64_t column; /* of the next byte, in characters, from 1 */
  bool after_cr, in_record;
  unsigned mark; /* bytes of the byte order mark seen; 3 when that question is settled */
  int status;
  data_on_record *on_record;
  void *user;
  struct data_fault *f;
};

/* Start; data_csv_free ends in every case.  f is kept and filled on failure. */
int data_csv_init(struct data_csv *r, char delimiter, data_on_record *on, void *user, struct data_fault *f);
/* Read some more bytes of UTF-8, cut anywhere. */
int data_csv_feed(struct data_csv *r, const char *bytes, size_t len);
/* No more bytes: the last record may lack its line end. */
int data_csv_end(struct data_csv *r);
void data_csv_free(struct data_csv *r);

#endif
