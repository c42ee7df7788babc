/* test_rot.c - ot/tccr.h and ot/rot.h: the definition by libcrypto, tweaks, the relation of
 * random transfers at every size, what the strings look like. */
#include "support/test.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "ot/rot.h"
#include "rand/hash.h"
#include "support/parties.h"
#include "support/stats.h"

/* --- the hash --------------------------------------------------------------------- */

static blk pi(const uint8_t key[16], blk x) {
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  blk y;
  int len;
  assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL), 1);
  EVP_CIPHER_CTX_set_padding(ctx, 0);
  assert_int_equal(EVP_EncryptUpdate(ctx, (uint8_t *)&y, &len, (uint8_t *)&x, 16), 1);
  EVP_CIPHER_CTX_free(ctx);
  return y;
}

/* H(instance 7, 2 -> 5, use 3, number) written down once more, from the headers. */
static blk tweak(uint64_t number) {
  const uint8_t bytes[16] = {(uint8_t)number, (uint8_t)(number >> 8), 0, 0, 0, 0, 0, 0, 5, 2, 3, 0, 7, 0, 0, 0};
  blk t;
  memcpy(&t, bytes, sizeof t);
  return t;
}

static void hash_body(struct smpc_session *s, unsigned me, void *ctx) {
  enum { N = 130 };
  struct smpi_tccr *h;
  struct smpi_hash key_hash;
  uint8_t id[32], key[32];
  blk x[N], y[N], z[N], shift = {{3, 4}}, wrong = {{0}};
  uint64_t seed = 5;
  (void)me;
  for (unsigned i = 0; i < N; i++) x[i] = (blk){{test_random(&seed), test_random(&seed)}};
  if (smpi_tccr_open(&h, s, 7) != SMPC_OK) return;
  smpi_session_id(s, id);
  smpi_hash_begin(&key_hash, "smpc ot tccr");
  smpi_hash_add(&key_hash, id, 32);
  smpi_hash_add_u64(&key_hash, 7);
  smpi_hash_end(&key_hash, key);
  const struct smpi_tweak t = {7, 2, 5, 3};
  smpi_tccr(h, y, x, N, &shift, t, 250);
  smpi_tccr_random_x(h, z, x, N, NULL, t, 250);
  for (unsigned i = 0; i < N; i++) {
    blk p = pi(key, smpi_blk_xor(x[i], shift)), want = smpi_blk_xor(pi(key, smpi_blk_xor(p, tweak(250 + i))), p);
    blk in = smpi_blk_xor(x[i], tweak(250 + i)), want_one = smpi_blk_xor(pi(key, in), in);
    wrong.w[0] += memcmp(&want, &y[i], sizeof want) != 0;
    wrong.w[1] += memcmp(&want_one, &z[i], sizeof want) != 0;
  }
  memcpy(z, x, sizeof z);
  smpi_tccr(h, z, z, N, &shift, t, 250); /* in place */
  wrong.w[0] += memcmp(z, y, sizeof z) != 0;
  smpi_tccr_close(h);
  ((blk *)ctx)[me] = wrong;
}

static void the_hash_is_its_definition(void **state) {
  (void)state;
  blk wrong[2] = {{{9, 9}}, {{9, 9}}};
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, hash_body, wrong, NULL);
  for (unsigned i = 0; i < 2; i++) assert_true(wrong[i].w[0] == 0 && wrong[i].w[1] == 0);
}

/* With the same string everywhere, outputs differ exactly when tweaks do. */
static void tweak_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_tccr *h;
  blk *out = ctx, x = {{1, 2}};
  if (me != 0 || smpi_tccr_open(&h, s, 1) != SMPC_OK) return;
  size_t n = 0;
  for (unsigned instance = 0; instance < 3; instance++)
    for (unsigned pair = 0; pair < 9; pair++)
      for (uint16_t use = 0; use < 2; use++)
        for (uint64_t number = 0; number < 8; number++) {
          const struct smpi_tweak t = smpi_rot_tweak(instance, pair / 3, pair % 3, use);
          smpi_tccr(h, &out[n++], &x, 1, NULL, t, number * UINT64_C(0x100000001));
        }
  smpi_tccr_close(h);
}

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, sizeof(blk)); }

static void tweaks_are_unique(void **state) {
  (void)state;
  enum { ALL = 3 * 9 * 2 * 8 };
  static blk out[ALL];
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, tweak_body, out, NULL);
  qsort(out, ALL, sizeof *out, by_bytes);
  for (unsigned i = 1; i < ALL; i++) assert_memory_not_equal(&out[i - 1], &out[i], sizeof *out);
}

/* --- random transfers ---------------------------------------------------------------- */

struct rot {
  bool is_active;
  size_t n, m;   /* from 0 to 1, from 1 to 0 */
  unsigned repeat;
  blk *m0[2], *m1[2], *got[2]; /* by sender */
  uint64_t *b[2];
  smpc_err err[2];
};

