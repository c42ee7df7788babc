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

uint64_t dominance_choices(unsigned n_inputs, unsigned n) {
  uint64_t c = 1;
  for (unsigned i = 0; i < n; i++) c = c * (n_inputs - i) / (i + 1);
  return c;
}

smpc_shared *dominance_rows(smpc_session *s, const struct question *q, smpc_shared *const *input, unsigned n_inputs,
                            smpc_shared *joint) {
  unsigned n = q->dominance_parties, at[QUESTION_MAX_DOMINANT] = {0, 1, 2};
  smpc_shared *rows = NULL, *share = smpc_scale_i64(s, q->dominance_percent, joint, 0);
  if (n == 0 || n >= n_inputs) return NULL;
  do {
    smpc_shared *few = input[at[0]];
    for (unsigned i = 1; i < n; i++) few = smpc_add(s, few, input[at[i]]);
    smpc_shared *rest = smpc_sub(s, share, smpc_scale_i64(s, 100, few, 0));
    rows = rows ? smpc_concat(s, rows, rest) : rest;
  } while (next_choice(at, n, n_inputs));
  return rows;
}
