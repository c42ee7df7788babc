/* multi_bins.c - the stores of multi.c, bin by bin: made just before they are sent, taken as soon as
 * they have come.  The steps are those of its box. */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/gf128.h"
#include "psi/multi_impl.h"

enum { SEED = SMPI_MULTI_SEED, RUN = SMPI_MULTI_RUN };

/* --- my keys --------------------------------------------------------------------- */

smpc_err smpi_multi_open_store(struct smpi_multi *r) {
  smpc_err err = smpi_okvs_open_vt(&r->store, &r->shape, r->seed, r->t->key, smpi_multi_size(r));
  if (err != SMPC_OK) return err;
  size_t most = smpi_okvs_largest_bin(r->store);
  r->value = smpi_secret_alloc(most, sizeof *r->value);
  r->mask = smpi_secret_alloc(most, sizeof *r->mask);
  return r->value != NULL && r->mask != NULL ? SMPC_OK : SMPC_E_NOMEM;
}

static size_t gather(struct smpi_multi *r, const uint32_t **index) {
  return smpi_okvs_bin(r->store, r->bin, index, &r->some);
}

static void end_bin(struct smpi_multi *r, size_t n) {
  r->base += n;
  r->bin++;
  if (r->t->progress != NULL) r->t->progress(r->t->ctx, ++r->done, r->total);
}

void smpi_multi_rewind(struct smpi_multi *r) {
  r->bin = 0;
  r->base = r->at = 0;
  r->packed_len = SEED;
}

/* --- masks as blocks ------------------------------------------------------------- */

void smpi_multi_encrypt(const struct smpi_multi *r, struct smpi_mask *mask, const struct smpi_aes_key *k,
                        const blk *key, size_t n) {
  blk z[RUN];
  uint8_t *byte = (uint8_t *)mask;
  memset(mask, 0, n * sizeof *mask);
  for (size_t i = 0, part; i < n; i += part) {
    part = smpi_min(RUN, n - i);
    smpi_aes_encrypt(k, z, key + i, part);
    for (size_t j = 0; j < part; j++) memcpy(byte + (i + j) * sizeof *mask, &z[j], r->hash.mask_len);
  }
  smpi_wipe(z, sizeof z);
}

void smpi_multi_tag(const struct smpi_multi *r, struct smpi_mask *tag, const struct smpi_aes_key *k) {
  const struct smpi_psi_many *t = r->t;
  struct smpi_mask one[RUN];
  for (size_t i = 0, part, n = smpi_multi_size(r); i < n; i += part) {
    part = smpi_min(RUN, n - i);
    smpi_multi_encrypt(r, one, k, t->key + i, part);
    for (size_t j = 0; j < part; j++) {
      size_t place = t->place[i + j];
      uint64_t is_hit = -(uint64_t)t->hit[i + j];
      for (int w = 0; w < 2; w++) tag[place].w[w] ^= (tag[place].w[w] ^ one[j].w[w]) & is_hit;
    }
  }
  smpi_wipe(one, sizeof one);
}

/* --- step 2 at the hub ---------------------------------------------------------------- */

/* P in this bin.  After a failure zeros, so that nothing is told. */
static void solve_bin(struct smpi_multi *r, size_t n) {
  blk *p = r->p + r->bin * r->shape.bin_len;
  smpi_oprf_values(r->value, &r->hash, r->some, n);
  if (r->err == SMPC_OK) r->err = smpi_okvs_encode_bin_vt(r->store, p, r->bin, r->value, NULL);
  if (r->err != SMPC_OK) memset(p, 0, r->shape.bin_len * sizeof *p);
}

static void give_bin(struct smpi_multi *r) {
  const uint32_t *index;
  size_t first = r->bin * r->shape.bin_len, n = gather(r, &index);
  if (r->is_first) solve_bin(r, n);
  for (size_t j = 0; j < r->shape.bin_len; j++) r->column[j] = smpi_blk_xor(r->p[first + j], r->a[first + j]);
  smpi_okvs_pack(r->packed, r->column, r->shape.bin_len, r->hash.mask_len);
  r->packed_len = r->shape.bin_len * r->hash.mask_len;
  r->at = 0;
  smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, r->c + first);
  smpi_oprf_masks(r->mask, &r->hash, r->value, r->some, n);
  for (size_t p = 0; p < n; p++) {
    r->sum[r->base + p].w[0] ^= r->mask[p].w[0];
    r->sum[r->base + p].w[1] ^= r->mask[p].w[1];
  }
  end_bin(r, n);
}

