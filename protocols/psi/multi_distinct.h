/* multi_distinct.h - how many different items several parties hold, in all or by strata: in shares.
 *
 * Each item counts once, at the first of the G owners (2 to 16 of the computing parties) that holds it.
 *
 *   leaks  the sizes of the sets to all computing parties; nothing else, to up to P - 1 of P together
 *   error  outputs are wiped; SMPC_E_STATE (2^-40 a table)
 * Semi-honest. */
#ifndef SMPI_MULTI_DISTINCT_H
#define SMPI_MULTI_DISTINCT_H

#include "psi/join.h"

struct smpi_distinct {
  unsigned owners;                    /* 2 to 16                                           */
  unsigned rank[SMPC_MAX_COMPUTING];  /* of the owners: different, in the order that counts */
  size_t size[SMPC_MAX_COMPUTING];    /* agreed: their sets with paddings                  */
  unsigned mine;                      /* which of them I am, or SMPC_MAX_COMPUTING         */
  uint64_t instance;                  /* different for each join of a session, below 2^24  */
  struct smpi_join_set set;           /* mine                                              */
  size_t strata;                      /* agreed: 0, or 1 to 4096                           */
  const uint32_t *stratum;            /* [set.items->n] of my rows, below `strata`         */
  void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL               */
  void *ctx;
};

/* strata = 0: tally[0] := a share by sum of how many different items there are.
 * Otherwise tally[strata] := of how many of them belong to each stratum: an item to that of the row of
 * the owner where it counts.
 *   uses  BIT_TRIPLE, a unit for 64 bins (cuckoo.h) of each owner but the first and each AND;
 *         strata = 0: DABIT, a unit for 64 bins
 *   cost  smpi_psi_distinct_cost(): G (G-1) / 2 joins; with strata 8 bytes more for each bin and stratum
 *         to each other party
 * All computing parties call it at the same step. */
smpc_err smpi_psi_distinct(struct smpc_session *s, const struct smpi_distinct *t, shr *tally);

/* --- the local halves: pure, constant time in the strata -------------------------------------- */

/* x[strata][bins] := 1 where the bin's item, set->row[slot[b]], is of the stratum, else 0. */
void smpi_distinct_numbers(shr *x, size_t strata, const uint32_t *slot, size_t bins, const size_t *row,
                           const uint32_t *stratum);
/* tally[c] += how many of row[n], paddings apart, are of stratum c. */
void smpi_distinct_add(shr *tally, size_t strata, const size_t *row, size_t n, const uint32_t *stratum);

/* What the busiest sends; reads owners, size and strata. */
void smpi_psi_distinct_cost(struct smpi_cost *c, const struct smpi_distinct *t);

#endif
