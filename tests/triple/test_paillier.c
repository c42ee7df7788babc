/* test_paillier.c - triple/paillier_key.h and paillier_sum.h: encryption, what is done under
 * it, hostile keys and ciphertexts, slots at their limits. */
#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "support/seams.h"
#include "support/stats.h"
#include "triple/paillier_sum.h"

enum { N = SMPI_PAILLIER_KEY, T_ = SMPI_PAILLIER_TEXT };

static struct smpi_paillier_secret key;
static struct smpi_paillier_public pub_key;

static int setup(void **state) {
  uint8_t bytes[SMPI_PAILLIER_KEY_LEN];
  (void)state;
  if (smpi_paillier_make(&key) != SMPC_OK) return -1;
  smpi_num_put(bytes, key.key.n, N);
  return smpi_paillier_public_decode(&pub_key, bytes) == SMPC_OK ? 0 : -1;
}

/* A fresh ciphertext of x, in Montgomery form. */
static void encrypt(mp_limb_t c[T_], const mp_limb_t x[N]) {
  memcpy(c, pub_key.n2.one, T_ * sizeof *c);
  smpi_paillier_add(c, x, &pub_key);
  assert_int_equal(smpi_paillier_refresh(c, &pub_key), SMPC_OK);
}
static void decrypt(mp_limb_t x[N], const mp_limb_t c[T_]) {
  mp_limb_t plain[T_];
  smpi_mont_leave(plain, c, &pub_key.n2);
  smpi_paillier_decrypt(x, plain, &key);
}

static void what_is_encrypted_is_decrypted(void **state) {
  (void)state;
  mp_limb_t x[4][N] = {{0}, {1}}, y[N], c[T_], again[T_];
  memcpy(x[2], pub_key.n, sizeof x[2]);
  x[2][0] -= 1; /* n - 1 */
  memcpy(x[3], pub_key.n, sizeof x[3]);
  x[3][N - 1] /= 3;
  for (unsigned i = 0; i < 4; i++) {
    encrypt(c, x[i]);
    encrypt(again, x[i]);
    assert_true(memcmp(c, again, sizeof c) != 0);
    decrypt(y, c);
    assert_memory_equal(y, x[i], sizeof y);
    smpi_mont_mul(c, c, again, &pub_key.n2); /* 2 x, modulo n */
    mp_limb_t carry = mpn_lshift(x[i], x[i], N, 1), less[N];
    if (carry | (mpn_cmp(x[i], pub_key.n, N) >= 0)) mpn_sub_n(less, x[i], pub_key.n, N);
    else memcpy(less, x[i], sizeof less);
    decrypt(y, c);
    assert_memory_equal(y, less, sizeof y);
  }
}

/* Any number without common factor is a ciphertext: what the corrections stand on. */
static void random_numbers_are_ciphertexts(void **state) {
  (void)state;
  uint64_t seed = 4;
  for (unsigned i = 0; i < 3; i++) {
    mp_limb_t c[T_ + 2], y[N], b[N] = {test_random(&seed)}, d[N], got[N];
    for (unsigned k = 0; k < T_ + 2; k++) c[k] = test_random(&seed);
    smpi_num_mod(c, c, T_ + 2, pub_key.n2.m, T_);
    smpi_paillier_decrypt(y, c, &key);
    smpi_num_sub_mod(d, b, y, pub_key.n, N);
    smpi_mont_enter(c, c, &pub_key.n2);
    smpi_paillier_add(c, d, &pub_key);
    decrypt(got, c);
    assert_memory_equal(got, b, sizeof b);
  }
}

/* --- hostile peers ------------------------------------------------------------------------------ */

static void refused_key(const mp_limb_t n[N]) {
  struct smpi_paillier_public k;
  uint8_t bytes[SMPI_PAILLIER_KEY_LEN];
  smpi_num_put(bytes, n, N);
  assert_int_equal(smpi_paillier_public_decode(&k, bytes), SMPC_E_FORMAT);
  assert_int_equal(k.n[N - 1] | k.n2.n, 0);
}

