/* lookup.h - random transfers of one of sixteen, between two parties, 64 side by side.
 *
 * A unit of SMPI_LOOKUP holds 64 transfers each way.  Of each, the one that sends
 * has a table of 16 random entries of 2 bits; the other has a random index c of 4
 * bits and the entry there.  All is bit-sliced: a column is one word a unit.
 *   columns 0..31    my table: bit v of entry j in column 2 j + v
 *   columns 32..35   my index, bit i in column 32 + i
 *   columns 36, 37   of the other party's table, the two bits of the entry at my index
 * The steps are pure: no network, no randomness, no allocation; constant time. */
#ifndef SMPI_LOOKUP_H
#define SMPI_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

enum {
  SMPI_LOOKUP_BITS = 4,                     /* of an index */
  SMPI_LOOKUP_ENTRIES = 1 << SMPI_LOOKUP_BITS,
  SMPI_LOOKUP_VALUES = 2,                   /* bits of an entry */
  SMPI_LOOKUP_TABLE = 0,
  SMPI_LOOKUP_INDEX = SMPI_LOOKUP_TABLE + SMPI_LOOKUP_ENTRIES * SMPI_LOOKUP_VALUES,
  SMPI_LOOKUP_VALUE = SMPI_LOOKUP_INDEX + SMPI_LOOKUP_BITS,
  SMPI_LOOKUP_COLUMNS = SMPI_LOOKUP_VALUE + SMPI_LOOKUP_VALUES
};

/* is[j] := 1 where the numbers with these bits are j; 64 numbers, 2^bits words, bits <= 4 */
void smpi_lookup_minterms(uint64_t *is, const uint64_t *bit, unsigned bits);

/* value := the entries of `table` at `index`, columns of n words */
void smpi_lookup_select(uint64_t *const value[SMPI_LOOKUP_VALUES], uint64_t *const table[SMPI_LOOKUP_INDEX],
                        uint64_t *const index[SMPI_LOOKUP_BITS], size_t n);

/* One unit from 4 random transfers of 64 x 64-bit strings: strings 64 i .. 64 i + 63 are
 * those of bit i.  The table's owner: column c of the unit goes to column[c][0]. */
void smpi_lookup_send(uint64_t *const column[SMPI_LOOKUP_INDEX], const uint64_t m0[4 * 64], const uint64_t m1[4 * 64]);
/* The other: m are the strings that the bits of `index` choose. */
void smpi_lookup_receive(uint64_t *const value[SMPI_LOOKUP_VALUES], const uint64_t m[4 * 64],
                         uint64_t *const index[SMPI_LOOKUP_BITS]);

#endif
