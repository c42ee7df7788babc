/* same.h - which words of two computing parties are equal, in shares.
 *
 * A private test of equality for many pairs of short words, in bits shared between the two. */
#ifndef SMPI_SAME_H
#define SMPI_SAME_H

#include "psi/rot16.h"

enum { SMPI_SAME_STRETCH = 1 << 17 /* AGREEMENT: words compared at a time: bounds memory at 190 MB */ };

/* bit i := (my word[i] == the other's word[i]), for the low `bits` bits of n words.
 *   in    bits          17 .. 64, agreed; higher bits are ignored
 *   out   bit[ceil(n / 64)]  xor shares of the two, packed; bits beyond n are zero
 *   cost  8 rounds for each stretch; smpi_same_bytes(): about 55 bytes a word in all for 61 bits
 *   leaks nothing
 *   error bit is wiped
 * One party sends, the other receives, by the rank of the other; both at the same step. */
smpc_err smpi_same_send(struct smpi_rot16 *l, unsigned rank, shr *bit, const uint64_t *word, size_t n, unsigned bits);
smpc_err smpi_same_receive(struct smpi_rot16 *l, unsigned rank, shr *bit, const uint64_t *word, size_t n,
                           unsigned bits);

/* Rounds, and what each sends. */
void smpi_same_bytes(uint64_t *sender, uint64_t *receiver, uint64_t *rounds, size_t n, unsigned bits);

/* --- the local halves: pure; one of four bits each, n tests --------------------------------------- */

/* ask := x + (the choice in mine), two to a byte: what the receiver sends; x[i] in 0..15. */
void smpi_same_ask(uint8_t *ask, const uint8_t *x, const uint8_t *mine, size_t n);
/* The sender's answers for its y[i], and its shares: `share` bits are random. */
void smpi_same_answer(uint16_t *answer, const uint16_t *table, const uint8_t *ask, const uint8_t *y,
                      const uint8_t *share, size_t n);
/* share[i] := the receiver's share, 0 or 1. */
void smpi_same_learn(uint8_t *share, const uint16_t *answer, const uint8_t *x, const uint8_t *mine, size_t n);

#endif
