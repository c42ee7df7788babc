/* test_oprf.c - psi/oprf.h through smpc_psi_reveal: exact results at all sizes, cost,
 * what is sent, who dies; and its local halves. */
#include "psi_sets.h"

#include <openssl/evp.h>

#include "math/gf128.h"
#include "psi/oprf.h"
#include "support/stats.h"
#include "support/tap.h"

static void run_sets(struct psi_run *r, struct psi_sets *p, unsigned to, uint64_t padded, uint64_t seed,
                     struct parties_result *got) {
  psi_run_make(r, p, to);
  r->q.protocol = SMPC_PSI_VOLE;
  r->q.size_a = padded;
  r->q.size_b = padded ? padded + 3 : 0;
  parties_run_ok(&(struct parties){.n = 2, .seed = seed}, psi_body, r, got);
}

static void try_sets(size_t n, size_t m, size_t common, unsigned to, uint64_t padded) {
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, n, m, common, 5);
  run_sets(&r, &p, to, padded, n + 1000 * m + to, NULL);
  for (unsigned k = 0; k < 2; k++) {
    bool learns = to >> k & 1;
    assert_int_equal(r.err[k], SMPC_OK);
    assert_int_equal(r.result[k].protocol, SMPC_PSI_VOLE);
    assert_int_equal(r.result[k].matched, learns ? common : 0);
    for (size_t i = 0; i < p.n[k]; i++) assert_int_equal(r.matched[k][i], learns && i < common);
  }
  psi_run_free(&r);
  psi_sets_free(&p);
}

static void small_sets_are_joined_exactly(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 2, 127, 129, 1023};
  for (size_t i = 0; i < 6; i++)
    for (size_t j = 0; j < 6; j++) {
      size_t least = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      try_sets(sizes[i], sizes[j], (least + 1) / 2, 1 + (unsigned)(i + j) % 3, 0);
    }
  try_sets(500, 500, 500, 3, 0);
  try_sets(500, 500, 0, 3, 0);
}

/* One bin and several, on either side. */
static void large_sets_are_joined_exactly(void **state) {
  (void)state;
  try_sets(32768, 32769, 20000, 1, 0);
  try_sets(65537, 65536, 65536, 3, 0);
  try_sets(65537, 1, 1, 1, 0);
  try_sets(3, 70000, 2, 1, 0);
}

/* Two buckets, of either party's making. */
static void larger_sets_run_in_buckets(void **state) {
  (void)state;
  enum { LARGE = (1 << 20) + 1 };
  try_sets(1000, LARGE, 700, 1, 0);
  try_sets(1000, LARGE, 1000, 2, 0);
  try_sets(20, 10, 5, 3, LARGE);
}

static void paddings_match_nothing(void **state) {
  (void)state;
  for (unsigned to = 1; to <= 3; to++) {
    try_sets(10, 20, 7, to, 3000);
    try_sets(0, 20, 0, to, 300);
  }
}

/* Strings of all lengths, equal but for length or the last byte. */
static void items_may_have_any_length(void **state) {
  (void)state;
  enum { N = 40 };
  static uint8_t zeros[N];
  const void *a[N], *b[N];
  size_t a_len[N], b_len[N];
  struct psi_run r;
  for (size_t i = 0; i < N; i++) {
    a[i] = b[i] = zeros;
    a_len[i] = i;
    b_len[i] = i + 20;
  }
  psi_run_make(&r, NULL, 3);
  r.q.protocol = SMPC_PSI_VOLE;
  r.set[0] = (smpc_items){.n = N, .item = a, .len = a_len};
  r.set[1] = (smpc_items){.n = N - 20, .item = b, .len = b_len};
  parties_run_ok(&(struct parties){.n = 2, .seed = 3}, psi_body, &r, NULL);
  for (size_t i = 0; i < N; i++) assert_int_equal(r.matched[0][i], i >= 20);
  for (size_t i = 0; i < N - 20; i++) assert_int_equal(r.matched[1][i], 1);
  psi_run_free(&r);
}

/* --- choice, refusals, cost ------------------------------------------------------------- */

static void the_protocol_follows_from_the_sizes(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  for (int large = 0; large < 2; large++) {
    psi_sets_make(&p, large ? 4095 : 50, large ? 1 : 50, 1, 5);
    psi_run_make(&r, &p, 1);
    parties_run_ok(&(struct parties){.n = 2, .seed = 1}, psi_body, &r, NULL);
    assert_int_equal(r.result[0].protocol, large ? SMPC_PSI_VOLE : SMPC_PSI_ECDH);
    assert_int_equal(r.result[1].protocol, r.result[0].protocol);
    assert_int_equal(r.result[0].matched, 1);
    psi_run_free(&r);
    psi_sets_free(&p);
  }
}

