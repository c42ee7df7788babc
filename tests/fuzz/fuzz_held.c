/* Any bytes as a held share: the head may be right, but what is sealed was sealed by nobody. */
#include <stdlib.h>
#include <string.h>

#include "govern/held.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static const struct smpi_held h = {.rows = 1, .columns = 2}; /* its name is zeros: the seeds have that */
  static const uint8_t secret[64] = {0};
  struct smpi_held_share s;
  const char *why = smpi_held_decode(&s, &h, (struct smpi_slice){(const char *)bytes, len}, "beijing", secret);
  if (why == NULL || s.memory != NULL || s.n != 0) abort();
  return 0;
}
