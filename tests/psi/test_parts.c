/* test_parts.c - psi/parts.h: every item once, equal ones together, buckets of equal size that do not overflow. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psi/oprf.h"
#include "support/parties.h"

enum { HELD = 1 << 20 };

struct sorted {
  const smpc_items *items;
  unsigned buckets;
  size_t size, distinct;
  bool is_stream;
  uint64_t held;
  uint8_t *matched; /* [items->n] */
  size_t *in;       /* [buckets] different items */
  smpc_err fits;    /* what is said before the first bucket */
  blk *key;         /* [buckets][size] */
};

/* Seen once, in pieces of all sizes. */
static void add_all(struct smpi_psi_parts *p, const smpc_items *items) {
  for (size_t i = 0, k = 1; i < items->n; i += k, k = k * 3 % 1021) {
    size_t n = k < items->n - i ? k : items->n - i;
    const smpc_items some = {
        .n = n, .flat = (const uint8_t *)items->flat + i * items->item_len, .item_len = items->item_len};
    assert_int_equal(smpi_psi_parts_add_vt(p, &some), SMPC_OK);
  }
}

static void make(struct smpi_psi_parts *p, struct smpc_session *s, const struct sorted *t) {
  if (!t->is_stream) {
    assert_int_equal(smpi_psi_parts_make_vt(p, s, 3, t->items), SMPC_OK);
    return;
  }
  assert_int_equal(smpi_psi_parts_begin(p, s, 3, t->held, "/tmp"), SMPC_OK);
  add_all(p, t->items);
  assert_int_equal(smpi_psi_parts_end_vt(p), SMPC_OK);
}

/* The first party sorts, and notes every third key of a bucket. */
static void sort_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct sorted *t = ctx;
  struct smpi_psi_parts p;
  if (me != 0) return;
  size_t mark = smpi_scratch_mark(s);
  uint8_t *hit = calloc(t->size + 1, 1);
  make(&p, s, t);
  assert_int_equal(p.n, t->items->n);
  t->distinct = p.distinct;
  t->fits = smpi_psi_parts_check(&p, t->size, t->buckets);
  for (size_t i = 0; i < t->size; i += 3) hit[i] = 1;
  for (unsigned b = 0; b < t->buckets; b++) {
    blk *key = t->key + b * t->size;
    t->in[b] = smpi_psi_parts_size(&p, b, t->buckets);
    if (t->in[b] > t->size) continue;
    assert_int_equal(smpi_psi_parts_keys_vt(&p, key, b, t->buckets), SMPC_OK);
    assert_int_equal(smpi_psi_parts_note_vt(&p, key, hit, b, t->buckets), SMPC_OK);
  }
  for (size_t i = 0, k; i < p.n; i += k) {
    k = p.n - i < 77 ? p.n - i : 77;
    smpi_psi_parts_tell(&p, t->matched + i, i, k);
  }
  smpi_psi_parts_close(&p);
  free(hit);
  smpi_scratch_release(s, mark);
}

static void sort(struct sorted *t, const smpc_items *items, unsigned buckets, size_t size, bool is_stream,
                 uint64_t held, struct parties_result *got) {
  *t = (struct sorted){.items = items, .buckets = buckets, .size = size, .is_stream = is_stream, .held = held};
  t->matched = calloc(items->n + 1, 1);
  t->key = calloc(buckets * size + 1, sizeof *t->key);
  t->in = calloc(buckets, sizeof *t->in);
  parties_run(&(struct parties){.n = 2, .seed = 5}, sort_body, t, got);
}

static void sort_end(struct sorted *t) {
  free(t->matched);
  free(t->key);
  free(t->in);
}

static int by_key(const void *a, const void *b) { return memcmp(a, b, sizeof(blk)); }

