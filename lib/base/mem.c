/* mem.c - see mem.h. */
#include "base/mem.h"

#include <sodium.h>
#include <string.h>

#include "base/heap.h"

/* A secret block starts with its mapped length; the data follow at HEAD. */
enum { HEAD = 64 };

static int overflows(size_t n, size_t size) { return size != 0 && n > (SIZE_MAX / 2) / size; }

void *smpi_alloc(size_t n, size_t size) {
  if (overflows(n, size)) return NULL;
  void *p = smpi_heap_get(n * size);
  if (p != NULL) memset(p, 0, n * size);
  return p;
}

void smpi_free(void *p) {
  if (p != NULL) smpi_heap_put(p);
}

void *smpi_secret_alloc(size_t n, size_t size) {
  if (overflows(n, size)) return NULL;
  size_t len = n * size + HEAD;
  unsigned char *p = smpi_heap_map(len);
  if (p == NULL) return NULL;
  memcpy(p, &len, sizeof len);
  return p + HEAD;
}

void smpi_secret_free(void *p) {
  if (p == NULL) return;
  unsigned char *start = (unsigned char *)p - HEAD;
  size_t len;
  memcpy(&len, start, sizeof len);
  smpi_wipe(start, len);
  smpi_heap_unmap(start, len);
}

void smpi_wipe(void *p, size_t len) {
  if (len != 0) sodium_memzero(p, len);
}

__attribute__((noinline)) void smpi_wipe_stack(void) {
  unsigned char below[64 << 10];
  smpi_wipe(below, sizeof below);
}

int smpi_ct_equal(const void *a, const void *b, size_t len) { return sodium_memcmp(a, b, len) == 0; }
