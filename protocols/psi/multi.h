/* multi.h - intersection of the sets of 3 to 16 parties, revealed to some of them.
 *
 *   in    t->set, t->row   my distinct items; the owners and their sizes, agreed
 *   out   t->hit           at members of t->to
 *   cost  the first recipient is the hub: 2 rounds for the base transfers, 3 with each other owner
 *         in turn, 1 more, and 1 when others learn too.  All go by the largest set, of n items:
 *         two stores of 1.31 n masks between the hub and each other owner, and a
 *         mask an item of the hub to each other recipient; masks of 8 bytes for 2^20 items, of 11 when others learn
 *         too.  Memory about 150 bytes an item
 *   leaks to the owners    the sizes (paddings look like items)
 *         to who learns    which of its items all others have
 *         COLLUSION: any number of owners without the hub learn nothing more by pooling what they
 *         saw.  Owners that pool with the hub learn which of the hub's items all remaining owners
 *         have: what they had learnt anyway by entering the hub's set as theirs
 *   error SMPC_E_ARG: an owner that does not compute; hit and matched are zeroed
 * Semi-honest (for coalitions with the hub: the augmented model of [KMPRT17]).
 * All owners call it at the same step. */
#ifndef SMPI_MULTI_H
#define SMPI_MULTI_H

#include "psi/psi.h"

enum { SMPI_MULTI_MIN = 3 }; /* of two sets there is a shorter protocol: oprf.h */
#define SMPI_MULTI_MAX_ITEMS (UINT64_C(1) << 26) /* LOCAL: in one set; 10 GB of memory */

struct smpi_psi_many {
  unsigned owners;                    /* how many                                         */
  unsigned owner[SMPC_MAX_COMPUTING]; /* members, in ascending order                      */
  size_t size[SMPC_MAX_COMPUTING];    /* agreed: their sets with their paddings           */
  unsigned mine;                      /* which of them I am                               */
  smpc_who to;                        /* who learns: owners, at least one                 */
  uint64_t instance;                  /* different for each intersection of a session     */
  const smpc_items *set;
  const size_t *row;                  /* [size[mine]] as in psi.h                         */
  uint8_t *hit;                       /* out, where I learn: [size[mine]], of row[i]      */
  size_t matched;                     /* out, where I learn                               */
  void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL              */
  void *ctx;
};

smpc_err smpi_psi_many(struct smpc_session *s, struct smpi_psi_many *t);

/* Bytes of a value and of a mask: so many that no two meet by chance, but for 2^-40 in a run.  Reads owners,
 * size and to. */
size_t smpi_psi_many_mask_len(const struct smpi_psi_many *t);

/* What the busiest owner sends; reads owners, owner, size and to. */
void smpi_psi_many_cost(struct smpi_cost *c, const struct smpi_psi_many *t);

#endif
