/* paillier_key.c - see paillier_key.h.
 *
 * Decryption     modulo p^2 and q^2 [Pai99, section 7]: with L(u) = (u - 1) / p,
 *                x mod p = L(c^(p-1) mod p^2) h_p, and x from its two remainders.
 * Why            c^(p-1) = (1 + n)^(x (p-1)) r^(n (p-1)), and the latter is 1 modulo p^2, for p (p-1)
 *                divides n (p-1).  (1 + n)^(p-1) = 1 + (p-1) n = 1 - n mod p^2, so h_p = -1 / q mod p.
 *                p and q have as many bits, so neither divides the other less 1.
 * Secrets        all of the secret key; constant time in it, and in plaintexts. */
#include "triple/paillier_key.h"

#include <string.h>

#include "base/mem.h"
#include "rand/entropy.h"

enum { P = SMPI_PRIME_LIMBS, N = SMPI_PAILLIER_KEY, T = SMPI_PAILLIER_TEXT };

static void multiply(mp_limb_t *r, const mp_limb_t *a, const mp_limb_t *b, size_t n) {
  mp_limb_t scratch[1];
  mpn_sec_mul(r, a, (mp_size_t)n, b, (mp_size_t)n, scratch);
}

static void open_public(struct smpi_paillier_public *k) {
  mp_limb_t n2[T];
  multiply(n2, k->n, k->n, N);
  smpi_mont_open(&k->n2, n2, T);
}

/* --- keys ------------------------------------------------------------------------------ */

/* r := 1 / a modulo p, in Montgomery form. */
static void invert(mp_limb_t *r, const mp_limb_t *a, const struct smpi_mont *M) {
  mp_limb_t t[P], scratch[4 * P];
  SMPI_VERIFY(mpn_sec_invert_itch(P) <= 4 * P);
  smpi_num_lower(t, a, M->m, P); /* p and q have their top bits set: neither is twice the other */
  (void)mpn_sec_invert(r, t, M->m, P, 2 * SMPI_PRIME_BITS, scratch);
  smpi_mont_enter(r, r, M);
  smpi_wipe(t, sizeof t);
  smpi_wipe(scratch, sizeof scratch);
}

/* What follows from p and q. */
static void complete(struct smpi_paillier_secret *k) {
  mp_limb_t square[N], inverse[P], zero[P] = {0};
  multiply(k->key.n, k->p[0], k->p[1], P);
  open_public(&k->key);
  for (unsigned i = 0; i < 2; i++) {
    multiply(square, k->p[i], k->p[i], P);
    smpi_mont_open(&k->mod_p[i], k->p[i], P);
    smpi_mont_open(&k->mod_p2[i], square, N);
    memcpy(k->exponent[i], k->p[i], sizeof k->p[i]);
    k->exponent[i][0] -= 1; /* p is odd */
  }
  for (unsigned i = 0; i < 2; i++) {
    invert(inverse, k->p[1 - i], &k->mod_p[i]);
    smpi_num_sub_mod(k->h[i], zero, inverse, k->p[i], P);
  }
  memcpy(k->p_inverse, inverse, sizeof inverse); /* of p modulo q: the last one */
  smpi_wipe(square, sizeof square);
  smpi_wipe(inverse, sizeof inverse);
}

smpc_err smpi_paillier_make(struct smpi_paillier_secret *k) {
  smpc_err err;
  do {
    for (unsigned i = 0; i < 2; i++) TRY(smpi_prime_make(k->p[i]));
  } while (memcmp(k->p[0] + P - 2, k->p[1] + P - 2, 16) == 0); /* too close: once in 2^128 */
  complete(k);
out:
  if (err != SMPC_OK) smpi_wipe(k, sizeof *k);
  return err;
}

/* --- decryption ---------------------------------------------------------------------------- */

/* x[24] := the plaintext modulo p (or q). */
static void decrypt_mod(mp_limb_t *x, const mp_limb_t *c, const struct smpi_paillier_secret *k, unsigned i) {
  mp_limb_t u[N];
  smpi_mont_enter_long(u, c, &k->mod_p2[i]);
  smpi_mont_power(u, u, k->exponent[i], P, &k->mod_p2[i]);
  smpi_mont_leave(u, u, &k->mod_p2[i]);
  mpn_sub_n(u, u, (const mp_limb_t[N]){1}, N); /* u = 1 modulo p, so not 0 */
  smpi_mont_divide_exactly(x, u, &k->mod_p[i]);
  smpi_mont_mul(x, x, k->h[i], &k->mod_p[i]); /* one of the two in Montgomery form: the product is not */
  smpi_wipe(u, sizeof u);
}

