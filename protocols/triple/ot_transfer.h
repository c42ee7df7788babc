/* ot_transfer.h - the OT source's transfers: stretches of correlated oblivious
 * transfer with all other parties, and the corrections that follow them. */
#ifndef SMPI_OT_TRANSFER_H
#define SMPI_OT_TRANSFER_H

#include "ot/cot.h"
#include "ot/rot.h"
#include "session/agreed.h"
#include "triple/source.h"

enum {
  SMPI_OT_WORD = 64,              /* transfers for one word of choice bits */
  SMPI_OT_BLOCK_WORDS = SMPI_COT_BLOCK / SMPI_OT_WORD /* words of choice bits in one block */
};

struct smpi_ot {
  struct smpi_source base;
  struct smpc_session *s;
  unsigned parties, rank;
  size_t most;                    /* transfers of one stretch with one party, each direction */
  struct smpi_cot_passive *cot;
  struct smpi_tccr *hash;         /* of transfers                             */
  struct smpi_tccr *tree;         /* of trees (ot_ringvole.h): another permutation   */
  /* Of the last stretch, by rank; my own entries are NULL. */
  blk *q[SMPC_MAX_COMPUTING], *t[SMPC_MAX_COMPUTING];
  uint64_t first_sent[SMPC_MAX_COMPUTING], first_received[SMPC_MAX_COMPUTING]; /* numbers of its transfers */
  uint64_t sent[SMPC_MAX_COMPUTING], received[SMPC_MAX_COMPUTING];             /* so far                   */
  blk *strings;                   /* what q and t point into                  */
  uint64_t *bits;                 /* choice bits: drawn, mine and the others'  */
};

/* Transfers of one stretch with one party in one direction. */
size_t smpi_ot_most(unsigned parties);

/* Base transfers with everybody, memory for stretches.  On failure *o is NULL. */
smpc_err smpi_ot_open(struct smpi_ot **o, struct smpc_session *s);
void smpi_ot_close(struct smpi_ot *o); /* wipes; NULL is allowed */

/* One stretch, by rank.  All counts are multiples of SMPI_COT_BLOCK, at most
 * o->most, the same at both ends; 0 for nothing. */
struct smpi_ot_stretch {
  size_t n_send[SMPC_MAX_COMPUTING], n_receive[SMPC_MAX_COMPUTING];
  uint64_t *choice[SMPC_MAX_COMPUTING]; /* [n_receive / 64] my choice bits                                */
  bool is_drawn;                        /* choice is written with random bits (2 parties), else it is read */
};

/* Then o->q, o->t hold t_i = q_i + choice_i Delta.  1 round; 1 more when choices
 * are given. */
smpc_err smpi_ot_transfer(struct smpi_ot *o, const struct smpi_ot_stretch *st);

/* A stream of blocks to each party and from each, cut into the chunks of one
 * exchange: made just before it is encrypted, taken just after it was decrypted. */
struct smpi_ot_stream {
  size_t out_len[SMPC_MAX_COMPUTING], in_len[SMPC_MAX_COMPUTING]; /* bytes in all, by rank            */
  size_t most;                                                    /* bytes of the longest block       */
  size_t (*len)(void *ctx, unsigned rank, size_t block, bool is_out); /* of block 0, 1, ...           */
  void (*make)(void *ctx, unsigned rank, size_t block, uint8_t *out);
  void (*take)(void *ctx, unsigned rank, size_t block, const uint8_t *in);
  void *ctx;
};
smpc_err smpi_ot_exchange(struct smpi_ot *o, const struct smpi_ot_stream *st); /* 1 round */

/* Hash block `block` of the last stretch: the sender's two strings, the receiver's one. */
void smpi_ot_sent_words(const struct smpi_ot *o, unsigned rank, size_t block, uint64_t m0[SMPI_COT_BLOCK],
                        uint64_t m1[SMPI_COT_BLOCK]);
void smpi_ot_received_words(const struct smpi_ot *o, unsigned rank, size_t block, uint64_t m[SMPI_COT_BLOCK]);

#endif
