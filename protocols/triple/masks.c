/* masks.c - matrix masks and products with them. */
#include <string.h>

#include "base/mem.h"
#include "triple/cost.h"
#include "triple/pool.h"

struct smpi_mask {
  struct smpc_session *s;
  const struct smpi_pool *pool;
  uint64_t number;
  size_t rows, cols, holders;
  shr *a;
};

enum { BOOK_MASKS = SMPI_CORRS, BOOK_PRODUCTS };
_Static_assert((int)BOOK_PRODUCTS < (int)SMPI_LEDGER_BOOKS, "a book for everything given out");

const shr *smpi_mask_share(const struct smpi_mask *m) { return m->a; }
void smpi_mask_keep(struct smpi_mask *m) { m->holders++; }

void smpi_mask_drop(struct smpi_mask *m) {
  if (m == NULL || --m->holders != 0) return;
  smpi_block_put(m->s, m->a, m->rows * m->cols, sizeof *m->a);
  smpi_free(m);
}

static smpc_err make_mask(struct smpi_pool *p, struct smpi_mask **out, size_t rows, size_t cols) {
  smpc_err err = SMPC_E_NOMEM;
  *out = NULL;
  if (!smpi_mask_shape_is_valid(rows, cols))
    return smpi_fail(p->s, SMPC_E_ARG, -1, "a %zu x %zu matrix cannot be masked", rows, cols);
  struct smpi_mask *m = smpi_alloc(1, sizeof *m);
  shr *a = smpi_block_get(p->s, rows * cols, sizeof *a);
  if (m == NULL || a == NULL) {
    smpi_fail(p->s, err, -1, "out of memory");
    goto out;
  }
  *m = (struct smpi_mask){.s = p->s, .pool = p, .number = p->masks++, .rows = rows, .cols = cols, .holders = 1, .a = a};
  smpi_offline(p->s, true);
  err = p->src->ops->mask(p->src, p->s, a, rows * cols, m->number);
  smpi_offline(p->s, false);
  TRY(err);
  *out = m;
  return SMPC_OK;
out:
  smpi_block_put(p->s, a, rows * cols, sizeof *a);
  smpi_free(m);
  return err;
}

/* --- prepared before use --------------------------------------------------------- */

static size_t b_words(const struct smpi_product *p) { return (size_t)(smpi_product_k(p) * p->n); }
static size_t c_words(const struct smpi_product *p) { return (size_t)(smpi_product_m(p) * p->n); }

static void free_prepared(struct smpc_session *s, struct smpi_prepared *q) {
  smpi_mask_drop(q->mask);
  smpi_block_put(s, q->b, b_words(&q->product), sizeof *q->b);
  smpi_block_put(s, q->c, c_words(&q->product), sizeof *q->c);
  smpi_free(q);
}

static void remove_first(struct smpi_pool *p) {
  struct smpi_prepared *q = p->prepared;
  p->prepared = q->next;
  if (p->prepared == NULL) p->prepared_tail = NULL;
  free_prepared(p->s, q);
}

void smpi_pool_forget_masks(struct smpi_pool *p) {
  while (p->prepared != NULL) remove_first(p);
}

static struct smpi_prepared *add_prepared(struct smpi_pool *p) {
  struct smpi_prepared *q = smpi_alloc(1, sizeof *q);
  if (q == NULL) {
    smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
    return NULL;
  }
  if (p->prepared_tail != NULL) p->prepared_tail->next = q;
  else p->prepared = q;
  p->prepared_tail = q;
  return q;
}

static struct smpi_product product_of(const struct smpi_mask_view *v, size_t n) {
  return (struct smpi_product){.mask = v->mask->number, .mask_rows = v->mask->rows, .mask_cols = v->mask->cols,
                               .row = v->row, .col = v->col, .rows = v->rows, .cols = v->cols, .n = n,
                               .transposed = v->transposed};
}

static smpc_err make_product(struct smpi_pool *p, shr *b, shr *c, const struct smpi_mask *mask,
                             const struct smpi_product *shape, uint64_t number) {
  smpi_offline(p->s, true);
  smpc_err err = p->src->ops->product(p->src, p->s, b, c, mask->a, shape, number);
  smpi_offline(p->s, false);
  return err;
}

