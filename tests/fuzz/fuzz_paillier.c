/* Any bytes as what a peer sends for Paillier encryption: first a kind, then a key, or a ciphertext under a
 * key of ours.  A key that is accepted is of full length, odd and no prime; a ciphertext that is
 * accepted has an inverse. */
#include <stdlib.h>
#include <string.h>

#include "triple/paillier_key.h"

enum { N = SMPI_PAILLIER_KEY, T = SMPI_PAILLIER_TEXT };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void take(mpz_t z, const mp_limb_t *x, size_t n) {
  mpz_init(z);
  mpz_import(z, n, -1, sizeof *x, 0, 0, x);
}

static void as_key(const uint8_t in[SMPI_PAILLIER_KEY_LEN]) {
  struct smpi_paillier_public k;
  mpz_t n;
  if (smpi_paillier_public_decode(&k, in) != SMPC_OK) return;
  take(n, k.n, N);
  if (mpz_sizeinbase(n, 2) != 3072 || mpz_even_p(n) || mpz_perfect_power_p(n) || mpz_probab_prime_p(n, 5)) abort();
  mpz_clear(n);
}

/* 2^3072 - 1 stands for n: any odd number does, and this one has many factors. */
static void as_text(const uint8_t in[SMPI_PAILLIER_TEXT_LEN]) {
  static struct smpi_paillier_public k;
  mp_limb_t c[T], n2[T];
  mpz_t x, n;
  if (k.n[0] == 0) {
    memset(k.n, 0xff, sizeof k.n);
    mpn_sqr(n2, k.n, N);
    smpi_mont_open(&k.n2, n2, T);
  }
  if (smpi_paillier_text_decode(c, in, &k) != SMPC_OK) return;
  take(x, c, T);
  take(n, k.n, N);
  mpz_gcd(x, x, n);
  if (mpz_cmp_ui(x, 1) != 0) abort();
  mpz_clear(x);
  mpz_clear(n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  uint8_t in[SMPI_PAILLIER_TEXT_LEN] = {0};
  if (len < 1) return 0;
  memcpy(in, bytes + 1, len - 1 < sizeof in ? len - 1 : sizeof in);
  if (bytes[0] % 2 == 0) as_key(in);
  else as_text(in);
  return 0;
}
