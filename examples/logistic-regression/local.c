/* local.c - see local.h. */
#include "local.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t design_coefficients(const struct model *m, unsigned n_sites) {
  return 1 + m->n_predictors + (m->site_indicators ? n_sites - 1 : 0);
}

static bool fill_row(struct design *d, size_t i, const double *v, const struct model *m, unsigned site, char *text,
                     size_t len) {
  double *x = d->x + i * d->p;
  if (v[0] != 0 && v[0] != 1) return snprintf(text, len, "outcome: a value is neither 0 nor 1"), false;
  d->y[i] = v[0];
  x[0] = 1;
  for (unsigned j = 0; j < m->n_predictors; j++) {
    x[1 + j] = ldexp(v[1 + j], -m->range[j]);
    if (fabs(x[1 + j]) <= 1) continue;
    snprintf(text, len, "predictor '%s': a value is beyond 2^%d, its `range` in the question", model_predictor(m, j),
             m->range[j]);
    return false;
  }
  if (m->site_indicators && site > 0) x[m->n_predictors + site] = 1;
  return true;
}

bool design_make(struct design *d, const struct data_rows *rows, const struct model *m, unsigned site, unsigned n_sites,
                 char *text, size_t text_len) {
  *d = (struct design){.n = rows->n, .p = design_coefficients(m, n_sites)};
  d->x = calloc(d->n * d->p + 1, sizeof *d->x);
  d->y = calloc(d->n + 1, sizeof *d->y);
  bool good = d->x != NULL && d->y != NULL;
  if (!good) snprintf(text, text_len, "out of memory");
  if (good && d->n > MODEL_MAX_ROWS) good = false, snprintf(text, text_len, "more than 2^24 rows");
  for (size_t i = 0; good && i < d->n; i++) good = fill_row(d, i, rows->v + i * rows->cols, m, site, text, text_len);
  if (!good) design_free(d);
  return good;
}

void design_free(struct design *d) {
  if (d->x != NULL) explicit_bzero(d->x, d->n * d->p * sizeof *d->x);
  if (d->y != NULL) explicit_bzero(d->y, d->n * sizeof *d->y);
  free(d->x);
  free(d->y);
  *d = (struct design){0};
}

static double linear(const struct design *d, size_t i, const double *beta) {
  double eta = 0;
  for (size_t j = 0; j < d->p; j++) eta += d->x[i * d->p + j] * beta[j];
  return eta;
}

double design_score(const struct design *d, size_t row, const double *beta) {
  return 1 / (1 + exp(-linear(d, row, beta)));
}

void design_sums(const struct design *d, const double *beta, struct sums *out) {
  size_t p = d->p;
  memset(out->gradient, 0, p * sizeof *out->gradient);
  memset(out->hessian, 0, p * p * sizeof *out->hessian);
  out->log_likelihood = 0;
  for (size_t i = 0; i < d->n; i++) {
    const double *x = d->x + i * p;
    double eta = linear(d, i, beta), away = d->y[i] > 0 ? -eta : eta; /* > 0: on the wrong side */
    double mu = 1 / (1 + exp(-eta)), w = mu * (1 - mu), r = d->y[i] - mu;
    out->log_likelihood -= fmin(64, away > 0 ? away + log1p(exp(-away)) : log1p(exp(away)));
    for (size_t j = 0; j < p; j++) {
      out->gradient[j] += r * x[j];
      for (size_t k = 0; k <= j; k++) out->hessian[j * p + k] += w * x[j] * x[k];
    }
  }
  for (size_t j = 0; j < p; j++)
    for (size_t k = 0; k < j; k++) out->hessian[k * p + j] = out->hessian[j * p + k];
}

/* --- algebra --------------------------------------------------------------------------- */

size_t cholesky(double *a, size_t p) {
  const double tolerance = 1e-11; /* LOCAL: what is left of a column, as a part of it */
  for (size_t j = 0; j < p; j++) {
    double whole = a[j * p + j], left = whole;
    for (size_t k = 0; k < j; k++) left -= a[j * p + k] * a[j * p + k];
    if (!(left > tolerance * whole) || !isfinite(left)) return j;
    a[j * p + j] = sqrt(left);
    for (size_t i = j + 1; i < p; i++) {
      double sum = a[i * p + j];
      for (size_t k = 0; k < j; k++) sum -= a[i * p + k] * a[j * p + k];
      a[i * p + j] = sum / a[j * p + j];
    }
  }
  return p;
}

void cholesky_solve(const double *l, double *b, size_t p) {
  for (size_t i = 0; i < p; i++) {
    for (size_t k = 0; k < i; k++) b[i] -= l[i * p + k] * b[k];
    b[i] /= l[i * p + i];
  }
  for (size_t i = p; i-- > 0;) {
    for (size_t k = i + 1; k < p; k++) b[i] -= l[k * p + i] * b[k];
    b[i] /= l[i * p + i];
  }
}

void cholesky_inverse(const double *l, double *inv, size_t p) {
  memset(inv, 0, p * p * sizeof *inv);
  for (size_t j = 0; j < p; j++) {
    inv[j * p + j] = 1;
    cholesky_solve(l, inv + j * p, p); /* a row: the inverse is symmetric */
  }
}

double normal_tail(double z) { return erfc(fabs(z) * M_SQRT1_2); }