static void hostile_keys_are_refused(void **state) {
  (void)state;
  mp_limb_t n[N] = {0}, root[N / 2];
  mpz_t z;
  refused_key(n); /* 0 */
  memset(n, 0xff, sizeof n);
  refused_key(n); /* 2^3072 - 1: divisible by 3 */
  memcpy(n, pub_key.n, sizeof n);
  n[0] -= 1;
  refused_key(n); /* even */
  memcpy(n, pub_key.n, sizeof n);
  n[N - 1] >>= 1;
  refused_key(n); /* of 3071 bits */
  memcpy(root, key.p[0], sizeof root);
  mpn_sqr(n, root, N / 2);
  refused_key(n); /* a square */
  mpz_init(z);
  mpz_import(z, N, -1, 8, 0, 0, pub_key.n);
  mpz_nextprime(z, z);
  memset(n, 0, sizeof n);
  mpz_export(n, NULL, -1, 8, 0, 0, z);
  refused_key(n); /* a prime */
  mpz_clear(z);
}

static smpc_err decode_text(const mp_limb_t c[T_]) {
  mp_limb_t got[T_];
  uint8_t bytes[SMPI_PAILLIER_TEXT_LEN];
  smpi_num_put(bytes, c, T_);
  smpc_err err = smpi_paillier_text_decode(got, bytes, &pub_key);
  for (unsigned i = 0; i < T_; i++) assert_true(got[i] == (err == SMPC_OK ? c[i] : 0));
  return err;
}

static void hostile_ciphertexts_are_refused(void **state) {
  (void)state;
  mp_limb_t c[T_] = {1};
  assert_int_equal(decode_text(c), SMPC_OK);
  c[0] = 0;
  assert_int_equal(decode_text(c), SMPC_E_FORMAT);
  memcpy(c, pub_key.n2.m, sizeof c);
  assert_int_equal(decode_text(c), SMPC_E_FORMAT);
  c[0] -= 1; /* n^2 - 1 */
  assert_int_equal(decode_text(c), SMPC_OK);
  memset(c, 0xff, sizeof c);
  assert_int_equal(decode_text(c), SMPC_E_FORMAT);
  memset(c, 0, sizeof c);
  memcpy(c, pub_key.n, sizeof pub_key.n);
  assert_int_equal(decode_text(c), SMPC_E_FORMAT);
  memset(c, 0, sizeof c);
  memcpy(c, key.p[0], sizeof key.p[0]);
  assert_int_equal(decode_text(c), SMPC_E_FORMAT); /* who sends it knows a factor */
}

/* --- slots ------------------------------------------------------------------------------------------ */

static void slots_have_room(void **state) {
  (void)state;
  static const uint64_t K[] = {1, 2, 3, 100, 128, 129, 1 << 20, UINT64_C(1) << 27};
  static const unsigned more[] = {0, 1, 2, 7, 7, 8, 20, 27};
  for (unsigned i = 0; i < sizeof K / sizeof *K; i++) {
    struct smpi_pack p = smpi_pack_for(K[i]);
    assert_int_equal(p.mask_bits, 128 + more[i] + 64);
    assert_int_equal(p.slot_bits, p.mask_bits + 1);
    assert_true(p.slots * p.slot_bits <= 3071 && p.slots <= SMPI_PACK_MOST);
  }
  assert_int_equal(smpi_pack_for(100).slots, 15);
}

/* All slots full, all factors the largest or random: no sum touches its neighbour, with the
 * largest masks too. */