static smpc_err prepare_product(struct smpi_pool *p, struct smpi_prepared *q, struct smpi_mask *mask,
                                const struct smpi_mask_step *step) {
  struct smpi_mask_view v = {mask, step->row, step->col, step->rows, step->cols, step->transposed};
  struct smpi_product shape = product_of(&v, step->n);
  if (!smpi_product_is_valid(&shape)) return smpi_fail(p->s, SMPC_E_ARG, -1, "a prepared product's shape does not fit");
  smpi_mask_keep(q->mask = mask);
  q->product = shape;
  q->b = smpi_block_get(p->s, b_words(&shape), sizeof *q->b);
  q->c = smpi_block_get(p->s, c_words(&shape), sizeof *q->c);
  if (q->b == NULL || q->c == NULL) return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  return make_product(p, q->b, q->c, mask, &shape, q->number = p->products++);
}

smpc_err smpi_pool_prepare_masks(struct smpi_pool *p, const struct smpi_mask_step *step, size_t steps) {
  smpc_err err = SMPC_OK;
  size_t masks = 0;
  struct smpi_mask **made = smpi_alloc(steps, sizeof(struct smpi_mask *));
  if (made == NULL) return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t i = 0; i < steps; i++) {
    if (!step[i].is_new && step[i].mask >= masks)
      TRY(smpi_fail(p->s, SMPC_E_ARG, -1, "a prepared product names a mask that is not there"));
    struct smpi_prepared *q = add_prepared(p);
    if (q == NULL) TRY(SMPC_E_NOMEM);
    q->is_new = step[i].is_new;
    if (q->is_new) {
      TRY(make_mask(p, &q->mask, step[i].rows, step[i].cols));
      made[masks++] = q->mask; /* held by q until it is taken, and nothing is taken now */
    } else {
      TRY(prepare_product(p, q, made[step[i].mask], &step[i]));
    }
  }
out:
  smpi_free(made);
  return err;
}

/* --- use -------------------------------------------------------------------------- */

smpc_err smpi_mask_new(struct smpc_session *s, struct smpi_mask **m, size_t rows, size_t cols) {
  struct smpi_pool *p;
  struct smpi_cost spent = {.mask_words = (uint64_t)rows * cols};
  smpc_err err;
  *m = NULL;
  TRY(smpi_pool_get(&p, s));
  const struct smpi_prepared *q = p->prepared;
  if (q != NULL && q->is_new && q->mask->rows == rows && q->mask->cols == cols) {
    smpi_mask_keep(*m = q->mask);
    remove_first(p);
  } else {
    smpi_pool_forget_masks(p); /* the program is not the one that was prepared */
    TRY(make_mask(p, m, rows, cols));
  }
  smpi_pool_note(p, BOOK_MASKS, (*m)->number, 1);
  smpi_spent_add(s, &spent);
out:
  return err;
}

static bool is_same_product(const struct smpi_product *a, const struct smpi_product *b) {
  return a->mask == b->mask && a->row == b->row && a->col == b->col && a->rows == b->rows && a->cols == b->cols &&
         a->n == b->n && a->transposed == b->transposed;
}

smpc_err smpi_mask_product(struct smpc_session *s, const struct smpi_mask_view *view, size_t n, shr *b, shr *c) {
  struct smpi_pool *p;
  smpc_err err;
  uint64_t number;
  TRY(smpi_pool_get(&p, s));
  if (view->mask == NULL || view->mask->pool != p)
    return smpi_fail(s, SMPC_E_ARG, -1, "the mask belongs to another session");
  struct smpi_product shape = product_of(view, n);
  if (!smpi_product_is_valid(&shape)) return smpi_fail(s, SMPC_E_ARG, -1, "the product's shape does not fit the mask");
  const struct smpi_prepared *q = p->prepared;
  if (q != NULL && !q->is_new && is_same_product(&q->product, &shape)) {
    memcpy(b, q->b, b_words(&shape) * sizeof *b);
    memcpy(c, q->c, c_words(&shape) * sizeof *c);
    number = q->number;
    remove_first(p);
  } else {
    smpi_pool_forget_masks(p);
    TRY(make_product(p, b, c, view->mask, &shape, number = p->products++));
  }
  smpi_pool_note(p, BOOK_PRODUCTS, number, 1);
  struct smpi_cost spent = {.product_words = b_words(&shape) + c_words(&shape)};
  smpi_spent_add(s, &spent);
out:
  return err;
}