void smpi_paillier_decrypt(mp_limb_t *x, const mp_limb_t *c, const struct smpi_paillier_secret *k) {
  mp_limb_t at[2][P], t[P], wide[N] = {0};
  for (unsigned i = 0; i < 2; i++) decrypt_mod(at[i], c, k, i);
  smpi_num_lower(t, at[0], k->p[1], P);
  smpi_num_sub_mod(t, at[1], t, k->p[1], P);
  smpi_mont_mul(t, t, k->p_inverse, &k->mod_p[1]);
  multiply(x, t, k->p[0], P); /* x = x_p + p ((x_q - x_p) / p mod q) */
  memcpy(wide, at[0], sizeof at[0]);
  mpn_add_n(x, x, wide, N);
  smpi_wipe(at, sizeof at);
  smpi_wipe(t, sizeof t);
  smpi_wipe(wide, sizeof wide);
}

/* --- with another's key ---------------------------------------------------------------------- */

/* Fermat's test with 2: a prime passes, and no honest key does. */
static bool is_prime_like(const mp_limb_t *n) {
  struct smpi_mont M;
  mp_limb_t x[N], less[N];
  smpi_mont_open(&M, n, N);
  memcpy(less, n, sizeof less);
  less[0] -= 1;
  mpn_add_n(x, M.one, M.one, N); /* one = 2^3072 - n is at most 2^3071: no carry */
  if (mpn_cmp(x, n, N) >= 0) mpn_sub_n(x, x, n, N);
  smpi_mont_power(x, x, less, N, &M);
  return mpn_cmp(x, M.one, N) == 0;
}

smpc_err smpi_paillier_public_decode(struct smpi_paillier_public *k, const uint8_t in[SMPI_PAILLIER_KEY_LEN]) {
  smpi_num_get(k->n, in, N);
  bool is_good = k->n[N - 1] >> 63 == 1 && (k->n[0] & 1) == 1 && !mpn_perfect_square_p(k->n, N) &&
                 !smpi_prime_has_small_factor_vt(k->n, N) && !is_prime_like(k->n);
  if (!is_good) {
    memset(k, 0, sizeof *k);
    return SMPC_E_FORMAT;
  }
  open_public(k);
  return SMPC_OK;
}

smpc_err smpi_paillier_text_decode(mp_limb_t *c, const uint8_t in[SMPI_PAILLIER_TEXT_LEN],
                                   const struct smpi_paillier_public *k) {
  smpi_num_get(c, in, T);
  if (smpi_num_is_below_vt(c, k->n2.m, T) && !smpi_num_has_common_factor_vt(c, T, k->n, N)) return SMPC_OK;
  memset(c, 0, T * sizeof *c);
  return SMPC_E_FORMAT;
}

void smpi_paillier_add(mp_limb_t *c, const mp_limb_t *x, const struct smpi_paillier_public *k) {
  mp_limb_t t[T];
  multiply(t, x, k->n, N);
  mpn_add_n(t, t, (const mp_limb_t[T]){1}, T); /* below n^2, for x is below n */
  smpi_mont_enter(t, t, &k->n2);
  smpi_mont_mul(c, c, t, &k->n2);
  smpi_wipe(t, sizeof t);
}

smpc_err smpi_paillier_refresh(mp_limb_t *c, const struct smpi_paillier_public *k) {
  mp_limb_t r[T] = {0};
  smpc_err err = smpi_entropy(r, (N + 2) * sizeof *r); /* 2^-128 from uniform */
  if (err != SMPC_OK) return err;
  smpi_num_mod(r, r, N + 2, k->n, N);
  memset(r + N, 0, (T - N) * sizeof *r);
  smpi_mont_enter(r, r, &k->n2);
  smpi_mont_power(r, r, k->n, N, &k->n2);
  smpi_mont_mul(c, c, r, &k->n2);
  smpi_wipe(r, sizeof r);
  return SMPC_OK;
}
