/* ot_cross.h - cross products of what different parties hold, by oblivious
 * transfer: numbers by numbers, bits by bits, and bits by shared numbers.
 *
 * All computing parties call these at the same step with the same n.  P is the
 * number of parties; "by rank" arrays are the caller's.  Costs are bytes that
 * one party sends to all others together. */
#ifndef SMPI_OT_CROSS_H
#define SMPI_OT_CROSS_H

#include "triple/ot_local.h"
#include "triple/ot_transfer.h"

/* c[n] += this party's shares (by sum) of the sum of a_i b_j over all i != j, where
 * a_i, b_i are what party i calls a and b.
 *   b      read; with `is_drawn` (2 parties only) written: uniform words
 *   cost   for each 2^17 / (P-1) / 64 products 2 rounds (3 unless drawn);
 *          smpi_ot_products_bytes(): 508 a product and other party, 8 more unless drawn
 *   error  c is void */
smpc_err smpi_ot_products(struct smpi_ot *o, uint64_t *c, const uint64_t *a, uint64_t *b, size_t n, bool is_drawn);
uint64_t smpi_ot_products_bytes(unsigned parties, uint64_t n, bool is_drawn);

/* z[v][n] ^= this party's shares (by xor) of the xor of x_i & y_j[v] over all
 * i != j, words of 64 bits, v < width <= 2.
 *   x, y   read; with `is_drawn` (2 parties only) written: uniform words
 *   cost   for each 2^17 / (P-1) / 64 words 1 round (3 unless drawn); 248 bytes
 *          a word and other party, 8 + 8 width more unless drawn */
smpc_err smpi_ot_ands(struct smpi_ot *o, uint64_t *const z[2], uint64_t *x, uint64_t *const y[2], unsigned width,
                      size_t n, bool is_drawn);
uint64_t smpi_ot_ands_bytes(unsigned parties, uint64_t n, unsigned width, bool is_drawn);

/* Shares by sum of the bits that are shared by xor as own[n], words of 64 bits.
 *   own    out: this party's xor shares, uniform
 *   give   gets 64 numbers x_i for each word `first`, `first + 1`, ...; x_i is exact modulo
 *          2^(1 + width[i]), where width is at most 63
 *   cost   (P-1) times 2 rounds (3 for P > 2) for each P 2^17 / (P-1) / 64 words; each
 *          party sends about (P-1) / 2 times (248 + 8 + widths / 8) bytes a word */
struct smpi_ot_flips {
  uint64_t *own;
  size_t n;
  struct smpi_ot_widths width;
  void (*give)(void *ctx, size_t first, const uint64_t *x, size_t n);
  void *ctx;
};
smpc_err smpi_ot_flips(struct smpi_ot *o, const struct smpi_ot_flips *f);
uint64_t smpi_ot_flips_bytes(unsigned parties, uint64_t n, const struct smpi_ot_widths *width);

#endif
