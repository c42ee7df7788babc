/* less.h - comparison of shared vectors by order. */
#ifndef SMPI_LESS_H
#define SMPI_LESS_H

#include "session/agreed.h"
#include "session/session.h"

/* Two parties whose randomness comes by oblivious transfer compare by the millionaires'
 * protocol (mill.h), all others by edaBits: one rule, smpi_triple_has_lookups(), of what the
 * parties have agreed upon.  Figures below are of edaBits; of the other, in brackets.
 *
 * Vectors longer than SMPI_BLOCK (smpi_less_full: SMPI_LESS_FULL_BLOCK) are worked
 * on in blocks of so many numbers, each with the stated rounds (session/agreed.h). */

/* z := x < y ? 1 : 0, elementwise, for signed numbers with |x - y| < 2^63.
 *   in    x[n], y[n]   this party's shares (by sum); outside the domain the
 *                      result is a sharing of [x - y mod 2^64 >= 2^63]
 *   out   z[n]         fresh shares of 0 or 1; may be x or y
 *   uses  for each 64 numbers: 1 EDABIT, 56 BIT_PAIR, 6 BIT_TRIPLE, 1 DABIT
 *         [8 LOOKUP, 11 BIT_PAIR, 4 BIT_TRIPLE, 1 DABIT]
 *   cost  8 openings (the masked difference, 6 levels, the bit): 8 rounds,
 *         30.625 n bytes to each other party (64 numbers at a time; of the first
 *         opening n words); open.h says when an opening is distributed
 *         [7 rounds, 37.3125 n bytes, 128 numbers at a time]
 *   memory bounded: about 70 MB [80 MB] whatever n
 *   leaks nothing: what is opened is uniform, whatever x and y
 *   error z is wiped; SMPC_E_* of the source, of memory or of the network
 * All computing parties call it at the same step with the same n. */
smpc_err smpi_less(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
void smpi_less_cost(struct smpi_cost *c, size_t n);

/* The same for any two signed 64-bit numbers.
 *   uses  three times the above (DABIT once), and 1 BIT_TRIPLE, for each 64 numbers
 *   cost  9 openings: 9 rounds, 91.875 bytes for each of 64 ceil(n / 64) numbers
 *         to each other party [8 rounds, 111.9375 bytes]
 * Otherwise as smpi_less(). */
smpc_err smpi_less_full(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n);
void smpi_less_full_cost(struct smpi_cost *c, size_t n);

/* bits[ceil(n / 64)] := xor shares of the top bits of d[n], packed; bits beyond
 * n are random.  7 openings [6 rounds]; n at most SMPI_BLOCK. */
smpc_err smpi_sign(struct smpc_session *s, shr *bits, const shr *d, size_t n);
void smpi_sign_cost(struct smpi_cost *c, size_t n);

/* The local steps, pure.  masked := d + r; may be d. */
void smpi_sign_mask(shr *masked, const shr *d, const uint64_t *r, size_t n);
/* bits ^= top_c ^ top_r: the borrow becomes the sign; m words. */
void smpi_sign_finish(shr *bits, const uint64_t *top_c, const uint64_t *top_r, int first, size_t m);
/* The two sides of the full comparison: of the signs of x, y and x - y, the
 * operands of its AND, and what is xored to it. */
void smpi_less_full_operands(shr *u, shr *v, const shr *sign_x, const shr *sign_y, const shr *sign_d, size_t m);

#endif
