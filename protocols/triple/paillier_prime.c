/* paillier_prime.c - see paillier_prime.h.
 *
 * Candidates are independent, so those that are thrown away tell nothing of the one
 * that is kept, and of that one every step takes the same time: it has no small
 * factor, and passes all rounds. */
#include "triple/paillier_prime.h"

#include <string.h>

#include "base/mem.h"
#include "rand/entropy.h"

enum { N = SMPI_PRIME_LIMBS, SMALL = 4096 };
_Static_assert(SMPI_PRIME_BITS % 64 == 0 && 2 * SMPI_PRIME_BITS >= 3072, "keys of 3072 bits at least");
_Static_assert(SMPI_PRIME_ROUNDS >= 20, "the test of primality");

bool smpi_prime_has_small_factor_vt(const mp_limb_t *p, size_t n) {
  for (mp_limb_t d = 3; d < SMALL; d += 2) {
    bool is_prime = true;
    for (mp_limb_t e = 3; e * e <= d; e += 2) is_prime &= d % e != 0;
    if (is_prime && mpn_mod_1(p, (mp_size_t)n, d) == 0) return true;
  }
  return false;
}

bool smpi_prime_passes(const struct smpi_mont *p, const mp_limb_t *a) {
  mp_limb_t half[SMPI_NUM_MOST], x[SMPI_NUM_MOST], minus_one[SMPI_NUM_MOST], zero[SMPI_NUM_MOST] = {0};
  mpn_rshift(half, p->m, (mp_size_t)p->n, 1); /* (p - 1) / 2, p being odd */
  smpi_mont_enter(x, a, p);
  smpi_mont_power(x, x, half, p->n, p);
  smpi_num_sub_mod(minus_one, zero, p->one, p->m, p->n);
  size_t len = p->n * sizeof *x;
  return (smpi_ct_equal(x, p->one, len) | smpi_ct_equal(x, minus_one, len)) != 0;
}

static smpc_err is_prime(bool *yes, const mp_limb_t p[N]) {
  struct smpi_mont M;
  mp_limb_t a[N];
  smpc_err err = SMPC_OK;
  *yes = !smpi_prime_has_small_factor_vt(p, N);
  if (*yes) smpi_mont_open(&M, p, N);
  for (int i = 0; i < SMPI_PRIME_ROUNDS && *yes; i++) {
    TRY(smpi_entropy(a, sizeof a));
    smpi_num_lower(a, a, p, N); /* some bases twice as likely; 0 once in 2^1535 */
    *yes = smpi_prime_passes(&M, a);
  }
out:
  smpi_wipe(&M, sizeof M);
  smpi_wipe(a, sizeof a);
  return err;
}

smpc_err smpi_prime_make(mp_limb_t p[N]) {
  bool is_found = false;
  smpc_err err = SMPC_OK;
  while (!is_found) {
    TRY(smpi_entropy(p, N * sizeof *p));
    p[0] |= 3;
    p[N - 1] |= UINT64_C(3) << 62;
    TRY(is_prime(&is_found, p));
  }
out:
  if (err != SMPC_OK) smpi_wipe(p, N * sizeof *p);
  return err;
}
