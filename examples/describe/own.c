/* own.c - what a hospital computes on its own rows.  Plain doubles, no shares. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

/* --- where things stand ------------------------------------------------------------ */

static size_t cells(const struct ask_chi *c) { return (size_t)c->n_rows * c->n_columns; }

size_t desc_chi_at(const struct ask *a, unsigned test) {
  size_t at = 1 + a->n_t;
  for (unsigned i = 0; i < test; i++) at += cells(&a->chi[i]);
  return at;
}
size_t desc_counts(const struct ask *a) { return desc_chi_at(a, a->n_chi); }
size_t desc_variable_at(const struct ask *a, unsigned i) { return desc_counts(a) + 2 * i; }
size_t desc_pair_at(const struct ask *a, unsigned i, unsigned j) {
  return desc_variable_at(a, a->n_variables) + j * (j - 1) / 2 + i;
}
size_t desc_t_at(const struct ask *a, unsigned test) {
  size_t pairs = a->correlations ? (size_t)a->n_variables * (a->n_variables - 1) / 2 : 0;
  return desc_variable_at(a, a->n_variables) + pairs + 2 * test;
}
size_t desc_numbers(const struct ask *a) { return desc_t_at(a, a->n_t); }

static size_t points(const struct ask *a) { return a->n_ranks == 0 ? 0 : (size_t)a->n_variables << a->bits; }

bool desc_sums_new(struct desc_sums *s, const struct ask *a) {
  *s = (struct desc_sums){.n = desc_numbers(a)};
  s->v = calloc(s->n, sizeof *s->v);
  s->at_most = calloc(points(a) + 1, sizeof *s->at_most);
  return s->v != NULL && s->at_most != NULL;
}

void desc_sums_free(struct desc_sums *s) {
  if (s->v != NULL) explicit_bzero(s->v, s->n * sizeof *s->v);
  free(s->v);
  free(s->at_most);
  *s = (struct desc_sums){0};
}

/* --- rows ---------------------------------------------------------------------------- */

static bool check_row(const double *x, const struct ask *a, char *text, size_t len) {
  for (unsigned i = 0; i < a->n_variables; i++)
    if (!(x[i] >= a->variable[i].low && x[i] <= a->variable[i].high))
      return snprintf(text, len, "variable '%s': a value is beyond %g to %g, its `range` in the question", a->variable[i].name,
                      a->variable[i].low, a->variable[i].high), false;
  for (unsigned i = 0; i < a->n_t; i++)
    if (x[a->t[i].stratum] != 0 && x[a->t[i].stratum] != 1)
      return snprintf(text, len, "t test: the group '%s' gives a value that is neither 0 nor 1", a->t[i].name), false;
  return true;
}

static double standard(const struct ask_variable *v, double x) {
  return (x - (v->low + v->high) / 2) / ((v->high - v->low) / 2);
}

static size_t find(const double *list, unsigned n, double x) {
  size_t i = 0;
  while (i < n && list[i] != x) i++;
  return i;
}

static void count_row(struct desc_sums *s, const double *x, const struct ask *a) {
  s->v[0]++;
  for (unsigned i = 0; i < a->n_t; i++) s->v[1 + i] += x[a->t[i].stratum] > 0;
  for (unsigned i = 0; i < a->n_chi; i++) {
    const struct ask_chi *c = &a->chi[i];
    size_t row = find(c->row_value, c->n_rows, x[c->row]), column = find(c->column_value, c->n_columns, x[c->column]);
    if (row < c->n_rows && column < c->n_columns) s->v[desc_chi_at(a, i) + row * c->n_columns + column]++;
  }
}

static void add_row(long double *sum, const double *x, const struct ask *a) {
  double z[ASK_MAX_VARIABLES];
  for (unsigned i = 0; i < a->n_variables; i++) {
    z[i] = standard(&a->variable[i], x[i]);
    sum[desc_variable_at(a, i)] += z[i];
    sum[desc_variable_at(a, i) + 1] += (long double)z[i] * z[i];
    for (unsigned j = 0; a->correlations && j < i; j++) sum[desc_pair_at(a, j, i)] += (long double)z[i] * z[j];
  }
  for (unsigned i = 0; i < a->n_t; i++) {
    double y = z[a->t[i].variable] * x[a->t[i].stratum];
    sum[desc_t_at(a, i)] += y;
    sum[desc_t_at(a, i) + 1] += (long double)y * y;
  }
}

static double point(const struct ask *a, const struct ask_variable *v, size_t j) {
  return v->low + (double)j * ((v->high - v->low) / (double)(1 << a->bits));
}

/* Into at_most[]: of each variable, how many rows stand at point j and not below. */
static void place_row(struct desc_sums *s, const double *x, const struct ask *a) {
  for (unsigned i = 0; i < a->n_variables; i++) {
    const struct ask_variable *v = &a->variable[i];
    size_t most = (size_t)1 << a->bits, j = (size_t)((x[i] - v->low) / (v->high - v->low) * (double)most);
    while (j > 0 && point(a, v, j - 1) >= x[i]) j--;
    while (j < most && point(a, v, j) < x[i]) j++;
    if (j < most) s->at_most[i * most + j]++;
  }
}

bool desc_sums_of(struct desc_sums *s, const struct data_rows *rows, const struct ask *a, char *text, size_t text_len) {
  long double *sum = calloc(s->n, sizeof *sum);
  bool good = sum != NULL;
  if (!good) snprintf(text, text_len, "out of memory");
  if (rows->n > ASK_MAX_ROWS) good = false, snprintf(text, text_len, "more than 2^24 rows");
  for (size_t r = 0; good && r < rows->n; r++) {
    const double *x = rows->v + r * rows->cols;
    if (!(good = check_row(x, a, text, text_len))) break;
    count_row(s, x, a);
    add_row(sum, x, a);
    if (a->n_ranks != 0) place_row(s, x, a);
  }
  for (size_t i = desc_counts(a); good && i < s->n; i++) s->v[i] = llroundl(ldexpl(sum[i], DESC_SHIFT));
  for (size_t i = 0, most = (size_t)1 << a->bits; good && i < points(a); i++)
    if (i % most != 0) s->at_most[i] += s->at_most[i - 1];
  if (sum != NULL) explicit_bzero(sum, s->n * sizeof *sum);
  free(sum);
  return good;
}
