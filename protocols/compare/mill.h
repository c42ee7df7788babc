/* mill.h - comparison on two parties' own shares: the millionaires' protocol.
 *
 * For two parties whose randomness comes by oblivious transfer; less.c chooses. */
#ifndef SMPI_MILL_H
#define SMPI_MILL_H

#include "session/session.h"

/* bits[ceil(n / 64)] := xor shares of the top bits of d[n], packed; bits beyond n
 * are random.
 *   uses  for each 64 numbers: 11 BIT_PAIR, 4 BIT_TRIPLE; for each 128 or part: 16 LOOKUP
 *   cost  6 rounds: what hides the indices, the tables, 4 openings; from each party to the
 *         other 4104 bytes for each 128 numbers or part, and 328 for each 64: 37.2 a number
 *   memory 60 bytes a number
 *   leaks nothing: what is sent is uniform, whatever d
 *   error bits are wiped; SMPC_E_* of the source, of memory or of the network
 * Both parties call it at the same step with the same n. */
smpc_err smpi_mill_sign(struct smpc_session *s, shr *bits, const shr *d, size_t n);
void smpi_mill_sign_cost(struct smpi_cost *c, size_t n);

/* --- the local steps, pure --------------------------------------------------------
 * One block of `bits` bits of 64 pairs of numbers, a word for each bit, through one
 * lookup with indices of index_bits >= bits bits. */
struct smpi_mill_block { unsigned bits, index_bits; bool has_equal; }; /* false: only the order is wanted */

/* Words of the tables: one entry, which is zero by the choice of shares, is left out. */
unsigned smpi_mill_words(const struct smpi_mill_block *b);

/* Who looks: hidden[index_bits] := y + index, by xor. */
void smpi_mill_hide(uint64_t *hidden, const uint64_t *y, const uint64_t *index, const struct smpi_mill_block *b);
/* Who is asked: out := the tables of x > j and (where wanted) x = j, masked, the latter
 * after the former; *more, *equal := own xor shares.  table: entry j, bit v at 2 j + v. */
void smpi_mill_offer(uint64_t *out, uint64_t *more, uint64_t *equal, const uint64_t *x, const uint64_t *hidden,
                     const uint64_t *table, const struct smpi_mill_block *b);
/* Who looks: own xor shares, from the entry at y and the lookup's value. */
void smpi_mill_look(uint64_t *more, uint64_t *equal, const uint64_t *in, const uint64_t *y, const uint64_t value[2],
                    const struct smpi_mill_block *b);

#endif
