/* test_base.c - ot/base.h and ot/tree.h: keys agree where they must and nowhere else, what is
 * malformed is refused, trees are the same at both ends but for one leaf. */
#include "support/test.h"

#include <sodium.h>
#include <string.h>

#include "ot/tree.h"
#include "support/parties.h"
#include "support/stats.h"

enum { N = 128 };

static void random_bytes(uint8_t *out, size_t len, uint64_t seed) {
  for (size_t i = 0; i < len; i++) out[i] = (uint8_t)test_random(&seed);
}

struct base {
  struct smpi_base_place place;
  uint8_t offer[32], secret[32], points[N][2][32], choice_secret[N][32];
  blk choice, sent[N][2], received[N];
};

static void offer_and_choose(struct base *b, uint64_t seed) {
  static uint8_t random[N * SMPI_BASE_CHOICE_RANDOM];
  uint8_t session[32];
  random_bytes(session, 32, seed);
  smpi_base_place(&b->place, session, 7, 0, 1);
  random_bytes(random, SMPI_BASE_RANDOM, seed + 1);
  smpi_base_offer(b->offer, b->secret, random);
  random_bytes((uint8_t *)&b->choice, sizeof b->choice, seed + 2);
  random_bytes(random, sizeof random, seed + 3);
  smpi_base_choose(b->points, b->choice_secret, &b->place, &b->choice, random, N);
}

static bool send_keys(struct base *b, const struct smpi_base_place *p) {
  return smpi_base_sent(b->sent, p, b->offer, b->secret, (const uint8_t(*)[2][32])b->points, N);
}
static bool receive_keys(struct base *b) {
  return smpi_base_received(b->received, &b->place, b->offer, (const uint8_t(*)[32])b->choice_secret, &b->choice,
                            (const uint8_t(*)[2][32])b->points, N);
}

static unsigned choice_of(const struct base *b, size_t i) { return (unsigned)(b->choice.w[i / 64] >> i % 64 & 1); }

static size_t equal_keys(const struct base *b, bool chosen) {
  size_t equal = 0;
  for (size_t i = 0; i < N; i++)
    equal += memcmp(&b->sent[i][choice_of(b, i) ^ !chosen], &b->received[i], sizeof(blk)) == 0;
  return equal;
}

static void the_chosen_key_and_no_other(void **state) {
  (void)state;
  static struct base b;
  for (uint64_t seed = 0; seed < 4; seed++) {
    offer_and_choose(&b, seed);
    assert_true(send_keys(&b, &b.place));
    assert_true(receive_keys(&b));
    assert_int_equal(equal_keys(&b, true), N);
    assert_int_equal(equal_keys(&b, false), 0);
    for (size_t i = 1; i < N; i++) assert_memory_not_equal(&b.received[i - 1], &b.received[i], sizeof(blk));
  }
}

/* Session, instance, sender and receiver all matter. */
static void keys_belong_to_their_place(void **state) {
  (void)state;
  static struct base b;
  uint8_t session[32];
  offer_and_choose(&b, 9);
  assert_true(receive_keys(&b));
  for (unsigned what = 0; what < 5; what++) {
    struct smpi_base_place other;
    random_bytes(session, 32, 9);
    session[31] ^= what == 1;
    smpi_base_place(&other, session, what == 2 ? 8 : 7, what == 3, what == 4 ? 0 : 1);
    assert_true(send_keys(&b, &other));
    assert_int_equal(equal_keys(&b, true), what == 0 ? N : 0);
  }
}

/* The identity, no canonical encoding, no square root, on either side. */
static void malformed_points_are_refused(void **state) {
  (void)state;
  static struct base b;
  uint8_t bad[4][32] = {{0}, {1}, {0}, {0}};
  memset(bad[2], 0xff, 32);
  bad[3][0] = 0xed, memset(bad[3] + 1, 0xff, 30), bad[3][31] = 0x7f; /* 2^255 - 19: zero, not reduced */
  for (unsigned k = 0; k < 4; k++) {
    for (unsigned j = 0; j < 2; j++) {
      offer_and_choose(&b, 20);
      memcpy(b.points[k * 42][j], bad[k], 32);
      assert_false(send_keys(&b, &b.place));
    }
    offer_and_choose(&b, 20);
    memcpy(b.offer, bad[k], 32);
    assert_false(receive_keys(&b));
  }
  offer_and_choose(&b, 20);
  b.offer[31] |= 0x80; /* a good point with the bit that libsodium overlooks */
  assert_false(receive_keys(&b));
  offer_and_choose(&b, 20);
  b.points[0][1][31] |= 0x80;
  assert_false(send_keys(&b, &b.place));
}

