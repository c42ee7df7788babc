/* soft.h - SoftSpoken transfer extension, the local halves: one block of
 * SMPI_COT_BLOCK random-choice correlated transfers from the leaves of 128/k trees.
 *
 * pairs.h holds the ends of all pairs, cot.c and active.c run them. */
#ifndef SMPI_OT_SOFT_H
#define SMPI_OT_SOFT_H

#include "ot/params.h"

struct smpi_soft_sender {
  unsigned k;
  blk delta;                 /* the digits of Delta, k bits each               */
  uint64_t done;             /* blocks made                                    */
  struct smpi_aes_key *leaf; /* [128/k][2^k], place 0 of each tree not known   */
};
struct smpi_soft_receiver {
  unsigned k;
  uint64_t done;
  struct smpi_aes_key *leaf; /* [128/k][2^k] */
};

static inline size_t smpi_soft_leaves(unsigned k) { return (SMPI_OT_KAPPA / (size_t)k) << k; }
/* Bytes of one block's message. */
static inline size_t smpi_soft_message(unsigned k) { return (SMPI_OT_KAPPA / (size_t)k - 1) * SMPI_COT_BLOCK / 8; }

/* The next block: t by columns (math/bitmat.h), the choice bits u, the message. */
void smpi_soft_receive(struct smpi_soft_receiver *r, blk *col, blk u[SMPI_BITMAT_RUN], uint8_t *message);
/* The next block: q by columns, from the message. */
void smpi_soft_send(struct smpi_soft_sender *s, blk *col, const uint8_t *message);

#endif
