/* paillier_source.c - the Paillier source: keys, masks, and why it makes nothing elementwise.
 * The protocol is that of paillier_product.c. */
#include "triple/paillier_source.h"

#include <string.h>

#include "base/mem.h"
#include "rand/hash.h"
#include "triple/draw_mask.h"
#include "triple/paillier_impl.h"

enum { N = SMPI_PAILLIER_KEY, T = SMPI_PAILLIER_TEXT, KEY_LEN = SMPI_PAILLIER_KEY_LEN };

static struct smpi_paillier *paillier_of(struct smpi_source *src) { return (struct smpi_paillier *)(void *)src; }

/* --- keys --------------------------------------------------------------------------- */

static void close_source(struct smpi_source *src) {
  struct smpi_paillier *p = paillier_of(src);
  for (unsigned r = 0; r < SMPC_MAX_COMPUTING; r++) smpi_prg_close(p->stream[r]);
  smpi_secret_free(p->key);
  smpi_free(p->of);
  smpi_secret_free(p->bases);
  smpi_free(p->corrections);
  smpi_free(p);
}

static smpc_err allocate(struct smpi_paillier *p) {
  p->key = smpi_secret_alloc(1, sizeof *p->key);
  p->of = smpi_alloc(p->parties, sizeof *p->of);
  p->bases = smpi_secret_alloc(SMPI_PACK_BASES * (size_t)T + smpi_pack_table_limbs(SMPI_PACK_BASES), sizeof *p->bases);
  p->corrections = smpi_alloc(p->parties, SMPI_PACK_BASES * KEY_LEN);
  if (p->key == NULL || p->of == NULL || p->bases == NULL || p->corrections == NULL)
    return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  p->table = p->bases + SMPI_PACK_BASES * (size_t)T;
  return SMPC_OK;
}

/* The random ciphertexts of one party's key. */
static smpc_err open_stream(struct smpi_paillier *p, unsigned rank, const uint8_t key[KEY_LEN]) {
  uint8_t seed[SMPI_HASH_LEN], id[32];
  struct smpi_hash h;
  smpi_session_id(p->s, id);
  smpi_hash_begin(&h, "smpc paillier ciphertexts");
  smpi_hash_add(&h, id, sizeof id);
  smpi_hash_add_u64(&h, rank);
  smpi_hash_add(&h, key, KEY_LEN);
  smpi_hash_end(&h, seed);
  return smpi_prg_open(&p->stream[rank], seed);
}

smpc_err smpi_paillier_malformed(struct smpi_paillier *p, unsigned rank, const char *what) {
  unsigned member = smpi_member_of_rank(p->s, rank);
  return smpi_fail(p->s, SMPC_E_FORMAT, (int)member, "%s sent %s that no honest party makes",
                   smpi_member_name(p->s, member), what);
}

static smpc_err exchange_keys(struct smpi_paillier *p) {
  uint8_t key[SMPC_MAX_COMPUTING][KEY_LEN];
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  size_t flows = 0;
  smpc_err err = smpi_paillier_make(p->key);
  if (err != SMPC_OK) return smpi_fail(p->s, err, -1, "this machine gave no randomness");
  smpi_num_put(key[p->rank], p->key->key.n, N);
  p->of[p->rank] = p->key->key;
  for (unsigned r = 0; r < p->parties; r++)
    if (r != p->rank)
      flow[flows++] = (struct smpi_flow){.peer = smpi_member_of_rank(p->s, r), .out = key[p->rank], .in = key[r],
                                         .out_len = KEY_LEN, .in_len = KEY_LEN};
  TRY(smpi_exchange(p->s, flow, flows));
  for (unsigned r = 0; r < p->parties; r++) {
    if (r != p->rank && smpi_paillier_public_decode(&p->of[r], key[r]) != SMPC_OK)
      TRY(smpi_paillier_malformed(p, r, "a key for Paillier encryption"));
    if (open_stream(p, r, key[r]) != SMPC_OK) TRY(smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory"));
  }
out:
  return err;
}

smpc_err smpi_paillier_source_open(struct smpi_source **src, struct smpc_session *s) {
  struct smpi_paillier *p = smpi_alloc(1, sizeof *p);
  smpc_err err;
  *src = NULL;
  if (p == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  *p = (struct smpi_paillier){.base = {&smpi_paillier_ops}, .s = s, .parties = smpi_parties(s),
                              .rank = (unsigned)smpi_rank(s)};
  TRY(allocate(p));
  TRY(exchange_keys(p));                                                         /* 0. keys */
  *src = &p->base;
  return SMPC_OK;
out:
  close_source(&p->base);
  return err;
}

/* --- the rest of the interface ------------------------------------------------------------------- */

static smpc_err paillier_mask(struct smpi_source *src, struct smpc_session *s, shr *a, uint64_t *plain, size_t cols,
                              const struct smpi_owners *owners, uint64_t number) {
  (void)src, (void)number;
  smpi_draw_mask(s, a, plain, cols, owners);
  return SMPC_OK;
}

static smpc_err paillier_units(struct smpi_source *src, struct smpc_session *s, uint64_t *const col[],
                               enum smpi_corr kind, size_t n, uint64_t number) {
  (void)src, (void)col, (void)kind, (void)n, (void)number;
  return smpi_fail(s, SMPC_E_ARG, -1, "%s", SMPI_PAILLIER_REFUSAL);
}

static smpc_err paillier_finish(struct smpi_source *src, struct smpc_session *s) {
  (void)src, (void)s;
  return SMPC_OK; /* nobody waits */
}

const struct smpi_source_ops smpi_paillier_ops = {
    .name = "paillier",
    .trust = "Nobody is trusted: all inputs stay secret while one computing party is honest "
             "and all follow the protocol; matrix products of whole numbers only.",
    .units = paillier_units,
    .mask = paillier_mask,
    .takes_owners = true,
    .products = smpi_paillier_products,
    .finish = paillier_finish,
    .free = close_source,
};

/* --- cost ------------------------------------------------------------------------------------------ */

uint64_t smpi_paillier_open_bytes(unsigned parties) { return (uint64_t)(parties - 1) * KEY_LEN; }
