/* okvs_encode.c - solving one bin of the store of okvs.h.
 *
 *     1. peel    a column that only one remaining row uses is that row's pivot;
 *                the row is set apart, and so on.  Where every column is used
 *                twice, some row is put among the gap rows instead: at most g.
 *     2. fill    columns that are nobody's pivot are free: zero or random
 *     3. dense   each gap row, with every peeled row added whose pivot it
 *                contains, in the order of peeling, has only free and dense
 *                columns left: Gauss finds the dense ones
 *     4. back    the peeled rows, last first, each give their pivot
 *
 * As [RR22, section 3]; the gap rows are found as peeling stalls. */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/sort.h"
#include "math/gf128.h"
#include "psi/okvs_impl.h"

typedef struct { uint16_t c[3]; } triple_of_columns;
struct column { uint16_t count, rows; }; /* how many remaining rows use it, and the xor of their numbers */

struct work {
  triple_of_columns *row;  /* [m] */
  struct column *column;   /* [sparse] */
  uint16_t *peeled, *pivot; /* [m] rows in the order of peeling, and their pivots */
  uint16_t *ready;         /* [3 m] columns used once, or so it was */
  uint8_t *mark;           /* [max(m, sparse)] */
  blk *dense;              /* [m] what the dense columns add to each row */
  size_t n, peels, gaps;
  uint16_t gap[SMPI_OKVS_GAP_MAX];
  size_t done;             /* the bin that was peeled last, plus one: its next values need it no more */
};

void smpi_okvs_work_free(struct work *w) {
  if (w == NULL) return;
  smpi_secret_free(w->row);
  smpi_secret_free(w->column);
  smpi_secret_free(w->peeled);
  smpi_secret_free(w->pivot);
  smpi_secret_free(w->ready);
  smpi_secret_free(w->mark);
  smpi_secret_free(w->dense);
  smpi_secret_free(w);
}

static smpc_err make_work(struct smpi_okvs *o) {
  if (o->work != NULL) return SMPC_OK;
  size_t m = o->shape.m, sparse = o->shape.sparse;
  struct work *w = o->work = smpi_secret_alloc(1, sizeof *w);
  if (w == NULL) return SMPC_E_NOMEM;
  w->row = smpi_secret_alloc(m, sizeof *w->row);
  w->column = smpi_secret_alloc(sparse, sizeof *w->column);
  w->peeled = smpi_secret_alloc(m, sizeof *w->peeled);
  w->pivot = smpi_secret_alloc(m, sizeof *w->pivot);
  w->ready = smpi_secret_alloc(sparse + 3 * m, sizeof *w->ready);
  w->mark = smpi_secret_alloc(sparse > m ? sparse : m, 1);
  w->dense = smpi_secret_alloc(m, sizeof *w->dense);
  if (w->row && w->column && w->peeled && w->pivot && w->ready && w->mark && w->dense) return SMPC_OK;
  smpi_okvs_work_free(w);
  o->work = NULL;
  return SMPC_E_NOMEM;
}

/* --- 1. peel ---------------------------------------------------------------------- */

static void count_columns(struct work *w, const blk *hash, uint32_t sparse) {
  memset(w->column, 0, sparse * sizeof *w->column);
  for (size_t r = 0; r < w->n; r++) {
    uint32_t c[3];
    smpi_okvs_columns(c, hash[r], sparse);
    for (int k = 0; k < 3; k++) {
      w->row[r].c[k] = (uint16_t)c[k];
      w->column[c[k]].count++;
      w->column[c[k]].rows ^= (uint16_t)r;
    }
  }
}

/* Row r leaves; the number of ready columns, which those it was second-last in join. */
static size_t remove_row(struct work *w, uint16_t r, size_t ready) {
  for (int k = 0; k < 3; k++) {
    struct column *c = &w->column[w->row[r].c[k]];
    c->count--;
    c->rows ^= r;
    w->ready[ready] = w->row[r].c[k];
    ready += c->count == 1;
  }
  return ready;
}

static void peel_ready(struct work *w, size_t ready) {
  while (ready > 0) {
    uint16_t col = w->ready[--ready], r = w->column[col].rows;
    if (w->column[col].count != 1) continue; /* its last row has left meanwhile */
    w->peeled[w->peels] = r;
    w->pivot[w->peels++] = col;
    w->mark[r] = 1;
    ready = remove_row(w, r, ready);
  }
}

