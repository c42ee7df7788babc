/* oprf_impl.h - what oprf.c (the driver) and oprf_store.c (the store, bin by bin) share. */
#ifndef SMPI_OPRF_IMPL_H
#define SMPI_OPRF_IMPL_H

#include "ot/vole.h"
#include "psi/oprf.h"

enum {
  SMPI_OPRF_SEED = 16, /* bytes of the store's seed */
  SMPI_OPRF_SALT = 32, /* SECURITY: bytes of each party's half of the salt, and of the commitment */
  SMPI_OPRF_AHEAD = 2  /* LOCAL: bins solved while the other party chooses points: as long as that takes */
};

#define SMPI_OPRF_STEP ((UINT64_C(1) << 40) - 1) /* of an instance: the session's step; above it the bucket's number */

/* Base transfers, for one run or more; opened by the first.  One of the two. */
struct smpi_oprf_base {
  struct smpi_vole_passive *passive;
  struct smpi_vole_active *active;
};
void smpi_oprf_base_close(struct smpi_oprf_base *base);

/* One run, which leaves them open.  in: t->key, held, and at the sender place; out: t->hit. */
smpc_err smpi_oprf_run_once(struct smpc_session *s, struct smpi_psi_task *t, struct smpi_oprf_base *base);

struct smpi_oprf_run {
  struct smpc_session *s;
  struct smpi_psi_task *t;
  bool is_malicious;
  bool receives;
  unsigned rank;               /* of the other */
  size_t n, m;                 /* of the receiver and the sender */
  struct smpi_oprf_hash hash;
  struct smpi_okvs_shape shape;
  struct smpi_okvs *store;
  struct smpi_oprf_base *base;
  blk seed, delta;
  uint8_t salt[2][SMPI_OPRF_SALT]; /* malicious: the receiver's and the sender's */
  uint8_t commitment[SMPI_HASH_LEN];
  size_t room;
  blk *a, *c;                  /* [room] receiver */
  blk *b;                      /* [room] sender   */
  struct smpi_mask *mine;      /* [t->n] the receiver's by keys, in the malicious form what was read until the salt is
                                  known; the sender's in the order they are sent */
  struct smpi_mask *theirs;    /* [m] receiver */
  /* the stream: one bin at a time */
  unsigned bin;                /* next to be made or taken */
  uint8_t *packed;             /* [bin_len * mask_len], at first the head */
  size_t packed_len, at;
  blk *column, *value;         /* [bin_len], [largest bin of my keys] */
  const blk *some;             /* the keys of the bin */
  blk *ahead;                  /* receiver: [SMPI_OPRF_AHEAD][bin_len], or fewer: the first bins of P */
  smpc_err err;                /* of what ran inside the exchange */
};

/* Who learns is the receiver; when both do, the first member is. */
static inline bool smpi_oprf_receives(const struct smpc_session *s, const struct smpi_psi_task *t) {
  return t->i_learn && (!t->peer_learns || smpi_me(s) < t->peer);
}

/* Bytes before the first bin: the seed, and in the malicious form the receiver's salt. */
static inline size_t smpi_oprf_head_len(bool is_malicious) { return SMPI_OPRF_SEED + (is_malicious ? SMPI_OPRF_SALT : 0); }

/* My keys sorted into bins. */
smpc_err smpi_oprf_open_store(struct smpi_oprf_run *r);
/* At the receiver, once the store is open: the first bins. */
smpc_err smpi_oprf_solve_ahead(struct smpi_oprf_run *r);
/* Steps 3 and 4 of the box in oprf.c. */
smpc_err smpi_oprf_exchange_store(struct smpi_oprf_run *r);
/* Malicious: mine, from what was read to masks, now that the salt is known. */
void smpi_oprf_salt_masks(struct smpi_oprf_run *r);

#endif