/* Whichever is chosen, both points are uniform: their encodings look alike but for the top bit and
 * the lowest, which are 0 in every encoding. */
static void points_do_not_show_the_choice(void **state) {
  (void)state;
  static struct base b;
  struct stats st[2] = {{{0}}};
  for (uint64_t seed = 0; seed < 40; seed++) {
    offer_and_choose(&b, 100 + seed);
    for (size_t i = 0; i < N; i++)
      for (unsigned j = 0; j < 2; j++) stats_add(&st[j == choice_of(&b, i)], b.points[i][j] + 8, 16);
  }
  for (unsigned j = 0; j < 2; j++) {
    assert_true(stats_bytes_are_uniform(&st[j]));
    assert_true(stats_bits_are_balanced(&st[j], NULL));
  }
}

/* --- trees ------------------------------------------------------------------------ */

struct tree {
  struct smpi_base_place place;
  blk base[8][2], received[8], message[14];
  uint8_t sum[SMPI_OT_LEAF_CHECK], digest[32], seen[32];
  struct smpi_aes_key all[256], most[256];
};

static void grow(struct tree *t, unsigned k, bool is_checked) {
  struct smpi_hash h;
  random_bytes((uint8_t *)&t->place, sizeof t->place, k);
  random_bytes((uint8_t *)t->base, sizeof t->base, k + 1);
  smpi_hash_begin(&h, "test");
  smpi_tree_grow(t->all, t->message, t->sum, is_checked ? &h : NULL, &t->place, 3, k, (const blk(*)[2])t->base);
  smpi_hash_end(&h, t->digest);
}

static void puncture(struct tree *t, unsigned k, bool is_checked, unsigned d) {
  struct smpi_hash h;
  for (unsigned j = 0; j < k; j++) t->received[j] = t->base[j][1 - (d >> j & 1)];
  smpi_hash_begin(&h, "test");
  smpi_tree_puncture(t->most, t->message, t->sum, is_checked ? &h : NULL, &t->place, 3, k, t->received, d);
  smpi_hash_end(&h, t->seen);
}

/* Every depth, every missing leaf. */
static void all_leaves_but_one(void **state) {
  (void)state;
  static struct tree t;
  for (unsigned k = 1; k <= 8; k *= 2)
    for (unsigned checked = 0; checked < 2; checked++) {
      grow(&t, k, checked);
      for (unsigned d = 0; d < 1u << k; d++) {
        puncture(&t, k, checked, d);
        for (unsigned y = 0; y < 1u << k; y++)
          assert_int_equal(memcmp(&t.most[y], &t.all[y ^ d], sizeof t.most[y]) == 0, y != 0);
        assert_memory_equal(t.seen, t.digest, 32);
      }
    }
}

static void leaves_are_distinct(void **state) {
  (void)state;
  static struct tree t;
  for (unsigned checked = 0; checked < 2; checked++) {
    grow(&t, 8, checked);
    for (unsigned x = 0; x < 256; x++)
      for (unsigned y = 0; y < x; y++) assert_memory_not_equal(&t.all[x], &t.all[y], sizeof t.all[x]);
  }
}

/* A wrong message: the digest differs for every d that reads what was altered, and for no other. */
static void the_digest_sees_wrong_messages(void **state) {
  (void)state;
  static struct tree t;
  enum { K = 4 };
  grow(&t, K, true);
  for (unsigned i = 0; i < 2 * (K - 1); i++) {
    t.message[i].w[0] ^= 1;
    for (unsigned d = 0; d < 1u << K; d++) {
      bool is_read = (d >> (i / 2 + 1) & 1) != i % 2; /* level i / 2 + 1 reads the sum of children 1 - d_j */
      puncture(&t, K, true, d);
      assert_int_equal(memcmp(t.seen, t.digest, 32) != 0, is_read);
    }
    t.message[i].w[0] ^= 1;
  }
  t.sum[5] ^= 4;
  for (unsigned d = 0; d < 1u << K; d++) {
    puncture(&t, K, true, d);
    assert_memory_not_equal(t.seen, t.digest, 32);
  }
}

TEST_MAIN(T(the_chosen_key_and_no_other), T(keys_belong_to_their_place), T(malformed_points_are_refused),
          T(points_do_not_show_the_choice), T(all_leaves_but_one), T(leaves_are_distinct),
          T(the_digest_sees_wrong_messages))
