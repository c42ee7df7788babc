/* columns.h - data split by columns: whose is what, and what one hospital brings.  No shares. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "program.h"

/* A hospital's own columns: by order all rows of its file; by key the complete ones that have a key. */
struct own_columns {
  size_t n, cap;
  unsigned k;         /* predictors of mine                                           */
  bool has_outcome;
  double *x;          /* n x k, times 2^-range; zeros in incomplete rows              */
  int64_t *y;         /* n; zeros where the outcome is not mine                       */
  int64_t *complete;  /* n */
  int64_t binary[MODEL_MAX_PREDICTORS]; /* [k]: 0 and 1 alone                         */
  smpc_items items;   /* by key */
  struct psi_bytes bytes;
  size_t *from, *len;
  const void **at;
};

/* The names of the question to members of cfg, into job->owner.  False: `text` says who is missing,
 * has not the right role, or has data and no column. */
bool columns_resolve(struct fit_job *job, char *text, size_t text_len);
/* The predictors of member `id`, in the order of the question; their number. */
unsigned columns_of(unsigned *predictor, const struct fit_job *job, unsigned id);

/* Read my own.  As in data.h: 0, DATA_INPUT or DATA_MACHINE. */
int columns_read(struct own_columns *o, const struct fit_job *job, struct data *d, struct data_report *seen,
                 struct data_fault *f);
void columns_free(struct own_columns *o); /* wipes */

#endif
