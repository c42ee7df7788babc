/* test_masks.c - matrix masks of triple/triple.h with a real dealer: products
 * with views, prepared and not, and masks that outlive their maker's interest. */
#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "triple/cost.h"

enum { ROWS = 9, COLS = 6, N = 4, MOST = 64, PRODUCTS = 3 };

/* Three products with one mask: whole, a block, a block transposed. */
static const struct smpi_mask_view view[PRODUCTS] = {
    {NULL, 0, 0, ROWS, COLS, false}, {NULL, 2, 1, 4, 5, false}, {NULL, 1, 2, 7, 3, true}};

static size_t m_of(const struct smpi_mask_view *v) { return v->transposed ? v->cols : v->rows; }
static size_t k_of(const struct smpi_mask_view *v) { return v->transposed ? v->rows : v->cols; }

/* What one party holds. */
struct mine {
  uint64_t a[ROWS * COLS], b[PRODUCTS][MOST], c[PRODUCTS][MOST];
  uint64_t asked; /* bytes to the dealer after preparing */
  struct smpi_cost spent;
  uint64_t is_done;
};
struct all { bool prepares, diverges; struct mine of[SMPC_MAX_COMPUTING]; };

static struct smpi_mask_step step_of(const struct smpi_mask_view *v) {
  return (struct smpi_mask_step){.rows = v->rows, .cols = v->cols, .row = v->row, .col = v->col, .n = N,
                                 .transposed = v->transposed};
}

static smpc_err prepare(struct smpc_session *s, bool diverges) {
  size_t rows = diverges ? COLS : ROWS, cols = diverges ? ROWS : COLS;
  struct smpi_mask_step step[1 + PRODUCTS] = {{.is_new = true, .rows = rows, .cols = cols}};
  for (unsigned i = 0; i < PRODUCTS; i++) {
    step[1 + i] = step_of(&view[diverges ? 1 : i]);
    if (diverges) step[1 + i].rows = step[1 + i].cols = 1;
  }
  struct smpi_demand demand = {{0}, step, 1 + PRODUCTS};
  return smpi_triple_prepare(s, &demand);
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct all *all = ctx;
  struct mine *mine = &all->of[me];
  struct smpi_mask *mask;
  if (all->prepares && prepare(s, all->diverges) != SMPC_OK) return;
  uint64_t before = smpi_spent(s).offline_bytes;
  if (smpi_mask_new(s, &mask, ROWS, COLS, NULL) != SMPC_OK) return;
  memcpy(mine->a, smpi_mask_share(mask), sizeof mine->a);
  smpi_mask_keep(mask);
  smpi_mask_drop(mask);
  for (unsigned i = 0; i < PRODUCTS; i++) {
    struct smpi_mask_view v = view[i];
    v.mask = mask;
    if (smpi_mask_product(s, &v, N, (shr *)mine->b[i], (shr *)mine->c[i]) != SMPC_OK) break;
  }
  smpi_mask_drop(mask);
  smpi_mask_drop(NULL);
  mine->asked = smpi_spent(s).offline_bytes - before;
  mine->spent = smpi_spent(s);
  mine->is_done = 1;
}

/* The sum over all parties of a word, given where the first one holds it. */
static uint64_t sum(unsigned parties, const uint64_t *of_first) {
  uint64_t v = 0;
  for (unsigned i = 0; i < parties; i++) v += of_first[i * sizeof(struct mine) / sizeof *of_first];
  return v;
}

/* All products at once, or each for itself. */
static void add_products(struct smpi_cost *cost, unsigned rank, bool prepares) {
  struct smpi_mask_step step[1 + PRODUCTS] = {{.is_new = true, .rows = ROWS, .cols = COLS}};
  for (unsigned q = 0; q < PRODUCTS; q++) {
    step[1 + (prepares ? q : 0)] = step_of(&view[q]);
    if (!prepares) assert_int_equal(smpi_products_cost(cost, (int)rank, step, 2), SMPC_OK);
  }
  if (prepares) assert_int_equal(smpi_products_cost(cost, (int)rank, step, 1 + PRODUCTS), SMPC_OK);
}

