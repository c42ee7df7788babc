/* heap_test.c - base/heap.h for tests: counts, and fails on request. */
#include "base/heap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "seams.h"

static atomic_uint_fast64_t count, fail_at, live;

void seam_heap_reset(uint64_t k) {
  count = 0;
  fail_at = k;
}
uint64_t seam_heap_count(void) { return count; }
uint64_t seam_heap_live(void) { return live; }

static bool fails(void) { return ++count == fail_at; }

void *smpi_heap_get(size_t len) {
  if (fails()) return NULL;
  size_t rounded = (len + 63) & ~(size_t)63;
  void *p = rounded < len ? NULL : aligned_alloc(64, rounded ? rounded : 64);
  if (p != NULL) {
    memset(p, 0xa5, rounded); /* show what relies on zeroes */
    live++;
  }
  return p;
}

void smpi_heap_put(void *p) {
  live--;
  free(p);
}

void *smpi_heap_map(size_t len) {
  if (fails()) return NULL;
  size_t rounded = (len + 63) & ~(size_t)63;
  void *p = rounded < len ? NULL : aligned_alloc(64, rounded);
  if (p != NULL) {
    memset(p, 0, rounded);
    live++;
  }
  return p;
}

void smpi_heap_unmap(void *p, size_t len) {
  (void)len;
  live--;
  free(p);
}
