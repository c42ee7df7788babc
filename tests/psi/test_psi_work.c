/* test_psi_work.c - a set that is padded to a declared size takes the same work whatever it holds: scalar
 * products, keys sorted into stores, solved and read, places in tables are counted; and what a padding
 * matches is told to nobody.
 *
 * Linked with --wrap for the functions below (meson.build). */
#include <stdatomic.h>

#include "many_sets.h"
#include "psi_sets.h"

#include "psi/cuckoo.h"
#include "psi/ecdh.h"
#include "psi/okvs.h"
#include "psi/oprf.h"

enum { PRODUCTS, MAPS, SORTED, READ, VALUES, MASKS, PLACES, FILLED, KINDS };
static const char *const names[KINDS] = {"scalar products", "maps to the group", "keys sorted", "keys solved or read",
                                         "values", "masks", "places", "keys in tables"};
static atomic_uint_fast64_t work[KINDS];
static atomic_bool all_match; /* what an accident would do */

/* --- what is counted, in both parties ------------------------------------------------------ */

int __real_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p);
int __wrap_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p);
int __wrap_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p) {
  work[PRODUCTS]++;
  return __real_crypto_scalarmult_ristretto255(q, n, p);
}

int __real_crypto_core_ristretto255_from_hash(unsigned char *p, const unsigned char *r);
int __wrap_crypto_core_ristretto255_from_hash(unsigned char *p, const unsigned char *r);
int __wrap_crypto_core_ristretto255_from_hash(unsigned char *p, const unsigned char *r) {
  work[MAPS]++;
  return __real_crypto_core_ristretto255_from_hash(p, r);
}

smpc_err __real_smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                                  size_t n);
smpc_err __wrap_smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                                  size_t n);
smpc_err __wrap_smpi_okvs_open_vt(struct smpi_okvs **o, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                                  size_t n) {
  work[SORTED] += n;
  return __real_smpi_okvs_open_vt(o, shape, seed, key, n);
}

size_t __real_smpi_okvs_bin(struct smpi_okvs *o, unsigned bin, const uint32_t **index, const blk **some);
size_t __wrap_smpi_okvs_bin(struct smpi_okvs *o, unsigned bin, const uint32_t **index, const blk **some);
size_t __wrap_smpi_okvs_bin(struct smpi_okvs *o, unsigned bin, const uint32_t **index, const blk **some) {
  size_t n = __real_smpi_okvs_bin(o, bin, index, some);
  work[READ] += n;
  return n;
}

void __real_smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n);
void __wrap_smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n);
void __wrap_smpi_oprf_values(blk *value, const struct smpi_oprf_hash *h, const blk *key, size_t n) {
  work[VALUES] += n;
  __real_smpi_oprf_values(value, h, key, n);
}

void __real_smpi_oprf_masks(struct smpi_mask *mask, const struct smpi_oprf_hash *h, const blk *z, const blk *key,
                            size_t n);
void __wrap_smpi_oprf_masks(struct smpi_mask *mask, const struct smpi_oprf_hash *h, const blk *z, const blk *key,
                            size_t n);
void __wrap_smpi_oprf_masks(struct smpi_mask *mask, const struct smpi_oprf_hash *h, const blk *z, const blk *key,
                            size_t n) {
  work[MASKS] += n;
  __real_smpi_oprf_masks(mask, h, z, key, n);
}

void __real_smpi_cuckoo_places(uint32_t *place, const struct smpi_aes_key *pi, size_t bins, const blk *key, size_t n);
void __wrap_smpi_cuckoo_places(uint32_t *place, const struct smpi_aes_key *pi, size_t bins, const blk *key, size_t n);
void __wrap_smpi_cuckoo_places(uint32_t *place, const struct smpi_aes_key *pi, size_t bins, const blk *key, size_t n) {
  work[PLACES] += n;
  __real_smpi_cuckoo_places(place, pi, bins, key, n);
}

smpc_err __real_smpi_cuckoo_fill_vt(uint32_t *slot, size_t bins, const uint32_t *place, size_t n);
smpc_err __wrap_smpi_cuckoo_fill_vt(uint32_t *slot, size_t bins, const uint32_t *place, size_t n);
smpc_err __wrap_smpi_cuckoo_fill_vt(uint32_t *slot, size_t bins, const uint32_t *place, size_t n) {
  work[FILLED] += n;
  return __real_smpi_cuckoo_fill_vt(slot, bins, place, n);
}

size_t __real_smpi_psi_match_vt(uint8_t *hit, const struct smpi_mask *mine, size_t n, const struct smpi_mask *theirs,
                                size_t m, struct smpi_prg *own);
size_t __wrap_smpi_psi_match_vt(uint8_t *hit, const struct smpi_mask *mine, size_t n, const struct smpi_mask *theirs,
                                size_t m, struct smpi_prg *own);
size_t __wrap_smpi_psi_match_vt(uint8_t *hit, const struct smpi_mask *mine, size_t n, const struct smpi_mask *theirs,
                                size_t m, struct smpi_prg *own) {
  size_t found = __real_smpi_psi_match_vt(hit, mine, n, theirs, m, own);
  if (!all_match || hit == NULL) return found;
  memset(hit, 1, n);
  return n;
}

/* --- one run ----------------------------------------------------------------------------------- */

