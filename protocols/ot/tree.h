/* tree.h - puncturable pseudo-random functions from base transfers: trees with
 * 2^k leaves, of which one side knows all and the other all but one.
 *
 * Leaves are keys (math/aes.h).  The side that lacks a leaf, number d of tree i
 * (k bits of Delta, bit j being its bit k i + j), keeps leaf x at place x + d
 * (exclusive or): the one it lacks is always at place 0, and nothing that works on the
 * leaves afterwards depends on d. */
#ifndef SMPI_OT_TREE_H
#define SMPI_OT_TREE_H

#include "ot/base.h"
#include "rand/hash.h"

/* Blocks of the message that makes one tree of depth k. */
static inline size_t smpi_tree_message(unsigned k) { return 2 * ((size_t)k - 1); }

/* Number `tree` whole, from the keys of k base transfers.  With `digest` (the malicious
 * form) the leaves' check values are added to it and their sum written. */
void smpi_tree_grow(struct smpi_aes_key *leaf, blk *message, uint8_t sum[SMPI_OT_LEAF_CHECK],
                    struct smpi_hash *digest, const struct smpi_base_place *p, unsigned tree, unsigned k,
                    const blk (*base)[2]);

/* The same without leaf d, from the keys received with choice bits not d_j. */
void smpi_tree_puncture(struct smpi_aes_key *leaf, const blk *message, const uint8_t sum[SMPI_OT_LEAF_CHECK],
                        struct smpi_hash *digest, const struct smpi_base_place *p, unsigned tree, unsigned k,
                        const blk *base, unsigned d);

#endif
