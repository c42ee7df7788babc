/* probe_protocols.c - the local steps of the protocols on secrets.  What has
 * been opened is public by then, but here it stays marked: the steps are words
 * and bits alone, and must not look at either. */
#include "probe.h"

#include "compare/a2b.h"
#include "compare/and.h"
#include "compare/b2a.h"
#include "compare/bitless.h"
#include "compare/equal.h"
#include "compare/less.h"
#include "compare/mill.h"
#include "function/exp.h"
#include "function/logistic.h"
#include "function/reciprocal.h"
#include "mul/beaver.h"
#include "mul/matmul.h"
#include "mul/trunc_local.h"
#include "noise/laplace.h"
#include "share/input.h"
#include "share/zero.h"
#include "triple/corr.h"

enum { M = 5, K = 63 }; /* words of a row, bits compared */

static uint64_t *secret(unsigned slot) { return secret_words(slot, 64 * WORDS); }

static void share(void) {
  shr *x = (shr *)secret(0);
  smpi_input_split(x, secret(1), secret(2), 3, WORDS);
  for (int lower = 0; lower < 2; lower++) {
    smpi_zero_apply(x, secret(1), WORDS, SMPI_SUM, lower);
    smpi_zero_apply(x, secret(1), WORDS, SMPI_XOR, lower);
  }
}

static void conjunctions(void) {
  const shr *x = (shr *)secret(0), *y = (shr *)secret(1);
  const uint64_t *t = secret(2);
  const struct smpi_bit_pair pair = {t, t + WORDS, t + 2 * WORDS, t + 3 * WORDS, t + 4 * WORDS};
  shr *out = (shr *)secret(3);
  const pub *opened = (const pub *)secret(4);
  smpi_and_mask(out, out + WORDS, x, y, t, t + WORDS, WORDS);
  smpi_and_combine(out, opened, opened + WORDS, t, t + WORDS, t + 2 * WORDS, 1, WORDS);
  smpi_and_pair_mask(out, out + WORDS, out + 2 * WORDS, x, y, y + WORDS, &pair, WORDS);
}

static void bits_to_numbers(void) {
  shr *z = (shr *)secret(0);
  smpi_b2a_mask(z, (const shr *)secret(1), secret(2), M);
  smpi_b2a_combine(z, (const pub *)secret(1), secret(2), 1, WORDS);
}

/* The columns of taken correlations: 65 arrays somewhere in one slot. */
static void columns(uint64_t *col[], unsigned slot) {
  uint64_t *words = secret(slot);
  for (unsigned i = 0; i < SMPI_CORR_COLUMNS; i++) col[i] = words + 16 * i;
}

static void carry_tree(void) {
  struct smpi_level level[SMPI_BITLESS_LEVELS];
  uint64_t *r[SMPI_CORR_COLUMNS], *one[SMPI_CORR_COLUMNS], *two[SMPI_CORR_COLUMNS];
  const struct smpi_nodes nodes = {(shr *)secret(0), (shr *)secret(1), M, M};
  columns(r, 2);
  for (int i = 0; i < 5; i++) one[i] = secret(3) + 1000 * i, two[i] = secret(4) + 1000 * i;
  unsigned levels = smpi_bitless_plan(level, K, SMPI_BORROW_TOP);
  smpi_bitless_leaves(&nodes, r, K, 1);
  for (unsigned i = 0; i < levels; i++) {
    smpi_bitless_mask((shr *)secret(5), &nodes, &level[i], one, two);
    smpi_bitless_combine(&nodes, &level[i], (const pub *)secret(6), one, two, 1);
  }
  smpi_a2b_finish((shr *)secret(5), M, secret(6), M, r, &nodes, 1);
}

static void comparison(void) {
  shr *x = (shr *)secret(0), *y = (shr *)secret(1);
  smpi_sign_mask(x, y, secret(2), WORDS);
  smpi_sign_finish(x, secret(2), secret(3), 1, M);
  smpi_less_full_operands(x, y, (shr *)secret(2), (shr *)secret(3), (shr *)secret(4), M);
  smpi_equal_row(x, secret(2), secret(3), 1, M);
}

static void millionaires(void) {
  uint64_t *x = secret(0), *hidden = secret(1), *table = secret(2), *out = secret(3), more, equal;
  static const struct smpi_mill_block blocks[] = {{4, 4, false}, {4, 4, true}, {3, 4, true}};
  for (unsigned i = 0; i < 3; i++) {
    smpi_mill_hide(hidden, x, x + 4, &blocks[i]);
    smpi_mill_offer(out, &more, &equal, x, hidden, table, &blocks[i]);
    smpi_mill_look(&more, &equal, out, x, table, &blocks[i]);
  }
}

static void products(void) {
  const uint64_t *t = secret(0);
  shr *x = (shr *)secret(1), *z = (shr *)secret(2);
  const pub *opened = (const pub *)secret(3);
  smpi_beaver_mask(z, x, x + WORDS, t, t + WORDS, WORDS);
  smpi_beaver_combine(z, opened, t, t + WORDS, t + 2 * WORDS, WORDS, 1);
  smpi_matmul_combine(secret(4), t, t + WORDS, secret(5), secret(6), 9, 10, 17, 1);
}

static void truncation(void) {
  const uint64_t *t = secret(0);
  shr *x = (shr *)secret(1);
  const pub *c = (const pub *)secret(2);
  smpi_trunc_mask(x, x, t, WORDS, 1);
  smpi_trunc_combine(x, c, t, t + WORDS, WORDS, 20, 1);
  smpi_trunc_low(x, x + WORDS, c, t, t + WORDS, t + 2 * WORDS, WORDS, 20, 1);
}

static void functions(void) {
  enum { N = 8, STRIDE = 64 };
  shr *x = (shr *)secret(0), *bits = (shr *)secret(1), *out = (shr *)secret(2);
  const struct smpi_logistic_piece piece = {out, out + N, out + 2 * N, out + 3 * N, out + 4 * N};
  smpi_logistic_select(&piece, x, bits, STRIDE, N, 20, 1);
  smpi_exp_factors(out, bits, STRIDE, N, 1);
  smpi_exp_fraction(out, x, bits, STRIDE, N, 20, 1);
  smpi_reciprocal_scale(out, bits, STRIDE, N, 8);
}

static void noise(void) {
  enum { N = 5, STRIDE = 64, BITS = 3 }; /* the bits' numbers fill 2 * BITS rows of STRIDE */
  smpi_laplace_combine((shr *)secret(0), (const shr *)secret(1), BITS, STRIDE, N);
}

/* The dealer's side: every kind of correlation completed from its free columns. */
static void correlations(void) {
  uint64_t *col[SMPI_CORR_COLUMNS];
  for (int kind = 0; kind < SMPI_CORRS; kind++) {
    smpi_corr_lay(col, kind, secret(0), 3);
    smpi_corr_complete(col, kind, 3, 20);
  }
}

const struct probe protocol_probes[] = {
    {"share", share},
    {"conjunctions", conjunctions},
    {"bits_to_numbers", bits_to_numbers},
    {"carry_tree", carry_tree},
    {"comparison", comparison},
    {"millionaires", millionaires},
    {"products", products},
    {"truncation", truncation},
    {"correlations", correlations},
    {"functions", functions},
    {"noise", noise},
    {NULL, NULL},
};
