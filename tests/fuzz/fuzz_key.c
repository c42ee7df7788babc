/* Any text as a public key: what is accepted has one spelling only. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "session/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  char *text = strndup((const char *)bytes, len), again[SMPI_KEY_TEXT_LEN];
  struct smpi_public pub;
  const char *why;
  if (text == NULL) abort();
  if (smpi_key_parse(&pub, text, &why) == SMPC_OK) {
    smpi_key_text(again, &pub);
    if (strcmp(again, text) != 0 || !smpi_key_is_valid(&pub)) abort();
  } else if (why == NULL || !sodium_is_zero((uint8_t *)&pub, sizeof pub)) abort();
  free(text);
  return 0;
}
