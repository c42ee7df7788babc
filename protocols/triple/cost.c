/* cost.c - see cost.h. */
#include "triple/cost.h"

#include "triple/corr.h"
#include "triple/ot_source.h"
#include "triple/pool.h"

void smpi_triple_cost(struct smpi_cost *c, enum smpi_corr kind, uint64_t units) {
  c->corr[kind] += units;
  if (c->source != SMPC_OT) c->offline_bytes += 8 * units * smpi_corr_dependent_words(kind);
}

void smpi_mask_cost(struct smpi_cost *c, uint64_t rows, uint64_t cols) { c->mask_words += rows * cols; }

void smpi_product_cost(struct smpi_cost *c, uint64_t m, uint64_t k, uint64_t n) {
  c->product_words += k * n + m * n;
  c->offline_bytes += c->source == SMPC_OT ? smpi_ot_matrix_bytes(c->parties, m, k, n) : 8 * m * n;
}

void smpi_triple_cost_end(struct smpi_cost *c, unsigned frac_bits) {
  uint64_t any = c->mask_words + c->product_words;
  if (c->source != SMPC_OT) return;
  for (unsigned k = 0; k < SMPI_CORRS; k++) {
    uint64_t most = smpi_pool_most(k), batches = c->corr[k] / most;
    any += c->corr[k];
    if (batches != 0) c->offline_bytes += batches * smpi_ot_units_bytes(c->parties, k, most, frac_bits);
    c->offline_bytes += smpi_ot_units_bytes(c->parties, k, c->corr[k] % most, frac_bits);
  }
  if (any != 0) c->offline_bytes += smpi_ot_open_bytes(c->parties);
}
