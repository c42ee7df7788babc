/* test_okvs_failure.c - how often encoding fails at toy security levels, against
 * the bound 2^-lambda; gap rows are met and solved; what is read elsewhere. */
#include "okvs_support.h"

enum { TRIALS = 4000, N = 256 };

struct tally { size_t failed, with_gaps, wrong, outside; };

/* Many small stores, each checked.  Values have 80 bits: in the binary form the
 * columns must not have more, gap rows or not. */
static struct tally try_often(size_t n, enum smpi_okvs_form form, unsigned lambda, size_t trials) {
  struct smpi_okvs_shape s;
  struct tally t = {0};
  assert_int_equal(smpi_okvs_shape(&s, n, form, lambda), SMPC_OK);
  blk *p = random_blks(s.len, 1), *got = random_blks(n, 2), *value = random_blks(n, 3);
  for (size_t i = 0; i < n; i++) value[i].w[1] &= 0xffff;
  for (size_t trial = 0; trial < trials; trial++) {
    blk *key = random_blks(n, 1000 * lambda + trial);
    smpc_err err = encode_all(p, &s, trial, key, value, n, NULL);
    assert_true(err == SMPC_OK || err == SMPC_E_STATE);
    if (err == SMPC_OK) {
      size_t i = s.sparse;
      while (i < s.len && (p[i].w[0] | p[i].w[1]) == 0) i++;
      t.with_gaps += i < s.len;
      for (size_t j = 0; j < s.len && form == SMPI_OKVS_BINARY; j++) t.outside += p[j].w[1] >> 16 != 0;
      decode_all(got, &s, trial, key, n, p);
      t.wrong += memcmp(got, value, n * sizeof *got) != 0;
    } else t.failed++;
    smpi_free(key);
  }
  smpi_free(p), smpi_free(got), smpi_free(value);
  return t;
}

/* At most trials 2^-lambda, and four times the square root of that. */
static void failures_stay_below_the_bound(void **state) {
  (void)state;
  for (int form = 0; form < 2; form++)
    for (unsigned lambda = 3; lambda <= 10; lambda++) {
      struct tally t = try_often(N, form ? SMPI_OKVS_BINARY : SMPI_OKVS_FIELD, lambda, TRIALS);
      size_t bound = TRIALS >> lambda, root = 1;
      while (root * root < bound) root++;
      print_message("# lambda %u: %zu of %d failed, bound %zu; %zu had gap rows\n", lambda, t.failed, TRIALS, bound,
                    t.with_gaps);
      assert_true(t.failed <= bound + 4 * root);
      assert_int_equal(t.wrong + t.outside, 0);
    }
}

static void gap_rows_are_met_and_solved(void **state) {
  (void)state;
  for (int form = 0; form < 2; form++) {
    struct tally t = try_often(N, form ? SMPI_OKVS_BINARY : SMPI_OKVS_FIELD, 18, TRIALS);
    print_message("# lambda 18: %zu had gap rows\n", t.with_gaps);
    assert_true(t.with_gaps >= 1);
    assert_int_equal(t.failed + t.wrong + t.outside, 0);
  }
}

/* Several bins, small lambda: overflow and failure of any bin together. */
static void bins_fail_together_within_the_bound(void **state) {
  (void)state;
  struct tally t = try_often(70000, SMPI_OKVS_FIELD, 4, 60);
  print_message("# 3 bins, lambda 4: %zu of 60 failed\n", t.failed);
  assert_true(t.failed <= 60 / 16 + 8);
  assert_int_equal(t.wrong, 0);
}

/* Doubly oblivious: for uniform values the columns are uniform, all of them, and
 * so are the readings at keys that were not put in. */
static void free_columns_hide_the_keys(void **state) {
  (void)state;
  for (int form = 0; form < 2; form++) {
    struct smpi_okvs_shape s;
    struct smpi_prg *random;
    struct stats columns = {{0}}, readings = {{0}};
    uint8_t prg_key[32] = {9};
    assert_int_equal(smpi_okvs_shape(&s, 1000, form ? SMPI_OKVS_BINARY : SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
    assert_int_equal(smpi_prg_open(&random, prg_key), SMPC_OK);
    blk *key = random_blks(1000, 1), *value = random_blks(1000, 2), *p = random_blks(s.len, 3);
    blk *other = random_blks(5000, 4), *got = random_blks(5000, 5);
    assert_int_equal(encode_all(p, &s, 1, key, value, 1000, random), SMPC_OK);
    stats_add(&columns, (const uint8_t *)p, s.len * sizeof *p);
    decode_all(got, &s, 1, other, 1000, p);
    stats_add(&readings, (const uint8_t *)got, 1000 * sizeof *got);
    assert_true(stats_bytes_are_uniform(&columns) && stats_bits_are_balanced(&columns, NULL));
    assert_true(stats_bytes_are_uniform(&readings) && stats_bits_are_balanced(&readings, NULL));
    smpi_prg_close(random);
    smpi_free(key), smpi_free(value), smpi_free(p), smpi_free(other), smpi_free(got);
  }
}

/* Without random columns a quarter of them is zero: the control of the test above. */
static void zero_columns_show(void **state) {
  (void)state;
  struct smpi_okvs_shape s;
  struct stats columns = {{0}};
  assert_int_equal(smpi_okvs_shape(&s, 1000, SMPI_OKVS_FIELD, SMPI_OKVS_LAMBDA), SMPC_OK);
  blk *key = random_blks(1000, 1), *value = random_blks(1000, 2), *p = random_blks(s.len, 3);
  assert_int_equal(encode_all(p, &s, 1, key, value, 1000, NULL), SMPC_OK);
  stats_add(&columns, (const uint8_t *)p, s.len * sizeof *p);
  assert_false(stats_bytes_are_uniform(&columns));
  smpi_free(key), smpi_free(value), smpi_free(p);
}

TEST_MAIN(T(failures_stay_below_the_bound), T(gap_rows_are_met_and_solved), T(bins_fail_together_within_the_bound),
          T(free_columns_hide_the_keys), T(zero_columns_show))
