/* tree.c - puncturable pseudo-random functions from base transfers.
 *
 * Functionality F_PPRF   gives S a random function F on k bits, R a point d (its input)
 *                        and F everywhere but at d; a corrupt S may guess at d and is
 *                        caught when it is wrong.
 * Protocol      [Roy22], the tree of [GGM86]; K_j0, K_j1 the keys of base transfer j,
 *               R's choice bits being 1 - d_j:
 *     1. locally S   level 1 is K_00, K_01.  A node s has children G(s) = (s_0, s_1); child
 *                    c of prefix p has prefix p + c 2^j.
 *     2. S -> R      for j = 1 ... k - 1 and c = 0, 1: K_jc + sum of all children c of level j
 *     3. locally R   knows all nodes of a level but one; the one child that its nodes
 *                    do not give is the sum, less those it knows.
 *   malicious, besides:
 *     4. S -> R      leaves' check values e_x = G'(leaf x) of 256 bits: their sum for each
 *                    tree, and one digest H(e_0, e_1, ...) of all trees
 *     5. locally R   e_d = sum less all others; compares the digest
 * Why           1 - d_j names the child off the path to d: R learns the sums of those alone.
 * Security      computational: G and G' are BLAKE2b (random oracle; a pseudo-random generator is
 *               enough for 1 - 3), nodes and tree numbers domain-separated by session,
 *               instance and pair.  4, 5 make S commit to all leaves: whether R aborts
 *               tells S whether its guess at bits of d was right, which costs it the abort
 *               when wrong; F_PPRF allows just that [Roy22], and after an abort Delta is gone.
 * Assumes       F_eOT (base.h), authenticated channels.
 * Cost          32 (k - 1) bytes a tree; malicious 32 more, and 32 in all.
 * Secrets       all nodes and leaves, d; every step is the same whatever d.
 * Differs from  [Roy22]: check values of all trees go into one digest.
 */
#include "ot/tree.h"

#include <string.h>

#include "base/mem.h"

enum { LEAVES = 1 << SMPI_OT_MAX_K, CHECK = SMPI_OT_LEAF_CHECK };

/* Where we are in all trees of one pair. */
struct place { const struct smpi_base_place *base; unsigned tree, level; };

static void hash_node(uint8_t out[SMPI_HASH_LEN], const char *domain, const struct place *p, const blk *node) {
  struct smpi_hash h;
  smpi_hash_begin(&h, domain);
  smpi_hash_add(&h, p->base->id, sizeof p->base->id);
  smpi_hash_add_u64(&h, p->tree);
  smpi_hash_add_u64(&h, p->level);
  smpi_hash_add(&h, node, sizeof *node);
  smpi_hash_end(&h, out);
}

static void children(blk child[2], const struct place *p, const blk *node) {
  uint8_t out[SMPI_HASH_LEN];
  hash_node(out, "smpc ot tree", p, node);
  memcpy(child, out, 2 * sizeof *child);
  smpi_wipe(out, sizeof out);
}

static void set_leaves(struct smpi_aes_key *leaf, const struct place *p, const blk *node, size_t n, bool is_checked) {
  for (size_t x = 0; x < n; x++) {
    uint8_t out[SMPI_HASH_LEN];
    blk key = node[x];
    if (is_checked) { /* the check value must say nothing about the key */
      hash_node(out, "smpc ot leaf", p, &node[x]);
      memcpy(&key, out, sizeof key);
    }
    smpi_aes_key_set(&leaf[x], &key);
    smpi_wipe(out, sizeof out);
    smpi_wipe(&key, sizeof key);
  }
}

static void add_check(uint8_t sum[CHECK], const uint8_t e[CHECK]) {
  for (unsigned i = 0; i < CHECK; i++) sum[i] ^= e[i];
}

