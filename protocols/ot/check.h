/* check.h - the consistency check of malicious extension, local halves. */
#ifndef SMPI_OT_CHECK_H
#define SMPI_OT_CHECK_H

#include <stdbool.h>

#include "ot/base.h"
#include "ot/soft.h"

enum {
  SMPI_CHECK_COIN = 32,
  SMPI_CHECK_RESPONSE = SMPI_OT_HASH_BITS / 8 * (1 + SMPI_OT_KAPPA) /* bytes: of u, and of each column */
};

/* The hash of one batch so far. */
struct smpi_check { struct smpi_aes_key coefficients; blk u, col[SMPI_OT_KAPPA]; };

/* `number`: of the batch, in this pair and direction. */
void smpi_check_begin(struct smpi_check *c, const uint8_t coin[SMPI_CHECK_COIN], const struct smpi_base_place *p,
                      uint64_t number);
/* Block i of the batch by columns; u NULL at the sender. */
void smpi_check_add(struct smpi_check *c, uint64_t i, const blk *col, const blk *u);
/* The block given up: it masks the sums.  Once. */
void smpi_check_mask(struct smpi_check *c, const blk *col, const blk *u);

void smpi_check_respond(uint8_t response[SMPI_CHECK_RESPONSE], const struct smpi_check *c);
/* Constant time in everything but the answer. */
bool smpi_check_verify(const struct smpi_check *c, const uint8_t response[SMPI_CHECK_RESPONSE], const blk *delta);

#endif
