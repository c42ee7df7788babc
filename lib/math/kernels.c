/* kernels.c - see kernels.h.  Asking the CPU is two loads, so nothing is kept. */
#include "math/kernels.h"

static const struct smpi_kernels *const all[] = {
    &smpi_kernels_portable,
#if defined(__x86_64__)
    &smpi_kernels_avx2,
    &smpi_kernels_avx512,
#endif
};
enum { ALL = sizeof all / sizeof *all };

const struct smpi_kernels *smpi_kernels_at(size_t i) { return i < ALL ? all[i] : NULL; }

const struct smpi_kernels *smpi_kernels(void) {
  size_t best = ALL - 1;
  while (!all[best]->usable()) best--; /* ends: the portable one always is */
  return all[best];
}
