/* test_stats.c - the statistics used on transcripts accept what is uniform and
 * catch the biases they are there for. */
#include <sodium.h>

#include "base/bytes.h"
#include "support/stats.h"
#include "support/test.h"

enum { LEN = 1 << 16 };
static uint8_t data[LEN];

static void uniform(uint8_t seed) {
  uint8_t key[32] = {seed}, nonce[8] = {0};
  crypto_stream_chacha20(data, LEN, nonce, key);
}

static struct stats measured(void) {
  struct stats st = {{0}};
  stats_add(&st, data, LEN);
  return st;
}

static void uniform_data_pass(void **state) {
  (void)state;
  for (uint8_t seed = 0; seed < 50; seed++) {
    uniform(seed);
    struct stats st = measured();
    assert_true(stats_bytes_are_uniform(&st));
    assert_true(stats_bits_are_balanced(&st, NULL));
  }
}

static void one_stuck_bit_is_found(void **state) {
  (void)state;
  for (unsigned bit = 0; bit < 64; bit++) {
    uniform(1);
    for (size_t i = bit / 8; i < LEN; i += 8) data[i] &= (uint8_t) ~(1u << (bit % 8));
    struct stats st = measured();
    unsigned worst;
    assert_false(stats_bits_are_balanced(&st, &worst));
    assert_int_equal(worst, bit);
  }
}

/* Masks that are never zero in their low byte, small values in the clear. */
static void missing_bytes_are_found(void **state) {
  (void)state;
  uniform(2);
  for (size_t i = 0; i < LEN; i++)
    if (data[i] == 0) data[i] = 1;
  struct stats st = measured();
  assert_false(stats_bytes_are_uniform(&st));
  for (size_t i = 0; i < LEN; i += 8) smpi_put64(data + i, i % 1000);
  st = measured();
  assert_false(stats_bytes_are_uniform(&st));
  assert_false(stats_bits_are_balanced(&st, NULL));
}

/* Two samples of anything are alike, uniform or not; a few bytes more often in one are found. */
static void different_samples_are_found(void **state) {
  (void)state;
  uniform(4);
  for (size_t i = 0; i < LEN; i++) data[i] &= 0x3f;
  struct stats a = measured();
  uniform(5);
  for (size_t i = 0; i < LEN; i++) data[i] &= 0x3f;
  struct stats b = measured(), none = {{0}};
  assert_true(stats_bytes_are_alike(&a, &b) && stats_bytes_are_alike(&a, &a));
  for (size_t i = 0; i < LEN; i += 16) data[i] = 7;
  b = measured();
  assert_false(stats_bytes_are_alike(&a, &b));
  assert_false(stats_bytes_are_alike(&a, &none));
}

static void too_little_is_no_pass(void **state) {
  (void)state;
  struct stats st = {{0}};
  uniform(3);
  stats_add(&st, data, 1000);
  assert_false(stats_bytes_are_uniform(&st));
  assert_false(stats_bits_are_balanced(&st, NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {T(uniform_data_pass), T(one_stuck_bit_is_found), T(missing_bytes_are_found),
                                     T(different_samples_are_found), T(too_little_is_no_pass)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
