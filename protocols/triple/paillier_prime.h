/* paillier_prime.h - random primes for Paillier keys. */
#ifndef SMPI_PAILLIER_PRIME_H
#define SMPI_PAILLIER_PRIME_H

#include "base/err.h"
#include "triple/paillier_num.h"

enum {
  SMPI_PRIME_BITS = 1536, /* SECURITY: two of them make a key of 3072 bits: 128 bits against factoring [Bar20] */
  SMPI_PRIME_LIMBS = SMPI_PRIME_BITS / 64,
  SMPI_PRIME_ROUNDS = 20  /* SECURITY: of the test; far beyond 2^-128 for random candidates [DLP93] */
};

/* A uniform candidate of 1536 bits with its two top and two low bits set that passes the test:
 * a product of two has exactly 3072 bits; p = 3 mod 4 makes the test short.  Some 0.1 s, of
 * which only how many candidates were thrown away shows.  SMPC_E_RNG. */
smpc_err smpi_prime_make(mp_limb_t p[SMPI_PRIME_LIMBS]);

/* One round of Miller and Rabin [Rab80] for p = 3 mod 4: a^((p-1)/2) is 1 or -1.  Constant
 * time; a below p, not 0. */
bool smpi_prime_passes(const struct smpi_mont *p, const mp_limb_t *a);
/* Has it a factor below 4096 (other than itself)?  Variable time in where the first is. */
bool smpi_prime_has_small_factor_vt(const mp_limb_t *p, size_t n);

#endif
