/* test_parts.c - psi/parts.h: every item once, equal ones together, buckets of equal size that do not overflow. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psi/oprf.h"
#include "support/parties.h"

struct sorted { const smpc_items *items; unsigned buckets; size_t size; size_t distinct; uint8_t *matched; size_t *row; bool fits; };

/* Parties sort the same items; the first tells. */
static void sort_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct sorted *t = ctx;
  struct smpi_psi_parts p;
  if (me != 0) return;
  size_t mark = smpi_scratch_mark(s), *row = t->row;
  assert_int_equal(smpi_psi_parts_make_vt(s, &p, t->items), SMPC_OK);
  t->distinct = p.distinct;
  t->fits = true;
  for (unsigned b = 0; b < t->buckets; b++, row += t->size) {
    t->fits &= smpi_psi_parts_rows(&p, row, t->size, b, t->buckets);
    for (size_t i = 0; i < t->size && t->fits; i++)
      if (row[i] != SMPI_PSI_PADDING) t->matched[row[i]] = (uint8_t)(b + 1);
    smpi_psi_parts_spread(&p, t->matched, b, t->buckets);
  }
  smpi_scratch_release(s, mark);
}

static void sort(struct sorted *t, const smpc_items *items, unsigned buckets, size_t size) {
  *t = (struct sorted){.items = items, .buckets = buckets, .size = size};
  t->matched = calloc(items->n + 1, 1);
  t->row = calloc(buckets * size + 1, sizeof *t->row);
  parties_run_ok(&(struct parties){.n = 2, .seed = 5}, sort_body, t, NULL);
}

static void sort_end(struct sorted *t) {
  free(t->matched);
  free(t->row);
}

/* Item i is i / repeat. */
static void every_item_is_in_one_bucket(void **state) {
  (void)state;
  for (size_t n = 0; n < 70000; n = n * 3 + 1)
    for (size_t repeat = 1; repeat <= 3; repeat++)
      for (unsigned buckets = 1; buckets <= 16; buckets *= 4) {
        uint64_t *item = malloc((n + 1) * sizeof *item);
        for (size_t i = 0; i < n; i++) item[i] = i / repeat;
        const smpc_items items = {.n = n, .flat = item, .item_len = sizeof *item};
        struct sorted t;
        size_t distinct = (n + repeat - 1) / repeat, seen = 0;
        sort(&t, &items, buckets, smpi_psi_bucket_size(distinct, buckets));
        assert_true(t.fits);
        assert_int_equal(t.distinct, distinct);
        for (size_t i = 0; i < buckets * t.size; i++) {
          if (t.row[i] == SMPI_PSI_PADDING) continue;
          seen++;
          assert_int_equal(t.row[i] % repeat, 0); /* the first of equals */
          assert_int_equal(t.matched[t.row[i]], i / t.size + 1);
        }
        assert_int_equal(seen, distinct);
        for (size_t i = 0; i < n; i++) assert_true(t.matched[i] != 0 && t.matched[i] == t.matched[i - i % repeat]);
        sort_end(&t);
        free(item);
      }
}

static void too_small_a_bucket_is_found(void **state) {
  (void)state;
  uint64_t item[1000];
  struct sorted t;
  for (size_t i = 0; i < 1000; i++) item[i] = i;
  const smpc_items items = {.n = 1000, .flat = item, .item_len = sizeof *item};
  sort(&t, &items, 4, 250); /* that all four have just 250 is not to be expected */
  assert_false(t.fits);
  sort_end(&t);
}

/* The exact tail of the binomial, all buckets of both parties, is below 2^-40. */
static double log2_tail(double n, double p, double size) {
  double top = 0, sum = 0;
  for (double k = size + 1; k <= n && k < size + 20000; k++) {
    double l = (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)) / log(2);
    if (k == size + 1) top = l;
    sum += exp2(l - top);
  }
  return sum == 0 ? -INFINITY : top + log2(sum);
}

static void buckets_overflow_rarely(void **state) {
  (void)state;
  static const uint64_t sizes[] = {1, 100, 5000, (1 << 20) + 1, 1 << 21, 3 << 20, 1 << 24, 1 << 26};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (unsigned b = 2; b <= 1024; b *= 8) {
      size_t size = smpi_psi_bucket_size(sizes[i], b);
      assert_true(log2_tail((double)sizes[i], 1.0 / b, (double)size) + log2(2.0 * b) <= -40);
      if (sizes[i] / b >= 1 << 19) assert_true((double)size * b < 1.03 * (double)sizes[i]); /* and little is wasted */
    }
}

static void the_number_of_buckets_is_agreed(void **state) {
  (void)state;
  assert_int_equal(smpi_psi_buckets(0, 0), 1);
  assert_int_equal(smpi_psi_buckets(1 << 20, 1 << 20), 1);
  assert_int_equal(smpi_psi_buckets((1 << 20) + 1, 3), 2);
  assert_int_equal(smpi_psi_buckets(3, (1 << 20) + 1), 2);
  assert_int_equal(smpi_psi_buckets(3 << 20, 1), 4);
  assert_int_equal(smpi_psi_buckets(1 << 26, 1 << 26), 64);
  assert_int_equal(smpi_psi_buckets(SMPI_PSI_PARTS_MAX, 1), SMPI_PSI_PARTS);
}

TEST_MAIN(T(every_item_is_in_one_bucket), T(too_small_a_bucket_is_found), T(buckets_overflow_rarely),
          T(the_number_of_buckets_is_agreed))
