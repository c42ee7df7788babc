/* What a receiver may send as its store: a seed that is anything, and columns that are anything.  Reading
 * stays inside the columns, whatever the seed does to bins and rows, and is linear in them; a seed under which a
 * store for the same keys cannot be made is refused, not stumbled over. */
#include <stdlib.h>
#include <string.h>

#include "psi/oprf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { KEYS = 40 };

static blk block_at(const uint8_t *bytes, size_t len, size_t at) {
  blk b = {{0, 0}};
  if (at < len) memcpy(&b, bytes + at, len - at < sizeof b ? len - at : sizeof b);
  return b;
}

/* The first keys come from the input, so that it can make them alike. */
static void make_keys(blk *key, const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < KEYS; i++) {
    key[i] = block_at(bytes, len, 16 + 16 * (i % 4));
    key[i].w[1] ^= i / 4;
  }
}

static void read_anything(const struct smpi_okvs_shape *shape, blk seed, const blk *key, const uint8_t *bytes,
                          size_t len) {
  struct smpi_okvs_shape reads = smpi_okvs_read_shape(shape, KEYS);
  struct smpi_okvs *o;
  if (smpi_okvs_open_vt(&o, &reads, seed, key, KEYS) != SMPC_OK) abort();
  blk *column = malloc(3 * shape->bin_len * sizeof *column); /* just what the bin has: the sanitizer watches */
  blk value[3][KEYS];
  for (size_t j = 0; j < shape->bin_len; j++) {
    column[j] = block_at(bytes, len, j % (len + 1));
    column[shape->bin_len + j] = (blk){{j * 0x9e3779b97f4a7c15, j}};
    column[2 * shape->bin_len + j] = smpi_blk_xor(column[j], column[shape->bin_len + j]);
  }
  for (unsigned b = 0; b < shape->bins; b++) {
    const uint32_t *index;
    const blk *some;
    size_t n = smpi_okvs_bin(o, b, &index, &some);
    for (unsigned k = 0; k < 3; k++) smpi_okvs_decode_bin_vt(o, value[k], b, column + k * shape->bin_len);
    for (size_t i = 0; i < n; i++) {
      blk sum = smpi_blk_xor(value[0][i], value[1][i]);
      if (index[i] >= KEYS || memcmp(&value[2][i], &sum, sizeof sum) != 0) abort();
    }
  }
  smpi_okvs_close(o);
  free(column);
}

static void make_and_read(const struct smpi_okvs_shape *shape, blk seed, const blk *key) {
  struct smpi_okvs *o;
  blk value[KEYS], again[KEYS], *column = malloc(shape->bin_len * sizeof *column);
  if (smpi_okvs_open_vt(&o, shape, seed, key, KEYS) == SMPC_OK) {
    for (size_t i = 0; i < KEYS; i++) value[i] = (blk){{i, 1}};
    smpc_err err = smpi_okvs_encode_bin_vt(o, column, 0, value, NULL);
    if (err != SMPC_OK && err != SMPC_E_ARG && err != SMPC_E_STATE) abort();
    if (err == SMPC_OK) smpi_okvs_decode_bin_vt(o, again, 0, column);
    if (err == SMPC_OK && memcmp(value, again, sizeof value) != 0) abort();
    smpi_okvs_close(o);
  }
  free(column);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  blk key[KEYS], seed = block_at(bytes, len, 0);
  make_keys(key, bytes, len);
  for (unsigned form = 0; form < 2; form++) {
    struct smpi_okvs_shape one, many;
    if (smpi_okvs_shape(&one, KEYS, (enum smpi_okvs_form)form, SMPI_OKVS_LAMBDA) != SMPC_OK) abort();
    if (smpi_okvs_shape(&many, 100000, (enum smpi_okvs_form)form, SMPI_OKVS_LAMBDA) != SMPC_OK) abort();
    make_and_read(&one, seed, key);
    read_anything(&one, seed, key, bytes, len);
    read_anything(&many, seed, key, bytes, len);
  }
  return 0;
}
