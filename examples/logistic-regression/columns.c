/* columns.c - see columns.h. */
#include "columns.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- whose is what ------------------------------------------------------------------ */

static bool find(uint8_t *owner, const struct fit_job *job, const char *name, char *text, size_t len) {
  const smpc_config *c = job->joint.cfg;
  unsigned i = 0;
  while (i < c->parties && strcmp(c->member[i].name, name) != 0) i++;
  if (i == c->parties) return snprintf(text, len, "party: \"%s\" is not in parties.yaml", name), false;
  if (!(c->member[i].roles & SMPC_INPUT))
    return snprintf(text, len, "party: \"%s\" has no role `input` in parties.yaml", name), false;
  if (job->model->match == MODEL_BY_KEY && !(c->member[i].roles & SMPC_COMPUTE))
    return snprintf(text, len, "match: \"%s\" is matched by key, so it needs the role `compute` in parties.yaml", name), false;
  *owner = (uint8_t)i;
  return true;
}

bool columns_resolve(struct fit_job *job, char *text, size_t text_len) {
  smpc_who named = {0};
  for (unsigned i = 0; i <= job->model->n_predictors; i++) {
    if (!find(&job->owner[i], job, job->model->party[i], text, text_len)) return false;
    named = smpc_and(named, smpc_p(job->owner[i]));
  }
  for (unsigned i = 0; i < job->joint.cfg->parties; i++)
    if (joint_is_in(job->joint.roles.inputs, i) && !joint_is_in(named, i))
      return snprintf(text, text_len, "party: \"%s\" has the role `input`, and no column in the question",
                      job->joint.cfg->member[i].name),
             false;
  if ((named.bits & (named.bits - 1)) != 0) return true;
  return snprintf(text, text_len, "party: all columns are of one hospital: it needs no joint fit"), false;
}

unsigned columns_of(unsigned *predictor, const struct fit_job *job, unsigned id) {
  unsigned k = 0;
  for (unsigned j = 0; j < job->model->n_predictors; j++)
    if (job->owner[1 + j] == id) predictor[k++] = j;
  return k;
}

/* --- my rows ------------------------------------------------------------------------------ */

struct reading {
  struct own_columns *o;
  const struct model *m;
  unsigned predictor[MODEL_MAX_PREDICTORS];
  unsigned own_key[PSI_MAX_KEY]; /* where the key's components are among the hospital's columns */
  bool has_key_columns;
  struct data_fault *f;
};

static bool fail(struct data_fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct data_fault *f, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(f->text, sizeof f->text, fmt, args);
  va_end(args);
  f->exit = DATA_INPUT;
  return false;
}

static bool grow(void *array, size_t n, size_t size) {
  void **p = array, *more = realloc(*p, n * size);
  if (more != NULL) *p = more;
  return more != NULL;
}

static bool make_room(struct own_columns *o) {
  size_t cap = 2 * o->cap + 1024;
  if (o->n < o->cap) return true;
  if (!grow(&o->x, cap * (o->k + 1), sizeof *o->x) || !grow(&o->y, cap, sizeof *o->y) ||
      !grow(&o->complete, cap, sizeof *o->complete) || !grow(&o->from, cap, sizeof *o->from))
    return false;
  o->cap = cap;
  return true;
}

/* The values of a complete row into the last place. */
static bool take_values(struct reading *r, const struct data_row *row) {
  struct own_columns *o = r->o;
  const double *v = row->value;
  if (o->has_outcome && *v != 0 && *v != 1) return fail(r->f, "outcome: a value is neither 0 nor 1");
  if (o->has_outcome) o->y[o->n] = *v++ > 0;
  for (unsigned j = 0; j < o->k; j++) {
    int range = r->m->range[r->predictor[j]];
    double x = ldexp(v[j], -range);
    if (fabs(x) > 1)
      return fail(r->f, "predictor '%s': a value is beyond 2^%d, its `range` in the question",
                  model_predictor(r->m, r->predictor[j]), range);
    if ((v[j] != 0 && v[j] != 1) || range < 0 || range > 20) o->binary[j] = 0;
    o->x[o->n * o->k + j] = x;
  }
  return true;
}

static bool find_key(struct reading *r, const struct data_row *row) {
  for (unsigned k = 0; k < r->m->n_key; k++) {
    unsigned i = 0;
    while (i < row->n_own && strcmp(row->own_name[i], r->m->key[k].column) != 0) i++;
    if (i == row->n_own) return fail(r->f, "there is no column \"%s\", which the question's key names", r->m->key[k].column);
    r->own_key[k] = i;
  }
  return r->has_key_columns = true;
}

