/* Any bytes as an identity file: exactly what the encoder writes is accepted, and
 * nothing stays in memory of what is refused. */
#include <stdlib.h>

#include <sodium.h>

#include "base/mem.h"
#include "session/identity.h"
#include "support/seams.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  uint64_t live = seam_heap_live();
  struct smpi_identity *id = smpi_secret_alloc(1, sizeof *id);
  if (id == NULL) abort();
  if (smpi_identity_decode(id, bytes, len) == SMPC_OK) {
    if (len != SMPI_IDENTITY_FILE_LEN || !smpi_key_is_valid(&id->pub)) abort();
  } else if (!sodium_is_zero((uint8_t *)id, sizeof *id)) abort();
  smpi_identity_free(id);
  if (seam_heap_live() != live) abort();
  return 0;
}
