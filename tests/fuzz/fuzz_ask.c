/* Any bytes as the question of smpc-describe: refused with a sentence, or within its limits. */
#include <stdlib.h>
#include <string.h>

#include "examples/describe/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  char text[600] = "";
  struct ask *a;
  struct data_fault fault = {0};
  if (!ask_parse(&a, "q", (const char *)bytes, len, text, sizeof text)) {
    if (text[0] == 0 || a != NULL) abort();
    return 0;
  }
  if (a->n_variables == 0 || a->n_variables > ASK_MAX_VARIABLES || a->n_ranks > ASK_MAX_RANKS ||
      a->n_t > ASK_MAX_TESTS || a->n_chi > ASK_MAX_TESTS || a->bits > ASK_MAX_BITS ||
      ((uint64_t)a->n_variables * a->n_ranks) << a->bits > ASK_MAX_POINTS)
    abort();
  for (unsigned i = 0; i < a->n_variables; i++)
    if (!(a->variable[i].low < a->variable[i].high)) abort();
  for (unsigned i = 0; i < a->n_t; i++)
    if (a->t[i].stratum >= a->base.data.n_strata || a->t[i].variable >= a->n_variables) abort();
  for (unsigned i = 0; i < a->n_chi; i++)
    if (a->chi[i].column >= a->base.data.n_strata) abort();
  if (desc_numbers(a) < desc_counts(a)) abort();
  (void)data_check(&a->base.data, &fault);
  ask_free(a);
  return 0;
}
