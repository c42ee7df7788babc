/* product.c - see product.h. */
#include "function/product.h"

#include "base/mem.h"
#include "mul/beaver.h"
#include "mul/trunc.h"

smpc_err smpi_product(struct smpc_session *s, shr *z, const shr *x, const shr *y, size_t n) {
  smpc_err err = smpi_beaver_mul(s, z, x, y, n);
  return err == SMPC_OK ? smpi_trunc_probabilistic(s, z, z, n) : err;
}

void smpi_product_fixed_cost(struct smpi_cost *c, size_t n) {
  smpi_beaver_cost(c, n);
  smpi_trunc_probabilistic_cost(c, n);
}