void smpi_multi_give_store(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  struct smpi_multi *r = ctx;
  (void)peer, (void)off;
  for (size_t done = 0, part; done < len; done += part) {
    if (r->at == r->packed_len) give_bin(r);
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(buf + done, r->packed + r->at, part);
    r->at += part;
  }
}

/* --- and steps 2 to 4 at the others ------------------------------------------------------ */

static void take_seed(struct smpi_multi *r) {
  r->seed = (blk){{smpi_get64(r->packed), smpi_get64(r->packed + 8)}};
  r->err = smpi_multi_open_store(r);
  r->packed_len = r->shape.bin_len * r->hash.mask_len;
}

void smpi_multi_program(const struct smpi_multi *r, blk *value, const blk *key, size_t n) {
  blk h[RUN];
  struct smpi_mask z[RUN], more[RUN];
  for (size_t p = 0, part; p < n; p += part) {
    part = smpi_min(RUN, n - p);
    smpi_oprf_values(h, &r->hash, key + p, part);
    smpi_gf128_axpy(value + p, r->delta, h, part);
    smpi_oprf_masks(z, &r->hash, value + p, key + p, part);
    for (unsigned i = 0; i < r->t->owners; i++) {
      if (i == r->hub || i == r->t->mine) continue;
      smpi_multi_encrypt(r, more, &r->share[i], key + p, part);
      for (size_t j = 0; j < part; j++) z[j].w[0] ^= more[j].w[0], z[j].w[1] ^= more[j].w[1];
    }
    for (size_t j = 0; j < part; j++) value[p + j] = (blk){{z[j].w[0], z[j].w[1]}};
  }
  smpi_wipe(h, sizeof h);
  smpi_wipe(z, sizeof z);
  smpi_wipe(more, sizeof more);
}

static void take_bin(struct smpi_multi *r) {
  const uint32_t *index;
  size_t len = r->shape.bin_len, first = r->bin * len, n = gather(r, &index);
  smpi_okvs_unpack(r->column, r->packed, len, r->hash.mask_len);
  smpi_gf128_axpy(r->b + first, r->delta, r->column, len);
  smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, r->b + first);
  smpi_multi_program(r, r->value, r->some, n);
  r->err = smpi_okvs_encode_bin_vt(r->store, r->column, r->bin, r->value, smpi_prg_own(r->s));
  if (r->err == SMPC_OK) smpi_okvs_pack(r->hint + first * r->hash.mask_len, r->column, len, r->hash.mask_len);
  end_bin(r, n);
}

void smpi_multi_take_store(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct smpi_multi *r = ctx;
  (void)peer;
  for (size_t done = 0, part; done < len && r->err == SMPC_OK; done += part) {
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(r->packed + r->at, buf + done, part);
    r->at += part;
    if (r->at < r->packed_len) continue;
    r->at = 0;
    if (off + done + part == SEED) take_seed(r);
    else take_bin(r);
  }
}

void smpi_multi_compare_vt(struct smpi_multi *r) {
  const uint32_t *index;
  smpi_multi_rewind(r);
  while (r->bin < r->shape.bins) {
    size_t len = r->shape.bin_len, n = gather(r, &index);
    smpi_okvs_unpack(r->column, r->hint + r->bin * len * r->hash.mask_len, len, r->hash.mask_len);
    smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, r->column);
    for (size_t p = 0; p < n; p++) {
      const struct smpi_mask *f = &r->sum[r->base + p];
      bool is_in = r->value[p].w[0] == f->w[0] && r->value[p].w[1] == f->w[1] && index[p] < r->t->held;
      r->t->hit[index[p]] = is_in;
      r->t->matched += is_in;
    }
    end_bin(r, n);
  }
}

void smpi_multi_add_hint(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct smpi_multi *r = ctx;
  (void)peer;
  for (size_t i = 0; i < len; i++) r->hint[off + i] ^= buf[i];
}
