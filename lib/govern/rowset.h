/* rowset.h - which rows stand behind an input, as a sketch of a few words: two sketches
 * tell how many rows are in one of the two sets alone, if these are few.
 *
 * The sketch of a set of numbers x is s_j = sum of x^j, j = 1 .. n, in GF(2^61 - 1), as in
 * set reconciliation [MTZ03] and PinSketch [DORS08].  The difference of two sketches is a
 * sum of +-x^j over the d numbers that are in one set alone: a sequence whose linear
 * complexity is exactly d while 2d <= n, which Berlekamp and Massey's algorithm finds
 * [Mas69].  A larger difference looks as small as (n - 2) / 2 with chance below 2^-110.
 * Differs from these: the numbers themselves are never found, only how many; a prime
 * field, so that no row cancels another.
 * A row's number is SipHash of what the program calls it, under a key of this party's
 * own; equal rows are told apart by their count.  In the journal sketches are encrypted:
 * nobody else learns even that two sets were the same. */
#ifndef SMPI_ROWSET_H
#define SMPI_ROWSET_H

#include <stddef.h>
#include <stdint.h>

enum {
  SMPI_ROWS_APART = 99, /* AGREEMENT with one's own journal: the most that is told apart */
  SMPI_SKETCH_WORDS = 2 * SMPI_ROWS_APART + 2
};

struct smpi_sketch { unsigned n; uint64_t least, word[SMPI_SKETCH_WORDS]; }; /* least: the study's `minimum change` */

/* Words for differences of up to `apart` rows, of SMPI_ROWS_APART at most. */
unsigned smpi_sketch_words(uint64_t apart);
/* k->word[k->n] of the rows, which are sorted in place.  k->n multiplications a row. */
void smpi_sketch_make(struct smpi_sketch *k, uint64_t *row, size_t rows, const uint8_t sign_secret[64]);
/* Encrypt, or decrypt: a stream of this party's own for the session. */
void smpi_sketch_crypt(uint64_t *word, unsigned n, const uint8_t sign_secret[64], const uint8_t session[32]);
/* How many rows are in one set alone; more than (n - 2) / 2: n, for "many".  Variable time
 * in the difference. */
unsigned smpi_sketch_apart_vt(const uint64_t *a, const uint64_t *b, unsigned n);

#endif
