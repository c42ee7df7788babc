/* oprf_store.c - steps 3 and 4 of the box in oprf.c: the store is solved, sent, taken and
 * read bin by bin, so that both parties work at once and neither holds it whole. */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/gf128.h"
#include "psi/oprf_impl.h"

enum { RUN = 64 }; /* LOCAL: items at a time */

/* --- my keys ------------------------------------------------------------------------- */

smpc_err smpi_oprf_open_store(struct smpi_oprf_run *r) {
  struct smpi_okvs_shape shape = r->receives ? r->shape : smpi_okvs_read_shape(&r->shape, r->t->n);
  smpc_err err = smpi_okvs_open_vt(&r->store, &shape, r->seed, r->t->key, r->t->n);
  if (err != SMPC_OK) return err;
  r->value = smpi_secret_alloc(smpi_okvs_largest_bin(r->store), sizeof *r->value);
  return r->value != NULL ? SMPC_OK : SMPC_E_NOMEM;
}

static size_t gather(struct smpi_oprf_run *r, unsigned bin, const uint32_t **index) {
  return smpi_okvs_bin(r->store, bin, index, &r->some);
}

/* mine := the mask of each position, from what was read there; or that itself,
 * where the salt is not known yet. */
static void set_masks(struct smpi_oprf_run *r, const uint32_t *index, size_t n) {
  bool is_early = r->is_malicious && r->receives;
  struct smpi_mask some[RUN];
  for (size_t p = 0, k; p < n; p += k) {
    k = smpi_min(RUN, n - p);
    if (is_early) memcpy(some, r->value + p, k * sizeof *some);
    else smpi_oprf_masks(some, &r->hash, r->value + p, r->some + p, k);
    for (size_t j = 0; j < k; j++) r->mine[r->receives ? index[p + j] : r->t->place[index[p + j]]] = some[j];
  }
  smpi_wipe(some, sizeof some);
}

void smpi_oprf_salt_masks(struct smpi_oprf_run *r) {
  blk read[RUN];
  for (size_t i = 0, k; i < r->t->n; i += k) {
    k = smpi_min(RUN, r->t->n - i);
    memcpy(read, r->mine + i, k * sizeof *read);
    smpi_oprf_masks(r->mine + i, &r->hash, read, r->t->key + i, k);
  }
  smpi_wipe(read, sizeof read);
}

static void tell(const struct smpi_oprf_run *r) {
  if (r->t->progress != NULL) r->t->progress(r->t->ctx, r->bin, r->shape.bins);
}

/* --- steps 3 and 4 at the receiver ----------------------------------------------------- */

static void pack_columns(struct smpi_oprf_run *r, const blk *a) {
  for (size_t j = 0; j < r->shape.bin_len; j++) r->column[j] = smpi_blk_xor(r->column[j], a[j]);
  smpi_okvs_pack(r->packed, r->column, r->shape.bin_len, r->hash.mask_len);
  r->packed_len = r->shape.bin_len * r->hash.mask_len;
  r->at = 0;
}

/* A bin of P, whose keys were gathered.  After a failure zeros: a alone is sent, so that nothing is told. */
static void solve(struct smpi_oprf_run *r, blk *column, unsigned bin, size_t n) {
  smpi_oprf_values(r->value, &r->hash, r->some, n);
  if (r->err == SMPC_OK) r->err = smpi_okvs_encode_bin_vt(r->store, column, bin, r->value, NULL);
  if (r->err != SMPC_OK) memset(column, 0, r->shape.bin_len * sizeof *column);
}

smpc_err smpi_oprf_solve_ahead(struct smpi_oprf_run *r) {
  const uint32_t *index;
  unsigned bins = (unsigned)smpi_min(SMPI_OPRF_AHEAD, r->shape.bins);
  r->ahead = smpi_secret_alloc(bins * r->shape.bin_len, sizeof *r->ahead);
  if (r->ahead == NULL) return SMPC_E_NOMEM;
  for (unsigned b = 0; b < bins; b++) solve(r, r->ahead + b * r->shape.bin_len, b, gather(r, b, &index));
  return SMPC_OK; /* what failed, r->err, ends the run where it always does: once a is sent in its place */
}

