/* okvs.c - see okvs.h: parameters, rows and decoding. */
#include "psi/okvs.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/gf128.h"
#include "psi/okvs_impl.h"

enum { RUN = 256, AHEAD = 32 }; /* LOCAL: keys hashed or read at a time; asked for before they are needed */

/* --- parameters, in integers -------------------------------------------------------- */

static uint64_t root_up(uint64_t x) { /* ceil(sqrt(x)), x < 2^62 */
  uint64_t r = 0;
  for (int bit = 31; bit >= 0; bit--)
    if ((r + (UINT64_C(1) << bit)) * (r + (UINT64_C(1) << bit)) <= x) r += UINT64_C(1) << bit;
  return r + (r * r < x);
}

/* Bernstein: Pr[X >= mean + t] <= exp(-t^2 / (2 mean + 2t/3)), so
 * t = l/3 + sqrt(l^2/9 + 2 l mean) with l = lambda ln 2 suffices. */
uint64_t smpi_okvs_bin_size(size_t n, unsigned b, unsigned lambda) {
  uint64_t mean = smpi_ceil_div(n, b), l = smpi_ceil_div((size_t)lambda * 694, 1000);
  uint64_t t = smpi_ceil_div(l, 3) + root_up(smpi_ceil_div(l * l, 9) + 2 * l * mean) + 1;
  return smpi_min(n, mean + t);
}

/* floor(L(m)), m rounded down to a quarter of an octave: 2^8, 2^8.25, ... 2^16 */
static const uint16_t slope[33] = {
    109,  120,  132,  146,  161,  177,  195,  214,  236,  260,  286,  315,  347,  382,  421,  463,  510,
    562,  618,  681,  750,  825,  909,  1001, 1102, 1213, 1335, 1470, 1619, 1782, 1962, 2160, 2378};

static uint64_t slope_of(uint64_t m) {
  smpi_u128 fourth = (smpi_u128)(m * m) * (m * m);
  unsigned quarters = 0; /* floor(4 log2 m) */
  while (fourth >>= 1) quarters++;
  return slope[quarters - 32];
}

smpc_err smpi_okvs_shape(struct smpi_okvs_shape *s, size_t n, enum smpi_okvs_form form, unsigned lambda_all) {
  if (n > (size_t)1 << 30 || lambda_all == 0 || lambda_all > SMPI_OKVS_LAMBDA + SMPI_OKVS_MORE) return SMPC_E_ARG;
  unsigned bins = n <= SMPI_OKVS_BIN ? 1 : (unsigned)smpi_ceil_div(n, SMPI_OKVS_BIN);
  unsigned lambda = lambda_all + smpi_log2_up(bins);
  uint64_t m = bins == 1 ? n : smpi_okvs_bin_size(n, bins, lambda);
  if (m < SMPI_OKVS_MIN) m = SMPI_OKVS_MIN;
  uint64_t l = slope_of(m), sparse = smpi_ceil_div(m * (1223 * l + 1000 * lambda + 9200), 1000 * l);
  unsigned gap = 1; /* floor(lambda / log2(sparse)), the most factors with sparse^k <= 2^lambda, and one more */
  for (smpi_u128 p = sparse; p <= (smpi_u128)1 << lambda; p *= sparse) gap++;
  *s = (struct smpi_okvs_shape){.form = form, .n = n, .bins = bins, .lambda = lambda, .m = (unsigned)m,
                                .sparse = (unsigned)sparse, .gap = gap};
  s->dense = form == SMPI_OKVS_BINARY ? gap + SMPI_OKVS_BINARY_EXTRA : gap;
  s->bin_len = s->sparse + s->dense;
  s->len = s->bin_len * bins;
  SMPI_VERIFY(sparse <= UINT16_MAX && m <= UINT16_MAX && gap <= SMPI_OKVS_GAP_MAX && s->dense <= SMPI_OKVS_DENSE_MAX);
  return SMPC_OK;
}

/* --- rows --------------------------------------------------------------------------- */

static unsigned bin_of(blk hash, unsigned bins) { return (unsigned)((smpi_u128)hash.w[1] * bins >> 64); }

/* row[i] := pi(key[i]) + key[i], pi AES under the seed */
static void hash_rows(const struct smpi_aes_key *pi, blk *row, const blk *key, size_t n) {
  smpi_aes_encrypt(pi, row, key, n);
  for (size_t i = 0; i < n; i++) row[i] = smpi_blk_xor(row[i], key[i]);
}

/* Counts, then places, as a counting sort; hashing anew, here and when a bin is worked on, is cheaper than keeping the
 * hashes of all keys. */
static smpc_err sort_rows(struct smpi_okvs *o) {
  blk row[RUN];
  for (size_t i = 0, k; i < o->n; i += k) {
    k = smpi_min(RUN, o->n - i);
    hash_rows(&o->pi, row, o->key + i, k);
    for (size_t j = 0; j < k; j++) o->first[bin_of(row[j], o->shape.bins)]++;
  }
  for (size_t b = 0, at = 0; b <= o->shape.bins; b++) { /* first[b] := where bin b ends, then begins */
    o->most = o->first[b] > o->most ? o->first[b] : o->most;
    o->first[b] = at += o->first[b];
  }
  for (size_t i = o->most > o->shape.m ? 0 : o->n, k; i > 0;) { /* from the end: then first[b] is where bin b begins */
    k = smpi_min(RUN, i);
    i -= k;
    hash_rows(&o->pi, row, o->key + i, k);
    for (size_t j = k; j > 0; j--) o->index[--o->first[bin_of(row[j - 1], o->shape.bins)]] = (uint32_t)(i + j - 1);
  }
  smpi_wipe(row, sizeof row);
  return o->most > o->shape.m ? SMPC_E_STATE : SMPC_OK;
}

