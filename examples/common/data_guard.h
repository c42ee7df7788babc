/* data_guard.h - what SQLite may do for a question: settings, an allow-list, a deadline.
 *
 * The language (expr.h) is the first fence; this is the second, inside SQLite,
 * for the case that something passed the first. */
#ifndef DATA_GUARD_H
#define DATA_GUARD_H

#include "data_impl.h"

/* The temporary view of the agreed columns: all that a question reads from. */
#define DATA_AGREED "smpc_agreed"

enum { DATA_MAX_WITHIN = 64 };

struct data_guard {
  int64_t ends; /* CLOCK_MONOTONIC, seconds; 0: no deadline */
  bool expired;
  char denied[120]; /* the first access that was refused, for a message */
  bool learning;    /* which views and WITH tables the hospital's own text reads through */
  char within[DATA_MAX_WITHIN][64];
  unsigned n_within;
};

/* Once for a fresh connection: no extensions, no attached files, no names taken
 * for strings, the file's schema not trusted, temporary data in memory only, size
 * limits; and the functions
 *   number(text)                  strict: an error where text is no number
 *   smpc_number(value, column)    gives a double or NULL, an error for anything else
 *   smpc_text(value, column)      gives text or NULL, an error for anything else
 * Their errors name the column, never the value. */
int data_guard_harden(sqlite3 *db, struct data_fault *f);

/* Start the deadline: statements of `db` are interrupted when it has passed. */
void data_guard_start(struct data_guard *g, sqlite3 *db, unsigned seconds);
/* From here on `db` prepares only reads of DATA_AGREED, with the functions of the
 * language; what lies below it (the hospital's view, and views of its database) reads
 * what it names, and is learned now, before there is any text of the question.
 *   return SQLite's code; not SQLITE_OK: DATA_AGREED itself cannot be read */
int data_guard_close(struct data_guard *g, sqlite3 *db);
/* Neither of both any longer. */
void data_guard_end(sqlite3 *db);

#endif
