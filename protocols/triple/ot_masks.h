/* ot_masks.h - the OT source's matrix masks and products with them. */
#ifndef SMPI_OT_MASKS_H
#define SMPI_OT_MASKS_H

#include "triple/ot_transfer.h"

/* source.h says what they do.  Products share their rounds, in groups of SMPI_OT_GROUP words. */
smpc_err smpi_ot_mask(struct smpi_source *src, struct smpc_session *s, shr *a, uint64_t *plain, size_t cols,
                      const struct smpi_owners *owners, uint64_t number);
smpc_err smpi_ot_mask_products(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                               size_t jobs);

/* What the party of that rank sends to all others together for these products, made at once; of
 * the jobs shapes and owners alone are read.  SMPC_E_NOMEM. */
smpc_err smpi_ot_matrix_bytes(uint64_t *bytes, unsigned parties, unsigned rank, const struct smpi_product_job *job,
                              size_t jobs);

#endif
