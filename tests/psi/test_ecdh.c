/* test_ecdh.c - psi/ecdh.h: the local halves, and a party that sends what is no point. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "psi/ecdh.h"
#include "support/parties.h"

static struct smpi_ecdh_key key_of(uint8_t session, uint64_t instance, uint8_t random) {
  struct smpi_ecdh_key k;
  uint8_t id[32] = {session}, r[64] = {random, 1, 2, 3};
  assert_int_equal(smpi_ecdh_key_make(&k, id, instance, r), SMPC_OK);
  return k;
}

static void blinding_commutes(void **state) {
  (void)state;
  struct smpi_ecdh_key a = key_of(1, 7, 2), b = key_of(1, 7, 3);
  static const char *items[] = {"", "x", "y", "a longer item"};
  struct smpi_mask by_ab[4], by_ba[4];
  uint8_t point[SMPI_POINT_LEN];
  for (int i = 0; i < 4; i++) {
    smpi_ecdh_blind(point, &a, items[i], strlen(items[i]));
    assert_true(smpi_ecdh_mask(&by_ab[i], &b, point, 11));
    smpi_ecdh_blind(point, &b, items[i], strlen(items[i]));
    assert_true(smpi_ecdh_mask(&by_ba[i], &a, point, 11));
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) assert_true((memcmp(&by_ab[i], &by_ba[j], 16) == 0) == (i == j));
  const uint8_t *bytes = (const uint8_t *)&by_ab[0];
  for (int i = 11; i < 16; i++) assert_int_equal(bytes[i], 0); /* mask_len bytes and no more */
}

/* Another session, another intersection, another key: nothing is the same. */
static void no_blinding_is_used_twice(void **state) {
  (void)state;
  const struct smpi_ecdh_key k[] = {key_of(1, 7, 2), key_of(2, 7, 2), key_of(1, 8, 2), key_of(1, 7, 3)};
  uint8_t point[4][SMPI_POINT_LEN];
  for (int i = 0; i < 4; i++) smpi_ecdh_blind(point[i], &k[i], "x", 1);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < i; j++) assert_memory_not_equal(point[i], point[j], SMPI_POINT_LEN);
}

static void a_scalar_of_zero_is_refused(void **state) {
  (void)state;
  struct smpi_ecdh_key k;
  const uint8_t id[32] = {0}, random[64] = {0};
  assert_int_equal(smpi_ecdh_key_make(&k, id, 1, random), SMPC_E_RNG);
}

/* The identity; numbers from the field's prime on; negative ones; off the curve;
 * from RFC 9496, appendix A.3. */
static const char *const bad[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
};
enum { BAD = sizeof bad / sizeof *bad };

static void bad_point(uint8_t point[SMPI_POINT_LEN], size_t i) {
  assert_int_equal(sodium_hex2bin(point, SMPI_POINT_LEN, bad[i], 64, NULL, NULL, NULL), 0);
}

static void what_is_no_point_is_refused(void **state) {
  (void)state;
  struct smpi_ecdh_key k = key_of(1, 7, 2);
  uint8_t point[SMPI_POINT_LEN];
  for (size_t i = 0; i < BAD; i++) {
    struct smpi_mask mask;
    bad_point(point, i);
    assert_false(smpi_ecdh_mask(&mask, &k, point, 10));
  }
  smpi_ecdh_blind(point, &k, "x", 1);
  point[31] |= 0x80;
  assert_false(smpi_ecdh_mask(&(struct smpi_mask){{0}}, &k, point, 10));
}

/* --- over the network ---------------------------------------------------------------- */

enum { N = 3 };
struct cheat {
  size_t which; /* of bad[] */
  size_t at;    /* place among the points */
  smpc_err err;
  uint8_t hit[N];
};

static void sends_points(struct smpc_session *s, const struct cheat *c) {
  uint8_t out[N][SMPI_POINT_LEN], in[N][SMPI_POINT_LEN];
  struct smpi_ecdh_key k = key_of(9, 9, 9);
  for (size_t i = 0; i < N; i++) smpi_ecdh_blind(out[i], &k, &i, sizeof i);
  bad_point(out[c->at], c->which);
  LET_FAIL(smpi_exchange(s, &(struct smpi_flow){.peer = 0, .out_len = sizeof out, .in_len = sizeof in, .out = out, .in = in}, 1));
  LET_FAIL(smpi_exchange(s, &(struct smpi_flow){.peer = 0, .out_len = 6 * N, .in_len = 0, .out = out}, 1));
}

static void cheat_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct cheat *c = ctx;
  const size_t row[N] = {2, 0, 1};
  const smpc_items set = {.n = N, .flat = "abc", .item_len = 1};
  struct smpi_psi_task t = {.peer = 1, .set = &set, .row = row, .n = N, .m = N, .i_learn = true, .hit = c->hit};
  if (me == 1) sends_points(s, c);
  else c->err = smpi_psi_ecdh(s, &t);
}

static void a_cheating_party_is_named(void **state) {
  (void)state;
  for (size_t i = 0; i < BAD; i++) {
    struct cheat c = {.which = i, .at = i % N, .hit = {7, 7, 7}};
    struct parties_result r;
    parties_run(&(struct parties){.n = 2, .seed = 1}, cheat_body, &c, &r);
    assert_int_equal(c.err, SMPC_E_CHEAT);
    assert_int_equal(r.fault[0].party, 1);
    assert_non_null(strstr(r.fault[0].text, "no point"));
    for (int k = 0; k < N; k++) assert_int_equal(c.hit[k], 0);
    assert_true(r.close[1] != SMPC_OK);
  }
}

TEST_MAIN(T(blinding_commutes), T(no_blinding_is_used_twice), T(a_scalar_of_zero_is_refused),
          T(what_is_no_point_is_refused), T(a_cheating_party_is_named))
