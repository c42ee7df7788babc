/* bitmat.h - the bit matrix of 128 columns and 1024 rows that oblivious transfer
 * works on, kept by columns, turned to rows, and hashed by columns.
 *
 * A column is 8 blocks: row r is bit r % 128 of block r / 128.  A row is one
 * block: column c is its bit c.  All constant time in the data. */
#ifndef SMPI_BITMAT_H
#define SMPI_BITMAT_H

#include <stdbool.h>

#include "math/block.h"

enum { SMPI_BITMAT_COLS = 128, SMPI_BITMAT_ROWS = 1024, SMPI_BITMAT_RUN = 8, SMPI_BITMAT_WORDS = 16 };

/* row[1024] := the rows of col[128][8]; no overlap */
void smpi_bitmat_rows(blk *row, const blk *col);

/* Elements of GF(2^64) = GF(2)[x] / (x^64 + x^4 + x^3 + x + 1), a word each, bit i
 * at x^i.  sum[i] += k[0] w_0 + ... + k[15] w_15, not yet reduced, w the 16 words of
 * column i, for n columns. */
void smpi_bitmat_hash(blk *sum, const blk *col, size_t n, const uint64_t k[SMPI_BITMAT_WORDS]);
/* Such a sum, reduced. */
uint64_t smpi_gf64_reduce(blk x);

/* --- once for each instruction set: the tests compare them all ----------------- */
struct smpi_bitmat_kernels {
  const char *name;
  bool (*usable)(void);
  void (*rows)(blk *row, const blk *col);
  void (*hash)(blk *sum, const blk *col, size_t n, const uint64_t *k);
};
const struct smpi_bitmat_kernels *smpi_bitmat_kernels(void);
const struct smpi_bitmat_kernels *smpi_bitmat_kernels_at(size_t i);
extern const struct smpi_bitmat_kernels smpi_bitmat_portable;
#if defined(__x86_64__)
extern const struct smpi_bitmat_kernels smpi_bitmat_clmul, smpi_bitmat_gfni;
#endif

#endif
