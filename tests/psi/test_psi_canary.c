/* test_psi_canary.c - items, their keys and what is derived from them are looked for where an intersection has left
 * memory: on the stack below its caller, and in blocks that are given back.
 *
 * Linked with --wrap for the functions below (meson.build): there the secrets are seen. */
#include <pthread.h>

#include "many_sets.h"
#include "psi_sets.h"

#include "psi/ecdh.h"
#include "base/mem.h"
#include "psi/okvs_impl.h"
#include "psi/oprf.h"
#include "support/seams.h"

enum { N = 200, OWNERS = 3, MOST_WORDS = 1 << 14, MOST_RUNS = 64, RUN_LEN = 12, DEPTH = 1 << 18 };

/* --- what is looked for ---------------------------------------------------------------------- */

/* Words of 64 bits that no accident repeats, and runs of bytes: kept with all bits turned, so that this test
 * leaves none itself. */
static struct {
  pthread_mutex_t lock;
  uint64_t word[2 * MOST_WORDS]; /* open addressing; 0: free */
  size_t words, runs;
  uint8_t run[MOST_RUNS][RUN_LEN];
  size_t on_stack, on_heap;
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline uint64_t load(const uint8_t *at) {
  uint64_t w = 0;
  for (int k = 0; k < 8; k++) w |= (uint64_t)(uint8_t)~at[k] << 8 * k;
  return w;
}

static uint64_t *slot_of(uint64_t w) {
  size_t i = (w * UINT64_C(0x9e3779b97f4a7c15)) >> 49;
  while (seen.word[i] != 0 && seen.word[i] != w) i = (i + 1) % (2 * MOST_WORDS);
  return &seen.word[i];
}
_Static_assert(2 * MOST_WORDS == 1 << (64 - 49), "a hash is a slot");

static void look_for(const void *bytes, size_t len) {
  pthread_mutex_lock(&seen.lock);
  for (size_t i = 0; i + 8 <= len && seen.words < MOST_WORDS; i += 8) {
    uint64_t w, *slot;
    w = load((const uint8_t *)bytes + i);
    slot = slot_of(w);
    if (*slot == 0) *slot = w, seen.words++;
  }
  pthread_mutex_unlock(&seen.lock);
}

static void look_for_run(const void *bytes) {
  pthread_mutex_lock(&seen.lock);
  for (size_t i = 0; i < RUN_LEN && seen.runs < MOST_RUNS; i++)
    seen.run[seen.runs][i] = (uint8_t) ~((const uint8_t *)bytes)[i];
  seen.runs += seen.runs < MOST_RUNS;
  pthread_mutex_unlock(&seen.lock);
}

/* The columns of two keys, as they stand in the memory of who solves. */
static void look_for_columns(const blk hash[2], unsigned sparse) {
  uint16_t row[RUN_LEN / 2];
  uint32_t c[3];
  for (int r = 0; r < 2; r++) {
    smpi_okvs_columns(c, hash[r], sparse);
    for (int k = 0; k < 3; k++) row[3 * r + k] = (uint16_t)c[k];
  }
  look_for_run(row);
  smpi_wipe(row, sizeof row);
}

static void forget(void) {
  memset(seen.word, 0, sizeof seen.word);
  seen.words = seen.runs = seen.on_stack = seen.on_heap = 0;
}

/* Words at every fourth byte, runs at every second. */
__attribute__((no_sanitize_address)) static size_t count(const uint8_t *at, size_t len) {
  size_t found = 0;
  for (size_t i = 0; i + 8 <= len; i += 4) {
    uint64_t w = load(at + i);
    found += w != 0 && *slot_of(w) == w;
  }
  for (size_t k = 0; k < seen.runs; k++)
    for (size_t i = 0; i + RUN_LEN <= len; i += 2) {
      size_t j = 0;
      while (j < RUN_LEN && at[i + j] + seen.run[k][j] == 255) j++;
      found += j == RUN_LEN;
    }
  return found;
}

static void look_at_block(void *ctx, const uint8_t *block, size_t len) {
  (void)ctx;
  pthread_mutex_lock(&seen.lock);
  seen.on_heap += count(block, len);
  pthread_mutex_unlock(&seen.lock);
}

/* Below this frame lies what the calls before have left. */
__attribute__((noinline, no_sanitize_address)) static void look_at_stack(void) {
  const uint8_t *here = __builtin_frame_address(0);
  __asm__ volatile("" : "+r"(here)); /* the compiler need not know what lies there */
  pthread_mutex_lock(&seen.lock);
  seen.on_stack += count(here - DEPTH, DEPTH - 1024); /* not what this call itself puts there */
  pthread_mutex_unlock(&seen.lock);
}

/* --- where secrets are seen --------------------------------------------------------------------- */

smpc_err __real_smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                                  size_t n);
smpc_err __wrap_smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                                  size_t n);
smpc_err __wrap_smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                                  size_t n) {
  smpc_err err = __real_smpi_okvs_open_vt(o, shape, seed, key, n);
  if (err != SMPC_OK) return err;
  look_for(key, n * sizeof *key);
  assert_int_equal(smpi_okvs_load(*o, 0), n); /* sets of this size have one bin */
  look_for((*o)->hash, n * sizeof *key);
  if (n >= 2) look_for_columns((*o)->hash, shape->sparse);
  return err;
}

void __real_smpi_oprf_keys(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row,
                           size_t n);
void __wrap_smpi_oprf_keys(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row,
                           size_t n);
