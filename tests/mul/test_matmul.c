/* test_matmul.c - mul/matmul.h: products of one masked matrix and its views. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "mul/matmul.h"
#include "support/parties.h"
#include "support/stats.h"
#include "support/tap.h"

enum { MOST_PRODUCTS = 4 };

struct job {
  unsigned parties, products;
  size_t rows, cols, n;
  struct smpi_mask_view view[MOST_PRODUCTS];
  struct shares x, y[MOST_PRODUCTS], z[MOST_PRODUCTS];
  uint64_t *clear_x, *clear_y[MOST_PRODUCTS];
  smpc_err err[SMPC_MAX_COMPUTING];
  struct stats sent;
};

static size_t m_of(const struct smpi_mask_view *v) { return v->transposed ? v->cols : v->rows; }
static size_t k_of(const struct smpi_mask_view *v) { return v->transposed ? v->rows : v->cols; }

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct job *j = ctx;
  struct smpi_masked mx = {.rows = j->rows, .cols = j->cols};
  for (unsigned i = 0; i < j->products && j->err[me] == SMPC_OK; i++)
    j->err[me] = smpi_matmul(s, j->z[i].of[me], &mx, &j->view[i], j->x.of[me], j->y[i].of[me], j->n);
  smpi_masked_drop(s, &mx);
  smpi_masked_drop(s, &mx);
}

static void watch(void *user, unsigned from, unsigned to, size_t off, const uint8_t *data, size_t len) {
  struct job *j = user;
  (void)off;
  if (from >= j->parties || to != (from + 1) % j->parties) return; /* sums go to all: count them once */
  if (len % 8 == 0 && len > 32) stats_add(&j->sent, data, len);
}

static uint64_t *random_words(size_t n, uint64_t *seed) {
  uint64_t *w = calloc(n + 1, 8);
  for (size_t i = 0; i < n; i++) w[i] = test_random(seed);
  return w;
}

static size_t count_wrong(const struct job *j, unsigned q) {
  const struct smpi_mask_view *v = &j->view[q];
  size_t wrong = 0;
  for (size_t i = 0; i < m_of(v); i++)
    for (size_t c = 0; c < j->n; c++) {
      uint64_t want = 0;
      for (size_t l = 0; l < k_of(v); l++) {
        size_t row = v->row + (v->transposed ? l : i), col = v->col + (v->transposed ? i : l);
        want += j->clear_x[row * j->cols + col] * j->clear_y[q][l * j->n + c];
      }
      wrong += shares_sum(&j->z[q], i * j->n + c) != want;
    }
  return wrong;
}

static void check_cost(const struct job *j, const struct parties_result *r) {
  struct smpi_cost cost = {.parties = j->parties};
  uint64_t bytes = 0;
  for (unsigned q = 0; q < j->products; q++)
    smpi_matmul_cost(&cost, q == 0 ? j->rows * j->cols : 0, m_of(&j->view[q]), k_of(&j->view[q]), j->n);
  for (unsigned i = 0; i < j->parties; i++) {
    assert_int_equal(r->spent[i].rounds, cost.rounds);
    assert_int_equal(r->spent[i].mask_words, cost.mask_words);
    assert_int_equal(r->spent[i].product_words, cost.product_words);
    bytes = r->spent[i].bytes > bytes ? r->spent[i].bytes : bytes;
  }
  assert_int_equal(bytes, cost.bytes);
  assert_int_equal(r->spent[j->parties].offline_bytes, 32 * j->parties + cost.offline_bytes);
}