/* Its key after those before it: PSI_VALUE, or there is none. */
static enum psi_value take_key(struct reading *r, const struct data_row *row) {
  const char *text[PSI_MAX_KEY];
  size_t len[PSI_MAX_KEY];
  if (!r->has_key_columns && !find_key(r, row)) return PSI_BAD;
  for (unsigned k = 0; k < r->m->n_key; k++) {
    unsigned i = r->own_key[k];
    text[k] = row->own[i];
    len[k] = text[k] != NULL ? strlen(text[k]) : 0;
    if (row->own_is_real[i])
      return fail(r->f, "column \"%s\" holds numbers with a fraction, which have no one spelling: read it as text",
                  row->own_name[i]),
             PSI_BAD;
  }
  r->o->from[r->o->n] = r->o->bytes.len;
  return psi_key_add(&r->o->bytes, r->m->key, r->m->n_key, r->m->empty_matches, text, len);
}

static bool take_row(void *user, const struct data_row *row) {
  struct reading *r = user;
  struct own_columns *o = r->o;
  bool complete = true;
  for (unsigned i = 0; i < o->k + o->has_outcome; i++) complete = complete && !isnan(row->value[i]);
  if (!make_room(o)) return false;
  if (r->m->match == MODEL_BY_KEY) {
    enum psi_value v = take_key(r, row);
    if (v == PSI_NO_MEMORY || r->f->exit != 0) return false;
    if (v != PSI_VALUE || !complete) return o->bytes.len = v == PSI_VALUE ? o->from[o->n] : o->bytes.len, true;
  }
  o->complete[o->n] = complete;
  o->y[o->n] = 0;
  memset(o->x + o->n * o->k, 0, o->k * sizeof *o->x);
  if (complete && !take_values(r, row)) return false;
  if (o->n == MODEL_MAX_ROWS) return fail(r->f, "more than 2^24 rows");
  o->n++;
  return true;
}

/* Pointers and lengths of the keys, now that the bytes lie still. */
static bool lay_out(struct own_columns *o) {
  o->at = calloc(o->n + 1, sizeof *o->at);
  o->len = calloc(o->n + 1, sizeof *o->len);
  if (o->at == NULL || o->len == NULL) return false;
  for (size_t i = 0; i < o->n; i++) {
    o->at[i] = o->bytes.at + o->from[i];
    o->len[i] = (i + 1 < o->n ? o->from[i + 1] : o->bytes.len) - o->from[i];
  }
  o->items = (smpc_items){.n = o->n, .item = o->at, .len = o->len};
  return true;
}

int columns_read(struct own_columns *o, const struct fit_job *job, struct data *d, struct data_report *seen,
                 struct data_fault *f) {
  const struct model *m = job->model;
  struct data_fault mine = {0};
  struct reading r = {.o = o, .m = m, .f = &mine};
  struct data_stratum strata[1 + MODEL_MAX_PREDICTORS];
  struct data_question q = m->base.data;
  unsigned id = job->joint.cfg->me.id, n = 0;
  *o = (struct own_columns){.k = columns_of(r.predictor, job, id), .has_outcome = job->owner[0] == id};
  if (o->has_outcome) strata[n++] = q.strata[0];
  for (unsigned j = 0; j < o->k; j++) {
    o->binary[j] = 1;
    strata[n++] = q.strata[1 + r.predictor[j]];
  }
  q.strata = strata;
  q.n_strata = n;
  int code = data_each(d, &q, take_row, &r, seen, f);
  if (code != 0 && mine.exit != 0) *f = mine; /* it says more */
  if (code == 0 && (!make_room(o) || !lay_out(o))) {
    snprintf(f->text, sizeof f->text, "out of memory");
    code = f->exit = DATA_MACHINE;
  }
  if (code != 0) columns_free(o);
  return code != 0 ? f->exit : 0;
}

static void drop(void *p, size_t len) {
  if (p != NULL) explicit_bzero(p, len);
  free(p);
}

void columns_free(struct own_columns *o) {
  drop(o->x, o->cap * (o->k + 1) * sizeof *o->x);
  drop(o->y, o->cap * sizeof *o->y);
  drop(o->complete, o->cap * sizeof *o->complete);
  drop(o->bytes.at, o->bytes.cap);
  free(o->from);
  free(o->len);
  free(o->at);
  *o = (struct own_columns){0};
}
