/* dominance.c - see dominance.h.
 *
 * The n largest of a cell's contributors have more than k per cent of it exactly when
 * some n of them have, so every choice is compared with the cell, all in the round in
 * which the minimum is: no sorting in shares.  Counts together are below 2^40, so
 * nothing here leaves 2^47. */
#include "dominance.h"

/* Next choice of n out of m, in order; false after the last. */
static bool next_choice(unsigned *at, unsigned n, unsigned m) {
  unsigned i = n;
  while (i > 0 && at[i - 1] == m - n + i - 1) i--;
  if (i == 0) return false;
  at[i - 1]++;
  for (; i < n; i++) at[i] = at[i - 1] + 1;
  return true;
}

/* The rows about `joint`, which is the sum of the inputs, below those of `rows`. */
static smpc_shared *add_rows(smpc_session *s, const struct question *q, smpc_shared *rows, smpc_shared *const *input,
                             unsigned n_inputs, smpc_shared *joint) {
  unsigned n = q->dominance_parties, at[QUESTION_MAX_DOMINANT] = {0, 1, 2};
  if (n >= n_inputs) return rows;
  smpc_shared *share = smpc_scale_i64(s, q->dominance_percent, joint, 0);
  do {
    smpc_shared *few = input[at[0]];
    for (unsigned i = 1; i < n; i++) few = smpc_add(s, few, input[at[i]]);
    smpc_shared *rest = smpc_sub(s, share, smpc_scale_i64(s, 100, few, 0));
    rows = rows ? smpc_concat(s, rows, rest) : rest;
  } while (next_choice(at, n, n_inputs));
  return rows;
}

smpc_shared *dominance_rows(smpc_session *s, const struct question *q, smpc_shared *const *input, unsigned n_inputs,
                            smpc_shared *joint, smpc_shared *const *own, unsigned n_own) {
  if (q->dominance_parties == 0) return NULL;
  smpc_shared *rows = add_rows(s, q, NULL, input, n_inputs, joint);
  for (unsigned r = 0; r < n_own; r++) {
    smpc_shared *others[SMPC_MAX_PARTIES];
    unsigned n = 0;
    for (unsigned i = 0; i < n_inputs; i++)
      if (input[i] != own[r]) others[n++] = input[i];
    rows = add_rows(s, q, rows, others, n, smpc_sub(s, joint, own[r]));
  }
  return rows;
}
