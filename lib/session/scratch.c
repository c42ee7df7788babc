/* scratch.c - see scratch.h.  A mark is chunk number * 2^48 + bytes used. */
#include "session/scratch.h"

#include "base/mem.h"

enum { FIRST_CHUNK = 1 << 20 }; /* LOCAL */
static const unsigned MARK_SHIFT = 48;

void *smpi_scratch_take(struct smpi_scratch *a, size_t len) {
  if (len > (SIZE_MAX >> 17)) return NULL;
  len = (len + 63) & ~(size_t)63;
  unsigned last = a->n - 1;
  if (a->n == 0 || a->chunk[last].len - a->chunk[last].used < len) {
    if (a->n == SMPI_SCRATCH_CHUNKS) return NULL;
    size_t size = (size_t)FIRST_CHUNK << (a->n / 2);
    if (size < len) size = len;
    uint8_t *p = smpi_secret_alloc(1, size);
    if (p == NULL) return NULL;
    last = a->n++;
    a->chunk[last].p = p;
    a->chunk[last].len = size;
    a->chunk[last].used = 0;
  }
  void *out = a->chunk[last].p + a->chunk[last].used;
  a->chunk[last].used += len;
  return out;
}

size_t smpi_scratch_here(const struct smpi_scratch *a) {
  if (a->n == 0) return 0;
  return ((size_t)(a->n - 1) << MARK_SHIFT) + a->chunk[a->n - 1].used;
}

/* Chunks beyond `keep` are wiped and freed with everything in them. */
static void shrink(struct smpi_scratch *a, unsigned keep) {
  while (a->n > keep) smpi_secret_free(a->chunk[--a->n].p);
}

void smpi_scratch_back(struct smpi_scratch *a, size_t mark) {
  if (a->n == 0) return;
  unsigned last = (unsigned)(mark >> MARK_SHIFT);
  size_t used = mark & (((size_t)1 << MARK_SHIFT) - 1);
  shrink(a, last + 1);
  smpi_wipe(a->chunk[last].p + used, a->chunk[last].used - used);
  a->chunk[last].used = used;
}

void smpi_scratch_end(struct smpi_scratch *a) { shrink(a, 0); }