void __wrap_smpi_oprf_keys(blk *key, const struct smpi_oprf_hash *h, const smpc_items *set, const size_t *row,
                           size_t n) {
  __real_smpi_oprf_keys(key, h, set, row, n);
  look_for(key, n * sizeof *key);
}

void __real_smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n);
void __wrap_smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n);
void __wrap_smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n) {
  __real_smpi_oprf_values(value, h, key, n);
  for (size_t i = 0; i < n; i++) look_for(value[i].w, sizeof value[i].w[0]); /* the second word has few bits */
}

smpc_err __real_smpi_ecdh_key_make(struct smpi_ecdh_key *k, const uint8_t session[32], uint64_t instance,
                                   const uint8_t random[64]);
smpc_err __wrap_smpi_ecdh_key_make(struct smpi_ecdh_key *k, const uint8_t session[32], uint64_t instance,
                                   const uint8_t random[64]);
smpc_err __wrap_smpi_ecdh_key_make(struct smpi_ecdh_key *k, const uint8_t session[32], uint64_t instance,
                                   const uint8_t random[64]) {
  smpc_err err = __real_smpi_ecdh_key_make(k, session, instance, random);
  look_for(k->scalar, sizeof k->scalar);
  return err;
}

/* --- runs ------------------------------------------------------------------------------------------- */

struct form { const char *name; unsigned owners; smpc_psi_protocol protocol; bool is_count, is_malicious; unsigned to; };

static const struct form forms[] = {
    {"ecdh", 2, SMPC_PSI_ECDH, false, false, 3},        {"vole", 2, SMPC_PSI_VOLE, false, false, 3},
    {"vole, malicious", 2, SMPC_PSI_VOLE, false, true, 1}, {"join", 2, SMPC_PSI_JOIN, true, false, 1},
    {"vole of three", OWNERS, SMPC_PSI_VOLE, false, false, 3},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* Items of 16 random bytes, the first half of them everybody's. */
static void make_items(uint64_t (*item)[N][2]) {
  uint64_t state = 77;
  for (unsigned k = 0; k < OWNERS; k++)
    for (size_t i = 0; i < N; i++)
      for (int w = 0; w < 2; w++) item[k][i][w] = k > 0 && i < N / 2 ? item[0][i][w] : test_random(&state);
}

static void two(struct smpc_session *s, unsigned me, void *ctx) {
  psi_body(s, me, ctx);
  look_at_stack();
}

static void three(struct smpc_session *s, unsigned me, void *ctx) {
  many_reveal(s, me, ctx);
  look_at_stack();
}

static void run(const struct form *f, uint64_t (*item)[N][2]) {
  struct psi_run r;
  struct many_run m;
  struct parties p = {
      .n = f->owners, .seed = 3, .source = SMPC_OT, .configure = f->is_malicious ? stand_against_all : NULL};
  forget();
  look_for(item, f->owners * sizeof *item);
  psi_run_make(&r, NULL, f->to);
  many_run_make(&m, NULL, OWNERS, f->to);
  r.q.protocol = f->protocol;
  r.is_count = f->is_count;
  for (unsigned k = 0; k < f->owners; k++) {
    const smpc_items set = {.n = N, .flat = item[k], .item_len = 16};
    m.set[k] = set;
    if (k < 2) r.set[k] = set;
  }
  seam_heap_watch(look_at_block, NULL);
  parties_run_ok(&p, f->owners == 2 ? two : three, f->owners == 2 ? (void *)&r : &m, NULL);
  seam_heap_watch(NULL, NULL);
  uint64_t matched = f->owners == 2 ? (f->is_count ? r.count[0] : r.result[0].matched) : m.result[0].matched;
  assert_int_equal(matched, N / 2);
  if (f->owners == 2) psi_run_free(&r);
  else many_run_free(&m);
}

static void nothing_is_left(void **state) {
  (void)state;
  static uint64_t item[OWNERS][N][2];
  bool is_clean = true;
  make_items(item);
  for (size_t i = 0; i < FORMS; i++) {
    run(&forms[i], item);
    assert_true(seen.words > (forms[i].protocol == SMPC_PSI_ECDH ? 2 : 4) * N);
    if (seen.on_stack + seen.on_heap == 0) continue;
    print_message("# %s: %zu on the stack, %zu in blocks given back\n", forms[i].name, seen.on_stack, seen.on_heap);
    is_clean = false;
  }
  assert_true(is_clean);
}

/* --- that it would be seen ------------------------------------------------------------------------ */

__attribute__((noinline)) static void leave(const uint64_t *secret) {
  volatile uint64_t copy[1024];
  for (int i = 0; i < 1024; i++) copy[i] = secret[i % 2];
  (void)copy[1];
}

static void what_is_left_is_seen(void **state) {
  (void)state;
  const uint64_t secret[2] = {UINT64_C(0x123456789abcdef1), UINT64_C(0xfedcba9876543211)};
  const uint16_t row[RUN_LEN / 2] = {1, 2, 3, 4, 5, 6};
  forget();
  look_for(secret, sizeof secret);
  look_for_run(row);
  leave(secret);
  look_at_stack();
  assert_true(seen.on_stack > 0);
  seam_heap_watch(look_at_block, NULL);
  uint64_t *block = smpi_alloc(10, sizeof *block);
  smpi_free(block);
  assert_int_equal(seen.on_heap, 0);
  block = smpi_alloc(10, sizeof *block);
  block[7] = secret[1];
  memcpy(block + 1, row, sizeof row);
  smpi_free(block);
  seam_heap_watch(NULL, NULL);
  assert_int_equal(seen.on_heap, 2);
}

TEST_MAIN(T(what_is_left_is_seen), T(nothing_is_left))
