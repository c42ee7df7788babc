/* multi_impl.h - what multi.c (who talks to whom) and multi_bins.c (stores, bin by bin) share. */
#ifndef SMPI_MULTI_IMPL_H
#define SMPI_MULTI_IMPL_H

#include "ot/vole.h"
#include "psi/multi.h"
#include "psi/oprf.h"

enum { SMPI_MULTI_SEED = 16, SMPI_MULTI_RUN = 64 }; /* bytes before the first bin; LOCAL: masks at a time */

struct smpi_multi {
  struct smpc_session *s;
  struct smpi_psi_many *t;
  unsigned hub;                 /* which owner */
  struct smpi_oprf_hash hash;
  struct smpi_okvs_shape shape; /* for the largest set */
  struct smpi_okvs *store;      /* my keys in it */
  struct smpi_vole_passive *vole; /* not mine to close */
  blk seed, delta;
  blk *a, *c, *b;               /* [room] hub, hub, sender */
  blk *p;                       /* [len] hub: the store P */
  struct smpi_mask *sum;        /* [my keys] hub: sum of F_i, bin by bin */
  struct smpi_aes_key share[SMPC_MAX_COMPUTING]; /* r_ij; t_j at and for the hub */
  /* the stream: one bin at a time */
  unsigned bin;                 /* next to be made or taken */
  size_t base;                  /* my keys in earlier bins */
  bool is_first;                /* hub: P is not solved yet */
  uint8_t *packed;              /* [bin_len * mask_len], at first the seed */
  size_t packed_len, at;
  uint8_t *hint;                /* [len * mask_len] T_i, or the sum of them at the hub */
  blk *column, *value;          /* [bin_len], [largest bin of my keys] */
  const blk *some;              /* the keys of the bin */
  struct smpi_mask *mask;       /* [largest bin of my keys] */
  uint64_t done, total;         /* bins, for progress */
  smpc_err err;                 /* of what ran inside the exchange */
};

static inline bool smpi_multi_is_hub(const struct smpi_multi *r) { return r->t->mine == r->hub; }
static inline size_t smpi_multi_size(const struct smpi_multi *r) { return r->t->size[r->t->mine]; }

/* One bucket of all; and its run, which leaves base transfers open for others: *vole is NULL in the first. */
void smpi_multi_bucket(struct smpi_psi_many *t, const struct smpi_psi_many *all);
smpc_err smpi_multi_run(struct smpc_session *s, struct smpi_psi_many *t, struct smpi_vole_passive **vole);
unsigned smpi_multi_hub(const struct smpi_psi_many *t); /* the first recipient; t->owners: nobody is one */
bool smpi_multi_has_empty_set(const struct smpi_psi_many *t);
/* SMPC_E_ARG, SMPC_E_RANGE */
smpc_err smpi_multi_check(struct smpc_session *s, const struct smpi_psi_many *t);

/* Sort my keys into bins, once the seed is known. */
smpc_err smpi_multi_open_store(struct smpi_multi *r);
void smpi_multi_rewind(struct smpi_multi *r);

/* --- the local halves: pure, constant time in keys, values and hits -------------------------- */

/* mask[i] := the first bytes of AES(k, key[i]) */
void smpi_multi_encrypt(const struct smpi_multi *r, struct smpi_mask *mask, const struct smpi_aes_key *k,
                        const blk *key, size_t n);

/* value[p], a reading at key[p], := F(key[p]) + z(key[p]), at the others: step 4. */
void smpi_multi_program(const struct smpi_multi *r, blk *value, const blk *key, size_t n);
/* tag[place[j]] := AES(k, key[j]) where hit[j], at the hub: step 6. */
void smpi_multi_tag(const struct smpi_multi *r, struct smpi_mask *tag, const struct smpi_aes_key *k);

/* Step 2 at the hub, and steps 2 to 4 at the others; then r->err is what happened.  T at the hub. */
void smpi_multi_give_store(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len);
void smpi_multi_take_store(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len);
void smpi_multi_add_hint(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len);

/* Step 5.  Variable time: for the party that is to learn just this. */
void smpi_multi_compare_vt(struct smpi_multi *r);

#endif
