/* lookup.c - one of sixteen from one of two; see lookup.h.
 *
 * Functionality F_lookup  gives one party a uniform table T of 16 entries, the other
 *                         a uniform index c and T[c].
 * Protocol      [NP99], in the F_ROT-hybrid model (ot/rot.h):
 *     1. transfer    for each bit i of the index a random transfer of strings m_i0, m_i1; c_i is
 *                    the receiver's random choice
 *     2. locally     T[j] = the sum over i of entry j of m_i,j_i, where j_i is bit i of j
 *                    and a string is read as 16 entries; T[c] likewise from what was received
 * Why           the receiver has m_i,c_i for all i, which are the terms of T[c].
 * Security      perfect given F_ROT: for j other than c some m_i,j_i was not received, and its entry j
 *               stands in no other T[k]; so all other entries are uniform and independent.
 * Cost          4 transfers, nothing else sent.
 * Secrets       all.
 * Differs from  [NP99]: strings as one-time pads instead of keys of a pseudo-random function, for
 *               entries are 2 bits and a string has 64; random tables.
 */
#include "triple/lookup.h"

#include "base/mem.h"
#include "math/kernels.h"

enum { ITEM = 64 };

void smpi_lookup_minterms(uint64_t *is, const uint64_t *bit, unsigned bits) {
  is[0] = ~UINT64_C(0);
  for (unsigned i = 0; i < bits; i++)
    for (unsigned j = 0; j < 1u << i; j++) {
      is[j + (1u << i)] = is[j] & bit[i];
      is[j] &= ~bit[i];
    }
}

/* Of the columns of one unit. */
static void select_one(uint64_t value[SMPI_LOOKUP_VALUES], const uint64_t table[SMPI_LOOKUP_INDEX],
                       const uint64_t index[SMPI_LOOKUP_BITS]) {
  uint64_t is[SMPI_LOOKUP_ENTRIES];
  smpi_lookup_minterms(is, index, SMPI_LOOKUP_BITS);
  for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++) {
    value[v] = 0;
    for (unsigned j = 0; j < SMPI_LOOKUP_ENTRIES; j++) value[v] ^= is[j] & table[SMPI_LOOKUP_VALUES * j + v];
  }
}

void smpi_lookup_select(uint64_t *const value[SMPI_LOOKUP_VALUES], uint64_t *const table[SMPI_LOOKUP_INDEX],
                        uint64_t *const index[SMPI_LOOKUP_BITS], size_t n) {
  uint64_t entry[SMPI_LOOKUP_INDEX], at[SMPI_LOOKUP_BITS], got[SMPI_LOOKUP_VALUES];
  for (size_t k = 0; k < n; k++) {
    for (unsigned c = 0; c < SMPI_LOOKUP_INDEX; c++) entry[c] = table[c][k];
    for (unsigned i = 0; i < SMPI_LOOKUP_BITS; i++) at[i] = index[i][k];
    select_one(got, entry, at);
    for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++) value[v][k] = got[v];
  }
}

/* Bits 2j, 2j+1 of a string are its entry j: those whose index has bit i set. */
static const uint64_t with_bit[SMPI_LOOKUP_BITS] = {0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000};

void smpi_lookup_send(uint64_t *const column[SMPI_LOOKUP_INDEX], const uint64_t m0[4 * 64], const uint64_t m1[4 * 64]) {
  uint64_t table[ITEM] = {0}, rows[ITEM];
  for (unsigned i = 0; i < SMPI_LOOKUP_BITS; i++)
    for (unsigned k = 0; k < ITEM; k++)
      table[k] ^= (m0[ITEM * i + k] & ~with_bit[i]) ^ (m1[ITEM * i + k] & with_bit[i]);
  smpi_kernels()->transpose(rows, table);
  for (unsigned c = 0; c < SMPI_LOOKUP_INDEX; c++) column[c][0] = rows[c];
  smpi_wipe(table, sizeof table);
  smpi_wipe(rows, sizeof rows);
}

void smpi_lookup_receive(uint64_t *const value[SMPI_LOOKUP_VALUES], const uint64_t m[4 * 64],
                         uint64_t *const index[SMPI_LOOKUP_BITS]) {
  uint64_t sum[ITEM] = {0}, rows[ITEM], got[SMPI_LOOKUP_VALUES], at[SMPI_LOOKUP_BITS];
  for (unsigned i = 0; i < SMPI_LOOKUP_BITS; i++) {
    at[i] = index[i][0];
    for (unsigned k = 0; k < ITEM; k++) sum[k] ^= m[ITEM * i + k];
  }
  smpi_kernels()->transpose(rows, sum);
  select_one(got, rows, at); /* only entry c of each sum is T[c]: the others are noise */
  for (unsigned v = 0; v < SMPI_LOOKUP_VALUES; v++) value[v][0] = got[v];
  smpi_wipe(sum, sizeof sum);
  smpi_wipe(rows, sizeof rows);
}
