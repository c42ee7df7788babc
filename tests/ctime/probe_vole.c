/* probe_vole.c - GF(2^128), the trees and halves of VOLE, the code, and the
 * values (not the keys) of the key-value store, on secrets. */
#include "probe.h"

#include <string.h>

#include "base/mem.h"
#include "math/gf128.h"
#include "math/gf128_kernels.h"
#include "ot/lpn.h"
#include "ot/vole.h"
#include "psi/okvs.h"

static blk *secret(unsigned slot) { return (blk *)(void *)secret_words(slot, 64 * WORDS); }

static void gf128(void) {
  blk *x = secret(0), *y = secret(1), *z = secret(2);
  const struct smpi_gf128_kernels *k;
  for (size_t i = 0; (k = smpi_gf128_kernels_at(i)) != NULL; i++) {
    if (!k->usable()) continue;
    k->mul_each(z, x, y, WORDS);
    k->axpy(z, x[0], y, WORDS);
    z[0] = k->dot(x, y, WORDS);
  }
  smpi_gf128_powers(z, x[0], WORDS);
}

static void vole_halves(void) {
  enum { DEPTH = 6, LEAVES = 1 << DEPTH };
  struct smpi_vole_tree_keys keys;
  const blk k0 = {{1, 2}}, k1 = {{3, 4}};
  blk *leaf = secret(0), *message = secret(1), *pads = secret(2), *a = secret(3);
  const uint64_t *bits = secret_words(4, 8);
  smpi_aes_key_set(&keys.side[0], &k0);
  smpi_aes_key_set(&keys.side[1], &k1);
  smpi_vole_plant(&keys, leaf, message, pads[20], pads, pads + 6, smpi_vole_pack(pads, 128), DEPTH);
  smpi_vole_unplant(&keys, a, leaf, message, pads, bits, 3, smpi_vole_pack_bits(bits, 9, 80), pads[7], DEPTH);
  smpi_vole_hash(leaf, a, LEAVES, pads);
}

static void lpn_code(void) {
  blk *y = secret(0), *x = secret(1), *z = secret(2);
  smpi_lpn_pair *pairs = (smpi_lpn_pair *)(void *)secret_words(3, 4 * 260);
  if (smpi_lpn_encode(y, x, 260) != SMPC_OK || smpi_lpn_encode_pair(y, z, pairs, 260) != SMPC_OK) return;
}

static void okvs_values(void) {
  enum { N = 300 };
  static blk key[N], p[2048];
  struct smpi_okvs_shape shape;
  struct smpi_okvs *o;
  for (uint64_t i = 0; i < N; i++) key[i] = (blk){{i * 12345, i}};
  for (int form = SMPI_OKVS_FIELD; form <= SMPI_OKVS_BINARY; form++) {
    if (smpi_okvs_shape(&shape, N, (enum smpi_okvs_form)form, SMPI_OKVS_LAMBDA) != SMPC_OK) return;
    if (smpi_okvs_open_vt(&o, &shape, (blk){{5, 5}}, key, N) != SMPC_OK) return;
    if (smpi_okvs_encode_bin_vt(o, p, 0, secret(0), NULL) == SMPC_OK) smpi_okvs_decode_bin_vt(o, secret(1), 0, p);
    smpi_okvs_close(o);
  }
}

const struct probe vole_probes[] = {
    {"gf128", gf128}, {"vole_halves", vole_halves}, {"lpn_code", lpn_code}, {"okvs_values", okvs_values}, {NULL, NULL},
};
