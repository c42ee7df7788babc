/* many_sets.h - sets of several parties with known common items, and joint runs over them. */
#ifndef MANY_SETS_H
#define MANY_SETS_H

#include <stdlib.h>
#include <string.h>

#include "support/parties.h"
#include "support/test.h"

/* Item u of the universe belongs to the parties whose bits stand in holders[u]. */
struct many_sets {
  unsigned parties;
  size_t universe;
  uint32_t *holders;
  size_t n[SMPC_MAX_COMPUTING];
  uint64_t *item[SMPC_MAX_COMPUTING];
  uint32_t *which[SMPC_MAX_COMPUTING]; /* item i of a party is item which[i] of the universe */
};

static inline void many_sets_fill(struct many_sets *m, uint64_t base) {
  for (unsigned k = 0; k < m->parties; k++) {
    m->n[k] = 0;
    m->item[k] = malloc((m->universe + 1) * sizeof(uint64_t));
    m->which[k] = malloc((m->universe + 1) * sizeof(uint32_t));
    for (size_t u = 0; u < m->universe; u++) {
      if (!(m->holders[u] >> k & 1)) continue;
      m->which[k][m->n[k]] = (uint32_t)u;
      m->item[k][m->n[k]++] = base + u;
    }
  }
}

/* Party k has size[k] items, `common` of them everybody's; each other item is held by one
 * party, or by it and its successor where `overlap` and room allow. */
static inline void many_sets_make(struct many_sets *m, unsigned parties, const size_t *size, size_t common, bool overlap,
                                  uint64_t base) {
  size_t left[SMPC_MAX_COMPUTING], at = common, room = common;
  for (unsigned k = 0; k < parties; k++) {
    left[k] = size[k] - common;
    room += left[k];
  }
  *m = (struct many_sets){.parties = parties, .holders = calloc(room + 1, sizeof(uint32_t))};
  for (size_t u = 0; u < common; u++) m->holders[u] = (UINT32_C(1) << parties) - 1;
  for (unsigned k = 0; k < parties; k++) {
    unsigned next = (k + 1) % parties;
    while (left[k] > 0) {
      bool both = overlap && left[next] > 0 && left[k] % 2 == 0;
      m->holders[at++] = UINT32_C(1) << k | (both ? UINT32_C(1) << next : 0);
      left[k]--;
      left[next] -= both;
    }
  }
  m->universe = at;
  many_sets_fill(m, base);
}

static inline void many_sets_free(struct many_sets *m) {
  for (unsigned k = 0; k < m->parties; k++) free(m->item[k]), free(m->which[k]);
  free(m->holders);
}

/* One run: what is asked, and what each party got. */
struct many_run {
  smpc_psi q;
  unsigned parties;                       /* owners: members 0 .. parties - 1 */
  smpc_items set[SMPC_MAX_COMPUTING];
  uint8_t *matched[SMPC_MAX_COMPUTING];
  smpc_psi_result result[SMPC_MAX_COMPUTING];
  smpc_err err[SMPC_MAX_COMPUTING];
};

static inline void many_run_make(struct many_run *r, const struct many_sets *m, unsigned parties, uint64_t to) {
  *r = (struct many_run){.q = SMPC_PSI_INIT, .parties = parties};
  r->q.to.bits = to;
  r->q.purpose = "test";
  r->q.owners.bits = (UINT64_C(1) << parties) - 1;
  for (unsigned k = 0; m != NULL && k < parties; k++)
    r->set[k] = (smpc_items){.n = m->n[k], .flat = m->item[k], .item_len = sizeof(uint64_t)};
}

static inline void many_reveal(struct smpc_session *s, unsigned me, void *ctx) {
  struct many_run *r = ctx;
  if (me >= r->parties) {
    LET_FAIL(smpc_psi_reveal(s, &r->q, NULL, NULL, 0, NULL));
    return;
  }
  size_t n = r->set[me].n;
  r->matched[me] = malloc(n + 1);
  memset(r->matched[me], 0xee, n + 1);
  r->err[me] = smpc_psi_reveal(s, &r->q, &r->set[me], r->matched[me], n, &r->result[me]);
}

static inline void many_run_free(struct many_run *r) {
  for (unsigned k = 0; k < r->parties; k++) {
    free(r->matched[k]);
    r->matched[k] = NULL;
  }
}

#endif
