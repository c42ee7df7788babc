/* heap_test.c - base/heap.h for tests: counts, and fails on request. */
#include "base/heap.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "seams.h"

/* Thousands of short sessions: pages that go back to the kernel after each took a tenth of all tests' time. */
__attribute__((constructor)) static void keep_pages(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
}

static atomic_uint_fast64_t count, fail_at, live, bytes, peak;

void seam_heap_reset(uint64_t k) {
  count = 0;
  fail_at = k;
  peak = atomic_load(&bytes);
}
uint64_t seam_heap_count(void) { return count; }
uint64_t seam_heap_live(void) { return live; }
uint64_t seam_heap_peak(void) { return peak; }

static bool fails(void) { return ++count == fail_at; }

static void taken(void *p) {
  live++;
  uint64_t now = (bytes += malloc_usable_size(p)), most = peak;
  while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) continue;
}

static void (*look)(void *ctx, const uint8_t *block, size_t len);
static void *look_ctx;

void seam_heap_watch(void (*fn)(void *ctx, const uint8_t *block, size_t len), void *ctx) {
  look = fn;
  look_ctx = ctx;
}

static void given_back(void *p) {
  if (look != NULL && p != NULL) look(look_ctx, p, malloc_usable_size(p));
  live--;
  bytes -= malloc_usable_size(p);
}

void *smpi_heap_get(size_t len) {
  if (fails()) return NULL;
  size_t rounded = (len + 63) & ~(size_t)63;
  void *p = rounded < len ? NULL : aligned_alloc(64, rounded ? rounded : 64);
  if (p != NULL) {
    memset(p, 0xa5, rounded); /* show what relies on zeroes */
    taken(p);
  }
  return p;
}

void smpi_heap_put(void *p) {
  given_back(p);
  free(p);
}

void *smpi_heap_map(size_t len) {
  if (fails()) return NULL;
  size_t rounded = (len + 63) & ~(size_t)63;
  void *p = rounded < len ? NULL : aligned_alloc(64, rounded);
  if (p != NULL) {
    memset(p, 0, rounded);
    taken(p);
  }
  return p;
}

void smpi_heap_unmap(void *p, size_t len) {
  (void)len;
  given_back(p);
  free(p);
}