static void what_it_cannot_do_is_refused(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result got;
  psi_sets_make(&p, 4, 4, 2, 5);
  psi_run_make(&r, &p, 1);
  r.q.protocol = SMPC_PSI_VOLE;
  r.is_count = true;
  parties_run(&(struct parties){.n = 2, .seed = 1}, psi_body, &r, &got);
  assert_int_equal(got.close[0], SMPC_E_ARG);
  psi_run_make(&r, &p, 1);
  r.q.protocol = SMPC_PSI_VOLE;
  parties_run(&(struct parties){.n = 3, .seed = 1}, psi_body, &r, &got);
  assert_int_equal(got.close[0], SMPC_E_ARG);
  psi_run_free(&r);
  psi_sets_free(&p);
}

/* Numbers of operations that the numbers of transfers have no room for are refused, not cut. */
struct late { struct psi_run r; uint64_t step; };

static void late_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct late *l = ctx;
  s->step = l->step - 1; /* the next one's */
  psi_body(s, me, &l->r);
}

static void the_last_operation_is_the_last(void **state) {
  (void)state;
  struct psi_sets p;
  struct parties_result got;
  psi_sets_make(&p, 4, 4, 2, 5);
  for (uint64_t step = (1 << 24) - 1; step <= 1 << 24; step++) {
    struct late l = {.step = step};
    psi_run_make(&l.r, &p, 1);
    l.r.q.protocol = SMPC_PSI_VOLE;
    parties_run(&(struct parties){.n = 2, .seed = 1}, late_body, &l, &got);
    for (unsigned k = 0; k < 2; k++) assert_int_equal(l.r.err[k], step >> 24 == 0 ? SMPC_OK : SMPC_E_RANGE);
    psi_run_free(&l.r);
  }
  psi_sets_free(&p);
}

static void program(smpc_session *s, void *user) {
  struct psi_run *r = user;
  LET_FAIL(smpc_psi_reveal(s, &r->q, &r->set[0], NULL, 0, NULL));
}

static void the_estimate_is_what_is_spent(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result got;
  smpc_config cfg;
  smpc_cost cost;
  uint8_t secret[32];
  struct parties setting = {.n = 2, .seed = 1};
  psi_sets_make(&p, 5000, 40000, 2, 5);
  for (unsigned to = 1; to <= 4; to++) {
    run_sets(&r, &p, to == 4 ? 1 : to, to == 4 ? (1 << 20) + 1 : 40000, 1, &got); /* at last in buckets */
    parties_config(&cfg, secret, &setting, 0);
    assert_int_equal(smpc_estimate(&cfg, program, &r, &cost), SMPC_OK);
    uint64_t most = got.spent[0].bytes > got.spent[1].bytes ? got.spent[0].bytes : got.spent[1].bytes;
    assert_int_equal(cost.rounds, got.spent[0].rounds);
    assert_int_equal(cost.bytes, most);
    psi_run_free(&r);
  }
  psi_sets_free(&p);
}

/* --- what is sent --------------------------------------------------------------------------- */

struct seen {
  struct stats sent[2];
  uint64_t len[2];
  size_t last; /* of the exchange that is going on */
};

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct seen *seen = user;
  (void)to, (void)off;
  seen->len[from] += len;
  if (len > 8192) stats_add(&seen->sent[from], data, len); /* whole chunks: store, masks, VOLE */
}

/* Lengths follow from sizes alone, contents look uniform whatever the sets. */
static void what_is_sent_depends_on_sizes_alone(void **state) {
  (void)state;
  struct seen *seen = calloc(2, sizeof *seen);
  for (unsigned i = 0; i < 2; i++) {
    struct psi_sets p;
    struct psi_run r;
    psi_sets_make(&p, 6000, 6000, i ? 6000 : 0, i ? 5 : UINT64_C(1) << 50);
    tap_set(watch, &seen[i]);
    run_sets(&r, &p, 3, 0, i + 1, NULL);
    tap_set(NULL, NULL);
    psi_run_free(&r);
    psi_sets_free(&p);
  }
  for (unsigned k = 0; k < 2; k++) {
    assert_int_equal(seen[0].len[k], seen[1].len[k]);
    for (unsigned i = 0; i < 2; i++)
      assert_true(stats_bytes_are_uniform(&seen[i].sent[k]) && stats_bits_are_balanced(&seen[i].sent[k], NULL));
  }
  free(seen);
}

