/* shared_rows.c - the rows in shares, standardised; steps 1 to 3 of shared.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared.h"

enum { STAND_IN = 1000 }; /* rows of a hospital, in an estimate */

/* Where row i of n goes, so that a file sorted by outcome makes no batch of one kind: a fixed step, prime to n. */
static size_t place_of(size_t i, size_t n) {
  size_t step = n * 5 / 8 + 1, a, b;
  do
    for (a = n, b = ++step; b != 0;) {
      size_t rest = a % b;
      a = b;
      b = rest;
    }
  while (a != 1);
  return i * (step % n) % n;
}

size_t shared_place(const struct shared_fit *t, size_t i) { return t->batches > 1 ? place_of(i, t->n) : i; }

/* How many batches the method makes of n rows. */
size_t shared_batches(const struct shared_fit *t) {
  size_t batch = t->job->model->batch;
  return t->job->method == MODEL_GRADIENT ? (t->n + batch - 1) / batch : 1;
}

size_t shared_stand_in(const struct fit_job *job) { return job->stand_in > 0 ? job->stand_in : STAND_IN; }

void shared_scale_of(struct shared_fit *t) {
  struct fit_job *job = t->job;
  while ((size_t)1 << t->m < t->count) t->m++;
  job->fit.n = (int64_t)t->count;
  if (job->model->ridge > (double)t->count)
    fit_refuse(job, "`ridge` is above the number of rows, %zu: it would leave nothing of the coefficients", t->count);
  if (SHARED_MEAN_SQUARE * (double)t->n >= ldexp(1, 62 - 2 * (int)job->joint.cfg->frac_bits))
    fit_refuse(job, "%zu rows are too many for %u fractional bits", t->n, job->joint.cfg->frac_bits);
}

/* Step 1. */
static smpc_err open_rows(smpc_session *s, struct shared_fit *t) {
  struct fit_job *job = t->job;
  int64_t rows[SMPC_MAX_PARTIES] = {0};
  unsigned sites = job->joint.roles.n_inputs;
  if (job->mine != NULL) rows[fit_site(job, job->joint.cfg->me.id)] = (int64_t)job->mine->n;
  smpc_err err = fit_open(s, job, fit_sum(s, job, rows, sites, FIT_MOST_ROWS, NULL, NULL), FIT_ROWS, rows, sites);
  for (unsigned i = 0; i < sites; i++) {
    if (rows[i] < 0 || rows[i] > MODEL_MAX_ROWS) return fit_refuse(job, "a hospital shared an impossible number of rows"), err;
    t->rows[i] = job->joint.estimating ? shared_stand_in(job) : (size_t)rows[i];
    t->n += t->rows[i];
  }
  t->count = t->n;
  t->batches = shared_batches(t);
  if (err == SMPC_OK) shared_scale_of(t);
  return err;
}

/* --- 2: the rows ------------------------------------------------------------------- */

/* This hospital's numbers, row-major: rows, outcomes, and the moments of its columns. */
struct own {
  double *x, *moments;
  int64_t *y;
};

static bool own_new(struct own *o, const struct shared_fit *t) {
  const struct design *d = t->job->mine;
  size_t n = t->job->joint.estimating ? t->rows[0] : d != NULL ? d->n : 0;
  o->x = calloc(n * t->k + 1, sizeof *o->x);
  o->y = calloc(n + 1, sizeof *o->y);
  o->moments = calloc(2 * t->k, sizeof *o->moments);
  if (o->x == NULL || o->y == NULL || o->moments == NULL) return false;
  for (size_t i = 0; d != NULL && !t->job->joint.estimating && i < d->n; i++) {
    size_t at = t->batches > 1 ? place_of(i, d->n) : i;
    o->y[at] = d->y[i] > 0;
    for (size_t j = 0; j < t->k; j++) {
      double x = d->x[i * d->p + 1 + j];
      o->x[at * t->k + j] = x;
      o->moments[j] += x / (double)t->n;
      o->moments[t->k + j] += x * x / (double)t->n;
    }
  }
  return true;
}

static void own_free(struct own *o, const struct shared_fit *t) {
  const struct design *d = t->job->joint.estimating ? NULL : t->job->mine;
  if (d != NULL && o->x != NULL) explicit_bzero(o->x, d->n * t->k * sizeof *o->x);
  if (d != NULL && o->y != NULL) explicit_bzero(o->y, d->n * sizeof *o->y);
  free(o->x);
  free(o->y);
  free(o->moments);
}

/* Where hospital `site`'s part of batch b begins among its rows. */
static size_t part_begin(const struct shared_fit *t, unsigned site, size_t b) {
  return t->rows[site] * b / t->batches; /* both factors are below 2^29 */
}

size_t shared_batch_begin(const struct shared_fit *t, size_t b) {
  size_t first = 0;
  for (unsigned i = 0; i < t->job->joint.roles.n_inputs; i++) first += part_begin(t, i, b);
  return first;
}

