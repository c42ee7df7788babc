/* random.c - see random.h. */
#include "share/random.h"

#include "base/mem.h"

smpc_err smpi_random(struct smpc_session *s, shr *x, size_t n) {
  smpc_err err = smpi_status(s);
  if (err == SMPC_OK) smpi_prg_words(smpi_prg_own(s), (uint64_t *)(void *)x, n);
  else smpi_wipe(x, n * sizeof *x);
  return err;
}
