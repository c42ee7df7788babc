/* stock.c - see stock.h.  A block is wiped when it comes back, so what is given again is zero. */
#include "base/stock.h"

#include "base/mem.h"

enum { KEPT = 64 << 20 }; /* LOCAL: bytes kept at most */

/* Block i, which is no longer kept; NULL: there was none. */
static void *take(struct smpi_stock *st, unsigned i) {
  void *p = st->block[i].p;
  st->held -= st->block[i].len;
  st->block[i].p = NULL;
  st->block[i].len = 0;
  return p;
}

void *smpi_stock_get(struct smpi_stock *st, size_t n, size_t size) {
  size_t len;
  if (__builtin_mul_overflow(n, size, &len)) return NULL;
  for (unsigned i = 0; i < SMPI_STOCK_BLOCKS; i++)
    if (st->block[i].p != NULL && st->block[i].len == len) return take(st, i);
  return smpi_secret_alloc(n, size);
}

void smpi_stock_put(struct smpi_stock *st, void *p, size_t n, size_t size) {
  size_t len = n * size;
  unsigned i = st->next;
  if (p == NULL) return;
  smpi_secret_free(take(st, i));
  if (len > KEPT - st->held) {
    smpi_secret_free(p);
    return;
  }
  smpi_wipe(p, len);
  st->block[i].p = p;
  st->block[i].len = len;
  st->held += len;
  st->next = (i + 1) % SMPI_STOCK_BLOCKS;
}

void smpi_stock_end(struct smpi_stock *st) {
  for (unsigned i = 0; i < SMPI_STOCK_BLOCKS; i++) smpi_secret_free(take(st, i));
}
