/* scratch.c - see scratch.h.  A mark is chunk number * 2^48 + bytes used. */
#include "session/scratch.h"

#include "base/mem.h"

/* LOCAL: the first chunk, and how much is kept between operations (fresh pages
 * cost more than most steps do on them). */
enum { FIRST_CHUNK = 1 << 20, KEPT = 64 << 20 };
static const unsigned MARK_SHIFT = 48;

static void drop(struct smpi_scratch *a, unsigned i) {
  smpi_secret_free(a->chunk[i].p);
  a->chunk[i].p = NULL;
  a->chunk[i].len = a->chunk[i].used = 0;
}

/* One more chunk with room for len bytes: the one kept there, if it has, or a new one. */
static bool grow(struct smpi_scratch *a, size_t len) {
  unsigned i = a->n;
  if (i == SMPI_SCRATCH_CHUNKS) return false;
  if (a->chunk[i].len < len) {
    size_t size = (size_t)FIRST_CHUNK << (i / 2);
    if (size < len) size = len;
    drop(a, i);
    a->chunk[i].p = smpi_secret_alloc(1, size);
    if (a->chunk[i].p == NULL) return false;
    a->chunk[i].len = size;
  }
  a->n++;
  return true;
}

void *smpi_scratch_take(struct smpi_scratch *a, size_t len) {
  if (len > (SIZE_MAX >> 17)) return NULL;
  len = (len + 63) & ~(size_t)63;
  bool fits = a->n > 0 && a->chunk[a->n - 1].len - a->chunk[a->n - 1].used >= len;
  if (!fits && !grow(a, len)) return NULL;
  unsigned last = a->n - 1;
  void *out = a->chunk[last].p + a->chunk[last].used;
  a->chunk[last].used += len;
  return out;
}

size_t smpi_scratch_here(const struct smpi_scratch *a) {
  if (a->n == 0) return 0;
  return ((size_t)(a->n - 1) << MARK_SHIFT) + a->chunk[a->n - 1].used;
}

/* Wipe chunk i from byte `used` on. */
static void clear(struct smpi_scratch *a, unsigned i, size_t used) {
  smpi_wipe(a->chunk[i].p + used, a->chunk[i].used - used);
  a->chunk[i].used = used;
}

void smpi_scratch_back(struct smpi_scratch *a, size_t mark) {
  if (a->n == 0) return;
  unsigned last = (unsigned)(mark >> MARK_SHIFT);
  size_t kept = 0;
  clear(a, last, mark & (((size_t)1 << MARK_SHIFT) - 1));
  for (unsigned i = last + 1; i < a->n; i++) clear(a, i, 0);
  a->n = last + 1;
  for (unsigned i = 0; i < SMPI_SCRATCH_CHUNKS; i++) {
    kept += a->chunk[i].len;
    if (i >= a->n && kept > KEPT) {
      kept -= a->chunk[i].len;
      drop(a, i);
    }
  }
}

void smpi_scratch_end(struct smpi_scratch *a) {
  for (unsigned i = 0; i < SMPI_SCRATCH_CHUNKS; i++) drop(a, i);
  a->n = 0;
}
