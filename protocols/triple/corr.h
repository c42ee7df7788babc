/* corr.h - the table of correlations: columns, widths, which are free, and how
 * the dependent columns follow from the free ones.  Pure: no network, no
 * randomness, no allocation. */
#ifndef SMPI_CORR_H
#define SMPI_CORR_H

#include "triple/triple.h"

/* A free column is uniform; a dependent one is a function of the free ones. */
bool smpi_corr_is_free(enum smpi_corr kind, unsigned column);

/* Words of one unit: of all columns; of the dependent ones. */
unsigned smpi_corr_words(enum smpi_corr kind);
unsigned smpi_corr_dependent_words(enum smpi_corr kind);

const char *smpi_corr_name(enum smpi_corr kind); /* "triples": for messages */

/* Cut one block of memory of n * smpi_corr_words() words into columns, one
 * after the other.  The 64 rows of an edaBit are therefore evenly spaced. */
void smpi_corr_lay(uint64_t *col[], enum smpi_corr kind, uint64_t *words, size_t n);
/* The same columns from unit `first` on; `at` may be `col`. */
void smpi_corr_at(uint64_t *at[], uint64_t *const col[], enum smpi_corr kind, size_t first);

/* In the clear: write the dependent columns of n units from the free ones.
 * (Of a lookup: of one party's table and the other's index.)
 * col[] as laid by smpi_corr_lay(); constant time.  1 <= frac_bits <= 62. */
void smpi_corr_complete(uint64_t *const col[], enum smpi_corr kind, size_t n, unsigned frac_bits);

#endif