static void a_lost_peer_ends_it(void **state) {
  (void)state;
  struct psi_sets p;
  struct psi_run r;
  struct parties_result whole, got;
  psi_sets_make(&p, 3000, 3000, 1500, 5);
  run_sets(&r, &p, 3, 0, 1, &whole);
  psi_run_free(&r);
  for (unsigned who = 0; who < 2; who++)
    for (uint64_t k = whole.sends_open[who] + 1; k <= whole.sends[who];
         k += 1 + (whole.sends[who] - whole.sends_open[who]) / 5) {
      struct smpi_sim_fault fault = {.what = SMPI_SIM_CRASH, .where = SMPI_SIM_AT_SEND, .from = who, .at = k};
      psi_run_make(&r, &p, 3);
      r.q.protocol = SMPC_PSI_VOLE;
      parties_run(&(struct parties){.n = 2, .seed = 1, .fault = &fault, .n_faults = 1}, psi_body, &r, &got);
      if (k == whole.sends_open[who] + 1) assert_true(r.err[0] != SMPC_OK && r.err[1] != SMPC_OK);
      for (unsigned i = 0; i < 2; i++) /* all of the result, or zeros */
        for (size_t j = 0; j < 3000; j++) assert_int_equal(r.matched[i][j], r.err[i] == SMPC_OK && j < 1500);
      psi_run_free(&r);
    }
  psi_sets_free(&p);
}

/* --- the local halves -------------------------------------------------------------------------- */

static void keys_differ_where_items_do(void **state) {
  (void)state;
  static const uint8_t zeros[64];
  const void *item[128];
  size_t len[128], row[128];
  struct smpi_oprf_hash h, other;
  blk key[128], again[128], value[128];
  const uint8_t id[32] = {1};
  smpi_oprf_hash_make(&h, id, 1, 10, 1, 1);
  smpi_oprf_hash_make(&other, id, 2, 10, 1, 1);
  for (size_t i = 0; i < 64; i++) item[i] = zeros, len[i] = row[i] = i;
  smpc_items set = {.n = 64, .item = item, .len = len};
  smpi_oprf_keys(key, &h, &set, row, 64);
  smpi_oprf_keys(again, &other, &set, row, 64);
  for (size_t i = 0; i < 64; i++)
    for (size_t j = 0; j < 64; j++) {
      assert_true(i == j || memcmp(&key[i], &key[j], 16) != 0);
      assert_memory_not_equal(&key[i], &again[j], 16);
    }
  for (size_t l = 0; l <= 17; l++) { /* flat sets give the same keys as pointers */
    set = (smpc_items){.n = 3, .flat = zeros, .item_len = l};
    smpi_oprf_keys(again, &h, &set, row, 3);
    assert_memory_equal(&again[2], &key[l], 16);
  }
  for (size_t mask_len = 5; mask_len <= 16; mask_len++) {
    struct smpi_mask mask[64];
    uint8_t any[2][16] = {{0}};
    smpi_oprf_hash_make(&h, id, 1, mask_len, 1, 1);
    smpi_oprf_values(value, &h, key, 64);
    smpi_oprf_masks(mask, &h, value, key, 64);
    for (size_t i = 0; i < 64; i++)
      for (size_t b = 0; b < 16; b++) {
        any[0][b] |= ((const uint8_t *)&value[i])[b];
        any[1][b] |= ((const uint8_t *)&mask[i])[b];
      }
    for (size_t b = 0; b < 16; b++)
      assert_true((any[0][b] != 0) == (b < mask_len) && (any[1][b] != 0) == (b < mask_len));
  }
}

static blk decrypt(const struct smpi_aes_key *k, blk x) {
  EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
  blk y;
  int n;
  assert_int_equal(EVP_DecryptInit_ex(c, EVP_aes_128_ecb(), NULL, (const uint8_t *)&k->round[0], NULL), 1);
  assert_int_equal(EVP_CIPHER_CTX_set_padding(c, 0), 1);
  assert_int_equal(EVP_DecryptUpdate(c, (uint8_t *)&y, &n, (const uint8_t *)&x, 16), 1);
  EVP_CIPHER_CTX_free(c);
  return y;
}

static blk key_of(const struct smpi_oprf_hash *h, const void *item, size_t len) {
  const smpc_items one = {.n = 1, .flat = item, .item_len = len};
  const size_t row = 0;
  blk key;
  smpi_oprf_keys(&key, h, &one, &row, 1);
  return key;
}

/* All functions are public: whoever can run one backwards has an item with the key of any other, and uses both
 * as one.  Of items of 16 bytes every block is one, of 15 bytes one of 256. */
