/* request.h - what a computing party asks the dealer for: 88 bytes, the same
 * from every party at the same point of the program. */
#ifndef SMPI_REQUEST_H
#define SMPI_REQUEST_H

#include "triple/triple.h"

enum smpi_asked { SMPI_ASK_CLOSE = 1, SMPI_ASK_UNITS = 2, SMPI_ASK_PRODUCT = 3 };

enum { SMPI_REQUEST_LEN = 88 }; /* AGREEMENT */

/* AGREEMENT: hard limits, checked before anything is allocated.  The dealer
 * holds B and C of a product at once, and never a whole batch or mask. */
#define SMPI_MAX_UNITS (UINT64_C(1) << 31)
#define SMPI_MAX_MASK_WORDS (UINT64_C(1) << 31)
#define SMPI_MAX_PRODUCT_WORDS (UINT64_C(1) << 27)

/* B and a sharing of view(A) B: rows x cols at (row, col) of mask number
 * `mask`, which is mask_rows x mask_cols, transposed or not; B has n columns. */
struct smpi_product {
  uint64_t mask, mask_rows, mask_cols, row, col, rows, cols, n;
  bool transposed;
};
static inline uint64_t smpi_product_m(const struct smpi_product *p) { return p->transposed ? p->cols : p->rows; }
static inline uint64_t smpi_product_k(const struct smpi_product *p) { return p->transposed ? p->rows : p->cols; }
/* Words of B, and of C. */
static inline size_t smpi_product_b(const struct smpi_product *p) { return (size_t)(smpi_product_k(p) * p->n); }
static inline size_t smpi_product_c(const struct smpi_product *p) { return (size_t)(smpi_product_m(p) * p->n); }

struct smpi_request {
  enum smpi_asked ask;
  enum smpi_corr kind;         /* of units                                        */
  uint64_t units;
  uint64_t number;             /* of the batch of this kind, or of the product, from 0 */
  struct smpi_product product;
};

bool smpi_mask_shape_is_valid(uint64_t rows, uint64_t cols);
bool smpi_product_is_valid(const struct smpi_product *p);

void smpi_request_encode(uint8_t out[SMPI_REQUEST_LEN], const struct smpi_request *r);
/* SMPC_E_FORMAT on anything no honest party sends; the encoding is unique. */
smpc_err smpi_request_decode(struct smpi_request *r, const uint8_t in[SMPI_REQUEST_LEN]);

/* "512 edaBits", for messages */
void smpi_request_describe(char *out, size_t len, const struct smpi_request *r);

#endif
