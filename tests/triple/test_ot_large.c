/* test_ot_large.c - a million and more of everything that oblivious transfer makes. */
#include "support/test.h"

#include <stdlib.h>

#include "taking.h"

static void a_million_of_each_kind(void **state) {
  (void)state;
  for (unsigned k = 0; k < SMPI_SHARED; k++) {
    const size_t million = smpi_corr_words(k) >= 64 ? (1 << 20) / 64 : 1 << 20;
    struct plan p = {.kind = k, .source = SMPC_OT, .take = {million - 1, million, 1}, .takes = 3,
                     .prepare = 2 * million};
    struct parties_result r;
    run_and_check(&p, 2, &r);
    assert_int_equal(p.asked_online[0], 0);
    end(&p);
  }
}

static void among_three_parties(void **state) {
  (void)state;
  struct plan p = {.kind = SMPI_TRIPLE, .source = SMPC_OT, .take = {65535, 65537, 1 << 17}, .takes = 3};
  struct parties_result r;
  run_and_check(&p, 3, &r);
  end(&p);
}

/* One column with a million rows, known to one of two; its product, row by row. */
struct tall { uint64_t *a[2], *c[2], b[2]; };
enum { ROWS = (1 << 20) + 1 };

static void multiply_tall(struct smpc_session *s, unsigned me, void *ctx) {
  struct tall *t = ctx;
  struct smpi_mask *mask;
  struct smpi_owners owners = {0};
  smpi_owners_add(&owners, ROWS, 1);
  if (smpi_mask_new(s, &mask, ROWS, 1, &owners) != SMPC_OK) return;
  memcpy(t->a[me], smpi_mask_share(mask), ROWS * 8);
  struct smpi_mask_view v = {mask, 0, 0, ROWS, 1, false};
  (void)smpi_mask_product(s, &v, 1, (shr *)&t->b[me], (shr *)t->c[me]);
  smpi_mask_drop(mask);
}

static void a_tall_matrix(void **state) {
  (void)state;
  struct tall t;
  for (unsigned i = 0; i < 2; i++) t.a[i] = calloc(ROWS, 8), t.c[i] = calloc(ROWS, 8);
  parties_run_ok(&(struct parties){.n = 2, .source = SMPC_OT, .seed = 5}, multiply_tall, &t, NULL);
  for (size_t i = 0; i < ROWS; i++)
    if (t.c[0][i] + t.c[1][i] != (t.a[0][i] + t.a[1][i]) * (t.b[0] + t.b[1])) fail_msg("row %zu is wrong", i);
  for (unsigned i = 0; i < 2; i++) free(t.a[i]), free(t.c[i]);
}

TEST_MAIN(T(a_million_of_each_kind), T(among_three_parties), T(a_tall_matrix))
