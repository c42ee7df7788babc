/* taking.h - let all parties take correlated randomness of one kind, put it side
 * by side and hold it against what it should be, whatever the source. */
#ifndef TAKING_H
#define TAKING_H

#include <stdlib.h>
#include <string.h>

#include "support/parties.h"
#include "support/test.h"
#include "triple/corr.h"
#include "triple/cost.h"

enum { FRAC = 20, TAKES = 16 };

struct plan {
  enum smpi_corr kind;
  smpc_source source; /* 0: the dealer */
  size_t take[TAKES], takes, total;
  uint64_t prepare;
  uint64_t *words[SMPC_MAX_COMPUTING];       /* all takes, laid out one after the other */
  struct smpi_cost spent[SMPC_MAX_COMPUTING];
  uint64_t asked_online[SMPC_MAX_COMPUTING]; /* offline bytes after preparing           */
};

static inline void take_all(struct smpc_session *s, unsigned me, void *ctx) {
  struct plan *p = ctx;
  struct smpi_demand demand = {{0}, NULL, 0};
  unsigned rank = (unsigned)smpi_rank(s);
  uint64_t *at = p->words[me];
  demand.units[p->kind] = p->prepare;
  if (p->prepare != 0 && smpi_triple_prepare(s, &demand) != SMPC_OK) return;
  uint64_t before = smpi_spent(s).offline_bytes;
  for (size_t i = 0; i < p->takes; i++) {
    struct smpi_taken t;
    if (smpi_triple_take(s, &t, p->kind, p->take[i]) != SMPC_OK) return;
    for (unsigned c = 0; c < smpi_corr_columns(p->kind); c++) {
      size_t words = t.n * smpi_corr_width(p->kind, c);
      if (words != 0) memcpy(at, t.col[c], 8 * words);
      at += words;
    }
    smpi_triple_wipe(&t);
    smpi_triple_wipe(&t); /* an empty one may be wiped */
  }
  p->asked_online[rank] = smpi_spent(s).offline_bytes - before;
  p->spent[rank] = smpi_spent(s);
}

static inline void begin(struct plan *p, unsigned parties) {
  p->total = 0;
  for (size_t i = 0; i < p->takes; i++) p->total += p->take[i];
  for (unsigned i = 0; i < parties; i++) p->words[i] = calloc(p->total * smpi_corr_words(p->kind) + 1, 8);
}
static inline void end(struct plan *p) {
  for (unsigned i = 0; i < SMPC_MAX_COMPUTING; i++) free(p->words[i]);
}

/* How many words of one take are not what the free columns say. */
static inline size_t count_wrong(const struct plan *p, unsigned parties, size_t offset, size_t n) {
  uint64_t *sum = calloc(2 * n * smpi_corr_words(p->kind) + 1, 8), *want = sum + n * smpi_corr_words(p->kind);
  uint64_t *col[SMPI_CORR_COLUMNS], *want_col[SMPI_CORR_COLUMNS];
  size_t wrong = 0;
  smpi_corr_lay(col, p->kind, sum, n);
  for (unsigned i = 0; i < parties; i++) {
    uint64_t *share[SMPI_CORR_COLUMNS];
    smpi_corr_lay(share, p->kind, p->words[i] + offset, n);
    for (unsigned c = 0; c < smpi_corr_columns(p->kind); c++)
      for (size_t j = 0; j < n * smpi_corr_width(p->kind, c); j++)
        col[c][j] = smpi_corr_is_xor(p->kind, c) ? col[c][j] ^ share[c][j] : col[c][j] + share[c][j];
  }
  smpi_corr_lay(want_col, p->kind, want, n);
  memcpy(want, sum, 8 * n * smpi_corr_words(p->kind));
  smpi_corr_complete(want_col, p->kind, n, FRAC);
  for (size_t j = 0; j < n * smpi_corr_words(p->kind); j++) wrong += want[j] != sum[j];
  free(sum);
  return wrong;
}

/* Several kinds in one session. */
struct plans { struct plan *of; unsigned n; };

static inline void take_plans(struct smpc_session *s, unsigned me, void *ctx) {
  struct plans *all = ctx;
  for (unsigned i = 0; i < all->n; i++) take_all(s, me, &all->of[i]);
}

static inline void check_plan(const struct plan *p, unsigned parties) {
  size_t offset = 0, wrong = 0;
  for (size_t i = 0; i < p->takes; i++) {
    wrong += count_wrong(p, parties, offset, p->take[i]);
    offset += p->take[i] * smpi_corr_words(p->kind);
  }
  assert_int_equal(wrong, 0);
  for (unsigned i = 0; i < parties; i++) assert_int_equal(p->spent[i].corr[p->kind], p->total);
}

/* All from the source of the first. */
static inline void run_and_check_all(struct plan *p, unsigned n, unsigned parties, struct parties_result *r) {
  struct plans all = {p, n};
  const struct parties who = {.n = parties, .dealer = p->source != SMPC_OT, .source = p->source, .seed = 1,
                              .frac_bits = FRAC};
  for (unsigned i = 0; i < n; i++) begin(&p[i], parties);
  parties_run_ok(&who, take_plans, &all, r);
  for (unsigned i = 0; i < n; i++) check_plan(&p[i], parties);
}
static inline void run_and_check(struct plan *p, unsigned parties, struct parties_result *r) {
  run_and_check_all(p, 1, parties, r);
}

#endif
