/* noise.c - noise for published counts, as a public operation. */
#include "noise/laplace.h"

#include "api/value.h"

smpc_shared *smpc_noise_laplace(smpc_session *s, double epsilon, smpc_shape shape) {
  struct smpi_op op;
  smpc_shared *z = NULL;
  uint64_t threshold[SMPI_NOISE_MAX_BITS];
  smpc_err err = SMPC_OK;
  if (!smpi_op_begin(&op, s, "smpc_noise_laplace", 0, NULL)) return NULL;
  if (!(epsilon >= SMPI_NOISE_LEAST && epsilon <= SMPI_NOISE_MOST))
    TRY(smpi_fail(s, SMPC_E_ARG, -1, "smpc_noise_laplace: epsilon must be from 1/4096 to 3"));
  unsigned bits = smpi_laplace_bits(epsilon);
  smpi_laplace_thresholds(threshold, bits, epsilon);
  smpi_absorb_u64(s, shape.rows);
  smpi_absorb_u64(s, shape.cols);
  smpi_absorb(s, threshold, bits * sizeof *threshold);
  z = smpi_value_new(s, shape.rows, shape.cols, 0);
  if (z == NULL) goto out;
  smpi_value_range(z, (double)(UINT64_C(1) << bits), 0, 63);
  if (s->is_dry) smpi_laplace_cost(&s->spent, smpi_value_len(z), epsilon);
  if (smpi_has_data(s)) TRY(smpi_laplace(s, z->v, smpi_value_len(z), epsilon));
out:
  return smpi_op_end(&op, z, err);
}
