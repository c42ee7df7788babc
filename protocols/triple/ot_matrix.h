/* ot_matrix.h - cross products of shared matrices, by oblivious transfer. */
#ifndef SMPI_OT_MATRIX_H
#define SMPI_OT_MATRIX_H

#include "triple/ot_transfer.h"

/* What one product works on: K rows of V, each a vector; K x J scalars S; J rows of R.
 * R[j] += the sum over k of S[k][j] V[k]. */
struct smpi_ot_outer { size_t K, J, L; };

/* r[J][L] += this party's shares of the cross terms: of S_i, V_j over all i != j.
 *   s      read; with `is_drawn` (2 parties, L >= SMPI_OT_SHORT only) written: uniform
 *   cost   smpi_ot_outer_bytes(): with vectors of 16 and more 68 bytes a product and
 *          other party, 1016 a scalar; else 508 a product
 *   error  r is void */
smpc_err smpi_ot_outer(struct smpi_ot *o, uint64_t *r, const uint64_t *v, uint64_t *s, const struct smpi_ot_outer *d,
                       bool is_drawn);
uint64_t smpi_ot_outer_bytes(unsigned parties, const struct smpi_ot_outer *d, bool is_drawn);

#endif
