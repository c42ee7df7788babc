/* ot_masks.c - matrix masks, and products with them, by oblivious transfer.
 *
 * Functionality F_triple's masks and products (triple.h), for n parties holding A by sum, or
 *               for one party i that knows (rows of) A and A's shares.
 * Protocol      masks      drawn.  Rows that party i owns: i and each j draw A_j from the stream of
 *                          the pair; i draws A and takes A_i = A - sum A_j.
 *               products   for each run of rows of the view with one owner:
 *     1. locally   B_j is drawn (from the transfers, where that is possible)
 *     2. cross     [Z] = the sum of view(A_i) B_j over all i != j; with an owner i: of view(A) B_j
 *                  over j != i                                                   (ot_matrix.c)
 *     3. locally   [C] = [Z] + view(A_i) B_i; with an owner: view(A) B_i at i alone
 *               The longer side of A and B gives the vectors, the other the scalars.
 * Why           (sum A_i)(sum B_j), and A (sum B_j).  C of a run of rows is those rows of C; in a
 *               transposed view the runs take rows of B and their C add up.
 * Security      that of ot_matrix.c.  An owned A is uniform to all others, even with n-2 of them
 *               together: they hold the A_j, of A_i they see nothing; its owner may know it, since it
 *               knows what it hides (X = E + A).  B_j stays unknown to i: it receives corrections of
 *               transfers only.
 * Assumes       F_cot; the pairs' pseudo-random streams (session.h).
 * Cost          see ot_matrix.h; an owner halves time and bytes.
 * Secrets       all columns.
 */
#include "triple/ot_masks.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "math/matrix.h"
#include "math/ring.h"
#include "rand/prg.h"
#include "triple/draw_mask.h"
#include "triple/ot_matrix.h"

static struct smpi_ot *ot_of(struct smpi_source *src) { return (struct smpi_ot *)(void *)src; }

static void draw(struct smpi_ot *o, uint64_t *x, size_t n) { smpi_prg_words(smpi_prg_own(o->s), x, n); }

/* --- masks --------------------------------------------------------------------------- */

smpc_err smpi_ot_mask(struct smpi_source *src, struct smpc_session *s, shr *a, uint64_t *plain, size_t cols,
                      const struct smpi_owners *owners, uint64_t number) {
  (void)src, (void)number;
  smpi_draw_mask(s, a, plain, cols, owners);
  return SMPC_OK;
}

/* --- products: runs of rows -------------------------------------------------------------- */

/* The part of a product where one party owns the rows (or nobody does): `rows` from mask row `row`
 * on; the product of an m x k with a k x n matrix, from row `b_row` of B to row `c_row` of C. */
struct run { int owner; size_t row, rows, m, k, b_row, c_row; };

/* The runs of a view. */
static unsigned cut(struct run run[SMPI_OWNER_RUNS], const struct smpi_product_job *job) {
  const struct smpi_product *p = &job->shape;
  size_t first = 0, end;
  unsigned runs = 0;
  for (unsigned i = 0; i < job->owners->n; i++, first = end) {
    end = first + job->owners->run[i].rows;
    size_t from = first > p->row ? first : (size_t)p->row, to = smpi_min(end, (size_t)(p->row + p->rows));
    if (from >= to) continue;
    struct run *r = &run[runs++];
    *r = (struct run){.owner = job->owners->run[i].rank, .row = from, .rows = to - from};
    r->m = p->transposed ? (size_t)p->cols : r->rows;
    r->k = p->transposed ? r->rows : (size_t)p->cols;
    *(p->transposed ? &r->b_row : &r->c_row) = from - (size_t)p->row;
  }
  return runs;
}

/* Vectors are columns of A and scalars B where A is tall; else rows of B, and A. */
static bool is_tall(const struct run *r, size_t n) { return r->m >= n; }

static struct smpi_ot_outer shape_of(const struct run *r, size_t n) {
  if (is_tall(r, n))
    return (struct smpi_ot_outer){.K = r->k, .J = n, .L = r->m, .vectors_at = r->owner, .scalars_at = -1};
  return (struct smpi_ot_outer){.K = r->k, .J = r->m, .L = n, .vectors_at = -1, .scalars_at = r->owner};
}

