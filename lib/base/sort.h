/* sort.h - sorting what must not be copied: glibc's qsort() works in a copy that it frees unwiped. */
#ifndef SMPI_SORT_H
#define SMPI_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Rows of `words` words each, in rising order of their words, the first word first; in place, by
 * heapsort [Wil64].  What is compared decides branches and addresses: _vt, for a party's own values. */
void smpi_sort_vt(uint64_t *row, size_t n, unsigned words);

#endif
