/* heap.c - see heap.h. */
#include "base/heap.h"

#include <stdlib.h>
#include <sys/mman.h>

/* LOCAL */
enum {
  LOCK_UP_TO = 64 * 1024, /* larger secrets would use up RLIMIT_MEMLOCK */
  HUGE_FROM = 4 << 20,
};

void *smpi_heap_get(size_t len) {
  size_t rounded = (len + 63) & ~(size_t)63;
  return rounded < len ? NULL : aligned_alloc(64, rounded ? rounded : 64);
}

void smpi_heap_put(void *p) { free(p); }

void *smpi_heap_map(size_t len) {
  void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return NULL;
  (void)madvise(p, len, MADV_DONTDUMP); /* best effort: older kernels lack it */
  if (len >= HUGE_FROM) (void)madvise(p, len, MADV_HUGEPAGE); /* half the time of a large vector is page faults */
  if (len <= LOCK_UP_TO) (void)mlock(p, len);
  return p;
}

void smpi_heap_unmap(void *p, size_t len) { munmap(p, len); }