/* The hospitals' rows (freed), batch by batch. */
static smpc_shared *in_batches(smpc_session *s, const struct shared_fit *t, smpc_shared **of_site) {
  unsigned sites = t->job->joint.roles.n_inputs;
  smpc_shared **part = calloc(t->batches * sites, sizeof(smpc_shared *)), *all = NULL;
  size_t n = 0;
  for (size_t b = 0; part != NULL && b < t->batches; b++)
    for (unsigned i = 0; i < sites; i++) {
      size_t first = part_begin(t, i, b), rows = part_begin(t, i, b + 1) - first;
      if (rows > 0) part[n++] = smpc_slice(s, of_site[i], first, 0, fit_shape(rows, smpc_shared_shape(of_site[i]).cols));
    }
  if (part != NULL) all = shared_gather(s, part, n);
  for (unsigned i = 0; i < sites; i++) smpc_shared_free(s, of_site[i]);
  free(part);
  return all;
}

static smpc_err share_rows(smpc_session *s, struct shared_fit *t, smpc_shared **x, smpc_shared **moments) {
  struct own own = {0};
  smpc_shared *rows[SMPC_MAX_PARTIES] = {NULL}, *outcomes[SMPC_MAX_PARTIES] = {NULL};
  bool good = own_new(&own, t);
  *moments = NULL;
  for (unsigned i = 0; good && i < SMPC_MAX_PARTIES; i++) {
    unsigned site = fit_site(t->job, i);
    size_t n = t->rows[site];
    if (!joint_is_in(t->job->joint.roles.inputs, i)) continue;
    smpc_shared *mine = fit_within(s, smpc_input(s, smpc_p(i), own.moments, fit_shape(2, t->k)), 1);
    *moments = *moments ? fit_within(s, smpc_add(s, *moments, mine), 1) : mine;
    if (n == 0) continue;
    rows[site] = fit_within(s, smpc_input(s, smpc_p(i), own.x, fit_shape(n, t->k)), 1);
    outcomes[site] = fit_within(s, smpc_input_i64(s, smpc_p(i), own.y, fit_shape(n, 1)), 1);
  }
  own_free(&own, t);
  *x = in_batches(s, t, rows);
  t->outcome = in_batches(s, t, outcomes);
  t->y = fit_within(s, smpc_scale(s, 1, t->outcome, 0), 1);
  return good ? smpc_session_error(s).code : SMPC_E_NOMEM;
}

/* --- 3: standardisation ---------------------------------------------------------------- */

/* c = 1 + sum_t [v < 4^-t] 2^(t-1), which is 2^t; and how many columns are constant. */
static void find_scale(smpc_session *s, struct shared_fit *t, const smpc_shared *variance) {
  smpc_shared *copies = NULL, *limits = NULL;
  for (int i = 1; i <= SHARED_SHIFT + 1; i++) {
    copies = shared_stack(s, copies, smpc_slice(s, variance, 0, 0, fit_shape(1, t->k)));
    limits = shared_stack(s, limits, shared_fill(s, 1, t->k, ldexp(1, -2 * (i > SHARED_SHIFT ? SHARED_CONSTANT_SHIFT : i))));
  }
  smpc_shared *below = smpc_less(s, copies, limits);
  smpc_shared *c = smpc_scale_i64(s, 1, smpc_slice(s, below, 0, 0, fit_shape(1, t->k)), 1);
  for (int i = 2; i <= SHARED_SHIFT; i++)
    c = smpc_add(s, c, smpc_scale_i64(s, INT64_C(1) << (i - 1), smpc_slice(s, below, (size_t)i - 1, 0, fit_shape(1, t->k)), 0));
  t->c = fit_within(s, c, 1 << SHARED_SHIFT);
  t->constant = smpc_sum(s, smpc_slice(s, below, SHARED_SHIFT, 0, fit_shape(1, t->k)));
}

void shared_standardise(smpc_session *s, struct shared_fit *t, smpc_shared *x, const smpc_shared *moments) {
  t->mean = smpc_slice(s, moments, 0, 0, fit_shape(1, t->k));
  smpc_shared *second = smpc_slice(s, moments, 1, 0, fit_shape(1, t->k));
  find_scale(s, t, smpc_sub(s, second, smpc_mul(s, t->mean, t->mean)));
  smpc_shared *means = t->used == NULL ? NULL : smpc_matmul(s, t->used, t->mean); /* where a row is used */
  smpc_shared *centred = smpc_sub(s, x, means != NULL ? means : t->mean), *z = smpc_mul(s, centred, t->c);
  smpc_shared_free(s, x);
  smpc_shared_free(s, centred);
  smpc_shared_free(s, means);
  smpc_shared *used = t->used == NULL ? NULL : smpc_transpose(s, t->used);
  smpc_shared *ones = used == NULL ? shared_fill(s, 1, t->n, 1) : fit_within(s, smpc_scale(s, 1, used, 0), 1);
  smpc_shared_free(s, used);
  t->zt = shared_stack(s, ones, smpc_transpose(s, z));
  t->z = smpc_transpose(s, t->zt);
  smpc_shared_free(s, z);
}

smpc_err shared_rows(smpc_session *s, struct shared_fit *t) {
  smpc_shared *x, *moments;
  smpc_err err = open_rows(s, t);
  if (err != SMPC_OK || t->job->joint.refusal[0] != 0) return err;
  err = share_rows(s, t, &x, &moments);
  if (err == SMPC_OK) shared_standardise(s, t, x, moments);
  return err;
}
