/* value.c - see value.h. */
#include "api/value.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* --- the session's handles ------------------------------------------------------ */

static void close_api(void *state) {
  struct smpi_api *api = state;
  while (api->first != NULL) smpi_value_free(api->first);
  smpi_free(api->step);
  smpi_free(api);
}

struct smpi_api *smpi_api_state(struct smpc_session *s) {
  struct smpi_api *api = smpi_slot_get(s, SMPI_SLOT_API);
  if (api != NULL) return api;
  api = smpi_alloc(1, sizeof *api);
  if (api == NULL) smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  else smpi_slot_set(s, SMPI_SLOT_API, api, close_api);
  return api;
}

smpc_err smpi_api_note_step(struct smpc_session *s, const struct smpi_mask_step *step) {
  struct smpi_api *api = smpi_api_state(s);
  if (api == NULL) return smpi_status(s);
  if (api->steps == api->steps_cap) {
    size_t cap = api->steps_cap ? 2 * api->steps_cap : 16;
    struct smpi_mask_step *more = smpi_alloc(cap, sizeof *more);
    if (more == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
    if (api->steps != 0) memcpy(more, api->step, api->steps * sizeof *more);
    smpi_free(api->step);
    api->step = more;
    api->steps_cap = cap;
  }
  api->step[api->steps++] = *step;
  return SMPC_OK;
}

/* --- the frame of an operation ----------------------------------------------------- */

static bool operand_is_usable(struct smpc_session *s, const struct smpc_shared *x) {
  if (x == NULL) {
    smpi_fail(s, SMPC_E_ARG, -1, "%s: an operand is NULL", s->op);
    return false;
  }
  if (x->s != s) {
    smpi_fail(s, SMPC_E_ARG, -1, "%s: an operand belongs to another session", s->op);
    return false;
  }
  smpi_absorb_u64(s, x->id);
  smpi_absorb_u64(s, x->rows);
  smpi_absorb_u64(s, x->cols);
  return true;
}

static bool begin(struct smpi_op *op, struct smpc_session *s, const char *name, size_t n,
                  const struct smpc_shared *const *operand) {
  if (s == NULL || s->pid != getpid() || smpi_status(s) != SMPC_OK) return false;
  op->s = s;
  op->mark = smpi_scratch_mark(s);
  smpi_step(s, name);
  if (s->dealer >= 0 && smpi_me(s) == (unsigned)s->dealer) {
    smpi_fail(s, SMPC_E_STATE, -1, "%s: the dealer takes no part in the program", name);
    return false;
  }
  if (atomic_load(&s->is_canceled)) {
    smpi_fail(s, SMPC_E_CANCELED, -1, "the session was canceled");
    return false;
  }
  for (size_t i = 0; i < n; i++)
    if (!operand_is_usable(s, operand[i])) return false;
  return true;
}

bool smpi_op_begin_malicious(struct smpi_op *op, struct smpc_session *s, const char *name) {
  return begin(op, s, name, 0, NULL);
}

bool smpi_op_begin(struct smpi_op *op, struct smpc_session *s, const char *name, size_t n,
                   const struct smpc_shared *const *operand) {
  if (!begin(op, s, name, n, operand)) return false;
  if (s->cfg.security == SMPC_SEMI_HONEST) return true;
  smpi_fail(s, SMPC_E_ARG, -1, "%s: not built against malicious parties: refused rather than weakened", name);
  return false;
}

struct smpc_shared *smpi_op_end(struct smpi_op *op, struct smpc_shared *z, smpc_err err) {
  smpi_scratch_release(op->s, op->mark);
  if (err != SMPC_OK) smpi_fail(op->s, err, -1, "%s: %s", op->s->op, smpi_err_text(err));
  if (smpi_status(op->s) == SMPC_OK) return z;
  smpi_value_free(z);
  return NULL;
}

/* --- bases and handles ---------------------------------------------------------------- */

static void base_drop(struct smpc_session *s, struct smpi_base *b) {
  if (b == NULL || --b->refs > 0) return;
  smpi_masked_drop(s, &b->masked);
  smpi_block_put(s, b->v, b->rows * b->cols, sizeof *b->v);
  smpi_free(b);
}

static struct smpi_base *base_new(struct smpc_session *s, size_t rows, size_t cols) {
  struct smpi_base *b = smpi_alloc(1, sizeof *b);
  if (b == NULL) return NULL;
  b->refs = 1;
  b->rows = b->masked.rows = rows;
  b->cols = b->masked.cols = cols;
  b->masked.owners = &b->owners;
  if (smpi_has_data(s)) b->v = smpi_block_get(s, rows * cols, sizeof *b->v);
  if (!smpi_has_data(s) || b->v != NULL) return b;
  smpi_free(b);
  return NULL;
}

/* A handle without a base yet, linked into the session. */
static struct smpc_shared *handle_new(struct smpc_session *s, size_t rows, size_t cols, unsigned frac) {
  struct smpi_api *api = smpi_api_state(s);
  struct smpc_shared *x = api == NULL ? NULL : smpi_alloc(1, sizeof *x);
  if (x == NULL) return NULL;
  x->s = s;
  x->id = ++api->next_id;
  x->rows = rows;
  x->cols = cols;
  x->frac = frac;
  x->owner = -1;
  x->next = api->first;
  if (api->first != NULL) api->first->prev = x;
  api->first = x;
  return x;
}

struct smpc_shared *smpi_value_new(struct smpc_session *s, size_t rows, size_t cols, unsigned frac) {
  bool too_big = cols != 0 && rows > (SIZE_MAX >> 8) / cols;
  struct smpc_shared *x = too_big ? NULL : handle_new(s, rows, cols, frac);
  if (x != NULL && (x->base = base_new(s, rows, cols)) != NULL) {
    x->v = x->base->v;
    return x;
  }
  smpi_value_free(x);
  smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory for a %zu x %zu matrix", rows, cols);
  return NULL;
}

/* Point into the base where whole rows lie together, else copy. */
static smpc_err place(struct smpc_session *s, struct smpc_shared *z) {
  const struct smpi_base *b = z->base;
  if (!smpi_has_data(s)) return SMPC_OK;
  if (!z->is_transposed && z->cols == b->cols) {
    z->v = b->v + z->row * b->cols;
    return SMPC_OK;
  }
  z->v = z->own_v = smpi_block_get(s, z->rows * z->cols, sizeof *z->v);
  if (z->v == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  for (size_t i = 0; i < z->rows && z->cols != 0; i++)
    for (size_t j = 0; j < z->cols; j++)
      z->v[i * z->cols + j] = z->is_transposed ? b->v[(z->row + j) * b->cols + z->col + i]
                                               : b->v[(z->row + i) * b->cols + z->col + j];
  return SMPC_OK;
}

/* row, col, rows, cols are in x's own orientation; flip transposes the result. */
struct smpc_shared *smpi_value_view(struct smpc_session *s, const struct smpc_shared *x, size_t row, size_t col,
                                    size_t rows, size_t cols, bool flip) {
  struct smpc_shared *z = flip ? handle_new(s, cols, rows, x->frac) : handle_new(s, rows, cols, x->frac);
  if (z == NULL) {
    smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
    return NULL;
  }
  z->range = x->range;
  z->owner = x->owner;
  z->base = x->base;
  z->base->refs++;
  z->row = x->row + (x->is_transposed ? col : row);
  z->col = x->col + (x->is_transposed ? row : col);
  z->is_transposed = x->is_transposed != flip;
  if (place(s, z) == SMPC_OK) return z;
  smpi_value_free(z);
  return NULL;
}

/* --- owners ------------------------------------------------------------------------ */

void smpi_value_own(struct smpc_shared *z, int member) {
  if (z == NULL) return;
  z->owner = member;
  z->base->owners.n = 0;
  if (member >= 0) smpi_owners_add(&z->base->owners, z->base->rows, smpi_rank_of(z->s, (unsigned)member));
}

/* The owners of x's rows: those of its base, where they lie, unless x is turned. */
static void add_owners(struct smpi_owners *o, const struct smpc_shared *x) {
  const struct smpi_owners *from = &x->base->owners;
  size_t first = 0, end, left = x->rows;
  if (x->owner >= 0 || x->is_transposed) {
    smpi_owners_add(o, x->rows, x->owner < 0 ? -1 : smpi_rank_of(x->s, (unsigned)x->owner));
    return;
  }
  for (unsigned i = 0; i < from->n; i++, first = end) {
    end = first + from->run[i].rows;
    size_t at = first > x->row ? first : x->row, to = end < x->row + x->rows ? end : x->row + x->rows;
    if (at >= to) continue;
    smpi_owners_add(o, to - at, from->run[i].rank);
    left -= to - at;
  }
  smpi_owners_add(o, left, -1); /* all of them, or none */
}

void smpi_value_stack(struct smpc_shared *z, const struct smpc_shared *x, const struct smpc_shared *y) {
  if (z == NULL) return;
  z->owner = x->owner == y->owner ? x->owner : -1;
  z->base->owners.n = 0;
  add_owners(&z->base->owners, x);
  add_owners(&z->base->owners, y);
}

void smpi_value_free(struct smpc_shared *x) {
  if (x == NULL) return;
  struct smpi_api *api = smpi_api_state(x->s);
  if (x->prev != NULL) x->prev->next = x->next;
  else api->first = x->next;
  if (x->next != NULL) x->next->prev = x->prev;
  smpi_block_put(x->s, x->own_v, x->rows * x->cols, sizeof *x->own_v);
  base_drop(x->s, x->base);
  smpi_free(x);
}

void smpi_value_range(struct smpc_shared *z, double range, unsigned frac, unsigned bits) {
  if (z == NULL) return;
  z->range = range;
  if (ldexp(range, (int)frac) < ldexp(1, (int)bits)) return;
  smpi_api_state(z->s)->range_warnings++;
  z->warned_from = ldexp(1, (int)bits - (int)frac);
}

void smpc_assume_range(smpc_session *s, smpc_shared *x, double max) {
  struct smpi_op op;
  if (!SMPI_BEGIN(&op, s, "smpc_assume_range", x)) return;
  smpi_absorb(s, &max, sizeof max);
  if (!(max >= 0)) smpi_fail(s, SMPC_E_ARG, -1, "smpc_assume_range: the range must not be negative");
  x->range = max;
  if (max < x->warned_from) { /* what was warned of does not happen */
    smpi_api_state(s)->range_warnings--;
    x->warned_from = 0;
  }
  smpi_op_end(&op, NULL, SMPC_OK);
}

/* --- operands --------------------------------------------------------------------------- */

const shr *smpi_value_spread(struct smpc_session *s, const struct smpc_shared *x, size_t rows, size_t cols) {
  if (x->rows == rows && x->cols == cols) return x->v;
  shr *v = smpi_scratch(s, rows * cols, sizeof *v);
  if (v == NULL) return NULL;
  for (size_t i = 0; i < rows && cols != 0; i++) {
    if (x->cols == cols) memcpy(v + i * cols, x->v, cols * sizeof *v);
    else
      for (size_t j = 0; j < cols; j++) v[i * cols + j] = x->v[0];
  }
  return v;
}

/* May x be repeated to rows x cols? */
static bool fits(const struct smpc_shared *x, size_t rows, size_t cols) {
  return (x->rows == rows && x->cols == cols) || (x->rows == 1 && (x->cols == cols || x->cols == 1));
}

smpc_err smpi_value_fit(struct smpc_session *s, const struct smpc_shared *x, const struct smpc_shared *y, size_t *rows,
                        size_t *cols) {
  const struct smpc_shared *larger = fits(y, x->rows, x->cols) ? x : y;
  *rows = larger->rows;
  *cols = larger->cols;
  if (fits(x, *rows, *cols) && fits(y, *rows, *cols)) return SMPC_OK;
  return smpi_fail(s, SMPC_E_SHAPE, -1, "%s: %zu x %zu and %zu x %zu do not fit together", s->op, x->rows, x->cols,
                   y->rows, y->cols);
}

smpc_err smpi_value_same_scale(struct smpc_session *s, const struct smpc_shared *x, const struct smpc_shared *y) {
  if (x->frac == y->frac) return SMPC_OK;
  return smpi_fail(s, SMPC_E_SHAPE, -1, "%s: one operand is fixed point, the other whole numbers", s->op);
}
