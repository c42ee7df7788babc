/* Any bytes as study.yaml: refused with a reason, or a study whose parts hold together. */
#include <stdlib.h>
#include <string.h>

#include "govern/study.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct smpi_fault f = {.party = -1};
  smpc_study *st;
  smpc_err err = smpi_study_parse(&st, "study.yaml", (struct smpi_slice){(const char *)bytes, len}, &f);
  if (err != SMPC_OK) {
    if (st != NULL || f.text[0] == 0) abort();
    return 0;
  }
  if (st->n_parties < 2 || st->n_grades == 0 || st->until <= st->from || strlen(st->title) == 0) abort();
  for (unsigned i = 0; i < st->n_questions; i++) {
    const smpc_study_question *q = &st->question[i];
    if (q->grade >= st->n_grades || q->n_openings == 0) abort();
    for (unsigned k = 0; k < q->n_openings; k++)
      if (q->opening[k].to.bits == 0 || q->opening[k].to.bits >> st->n_parties != 0) abort();
  }
  smpi_study_free(st);
  return 0;
}