/* May B be what the transfers draw?  Each of its words then belongs to one transfer of each party. */
static bool draws(unsigned parties, const struct smpi_product_job *job) {
  struct run run[SMPI_OWNER_RUNS];
  unsigned runs = cut(run, job);
  bool is_drawn = runs == 1 || job->shape.transposed;
  for (unsigned i = 0; i < runs; i++) {
    struct smpi_ot_outer d = shape_of(&run[i], (size_t)job->shape.n);
    is_drawn = is_drawn && is_tall(&run[i], (size_t)job->shape.n) &&
               (run[i].owner >= 0 || (parties == 2 && !smpi_ot_is_short(&d)));
  }
  return is_drawn;
}

/* --- groups ----------------------------------------------------------------------------------- */

/* Words that a product takes while it is made: its view and its C. */
static uint64_t words_of(const struct smpi_product_job *job) {
  const struct smpi_product *p = &job->shape;
  return p->rows * p->cols + smpi_product_c(p);
}

/* How many of the jobs share their rounds: all drawn or none, of SMPI_OT_GROUP words unless one alone is larger. */
static size_t group_of(unsigned parties, const struct smpi_product_job *job, size_t jobs) {
  uint64_t words = words_of(job);
  bool is_drawn = draws(parties, job);
  size_t n = 1;
  while (n < jobs && words + words_of(&job[n]) <= SMPI_OT_GROUP && draws(parties, &job[n]) == is_drawn)
    words += words_of(&job[n++]);
  return n;
}

/* All runs of a group, with their cross products. */
struct group {
  size_t n;
  struct smpi_ot_outer *outer; /* [n] */
  struct item { const struct smpi_product_job *job; struct run run; uint64_t *view; } *item; /* [n] */
  uint64_t *words;
};

static smpc_err list_runs(struct group *g, const struct smpi_product_job *job, size_t jobs) {
  size_t room = 0, at = 0;
  struct run run[SMPI_OWNER_RUNS];
  for (size_t i = 0; i < jobs; i++) room += cut(run, &job[i]);
  g->outer = smpi_alloc(room, sizeof *g->outer);
  g->item = smpi_alloc(room, sizeof *g->item);
  if (g->outer == NULL || g->item == NULL) return SMPC_E_NOMEM;
  for (size_t i = 0; i < jobs; i++) {
    unsigned runs = cut(run, &job[i]);
    for (unsigned r = 0; r < runs; r++, at++) {
      g->item[at] = (struct item){.job = &job[i], .run = run[r]};
      g->outer[at] = shape_of(&run[r], (size_t)job[i].shape.n);
    }
  }
  g->n = room;
  return SMPC_OK;
}

static void free_group(struct group *g) {
  smpi_free(g->outer);
  smpi_free(g->item);
  smpi_secret_free(g->words);
}

/* --- what a party holds -------------------------------------------------------------------------- */

/* What I multiply with: the whole where I own it, my share where nobody does, else nothing. */
static const uint64_t *factor_of(const struct item *t, unsigned me) {
  if (t->run.owner < 0) return &t->job->a->v;
  return t->run.owner == (int)me ? t->job->plain : NULL;
}

/* The run's rows as k x m words (as m x k for `is_flipped`), dense; tmp as large. */
static void copy_view(uint64_t *out, uint64_t *tmp, const uint64_t *a, const struct item *t, bool is_flipped) {
  const struct smpi_product *p = &t->job->shape;
  size_t rows = t->run.rows, cols = (size_t)p->cols;
  uint64_t *to = p->transposed != is_flipped ? out : tmp;
  for (size_t r = 0; r < rows; r++)
    memcpy(to + r * cols, a + (t->run.row + r) * p->mask_cols + p->col, cols * sizeof *a);
  if (to == tmp) smpi_matrix_transpose(out, tmp, rows, cols);
}

