/* probe_primitives.c - lib/base, lib/math and lib/rand on secrets. */
#include "probe.h"

#include "base/mem.h"
#include "math/bits.h"
#include "math/fixed.h"
#include "math/fixed_impl.h"
#include "math/matrix.h"
#include "math/matrix_impl.h"
#include "math/ring.h"
#include "rand/hash.h"
#include "rand/prg.h"

static volatile uint64_t sink;

/* The control: a branch on a secret, which must be reported. */
static void leaky_branch(void) {
  const uint64_t *x = secret_words(0, WORDS);
  uint64_t odd = 0;
  for (int i = 0; i < WORDS; i++)
    if (x[i] % 2 == 1) sink = odd++;
}

/* The other control: an address that depends on a secret. */
static void leaky_index(void) {
  static const uint8_t table[256] = {1, 2, 3};
  const uint64_t *x = secret_words(0, WORDS);
  for (int i = 0; i < WORDS; i++) sink = table[x[i] & 255];
}

static void ring(void) {
  shr *x = (shr *)secret_words(0, WORDS), *y = (shr *)secret_words(1, WORDS), *z = (shr *)secret_words(2, WORDS);
  smpi_ring_add(z, x, y, WORDS);
  smpi_ring_sub(z, x, y, WORDS);
  smpi_ring_xor(z, x, y, WORDS);
  smpi_ring_scale(z, x, (pub){3}, (pub){4}, WORDS);
  z[0] = smpi_ring_sum(x, WORDS);
  smpi_ring_add_words(&z->v, &x->v, WORDS);
  smpi_ring_xor_words(&z->v, &x->v, WORDS);
}

/* Every variant that runs here, not only the best. */
static void kernels(void) {
  const uint64_t *x = secret_words(0, WORDS), *y = secret_words(1, WORDS);
  uint64_t *z = secret_words(2, WORDS);
  const struct smpi_kernels *k;
  for (size_t i = 0; (k = smpi_kernels_at(i)) != NULL; i++) {
    if (!k->usable()) continue;
    k->add(z, x, y, WORDS);
    k->sub(z, x, y, WORDS);
    k->bit_xor(z, x, y, WORDS);
    k->bit_and(z, x, y, WORDS);
    k->scale(z, x, 3, 4, WORDS);
    z[0] = k->sum(x, WORDS) + k->dot(x, y, WORDS);
    k->transpose(z, x);
    k->axpy(z, y, x, 60, 60);
  }
}

static void bits(void) {
  uint64_t *x = secret_words(0, WORDS), *rows = secret_words(1, 64 * 5);
  smpi_bits_slice(rows, 5, x, WORDS);
  smpi_bits_and(x, x, rows, WORDS);
}

static void matrix(void) {
  const uint64_t *a = secret_words(0, 17 * 20), *b = secret_words(1, 20 * 19);
  uint64_t *c = secret_words(2, 17 * 19);
  const struct smpi_kernels *k;
  for (size_t i = 0; (k = smpi_kernels_at(i)) != NULL; i++)
    if (k->usable())
      for (size_t m = 1; m <= 17; m += 8)
        for (size_t n = 1; n <= 19; n += 6) smpi_matrix_mul_add_on(k, c, a, b, m, 20, n);
  smpi_matrix_transpose(c, a, 17, 19);
}

/* Any bits at all: numbers of every size, and what is no number. */
static void fixed(void) {
  uint64_t *out = secret_words(1, WORDS);
  double *v = (double *)secret_words(0, WORDS);
  uint32_t bad = smpi_fixed_encode_all(out, v, WORDS, 20);
  reveal(&bad, sizeof bad); /* the verdict is public */
  sink = bad;
  smpi_fixed_decode(v, out, WORDS, 20);
}

static void equal(void) {
  const uint64_t *x = secret_words(0, WORDS), *y = secret_words(1, WORDS);
  int same = smpi_ct_equal(x, y, WORDS * 8);
  reveal(&same, sizeof same);
  sink = (uint64_t)same;
}

static void hash(void) {
  const uint8_t *key = (const uint8_t *)secret_words(0, 4);
  uint8_t out[32];
  struct smpi_hash h;
  smpi_kdf(out, key, "timing test", "context", 7);
  smpi_hash_begin(&h, "timing test");
  smpi_hash_add(&h, key, 32);
  smpi_hash_end(&h, out);
}

static void prg(void) {
  const uint8_t *key = (const uint8_t *)secret_words(0, 4);
  uint64_t *out = secret_words(1, WORDS);
  struct smpi_prg *g;
  if (smpi_prg_open(&g, key) != SMPC_OK) return;
  smpi_prg_words(g, out, WORDS);
  smpi_prg_seek(g, 3);
  smpi_prg_words(g, out, WORDS);
  smpi_prg_close(g);
}

const struct probe primitive_probes[] = {
    {"leaky_branch", leaky_branch}, {"leaky_index", leaky_index}, {"ring", ring}, {"kernels", kernels}, {"bits", bits},
    {"matrix", matrix}, {"fixed", fixed}, {"equal", equal}, {"hash", hash}, {"prg", prg}, {NULL, NULL},
};
