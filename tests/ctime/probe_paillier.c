/* probe_paillier.c - Paillier encryption on secrets: the owner's key and what it decrypts;
 * the other's factors, masks and randomness. */
#include "probe.h"

#include <string.h>

#include "triple/paillier_sum.h"

enum { P = SMPI_PRIME_LIMBS, N = SMPI_PAILLIER_KEY, T = SMPI_PAILLIER_TEXT };

/* Any odd number serves for a secret modulus: nothing here asks whether it is prime. */
static void modulus(mp_limb_t *m, unsigned slot, size_t n) {
  const uint64_t *s = secret_words(slot, n);
  for (size_t i = 0; i < n; i++) m[i] = s[i];
  m[0] |= 3;
  m[n - 1] |= UINT64_C(3) << 62;
}

static void secret_moduli(void) {
  struct smpi_mont M;
  mp_limb_t m[P], a[2 * P], r[P], q[P];
  modulus(m, 0, P);
  for (unsigned i = 0; i < 2 * P; i++) a[i] = secret_words(1, 2 * P)[i];
  smpi_mont_open(&M, m, P);
  smpi_mont_enter_long(r, a, &M);
  smpi_mont_power(r, r, a, 2, &M);
  smpi_mont_divide_exactly(q, a, &M);
  smpi_num_lower(r, r, m, P);
  smpi_num_sub_mod(r, r, q, m, P);
  bool passes = smpi_prime_passes(&M, r);
  reveal(&passes, sizeof passes);
}

static void decryption(void) {
  static struct smpi_paillier_secret k;
  mp_limb_t x[N], c[T];
  for (unsigned i = 0; i < 2; i++) {
    mp_limb_t square[N];
    modulus(k.p[i], i, P);
    smpi_mont_open(&k.mod_p[i], k.p[i], P);
    modulus(square, 2 + i, N);
    smpi_mont_open(&k.mod_p2[i], square, N);
    for (unsigned j = 0; j < P; j++) k.exponent[i][j] = k.h[i][j] = k.p_inverse[j] = secret_words(4, P)[j];
  }
  for (unsigned i = 0; i < T; i++) c[i] = secret_words(5, T)[i];
  smpi_paillier_decrypt(x, c, &k);
}

/* With another's public key: secret factors and masks. */
static void packing(void) {
  static mp_limb_t bases[2 * T], table[2 * SMPI_NUM_TABLE * T];
  struct smpi_pack pack = smpi_pack_for(2);
  struct smpi_mont M;
  mp_limb_t m[T], c[T], x[N];
  uint64_t share[3];
  modulus(m, 0, T);
  reveal(m, sizeof m);
  smpi_mont_open(&M, m, T);
  memcpy(c, M.one, sizeof c);
  memcpy(bases, M.square, sizeof c);
  memcpy(bases + T, M.one, sizeof c);
  smpi_pack_tables(table, bases, 2, &M);
  smpi_pack_multiply(c, table, 2, secret_words(1, 6), 2, 3, &pack, &M);
  for (unsigned i = 0; i < N; i++) x[i] = secret_words(2, N)[i];
  smpi_num_mod(x, x, N, m + N, N); /* a secret divided by what is public */
  smpi_pack_open(share, x, 3, &pack);
}

const struct probe paillier_probes[] = {
    {"secret_moduli", secret_moduli}, {"decryption", decryption}, {"packing", packing}, {NULL, NULL}};
