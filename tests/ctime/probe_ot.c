/* probe_ot.c - AES, bit matrices and oblivious transfer on secrets: keys, leaves, Delta, choice
 * bits and strings.  Messages become public when they are sent, and are marked so. */
#include "probe.h"

#include <string.h>

#include "ot/check.h"
#include "ot/tccr.h"
#include "ot/tree.h"

enum { MATRIX = SMPI_BITMAT_COLS * SMPI_BITMAT_RUN, K = 4, LEAVES = (128 / K) << K };

static volatile uint64_t sink;

static blk *secret(unsigned slot, size_t n) { return (blk *)(void *)secret_words(slot, 2 * n); }

/* Every variant that runs here. */
static void aes(void) {
  struct smpi_aes_key k[4];
  blk u[SMPI_AES_RUN], v[2 * SMPI_AES_RUN], *x = secret(1, 100);
  for (unsigned i = 0; i < 4; i++) smpi_aes_key_set(&k[i], secret(0, 4) + i);
  for (size_t i = 0; smpi_aes_kernels_at(i) != NULL; i++) {
    if (!smpi_aes_kernels_at(i)->usable()) continue;
    smpi_aes_kernels_at(i)->encrypt(&k[0], x, x, 100);
    for (unsigned first = 0; first < 2; first++) smpi_aes_kernels_at(i)->fold(u, v, k, 2, first, 3);
  }
}

static void bit_matrix(void) {
  static blk row[SMPI_BITMAT_ROWS];
  const uint64_t k[SMPI_BITMAT_WORDS] = {1, 2, 3};
  blk *col = secret(0, MATRIX), sum[SMPI_BITMAT_COLS] = {{{0}}};
  for (size_t i = 0; smpi_bitmat_kernels_at(i) != NULL; i++) {
    if (!smpi_bitmat_kernels_at(i)->usable()) continue;
    smpi_bitmat_kernels_at(i)->rows(row, col);
    smpi_bitmat_kernels_at(i)->hash(sum, col, SMPI_BITMAT_COLS, k);
  }
  row[0].w[0] = smpi_gf64_reduce(sum[0]);
}

/* The receiver's choice bits; its scalars are libsodium's business. */
static void base_choice(void) {
  static uint8_t points[4][2][SMPI_POINT], scalar[4][SMPI_POINT], random[4 * SMPI_BASE_CHOICE_RANDOM] = {1, 2, 3};
  struct smpi_base_place p = {{0}};
  blk choice = *secret(0, 1), key[4];
  uint8_t offer[SMPI_POINT], own[SMPI_POINT];
  for (unsigned i = 0; i < sizeof random; i++) random[i] = (uint8_t)(7 * i + 1);
  smpi_base_choose(points, scalar, &p, &choice, random, 4);
  reveal(points, sizeof points);
  smpi_base_offer(offer, own, random);
  bool good = smpi_base_received(key, &p, offer, (const uint8_t(*)[SMPI_POINT])scalar, &choice,
                                 (const uint8_t(*)[2][SMPI_POINT])points, 4);
  uint8_t(*const point)[SMPI_POINT] = points[0];
  smpi_base_passive_choose(point, scalar, &p, &choice, random, 4);
  reveal(point, 4 * sizeof *point);
  good &= smpi_base_passive_received(key, &p, offer, (const uint8_t(*)[SMPI_POINT])scalar, &choice,
                                     (const uint8_t(*)[SMPI_POINT])point, 4);
  sink = good;
}

static void trees(void) {
  static struct smpi_aes_key leaf[1 << K];
  struct smpi_base_place p = {{0}};
  blk message[2 * (K - 1)], *base = secret(0, 2 * K);
  uint8_t sum[SMPI_OT_LEAF_CHECK];
  for (unsigned checked = 0; checked < 2; checked++) {
    struct smpi_hash h;
    smpi_hash_begin(&h, "timing test");
    smpi_tree_grow(leaf, message, sum, checked ? &h : NULL, &p, 0, K, (const blk(*)[2])base);
    reveal(message, sizeof message);
    smpi_tree_puncture(leaf, message, sum, checked ? &h : NULL, &p, 0, K, base, (unsigned)*secret_words(1, 1) & 15);
  }
}

static void extension(void) {
  static blk col[MATRIX], u[SMPI_BITMAT_RUN];
  static uint8_t message[4096], response[SMPI_CHECK_RESPONSE];
  static struct smpi_aes_key leaf[LEAVES];
  static struct smpi_check check;
  const uint8_t coin[SMPI_CHECK_COIN] = {1};
  struct smpi_base_place p = {{0}};
  for (unsigned i = 0; i < LEAVES; i++) memcpy(&leaf[i], secret(0, 11), sizeof leaf[i]);
  struct smpi_soft_receiver r = {.k = K, .leaf = leaf};
  struct smpi_soft_sender s = {.k = K, .leaf = leaf, .delta = *secret(1, 1)};
  smpi_soft_receive(&r, col, u, message);
  smpi_check_begin(&check, coin, &p, 0);
  smpi_check_add(&check, 0, col, u);
  smpi_check_mask(&check, col, u);
  smpi_check_respond(response, &check);
  reveal(message, sizeof message);
  smpi_soft_send(&s, col, message);
  smpi_check_begin(&check, coin, &p, 0);
  smpi_check_add(&check, 0, col, NULL);
  bool good = smpi_check_verify(&check, response, &s.delta);
  reveal(&good, sizeof good); /* the verdict is public */
  sink = good;
}

static void hashes(void) {
  struct smpi_tccr h;
  const blk key = {{1, 2}};
  const struct smpi_tweak t = {1, 2, 3, 4};
  blk *x = secret(0, 100), *y = secret(1, 100), *delta = secret(2, 1);
  smpi_aes_key_set(&h.key, &key);
  smpi_tccr(&h, y, x, 100, delta, t, 5);
  smpi_tccr_random_x(&h, y, x, 100, delta, t, 5);
}

const struct probe ot_probes[] = {{"aes", aes}, {"bit_matrix", bit_matrix}, {"base_choice", base_choice},
                                  {"trees", trees}, {"extension", extension}, {"hashes", hashes}, {NULL, NULL}};
