/* heap.h - the seam between the library and the machine's memory.
 *
 * heap.c is the real one; tests link tests/support/heap_test.c in its place.
 * Only mem.c calls these. */
#ifndef SMPI_HEAP_H
#define SMPI_HEAP_H

#include <stddef.h>

void *smpi_heap_get(size_t len);            /* 64-byte aligned, not zeroed, or NULL     */
void smpi_heap_put(void *p);
void *smpi_heap_map(size_t len);            /* zeroed whole pages, never dumped, or NULL */
void smpi_heap_unmap(void *p, size_t len);

#endif