/* False when more than `gap` rows would have to be left over. */
static bool peel(struct work *w, const struct smpi_okvs_shape *shape) {
  size_t ready = 0, next = 0;
  memset(w->mark, 0, w->n);
  w->peels = w->gaps = 0;
  for (uint32_t c = 0; c < shape->sparse; c++) {
    w->ready[ready] = (uint16_t)c;
    ready += w->column[c].count == 1;
  }
  peel_ready(w, ready);
  while (w->peels + w->gaps < w->n) {
    while (w->mark[next]) next++;
    if (w->gaps == shape->gap) return false;
    w->mark[next] = 1;
    w->gap[w->gaps++] = (uint16_t)next;
    peel_ready(w, remove_row(w, (uint16_t)next, 0));
  }
  return true;
}

/* --- 3. the dense columns ----------------------------------------------------------- */

struct equations {            /* of the gap rows: sum of a[i][j] p_j = v[i] */
  blk a[SMPI_OKVS_GAP_MAX][SMPI_OKVS_DENSE_MAX], v[SMPI_OKVS_GAP_MAX];
  size_t rows, dense;
};

static void add(blk *x, blk y) { *x = smpi_blk_xor(*x, y); }

/* Row r's dense coefficients and value, added to equation i. */
static void add_row(struct equations *e, size_t i, const struct smpi_okvs_shape *shape, blk hash, blk value) {
  blk power[SMPI_OKVS_DENSE_MAX];
  if (shape->form == SMPI_OKVS_FIELD) smpi_gf128_powers(power, hash, e->dense);
  for (size_t j = 0; j < e->dense; j++)
    add(&e->a[i][j], shape->form == SMPI_OKVS_FIELD ? power[j]
                                                    : (blk){{smpi_okvs_dense_bits(hash, shape->dense) >> j & 1, 0}});
  add(&e->v[i], value);
}

static void flip_columns(struct work *w, uint16_t r) {
  for (int k = 0; k < 3; k++) w->mark[w->row[r].c[k]] ^= 1;
}

/* Equation i, from gap row i: w->mark says which sparse columns it still has. */
static void eliminate(struct equations *e, size_t i, struct work *w, const struct smpi_okvs *o, const blk *hash,
                      const blk *value, const blk *column) {
  memset(w->mark, 0, o->shape.sparse);
  flip_columns(w, w->gap[i]);
  add_row(e, i, &o->shape, hash[w->gap[i]], value[w->gap[i]]);
  for (size_t k = 0; k < w->peels; k++)
    if (w->mark[w->pivot[k]]) {
      flip_columns(w, w->peeled[k]);
      add_row(e, i, &o->shape, hash[w->peeled[k]], value[w->peeled[k]]);
    }
  for (uint32_t c = 0; c < o->shape.sparse; c++)
    if (w->mark[c]) add(&e->v[i], column[c]);
}

/* 1 / x = x^(2^128 - 2) */
static blk inverse(blk x) {
  blk z = smpi_gf128_one();
  for (int i = 1; i < 128; i++) {
    x = smpi_gf128_mul(x, x);
    z = smpi_gf128_mul(z, x);
  }
  return z;
}

static bool is_zero(blk x) { return (x.w[0] | x.w[1]) == 0; }

/* Equation i solved for its first unknown, which leaves all other equations.
 * Returns which, or `dense` if nothing is left of it. */
static size_t pivot_of(struct equations *e, size_t i) {
  size_t j = 0;
  while (j < e->dense && is_zero(e->a[i][j])) j++;
  if (j == e->dense) return j;
  blk scale = inverse(e->a[i][j]);
  e->v[i] = smpi_gf128_mul(e->v[i], scale);
  for (size_t k = 0; k < e->dense; k++) e->a[i][k] = smpi_gf128_mul(e->a[i][k], scale);
  return j;
}

