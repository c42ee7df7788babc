/* ring.c - see ring.h.  A share is one word, so vectors of shares are handed to
 * the kernels as words. */
#include "math/ring.h"

#include "math/kernels.h"

_Static_assert(sizeof(shr) == sizeof(uint64_t), "a share is one word");

/* NULL with n = 0 is allowed, so no member is taken. */
static uint64_t *words(shr *x) { return (uint64_t *)(void *)x; }
static const uint64_t *read_words(const shr *x) { return (const uint64_t *)(const void *)x; }

void smpi_ring_add(shr *z, const shr *x, const shr *y, size_t n) {
  smpi_kernels()->add(words(z), read_words(x), read_words(y), n);
}

void smpi_ring_sub(shr *z, const shr *x, const shr *y, size_t n) {
  smpi_kernels()->sub(words(z), read_words(x), read_words(y), n);
}

void smpi_ring_xor(shr *z, const shr *x, const shr *y, size_t n) {
  smpi_kernels()->bit_xor(words(z), read_words(x), read_words(y), n);
}

void smpi_ring_scale(shr *z, const shr *x, pub k, pub plus, size_t n) {
  smpi_kernels()->scale(words(z), read_words(x), k.v, plus.v, n);
}

shr smpi_ring_sum(const shr *x, size_t n) {
  shr s = {smpi_kernels()->sum(read_words(x), n)};
  return s;
}

void smpi_ring_add_words(uint64_t *z, const uint64_t *x, size_t n) { smpi_kernels()->add(z, z, x, n); }

void smpi_ring_xor_words(uint64_t *z, const uint64_t *x, size_t n) { smpi_kernels()->bit_xor(z, z, x, n); }
