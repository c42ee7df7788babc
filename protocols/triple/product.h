/* product.h - the dealer's side of a matrix product: B and C = view(A) B in the
 * clear, with A made again from the parties' seeds, a tile at a time, so that
 * the dealer keeps nothing about masks. */
#ifndef SMPI_PRODUCT_H
#define SMPI_PRODUCT_H

#include "base/stock.h"
#include "triple/expand.h"
#include "triple/request.h"

struct smpi_deal_product {
  struct smpi_product shape;
  unsigned parties;
  struct smpi_prg *mask[SMPC_MAX_COMPUTING], *g[SMPC_MAX_COMPUTING]; /* g: the product's streams: B, then C */
  uint64_t *b, *c, *tile, *other;
  struct smpi_stock stock; /* of which they are, and to which they go back */
};

/* Draw B and multiply; d is zeroed, or had another product, whose streams and memory then serve this one: a
 * regression has thousands.  The shape must be valid.  SMPC_E_NOMEM; close whatever happens. */
smpc_err smpi_deal_product_open(struct smpi_deal_product *d, const uint8_t *seed, unsigned parties,
                                const struct smpi_product *shape, uint64_t number);
/* The last rank's share of the words first .. first+n-1 of C, asked in order. */
void smpi_deal_product_words(uint64_t *correction, struct smpi_deal_product *d, size_t first, size_t n);
void smpi_deal_product_close(struct smpi_deal_product *d);

#endif
