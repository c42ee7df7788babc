/* data_impl.h - what the files of the data loader share; programs see data.h. */
#ifndef DATA_IMPL_H
#define DATA_IMPL_H

#include "data.h"

#include <sqlite3.h>

/* Record the first fault and return its exit code; later ones are consequences. */
int data_fail(struct data_fault *f, int exit, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The strict meaning of text as a number, the same for files and questions: an
 * optional sign, decimal digits with an optional point, an optional exponent,
 * spaces around.  No hexadecimal, no infinity, no thousands separator, and no
 * whole number from 2^53 on, where a double begins to round silently.
 *   return true and *value, or false */
bool data_number(double *value, const char *text, size_t len);
/* A value of the row at hand as it is written into a result: a number as short as it reads back the
 * same, 73 and not SQLite's 73.0; NULL: missing.  It lies in room, or is valid until the next step. */
enum { DATA_NUMBER_TEXT = 32 };
const char *data_text(char room[DATA_NUMBER_TEXT], sqlite3_stmt *st, int column);
bool data_is_exact(double value); /* false for whole numbers from 2^53 on, and for infinities */

enum { DATA_MAX_COLUMNS = 1000, DATA_MAX_FIELD = 1 << 20 };

#endif
