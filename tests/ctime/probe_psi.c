/* probe_psi.c - the local steps of set intersection on secret items, order and keys.
 *
 * Points of items are public in the probe of keys: libsodium's scalar product
 * looks at its operand to say whether that is a point, which every item's is. */
#include "probe.h"

#include <string.h>

#include "math/aes.h"
#include "psi/ecdh.h"
#include "psi/join.h"
#include "psi/keep.h"
#include "psi/multi_distinct.h"
#include "psi/multi_impl.h"
#include "psi/opprf.h"
#include "psi/oprf.h"
#include "psi/same.h"

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
  smpi_oprf_hash_make(&h, session, 1, 10, 1, 1);
  for (size_t len = 0; len <= 40; len++) {
    const smpc_items set = {.n = 5, .flat = secret_words(0, 25), .item_len = len};
    smpi_oprf_keys(key, &h, &set, row, 5);
    smpi_oprf_values(value, &h, key, 5);
    smpi_oprf_masks(mask, &h, value, key, 5);
  }
  reveal(mask, sizeof mask);
  sink = (uint8_t)mask[0].w[0];
}

/* The malicious form: a salt that is secret until it is opened, and masks under it. */
static void oprf_salt(void) {
  static const uint8_t session[32] = {1};
  const uint8_t *half = (const uint8_t *)secret_words(0, 8);
  uint8_t bound[SMPI_HASH_LEN];
  struct smpi_oprf_hash h;
  struct smpi_mask mask[5];
  smpi_oprf_hash_make(&h, session, 1, 16, 1, 1);
  smpi_oprf_hash_commit(bound, &h, 1, half);
  smpi_oprf_hash_salt(&h, half, half + 32);
  smpi_oprf_masks(mask, &h, (const blk *)secret_words(1, 10), (const blk *)secret_words(2, 10), 5);
  reveal(mask, sizeof mask);
  reveal(bound, sizeof bound);
  sink = (uint8_t)mask[0].w[0] ^ bound[0];
}

/* What hides programmed values. */
static void opprf_pads(void) {
  static const uint8_t session[32] = {1};
  struct smpi_oprf_hash h;
  blk out[5];
  smpi_oprf_hash_make(&h, session, 1, 10, 1, 1);
  for (unsigned plane = 0; plane < 3; plane++)
    smpi_opprf_pads(out, &h, (const blk *)secret_words(0, 10), (const blk *)secret_words(1, 10), 5, plane);
  reveal(out, sizeof out);
  sink = (uint8_t)out[0].w[0];
}

/* Four-bit tests: parts, choices, pads, shares; what is asked is public. */
static void equality(void) {
  enum { N = 50 };
  uint8_t *x = (uint8_t *)secret_words(0, N), *mine = (uint8_t *)secret_words(1, N), ask[N], share[N];
  uint16_t answer[N];
  smpi_same_ask(ask, x, mine, N);
  reveal(ask, sizeof ask);
  smpi_same_answer(answer, (const uint16_t *)secret_words(2, N), ask, x, mine, N);
  smpi_same_learn(share, answer, x, mine, N);
  reveal(share, sizeof share);
  sink = share[0];
}

/* One-of-16 transfers: tables and choices. */
static void transfers_of_16(void) {
  enum { N = 70 };
  struct smpi_tccr h;
  const struct smpi_tweak w = {1, 0, 1, 2};
  blk multiple[SMPI_ROT16_PADS], key = {{1, 2}};
  uint16_t table[N];
  uint8_t mine[N];
  smpi_aes_key_set(&h.key, &key);
  smpi_rot16_multiples(multiple, *(const blk *)secret_words(0, 2));
  smpi_rot16_tables(table, &h, w, 5, multiple, (const blk *)secret_words(1, 2 * N), N);
  smpi_rot16_mine(mine, &h, w, 5, (const blk *)secret_words(2, 2 * N), (const blk *)secret_words(3, 2 * N), N);
  reveal(table, sizeof table);
  reveal(mine, sizeof mine);
  sink = (uint8_t)table[0] ^ mine[0];
}

/* What a join reads and programs; bins are where items lie, which memory shows (cuckoo.h). */
static void joining(void) {
  enum { N = 20, BINS = 40, COLUMNS = 3 };
  uint32_t bin[N], place[3 * N], position[N];
  uint64_t *to = secret_words(0, BINS), sum = 0;
  for (uint32_t i = 0; i < N; i++) {
    bin[i] = 2 * i;
    position[i] = N - 1 - i;
    for (uint32_t t = 0; t < 3; t++) place[3 * i + t] = (7 * i + t) % BINS;
  }
  smpi_join_place(to, secret_words(1, N), bin, N);
  const struct smpi_join_program g = {.columns = COLUMNS,
                                      .bins = BINS,
                                      .place = place,
                                      .position = position,
                                      .tag = to,
                                      .payload = secret_words(2, N * COLUMNS),
                                      .mask = (const shr *)secret_words(3, BINS * COLUMNS)};
  for (uint32_t q = 0; q < 3 * N; q++)
    for (unsigned w = 0; w <= COLUMNS; w++) sum ^= smpi_join_word(&g, q, w);
  reveal(&sum, sizeof sum);
  sink = (uint8_t)sum;
}