static void run(struct job *j, bool x_is_zero) {
  uint64_t seed = j->rows * 1000 + j->cols;
  struct parties_result r;
  j->clear_x = random_words(j->rows * j->cols, &seed);
  if (x_is_zero) memset(j->clear_x, 0, 8 * j->rows * j->cols);
  shares_new(&j->x, j->parties, j->rows * j->cols);
  shares_split(&j->x, j->clear_x, false, 5);
  for (unsigned q = 0; q < j->products; q++) {
    size_t words = k_of(&j->view[q]) * j->n;
    j->clear_y[q] = random_words(words, &seed);
    shares_new(&j->y[q], j->parties, words);
    shares_split(&j->y[q], j->clear_y[q], false, 6 + q);
    shares_new(&j->z[q], j->parties, m_of(&j->view[q]) * j->n);
  }
  tap_set(watch, j);
  parties_run_ok(&(struct parties){.n = j->parties, .dealer = true, .seed = seed}, body, j, &r);
  tap_set(NULL, NULL);
  for (unsigned i = 0; i < j->parties; i++) assert_int_equal(j->err[i], SMPC_OK);
  for (unsigned q = 0; q < j->products; q++) assert_int_equal(count_wrong(j, q), 0);
  check_cost(j, &r);
}

static void end(struct job *j) {
  free(j->clear_x);
  shares_free(&j->x);
  for (unsigned q = 0; q < j->products; q++) {
    free(j->clear_y[q]);
    shares_free(&j->y[q]);
    shares_free(&j->z[q]);
  }
}

/* The whole, a block, both transposed: X is opened with the first only. */
static void products_with_all_views(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 5; parties += parties == 2 ? 1 : 2) {
    struct job j = {.parties = parties, .products = 4, .rows = 37, .cols = 23, .n = 5,
                    .view = {{NULL, 0, 0, 37, 23, false}, {NULL, 0, 0, 37, 23, true}, {NULL, 4, 3, 30, 11, false},
                             {NULL, 36, 0, 1, 23, true}}};
    run(&j, false);
    end(&j);
  }
}

static void products_of_every_shape(void **state) {
  (void)state;
  static const size_t shape[][3] = {{1, 1, 1}, {1, 128, 1}, {129, 1, 127}, {3, 1025, 2}, {1023, 2, 1}, {64, 64, 64}};
  for (unsigned i = 0; i < sizeof shape / sizeof *shape; i++)
    for (unsigned parties = 2; parties <= 3; parties++) {
      struct job j = {.parties = parties, .products = 1, .rows = shape[i][0], .cols = shape[i][1], .n = shape[i][2],
                      .view = {{NULL, 0, 0, shape[i][0], shape[i][1], false}}};
      run(&j, false);
      end(&j);
    }
}

/* Openings beyond 64 KiB: streamed, distributed among three. */
static void larger_products(void **state) {
  (void)state;
  for (unsigned parties = 2; parties <= 3; parties++) {
    struct job j = {.parties = parties, .products = 2, .rows = 1001, .cols = 33, .n = 3,
                    .view = {{NULL, 0, 0, 1001, 33, false}, {NULL, 0, 0, 1001, 33, true}}};
    run(&j, true);
    assert_true(stats_bytes_are_uniform(&j.sent)); /* though X is zero */
    assert_true(stats_bits_are_balanced(&j.sent, NULL));
    end(&j);
  }
}

static void misfit(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_masked mx = {.rows = 2, .cols = 2};
  struct smpi_mask_view v = {NULL, 1, 0, 2, 2, false};
  shr x[4] = {{1}}, y[4] = {{2}}, *z = (shr *)ctx + 4 * me;
  (void)smpi_matmul(s, z, &mx, &v, x, y, 2);
}

static void a_view_that_does_not_fit_is_refused(void **state) {
  (void)state;
  shr z[8] = {{7}, {7}, {7}, {7}, {7}, {7}, {7}, {7}};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 1}, misfit, z, &r);
  assert_true(r.close[0] == SMPC_E_SHAPE || r.close[1] == SMPC_E_SHAPE);
  for (unsigned i = 0; i < 8; i++) assert_int_equal(z[i].v, 0);
}

TEST_MAIN(T(products_with_all_views), T(products_of_every_shape), T(larger_products),
          T(a_view_that_does_not_fit_is_refused))
