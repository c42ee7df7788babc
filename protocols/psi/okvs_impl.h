/* okvs_impl.h - what okvs.c (shape, rows, decoding) and okvs_encode.c share. */
#ifndef SMPI_OKVS_IMPL_H
#define SMPI_OKVS_IMPL_H

#include "math/aes.h"
#include "psi/okvs.h"

__extension__ typedef unsigned __int128 smpi_u128; /* no pedantry: both compilers have it on 64 bits */

enum { SMPI_OKVS_DENSE_MAX = 48, SMPI_OKVS_GAP_MAX = 8 };

struct smpi_okvs {
  struct smpi_okvs_shape shape;
  size_t n, most; /* keys; those of the largest bin */
  const blk *key;   /* [n] the caller's                 */
  size_t *first;    /* [bins + 1] where each bin begins */
  uint32_t *index;  /* [n] the key's number             */
  struct smpi_aes_key pi;
  size_t loaded;    /* the bin that these are of, plus one: */
  blk *some, *hash; /* [largest bin] its keys and their rows, by smpi_okvs_columns() and the dense part */
  struct work *work; /* of encoding: made at the first bin */
};

/* The three sparse columns of a row, all different, from word 0 of its hash:
 * each takes the next digits of the fraction w / 2^64. */
static inline void smpi_okvs_columns(uint32_t c[3], blk hash, uint32_t sparse) {
  uint32_t digit[3];
  uint64_t w = hash.w[0];
  for (uint32_t i = 0; i < 3; i++) {
    smpi_u128 p = (smpi_u128)w * (sparse - i);
    digit[i] = (uint32_t)(p >> 64);
    w = (uint64_t)p;
  }
  c[0] = digit[0];
  c[1] = digit[1] + (digit[1] >= digit[0]); /* skip what is taken */
  uint32_t low = c[0] < c[1] ? c[0] : c[1], high = c[0] < c[1] ? c[1] : c[0];
  c[2] = digit[2] + (digit[2] >= low);
  c[2] += c[2] >= high;
}

/* Binary form: bit i = dense column i. */
static inline uint64_t smpi_okvs_dense_bits(blk hash, unsigned dense) {
  return hash.w[1] & ((UINT64_C(1) << dense) - 1);
}

/* out[i] := what the dense columns say for hash[i], i < n */
void smpi_okvs_dense_each(const struct smpi_okvs_shape *shape, blk *out, const blk *hash, size_t n, const blk *dense);

/* The keys of a bin and their rows; how many. */
size_t smpi_okvs_load(struct smpi_okvs *o, unsigned bin);

void smpi_okvs_work_free(struct work *w);

#endif
