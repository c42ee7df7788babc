/* seams.h - what tests can do to the machine under the library: count and fail
 * allocations and random calls, and make randomness repeatable.
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

/* The same for randomness; with a seed, its bytes are a repeatable stream. */
void seam_entropy_reset(uint64_t seed, uint64_t fail_at);
uint64_t seam_entropy_count(void);

#endif
