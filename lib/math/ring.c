/* ring.c - see ring.h.  A share is one word, so vectors of shares are handed to
 * the kernels as words. */
#include "math/ring.h"

#include "math/kernels.h"

_Static_assert(sizeof(shr) == sizeof(uint64_t), "a share is one word");

void smpi_ring_add(shr *z, const shr *x, const shr *y, size_t n) { smpi_kernels()->add(&z->v, &x->v, &y->v, n); }

void smpi_ring_sub(shr *z, const shr *x, const shr *y, size_t n) { smpi_kernels()->sub(&z->v, &x->v, &y->v, n); }

void smpi_ring_xor(shr *z, const shr *x, const shr *y, size_t n) { smpi_kernels()->bit_xor(&z->v, &x->v, &y->v, n); }

void smpi_ring_neg(shr *z, const shr *x, size_t n) { smpi_kernels()->scale(&z->v, &x->v, UINT64_MAX, 0, n); }

void smpi_ring_scale(shr *z, const shr *x, pub k, pub plus, size_t n) {
  smpi_kernels()->scale(&z->v, &x->v, k.v, plus.v, n);
}

shr smpi_ring_sum(const shr *x, size_t n) {
  shr s = {smpi_kernels()->sum(&x->v, n)};
  return s;
}

void smpi_ring_add_words(uint64_t *z, const uint64_t *x, size_t n) { smpi_kernels()->add(z, z, x, n); }

void smpi_ring_xor_words(uint64_t *z, const uint64_t *x, size_t n) { smpi_kernels()->bit_xor(z, z, x, n); }
