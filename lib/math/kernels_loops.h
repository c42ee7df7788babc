/* kernels_loops.h - the loops that read the same on every instruction set.
 *
 * Included once by each kernels_*.c, which defines TARGET (the attribute that
 * allows its instructions) and VEC_LEN (bytes of its vectors) before. */
#include <string.h>

/* A vector of words at any word's address. */
typedef uint64_t vec __attribute__((vector_size(VEC_LEN), aligned(8), may_alias));
enum { LANES = VEC_LEN / 8 };

#define EACH_WORD(name, expression)                                                            \
  TARGET static void name(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n) {       \
    size_t i = 0;                                                                              \
    for (; i + 4 * LANES <= n; i += 4 * LANES)                                                 \
      for (size_t j = i; j < i + 4 * LANES; j += LANES) {                                      \
        vec p = *(const vec *)(x + j), q = *(const vec *)(y + j);                              \
        *(vec *)(z + j) = (expression);                                                        \
      }                                                                                        \
    for (; i < n; i++) {                                                                       \
      uint64_t p = x[i], q = y[i];                                                             \
      z[i] = (expression);                                                                     \
    }                                                                                          \
  }

EACH_WORD(add, p + q)
EACH_WORD(sub, p - q)
EACH_WORD(bit_xor, p ^ q)
EACH_WORD(bit_and, p &q)

TARGET static uint64_t sum(const uint64_t *x, size_t n) {
  vec s[4] = {{0}};
  size_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (size_t j = 0; j < 4; j++) s[j] += *(const vec *)(x + i + j * LANES);
  s[0] += s[1] + s[2] + s[3];
  uint64_t all = 0;
  for (size_t j = 0; j < LANES; j++) all += s[0][j];
  for (; i < n; i++) all += x[i];
  return all;
}
