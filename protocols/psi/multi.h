/* multi.h - intersection of the sets of 3 to 16 parties, revealed to some of them.
 *
 *   in    p                my set; the owners and their sizes, agreed
 *   out   p                at members of t->to: which rows matched (smpi_psi_parts_tell)
 *   cost  the first recipient is the hub: 2 rounds for the base transfers, 3 with each other owner
 *         in turn, 1 more, and 1 when others learn too.  All go by the largest set, of n items:
 *         two stores of 1.31 n masks between the hub and each other owner, and a
 *         mask an item of the hub to each other recipient; masks of 8 bytes for 2^20 items, of 11 when others learn
 *         too.  Sets of more
 *         than 2^20 items run bucket by bucket (parts.h), each as one run but for the base transfers.  Memory
 *         about 150 bytes an item of a bucket, and that of the set
 *   leaks to the owners    the sizes (paddings look like items)
 *         to who learns    which of its items all others have
 *         COLLUSION: any number of owners without the hub learn nothing more by pooling what they
 *         saw.  Owners that pool with the hub learn which of the hub's items all remaining owners
 *         have: what they had learnt anyway by entering the hub's set as theirs
 *   error SMPC_E_ARG: an owner that does not compute; SMPC_E_STATE (2^-40): a bucket overflowed, and all learn that;
 *         nothing is noted
 * Semi-honest (for coalitions with the hub: the augmented model of [KMPRT17]).
 * All owners call it at the same step. */
#ifndef SMPI_MULTI_H
#define SMPI_MULTI_H

#include "psi/parts.h"

enum { SMPI_MULTI_MIN = 3 }; /* of two sets there is a shorter protocol: oprf.h */
/* LOCAL: in one set: 64 buckets of 16 owners can share one bound (okvs.h). */
#define SMPI_MULTI_MAX_ITEMS (UINT64_C(1) << 26)

struct smpi_psi_many {
  unsigned owners;                    /* how many                                         */
  unsigned owner[SMPC_MAX_COMPUTING]; /* members, in ascending order                      */
  size_t size[SMPC_MAX_COMPUTING];    /* agreed: their sets with their paddings           */
  unsigned mine;                      /* which of them I am                               */
  smpc_who to;                        /* who learns: owners, at least one                 */
  uint64_t instance;                  /* different for each intersection of a session     */
  unsigned runs;                      /* agreed: in so many buckets, a power of two; 0: as the sizes demand.  In a
                                         bucket: of so many, which share the bounds on failure */
  const blk *key;                     /* key, place and hit: of a bucket, [size[mine]]    */
  size_t held;                        /* these as in psi.h, place at who tells others     */
  const uint32_t *place;
  uint8_t *hit;                       /* out, where I learn: [size[mine]], of key[i]      */
  size_t matched;                     /* out, where I learn                               */
  void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL              */
  void *ctx;
};

smpc_err smpi_psi_many(struct smpc_session *s, struct smpi_psi_many *t, struct smpi_psi_parts *p);

/* Bytes of a value and of a mask in one bucket: so many that no two meet by chance, but for 2^-40 in all runs.
 * Reads owners, size, to and runs. */
size_t smpi_psi_many_mask_len(const struct smpi_psi_many *t);

/* What the busiest owner sends; reads owners, owner, size, to and runs. */
void smpi_psi_many_cost(struct smpi_cost *c, const struct smpi_psi_many *t);

#endif
