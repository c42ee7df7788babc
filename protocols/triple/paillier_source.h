/* paillier_source.h - matrix products by Paillier encryption: the fewest bytes, the most
 * work; nobody need be trusted.  Nothing elementwise: see the sentence below. */
#ifndef SMPI_PAILLIER_SOURCE_H
#define SMPI_PAILLIER_SOURCE_H

#include "triple/source.h"

/* Why nothing elementwise: told to whoever asks. */
#define SMPI_PAILLIER_REFUSAL \
  "preprocessing: paillier makes matrix products alone: an elementwise product, comparison or truncation would take " \
  "a ciphertext of 768 bytes and milliseconds each, which oblivious transfer does better; use preprocessing: ot"

extern const struct smpi_source_ops smpi_paillier_ops; /* its name and trust sentence */

/* At a computing party, all at the same step.  A key of its own for this session: some
 * 0.3 s of CPU; 384 bytes to each other party, 1 round. */
smpc_err smpi_paillier_source_open(struct smpi_source **src, struct smpc_session *s);

/* What one party sends to all others together when it opens. */
uint64_t smpi_paillier_open_bytes(unsigned parties);
/* What the party of that rank sends to all others together for these products; of the jobs
 * shapes and owners alone are read.  With an operand of K x J numbers encrypted, J = min(m, n), and L the
 * other side, each way 384 a number and 768 for each 15 of the J L results, in every column anew. */
uint64_t smpi_paillier_products_bytes(unsigned parties, unsigned rank, const struct smpi_product_job *job, size_t jobs);

#endif
