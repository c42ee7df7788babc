/* distinct_sets.h - counts of different items, asked and checked. */
#ifndef DISTINCT_SETS_H
#define DISTINCT_SETS_H

#include "many_sets.h"

enum { STRATA = 3 };

struct asked {
  struct many_run run;
  bool is_tally;
  uint32_t *stratum[SMPC_MAX_COMPUTING];
  uint64_t count[SMPC_MAX_PARTIES];
  int64_t tally[SMPC_MAX_PARTIES][STRATA];
};

static inline void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct asked *a = ctx;
  struct many_run *r = &a->run;
  const smpc_items *mine = me < r->parties ? &r->set[me] : NULL;
  smpc_psi_result result;
  smpc_err err;
  a->count[me] = 77;
  if (a->is_tally) {
    smpc_shared *z = smpc_psi_tally(s, &r->q, mine, me < r->parties ? a->stratum[me] : NULL, STRATA, &result);
    err = smpc_open_i64(s, z, r->q.to, "test", a->tally[me], STRATA);
  } else {
    err = smpc_psi_distinct(s, &r->q, mine, &a->count[me], &result);
  }
  if (me < r->parties) r->err[me] = err, r->result[me] = result;
}

static inline unsigned stratum_of(unsigned party, uint32_t item) { return (party + item) % STRATA; }

static inline void asked_make(struct asked *a, const struct many_sets *m, uint64_t to, bool is_tally) {
  *a = (struct asked){.is_tally = is_tally};
  many_run_make(&a->run, m, m->parties, to);
  for (unsigned k = 0; k < m->parties; k++) {
    a->stratum[k] = malloc((m->n[k] + 1) * sizeof(uint32_t));
    for (size_t i = 0; i < m->n[k]; i++) a->stratum[k][i] = stratum_of(k, m->which[k][i]);
  }
}

static inline void asked_free(struct asked *a) {
  for (unsigned k = 0; k < a->run.parties; k++) free(a->stratum[k]);
}

static inline void check_tally(const struct asked *a, const struct many_sets *m, unsigned members) {
  int64_t expected[STRATA] = {0};
  for (size_t u = 0; u < m->universe; u++)
    expected[stratum_of((unsigned)__builtin_ctz(m->holders[u]), (uint32_t)u)]++;
  for (unsigned k = 0; k < members; k++)
    for (unsigned c = 0; c < STRATA; c++)
      assert_int_equal(a->tally[k][c], a->run.q.to.bits >> k & 1 ? expected[c] : 0);
}

static inline void check_count(const struct asked *a, const struct many_sets *m, unsigned members) {
  bool enough = a->run.q.minimum <= 1 || m->universe >= a->run.q.minimum;
  for (unsigned k = 0; k < members; k++) {
    bool learns = a->run.q.to.bits >> k & 1;
    assert_int_equal(a->count[k], learns && enough ? m->universe : 0);
    if (k >= m->parties) continue;
    assert_int_equal(a->run.result[k].suppressed, learns && !enough);
    assert_int_equal(a->run.result[k].distinct, m->n[k]);
    assert_int_equal(a->run.result[k].protocol, SMPC_PSI_JOIN);
  }
}

/* Everything, by all sources. */
static inline void try_sets(unsigned parties, const size_t *size, size_t common, uint64_t to, const uint64_t *declared,
                     smpc_source source) {
  struct many_sets m;
  struct asked a;
  many_sets_make(&m, parties, size, common, true, 5);
  for (int is_tally = 0; is_tally < 2; is_tally++) {
    asked_make(&a, &m, to, is_tally);
    a.run.q.sizes = declared;
    parties_run_ok(&(struct parties){.n = parties, .dealer = source == SMPC_DEALER, .source = source, .seed = size[0] + to},
                   body, &a, NULL);
    if (is_tally) check_tally(&a, &m, parties);
    else check_count(&a, &m, parties);
    asked_free(&a);
  }
  many_sets_free(&m);
}

#endif
