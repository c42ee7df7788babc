/* vole.c - the benches of silent VOLE, from the first computing party to the
 * second, and of the oblivious key-value store, which each party makes alone. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ot/vole.h"
#include "psi/okvs.h"

/* Touched, so that the first repeat does not pay for the pages. */
static blk *touched(size_t n) {
  blk *p = aligned_alloc(64, (n + 4) / 4 * 64);
  if (p != NULL) memset(p, 1, n * sizeof *p);
  return p;
}

/* --- VOLE --------------------------------------------------------------------------- */

/* Base transfers and one run: nothing is kept from one repeat to the next. */
static smpc_err vole_passive(struct bench *b, uint32_t instance, blk *x, blk *y) {
  struct smpi_vole_passive *v;
  smpc_err err = smpi_vole_open(&v, b->s, instance, NULL);
  if (err == SMPC_OK && smpi_rank(b->s) == 0) err = smpi_vole_send(v, b->s, 1, x, b->o->n, 128);
  if (err == SMPC_OK && smpi_rank(b->s) == 1) err = smpi_vole_receive(v, b->s, 0, x, y, b->o->n, 128);
  smpi_vole_close(v);
  return err;
}

static smpc_err vole_active(struct bench *b, uint32_t instance, blk *x, blk *y) {
  struct smpi_vole_active *v;
  smpc_err err = smpi_vole_active_open(&v, b->s, instance, NULL);
  if (err == SMPC_OK && smpi_rank(b->s) == 0) err = smpi_vole_active_send(v, b->s, 1, x, b->o->n);
  if (err == SMPC_OK && smpi_rank(b->s) == 1) err = smpi_vole_active_receive(v, b->s, 0, x, y, b->o->n);
  smpi_vole_active_close(v);
  return err;
}

static smpc_err once(struct bench *b, size_t i, blk *x, blk *y) {
  smpc_err err = barrier(b);
  if (err != SMPC_OK) return err;
  struct smpi_cost before = smpi_spent(b->s);
  begin_online(b, i);
  uint32_t instance = SMPI_COT_FOR_BENCH + 256 * (uint32_t)(i + 1);
  err = b->o->is_active ? vole_active(b, instance, x, y) : vole_passive(b, instance, x, y);
  if (err == SMPC_OK) err = barrier(b); /* the receiver ends last */
  end_online(b, i);
  b->f.rounds = (double)(smpi_spent(b->s).rounds - before.rounds);
  b->f.bytes = (double)(smpi_spent(b->s).bytes - before.bytes);
  return err;
}

smpc_err run_vole(struct bench *b) {
  size_t room = smpi_vole_room(b->o->n);
  if (room == 0) return smpi_fail(b->s, SMPC_E_ARG, -1, "a VOLE has at most 2^31 elements");
  blk *x = touched(room), *y = touched(room);
  smpc_err err = x == NULL || y == NULL ? smpi_fail(b->s, SMPC_E_NOMEM, -1, "no memory for the VOLE") : SMPC_OK;
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) err = once(b, i, x, y);
  free(x), free(y);
  if (err != SMPC_OK) return err;
  struct figures f = b->f;
  b->f.repeats = b->o->repeat;
  if (!b->o->is_sim) add_extra(b, "per_second", (double)b->o->n / median(f.seconds, b->o->repeat));
  add_extra(b, "malicious", b->o->is_active);
  return SMPC_OK;
}

/* --- the key-value store -------------------------------------------------------------- */

static smpc_err store(struct bench *b, const struct smpi_okvs_shape *shape, const blk *key, blk *value, blk *column,
                      double seconds[2], uint64_t seed) {
  struct smpi_okvs *o = NULL;
  double start = b->now(b);
  smpc_err err = smpi_okvs_open_vt(&o, shape, (blk){{seed, 1}}, key, b->o->n);
  double sorted = b->now(b);
  for (unsigned bin = 0; bin < shape->bins && err == SMPC_OK; bin++)
    err = smpi_okvs_encode_bin_vt(o, column + bin * shape->bin_len, bin, value, NULL);
  double encoded = b->now(b);
  for (unsigned bin = 0; bin < shape->bins && err == SMPC_OK; bin++)
    smpi_okvs_decode_bin_vt(o, value, bin, column + bin * shape->bin_len);
  seconds[0] = encoded - start;
  seconds[1] = b->now(b) - encoded + (sorted - start);
  smpi_okvs_close(o);
  return err;
}

smpc_err run_okvs(struct bench *b) {
  struct smpi_okvs_shape shape;
  double encode[MAX_REPEAT], decode[MAX_REPEAT];
  smpc_err err = smpi_okvs_shape(&shape, b->o->n, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA);
  if (err != SMPC_OK) return smpi_fail(b->s, err, -1, "a store has at most 2^30 keys");
  blk *key = touched(b->o->n), *value = touched(b->o->n + shape.m), *column = touched(shape.len);
  if (key == NULL || value == NULL || column == NULL)
    err = smpi_fail(b->s, SMPC_E_NOMEM, -1, "no memory for the store");
  for (size_t i = 0; err == SMPC_OK && i < b->o->n; i++) key[i] = (blk){{i * UINT64_C(0x9e3779b97f4a7c15), i}};
  for (size_t i = 0; i < b->o->repeat && err == SMPC_OK; i++) {
    double seconds[2];
    TRY(barrier(b));
    begin_online(b, i);
    TRY(store(b, &shape, key, value, column, seconds, i));
    end_online(b, i);
    encode[i] = seconds[0], decode[i] = seconds[1];
  }
  b->f.repeats = b->o->repeat;
  if (!b->o->is_sim) add_extra(b, "encoded_per_second", (double)b->o->n / median(encode, b->o->repeat));
  if (!b->o->is_sim) add_extra(b, "decoded_per_second", (double)b->o->n / median(decode, b->o->repeat));
  add_extra(b, "expansion", (double)shape.len / (double)b->o->n);
out:
  free(key), free(value), free(column);
  return err;
}
