/* lpn.c - see lpn.h: the expand-convolute code [RRT23].
 *
 * A convolution adds to each row the rows before it that 24 coins select.  Coins
 * are public, so subsets of four neighbouring rows are summed once and looked up
 * (the "method of four Russians" [ADKF70]): seven look-ups a row for 24 masked
 * additions.  The expander reads at random: positions of the next rows are drawn
 * and prefetched while those before are gathered.
 *
 * Differs from the paper: systematic, two convolutions that wrap around, and
 * partly regular expander rows, as the authors' own implementation has since.
 */
#include "ot/lpn.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/hash.h"
#include "rand/prg.h"

enum {
  COINS = 256,                /* LOCAL: rows convolved at a time */
  ROWS = 128,                 /* LOCAL: rows expanded at a time  */
  EXPAND = 0, CONVOLVE = 1,   /* AGREEMENT: what coins are for; the passes are CONVOLVE + 0, 1 */
};

smpc_err smpi_lpn_shape(struct smpi_lpn_shape *shape, size_t n) {
  unsigned depth = 0;
  if (n > (size_t)1 << 31) return SMPC_E_ARG; /* positions are 32 bits */
  while ((size_t)1 << depth < SMPI_LPN_BLOCK_MIN) depth++;
  while (((size_t)SMPI_LPN_WEIGHT_MIN << (depth + 1)) <= 2 * n) depth++;
  size_t pairs = smpi_ceil_div(n, (size_t)1 << depth);
  if (pairs < SMPI_LPN_WEIGHT_MIN / 2) pairs = SMPI_LPN_WEIGHT_MIN / 2;
  *shape = (struct smpi_lpn_shape){2 * pairs, pairs << depth, depth};
  return SMPC_OK;
}

/* --- the public matrices ------------------------------------------------------------ */

/* The coins of one use: EXPAND, or CONVOLVE + the pass. */
static smpc_err open_coins(struct smpi_prg **coins, size_t half, unsigned use) {
  struct smpi_hash h;
  uint8_t key[SMPI_HASH_LEN];
  smpi_hash_begin(&h, "smpc lpn code: expand 4+3, convolve 24+1 twice");
  smpi_hash_add_u64(&h, half);
  smpi_hash_add_u64(&h, use);
  smpi_hash_end(&h, key);
  return smpi_prg_open(coins, key);
}

static void draw(struct smpi_prg *coins, uint32_t *out, size_t n) {
  smpi_prg_words(coins, (uint64_t *)(void *)out, n / 2);
}

/* Random words to positions below n: four in quarters of their own, three
 * anywhere; the eighth word is not used. */
static void place(uint32_t *at, size_t n, size_t rows) {
  size_t quarter = n / SMPI_LPN_REGULAR;
  for (size_t i = 0; i < rows; i++, at += 8) {
    for (size_t k = 0; k < SMPI_LPN_REGULAR; k++) at[k] = (uint32_t)(k * quarter + (at[k] * (uint64_t)quarter >> 32));
    for (size_t k = SMPI_LPN_REGULAR; k < 7; k++) at[k] = (uint32_t)(at[k] * (uint64_t)n >> 32);
  }
}

/* --- over one vector, and over two at once --------------------------------------------- */

typedef uint64_t one_block __attribute__((vector_size(16), may_alias));
typedef uint64_t two_blocks __attribute__((vector_size(32), may_alias));

#define ELEMENT one_block
#define NAME(f) f##_one
#define OUTPUT one_block *y
#define OUTPUT_NAMES y
#define ADD_OUTPUT(i, v) y[i] ^= (v)
#include "ot/lpn_loops.h"

#define ELEMENT two_blocks
#define NAME(f) f##_two
#define OUTPUT one_block *y0, one_block *y1
#define OUTPUT_NAMES y0, y1
#define ADD_OUTPUT(i, v) y0[i] ^= (one_block){(v)[0], (v)[1]}, y1[i] ^= (one_block){(v)[2], (v)[3]}
#include "ot/lpn_loops.h"

smpc_err smpi_lpn_encode(blk *y, blk *x, size_t half) {
  smpc_err err = SMPC_OK;
  for (unsigned pass = 0; pass < SMPI_LPN_PASSES && err == SMPC_OK; pass++)
    err = convolve_one((one_block *)x, half, pass);
  if (err == SMPC_OK) err = expand_one((one_block *)y, (const one_block *)x, half);
  return err;
}

smpc_err smpi_lpn_encode_pair(blk *y0, blk *y1, smpi_lpn_pair *x, size_t half) {
  smpc_err err = SMPC_OK;
  for (unsigned pass = 0; pass < SMPI_LPN_PASSES && err == SMPC_OK; pass++)
    err = convolve_two((two_blocks *)x, half, pass);
  if (err == SMPC_OK) err = expand_two((one_block *)y0, (one_block *)y1, (const two_blocks *)x, half);
  return err;
}