/* p, whose free unknowns are set already; false if the rows depend on each other. */
static bool solve(struct equations *e, blk *p) {
  size_t pivot[SMPI_OKVS_GAP_MAX];
  for (size_t i = 0; i < e->rows; i++) {
    pivot[i] = pivot_of(e, i);
    if (pivot[i] == e->dense) return false;
    for (size_t k = 0; k < e->rows; k++) {
      blk factor = e->a[k][pivot[i]];
      if (k == i || is_zero(factor)) continue;
      smpi_gf128_axpy(e->a[k], factor, e->a[i], e->dense);
      add(&e->v[k], smpi_gf128_mul(factor, e->v[i]));
    }
  }
  for (size_t i = 0; i < e->rows; i++) p[pivot[i]] = (blk){{0, 0}};
  for (size_t i = 0; i < e->rows; i++) add(&e->v[i], smpi_gf128_dot(e->a[i], p, e->dense));
  for (size_t i = 0; i < e->rows; i++) p[pivot[i]] = e->v[i];
  return true;
}

/* --- why it failed --------------------------------------------------------------------- */

static bool has_duplicate(struct work *w, const blk *hash) {
  bool found = false;
  memcpy(w->dense, hash, w->n * sizeof *hash);
  smpi_sort_vt(w->dense->w, w->n, 2);
  for (size_t i = 1; i < w->n; i++) found |= is_zero(smpi_blk_xor(w->dense[i - 1], w->dense[i]));
  return found;
}

/* --- the driver -------------------------------------------------------------------------- */

static void fill(blk *column, size_t n, struct smpi_prg *random) {
  if (random != NULL) smpi_prg_words(random, column->w, 2 * n);
  else memset(column, 0, n * sizeof *column);
}

static smpc_err solve_gaps(const struct smpi_okvs *o, const blk *hash, const blk *value, blk *column) {
  struct work *w = o->work;
  struct equations e = {.rows = w->gaps, .dense = o->shape.dense};
  for (size_t i = 0; i < w->gaps; i++) eliminate(&e, i, w, o, hash, value, column);
  bool solved = solve(&e, column + o->shape.sparse);
  smpi_wipe(&e, sizeof e);
  return solved ? SMPC_OK : SMPC_E_STATE;
}

static void back(const struct work *w, blk *column, const blk *value, bool has_dense) {
  for (size_t k = w->peels; k > 0; k--) {
    uint16_t r = w->peeled[k - 1];
    const uint16_t *c = w->row[r].c;
    blk v = smpi_blk_xor(smpi_blk_xor(column[c[0]], column[c[1]]), smpi_blk_xor(column[c[2]], value[r]));
    if (has_dense) v = smpi_blk_xor(v, w->dense[r]);
    add(&column[w->pivot[k - 1]], v);
  }
}

static smpc_err peel_bin(struct smpi_okvs *o, unsigned bin) {
  struct work *w = o->work;
  size_t n = smpi_okvs_load(o, bin);
  if (w->done == (size_t)bin + 1) return SMPC_OK;
  w->done = 0;
  w->n = n;
  count_columns(w, o->hash, o->shape.sparse);
  bool is_peeled = peel(w, &o->shape);
  if ((!is_peeled || w->gaps > 0) && has_duplicate(w, o->hash)) return SMPC_E_ARG;
  if (is_peeled) w->done = (size_t)bin + 1;
  return is_peeled ? SMPC_OK : SMPC_E_STATE;
}

smpc_err smpi_okvs_encode_bin_vt(struct smpi_okvs *o, blk *column, unsigned bin, const blk *value,
                                 struct smpi_prg *random) {
  const blk *hash = o->hash;
  smpc_err err = make_work(o);
  if (err != SMPC_OK) return err;
  struct work *w = o->work;
  TRY(peel_bin(o, bin));                                                                 /* 1. */
  fill(column, o->shape.bin_len, random);                                                /* 2. */
  if (w->gaps > 0) TRY(solve_gaps(o, hash, value, column));                              /* 3. */
  bool has_dense = random != NULL || w->gaps > 0;
  if (has_dense) smpi_okvs_dense_each(&o->shape, w->dense, hash, w->n, column + o->shape.sparse);
  back(w, column, value, has_dense);                                                     /* 4. */
out:
  if (err != SMPC_OK) smpi_wipe(column, o->shape.bin_len * sizeof *column);
  return err;
}
