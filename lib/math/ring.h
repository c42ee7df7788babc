/* ring.h - vectors over the ring Z_2^64.
 *
 * Shares and public values are different C types, so that the compiler refuses
 * to mix them.  One door only leads from one to the other: opening (protocols/
 * share/open.h).  Both hold one ring element; Boolean shares are the same words,
 * 64 bits to a word, added by exclusive or.
 *
 * Every function is constant time.  Outputs come first and may be one of the
 * inputs, never a shifted overlap of one. */
#ifndef SMPI_RING_H
#define SMPI_RING_H

#include <stddef.h>
#include <stdint.h>

typedef struct shr { uint64_t v; } shr; /* one party's share of a secret      */
typedef struct pub { uint64_t v; } pub; /* a value every party may know       */

/* z = x + y, x - y, x ^ y */
void smpi_ring_add(shr *z, const shr *x, const shr *y, size_t n);
void smpi_ring_sub(shr *z, const shr *x, const shr *y, size_t n);
void smpi_ring_xor(shr *z, const shr *x, const shr *y, size_t n);
/* z = k x + plus for public k, plus */
void smpi_ring_scale(shr *z, const shr *x, pub k, pub plus, size_t n);
/* the sum of n elements */
shr smpi_ring_sum(const shr *x, size_t n);

/* Accumulate what peers sent (bytes in wire order, little-endian words). */
void smpi_ring_add_words(uint64_t *z, const uint64_t *x, size_t n); /* z += x */
void smpi_ring_xor_words(uint64_t *z, const uint64_t *x, size_t n); /* z ^= x */

#endif
