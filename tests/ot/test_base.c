/* test_base.c - ot/base.h and ot/tree.h: keys agree where they must and nowhere else, what is
 * malformed is refused, trees are the same at both ends but for one leaf. */
#include "support/test.h"

#include <sched.h>
#include <sodium.h>
#include <string.h>

#include "ot/tree.h"
#include "support/parties.h"
#include "support/stats.h"

enum { N = 128 };

static void random_bytes(uint8_t *out, size_t len, uint64_t seed) {
  for (size_t i = 0; i < len; i++) out[i] = (uint8_t)test_random(&seed);
}

/* Semi-honest, the first N of the 2 N points. */
struct base {
  bool is_passive;
  struct smpi_base_place place;
  uint8_t offer[32], secret[32], points[2 * N][32], choice_secret[N][32];
  blk choice, sent[N][2], received[N];
};
typedef const uint8_t one_point[32], two_points[2][32];

static void offer_and_choose(struct base *b, uint64_t seed) {
  static uint8_t random[N * SMPI_BASE_CHOICE_RANDOM];
  uint8_t session[32];
  random_bytes(session, 32, seed);
  smpi_base_place(&b->place, session, 7, 0, 1);
  random_bytes(random, SMPI_BASE_RANDOM, seed + 1);
  smpi_base_offer(b->offer, b->secret, random);
  random_bytes((uint8_t *)&b->choice, sizeof b->choice, seed + 2);
  random_bytes(random, sizeof random, seed + 3);
  if (b->is_passive) smpi_base_passive_choose(b->points, b->choice_secret, &b->place, &b->choice, random, N);
  else smpi_base_choose((uint8_t(*)[2][32])b->points, b->choice_secret, &b->place, &b->choice, random, N);
}

static bool send_keys(struct base *b, const struct smpi_base_place *p) {
  one_point *points = (one_point *)b->points;
  if (b->is_passive) return smpi_base_passive_sent(b->sent, p, b->offer, b->secret, points, N);
  return smpi_base_sent(b->sent, p, b->offer, b->secret, (two_points *)points, N);
}
static bool receive_keys(struct base *b) {
  one_point *points = (one_point *)b->points, *secret = (one_point *)b->choice_secret;
  if (b->is_passive)
    return smpi_base_passive_received(b->received, &b->place, b->offer, secret, &b->choice, points, N);
  return smpi_base_received(b->received, &b->place, b->offer, secret, &b->choice, (two_points *)points, N);
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
    b.is_passive = seed % 2 != 0;
    offer_and_choose(&b, seed);
    assert_true(send_keys(&b, &b.place));
    assert_true(receive_keys(&b));
    assert_int_equal(equal_keys(&b, true), N);
    assert_int_equal(equal_keys(&b, false), 0);
    for (size_t i = 1; i < N; i++) assert_memory_not_equal(&b.received[i - 1], &b.received[i], sizeof(blk));
  }
}

/* One core makes the points and keys that all cores make. */
static void cores_do_not_matter(void **state) {
  (void)state;
  static struct base b[2];
  cpu_set_t all, one;
  assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
    if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
  for (int is_passive = 0; is_passive < 2; is_passive++) {
    for (int k = 0; k < 2; k++) {
      b[k].is_passive = is_passive;
      assert_int_equal(sched_setaffinity(0, sizeof all, k == 0 ? &one : &all), 0);
      offer_and_choose(&b[k], 40);
      assert_true(send_keys(&b[k], &b[k].place));
      assert_true(receive_keys(&b[k]));
    }
    assert_memory_equal(b[0].points, b[1].points, (is_passive ? N : 2 * N) * 32);
    assert_memory_equal(b[0].sent, b[1].sent, sizeof b[0].sent);
    assert_memory_equal(b[0].received, b[1].received, sizeof b[0].received);
  }
}

