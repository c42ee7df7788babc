/* cost.c - see cost.h. */
#include "triple/cost.h"

#include "triple/corr.h"

void smpi_triple_cost(struct smpi_cost *c, enum smpi_corr kind, uint64_t units) {
  c->corr[kind] += units;
  c->offline_bytes += 8 * units * smpi_corr_dependent_words(kind);
}

void smpi_mask_cost(struct smpi_cost *c, uint64_t rows, uint64_t cols) { c->mask_words += rows * cols; }

void smpi_product_cost(struct smpi_cost *c, uint64_t m, uint64_t k, uint64_t n) {
  c->product_words += k * n + m * n;
  c->offline_bytes += 8 * m * n;
}