static void check_pack(uint64_t v_is, uint64_t b_is, size_t K, unsigned used) {
  static mp_limb_t bases[3 * T_], table[3 * SMPI_NUM_TABLE * T_];
  struct smpi_pack pack = smpi_pack_for(K);
  uint64_t v[SMPI_PACK_MOST * 3], b[3], seed = 9, got[SMPI_PACK_MOST], share[SMPI_PACK_MOST];
  mp_limb_t c[T_], x[N];
  for (size_t k = 0; k < K; k++) {
    b[k] = b_is ? b_is : test_random(&seed);
    encrypt(bases + k * T_, (const mp_limb_t[N]){b[k]});
  }
  for (size_t i = 0; i < used * K; i++) v[i] = v_is ? v_is : test_random(&seed);
  memcpy(c, pub_key.n2.one, sizeof c);
  assert_true(smpi_pack_table_limbs(K) <= sizeof table / sizeof *table);
  smpi_pack_tables(table, bases, K, &pub_key.n2);
  smpi_pack_multiply(c, table, K, v, K, used, &pack, &pub_key.n2);
  assert_int_equal(smpi_pack_mask(x, share, used, &pack), SMPC_OK);
  smpi_paillier_add(c, x, &pub_key);
  decrypt(x, c);
  smpi_pack_open(got, x, used, &pack);
  for (unsigned s = 0; s < used; s++) {
    uint64_t want = 0;
    for (size_t k = 0; k < K; k++) want += v[s * K + k] * b[k];
    assert_true(got[s] + share[s] == want);
  }
}

static void packs_hold_inner_products(void **state) {
  (void)state;
  check_pack(0, 0, 1, 15);
  check_pack(0, 0, 3, 15);
  check_pack(0, 0, 2, 1);
  check_pack(UINT64_MAX, UINT64_MAX, 3, 15);
  check_pack(UINT64_MAX, 1, 2, 2);
  check_pack(1, UINT64_MAX, 3, 15);
}

/* Every bit of a mask: half of the time, and none beyond. */
static void masks_are_uniform(void **state) {
  (void)state;
  enum { RUNS = 400 };
  struct smpi_pack pack = smpi_pack_for(100);
  static unsigned ones[3072];
  uint64_t share[SMPI_PACK_MOST];
  memset(ones, 0, sizeof ones);
  for (unsigned r = 0; r < RUNS; r++) {
    mp_limb_t x[N];
    assert_int_equal(smpi_pack_mask(x, share, pack.slots, &pack), SMPC_OK);
    for (unsigned i = 0; i < 3072; i++) ones[i] += (unsigned)(x[i / 64] >> i % 64 & 1);
    for (unsigned s = 0; s < pack.slots; s++) assert_true(smpi_num_bits(x, N, s * pack.slot_bits, 64) == -share[s]);
  }
  for (unsigned i = 0; i < 3072; i++) {
    bool is_mask = i < pack.slots * pack.slot_bits && i % pack.slot_bits < pack.mask_bits;
    if (is_mask) assert_in_range(ones[i], RUNS / 2 - 70, RUNS / 2 + 70); /* 7 sigma */
    else assert_int_equal(ones[i], 0);
  }
}

static void no_randomness_no_key(void **state) {
  (void)state;
  struct smpi_paillier_secret k;
  mp_limb_t x[N], c[T_] = {0};
  uint64_t share[SMPI_PACK_MOST];
  struct smpi_pack pack = smpi_pack_for(1);
  seam_entropy_reset(7, 1);
  memset(&k, 1, sizeof k);
  assert_int_equal(smpi_paillier_make(&k), SMPC_E_RNG);
  assert_int_equal(k.p[0][0] | k.key.n[0], 0);
  seam_entropy_reset(7, 1);
  assert_int_equal(smpi_paillier_refresh(c, &pub_key), SMPC_E_RNG);
  seam_entropy_reset(7, 2);
  assert_int_equal(smpi_pack_mask(x, share, 2, &pack), SMPC_E_RNG);
  seam_entropy_reset(7, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {T(what_is_encrypted_is_decrypted), T(random_numbers_are_ciphertexts),
                                     T(hostile_keys_are_refused), T(hostile_ciphertexts_are_refused),
                                     T(slots_have_room), T(packs_hold_inner_products), T(masks_are_uniform),
                                     T(no_randomness_no_key)};
  return cmocka_run_group_tests(tests, setup, NULL);
}
