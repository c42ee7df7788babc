/* stats.h - is what was sent uniform?  Tests on bytes and on bits.
 *
 * Each test rejects uniform data with probability below 2e-9 for one figure;
 * all 64 bit positions together below 2e-7.  With the repeatable randomness of
 * tests the verdict is the same in every run. */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stats {
  uint64_t bytes[256];    /* how often each byte value came            */
  uint64_t ones[64];      /* of bit i of the little-endian words        */
  uint64_t n_bytes, n_words;
};

void stats_add(struct stats *st, const uint8_t *data, size_t len);

/* Pearson's chi-squared of the byte values, 255 degrees of freedom.  Needs 5 of
 * each expected (1280 bytes); false with fewer. */
double stats_chi2(const struct stats *st);
bool stats_bytes_are_uniform(const struct stats *st);

/* Could both be draws from one distribution of bytes, whatever it is?  Pearson's chi-squared of two samples;
 * false with fewer than 1280 bytes in either. */
bool stats_bytes_are_alike(const struct stats *a, const struct stats *b);

/* Each of the 64 bit positions is set in about half of the words.  Needs 1000
 * words; false with fewer.  *worst (may be NULL): the most unbalanced position. */
bool stats_bits_are_balanced(const struct stats *st, unsigned *worst);

#endif
