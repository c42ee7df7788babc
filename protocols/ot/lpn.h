/* lpn.h - the dual learning-parity-with-noise code behind silent correlations,
 * and every parameter of it.
 *
 * PARAMETERS (all SECURITY: none may be tuned)
 *
 *   code     expand-convolute [RRT23, ePrint 2023/882, version of 2023], rate 1/2, systematic; expander of
 *            row weight 7 (4 regular, 3 uniform), convolution over 24 random neighbours and one fixed,
 *            applied twice.  The relative minimum distance that the paper's estimate gives for 7 x 24 is
 *            0.15 (for 21 x 24 it is 0.20).
 *   noise    regular: t blocks, one position of each, t >= 256
 *
 * Security, in bits, of telling H e from uniform, for noise values in a field or
 * a space of at least 2^40 elements:
 *   - linear tests [BCG+20]: the bias of any of them is at most (1 - 2d)^t for regular noise, so
 *     -t log2(1 - 2 * 0.15) = 0.5146 t: 131.7 bits for t = 256.  (The usual t = 248 would give 127.6; the
 *     margin above 128 is ours.  21 x 24 would need t = 176: 129.7.)
 *   - information-set decoding and pooled Gaussian elimination, which need n/2 positions free of noise:
 *     with regular noise at rate 1/2 that happens with probability about (1 - 1/2)^t = 2^-256, and
 *     [LWYY22] finds nothing below the linear-test bound for such rates.
 *   - attacks on regular noise: [BO23] and [ES24] use one linear equation for each block, the sum of its
 *     entries being 1.  That holds over GF(2) only: here the noise value itself is uniform and unknown,
 *     so they have the quadratic equations alone.  These grow weak as blocks grow long: SMPI_LPN_BLOCK_MIN.
 *
 * Last reviewed 2026-11.  The distance is an estimate, as for every fast code;
 * Silver, whose distance was overstated, is broken in the same paper. */
#ifndef SMPI_LPN_H
#define SMPI_LPN_H

#include "math/block.h"
#include "session/session.h"

enum {
  SMPI_LPN_WEIGHT_MIN = 256,  /* SECURITY: t */
  SMPI_LPN_REGULAR = 4,       /* SECURITY: entries of an expander row that have a region of their own */
  SMPI_LPN_UNIFORM = 3,       /* SECURITY: entries that may lie anywhere */
  SMPI_LPN_MEMORY = 24,       /* SECURITY: random diagonals of the convolution; one more is fixed */
  SMPI_LPN_PASSES = 2,        /* SECURITY: convolutions: noise at the end of the code is not left light */
  SMPI_LPN_BLOCK_MIN = 16,    /* SECURITY: noise positions to choose from, at least */
  SMPI_LPN_MILLIBITS = 515,   /* SECURITY: 1000 log2(1 / (1 - 2 * 0.15)), rounded */
};
_Static_assert(SMPI_LPN_WEIGHT_MIN * SMPI_LPN_MILLIBITS >= 128 * 1000, "128 bits against linear tests");
_Static_assert(SMPI_LPN_REGULAR + SMPI_LPN_UNIFORM == 7 && SMPI_LPN_MEMORY == 24, "the code whose distance is 0.15");
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
