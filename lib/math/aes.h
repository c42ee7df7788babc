/* aes.h - AES-128 in bulk: one key for many blocks, and many keys for few.
 *
 * One function on every machine (FIPS 197), constant time on every machine: AES
 * instructions where there are any, a bit-sliced circuit elsewhere.  No tables.
 * A machine's words are little-endian here, as in all bulk data of the library. */
#ifndef SMPI_AES_H
#define SMPI_AES_H

#include <stdbool.h>

#include "math/block.h"

enum { SMPI_AES_ROUNDS = 10, SMPI_AES_RUN = 8 /* AGREEMENT: blocks of one leaf at a time, 1024 bits */ };

struct smpi_aes_key { blk round[SMPI_AES_ROUNDS + 1]; };

void smpi_aes_key_set(struct smpi_aes_key *k, const blk *key);

/* out[n] := AES(in[n]); out may be in */
void smpi_aes_encrypt(const struct smpi_aes_key *k, blk *out, const blk *in, size_t n);

/* Leaf x has the key leaf[x]; its stream r_x is AES of the counters 8 number ... 8 number + 7.
 *   u[8]       := sum of all r_x, 0 <= x < 2^bits
 *   v[bits][8] := v_b = sum of those r_x whose x has bit b
 * first = 1 leaves r_0 out of u (it is in no v_b); leaf[0] is then not read. */
void smpi_aes_fold(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first, uint64_t number);

/* Sums over the streams of 16 leaves, in lanes of `width` bytes (8, 4, 2 or 1), each modulo its size:
 *   stream    block j of leaf i is AES(x[i] + (number + j)) + x[i], the number in the low word
 *   u         := sum of all streams;   v := sum of i times stream i
 * number is a multiple of 32.  u and v have room for `blocks` rounded up to a multiple of 4. */
enum { SMPI_AES_LEAVES = 16 };
void smpi_aes_sums_random_x(const struct smpi_aes_key *k, void *u, void *v, const blk x[SMPI_AES_LEAVES], uint64_t number,
                   size_t blocks, unsigned width);

/* --- once for each instruction set: the tests compare them all ----------------- */
struct smpi_aes_kernels {
  const char *name;
  bool (*usable)(void);
  void (*key_set)(struct smpi_aes_key *k, const blk *key);
  void (*encrypt)(const struct smpi_aes_key *k, blk *out, const blk *in, size_t n);
  void (*fold)(blk *u, blk *v, const struct smpi_aes_key *leaf, unsigned bits, unsigned first, uint64_t number);
  void (*sums)(const struct smpi_aes_key *k, void *u, void *v, const blk x[SMPI_AES_LEAVES], uint64_t number,
               size_t blocks, unsigned width);
};
const struct smpi_aes_kernels *smpi_aes_kernels(void);            /* the best on this machine */
const struct smpi_aes_kernels *smpi_aes_kernels_at(size_t i);     /* NULL beyond the last     */
extern const struct smpi_aes_kernels smpi_aes_portable;
#if defined(__x86_64__)
extern const struct smpi_aes_kernels smpi_aes_ni, smpi_aes_vaes;
#endif

#endif
