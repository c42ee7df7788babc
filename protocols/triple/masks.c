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
  struct smpi_owners owners; /* every row is in a run                         */
  shr *a;
  uint64_t *plain;           /* what I own of it; NULL when that is nothing    */
};

enum { BOOK_MASKS = SMPI_CORRS, BOOK_PRODUCTS };
_Static_assert((int)BOOK_PRODUCTS < (int)SMPI_LEDGER_BOOKS, "a book for everything given out");

const shr *smpi_mask_share(const struct smpi_mask *m) { return m->a; }
void smpi_mask_keep(struct smpi_mask *m) { m->holders++; }

void smpi_mask_drop(struct smpi_mask *m) {
  if (m == NULL || --m->holders != 0) return;
  smpi_block_put(m->s, m->a, m->rows * m->cols, sizeof *m->a);
  smpi_block_put(m->s, m->plain, m->rows * m->cols, sizeof *m->plain);
  smpi_free(m);
}

/* --- owners ------------------------------------------------------------------------- */

void smpi_owners_add(struct smpi_owners *o, size_t rows, int rank) {
  struct smpi_owner_run *last = o->n == 0 ? NULL : &o->run[o->n - 1];
  if (rows == 0) return;
  if (last != NULL && (last->rank == rank || o->n == SMPI_OWNER_RUNS)) {
    last->rank = last->rank == rank ? rank : -1;
    last->rows += (uint32_t)rows;
  } else o->run[o->n++] = (struct smpi_owner_run){(uint32_t)rows, rank};
}

struct smpi_owners smpi_owners_of(const struct smpi_owners *o, size_t rows, bool takes_owners) {
  struct smpi_owners whole = {0};
  size_t all = 0;
  for (unsigned i = 0; o != NULL && i < o->n; i++) all += o->run[i].rows;
  if (takes_owners && all == rows) return *o;
  smpi_owners_add(&whole, rows, -1);
  return whole;
}

static bool is_same_owners(const struct smpi_owners *a, const struct smpi_owners *b) {
  bool is_same = a->n == b->n;
  for (unsigned i = 0; is_same && i < a->n; i++)
    is_same = a->run[i].rows == b->run[i].rows && a->run[i].rank == b->run[i].rank;
  return is_same;
}

static bool owns_any(const struct smpi_owners *o, int rank) {
  for (unsigned i = 0; i < o->n; i++)
    if (o->run[i].rank == rank) return true;
  return false;
}

/* --- making ---------------------------------------------------------------------------- */

static smpc_err make_mask(struct smpi_pool *p, struct smpi_mask **out, size_t rows, size_t cols,
                          const struct smpi_owners *owners) {
  smpc_err err = SMPC_E_NOMEM;
  uint64_t *plain = NULL;
  *out = NULL;
  if (!smpi_mask_shape_is_valid(rows, cols))
    return smpi_fail(p->s, SMPC_E_ARG, -1, "a %zu x %zu matrix cannot be masked", rows, cols);
  struct smpi_mask *m = smpi_alloc(1, sizeof *m);
  shr *a = smpi_block_get(p->s, rows * cols, sizeof *a);
  bool is_mine = owns_any(owners, smpi_rank(p->s));
  if (is_mine) plain = smpi_block_get(p->s, rows * cols, sizeof *plain);
  if (m == NULL || a == NULL || (is_mine && plain == NULL)) {
    smpi_fail(p->s, err, -1, "out of memory");
    goto out;
  }
  *m = (struct smpi_mask){.s = p->s, .pool = p, .number = p->masks++, .rows = rows, .cols = cols, .holders = 1,
                          .owners = *owners, .a = a, .plain = plain};
  smpi_offline(p->s, true);
  err = p->src->ops->mask(p->src, p->s, a, plain, cols, owners, m->number);
  smpi_source_ended(p->s);
  TRY(err);
  *out = m;
  return SMPC_OK;
out:
  smpi_block_put(p->s, a, rows * cols, sizeof *a);
  smpi_block_put(p->s, plain, rows * cols, sizeof *plain);
  smpi_free(m);
  return err;
}

/* --- prepared before use --------------------------------------------------------- */

