/* ot_local.h - the local steps of the OT source: what sender and receiver make
 * of hashed transfers.  Pure: no network, no randomness, no allocation; constant
 * time.
 *
 * 64 transfers make an ITEM, whose choice bits are one word; 16 items a block.
 * The sender's correction of transfer i counts only modulo 2^width[i % 64], so
 * only that many bits are sent. */
#ifndef SMPI_OT_LOCAL_H
#define SMPI_OT_LOCAL_H

#include <stddef.h>
#include <stdint.h>

enum { SMPI_OT_ITEM = 64 };

/* Widths of one item's corrections, each 0..64. */
struct smpi_ot_widths { uint8_t of[SMPI_OT_ITEM]; };

/* Bytes of the corrections of `items` items; items * the sum of widths must be
 * a multiple of 8 (16 items always are). */
size_t smpi_ot_packed_len(const struct smpi_ot_widths *w, size_t items);
/* The low width[i % 64] bits of v[64 items], one after the other. */
void smpi_ot_pack(uint8_t *out, const uint64_t *v, size_t items, const struct smpi_ot_widths *w);
void smpi_ot_unpack(uint64_t *v, const uint8_t *in, size_t items, const struct smpi_ot_widths *w);

/* --- words chosen by words: Gilboa's products ------------------------------------ */

/* Widths 64, 63, ... 1: bit i of the choice stands for 2^i, and the top i bits
 * of its correction would fall out of the ring. */
extern const struct smpi_ot_widths smpi_ot_triangle;

/* m0, m1 become scratch; tau: the corrections; c[items] gets the sender's shares added. */
void smpi_ot_product_send(uint64_t *tau, uint64_t *c, const uint64_t *a, const uint64_t *m0, const uint64_t *m1,
                          size_t items);
/* c gets the receiver's shares of a b added, b being the choice words. */
void smpi_ot_product_receive(uint64_t *c, const uint64_t *b, const uint64_t *m, const uint64_t *tau, size_t items);

/* --- a shared number times a bit: x := x xor bit ----------------------------------- */

/* tau_i = m0 - m1 + x_i;  x_i += 2 m0 */
void smpi_ot_flip_send(uint64_t *tau, uint64_t *x, const uint64_t *m0, const uint64_t *m1, size_t items);
/* x_i -= 2 (m + bit tau) */
void smpi_ot_flip_receive(uint64_t *x, const uint64_t *bits, const uint64_t *m, const uint64_t *tau, size_t items);
/* x_i += bit i of the words */
void smpi_ot_add_bits(uint64_t *x, const uint64_t *bits, size_t items);

/* --- bits chosen by bits -------------------------------------------------------------- */

/* out[v][j] := bit v of each of the 64 strings of item j, packed; v < width <= 2 */
void smpi_ot_bits_of(uint64_t *const out[2], const uint64_t *m, size_t items, unsigned width);

/* --- from bits to numbers ---------------------------------------------------------------- */

/* sum of 2^(i - first) x_i for first <= i < end */
uint64_t smpi_ot_weigh(const uint64_t x[SMPI_OT_ITEM], unsigned first, unsigned end);

#endif
