/* gf128_kernels.h - the vector operations of gf128.h, once for each instruction
 * set.  Internal: gf128.c calls the best the machine has, the tests all it can run. */
#ifndef SMPI_GF128_KERNELS_H
#define SMPI_GF128_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "math/block.h"

struct smpi_gf128_kernels {
  const char *name;
  bool (*usable)(void); /* can this machine run it? */
  void (*mul_each)(blk *z, const blk *x, const blk *y, size_t n);
  void (*axpy)(blk *z, blk k, const blk *x, size_t n);
  blk (*dot)(const blk *x, const blk *y, size_t n);
};

/* Number i of all that were built, the portable one first; NULL beyond the last. */
const struct smpi_gf128_kernels *smpi_gf128_kernels_at(size_t i);

extern const struct smpi_gf128_kernels smpi_gf128_portable;
#if defined(__x86_64__)
extern const struct smpi_gf128_kernels smpi_gf128_clmul, smpi_gf128_vclmul;
#endif

#endif
