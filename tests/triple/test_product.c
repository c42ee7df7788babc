/* test_product.c - triple/product.h: the parties' B and C shares with the
 * dealer's correction make C = view(A) B, for blocks, transposes and tiles. */
#include "support/test.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "support/seams.h"
#include "triple/product.h"

enum { MOST = 5 };

static uint8_t seed[MOST][32];

/* sum[n] += party i's words of a stream from `skip` on */
static void add(uint64_t *sum, size_t n, unsigned i, enum smpi_stream_use use, uint64_t number, size_t skip) {
  struct smpi_prg *g = NULL;
  uint64_t *x = smpi_alloc(n, 8);
  assert_int_equal(smpi_expand_open(&g, seed[i], use, 0, number), SMPC_OK);
  smpi_prg_seek(g, skip);
  smpi_prg_words(g, x, n);
  for (size_t j = 0; j < n; j++) sum[j] += x[j];
  smpi_prg_close(g);
  smpi_free(x);
}

static uint64_t view_at(const struct smpi_product *p, const uint64_t *a, size_t i, size_t j) {
  size_t r = p->row + (p->transposed ? j : i), c = p->col + (p->transposed ? i : j);
  return a[r * p->mask_cols + c];
}

/* Correction words asked in pieces of `piece`, of the product that d comes to next. */
static void check_on(struct smpi_deal_product *d, unsigned P, struct smpi_product p, size_t piece) {
  size_t m = smpi_product_m(&p), k = smpi_product_k(&p), n = p.n, wrong = 0;
  uint64_t *a = smpi_alloc(p.mask_rows * p.mask_cols, 8), *b = smpi_alloc(k * n, 8), *c = smpi_alloc(m * n, 8);
  for (unsigned i = 0; i < MOST; i++) memset(seed[i], (int)(i + 9), 32);
  assert_true(smpi_product_is_valid(&p));
  assert_int_equal(smpi_deal_product_open(d, seed[0], P, &p, 4), SMPC_OK);
  for (size_t at = 0; at < m * n; at += piece) smpi_deal_product_words(c + at, d, at, smpi_min(piece, m * n - at));
  for (unsigned i = 0; i < P; i++) {
    add(a, p.mask_rows * p.mask_cols, i, SMPI_USE_MASK, p.mask, 0);
    add(b, k * n, i, SMPI_USE_PRODUCT, 4, 0);
    if (i + 1 < P) add(c, m * n, i, SMPI_USE_PRODUCT, 4, k * n);
  }
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      uint64_t want = 0;
      for (size_t l = 0; l < k; l++) want += view_at(&p, a, i, l) * b[l * n + j];
      wrong += want != c[i * n + j];
    }
  assert_int_equal(wrong, 0);
  smpi_free(a);
  smpi_free(b);
  smpi_free(c);
}

static void check(unsigned P, struct smpi_product p, size_t piece) {
  struct smpi_deal_product d = {0};
  check_on(&d, P, p, piece);
  smpi_deal_product_close(&d);
}

static void whole_masks(void **state) {
  (void)state;
  check(2, (struct smpi_product){.mask_rows = 1, .mask_cols = 1, .rows = 1, .cols = 1, .n = 1}, 1);
  check(3, (struct smpi_product){.mask = 7, .mask_rows = 30, .mask_cols = 20, .rows = 30, .cols = 20, .n = 10}, 64);
  struct smpi_product p = {.mask = 1, .mask_rows = 30, .mask_cols = 20, .rows = 30, .cols = 20, .n = 3};
  p.transposed = true;
  check(5, p, 1000);
}

static void blocks_of_masks(void **state) {
  (void)state;
  struct smpi_product p = {.mask = 2, .mask_rows = 40, .mask_cols = 33, .row = 5, .col = 8, .rows = 17, .cols = 25};
  p.n = 4;
  check(2, p, 7);
  p.transposed = true;
  check(3, p, 7);
}

/* Products that use the streams and memory of the one before, of other shapes and of the same, one left unread. */
static void one_product_after_another(void **state) {
  (void)state;
  struct smpi_deal_product d = {0};
  struct smpi_product p = {.mask = 2, .mask_rows = 40, .mask_cols = 33, .rows = 40, .cols = 33, .n = 4}, q = p;
  q.transposed = true;
  q.mask = 3;
  check_on(&d, 3, p, 50);
  assert_int_equal(smpi_deal_product_open(&d, seed[0], 3, &p, 9), SMPC_OK);
  check_on(&d, 3, q, 7);
  check_on(&d, 3, q, 1000);
  check_on(&d, 3, p, 50);
  smpi_deal_product_close(&d);
}

/* Larger than the dealer's tiles, in each direction. */
static void many_tiles(void **state) {
  (void)state;
  struct smpi_product tall = {.mask = 3, .mask_rows = 70000, .mask_cols = 9, .rows = 70000, .cols = 9, .n = 1};
  struct smpi_product wide = {.mask = 3, .mask_rows = 70, .mask_cols = 9001, .row = 1, .col = 3, .rows = 69,
                              .cols = 8998, .n = 2};
  check(2, tall, 7680);
  tall.transposed = true;
  check(2, tall, 7680);
  check(2, wide, 7680);
  wide.transposed = true;
  check(2, wide, 7680);
}

static void memory_failing_at_any_point_leaves_nothing(void **state) {
  (void)state;
  struct smpi_product p = {.mask_rows = 2, .mask_cols = 2, .rows = 2, .cols = 2, .n = 2};
  uint64_t live = seam_heap_live();
  smpc_err err = SMPC_E_NOMEM;
  for (uint64_t k = 1; err != SMPC_OK; k++) {
    struct smpi_deal_product d = {0};
    seam_heap_reset(k);
    err = smpi_deal_product_open(&d, seed[0], 2, &p, 0);
    seam_heap_reset(0);
    assert_true(err == SMPC_E_NOMEM || (err == SMPC_OK && k > 8));
    smpi_deal_product_close(&d);
    assert_int_equal(seam_heap_live(), live);
  }
}

TEST_MAIN(T(whole_masks), T(blocks_of_masks), T(one_product_after_another), T(many_tiles),
          T(memory_failing_at_any_point_leaves_nothing))
