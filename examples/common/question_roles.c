/* question_roles.c - the question's names as parties, its cells as labels. */
#include <stdio.h>
#include <string.h>

#include "question.h"

static int member_called(const smpc_config *cfg, const char *name) {
  for (unsigned i = 0; i < cfg->parties; i++)
    if (strcmp(cfg->member[i].name, name) == 0) return (int)i;
  return -1;
}

static bool find_recipients(struct question_roles *roles, const struct question *q, const smpc_config *cfg, char *text,
                            size_t text_len) {
  for (unsigned i = 0; i < q->n_recipients; i++) {
    int member = member_called(cfg, q->recipients[i]);
    if (member < 0)
      return snprintf(text, text_len, "recipients: \"%s\" is not in parties.yaml", q->recipients[i]), false;
    if (!(cfg->member[member].roles & SMPC_RESULT))
      return snprintf(text, text_len, "recipients: \"%s\" has no role `result` in parties.yaml", q->recipients[i]),
             false;
    roles->recipients = smpc_and(roles->recipients, smpc_p((unsigned)member));
  }
  return true;
}

bool question_resolve(struct question_roles *roles, const struct question *q, const smpc_config *cfg, char *text,
                      size_t text_len) {
  memset(roles, 0, sizeof *roles);
  if (!find_recipients(roles, q, cfg, text, text_len)) return false;
  for (unsigned i = 0; i < cfg->parties; i++) {
    if (!(cfg->member[i].roles & SMPC_INPUT)) continue;
    roles->inputs = smpc_and(roles->inputs, smpc_p(i));
    roles->n_inputs++;
  }
  if (q->dominance_parties > 0 && q->dominance_parties >= roles->n_inputs)
    return snprintf(text, text_len, "dominance: %u of %u parties with data would always have all of a cell",
                    q->dominance_parties, roles->n_inputs), false;
  if (roles->n_inputs >= q->min_parties) return true;
  snprintf(text, text_len, "min_parties: the question asks for %u parties with data, and parties.yaml has %u",
           q->min_parties, roles->n_inputs);
  return false;
}

unsigned question_n_labels(const struct question *q, unsigned d) { return q->data.strata[d].n_cells + 1; }

const char *question_label(const struct question *q, unsigned d, unsigned i) {
  return i < q->data.strata[d].n_cells ? q->data.strata[d].cells[i] : "other";
}

unsigned question_index(const struct question *q, size_t c, unsigned d) {
  for (unsigned e = q->data.n_strata - 1; e > d; e--) c /= question_n_labels(q, e);
  return (unsigned)(c % question_n_labels(q, d));
}
