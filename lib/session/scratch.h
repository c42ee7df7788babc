/* scratch.h - a session's secret working memory: taken in order, released in
 * reverse, wiped on release. */
#ifndef SMPI_SCRATCH_H
#define SMPI_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SMPI_SCRATCH_CHUNKS = 32 };

struct smpi_scratch {
  struct { uint8_t *p; size_t len, used; } chunk[SMPI_SCRATCH_CHUNKS];
  unsigned n; /* chunks in use; behind them wiped ones are kept for the next operation */
};

/* len bytes, 64-byte aligned; NULL when out of memory. */
void *smpi_scratch_take(struct smpi_scratch *a, size_t len);
/* Where we are; giving everything taken since back, wiped. */
size_t smpi_scratch_here(const struct smpi_scratch *a);
void smpi_scratch_back(struct smpi_scratch *a, size_t mark);
void smpi_scratch_end(struct smpi_scratch *a);

#endif
