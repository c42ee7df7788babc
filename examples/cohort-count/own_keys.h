/* own_keys.h - this hospital's patients: the key of every row of the cohort and its cell. */
#ifndef OWN_KEYS_H
#define OWN_KEYS_H

#include "question.h"

struct own_keys {
  smpc_items items;
  uint32_t *cell;     /* [items.n] of the table */
  uint64_t without;   /* rows of the cohort that have no key: they are not counted */
  /* what the above points into */
  struct psi_bytes bytes;
  size_t *from, *len, cap;
  const void **at;
  const struct question *question;
};

/* Read them, and count each different key once, in the cell of its first row: counts[n_cells].
 * As in data.h: 0, DATA_INPUT or DATA_MACHINE. */
int own_keys_read(struct own_keys *k, int64_t *counts, struct data *d, struct data_report *report,
                  const struct question *q, struct data_fault *f);
void own_keys_free(struct own_keys *k); /* wipes; all zeros are allowed */

#endif
