/* mem.h - memory: zeroed allocation, secrets, wiping.
 *
 * Everything the library allocates comes through here, and through the four
 * functions of heap.h below it, which tests replace to make the k-th
 * allocation fail. */
#ifndef SMPI_MEM_H
#define SMPI_MEM_H

#include <stddef.h>
#include <stdint.h>

/* n zeroed objects of `size` bytes, 64-byte aligned; NULL when out of memory
 * or when n * size overflows.  n = 0 gives a pointer that may be freed. */
void *smpi_alloc(size_t n, size_t size);
void smpi_free(void *p);

/* The same for secrets: kept out of core dumps, and locked into memory when
 * small and the limit allows; wiped by smpi_secret_free().  NULL may be freed. */
void *smpi_secret_alloc(size_t n, size_t size);
void smpi_secret_free(void *p);

/* Overwrite; never optimised away. */
void smpi_wipe(void *p, size_t len);

/* Overwrite 64 KiB of the stack below the caller: copies that calls which have returned left there, those too that
 * no variable names, such as spilled registers of AES.  Some 2 us. */
void smpi_wipe_stack(void);

/* a == b in constant time */
int smpi_ct_equal(const void *a, const void *b, size_t len);

#endif
