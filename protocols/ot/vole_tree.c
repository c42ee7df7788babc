/* vole_tree.c - see vole_tree.h. */
#include "ot/vole_tree.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"

enum { RUN = 64 }; /* LOCAL: nodes expanded at a time */

void smpi_vole_tree_keys_set(struct smpi_vole_tree_keys *k, const struct smpi_base_place *place, uint64_t number) {
  uint8_t key[SMPI_HASH_LEN];
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc vole tree");
  smpi_hash_add(&h, place->id, sizeof place->id);
  smpi_hash_add_u64(&h, number);
  smpi_hash_end(&h, key);
  for (int b = 0; b < 2; b++) {
    blk side = {{smpi_get64(key + 16 * b), smpi_get64(key + 16 * b + 8)}};
    smpi_aes_key_set(&k->side[b], &side);
  }
}

/* Nodes that are being expanded: wiped once for all levels of a tree. */
struct expanding { blk parent[RUN], child[2][RUN]; };

/* Level l + 1 in place of level l, from its end, so that no node is overwritten
 * before it is read.  sum[b] := of all child b. */
static void grow_level(const struct smpi_vole_tree_keys *k, struct expanding *e, blk *node, size_t n, blk sum[2]) {
  sum[0] = sum[1] = (blk){{0, 0}};
  for (size_t i = n, run; i > 0;) {
    run = smpi_min(RUN, i);
    i -= run;
    memcpy(e->parent, node + i, run * sizeof *node);
    for (int b = 0; b < 2; b++) smpi_aes_encrypt(&k->side[b], e->child[b], e->parent, run);
    for (size_t j = 0; j < run; j++)
      for (int b = 0; b < 2; b++) {
        blk v = smpi_blk_xor(e->child[b][j], e->parent[j]);
        node[2 * (i + j) + (size_t)b] = v;
        sum[b] = smpi_blk_xor(sum[b], v);
      }
  }
}

void smpi_vole_tree_grow(const struct smpi_vole_tree_keys *k, blk *leaf, blk *sum, blk root, unsigned depth) {
  struct expanding e;
  leaf[0] = root;
  for (unsigned l = 0; l < depth; l++) grow_level(k, &e, leaf, (size_t)1 << l, sum + 2 * l);
  smpi_wipe(&e, sizeof e);
}

/* The children of the unknown node, which stands as 0, are of no use: the one
 * on the path, stray[b], becomes 0 again, its sibling what the sum of its side lacks. */
static void mend(blk *node, size_t n, const blk stray[2], const blk sum[2], blk known, uint64_t parent,
                 uint64_t path_bit) {
  blk change[2];
  for (uint64_t b = 0; b < 2; b++) {
    blk lack = smpi_blk_xor(known, sum[b]);
    uint64_t on_path = b ^ path_bit ^ 1;
    change[b] = smpi_blk_xor(smpi_blk_if(on_path, stray[b]), smpi_blk_if(on_path ^ 1, lack));
  }
  for (size_t i = 0; i < n; i++) {
    uint64_t here = smpi_vole_tree_mask(i, parent) & 1;
    node[2 * i] = smpi_blk_xor(node[2 * i], smpi_blk_if(here, change[0]));
    node[2 * i + 1] = smpi_blk_xor(node[2 * i + 1], smpi_blk_if(here, change[1]));
  }
  smpi_wipe(change, sizeof change);
}

void smpi_vole_tree_regrow(const struct smpi_vole_tree_keys *k, blk *leaf, const blk *known, uint64_t hole,
                           unsigned depth) {
  struct expanding e;
  const blk zero = {{0, 0}};
  blk sum[2], stray[2]; /* stray: the children of a node that is 0, which depend on nothing secret */
  for (int b = 0; b < 2; b++) smpi_aes_encrypt(&k->side[b], &stray[b], &zero, 1);
  leaf[0] = zero;
  for (unsigned l = 0; l < depth; l++) {
    grow_level(k, &e, leaf, (size_t)1 << l, sum);
    mend(leaf, (size_t)1 << l, stray, sum, known[l], hole >> (depth - l), hole >> (depth - l - 1) & 1);
  }
  smpi_wipe(sum, sizeof sum);
  smpi_wipe(&e, sizeof e);
}

blk smpi_vole_tree_sum(const blk *x, size_t n) {
  blk sum = {{0, 0}};
  for (size_t i = 0; i < n; i++) sum = smpi_blk_xor(sum, x[i]);
  return sum;
}
