/* psi_rows.h - a party's own rows with their keys; read twice: for the keys, and
 * again to write the result, so that no row is held in memory (but by SQLite, for CSV). */
#ifndef PSI_ROWS_H
#define PSI_ROWS_H

#include <smpc.h>

#include "data.h"
#include "psi_question.h"

struct psi_rows;

/* What became of the rows. */
struct psi_tally {
  uint64_t rows;
  uint64_t empty;   /* without a key: a component is empty                         */
  uint64_t invalid; /* without a key: no UTF-8, no such date, a wrong check digit  */
  uint64_t missing; /* rows with a key, but no number to sum: they add nothing     */
};

enum psi_reading { PSI_KEYS, PSI_KEYS_AND_NUMBERS, PSI_STREAM };

/* Read the keys of all rows, and the numbers of the column that is summed; or only count them, as a stream whose keys
 * psi_rows_next() gives.  As in data.h: 0, DATA_INPUT (a stream of a CSV file, too: SQLite holds that in memory) or
 * DATA_MACHINE. */
int psi_rows_open(struct psi_rows **r, const struct data_config *c, const struct psi_question *q, enum psi_reading how,
                  struct data_fault *f);
/* Of a stream: the next keys, valid until the next call; some->n = 0 after the last, and then it begins anew. */
int psi_rows_next(struct psi_rows *r, smpc_items *some, struct data_fault *f);
void psi_rows_close(struct psi_rows *r); /* NULL is allowed */

const struct psi_tally *psi_rows_tally(const struct psi_rows *r);
/* The keys of the rows that have one; valid until close.  Of a stream their number alone. */
const smpc_items *psi_rows_items(const struct psi_rows *r);
/* Their numbers, or NULL: of one kind as the question says, NULL of the other. */
const double *psi_rows_decimals(const struct psi_rows *r);
const int64_t *psi_rows_wholes(const struct psi_rows *r);

/* The columns' names, in order. */
unsigned psi_rows_columns(const struct psi_rows *r);
const char *psi_rows_column(const struct psi_rows *r, unsigned i);

/* Go through all rows again: fn(user, value, item) with the values as text (NULL: missing)
 * and the row's item, or SIZE_MAX without a key.  fn returns false to stop. */
typedef bool (*psi_row_fn)(void *user, const char *const *value, size_t item);
int psi_rows_each(struct psi_rows *r, psi_row_fn fn, void *user, struct data_fault *f);

#endif