static void no_item_is_found_for_a_key(void **state) {
  (void)state;
  struct smpi_oprf_hash h;
  unsigned shorter = 0;
  smpi_oprf_hash_make(&h, (const uint8_t[32]){1}, 1, 16, 1, 1);
  for (unsigned i = 0; i < 4000; i++) {
    char longer[40];
    int len = snprintf(longer, sizeof longer, "a patient of the other party, %u", i);
    blk key = key_of(&h, longer, (size_t)len), x = decrypt(&h.sixteen, key), again = key_of(&h, &x, 16);
    assert_memory_not_equal(&again, &key, 16);
    x = decrypt(&h.shorter, key);
    if (x.w[1] >> 56 != 15) continue;
    again = key_of(&h, &x, 15);
    assert_memory_not_equal(&again, &key, 16);
    shorter++;
  }
  assert_true(shorter > 0);
}

/* A party that recalls what another bound itself to, elsewhere, is bound to nothing by it. */
static void what_binds_is_of_one_run_and_party(void **state) {
  (void)state;
  const uint8_t half[32] = {7}, other_half[32] = {7, 1};
  uint8_t bound[5][SMPI_HASH_LEN];
  struct smpi_oprf_hash h, other_session, other_run;
  smpi_oprf_hash_make(&h, (const uint8_t[32]){1}, 1, 16, 1, 1);
  smpi_oprf_hash_make(&other_session, (const uint8_t[32]){2}, 1, 16, 1, 1);
  smpi_oprf_hash_make(&other_run, (const uint8_t[32]){1}, 1 | UINT64_C(1) << 40, 16, 1, 1);
  smpi_oprf_hash_commit(bound[0], &h, 1, half);
  smpi_oprf_hash_commit(bound[1], &h, 0, half);
  smpi_oprf_hash_commit(bound[2], &h, 1, other_half);
  smpi_oprf_hash_commit(bound[3], &other_session, 1, half);
  smpi_oprf_hash_commit(bound[4], &other_run, 1, half);
  for (unsigned i = 0; i < 5; i++)
    for (unsigned j = 0; j < i; j++) assert_memory_not_equal(bound[i], bound[j], SMPI_HASH_LEN);
}

/* The sender's reading is the receiver's plus Delta times the error of the store:
 * zero for the receiver's items, anything for the others. */
static void a_store_in_the_subspace_stays_there(void **state) {
  (void)state;
  enum { N = 600, LEN = 7 };
  struct smpi_okvs_shape shape;
  struct smpi_okvs *o;
  struct smpi_oprf_hash h;
  static blk key[N], value[N], column[4096];
  const uint8_t id[32] = {1};
  uint64_t seed = 4, high = 0;
  smpi_oprf_hash_make(&h, id, 1, LEN, 1, 1);
  for (int i = 0; i < N; i++) key[i] = (blk){{test_random(&seed), test_random(&seed)}};
  assert_int_equal(smpi_okvs_shape(&shape, N, SMPI_OKVS_BINARY, SMPI_OKVS_LAMBDA), SMPC_OK);
  assert_true(shape.bins == 1 && shape.len <= 4096);
  assert_int_equal(smpi_okvs_open_vt(&o, &shape, (blk){{1, 2}}, key, N), SMPC_OK);
  const uint32_t *index;
  const blk *sorted;
  assert_int_equal(smpi_okvs_bin(o, 0, &index, &sorted), N);
  for (int p = 0; p < N; p++) assert_memory_equal(&sorted[p], &key[index[p]], sizeof *key);
  smpi_oprf_values(value, &h, sorted, N);
  assert_int_equal(smpi_okvs_encode_bin_vt(o, column, 0, value, NULL), SMPC_OK);
  for (size_t j = 0; j < shape.bin_len; j++) high |= column[j].w[1] | column[j].w[0] >> 8 * LEN;
  assert_true(high == 0);
  smpi_okvs_close(o);
}

TEST_MAIN(T(small_sets_are_joined_exactly), T(large_sets_are_joined_exactly), T(larger_sets_run_in_buckets),
          T(paddings_match_nothing), T(items_may_have_any_length), T(the_protocol_follows_from_the_sizes),
          T(what_it_cannot_do_is_refused), T(the_last_operation_is_the_last), T(the_estimate_is_what_is_spent),
          T(what_is_sent_depends_on_sizes_alone), T(a_lost_peer_ends_it), T(keys_differ_where_items_do),
          T(no_item_is_found_for_a_key), T(what_binds_is_of_one_run_and_party), T(a_store_in_the_subspace_stays_there))
