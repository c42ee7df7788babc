/* Any bytes as a reviewer's word: nobody signed, so none may do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/release.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static const struct smpi_held h = {.question = "sum", .purpose = "totals", .to = "beijing", .rows = 1, .columns = 2};
  static smpc_study st = {.n_parties = 1};
  uint8_t sign[64];
  snprintf(st.party[0].name, sizeof st.party[0].name, "beijing");
  if (smpi_release_check(sign, &st, 0, &h, SMPI_RELEASED, (struct smpi_slice){(const char *)bytes, len}) == NULL)
    abort();
  return 0;
}
