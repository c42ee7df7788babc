/* paillier_product.h - one product with a mask, by Paillier encryption. */
#ifndef PAILLIER_PRODUCT_H
#define PAILLIER_PRODUCT_H

#include <string.h>

#include "support/parties.h"
#include "support/test.h"
#include "triple/cost.h"
#include "triple/paillier_sum.h"

enum { K = SMPI_PACK_BASES + 2, MOST = 40 };

struct work {
  size_t m, k, n;
  int owner;                 /* rank, or -1: of the m x k matrix */
  smpc_err err[3];
  uint64_t a[3][K * 4], b[3][K * 4], c[3][MOST];
  struct smpi_cost spent[3];
};

static inline void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct work *w = ctx;
  struct smpi_mask *mask = NULL;
  struct smpi_owners owners = {0};
  smpc_err err;
  smpi_owners_add(&owners, w->m, w->owner);
  memset(w->c[me], 7, sizeof w->c[me]);
  TRY(smpi_mask_new(s, &mask, w->m, w->k, &owners));
  memcpy(w->a[me], smpi_mask_share(mask), w->m * w->k * 8);
  const struct smpi_mask_view v = {mask, 0, 0, w->m, w->k, false};
  TRY(smpi_mask_product(s, &v, w->n, (shr *)w->b[me], (shr *)w->c[me]));
  w->spent[me] = smpi_spent(s);
out:
  smpi_mask_drop(mask);
  w->err[me] = err;
}

static inline bool is_right(const struct work *w, unsigned parties) {
  for (size_t i = 0; i < w->m; i++)
    for (size_t j = 0; j < w->n; j++) {
      uint64_t want = 0, got = 0;
      for (size_t k = 0; k < w->k; k++) {
        uint64_t a = 0, b = 0;
        for (unsigned p = 0; p < parties; p++) a += w->a[p][i * w->k + k], b += w->b[p][k * w->n + j];
        want += a * b;
      }
      for (unsigned p = 0; p < parties; p++) got += w->c[p][i * w->n + j];
      if (got != want) return false;
    }
  return true;
}

#endif
