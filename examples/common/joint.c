/* joint.c - see joint.h. */
#include "joint.h"

#include <stdlib.h>
#include <string.h>

static const smpc_shape ONE = {1, 1};

bool joint_room(struct joint *j, size_t n) {
  joint_free(j);
  j->n_words = n;
  j->words = calloc(n + 1, sizeof *j->words);
  return j->words != NULL;
}

void joint_free(struct joint *j) {
  if (j->words != NULL) explicit_bzero(j->words, j->n_words * sizeof *j->words);
  free(j->words);
  j->words = NULL;
}

smpc_err joint_open(smpc_session *s, struct joint *j, const smpc_shared *words) {
  smpc_shape shape = smpc_shared_shape(words);
  size_t n = shape.rows * shape.cols;
  if ((j->words == NULL || j->n_words != n) && !joint_room(j, n)) {
    smpc_session_cancel(s); /* the others need not wait for us */
    return SMPC_E_NOMEM;
  }
  return smpc_open_i64(s, words, j->roles.recipients, j->purpose, j->words, n);
}

static smpc_shared *all_rows(smpc_session *s, const struct joint *j) {
  const int64_t mine = (int64_t)j->rows, none = 0;
  smpc_shared *rows = NULL;
  if (j->epsilon > 0) return smpc_constant_i64(s, &none, ONE);
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    if (!joint_is_in(j->roles.inputs, i)) continue;
    smpc_shared *own = smpc_input_i64(s, smpc_p(i), &mine, ONE);
    rows = rows != NULL ? smpc_add(s, rows, own) : own;
  }
  return rows;
}

smpc_err joint_tell(smpc_session *s, const struct joint *j, const smpc_shared *hidden) {
  int64_t fact[2] = {0, 0};
  const int64_t none = 0;
  if (!joint_tells(j)) return SMPC_OK;
  smpc_shared *facts = all_rows(s, j);
  facts = smpc_concat(s, facts, hidden != NULL ? hidden : smpc_constant_i64(s, &none, ONE));
  smpc_err err = smpc_open_i64(s, facts, j->reviewers, j->review_purpose, fact, 2);
  if (err != SMPC_OK || !joint_is_in(j->reviewers, j->cfg->me.id)) return err;
  if (j->epsilon == 0) smpc_journal_all_rows(s, (uint64_t)fact[0]);
  if (hidden != NULL) smpc_journal_suppressed(s, (uint64_t)fact[1]);
  return err;
}
