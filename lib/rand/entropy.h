/* entropy.h - the seam between the library and the machine's randomness.
 *
 * entropy.c asks the kernel; tests link tests/support/entropy_test.c in its
 * place.  The library itself has no deterministic mode. */
#ifndef SMPI_ENTROPY_H
#define SMPI_ENTROPY_H

#include "base/err.h"

smpc_err smpi_entropy(void *out, size_t len); /* SMPC_E_RNG */

#endif
