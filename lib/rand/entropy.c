/* entropy.c - see entropy.h. */
#include "rand/entropy.h"

#include <errno.h>
#include <sys/random.h>

smpc_err smpi_entropy(void *out, size_t len) {
  unsigned char *p = out;
  while (len > 0) {
    ssize_t got = getrandom(p, len, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return SMPC_E_RNG;
    p += got;
    len -= (size_t)got;
  }
  return SMPC_OK;
}
