/* probe_psi.c - the local steps of set intersection on secret items, order and keys.
 *
 * Points of items are public in the probe of keys: libsodium's scalar product
 * looks at its operand to say whether that is a point, which every item's is. */
#include "probe.h"

#include <string.h>

#include "psi/ecdh.h"
#include "psi/oprf.h"

static volatile uint8_t sink;

/* Items to points: the expansion and the map. */
static void items_to_points(void) {
  struct smpi_xmd x;
  uint8_t point[SMPI_POINT_LEN], out[200];
  const uint8_t *item = (const uint8_t *)secret_words(0, 40);
  smpi_xmd_begin(&x, "probe", 5);
  for (size_t len = 0; len < 300; len += 37) {
    smpi_xmd_expand(out, sizeof out, &x, item, len);
    smpi_xmd_point(point, &x, item, len);
  }
  reveal(point, sizeof point);
  sink = point[0];
}

/* Keys from randomness, and what is done with them. */
static void blinding_keys(void) {
  const uint8_t *random = (const uint8_t *)secret_words(0, 8), session[32] = {1};
  struct smpi_ecdh_key k;
  struct smpi_mask mask;
  uint8_t point[SMPI_POINT_LEN];
  smpc_err err = smpi_ecdh_key_make(&k, session, 1, random);
  reveal(&err, sizeof err);
  smpi_ecdh_blind(point, &k, "item", 4);
  reveal(point, sizeof point); /* it is sent */
  bool is_point = smpi_ecdh_mask(&mask, &k, point, 10);
  reveal(&is_point, sizeof is_point); /* what came is a point or not, whatever the key */
  reveal(&mask, sizeof mask);
  sink = point[0] ^ (uint8_t)mask.w[0] ^ (uint8_t)is_point;
}

/* Masks in and out of their bytes. */
static void masks(void) {
  struct smpi_mask *mask = (struct smpi_mask *)secret_words(0, WORDS);
  uint8_t bytes[1000];
  smpi_psi_pack(bytes, sizeof bytes, 3, mask, 9);
  smpi_psi_unpack(mask, bytes, sizeof bytes, 5, 7);
}

/* Items of all lengths to keys, values and masks. */
static void oprf_hashes(void) {
  static const uint8_t session[32] = {1};
  struct smpi_oprf_hash h;
  struct smpi_mask mask[5];
  blk key[5], value[5];
  const size_t row[5] = {4, 1, 0, 3, 2};
  smpi_oprf_hash_make(&h, session, 1, 10);
  for (size_t len = 0; len <= 40; len++) {
    const smpc_items set = {.n = 5, .flat = secret_words(0, 25), .item_len = len};
    smpi_oprf_keys(key, &h, &set, row, 5);
    smpi_oprf_values(value, &h, key, 5);
    smpi_oprf_masks(mask, &h, value, key, 5);
  }
  reveal(mask, sizeof mask);
  sink = (uint8_t)mask[0].w[0];
}

const struct probe psi_probes[] = {
    {"items_to_points", items_to_points}, {"blinding_keys", blinding_keys}, {"masks", masks}, {"oprf_hashes", oprf_hashes}, {NULL, NULL}};