static void free_prepared(struct smpc_session *s, struct smpi_prepared *q) {
  smpi_mask_drop(q->mask);
  smpi_block_put(s, q->b, smpi_product_b(&q->product), sizeof *q->b);
  smpi_block_put(s, q->c, smpi_product_c(&q->product), sizeof *q->c);
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

static struct smpi_product_job job_of(const struct smpi_mask *mask, const struct smpi_product *shape, shr *b, shr *c,
                                      uint64_t number) {
  return (struct smpi_product_job){.shape = *shape, .number = number, .owners = &mask->owners, .a = mask->a,
                                   .plain = mask->plain, .b = b, .c = c};
}

static smpc_err make_products(struct smpi_pool *p, const struct smpi_product_job *job, size_t jobs) {
  smpi_offline(p->s, true);
  smpc_err err = p->src->ops->products(p->src, p->s, job, jobs);
  smpi_source_ended(p->s);
  return err;
}

/* The shape and the memory of a product; it is made when all are there. */
static smpc_err prepare_product(struct smpi_pool *p, struct smpi_prepared *q, struct smpi_mask *mask,
                                const struct smpi_mask_step *step) {
  struct smpi_mask_view v = {mask, step->row, step->col, step->rows, step->cols, step->transposed};
  struct smpi_product shape = product_of(&v, step->n);
  if (!smpi_product_is_valid(&shape)) return smpi_fail(p->s, SMPC_E_ARG, -1, "a prepared product's shape does not fit");
  smpi_mask_keep(q->mask = mask);
  q->product = shape;
  q->b = smpi_block_get(p->s, smpi_product_b(&shape), sizeof *q->b);
  q->c = smpi_block_get(p->s, smpi_product_c(&shape), sizeof *q->c);
  if (q->b == NULL || q->c == NULL) return smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory");
  q->number = p->products++;
  return SMPC_OK;
}

/* One step of a program; made[] are its masks so far. */
static smpc_err prepare_step(struct smpi_pool *p, const struct smpi_mask_step *step, struct smpi_mask **made,
                             size_t *masks) {
  if (!step->is_new && step->mask >= *masks)
    return smpi_fail(p->s, SMPC_E_ARG, -1, "a prepared product names a mask that is not there");
  struct smpi_prepared *q = add_prepared(p);
  if (q == NULL) return SMPC_E_NOMEM;
  q->is_new = step->is_new;
  if (!q->is_new) return prepare_product(p, q, made[step->mask], step);
  struct smpi_owners owners = smpi_owners_of(&step->owners, step->rows, p->src->ops->takes_owners);
  smpc_err err = make_mask(p, &q->mask, step->rows, step->cols, &owners);
  made[(*masks)++] = q->mask; /* held by q until it is taken, and nothing is taken now */
  return err;
}

smpc_err smpi_pool_prepare_masks(struct smpi_pool *p, const struct smpi_mask_step *step, size_t steps) {
  smpc_err err = SMPC_OK;
  size_t masks = 0, jobs = 0;
  struct smpi_mask **made = smpi_alloc(steps, sizeof(struct smpi_mask *));
  struct smpi_product_job *job = smpi_alloc(steps, sizeof *job);
  if (made == NULL || job == NULL) TRY(smpi_fail(p->s, SMPC_E_NOMEM, -1, "out of memory"));
  if (steps != 0) TRY(smpi_pool_source(p));
  for (size_t i = 0; i < steps; i++) {
    TRY(prepare_step(p, &step[i], made, &masks));
    const struct smpi_prepared *q = p->prepared_tail;
    if (!q->is_new) job[jobs++] = job_of(q->mask, &q->product, q->b, q->c, q->number);
  }
  if (jobs != 0) TRY(make_products(p, job, jobs));
out:
  smpi_free(made);
  smpi_free(job);
  return err;
}

/* --- use -------------------------------------------------------------------------- */

smpc_err smpi_mask_new(struct smpc_session *s, struct smpi_mask **m, size_t rows, size_t cols,
                       const struct smpi_owners *owners) {
  struct smpi_pool *p;
  struct smpi_cost spent = {.mask_words = (uint64_t)rows * cols};
  smpc_err err;
  *m = NULL;
  TRY(smpi_pool_get(&p, s));
  TRY(smpi_pool_source(p));
  const struct smpi_owners whose = smpi_owners_of(owners, rows, p->src->ops->takes_owners);
  const struct smpi_prepared *q = p->prepared;
  if (q != NULL && q->is_new && q->mask->rows == rows && q->mask->cols == cols &&
      is_same_owners(&q->mask->owners, &whose)) { /* a mask that a party knows hides nothing else from it */
    smpi_mask_keep(*m = q->mask);
    remove_first(p);
  } else {
    smpi_pool_forget_masks(p); /* the program is not the one that was prepared */
    TRY(make_mask(p, m, rows, cols, &whose));
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
    memcpy(b, q->b, smpi_product_b(&shape) * sizeof *b);
    memcpy(c, q->c, smpi_product_c(&shape) * sizeof *c);
    number = q->number;
    remove_first(p);
  } else {
    smpi_pool_forget_masks(p);
    struct smpi_product_job job = job_of(view->mask, &shape, b, c, number = p->products++);
    TRY(make_products(p, &job, 1));
  }
  smpi_pool_note(p, BOOK_PRODUCTS, number, 1);
  struct smpi_cost spent = {.product_words = smpi_product_b(&shape) + smpi_product_c(&shape)};
  smpi_spent_add(s, &spent);
out:
  return err;
}
