/* test_cuckoo.c - psi/cuckoo.h: places, tables of all sizes, the bound on failure computed, and failures
 * counted against it at toy sizes. */
#include <math.h>
#include <stdlib.h>

#include "support/parties.h"
#include "support/test.h"

#include "psi/cuckoo.h"

/* --- the bound --------------------------------------------------------------------------- */

static double log_choose(double n, double k) { return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1); }

/* log of the least over z of (e^z - 1 - z)^bins / z^balls, which bounds the coefficient of z^balls. */
static double log_coefficient(double balls, double bins) {
  double low = 1e-9, high = 60, z = low;
  for (int i = 0; i < 60; i++) {
    z = (low + high) / 2;
    if (z * expm1(z) / (expm1(z) - z) < balls / bins) low = z;
    else high = z;
  }
  return bins * log(expm1(z) - z) - balls * log(z);
}

/* log of the expected number of minimal sets of k keys with their places in k - 1 bins (cuckoo.h).  A place
 * falls into a given bin with probability at most (1 + 2^-18) / bins. */
static double log_term(double n, double bins, double k) {
  double inside = fmin(k * log_choose(k - 1, 3), lgamma(3 * k + 1) + log_coefficient(3 * k, k - 1) - k * log(6));
  return log_choose(n, k) + log_choose(bins, k - 1) + inside + k * (3 * 0x1p-18 - log_choose(bins, 3));
}

/* The sum over k, log2.  Far out terms change slowly: one of every k / 300 stands for its neighbours, with
 * a factor of two. */
static double failure(double n, double bins) {
  double sum = 0;
  for (double k = 4, step; k <= n; k += step) {
    step = fmax(1, floor(k / 300));
    sum += (step > 1 ? 2 * step : 1) * exp(log_term(n, bins, k));
  }
  return log2(sum);
}

/* One table, and all 15 of 16 owners. */
static void the_failure_is_below_2_to_the_minus_40(void **state) {
  (void)state;
  for (size_t n = 4; n <= SMPI_CUCKOO_MAX; n += 1 + n / 10)
    assert_true(failure((double)n, (double)smpi_cuckoo_bins(n)) <= -50);
  assert_true(failure(SMPI_CUCKOO_MAX, (double)smpi_cuckoo_bins(SMPI_CUCKOO_MAX)) <= -50);
  assert_true(log2(SMPC_MAX_COMPUTING - 1) - 50 <= -46);
  assert_true(failure(1 << 20, 1.25 * (1 << 20)) > -40); /* the sum does see too small a table */
  assert_true(failure(20, 60) > -40);
}

/* For all joins of an operation together; where 64 bits are too few, what is stated in cuckoo.h. */
static void tags_are_long_enough(void **state) {
  (void)state;
  for (unsigned owners = 2; owners <= SMPC_MAX_COMPUTING; owners++)
    for (size_t n = 0; n <= SMPI_CUCKOO_MAX; n = 2 * n + 1) {
      unsigned runs = owners * (owners - 1) / 2;
      double all = (double)smpi_cuckoo_bins(n) * runs;
      unsigned bits = smpi_cuckoo_tag_bits(smpi_cuckoo_bins(n), runs);
      assert_true(bits <= 64 && (ldexp(all, 1 - (int)bits) > 0x1p-40));
      assert_true(ldexp(all, -(int)bits) <= (all > 0x1p24 ? 0x1p-33 : 0x1p-40));
      assert_true(all > 0x1p24 ? bits == 64 : true);
    }
  assert_true(ldexp(120 * (double)smpi_cuckoo_bins(SMPI_CUCKOO_MAX), -64) < 0x1p-33);
}

/* --- tables -------------------------------------------------------------------------------- */

struct table {
  size_t n, bins;
  uint32_t *place, *slot;
};

static void make_places(struct table *t, size_t n, size_t bins, uint64_t seed) {
  struct smpi_aes_key pi;
  blk *key = malloc((n + 1) * sizeof *key);
  *t = (struct table){n, bins, malloc((3 * n + 1) * sizeof(uint32_t)), malloc(bins * sizeof(uint32_t))};
  for (size_t i = 0; i < n; i++) key[i] = (blk){{test_random(&seed), test_random(&seed)}};
  smpi_aes_key_set(&pi, &(blk){{seed, 7}});
  smpi_cuckoo_places(t->place, &pi, bins, key, n);
  free(key);
}

static void table_free(struct table *t) { free(t->place), free(t->slot); }