/* Lay out the group's memory and fill it: views; R of tall products; two more views for use in between. */
static smpc_err begin_group(struct smpi_ot *o, struct group *g) {
  size_t all = 0, largest = 0;
  for (size_t i = 0; i < g->n; i++) {
    const struct run *r = &g->item[i].run;
    size_t view = r->m * r->k;
    largest = view > largest ? view : largest;
    all += view + (is_tall(r, (size_t)g->item[i].job->shape.n) ? r->m * (size_t)g->item[i].job->shape.n : 0);
  }
  g->words = smpi_secret_alloc(all + 2 * largest, sizeof *g->words);
  if (g->words == NULL) return SMPC_E_NOMEM;
  uint64_t *at = g->words + 2 * largest;
  for (size_t i = 0; i < g->n; i++) {
    struct item *t = &g->item[i];
    struct smpi_ot_outer *d = &g->outer[i];
    size_t n = (size_t)t->job->shape.n;
    uint64_t *b = &t->job->b->v + t->run.b_row * n;
    const uint64_t *a = factor_of(t, o->rank);
    t->view = at;
    at += t->run.m * t->run.k;
    if (a != NULL) copy_view(t->view, g->words, a, t, false);
    d->v = is_tall(&t->run, n) ? t->view : b;
    d->s = is_tall(&t->run, n) ? b : t->view;
    d->r = is_tall(&t->run, n) ? at : &t->job->c->v + t->run.c_row * n;
    if (is_tall(&t->run, n)) at += t->run.m * n;
  }
  return SMPC_OK;
}

/* C += the local product, and the transposed R of a tall one. */
static void end_item(struct smpi_ot *o, const struct group *g, size_t i) {
  const struct item *t = &g->item[i];
  size_t n = (size_t)t->job->shape.n, m = t->run.m, k = t->run.k;
  uint64_t *c = &t->job->c->v + t->run.c_row * n, *b = &t->job->b->v + t->run.b_row * n;
  const uint64_t *a = factor_of(t, o->rank), *r = g->outer[i].r;
  if (is_tall(&t->run, n))
    for (size_t row = 0; row < m; row++)
      for (size_t j = 0; j < n; j++) c[row * n + j] += r[j * m + row];
  if (a == NULL) return;
  copy_view(g->words, g->words + m * k, a, t, true);
  smpi_matrix_mul_add(c, g->words, b, m, k, n);
}

static smpc_err multiply_group(struct smpi_ot *o, const struct smpi_product_job *job, size_t jobs) {
  struct group g = {0};
  bool is_drawn = draws(o->parties, job);
  smpc_err err;
  for (size_t i = 0; i < jobs; i++) {
    const struct smpi_product *p = &job[i].shape;
    draw(o, &job[i].b->v, smpi_product_b(p));                                           /* 1. */
    memset(job[i].c, 0, smpi_product_c(p) * sizeof(shr));
  }
  TRY(list_runs(&g, job, jobs));
  TRY(begin_group(o, &g));
  TRY(smpi_ot_outers(o, g.outer, g.n, is_drawn));                                       /* 2. */
  for (size_t i = 0; i < g.n; i++) end_item(o, &g, i);                                  /* 3. */
out:
  free_group(&g);
  return err == SMPC_E_NOMEM ? smpi_fail(o->s, err, -1, "out of memory") : err;
}

smpc_err smpi_ot_mask_products(struct smpi_source *src, struct smpc_session *s, const struct smpi_product_job *job,
                               size_t jobs) {
  struct smpi_ot *o = ot_of(src);
  smpc_err err = SMPC_OK;
  (void)s;
  for (size_t at = 0, n; at < jobs; at += n) {
    n = group_of(o->parties, job + at, jobs - at);
    TRY(multiply_group(o, job + at, n));
  }
out:
  return err;
}

/* --- cost -------------------------------------------------------------------------------------------- */

smpc_err smpi_ot_matrix_bytes(uint64_t *bytes, unsigned parties, unsigned rank, const struct smpi_product_job *job,
                              size_t jobs) {
  smpc_err err = SMPC_OK;
  *bytes = 0;
  for (size_t at = 0, n; at < jobs && err == SMPC_OK; at += n) {
    struct group g = {0};
    n = group_of(parties, job + at, jobs - at);
    err = list_runs(&g, job + at, n);
    if (err == SMPC_OK) *bytes += smpi_ot_outer_bytes(parties, rank, g.outer, g.n, draws(parties, job + at));
    free_group(&g);
  }
  return err;
}
