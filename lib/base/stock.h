/* stock.h - blocks of secrets that have been freed, kept for the next of the same
 * length: fresh pages cost more than most steps do on them. */
#ifndef SMPI_STOCK_H
#define SMPI_STOCK_H

#include <stddef.h>

enum { SMPI_STOCK_BLOCKS = 8 }; /* LOCAL: how many are kept; a loop's temporaries are few */

struct smpi_stock { /* zeroed: empty */
  struct { void *p; size_t len; } block[SMPI_STOCK_BLOCKS];
  size_t held;   /* bytes of all blocks                  */
  unsigned next; /* where the next one put will be kept  */
};

/* n zeroed objects of `size` bytes for secrets, as smpi_secret_alloc() gives. */
void *smpi_stock_get(struct smpi_stock *st, size_t n, size_t size);
/* Take back what smpi_stock_get(st, n, size) gave, wiped here; p may be NULL. */
void smpi_stock_put(struct smpi_stock *st, void *p, size_t n, size_t size);
/* Free what is kept. */
void smpi_stock_end(struct smpi_stock *st);

#endif
