/* okvs_support.h - what the tests of the store share. */
#ifndef OKVS_SUPPORT_H
#define OKVS_SUPPORT_H

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "psi/okvs.h"
#include "support/parties.h"
#include "support/stats.h"

static inline blk *random_blks(size_t n, uint64_t seed) {
  blk *x = smpi_alloc(n ? n : 1, sizeof *x);
  assert_non_null(x);
  for (size_t i = 0; i < 2 * n; i++) x[i / 2].w[i % 2] = test_random(&seed);
  return x;
}

static inline blk seed_blk(uint64_t seed) { return (blk){{seed, 1}}; }

/* All bins of a store of key[n] -> value[n] into p[shape->len]; the first error. */
static inline smpc_err encode_all(blk *p, const struct smpi_okvs_shape *shape, uint64_t seed, const blk *key,
                                  const blk *value, size_t n, struct smpi_prg *random) {
  struct smpi_okvs *o;
  const uint32_t *index;
  const blk *some;
  blk *v = smpi_alloc(shape->m, sizeof *v);
  smpc_err err = smpi_okvs_open_vt(&o, shape, seed_blk(seed), key, n);
  for (unsigned b = 0; b < shape->bins && err == SMPC_OK; b++) {
    size_t k = smpi_okvs_bin(o, b, &index, &some);
    for (size_t i = 0; i < k; i++) v[i] = value[index[i]];
    err = smpi_okvs_encode_bin_vt(o, p + b * shape->bin_len, b, v, random);
  }
  smpi_okvs_close(o);
  smpi_free(v);
  return err;
}

static inline void decode_all(blk *value, const struct smpi_okvs_shape *shape, uint64_t seed, const blk *key, size_t n,
                              const blk *p) {
  struct smpi_okvs *o;
  const uint32_t *index;
  const blk *some;
  blk *v = smpi_alloc(shape->m, sizeof *v);
  assert_int_equal(smpi_okvs_open_vt(&o, shape, seed_blk(seed), key, n), SMPC_OK);
  for (unsigned b = 0; b < shape->bins; b++) {
    size_t k = smpi_okvs_bin(o, b, &index, &some);
    smpi_okvs_decode_bin_vt(o, v, b, p + b * shape->bin_len);
    for (size_t i = 0; i < k; i++) value[index[i]] = v[i];
  }
  smpi_okvs_close(o);
  smpi_free(v);
}

#endif