/* Session, instance, sender and receiver all matter. */
static void keys_belong_to_their_place(void **state) {
  (void)state;
  static struct base b;
  uint8_t session[32];
  for (unsigned what = 0; what < 10; what++) {
    struct smpi_base_place other;
    unsigned change = what % 5;
    b.is_passive = what >= 5;
    offer_and_choose(&b, 9);
    assert_true(receive_keys(&b));
    random_bytes(session, 32, 9);
    session[31] ^= change == 1;
    smpi_base_place(&other, session, change == 2 ? 8 : 7, change == 3, change == 4 ? 0 : 1);
    assert_true(send_keys(&b, &other));
    assert_int_equal(equal_keys(&b, true), change == 0 ? N : 0);
  }
}

/* What the box says, from its terms: a (B - c T) = b A, for the T that is the same for all transfers of a
 * place and no other's. */
static void semi_honest_points_are_shifted(void **state) {
  (void)state;
  static struct base b = {.is_passive = true};
  uint8_t shift[2][32], product[32];
  for (unsigned place = 0; place < 2; place++) {
    bool found = false;
    offer_and_choose(&b, 30 + place);
    for (size_t i = 0; i < N; i++) {
      assert_int_equal(crypto_scalarmult_ristretto255_base(product, b.choice_secret[i]), 0);
      if (choice_of(&b, i) == 0) {
        assert_memory_equal(b.points[i], product, 32);
        continue;
      }
      assert_int_equal(crypto_core_ristretto255_sub(product, b.points[i], product), 0);
      if (found) assert_memory_equal(product, shift[place], 32);
      memcpy(shift[place], product, 32);
      found = true;
    }
    assert_true(found);
  }
  assert_memory_not_equal(shift[0], shift[1], 32);
}

/* The identity, no canonical encoding, no square root, on either side. */
static void refuses_malformed(bool is_passive) {
  static struct base b;
  b.is_passive = is_passive;
  uint8_t bad[4][32] = {{0}, {1}, {0}, {0}};
  memset(bad[2], 0xff, 32);
  bad[3][0] = 0xed, memset(bad[3] + 1, 0xff, 30), bad[3][31] = 0x7f; /* 2^255 - 19: zero, not reduced */
  for (unsigned k = 0; k < 4; k++) {
    for (unsigned j = 0; j < 2; j++) {
      offer_and_choose(&b, 20);
      memcpy(b.points[k * 42 + j], bad[k], 32);
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
  b.points[1][31] |= 0x80;
  assert_false(send_keys(&b, &b.place));
}

static void malformed_points_are_refused(void **state) {
  (void)state;
  refuses_malformed(false);
  refuses_malformed(true);
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
      for (unsigned j = 0; j < 2; j++) stats_add(&st[j == choice_of(&b, i)], b.points[2 * i + j] + 8, 16);
  }
  for (unsigned j = 0; j < 2; j++) {
    assert_true(stats_bytes_are_uniform(&st[j]));
    assert_true(stats_bits_are_balanced(&st[j], NULL));
  }
}

/* One point a transfer: chosen or not, it looks alike. */
static void semi_honest_points_do_not_show_the_choice(void **state) {
  (void)state;
  static struct base b = {.is_passive = true};
  struct stats st[2] = {{{0}}};
  for (uint64_t seed = 0; seed < 80; seed++) {
    offer_and_choose(&b, 300 + seed);
    for (size_t i = 0; i < N; i++) stats_add(&st[choice_of(&b, i)], b.points[i] + 8, 16);
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

TEST_MAIN(T(the_chosen_key_and_no_other), T(cores_do_not_matter), T(keys_belong_to_their_place),
          T(semi_honest_points_are_shifted), T(malformed_points_are_refused), T(points_do_not_show_the_choice),
          T(semi_honest_points_do_not_show_the_choice), T(all_leaves_but_one), T(leaves_are_distinct),
          T(the_digest_sees_wrong_messages))
