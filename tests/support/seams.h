/* seams.h - what tests can do to the machine under the library: count and fail
 * allocations, random calls and changes of the disk, and make randomness repeatable.
 *
 * All per process; the fault sweeps run one simulation at a time. */
#ifndef SEAMS_H
#define SEAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Allocations since the last reset; the k-th (from 1) fails, 0 = none. */
void seam_heap_reset(uint64_t fail_at);
uint64_t seam_heap_count(void);
uint64_t seam_heap_live(void); /* blocks not given back */
uint64_t seam_heap_peak(void); /* bytes taken at once, at most, since the last reset */
/* See each block just before it is given back, in the thread that does; NULL: no more. */
void seam_heap_watch(void (*look)(void *ctx, const uint8_t *block, size_t len), void *ctx);

/* The same for randomness; with a seed, its bytes are a repeatable stream. */
void seam_entropy_reset(uint64_t seed, uint64_t fail_at);
uint64_t seam_entropy_count(void);

/* The same for what changes a disk: from the k-th step on all fail with this errno; or the process is
 * killed instead of the k-th, which if it is a write has half happened with TEAR. */
enum { SEAM_IO_KILL = 0, SEAM_IO_TEAR = -1 };
void seam_io_reset(uint64_t k, int what);
uint64_t seam_io_count(void);

#endif