static void check(unsigned parties, smpc_source source, bool prepares, bool diverges, uint64_t seed,
                  struct parties_result *r) {
  static struct all all;
  memset(&all, 0, sizeof all);
  all.prepares = prepares;
  all.diverges = diverges;
  parties_run_ok(&(struct parties){.n = parties, .dealer = source == SMPC_DEALER, .source = source, .seed = seed}, body,
                 &all, r);
  for (unsigned p = 0; p < parties; p++) assert_true(all.of[p].is_done);
  for (unsigned q = 0; q < PRODUCTS; q++) {
    const struct smpi_mask_view *v = &view[q];
    for (size_t i = 0; i < m_of(v); i++)
      for (size_t j = 0; j < N; j++) {
        uint64_t want = 0;
        for (size_t l = 0; l < k_of(v); l++) {
          size_t row = v->row + (v->transposed ? l : i), col = v->col + (v->transposed ? i : l);
          want += sum(parties, &all.of[0].a[row * COLS + col]) * sum(parties, &all.of[0].b[q][l * N + j]);
        }
        assert_true(sum(parties, &all.of[0].c[q][i * N + j]) == want);
      }
  }
  for (unsigned p = 0; p < parties; p++) {
    struct smpi_cost cost = {.parties = parties, .source = source};
    smpi_mask_cost(&cost, ROWS, COLS);
    for (unsigned q = 0; q < PRODUCTS; q++) smpi_product_cost(&cost, m_of(&view[q]), k_of(&view[q]), N);
    assert_int_equal(all.of[p].spent.mask_words, cost.mask_words);
    assert_int_equal(all.of[p].spent.product_words, cost.product_words);
    smpi_triple_cost_end(&cost, 20);
    add_products(&cost, p, prepares);
    if (!diverges && source != SMPC_DEALER) assert_int_equal(all.of[p].spent.offline_bytes, cost.offline_bytes);
    else if (!diverges) assert_int_equal(r->spent[parties].offline_bytes, 32 * parties + cost.offline_bytes);
    if (prepares && !diverges) assert_int_equal(all.of[p].asked, 0);
  }
}

static void products_with_views(void **state) {
  (void)state;
  struct parties_result r;
  check(2, SMPC_DEALER, false, false, 1, &r);
  check(2, SMPC_OT, false, false, 1, &r);
  check(3, SMPC_DEALER, false, false, 2, &r);
  check(3, SMPC_OT, false, false, 2, &r);
  check(5, SMPC_DEALER, false, false, 3, &r);
  check(5, SMPC_OT, false, false, 3, &r);
}

static void prepared_products(void **state) {
  (void)state;
  struct parties_result r;
  check(2, SMPC_DEALER, true, false, 4, &r);
  check(2, SMPC_OT, true, false, 4, &r);
  check(3, SMPC_DEALER, true, false, 5, &r);
  check(3, SMPC_OT, true, false, 5, &r);
}

/* Both: a key and 47 ciphertexts take their time. */
static void products_under_encryption(void **state) {
  (void)state;
  struct parties_result r;
  check(2, SMPC_PAILLIER, true, false, 8, &r);
}

/* A program that is not the one prepared still gets right products. */
static void products_after_another_program_was_prepared(void **state) {
  (void)state;
  struct parties_result r;
  check(2, SMPC_DEALER, true, true, 6, &r);
  check(2, SMPC_OT, true, true, 6, &r);
}

/* --- refused ------------------------------------------------------------------------------- */

static void misfit(struct smpc_session *s, unsigned me, void *ctx) {
  struct smpi_mask *mask;
  shr b[MOST], c[MOST];
  smpc_err *got = ctx;
  if (smpi_mask_new(s, &mask, 3, 3, NULL) != SMPC_OK) return;
  struct smpi_mask_view v = {mask, 1, 1, 3, 2, false};
  got[me] = smpi_mask_product(s, &v, 1, b, c);
  smpi_mask_drop(mask);
}

static void views_that_do_not_fit_are_refused(void **state) {
  (void)state;
  smpc_err got[2] = {SMPC_OK, SMPC_OK};
  struct parties_result r;
  parties_run(&(struct parties){.n = 2, .dealer = true, .seed = 7}, misfit, got, &r);
  assert_true(got[0] == SMPC_E_ARG || got[1] == SMPC_E_ARG);
  assert_true(r.close[0] != SMPC_OK && r.close[1] != SMPC_OK);
}

TEST_MAIN(T(products_with_views), T(prepared_products), T(products_under_encryption),
          T(products_after_another_program_was_prepared),
          T(views_that_do_not_fit_are_refused))
