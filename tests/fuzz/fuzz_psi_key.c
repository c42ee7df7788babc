/* Any bytes as a value of a key column: what has a normal form is its own normal form,
 * except that text may change once more where Unicode's folding is not idempotent. */
#include <stdlib.h>
#include <string.h>

#include "psi_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void try_form(const struct psi_component *c, const char *text, size_t len) {
  struct psi_bytes once = {0}, twice = {0};
  enum psi_value v = psi_normalise(&once, c, text, len);
  if ((v == PSI_VALUE) != (once.len > 0) || v == PSI_NO_MEMORY) abort();
  if (v == PSI_VALUE && psi_normalise(&twice, c, (const char *)once.at, once.len) != PSI_VALUE) abort();
  if (c->form != PSI_TEXT && (once.len != twice.len || memcmp(once.at, twice.at, v == PSI_VALUE ? once.len : 0) != 0))
    abort();
  free(once.at);
  free(twice.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  if (len > 0)
    try_form(&(struct psi_component){(char *)"c", bytes[0] % 3, bytes[0] / 3 % 2, bytes[0] / 6 % 2},
             (const char *)bytes + 1, len - 1);
  return 0;
}
