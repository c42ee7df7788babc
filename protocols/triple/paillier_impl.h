/* paillier_impl.h - the Paillier source's state: keys (paillier_source.c), products (paillier_product.c). */
#ifndef SMPI_PAILLIER_IMPL_H
#define SMPI_PAILLIER_IMPL_H

#include "rand/prg.h"
#include "triple/paillier_source.h"
#include "triple/paillier_sum.h"

struct smpi_paillier {
  struct smpi_source base;
  struct smpc_session *s;
  unsigned parties, rank;
  struct smpi_paillier_secret *key;
  struct smpi_paillier_public *of;                  /* [P] by rank, my own too              */
  struct smpi_prg *stream[SMPC_MAX_COMPUTING];      /* of random ciphertexts under each key */
  uint64_t drawn[SMPC_MAX_COMPUTING];               /* of each so far, by whoever            */
  mp_limb_t *bases, *table;                         /* [SMPI_PACK_BASES] and their powers   */
  uint8_t *corrections;                             /* [P][SMPI_PACK_BASES][KEY_LEN]: mine at my rank */
};

/* source.h: many products, in the order of their numbers. */
smpc_err smpi_paillier_products(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                                size_t jobs);

/* Record that a peer sent `what` that no honest party makes: SMPC_E_FORMAT. */
smpc_err smpi_paillier_malformed(struct smpi_paillier *p, unsigned rank, const char *what);

#endif
