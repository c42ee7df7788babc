/* test_bits_convert.c - compare/a2b.h, compare/b2a.h, compare/and.h: each step
 * reconstructed and held against the clear bits. */
#include "support/test.h"

#include "compare/a2b.h"
#include "compare/and.h"
#include "compare/b2a.h"
#include "math/bits.h"
#include "support/parties.h"

struct job {
  size_t n, m;
  struct shares x;     /* numbers, by sum       */
  struct shares rows;  /* their bits, by xor    */
  struct shares low;   /* the lowest bits, by sum */
  struct shares both;  /* row 0 & row 1, by xor */
};

static void convert_body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  if (smpi_a2b(s, j->rows.of[me], j->m, j->x.of[me], j->n) != SMPC_OK) return;
  if (smpi_and(s, j->both.of[me], j->rows.of[me], j->rows.of[me] + j->m, j->m) != SMPC_OK) return;
  (void)smpi_b2a(s, j->low.of[me], j->rows.of[me], j->n);
}

/* Member i's bit of row b, joined. */
static uint64_t joined(const struct job *j, const struct shares *sh, unsigned b, size_t i) {
  return shares_xor(sh, b * j->m + i / 64) >> i % 64 & 1;
}

static void assert_bits(const struct job *j, const uint64_t *x) {
  for (size_t i = 0; i < j->n; i++) {
    for (unsigned b = 0; b < 64; b++) assert_int_equal(joined(j, &j->rows, b, i), x[i] >> b & 1);
    assert_int_equal(joined(j, &j->both, 0, i), x[i] & x[i] >> 1 & 1);
    assert_int_equal(shares_sum(&j->low, i), x[i] & 1);
  }
}

static void assert_cost(const struct job *j, const struct parties_result *r) {
  struct smpi_cost c = {.parties = j->x.parties};
  uint64_t most = 0;
  smpi_a2b_cost(&c, j->n);
  smpi_and_cost(&c, j->m);
  smpi_b2a_cost(&c, j->n);
  for (unsigned i = 0; i < j->x.parties; i++) {
    assert_int_equal(r->spent[i].rounds, c.rounds);
    for (unsigned k = 0; k < 6; k++) assert_int_equal(r->spent[i].corr[k], c.corr[k]);
    if (r->spent[i].bytes > most) most = r->spent[i].bytes;
  }
  assert_int_equal(most, c.bytes);
}

static void convert(unsigned parties, const uint64_t *x, size_t n) {
  struct job j = {.n = n, .m = (n + 63) / 64};
  struct parties_result r;
  shares_new(&j.x, parties, n);
  shares_new(&j.rows, parties, 64 * j.m);
  shares_new(&j.low, parties, n);
  shares_new(&j.both, parties, j.m);
  shares_split(&j.x, x, false, n);
  parties_run_ok(&(struct parties){.n = parties, .dealer = true, .seed = n + 1}, convert_body, &j, &r);
  assert_bits(&j, x);
  assert_cost(&j, &r);
  shares_free(&j.x);
  shares_free(&j.rows);
  shares_free(&j.low);
  shares_free(&j.both);
}

static void bits_of_every_size(void **state) {
  (void)state;
  const size_t sizes[] = {0, 1, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 5000};
  uint64_t seed = 1, x[5000];
  for (size_t i = 0; i < 5000; i++) x[i] = test_random(&seed);
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    convert(2, x, sizes[k]);
    convert(k % 2 ? 3 : 5, x, sizes[k]);
  }
}

static void bits_at_the_boundaries(void **state) {
  (void)state;
  uint64_t x[3 * 64];
  for (unsigned i = 0; i < 64; i++) {
    x[3 * i] = UINT64_C(1) << i;
    x[3 * i + 1] = (UINT64_C(1) << i) - 1;
    x[3 * i + 2] = -(UINT64_C(1) << i);
  }
  convert(2, x, 3 * 64);
  convert(3, x, 3 * 64);
}

static void the_price_is_the_stated_one(void **state) {
  (void)state;
  struct smpi_cost c = {.parties = 2};
  smpi_a2b_cost(&c, 64 * 1000);
  assert_int_equal(c.rounds, 7);
  assert_int_equal(c.bytes, 64 * 1000 * 70);
}

static void too_long_body(struct smpc_session *s, unsigned me, void *ctx) {
  shr x[1] = {{0}}, rows[64];
  if (me == 0) *(smpc_err *)ctx = smpi_a2b(s, rows, 0, x, 1); /* no room for a word in a row */
}
static void rows_too_short_are_refused(void **state) {
  (void)state;
  struct parties_result r;
  smpc_err err = SMPC_OK;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, too_long_body, &err, &r);
  assert_int_equal(err, SMPC_E_ARG);
}

TEST_MAIN(T(bits_of_every_size), T(bits_at_the_boundaries), T(the_price_is_the_stated_one),
          T(rows_too_short_are_refused))
