/* cost.h - opening the source of correlated randomness, and what it costs. */
#ifndef SMPI_TRIPLE_COST_H
#define SMPI_TRIPLE_COST_H

#include "triple/triple.h"

/* Meet the source: every computing party of a session with a dealer calls this
 * once, after the session is up (else the first taking does). */
smpc_err smpi_triple_open(struct smpc_session *s);
/* Whom one must trust: the sentence to print, before anything is opened. */
const char *smpi_triple_trust(const struct smpc_session *s);

/* Add what taking n units costs.  A dealer's bytes are those of a prepared batch
 * of exactly that size (a dry pool makes at least its least batch); those of
 * oblivious transfer depend on all units together: smpi_triple_cost_end(). */
void smpi_triple_cost(struct smpi_cost *c, enum smpi_corr kind, uint64_t units);
/* Once, when a whole program has been counted: what remains of the source's bytes. */
void smpi_triple_cost_end(struct smpi_cost *c, unsigned frac_bits);
/* Does the source make all that was counted?  Paillier encryption makes nothing elementwise. */
bool smpi_triple_can(const struct smpi_cost *c);
/* Add a new mask; a product with a view of m x k, giving m x n. */
void smpi_mask_cost(struct smpi_cost *c, uint64_t rows, uint64_t cols);
void smpi_product_cost(struct smpi_cost *c, uint64_t m, uint64_t k, uint64_t n);
/* Once, when a whole program has been counted: what the sources without a dealer take for all its products together,
 * made beforehand, of the party of that rank (-1: of the first).  A dealer's are counted already.  SMPC_E_NOMEM. */
smpc_err smpi_products_cost(struct smpi_cost *c, int rank, const struct smpi_mask_step *step, size_t steps);

#endif
