/* test_okvs.c - the store at every boundary size, both forms: what was put in is
 * read; parameters recomputed from the formulas; duplicates; linearity. */
#include "okvs_support.h"

#include <math.h>

#include "support/seams.h"

static const enum smpi_okvs_form forms[] = {SMPI_OKVS_FIELD, SMPI_OKVS_BINARY};
static const size_t sizes[] = {0,   1,    2,    3,    127,   128,   129,   255,   256,  257,
                               1023, 1024, 1025, 32767, 32768, 32769, 65535, 65537, 200000};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* --- parameters --------------------------------------------------------------------- */

static double slope(double m) {
  double lw = log2(3);
  return exp2(0.555 * log2(fmax(m, 256)) + 0.093 * pow(lw, 3) - 1.01 * pow(lw, 2) + 2.925 * lw - 0.133);
}

/* log2 Pr[Bin(n, 1/b) > m], the sum of the tail's terms */
static double log2_tail(size_t n, unsigned b, unsigned m) {
  double p = 1.0 / b, sum = 0, first = 0;
  for (size_t k = m + 1; k <= n && k < m + 20000; k++) {
    double l = lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) + (double)k * log(p) +
               (double)(n - k) * log1p(-p);
    if (k == m + 1u) first = l;
    sum += exp(l - first);
    if (l < first - 50) break;
  }
  return (first + log(sum)) / log(2);
}

static void check_shape(const struct smpi_okvs_shape *s) {
  double expansion = 1.223 + (s->lambda + 9.2) / slope(s->m), least = expansion * s->m;
  assert_true(s->lambda >= 40 + log2(s->bins));
  assert_true(s->sparse >= least && s->sparse < least * (s->m > 20000 ? 1.004 : 1.03) + 1 && s->sparse < 65536);
  assert_true(s->m >= 256 && (s->bins > 1 || s->m >= s->n));
  if (s->bins > 1) {
    assert_true(log2_tail(s->n, s->bins, s->m) <= -(double)s->lambda);
    assert_true((double)s->m * s->bins <= 1.06 * (double)s->n || s->n < 1000000);
  }
  assert_int_equal(s->gap, (unsigned)floor(s->lambda / log2(s->sparse)) + 1);
  /* more than g pairs of rows agree in all three columns: Poisson */
  double pairs = (double)s->m * s->m / 2 * 6 / pow(s->sparse - 2, 3);
  assert_true((s->gap + 1) * -log2(pairs) + lgamma(s->gap + 2) / log(2) >= s->lambda);
  assert_int_equal(s->dense, s->gap + (s->form == SMPI_OKVS_BINARY ? 40u : 0u));
  assert_int_equal(s->bin_len, s->sparse + s->dense);
  assert_int_equal(s->len, s->bins * s->bin_len);
}

static void parameters_follow_the_formulas(void **state) {
  (void)state;
  for (int f = 0; f < 2; f++)
    for (size_t n = 1; n <= (size_t)1 << 30; n = n < 100 ? n + 1 : n * 5 / 4) {
      struct smpi_okvs_shape s;
      assert_int_equal(smpi_okvs_shape(&s, n, forms[f], SMPI_OKVS_LAMBDA), SMPC_OK);
      check_shape(&s);
    }
  struct smpi_okvs_shape s;
  assert_int_equal(smpi_okvs_shape(&s, 1 << 20, SMPI_OKVS_FIELD, 40), SMPC_OK);
  print_message("# 2^20 keys: %u bins of %u, %u + %u columns each, expansion %.4f\n", s.bins, s.m, s.sparse, s.dense,
                (double)s.len / (1 << 20));
  assert_true((double)s.len / (1 << 20) < 1.315);
  assert_int_equal(smpi_okvs_shape(&s, ((size_t)1 << 30) + 1, SMPI_OKVS_FIELD, 40), SMPC_E_ARG);
  assert_int_equal(smpi_okvs_shape(&s, 100, SMPI_OKVS_FIELD, 0), SMPC_E_ARG);
  assert_int_equal(smpi_okvs_shape(&s, 100, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA + SMPI_OKVS_MORE + 1), SMPC_E_ARG);
}