/* Every key lies in one of its places, once. */
static void check_table(const struct table *t) {
  size_t found = 0;
  uint8_t *seen = calloc(t->n + 1, 1);
  for (size_t b = 0; b < t->bins; b++) {
    uint32_t i = t->slot[b];
    if (i == SMPI_CUCKOO_EMPTY) continue;
    assert_true(i < t->n && !seen[i]);
    assert_true(t->place[3 * i] == b || t->place[3 * i + 1] == b || t->place[3 * i + 2] == b);
    seen[i] = 1;
    found++;
  }
  assert_int_equal(found, t->n);
  free(seen);
}

static void tables_hold_all_keys(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 2, 3, 127, 128, 1023, 4096, 65537};
  for (size_t i = 0; i < 9; i++) {
    struct table t;
    make_places(&t, sizes[i], smpi_cuckoo_bins(sizes[i]), i + 1);
    assert_int_equal(smpi_cuckoo_fill_vt(t.slot, t.bins, t.place, t.n), SMPC_OK);
    check_table(&t);
    table_free(&t);
  }
}

/* Far beyond what the parameters allow, near the threshold of 0.918, only the search finds a table. */
static void a_full_table_is_found_by_the_search(void **state) {
  (void)state;
  struct table t;
  make_places(&t, 9000, 10000, 5);
  assert_int_equal(smpi_cuckoo_fill_vt(t.slot, t.bins, t.place, t.n), SMPC_OK);
  check_table(&t);
  table_free(&t);
  uint32_t place[12] = {0, 1, 2, 2, 1, 0, 1, 0, 2, 0, 2, 1}, slot[8]; /* four keys, three bins */
  assert_int_equal(smpi_cuckoo_fill_vt(slot, 8, place, 4), SMPC_E_STATE);
  assert_int_equal(smpi_cuckoo_fill_vt(slot, 8, place, 3), SMPC_OK);
}

static void places_are_three_different_ones_and_uniform(void **state) {
  (void)state;
  enum { BINS = 50, N = 100000 };
  struct table t;
  size_t count[BINS] = {0};
  make_places(&t, N, BINS, 9);
  for (size_t i = 0; i < N; i++) {
    const uint32_t *p = t.place + 3 * i;
    assert_true(p[0] < BINS && p[1] < BINS && p[2] < BINS && p[0] != p[1] && p[0] != p[2] && p[1] != p[2]);
    for (int k = 0; k < 3; k++) count[p[k]]++;
  }
  double chi = 0, mean = 3.0 * N / BINS;
  for (int b = 0; b < BINS; b++) chi += (count[b] - mean) * (count[b] - mean) / mean;
  assert_true(chi < 49 + 6 * sqrt(2 * 49));
  table_free(&t);
  make_places(&t, 100, 3, 9); /* the least number of bins: all three, in some order */
  for (size_t i = 0; i < 100; i++) assert_int_equal(t.place[3 * i] + t.place[3 * i + 1] + t.place[3 * i + 2], 3);
  table_free(&t);
}

/* How often there is no table, with far fewer bins, against the bound. */
static void failures_stay_below_the_bound(void **state) {
  (void)state;
  enum { TRIALS = 20000 };
  static const struct { size_t n, bins; } toy[] = {{6, 8}, {8, 12}, {10, 16}, {12, 20}, {20, 32}, {40, 54}};
  size_t all = 0;
  for (size_t k = 0; k < 6; k++) {
    size_t failed = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
      struct table t;
      make_places(&t, toy[k].n, toy[k].bins, trial << 20 | k);
      smpc_err err = smpi_cuckoo_fill_vt(t.slot, t.bins, t.place, t.n);
      assert_true(err == SMPC_OK || err == SMPC_E_STATE);
      failed += err != SMPC_OK;
      table_free(&t);
    }
    double bound = TRIALS * fmin(1, exp2(failure((double)toy[k].n, (double)toy[k].bins)));
    print_message("# %zu keys, %zu bins: %zu of %d failed, bound %.1f\n", toy[k].n, toy[k].bins, failed, TRIALS, bound);
    assert_true((double)failed <= bound + 4 * sqrt(bound) + 1);
    all += failed;
  }
  assert_true(all > 0);
}

TEST_MAIN(T(the_failure_is_below_2_to_the_minus_40), T(tags_are_long_enough), T(tables_hold_all_keys),
          T(a_full_table_is_found_by_the_search), T(places_are_three_different_ones_and_uniform),
          T(failures_stay_below_the_bound))
