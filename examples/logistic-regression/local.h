/* local.h - what a hospital computes on its own rows, and small dense algebra:
 * plain doubles, no shares. */
#ifndef LOCAL_H
#define LOCAL_H

#include <smpc.h>

#include "data.h"
#include "model.h"

/* A hospital's rows as a design matrix: 1, the predictors times 2^-range, then the
 * site indicators; and the outcome. */
struct design {
  size_t n, p; /* rows, coefficients */
  double *x, *y;
};

/* The coefficients of a model: 1 + predictors + indicators. */
size_t design_coefficients(const struct model *m, unsigned n_sites);
/* site: 0 for the first hospital with data, whose indicator is left out.  False:
 * `text` says which column breaks its range, or that the outcome is not 0 or 1. */
bool design_make(struct design *d, const struct data_rows *rows, const struct model *m, unsigned site, unsigned n_sites,
                 char *text, size_t text_len);
void design_free(struct design *d); /* wipes */

/* Gradient [p], negative Hessian [p p] and log-likelihood of the rows at beta.
 * A row's share of the log-likelihood is cut off at -64. */
struct sums { double *gradient, *hessian, log_likelihood; };
void design_sums(const struct design *d, const double *beta, struct sums *out);
double design_score(const struct design *d, size_t row, const double *beta); /* logistic(x beta) */

/* a := its Cholesky factor, row-major lower; the first column found to depend on
 * those before it, or p when there is none. */
size_t cholesky(double *a, size_t p);
void cholesky_solve(const double *l, double *b, size_t p);      /* b := A^-1 b */
void cholesky_inverse(const double *l, double *inv, size_t p);  /* p x p       */

/* Two-sided tail of the normal distribution. */
double normal_tail(double z);

#endif