/* --- put in and read ------------------------------------------------------------------ */

static void round_trip(size_t n, enum smpi_okvs_form form, bool is_random) {
  struct smpi_okvs_shape s;
  struct smpi_prg *random = NULL;
  uint8_t prg_key[32] = {7};
  assert_int_equal(smpi_okvs_shape(&s, n, form, SMPI_OKVS_LAMBDA), SMPC_OK);
  if (is_random) assert_int_equal(smpi_prg_open(&random, prg_key), SMPC_OK);
  blk *key = random_blks(n, n), *value = random_blks(n, n + 1), *got = random_blks(n, n + 2);
  blk *p = random_blks(s.len, 3);
  assert_int_equal(encode_all(p, &s, n, key, value, n, random), SMPC_OK);
  decode_all(got, &s, n, key, n, p);
  assert_memory_equal(got, value, n * sizeof *got);
  smpi_prg_close(random);
  smpi_free(key), smpi_free(value), smpi_free(got), smpi_free(p);
}

static void every_size_in_both_forms(void **state) {
  (void)state;
  for (size_t i = 0; i < SIZES; i++)
    for (int f = 0; f < 2; f++)
      for (int r = 0; r < 2; r++) round_trip(sizes[i], forms[f], r);
}

/* Fewer keys than declared: the length tells only the declared number. */
static void fewer_keys_than_declared(void **state) {
  (void)state;
  struct smpi_okvs_shape s;
  assert_int_equal(smpi_okvs_shape(&s, 50000, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
  blk *key = random_blks(100, 1), *value = random_blks(100, 2), got[100], *p = random_blks(s.len, 3);
  assert_int_equal(encode_all(p, &s, 5, key, value, 100, NULL), SMPC_OK);
  decode_all(got, &s, 5, key, 100, p);
  assert_memory_equal(got, value, sizeof got);
  struct smpi_okvs *o;
  blk *many = random_blks(50001, 4);
  assert_int_equal(smpi_okvs_open_vt(&o, &s, seed_blk(1), many, 50001), SMPC_E_ARG);
  smpi_free(key), smpi_free(value), smpi_free(p), smpi_free(many);
}

/* --- duplicates ------------------------------------------------------------------------- */

static void duplicates_are_refused(void **state) {
  (void)state;
  static const size_t where[][2] = {{0, 1}, {0, 999}, {500, 3}};
  for (int f = 0; f < 2; f++)
    for (int same_value = 0; same_value < 2; same_value++)
      for (int i = 0; i < 3; i++) {
        struct smpi_okvs_shape s;
        assert_int_equal(smpi_okvs_shape(&s, 1000, forms[f], SMPI_OKVS_LAMBDA), SMPC_OK);
        blk *key = random_blks(1000, 1), *value = random_blks(1000, 2), *p = random_blks(s.len, 3);
        key[where[i][0]] = key[where[i][1]];
        if (same_value) value[where[i][0]] = value[where[i][1]];
        assert_int_equal(encode_all(p, &s, 9, key, value, 1000, NULL), SMPC_E_ARG);
        for (size_t j = 0; j < s.len; j++) assert_true((p[j].w[0] | p[j].w[1]) == 0); /* nothing is left */
        smpi_free(key), smpi_free(value), smpi_free(p);
      }
}

static void many_duplicates_are_refused_too(void **state) {
  (void)state;
  struct smpi_okvs_shape s;
  assert_int_equal(smpi_okvs_shape(&s, 1000, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
  blk *key = random_blks(1000, 1), *value = random_blks(1000, 2), *p = random_blks(s.len, 3);
  for (size_t i = 0; i < 500; i++) key[i] = key[i + 500];
  assert_int_equal(encode_all(p, &s, 9, key, value, 1000, NULL), SMPC_E_ARG);
  smpi_free(key), smpi_free(value), smpi_free(p);
}

/* --- linear --------------------------------------------------------------------------------- */

/* decode(P + Q) = decode(P) + decode(Q): what the OPRF rests on. */
static void reading_is_linear(void **state) {
  (void)state;
  for (int f = 0; f < 2; f++) {
    struct smpi_okvs_shape s;
    enum { N = 300 };
    assert_int_equal(smpi_okvs_shape(&s, 3000, forms[f], SMPI_OKVS_LAMBDA), SMPC_OK);
    blk *key = random_blks(N, 1), *p = random_blks(s.len, 2), *q = random_blks(s.len, 3), x[N], y[N], z[N];
    decode_all(x, &s, 1, key, N, p);
    decode_all(y, &s, 1, key, N, q);
    for (size_t i = 0; i < s.len; i++) p[i] = smpi_blk_xor(p[i], q[i]);
    decode_all(z, &s, 1, key, N, p);
    for (size_t i = 0; i < N; i++) x[i] = smpi_blk_xor(x[i], y[i]);
    assert_memory_equal(x, z, sizeof x);
    smpi_free(key), smpi_free(p), smpi_free(q);
  }
}

/* Binary form: values in a subspace give columns in it, and readings too. */
static void the_binary_form_stays_in_a_subspace(void **state) {
  (void)state;
  const blk outside = {{0, UINT64_C(0xffffffffffff0000)}}; /* 80 dimensions */
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct smpi_okvs_shape s;
    assert_int_equal(smpi_okvs_shape(&s, 300, SMPI_OKVS_BINARY, SMPI_OKVS_LAMBDA), SMPC_OK);
    blk *key = random_blks(300, seed + 100), *value = random_blks(300, 2), *p = random_blks(s.len, 3), got[300];
    for (int i = 0; i < 300; i++) value[i].w[1] &= ~outside.w[1];
    assert_int_equal(encode_all(p, &s, seed, key, value, 300, NULL), SMPC_OK);
    for (size_t i = 0; i < s.len; i++) assert_int_equal(p[i].w[1] & outside.w[1], 0);
    decode_all(got, &s, seed, key, 300, p);
    assert_memory_equal(got, value, sizeof got);
    smpi_free(key), smpi_free(value), smpi_free(p);
  }
}

/* --- out of memory, at every allocation ------------------------------------------------------ */

static void every_allocation_may_fail(void **state) {
  (void)state;
  struct smpi_okvs_shape s;
  struct smpi_okvs *o;
  assert_int_equal(smpi_okvs_shape(&s, 300, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
  blk *key = random_blks(300, 1), *value = random_blks(300, 2), *p = random_blks(s.len, 3);
  uint64_t live = seam_heap_live(), k = 0;
  smpc_err err = SMPC_E_NOMEM;
  while (err != SMPC_OK) {
    seam_heap_reset(++k);
    err = smpi_okvs_open_vt(&o, &s, seed_blk(1), key, 300);
    if (err == SMPC_OK) err = smpi_okvs_encode_bin_vt(o, p, 0, value, NULL);
    smpi_okvs_close(o);
    assert_true(err == SMPC_OK || err == SMPC_E_NOMEM);
    assert_int_equal(seam_heap_live(), live);
  }
  seam_heap_reset(0);
  assert_true(k > 8);
  smpi_free(key), smpi_free(value), smpi_free(p);
}

TEST_MAIN(T(parameters_follow_the_formulas), T(every_size_in_both_forms), T(fewer_keys_than_declared),
          T(duplicates_are_refused), T(many_duplicates_are_refused_too), T(reading_is_linear),
          T(the_binary_form_stays_in_a_subspace), T(every_allocation_may_fail))
