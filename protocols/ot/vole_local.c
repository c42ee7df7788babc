/* vole_local.c - the local halves of vole.c (see vole.h): no network, no
 * randomness, no allocation, constant time in everything secret. */
#include "ot/vole.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

smpc_err smpi_vole_shape(struct smpi_vole_shape *shape, size_t n, unsigned dim) {
  if (dim == 0 || dim > 128 || (dim != 1 && dim % 4 != 0)) return SMPC_E_ARG;
  smpc_err err = smpi_lpn_shape(&shape->lpn, n);
  if (err != SMPC_OK) return err;
  shape->dim = dim;
  shape->transfers = shape->lpn.t * (shape->lpn.depth + dim) + 128;
  shape->message_len = shape->lpn.t * (2 * shape->lpn.depth + 1) * sizeof(blk);
  return SMPC_OK;
}

size_t smpi_vole_room(size_t n) {
  struct smpi_lpn_shape shape;
  return smpi_lpn_shape(&shape, n) == SMPC_OK ? shape.half : 0;
}

/* --- noise values from bits: [YSWW21] --------------------------------------------- */

static blk times_x(blk v) {
  uint64_t over = v.w[1] >> 63;
  return (blk){{v.w[0] << 1 ^ (0x87 & (0 - over)), v.w[1] << 1 | v.w[0] >> 63}};
}

blk smpi_vole_pack(const blk *t, size_t dim) {
  blk v = {{0, 0}};
  for (size_t j = dim; j > 0; j--) v = smpi_blk_xor(times_x(v), t[j - 1]);
  return v;
}

static uint64_t bit_at(const uint64_t *b, size_t i) { return b[i / 64] >> i % 64 & 1; }

blk smpi_vole_pack_bits(const uint64_t *b, size_t first, size_t dim) {
  blk v = {{0, 0}};
  for (size_t j = 0; j < dim; j++) v.w[j / 64] |= bit_at(b, first + j) << j % 64;
  return v;
}

/* --- trees --------------------------------------------------------------------------- */

void smpi_vole_plant(const struct smpi_vole_tree_keys *k, blk *leaf, blk *message, blk root, const blk *m0,
                     const blk *m1, blk value, unsigned depth) {
  smpi_vole_tree_grow(k, leaf, message, root, depth);
  for (unsigned l = 0; l < depth; l++) {
    message[2 * l] = smpi_blk_xor(message[2 * l], m0[l]);
    message[2 * l + 1] = smpi_blk_xor(message[2 * l + 1], m1[l]);
  }
  message[2 * depth] = smpi_blk_xor(value, smpi_vole_tree_sum(leaf, (size_t)1 << depth));
}

void smpi_vole_unplant(const struct smpi_vole_tree_keys *k, blk *a, blk *c, const blk *message, const blk *pad,
                       const uint64_t *side, size_t first, blk noise, blk value, unsigned depth) {
  size_t n = (size_t)1 << depth;
  blk known[SMPI_VOLE_TREE_DEPTH_MAX];
  uint64_t hole = 0;
  for (unsigned l = 0; l < depth; l++) {
    uint64_t b = bit_at(side, first + l);
    blk masked = smpi_blk_xor(smpi_blk_if(b, message[2 * l + 1]), smpi_blk_if(b ^ 1, message[2 * l]));
    known[l] = smpi_blk_xor(masked, pad[l]);
    hole = hole << 1 | (b ^ 1);
  }
  smpi_vole_tree_regrow(k, c, known, hole, depth);
  value = smpi_blk_xor(smpi_blk_xor(value, message[2 * depth]), smpi_vole_tree_sum(c, n)); /* the leaf + a Delta */
  for (size_t i = 0; i < n; i++) {
    uint64_t here = smpi_vole_tree_mask(i, hole) & 1;
    c[i] = smpi_blk_xor(c[i], smpi_blk_if(here, value));
    a[i] = smpi_blk_if(here, noise);
  }
  smpi_wipe(known, sizeof known);
  smpi_wipe(&hole, sizeof hole);
}

/* --- the check's hash ------------------------------------------------------------------ */

void smpi_vole_hash(blk *sum, const blk *x, size_t n, const blk *power) {
  size_t len = smpi_min(n, SMPI_VOLE_POWERS);
  for (size_t i = 0; i < n; i += len)
    *sum = smpi_blk_xor(smpi_gf128_mul(*sum, power[len - 1]), smpi_gf128_dot(x + i, power, len));
}
