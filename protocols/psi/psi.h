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
  const smpc_items *set;   /* my items, or                                             */
  const blk *key;          /* [n] their keys, where these are what is compared, then random ones for paddings */
  const size_t *row;       /* [n] my distinct items or keys and paddings, all in random order: where a
                              padding stands says how many there are                   */
  size_t n, m;             /* agreed: my set with its paddings, and theirs             */
  unsigned runs;           /* agreed: this is one of so many over parts of the sets, which share the bounds on failure; 0: 1 */
  bool i_learn, peer_learns; /* at least one                                          */
  bool is_malicious;       /* the protocol must stand against parties that deviate     */
  bool count_only;         /* the size of the intersection, not its items              */
  uint8_t *hit;            /* out, where i_learn and not count_only: [n], of row[i]   */
  size_t matched;          /* out, where i_learn                                       */
  void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL            */
  void *ctx;
};

/* A padding is in no set: where it seems to match, its random key met another's by accident (2^-40 in
 * all, see the protocols).  hit[i] := 0 for paddings; returns how many of the others are 1. */
static inline size_t smpi_psi_drop_paddings(uint8_t *hit, const size_t *row, size_t n) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) found += hit[i] = (uint8_t)(hit[i] & (row[i] != SMPI_PSI_PADDING));
  return found;
}

#endif
