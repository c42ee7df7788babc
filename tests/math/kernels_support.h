/* kernels_support.h - what the tests of the kernels share: sizes, noise, and a
 * walk over every variant that this machine can run. */
#ifndef KERNELS_SUPPORT_H
#define KERNELS_SUPPORT_H

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"

static const size_t sizes[] = {0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000, 4097};
enum { SIZES = sizeof sizes / sizeof *sizes, MOST = 4097, OFFSETS = 8 };

/* Noise that repeats (SplitMix64); every seventh word is an end of the range. */
static inline uint64_t noise(uint64_t *state) {
  uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  x ^= x >> 31;
  return x % 7 == 0 ? 0 - (x >> 63) : x;
}

static inline uint64_t *noise_words(size_t n, uint64_t seed) {
  uint64_t *x = calloc(n + 1, sizeof *x); /* never of length 0 */
  assert_non_null(x);
  for (size_t i = 0; i < n; i++) x[i] = noise(&seed);
  return x;
}

/* for every kernel set that this machine runs, the portable one first */
#define EACH_KERNEL(k)                                                                             \
  for (size_t each_ = 0; smpi_kernels_at(each_) != NULL; each_++)                                  \
    for (const struct smpi_kernels *k = smpi_kernels_at(each_); k != NULL && k->usable(); k = NULL)

#endif
