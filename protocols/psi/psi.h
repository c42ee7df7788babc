/* psi.h - one party's part in an intersection of two sets: what the protocols of
 * this folder are given, and what they give. */
#ifndef SMPI_PSI_H
#define SMPI_PSI_H

#include "math/block.h"
#include "psi/items.h"

/* In place of a row: no item. */
#define SMPI_PSI_PADDING SIZE_MAX

struct smpi_psi_task {
  unsigned peer;           /* who has the other set, a member                          */
  uint64_t instance;       /* different for each intersection of a session, agreed     */
  const smpc_items *set;   /* ecdh: my items, and                                      */
  const size_t *row;       /* [n] my distinct ones and paddings, all in random order: where a
                              padding stands says how many there are                   */
  const blk *key;          /* oprf: [n] the keys of my distinct items, then random ones for paddings */
  size_t held;             /* of them items                                            */
  const uint32_t *place;   /* who sends masks: [n] where that of key i stands, in random order, for the same reason */
  size_t n, m;             /* agreed: my set with its paddings, and theirs             */
  unsigned runs;           /* agreed: this is one of so many over parts of the sets, which share the bounds on failure; 0: 1 */
  bool i_learn, peer_learns; /* at least one                                          */
  bool is_malicious;       /* the protocol must stand against parties that deviate     */
  bool count_only;         /* the size of the intersection, not its items              */
  uint8_t *hit;            /* out, where i_learn and not count_only: [n], of row[i] or key[i] */
  size_t matched;          /* out, where i_learn                                       */
  void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL            */
  void *ctx;
};

/* A padding is in no set: where it seems to match, its random key met another's by accident (2^-40 in
 * all, see the protocols).  Of n keys the first `held` are items: hit[i] := 0 for the others; returns how many are 1. */
static inline size_t smpi_psi_drop_paddings(uint8_t *hit, size_t held, size_t n) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) found += hit[i] = (uint8_t)(hit[i] & (i < held));
  return found;
}

#endif