void smpi_tree_grow(struct smpi_aes_key *leaf, blk *message, uint8_t sum[CHECK], struct smpi_hash *digest,
                    const struct smpi_base_place *p, unsigned tree, unsigned k, const blk (*base)[2]) {
  struct place at = {p, tree, 0};
  blk node[LEAVES], child[2];
  node[0] = base[0][0], node[1] = base[0][1];
  for (unsigned j = 1; j < k; j++) {
    blk *m = message + 2 * (j - 1);
    m[0] = base[j][0], m[1] = base[j][1];
    at.level = j;
    for (size_t x = 0; x < (size_t)1 << j; x++) {
      children(child, &at, &node[x]);
      for (unsigned c = 0; c < 2; c++) m[c] = smpi_blk_xor(m[c], child[c]);
      node[x] = child[0], node[x + ((size_t)1 << j)] = child[1];
    }
  }
  at.level = k;
  set_leaves(leaf, &at, node, (size_t)1 << k, digest != NULL);
  if (digest != NULL) {
    memset(sum, 0, CHECK);
    for (size_t x = 0; x < (size_t)1 << k; x++) {
      uint8_t e[SMPI_HASH_LEN];
      hash_node(e, "smpc ot leaf check", &at, &node[x]);
      add_check(sum, e);
      smpi_hash_add(digest, e, sizeof e);
      smpi_wipe(e, sizeof e);
    }
  }
  smpi_wipe(node, sizeof node);
  smpi_wipe(child, sizeof child);
}

/* --- the side that lacks a leaf; place y stands for x + d --------------------------- */

static void swap_if(uint64_t bit, blk *x, blk *y) {
  blk t = smpi_blk_if(bit, smpi_blk_xor(*x, *y));
  *x = smpi_blk_xor(*x, t);
  *y = smpi_blk_xor(*y, t);
}

/* Level j: nodes 1 ... 2^j - 1 are known; then 1 ... 2^(j+1) - 1 are. */
static void grow_punctured(blk *node, const struct place *at, const blk m[2], const blk *base, uint64_t bit) {
  size_t n = (size_t)1 << at->level;
  blk child[2], chosen = smpi_blk_xor(smpi_blk_if(bit, m[0]), smpi_blk_if(1 - bit, m[1]));
  chosen = smpi_blk_xor(chosen, *base); /* the sum of all children 1 - bit */
  for (size_t y = 1; y < n; y++) {
    children(child, at, &node[y]);
    swap_if(bit, &child[0], &child[1]);
    node[y] = child[0], node[y + n] = child[1];
    chosen = smpi_blk_xor(chosen, child[1]);
  }
  node[n] = chosen;
  smpi_wipe(child, sizeof child);
  smpi_wipe(&chosen, sizeof chosen);
}

/* e[y], its sum missing e[0], to the order of x, and into the digest. */
static void add_digest(struct smpi_hash *digest, uint8_t (*e)[CHECK], const uint8_t sum[CHECK], unsigned k,
                       unsigned d) {
  memcpy(e[0], sum, CHECK);
  for (size_t y = 1; y < (size_t)1 << k; y++) add_check(e[0], e[y]);
  for (unsigned j = 0; j < k; j++) {
    uint8_t mask = (uint8_t)(0 - (d >> j & 1));
    for (size_t x = 0; x < (size_t)1 << k; x++)
      for (unsigned i = 0; i < CHECK && !(x >> j & 1); i++) {
        uint8_t *a = &e[x][i], *b = &e[x + ((size_t)1 << j)][i], t = mask & (*a ^ *b);
        *a ^= t, *b ^= t;
      }
  }
  for (size_t x = 0; x < (size_t)1 << k; x++) smpi_hash_add(digest, e[x], CHECK);
}

void smpi_tree_puncture(struct smpi_aes_key *leaf, const blk *message, const uint8_t sum[CHECK],
                        struct smpi_hash *digest, const struct smpi_base_place *p, unsigned tree, unsigned k,
                        const blk *base, unsigned d) {
  struct place at = {p, tree, 0};
  blk node[LEAVES];
  memset(&node[0], 0, sizeof node[0]); /* what is not known */
  node[1] = base[0];
  for (unsigned j = 1; j < k; j++) {
    at.level = j;
    grow_punctured(node, &at, message + 2 * (j - 1), &base[j], d >> j & 1);
  }
  at.level = k;
  set_leaves(leaf, &at, node, (size_t)1 << k, digest != NULL);
  if (digest != NULL) {
    uint8_t e[LEAVES][CHECK];
    for (size_t y = 1; y < (size_t)1 << k; y++) hash_node(e[y], "smpc ot leaf check", &at, &node[y]);
    add_digest(digest, e, sum, k, d);
    smpi_wipe(e, sizeof e);
  }
  smpi_wipe(node, sizeof node);
}
