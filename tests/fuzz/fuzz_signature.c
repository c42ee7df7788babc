/* Any bytes as a party's signature file: only the exact one, of which the seeds are
 * mutations, could ever do; here nobody signed, so none may. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/study.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static smpc_study st = {.n_parties = 1};
  int64_t time;
  snprintf(st.party[0].name, sizeof st.party[0].name, "beijing");
  const char *why = smpi_word_check(&st, 0, SMPI_SIGNATURE, (struct smpi_slice){(const char *)bytes, len}, &time);
  if (why == NULL) abort();
  return 0;
}
