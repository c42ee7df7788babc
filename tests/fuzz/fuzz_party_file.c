/* Any bytes as the data: part of party.yaml. */
#include <stdlib.h>

#include "party_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct data_config *c;
  struct data_fault f = {0, ""};
  if (party_file_parse(&c, "party.yaml", (const char *)bytes, len, NULL, &f) == 0) {
    if (c == NULL || c->path == NULL) abort();
    for (unsigned i = 0; i < c->n_columns; i++)
      if (c->columns[i].name == NULL) abort();
    party_file_free(c);
  } else if (c != NULL || f.text[0] == 0) abort();
  return 0;
}
