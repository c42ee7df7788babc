/* psi_sets.h - sets with a known intersection, and a joint run over them. */
#ifndef PSI_SETS_H
#define PSI_SETS_H

#include <stdlib.h>
#include <string.h>

#include "support/parties.h"
#include "support/test.h"

/* Party 0 has n different numbers, party 1 has m; the first `common` are the same. */
struct psi_sets {
  size_t n[2], common;
  uint64_t *item[2];
  uint64_t base; /* other values for the same shape */
};

static inline void psi_sets_make(struct psi_sets *p, size_t n, size_t m, size_t common, uint64_t base) {
  *p = (struct psi_sets){.n = {n, m}, .common = common, .base = base};
  for (unsigned k = 0; k < 2; k++) {
    p->item[k] = malloc((p->n[k] + 1) * sizeof(uint64_t));
    for (size_t i = 0; i < p->n[k]; i++) p->item[k][i] = i < common ? base + i : base + ((uint64_t)(k + 1) << 40) + i;
  }
}

static inline void psi_sets_free(struct psi_sets *p) {
  free(p->item[0]);
  free(p->item[1]);
}

/* One run: what is asked, and what each party got. */
struct psi_run {
  smpc_psi q;
  bool is_count;
  smpc_items set[2];
  uint8_t *matched[2];
  uint64_t count[2];
  smpc_psi_result result[2];
  smpc_err err[2];
};

static inline void psi_run_make(struct psi_run *r, const struct psi_sets *p, unsigned to) {
  *r = (struct psi_run){.q = SMPC_PSI_INIT};
  r->q.to.bits = to;
  r->q.purpose = "test";
  for (unsigned k = 0; k < 2; k++) {
    if (p != NULL) r->set[k] = (smpc_items){.n = p->n[k], .flat = p->item[k], .item_len = sizeof(uint64_t)};
    r->matched[k] = NULL;
  }
}

static inline void psi_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct psi_run *r = ctx;
  if (me > 1) {
    LET_FAIL(r->is_count ? smpc_psi_count(s, &r->q, NULL, NULL, NULL) : smpc_psi_reveal(s, &r->q, NULL, NULL, 0, NULL));
    return;
  }
  size_t n = r->set[me].n;
  if (r->is_count) {
    r->err[me] = smpc_psi_count(s, &r->q, &r->set[me], &r->count[me], &r->result[me]);
    return;
  }
  r->matched[me] = malloc(n + 1);
  memset(r->matched[me], 0xee, n + 1);
  r->err[me] = smpc_psi_reveal(s, &r->q, &r->set[me], r->matched[me], n, &r->result[me]);
}

static inline void psi_run_free(struct psi_run *r) {
  free(r->matched[0]);
  free(r->matched[1]);
}

/* For struct parties: a session against malicious parties. */
static inline void stand_against_all(smpc_config *cfg, unsigned me, void *ctx) {
  (void)me, (void)ctx;
  cfg->security = SMPC_MALICIOUS;
}

#endif