/* Numbers where a bit is set. */
static void keeping(void) {
  enum { N = 70 };
  shr *z = (shr *)secret_words(0, N), *bit = (shr *)secret_words(1, 2);
  const shr *x = (const shr *)secret_words(2, N);
  uint64_t u[N], *p = secret_words(3, 2 * N);
  smpi_keep_own(z, x, bit, N);
  smpi_keep_offer(u, z, x, p, p + N, N);
  smpi_keep_accept(z, u, p, bit, N);
  reveal(z, N * sizeof *z);
  sink = (uint8_t)z[0].v;
}

/* Of many sets: what an owner programs at its keys, with streams that the owners share by twos. */
static void programming(void) {
  enum { N = 70 };
  static const uint8_t session[32] = {1};
  struct smpi_psi_many t = {.owners = 4, .mine = 1};
  struct smpi_multi r = {.t = &t, .delta = *(const blk *)secret_words(3, 2)};
  blk *value = (blk *)secret_words(0, 2 * N);
  smpi_oprf_hash_make(&r.hash, session, 1, 10, 1, 1);
  for (unsigned i = 0; i < t.owners; i++) smpi_aes_key_set(&r.share[i], (const blk *)secret_words(2, 8) + i);
  smpi_multi_program(&r, value, (const blk *)secret_words(1, 2 * N), N);
  reveal(value, N * sizeof *value);
  sink = (uint8_t)value[0].w[0];
}

/* ... what the hub tells another recipient of its hits, and how it adds what comes. */
static void telling(void) {
  enum { N = 70 };
  static const uint8_t session[32] = {1};
  uint32_t place[N];
  uint8_t *hit = (uint8_t *)secret_words(0, (N + 7) / 8), hint[100];
  struct smpi_psi_many t = {
      .owners = 3, .size = {N}, .key = (const blk *)secret_words(1, 2 * N), .place = place, .hit = hit};
  struct smpi_multi r = {.t = &t, .hint = hint};
  struct smpi_mask *tag = (struct smpi_mask *)secret_words(2, 2 * N);
  struct smpi_aes_key k;
  for (uint32_t i = 0; i < N; i++) place[i] = N - 1 - i;
  for (size_t i = 0; i < N; i++) hit[i] &= 1;
  smpi_oprf_hash_make(&r.hash, session, 1, 10, 1, 1);
  smpi_aes_key_set(&k, (const blk *)secret_words(3, 2));
  smpi_multi_tag(&r, tag, &k);
  memcpy(hint, tag, sizeof hint);
  smpi_multi_add_hint(&r, 0, 20, (const uint8_t *)tag, 80);
  reveal(hint, sizeof hint);
  sink = hint[0];
}

/* Strata of items whose places are known. */
static void strata(void) {
  enum { N = 70, STRATA = 3 };
  uint32_t slot[N], *stratum = (uint32_t *)secret_words(0, N / 2);
  size_t row[N];
  shr x[STRATA * N], tally[STRATA] = {{0}};
  for (uint32_t i = 0; i < N; i++) slot[i] = i % 4 == 3 ? SMPI_CUCKOO_EMPTY : i;
  for (size_t i = 0; i < N; i++) row[i] = N - 1 - i;
  smpi_distinct_numbers(x, STRATA, slot, N, row, stratum);
  row[5] = SMPI_PSI_PADDING;
  smpi_distinct_add(tally, STRATA, row, N, stratum);
  reveal(x, sizeof x);
  reveal(tally, sizeof tally);
  sink = (uint8_t)(x[0].v ^ tally[0].v);
}

const struct probe psi_probes[] = {{"programming", programming},
                                   {"telling", telling},
                                   {"strata", strata},
                                   {"opprf_pads", opprf_pads},
                                   {"equality", equality},
                                   {"transfers_of_16", transfers_of_16},
                                   {"joining", joining},
                                   {"keeping", keeping},
                                   {"items_to_points", items_to_points},
                                   {"blinding_keys", blinding_keys},
                                   {"masks", masks},
                                   {"oprf_hashes", oprf_hashes},
                                   {"oprf_salt", oprf_salt},
                                   {NULL, NULL}};
