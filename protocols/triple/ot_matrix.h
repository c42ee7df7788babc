/* ot_matrix.h - cross products of shared matrices, by oblivious transfer. */
#ifndef SMPI_OT_MATRIX_H
#define SMPI_OT_MATRIX_H

#include "triple/ot_transfer.h"

/* What one product works on: K rows of V, each a vector; K x J scalars S; J rows of R.
 * R[j] += the sum over k of S[k][j] V[k].  Where one party alone holds the vectors, or the
 * scalars, the terms with the others' are left out. */
struct smpi_ot_outer {
  size_t K, J, L;
  int vectors_at, scalars_at; /* rank, or -1: shared by all                              */
  const uint64_t *v;          /* [K][L]; read where vectors are                          */
  uint64_t *s;                /* [K][J]; read where scalars are, or written (see below)  */
  uint64_t *r;                /* [J][L]                                                  */
};

/* r of each += this party's shares of the cross terms: of S_i, V_j over all i != j.
 *   s      read; with `is_drawn` written: uniform.  Then either there are two parties, or one
 *          holds the vectors alone; the latter's own s stays as it is
 *   cost   for each SMPI_OT_STRETCH / (P-1) / 64 scalars of all together 2 rounds, 3 unless
 *          drawn; smpi_ot_outer_bytes(): the vectors' side sends 768 bytes a scalar and 68 a product,
 *          the scalars' side 248 a scalar, 8 more unless drawn.  Shared vectors shorter than
 *          SMPI_OT_SHORT: each for itself, 508 or 516 a product
 *   error  r is void */
smpc_err smpi_ot_outers(struct smpi_ot *o, const struct smpi_ot_outer *d, size_t n, bool is_drawn);
/* What the party of that rank sends. */
uint64_t smpi_ot_outer_bytes(unsigned parties, unsigned rank, const struct smpi_ot_outer *d, size_t n, bool is_drawn);

static inline bool smpi_ot_is_short(const struct smpi_ot_outer *d) {
  return d->L < SMPI_OT_SHORT && d->vectors_at < 0 && d->scalars_at < 0;
}

#endif
