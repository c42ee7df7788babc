/* params.h - the SECURITY constants of protocols/ot: each with where it comes
 * from and its margin.  None is tunable; each file that uses one relies on the
 * assertions here.  Chosen from knowledge of the papers and reviewed once, 2026-11; not
 * compared with their text. */
#ifndef SMPI_OT_PARAMS_H
#define SMPI_OT_PARAMS_H

#include "math/aes.h"
#include "math/bitmat.h"
#include "ot/cot.h"

enum {
  /* SECURITY: computational parameter: bits of Delta, number of base transfers, bits of every seed. */
  SMPI_OT_KAPPA = 128,

  /* SECURITY: statistical parameter the project asks of every check. */
  SMPI_OT_SIGMA = 40,

  /* SECURITY [Roy22, section 4]: bits of the universal hash of the malicious check.  It is
   * a linear combination over GF(2^64) with uniform coefficients, so two different
   * columns collide with probability 2^-64; over all pairs of at most 128 trees
   * 2^-64 * 128 * 127 / 2 < 2^-50: a margin of 10 bits above sigma. */
  SMPI_OT_HASH_BITS = 64,
  SMPI_OT_PAIRS_LOG = 13,

  /* SECURITY [Roy22, section 4]: rows given up for each check, so that what is sent is
   * masked by uniform bits: as many as the hash has. */
  SMPI_OT_HIDDEN_ROWS = SMPI_OT_HASH_BITS,

  /* SECURITY: how often the check of one batch runs. */
  SMPI_OT_CHECKS = 1,

  /* SECURITY [Roy22]: bytes of a leaf's check value, 2 kappa against collisions. */
  SMPI_OT_LEAF_CHECK = 32,

  SMPI_OT_MAX_K = 8
};

_Static_assert(SMPI_OT_KAPPA == 128, "the security level is 128 bits");
_Static_assert((int)SMPI_OT_KAPPA == (int)SMPI_BITMAT_COLS && SMPI_OT_KAPPA == 8 * sizeof(blk),
               "one column for each bit of Delta");
_Static_assert(SMPI_OT_SIGMA >= 40, "the statistical security level is at least 40 bits");
_Static_assert(SMPI_OT_CHECKS * SMPI_OT_HASH_BITS - SMPI_OT_PAIRS_LOG >= SMPI_OT_SIGMA, "the check is sound");
_Static_assert((1 << SMPI_OT_PAIRS_LOG) >= SMPI_OT_KAPPA * (SMPI_OT_KAPPA - 1) / 2, "all pairs of trees are counted");
_Static_assert(SMPI_OT_HIDDEN_ROWS >= SMPI_OT_HASH_BITS, "the check is masked");
_Static_assert(8 * SMPI_OT_LEAF_CHECK >= 2 * SMPI_OT_KAPPA, "no two trees with one digest");
_Static_assert((int)SMPI_COT_BLOCK == (int)SMPI_BITMAT_ROWS && (int)SMPI_COT_BLOCK == 128 * (int)SMPI_AES_RUN,
               "one block, one matrix");

#endif
