/* Any bytes as a question of smpc-psi: a question, or a sentence; no memory is lost. */
#include <stdlib.h>
#include <string.h>

#include "psi_question.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct psi_question *q;
  char text[600] = "";
  if (psi_question_parse(&q, "fuzz", (const char *)bytes, len, text, sizeof text)) {
    if (q->n_key == 0 || q->base.n_recipients == 0) abort();
  } else if (q != NULL || text[0] == 0) abort();
  psi_question_free(q);
  return 0;
}
