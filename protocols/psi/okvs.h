/* okvs.h - an oblivious key-value store: a vector P from which the value of
 * every key that was put in can be read, and whose other readings look random.
 *
 * A key hashes to a bin and, in it, to a row: three of the bin's sparse columns,
 * and its dense ones.  decode(P, key) = the sum of row times column, so it is
 * linear in P: over GF(2^128) with SMPI_OKVS_FIELD, and over every F_2-subspace
 * of GF(2^128) with SMPI_OKVS_BINARY, whose rows consist of zeros and ones.
 *
 * PARAMETERS [RR22, section 3 and its implementation], statistical security
 * LAMBDA = 40, for b bins: lambda = 40 + log2 b in each, so that all together
 * fail with probability 2^-40.
 *   bins          of 2^15 items on average; padded to m items by Bernstein's bound for
 *                 Bin(n, 1/b), again for lambda
 *   sparse        e m columns, e = 1.223 + (lambda + 9.2) / L(m),
 *                 log2 L(m) = 0.555 log2 max(m, 256) + 2.3363  (the row weight, 3, put in)
 *   dense         g = floor(lambda / log2(e m)) + 1 columns, field; g + 40, binary.  The paper has no + 1;
 *                 without it, rows that agree in all three columns alone exceed 2^-lambda at toy lambda
 * All is computed in integers, rounded to the safe side, so that all machines agree.
 *
 * VARIABLE TIME: which memory is read depends on the keys, as in all such
 * structures; the values and columns are handled in constant time. */
#ifndef SMPI_OKVS_H
#define SMPI_OKVS_H

#include <stdbool.h>

#include "base/err.h"
#include "math/block.h"
#include "rand/prg.h"

enum {
  SMPI_OKVS_LAMBDA = 40,       /* SECURITY: of all bins together                         */
  SMPI_OKVS_MORE = 10,         /* LOCAL */
  SMPI_OKVS_WEIGHT = 3,        /* SECURITY: sparse columns of a row                      */
  SMPI_OKVS_BINARY_EXTRA = 40, /* SECURITY: dense binary columns beyond g                */
  SMPI_OKVS_BIN = 1 << 15,     /* AGREEMENT: items of a bin, on average; columns fit 16 bits */
  SMPI_OKVS_MIN = 256,         /* SECURITY: smaller sets take the columns of this many   */
};

enum smpi_okvs_form { SMPI_OKVS_FIELD, SMPI_OKVS_BINARY };

struct smpi_okvs_shape {
  enum smpi_okvs_form form;
  size_t n;         /* keys at most                                       */
  unsigned bins;
  unsigned lambda;  /* of one bin                                         */
  unsigned m;       /* keys at most in a bin                              */
  unsigned sparse, gap, dense;
  size_t bin_len;   /* sparse + dense: columns of a bin                   */
  size_t len;       /* of all bins                                        */
};

/* More than this many of n balls are in one of b bins with probability at most 2^-lambda. */
uint64_t smpi_okvs_bin_size(size_t n, unsigned b, unsigned lambda);

/* SMPC_E_ARG when n is above 2^30.  `lambda_all` is SMPI_OKVS_LAMBDA, or up to SMPI_OKVS_MORE more where
 * several stores share one bound; toy values are for tests of the failure rate. */
smpc_err smpi_okvs_shape(struct smpi_okvs_shape *shape, size_t n, enum smpi_okvs_form form, unsigned lambda_all);

/* The same columns for who only reads: n keys, which are others than those the store is made for, any number in a bin. */
static inline struct smpi_okvs_shape smpi_okvs_read_shape(const struct smpi_okvs_shape *shape, size_t n) {
  struct smpi_okvs_shape s = *shape;
  s.n = n;
  s.m = UINT32_MAX;
  return s;
}

/* Keys, hashed and sorted into bins: for encoding, or for decoding. */
struct smpi_okvs;

/* key[n], n <= shape->n, should be digests of items: different keys, of full
 * length; they must stay until the store is closed.  `seed` is public and the same at both ends; it is chosen after the
 * keys.  SMPC_E_NOMEM; SMPC_E_STATE: unlucky (2^-lambda), another seed may do.  Memory: 4 bytes a key, and what one bin
 * takes. */
smpc_err smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                           size_t n);
void smpi_okvs_close(struct smpi_okvs *o); /* NULL is allowed */

/* The keys of bin `bin`: position p of the answer is key number (*index)[p], some[p].  Values
 * of a bin go by these positions.  *some stays until another bin is worked on. */
size_t smpi_okvs_bin(struct smpi_okvs *o, unsigned bin, const uint32_t **index, const blk **some);
/* The keys of the largest bin. */
size_t smpi_okvs_largest_bin(const struct smpi_okvs *o);

/* Columns in a message: the low `len` bytes of each, 1 to 16; and back, the others zero. */
void smpi_okvs_pack(uint8_t *to, const blk *column, size_t n, size_t len);
void smpi_okvs_unpack(blk *column, const uint8_t *from, size_t n, size_t len);

/* column[bin_len] := this bin's part of P, such that value[p] is read at each of
 * its keys.  Columns that the keys leave free are zero, or drawn from `random`
 * if that is not NULL: then P is doubly oblivious, i.e. uniform for uniform
 * values, and so are the readings at other keys.
 * Several vectors of values for one bin, one after another, cost little more than one.
 *   SMPC_E_ARG    two keys are equal
 *   SMPC_E_STATE  unlucky (2^-lambda)
 *   SMPC_E_NOMEM */
smpc_err smpi_okvs_encode_bin_vt(struct smpi_okvs *o, blk *column, unsigned bin, const blk *value,
                                 struct smpi_prg *random);

/* value[p] := what the bin's columns say for each of its keys. */
void smpi_okvs_decode_bin_vt(struct smpi_okvs *o, blk *value, unsigned bin, const blk *column);

#endif
