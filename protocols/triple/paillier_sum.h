/* paillier_sum.h - inner products under Paillier encryption, several to a ciphertext.
 *
 * The plaintext of a PACK is cut into slots; slot s holds the sum over k of v[s][k] b[k]
 * for encrypted b, and a mask.  Local steps: no network. */
#ifndef SMPI_PAILLIER_SUM_H
#define SMPI_PAILLIER_SUM_H

#include "triple/paillier_key.h"

enum {
  SMPI_PACK_MARGIN = 64, /* SECURITY: a mask has so many bits more than what it hides: 2^-64 from uniform each */
  SMPI_PACK_BASES = 128, /* AGREEMENT: encrypted numbers worked with at once                                  */
  SMPI_PACK_MOST = (3072 - 1) / (128 + SMPI_PACK_MARGIN + 1) /* slots, with sums of one product               */
};

/* Slots for sums of K products of words, and the bits of one: room for sum and mask. */
struct smpi_pack { unsigned slots, slot_bits, mask_bits; };
struct smpi_pack smpi_pack_for(uint64_t K);

/* A word of v: v[slot * stride + k].  Powers of n <= SMPI_PACK_BASES bases, in Montgomery form, of
 * smpi_pack_table_limbs(n) limbs. */
size_t smpi_pack_table_limbs(size_t n);
void smpi_pack_tables(mp_limb_t *table, const mp_limb_t *bases, size_t n, const struct smpi_mont *M);

/* c := c times the product over s and k of base_k^(v[s][k] 2^(s slot_bits)), for `used` slots
 * and n bases: a multi-exponentiation [Str64], its squarings shared by all bases. */
void smpi_pack_multiply(mp_limb_t *c, const mp_limb_t *table, size_t n, const uint64_t *v, size_t stride,
                        unsigned used, const struct smpi_pack *pack, const struct smpi_mont *M);

/* Draw masks for `used` slots: x := them as a plaintext; share[s] := minus each, modulo 2^64.  SMPC_E_RNG. */
smpc_err smpi_pack_mask(mp_limb_t x[SMPI_PAILLIER_KEY], uint64_t *share, unsigned used, const struct smpi_pack *pack);
/* share[s] := the low 64 bits of slot s. */
void smpi_pack_open(uint64_t *share, const mp_limb_t x[SMPI_PAILLIER_KEY], unsigned used, const struct smpi_pack *pack);

#endif