static void rot_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct rot *r = ctx;
  const struct smpi_cot_params p = {.k = 4, .instance = 1};
  struct smpi_cot_passive *passive = NULL;
  struct smpi_cot_active *active = NULL;
  struct smpi_tccr *h = NULL;
  const struct smpi_rot_job job = {.rank = 1 - me, .n_send = me == 0 ? r->n : r->m, .n_receive = me == 0 ? r->m : r->n,
                                   .m0 = r->m0[me], .m1 = r->m1[me], .m = r->got[1 - me], .b = r->b[1 - me]};
  smpc_err err = smpi_tccr_open(&h, s, 1);
  if (err == SMPC_OK) err = r->is_active ? smpi_cot_active_open(&active, s, &p) : smpi_cot_open(&passive, s, &p);
  for (unsigned i = 0; i < r->repeat && err == SMPC_OK; i++)
    err = r->is_active ? smpi_rot_active_extend(active, s, h, &job, 1) : smpi_rot_extend(passive, s, h, &job, 1);
  r->err[me] = err;
  smpi_cot_close(passive);
  smpi_cot_active_close(active);
  smpi_tccr_close(h);
}

static void rot_run(struct rot *r) {
  for (unsigned i = 0; i < 2; i++) {
    size_t n = (i == 0 ? r->n : r->m) + 1;
    r->m0[i] = calloc(n, sizeof(blk)), r->m1[i] = calloc(n, sizeof(blk)), r->got[i] = calloc(n, sizeof(blk));
    r->b[i] = calloc(n / 64 + 1, 8);
  }
  parties_run_ok(&(struct parties){.n = 2, .seed = 3}, rot_body, r, NULL);
  assert_int_equal(r->err[0], SMPC_OK);
  assert_int_equal(r->err[1], SMPC_OK);
}

static void rot_end(struct rot *r) {
  for (unsigned i = 0; i < 2; i++) free(r->m0[i]), free(r->m1[i]), free(r->got[i]), free(r->b[i]);
}

static void assert_related(const struct rot *r) {
  for (unsigned i = 0; i < 2; i++) {
    size_t wrong = 0, n = i == 0 ? r->n : r->m;
    for (size_t j = 0; j < n; j++) {
      uint64_t bit = r->b[i][j / 64] >> j % 64 & 1;
      wrong += memcmp(bit ? &r->m1[i][j] : &r->m0[i][j], &r->got[i][j], sizeof(blk)) != 0;
      wrong += memcmp(bit ? &r->m0[i][j] : &r->m1[i][j], &r->got[i][j], sizeof(blk)) == 0;
    }
    assert_int_equal(wrong, 0);
  }
}

static void transfers_of_every_size(void **state) {
  (void)state;
  static const size_t size[] = {0, 1, 127, 128, 129, 1023, 1024, 1025, 65535, 65537};
  for (unsigned active = 0; active < 2; active++)
    for (unsigned i = 0; i < 10; i++) {
      struct rot r = {.is_active = active, .n = size[i], .m = size[9 - i], .repeat = 1 + (i == 6)};
      rot_run(&r);
      assert_related(&r);
      rot_end(&r);
    }
}

static void strings_are_uniform(void **state) {
  (void)state;
  for (unsigned active = 0; active < 2; active++) {
    struct rot r = {.is_active = active, .n = 1 << 16, .repeat = 1};
    rot_run(&r);
    const blk *const all[] = {r.m0[0], r.m1[0]};
    for (unsigned i = 0; i < 2; i++) {
      struct stats st = {{0}};
      stats_add(&st, (const uint8_t *)all[i], sizeof(blk) << 16);
      assert_true(stats_bytes_are_uniform(&st));
      assert_true(stats_bits_are_balanced(&st, NULL));
    }
    struct stats sum = {{0}}; /* nothing in common: Delta must not show */
    for (size_t j = 0; j < 1 << 16; j++) {
      blk d = smpi_blk_xor(r.m0[0][j], r.m1[0][j]);
      stats_add(&sum, (const uint8_t *)&d, sizeof d);
    }
    assert_true(stats_bytes_are_uniform(&sum));
    assert_true(stats_bits_are_balanced(&sum, NULL));
    rot_end(&r);
  }
}

/* Words are the first words of the strings. */
static void words_body(struct smpc_session *s, unsigned me, void *ctx) {
  enum { N = 200 };
  struct smpi_tccr *h;
  blk x[N], m0[N], m1[N], delta = {{7, 8}};
  uint64_t w0[N], w1[N], seed = 6, wrong = 0;
  const struct smpi_tweak t = smpi_rot_tweak(1, 0, 1, 0);
  for (unsigned i = 0; i < N; i++) x[i] = (blk){{test_random(&seed), test_random(&seed)}};
  if (smpi_tccr_open(&h, s, 1) != SMPC_OK) return;
  smpi_rot_sent_words(h, w0, w1, x, N, &delta, t, 1000);
  smpi_rot_sent(h, m0, m1, x, N, &delta, t, 1000);
  for (unsigned i = 0; i < N; i++) wrong += (w0[i] != m0[i].w[0]) + (w1[i] != m1[i].w[0]);
  smpi_rot_received_words(h, w1, x, N, t, 1000);
  smpi_rot_received(h, m1, x, N, t, 1000);
  for (unsigned i = 0; i < N; i++) wrong += (w1[i] != w0[i]) + (memcmp(&m1[i], &m0[i], sizeof(blk)) != 0);
  smpi_tccr_close(h);
  ((uint64_t *)ctx)[me] = wrong;
}

static void words_are_first_words(void **state) {
  (void)state;
  uint64_t wrong[2] = {9, 9};
  parties_run_ok(&(struct parties){.n = 2, .seed = 1}, words_body, wrong, NULL);
  assert_true(wrong[0] == 0 && wrong[1] == 0);
}

TEST_MAIN(T(the_hash_is_its_definition), T(tweaks_are_unique), T(transfers_of_every_size), T(strings_are_uniform),
          T(words_are_first_words))