/* Every different item has one key in one bucket; a third of each bucket was noted, equal items alike. */
static void check(struct sorted *t, size_t distinct, size_t repeat) {
  size_t n = t->items->n, seen = 0, noted = 0, want = 0;
  assert_int_equal(t->distinct, distinct);
  blk *all = calloc(distinct + 1, sizeof *all);
  for (unsigned b = 0; b < t->buckets; b++) {
    assert_true(t->in[b] <= t->size);
    memcpy(all + seen, t->key + b * t->size, t->in[b] * sizeof *all);
    seen += t->in[b];
    want += (t->in[b] + 2) / 3;
  }
  assert_int_equal(seen, distinct);
  qsort(all, seen, sizeof *all, by_key);
  for (size_t i = 1; i < seen; i++) assert_int_not_equal(by_key(&all[i - 1], &all[i]), 0);
  for (size_t i = 0; i < n; i++) {
    noted += i % repeat == 0 && t->matched[i];
    assert_int_equal(t->matched[i], t->matched[i - i % repeat]);
  }
  assert_int_equal(noted, want);
  free(all);
}

/* Item i is i / repeat; in the caller's memory, in memory of its own, and on disk. */
static void every_item_is_in_one_bucket(void **state) {
  (void)state;
  for (size_t n = 0; n < 70000; n = n * 3 + 1)
    for (unsigned form = 0; form < 3; form++)
      for (unsigned buckets = 1; buckets <= 16; buckets *= 4) {
        size_t repeat = 1 + (n + buckets) % 3, distinct = (n + repeat - 1) / repeat;
        uint64_t *item = malloc((n + 1) * sizeof *item);
        for (size_t i = 0; i < n; i++) item[i] = i / repeat;
        const smpc_items items = {.n = n, .flat = item, .item_len = sizeof *item};
        struct sorted t;
        struct parties_result got;
        sort(&t, &items, buckets, smpi_psi_bucket_size(distinct, buckets), form > 0, form == 1 ? UINT64_MAX : 0, &got);
        assert_int_equal(t.fits, SMPC_OK);
        check(&t, distinct, repeat);
        sort_end(&t);
        free(item);
      }
}

/* Blocks of a part are then in memory and on disk, and none grows with the number of equal items. */
static void one_item_may_stand_often(void **state) {
  (void)state;
  enum { MANY = 1 << 18, SOME = 1000 };
  uint64_t *item = calloc(MANY, sizeof *item);
  for (size_t i = 0; i < SOME; i++) item[i * (MANY / SOME)] = i;
  const smpc_items items = {.n = MANY, .flat = item, .item_len = sizeof *item};
  struct sorted t;
  struct parties_result got;
  for (unsigned form = 0; form < 3; form++) {
    sort(&t, &items, 4, smpi_psi_bucket_size(SOME, 4), form > 0, form == 1 ? 3 * HELD : 0, &got);
    assert_int_equal(t.fits, SMPC_OK);
    assert_int_equal(t.distinct, SOME);
    for (size_t i = 1; i < MANY; i++)
      if (item[i] == 0) assert_int_equal(t.matched[i], t.matched[0]);
    sort_end(&t);
  }
  free(item);
}

static void too_small_a_bucket_is_found(void **state) {
  (void)state;
  uint64_t item[1000];
  struct sorted t;
  struct parties_result got;
  for (size_t i = 0; i < 1000; i++) item[i] = i;
  const smpc_items items = {.n = 1000, .flat = item, .item_len = sizeof *item};
  sort(&t, &items, 4, 250, false, 0, &got); /* that all four have just 250 is not to be expected */
  assert_true(t.in[0] > 250 || t.in[1] > 250 || t.in[2] > 250 || t.in[3] > 250);
  assert_int_equal(t.fits, SMPC_E_STATE);
  assert_non_null(strstr(got.fault[0].text, "a bucket of my set overflowed"));
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

TEST_MAIN(T(every_item_is_in_one_bucket), T(one_item_may_stand_often), T(too_small_a_bucket_is_found),
          T(buckets_overflow_rarely), T(the_number_of_buckets_is_agreed))