enum { OWNERS = 3, DECLARED = 120 };

/* What is asked of sets of `held` items, all padded to DECLARED. */
struct form {
  const char *name;
  unsigned owners;
  smpc_psi_protocol protocol;
  bool is_count, is_malicious, is_distinct;
  unsigned to;
};

static void count_distinct(struct smpc_session *s, unsigned me, void *ctx) {
  struct many_run *r = ctx;
  uint64_t count;
  r->err[me] = smpc_psi_distinct(s, &r->q, &r->set[me], &count, &r->result[me]);
}

static void run_many(const struct form *f, const size_t *held, uint64_t *matched) {
  static const uint64_t declared[OWNERS] = {DECLARED, DECLARED, DECLARED};
  struct many_sets m;
  struct many_run r;
  many_sets_make(&m, OWNERS, held, 0, false, 5);
  many_run_make(&r, &m, OWNERS, f->to);
  r.q.sizes = declared;
  parties_run_ok(&(struct parties){.n = OWNERS, .seed = 1, .source = SMPC_OT},
                 f->is_distinct ? count_distinct : many_reveal, &r, NULL);
  for (unsigned k = 0; k < OWNERS; k++) {
    assert_int_equal(r.err[k], SMPC_OK);
    matched[k] = r.result[k].matched;
  }
  many_run_free(&r);
  many_sets_free(&m);
}

static void run_two(const struct form *f, const size_t *held, uint64_t *matched) {
  struct psi_sets p;
  struct psi_run r;
  psi_sets_make(&p, held[0], held[1], 0, 5);
  psi_run_make(&r, &p, f->to);
  r.q.protocol = f->protocol;
  r.q.size_a = r.q.size_b = DECLARED;
  r.is_count = f->is_count;
  parties_run_ok(&(struct parties){.n = 2, .seed = 1, .source = SMPC_OT, .configure = f->is_malicious ? stand_against_all : NULL},
                 psi_body, &r, NULL);
  for (unsigned k = 0; k < 2; k++) {
    assert_int_equal(r.err[k], SMPC_OK);
    matched[k] = r.result[k].matched;
  }
  psi_run_free(&r);
  psi_sets_free(&p);
}

static void run(const struct form *f, const size_t *held, uint64_t *matched, uint64_t *count) {
  for (unsigned i = 0; i < KINDS; i++) work[i] = 0;
  if (f->owners == 2) run_two(f, held, matched);
  else run_many(f, held, matched);
  for (unsigned i = 0; i < KINDS; i++) count[i] = work[i];
}

static const struct form forms[] = {
    {"ecdh", 2, SMPC_PSI_ECDH, false, false, false, 3},
    {"ecdh, counted", 2, SMPC_PSI_ECDH, true, false, false, 3},
    {"vole", 2, SMPC_PSI_VOLE, false, false, false, 3},
    {"vole, malicious", 2, SMPC_PSI_VOLE, false, true, false, 1},
    {"join, counted", 2, SMPC_PSI_JOIN, true, false, false, 1},
    {"vole of three", OWNERS, SMPC_PSI_VOLE, false, false, false, 7},
    {"distinct of three", OWNERS, SMPC_PSI_JOIN, false, false, true, 1},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* --- tests -------------------------------------------------------------------------------------- */

/* No items, half, all. */
static void work_depends_on_declared_sizes_alone(void **state) {
  (void)state;
  static const size_t held[2][OWNERS] = {{0, DECLARED / 2, DECLARED}, {DECLARED / 2, 0, 0}};
  bool is_same = true;
  for (size_t i = 0; i < FORMS; i++) {
    uint64_t full[KINDS], got[KINDS], matched[OWNERS];
    run(&forms[i], (const size_t[OWNERS]){DECLARED, DECLARED, DECLARED}, matched, full);
    assert_true(forms[i].protocol == SMPC_PSI_ECDH ? full[PRODUCTS] >= 4 * DECLARED : full[READ] >= 2 * DECLARED);
    for (unsigned k = 0; k < 2; k++) {
      run(&forms[i], held[k], matched, got);
      for (unsigned j = 0; j < KINDS; j++)
        if (got[j] != full[j]) {
          is_same = false;
          print_message("# %s, less held (%u): %llu %s instead of %llu\n", forms[i].name, k, (unsigned long long)got[j],
                        names[j], (unsigned long long)full[j]);
        }
    }
  }
  assert_true(is_same);
}

/* As if every mask had met another by accident: items are reported, paddings never. */
static void a_padding_that_matches_is_not_told(void **state) {
  (void)state;
  all_match = true;
  for (size_t i = 0; i < FORMS; i++) {
    const size_t held[OWNERS] = {20, 30, 40};
    uint64_t count[KINDS], matched[OWNERS];
    if (forms[i].is_count || forms[i].is_distinct) continue; /* there items and paddings are not told apart, or not compared so */
    run(&forms[i], held, matched, count);
    for (unsigned k = 0; k < forms[i].owners; k++) {
      bool learns = forms[i].to >> k & 1, compares = forms[i].owners == 2 || k > 0; /* the first of three has a store */
      if (learns && compares) assert_int_equal(matched[k], held[k]);
    }
  }
  all_match = false;
}

TEST_MAIN(T(work_depends_on_declared_sizes_alone), T(a_padding_that_matches_is_not_told))
