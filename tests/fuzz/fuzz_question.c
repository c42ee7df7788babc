/* Any bytes as question.yaml. */
#include <stdlib.h>

#include "question.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct question *q;
  char text[600] = "";
  if (question_parse(&q, "question.yaml", (const char *)bytes, len, NULL, text, sizeof text)) {
    if (q == NULL || q->minimum_cell < 1 || q->n_recipients == 0 || q->n_cells != data_cells(&q->data)) abort();
    for (unsigned d = 0; d < q->data.n_strata; d++)
      if (question_label(q, d, question_index(q, q->n_cells - 1, d)) == NULL) abort();
    question_free(q);
  } else if (q != NULL || text[0] == 0) abort();
  return 0;
}
