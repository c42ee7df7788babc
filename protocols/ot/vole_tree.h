/* vole_tree.h - punctured trees: 2^depth random blocks, of which the other side
 * learns all but one of its own, secret choice [GGM86, BCG+19].
 *
 * Child b of node s is pi_b(s) + s, with pi_0, pi_1 AES-128 under two public
 * keys that every tree has for itself: p guesses at nodes then meet at most the
 * `depth` unknown nodes of one tree, p depth / 2^128, and not those of all trees of a session
 * at once.  Local functions: no network, no randomness, no allocation; constant
 * time in everything but the depth. */
#ifndef SMPI_VOLE_TREE_H
#define SMPI_VOLE_TREE_H

#include <stdint.h>

#include "math/aes.h"
#include "math/block.h"
#include "ot/base.h"

enum { SMPI_VOLE_TREE_DEPTH_MAX = 32 };

struct smpi_vole_tree_keys { struct smpi_aes_key side[2]; };

/* Of one tree: no two of a place have the same number. */
void smpi_vole_tree_keys_set(struct smpi_vole_tree_keys *k, const struct smpi_base_place *place, uint64_t number);

/* leaf[2^depth] of the tree that grows from `root`; sum[2l + b] := the sum of
 * all nodes of level l + 1 that are child b of their parent. */
void smpi_vole_tree_grow(const struct smpi_vole_tree_keys *k, blk *leaf, blk *sum, blk root, unsigned depth);

/* The same leaves but that at `hole`, which is set to 0, from known[depth]:
 * known[l] = sum[2l + 1 - (bit l of the hole's path, from the top)]. */
void smpi_vole_tree_regrow(const struct smpi_vole_tree_keys *k, blk *leaf, const blk *known, uint64_t hole,
                           unsigned depth);

/* All ones if x == y, else 0. */
static inline uint64_t smpi_vole_tree_mask(uint64_t x, uint64_t y) {
  uint64_t d = x ^ y;
  return ((d | (0 - d)) >> 63) - 1;
}

/* The sum of x[n] */
blk smpi_vole_tree_sum(const blk *x, size_t n);

#endif
