/* lpn.h - the dual learning-parity-with-noise code behind silent correlations,
 * and every parameter of it.
 *
 * PARAMETERS (all SECURITY: none may be tuned)
 *
 *   code     expand-convolute [RRT23, ePrint 2023/882, version of 2023], rate 1/2, systematic; expander of
 *            row weight 7 (4 regular, 3 uniform), convolution over 24 random neighbours and one fixed,
 *            applied twice.  The relative distance d estimated for 7 x 24 is 0.15: above what random binary
 *            codes of this rate have (0.11), so it can only say that lighter words are hard to find.
 *   noise    regular: t blocks, one position of each, t >= 768
 *
 * The code is binary and the noise values are vectors over F_2 of dim <= 128 bits, so
 * its dim bit columns are dim words of noise at the SAME t positions.  In bits, of telling
 * H e from uniform:
 *   - linear tests [BCG+20]: a block misses the test, or its value, uniform, hides everything: the
 *     bias is at most (1 - d)^t, not the (1 - 2d)^t of noise that is one fixed bit, so
 *     -t log2(1 - 0.15) = 0.2345 t: 180 bits for t = 768 (129 if d were 0.11).
 *   - splitting, the reason for this t: among all sums of bit columns, some have little noise where
 *     one looks.  Fix N/2 + dim - 1 of the N positions: elimination finds the sum (and the positions
 *     outside) that is free of noise on them, if there is one.  Half of all noise positions
 *     are fixed, so their expected number is 2^dim (3/4)^t, and once t (1 - 1/2) < dim it takes
 *     a few eliminations: t = 256 with dim = 128, usual for noise of one bit, is BROKEN in
 *     polynomial time, as decoding interleaved codes is [MK90].  0.4150 t - dim bits: 190 for
 *     t = 768 and dim = 128, before the cost of an elimination; some 40 bits of that cover
 *     searches that allow a few noise positions among those fixed.
 *     For dim = 1 (silent.h) it is 0.4150 t - 1.
 *   - information-set decoding of one column alone, which needs n/2 positions free of noise: about
 *     (1 - 1/2)^t, less than the above; [LWYY22].
 *   - attacks on regular noise: [BO23] and [ES24] use one linear equation for each block, the sum of its
 *     entries being 1.  Here the noise value itself is uniform and unknown, so they have the
 *     quadratic equations alone.  These grow weak as blocks grow long: SMPI_LPN_BLOCK_MIN.
 *
 * Written from knowledge of the papers, reviewed once in 2026-11; the bits are this file's
 * own estimates.  The distance is an estimate, too, as for every fast code;
 * Silver, whose distance was overstated, is broken in the same paper. */
#ifndef SMPI_LPN_H
#define SMPI_LPN_H

#include "math/block.h"
#include "session/session.h"

enum {
  SMPI_LPN_WEIGHT_MIN = 768,  /* SECURITY: t */
  SMPI_LPN_REGULAR = 4,       /* SECURITY: entries of an expander row that have a region of their own */
  SMPI_LPN_UNIFORM = 3,       /* SECURITY: entries that may lie anywhere */
  SMPI_LPN_MEMORY = 24,       /* SECURITY: random diagonals of the convolution; one more is fixed */
  SMPI_LPN_PASSES = 2,        /* SECURITY: convolutions: noise at the end of the code is not left light */
  SMPI_LPN_BLOCK_MIN = 16,    /* SECURITY: noise positions to choose from, at least */
  SMPI_LPN_LINEAR = 234,      /* SECURITY: 1000 log2(1 / (1 - 0.15)), rounded */
  SMPI_LPN_SPLITTING = 415,   /* SECURITY: 1000 log2(4/3), rounded */
  SMPI_LPN_DIM_MAX = 128,     /* SECURITY: bits of a noise value, at most */
};
_Static_assert(SMPI_LPN_WEIGHT_MIN * SMPI_LPN_LINEAR >= 128 * 1000, "128 bits against linear tests");
_Static_assert(SMPI_LPN_WEIGHT_MIN * SMPI_LPN_SPLITTING - SMPI_LPN_DIM_MAX * 1000 >= (128 + 40) * 1000,
               "128 bits and a margin of 40 against splitting");
_Static_assert(SMPI_LPN_REGULAR + SMPI_LPN_UNIFORM == 7 && SMPI_LPN_MEMORY == 24, "the code whose distance is estimated at 0.15");
_Static_assert(SMPI_LPN_PASSES == 2 && SMPI_LPN_BLOCK_MIN >= 16, "as reviewed");

/* The shape for `n` results: t blocks of 2^depth positions each, 2 `half` in all. */
struct smpi_lpn_shape { size_t t, half; unsigned depth; };

/* half >= n; t is even, at least SMPI_LPN_WEIGHT_MIN and below twice that plus
 * 2.  SMPC_E_ARG when n is above 2^31. */
smpc_err smpi_lpn_shape(struct smpi_lpn_shape *shape, size_t n);

/* The code is fixed by its length alone: its matrices are drawn from a public,
 * published key.  Linear over GF(2), so a subspace stays one.
 *
 *   y[i] += x'[j_1] + ... + x'[j_7],   x' = x after both convolutions
 *
 * y are the first half of the noise vector, x the second; x is overwritten.
 * half is a multiple of 4, at least 64.  Constant time in x and y.
 * SMPC_E_NOMEM (nothing has changed). */
smpc_err smpi_lpn_encode(blk *y, blk *x, size_t half);

/* The same code over two vectors in one pass: x[i].v[0] goes with y0[i], x[i].v[1] with y1[i]. */
typedef struct { _Alignas(32) blk v[2]; } smpi_lpn_pair;
smpc_err smpi_lpn_encode_pair(blk *y0, blk *y1, smpi_lpn_pair *x, size_t half);

#endif