static void next_bin(struct smpi_oprf_run *r) {
  const uint32_t *index;
  size_t len = r->shape.bin_len, first = r->bin * len, n = gather(r, r->bin, &index);
  if (r->bin < SMPI_OPRF_AHEAD) memcpy(r->column, r->ahead + first, len * sizeof *r->column);
  else solve(r, r->column, r->bin, n);
  pack_columns(r, r->a + first);
  smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, r->c + first);
  set_masks(r, index, n);
  r->bin++;
  tell(r);
}

static void give_store(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  struct smpi_oprf_run *r = ctx;
  (void)peer, (void)off;
  for (size_t done = 0, part; done < len; done += part) {
    if (r->at == r->packed_len) next_bin(r);
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(buf + done, r->packed + r->at, part);
    r->at += part;
  }
}

/* --- and at the sender ------------------------------------------------------------------- */

static void take_head(struct smpi_oprf_run *r) {
  r->seed = (blk){{smpi_get64(r->packed), smpi_get64(r->packed + 8)}};
  if (r->is_malicious) {
    memcpy(r->salt[0], r->packed + SMPI_OPRF_SEED, SMPI_OPRF_SALT);
    smpi_oprf_hash_salt(&r->hash, r->salt[0], r->salt[1]);
  }
  r->err = smpi_oprf_open_store(r);
  r->packed_len = r->shape.bin_len * r->hash.mask_len;
  r->at = 0;
}

static void take_bin(struct smpi_oprf_run *r) {
  const uint32_t *index;
  blk *k = r->b + r->bin * r->shape.bin_len;
  smpi_okvs_unpack(r->column, r->packed, r->shape.bin_len, r->hash.mask_len);
  r->at = 0;
  smpi_gf128_axpy(k, r->delta, r->column, r->shape.bin_len);
  size_t n = gather(r, r->bin, &index);
  smpi_okvs_decode_bin_vt(r->store, r->value, r->bin, k);
  blk value[RUN];
  for (size_t p = 0, part; p < n; p += part) {
    part = smpi_min(RUN, n - p);
    smpi_oprf_values(value, &r->hash, r->some + p, part);
    smpi_gf128_axpy(r->value + p, r->delta, value, part);
  }
  smpi_wipe(value, sizeof value);
  set_masks(r, index, n);
  r->bin++;
  tell(r);
}

static void take_store(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  struct smpi_oprf_run *r = ctx;
  (void)peer;
  for (size_t done = 0, part; done < len && r->err == SMPC_OK; done += part) {
    part = smpi_min(r->packed_len - r->at, len - done);
    memcpy(r->packed + r->at, buf + done, part);
    r->at += part;
    if (r->at < r->packed_len) continue;
    if (off + done + part == smpi_oprf_head_len(r->is_malicious)) take_head(r);
    else take_bin(r);
  }
}

/* --- both ----------------------------------------------------------------------------------- */

static void give_head(struct smpi_oprf_run *r) {
  smpi_put64(r->packed, r->seed.w[0]);
  smpi_put64(r->packed + 8, r->seed.w[1]);
  if (r->is_malicious) memcpy(r->packed + SMPI_OPRF_SEED, r->salt[0], SMPI_OPRF_SALT);
}

smpc_err smpi_oprf_exchange_store(struct smpi_oprf_run *r) {
  size_t head_len = smpi_oprf_head_len(r->is_malicious), len = head_len + r->shape.len * r->hash.mask_len;
  struct smpi_flow flow = {.peer = r->t->peer, .ctx = r};
  smpc_err err;
  r->packed_len = head_len;
  r->at = 0;
  if (r->receives) {
    give_head(r);
    flow.out_len = len;
    flow.produce = give_store;
  } else {
    flow.in_len = len;
    flow.consume = take_store;
  }
  TRY(smpi_exchange(r->s, &flow, 1));
  err = r->err;
out:
  return err;
}