smpc_err smpi_okvs_open_vt(struct smpi_okvs **out, const struct smpi_okvs_shape *shape, blk seed, const blk *key,
                           size_t n) {
  smpc_err err = SMPC_OK;
  struct smpi_okvs *o = *out = NULL;
  if (n > shape->n) return SMPC_E_ARG;
  o = smpi_alloc(1, sizeof *o);
  if (o == NULL) return SMPC_E_NOMEM;
  o->shape = *shape;
  o->key = key;
  o->n = n;
  smpi_aes_key_set(&o->pi, &seed);
  o->first = smpi_alloc(shape->bins + 1, sizeof *o->first);
  o->index = smpi_secret_alloc(n, sizeof *o->index);
  if (o->first == NULL || o->index == NULL) TRY(SMPC_E_NOMEM);
  TRY(sort_rows(o));
  o->some = smpi_secret_alloc(o->most, sizeof *o->some);
  o->hash = smpi_secret_alloc(o->most, sizeof *o->hash);
  if (o->some == NULL || o->hash == NULL) TRY(SMPC_E_NOMEM);
  *out = o;
out:
  if (err != SMPC_OK) smpi_okvs_close(o);
  return err;
}

void smpi_okvs_close(struct smpi_okvs *o) {
  if (o == NULL) return;
  smpi_okvs_work_free(o->work);
  smpi_free(o->first);
  smpi_secret_free(o->index);
  smpi_secret_free(o->some);
  smpi_secret_free(o->hash);
  smpi_free(o);
}

size_t smpi_okvs_load(struct smpi_okvs *o, unsigned bin) {
  const uint32_t *index = o->index + o->first[bin];
  size_t n = o->first[bin + 1] - o->first[bin];
  if (o->loaded == (size_t)bin + 1) return n;
  for (size_t p = 0; p < n; p++) {
    __builtin_prefetch(&o->key[index[smpi_min(p + AHEAD, n - 1)]]); /* they lie anywhere */
    o->some[p] = o->key[index[p]];
  }
  hash_rows(&o->pi, o->hash, o->some, n);
  o->loaded = (size_t)bin + 1;
  return n;
}

size_t smpi_okvs_bin(struct smpi_okvs *o, unsigned bin, const uint32_t **index, const blk **some) {
  *index = o->index + o->first[bin];
  *some = o->some;
  return smpi_okvs_load(o, bin);
}

size_t smpi_okvs_largest_bin(const struct smpi_okvs *o) { return o->most; }

void smpi_okvs_pack(uint8_t *to, const blk *column, size_t n, size_t len) {
  uint8_t whole[16];
  for (size_t j = 0; j < n; j++) {
    smpi_put64(whole, column[j].w[0]);
    smpi_put64(whole + 8, column[j].w[1]);
    memcpy(to + j * len, whole, len);
  }
}

void smpi_okvs_unpack(blk *column, const uint8_t *from, size_t n, size_t len) {
  uint8_t whole[16] = {0};
  for (size_t j = 0; j < n; j++) {
    memcpy(whole, from + j * len, len);
    column[j] = (blk){{smpi_get64(whole), smpi_get64(whole + 8)}};
  }
}

/* --- reading ---------------------------------------------------------------------------- */

/* d p_0 + d^2 p_1 + ..., by Horner, n <= RUN */
static void dense_field(blk *out, const blk *hash, size_t n, const blk *p, unsigned g) {
  memset(out, 0, n * sizeof *out);
  for (unsigned j = g; j > 0; j--) {
    for (size_t i = 0; i < n; i++) out[i] = smpi_blk_xor(out[i], p[j - 1]);
    smpi_gf128_mul_each(out, out, hash, n);
  }
}

/* Sums of all subsets of eight columns, looked up by a byte of the row. */
static void dense_binary(blk *out, const blk *hash, size_t n, const blk *p, unsigned dense) {
  blk sum[256];
  memset(out, 0, n * sizeof *out);
  for (unsigned first = 0; first < dense; first += 8) {
    sum[0] = (blk){{0, 0}};
    for (unsigned k = 0; k < 8; k++)
      for (unsigned j = 0; j < 1u << k; j++)
        sum[(1u << k) + j] = first + k < dense ? smpi_blk_xor(sum[j], p[first + k]) : sum[j];
    for (size_t i = 0; i < n; i++)
      out[i] = smpi_blk_xor(out[i], sum[smpi_okvs_dense_bits(hash[i], dense) >> first & 255]);
  }
  smpi_wipe(sum, sizeof sum);
}

void smpi_okvs_dense_each(const struct smpi_okvs_shape *shape, blk *out, const blk *hash, size_t n, const blk *dense) {
  if (shape->form == SMPI_OKVS_BINARY) {
    dense_binary(out, hash, n, dense, shape->dense);
    return;
  }
  for (size_t i = 0; i < n; i += RUN) dense_field(out + i, hash + i, smpi_min(RUN, n - i), dense, shape->dense);
}

void smpi_okvs_decode_bin_vt(struct smpi_okvs *o, blk *value, unsigned bin, const blk *column) {
  const blk *hash = o->hash;
  size_t n = smpi_okvs_load(o, bin);
  smpi_okvs_dense_each(&o->shape, value, hash, n, column + o->shape.sparse);
  for (size_t i = 0; i < n; i++) {
    uint32_t c[3];
    smpi_okvs_columns(c, hash[i], o->shape.sparse);
    blk v = smpi_blk_xor(smpi_blk_xor(column[c[0]], column[c[1]]), column[c[2]]);
    value[i] = smpi_blk_xor(value[i], v);
  }
}
