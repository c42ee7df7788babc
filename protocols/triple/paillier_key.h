/* paillier_key.h - Paillier encryption [Pai99] with g = 1 + n: keys, and what their
 * owner and others do with ciphertexts.
 *
 * A ciphertext of x is (1 + x n) r^n modulo n^2.  The product of two is one of their
 * sum, a power one of a multiple. */
#ifndef SMPI_PAILLIER_KEY_H
#define SMPI_PAILLIER_KEY_H

#include "triple/paillier_prime.h"

enum {
  SMPI_PAILLIER_KEY = 2 * SMPI_PRIME_LIMBS,     /* limbs of n, and of a plaintext */
  SMPI_PAILLIER_TEXT = 2 * SMPI_PAILLIER_KEY,   /* of a ciphertext                */
  SMPI_PAILLIER_KEY_LEN = 8 * SMPI_PAILLIER_KEY,
  SMPI_PAILLIER_TEXT_LEN = 8 * SMPI_PAILLIER_TEXT
};
_Static_assert((int)SMPI_PAILLIER_TEXT <= (int)SMPI_NUM_MOST, "the longest modulus is n^2");

struct smpi_paillier_public {
  mp_limb_t n[SMPI_PAILLIER_KEY];
  struct smpi_mont n2;
};

struct smpi_paillier_secret { /* x[0], x[1]: for p and q */
  struct smpi_paillier_public key;
  mp_limb_t p[2][SMPI_PRIME_LIMBS], exponent[2][SMPI_PRIME_LIMBS]; /* p - 1                              */
  struct smpi_mont mod_p[2], mod_p2[2];
  mp_limb_t h[2][SMPI_PRIME_LIMBS];        /* 1 / L(g^(p-1) mod p^2) mod p, in Montgomery form */
  mp_limb_t p_inverse[SMPI_PRIME_LIMBS];   /* of p modulo q, in Montgomery form               */
};

/* A new key.  Some 0.3 s.  SMPC_E_RNG; k is wiped then. */
smpc_err smpi_paillier_make(struct smpi_paillier_secret *k);

/* --- its owner ------------------------------------------------------------------- */
/* x[48] := the plaintext of c[96], c below n^2 and without common factor with n. */
void smpi_paillier_decrypt(mp_limb_t *x, const mp_limb_t *c, const struct smpi_paillier_secret *k);

/* --- others: what came from a peer, checked ------------------------------------------ */
/* SMPC_E_FORMAT: not a number of 3072 bits; even, a square, a prime; with a small factor. */
smpc_err smpi_paillier_public_decode(struct smpi_paillier_public *k, const uint8_t in[SMPI_PAILLIER_KEY_LEN]);
/* SMPC_E_FORMAT: not below n^2, or with a factor in common with n. */
smpc_err smpi_paillier_text_decode(mp_limb_t *c, const uint8_t in[SMPI_PAILLIER_TEXT_LEN],
                                   const struct smpi_paillier_public *k);

/* c := c (1 + x n), in Montgomery form: x added to the plaintext; x below n. */
void smpi_paillier_add(mp_limb_t *c, const mp_limb_t *x, const struct smpi_paillier_public *k);
/* c := c r^n, in Montgomery form, r random below n: nothing of how c came about is left. */
smpc_err smpi_paillier_refresh(mp_limb_t *c, const struct smpi_paillier_public *k);

#endif
