/* shared.h - the parts of the `model-only` fit (shared.c has the whole). */
#ifndef SHARED_H
#define SHARED_H

#include "program.h"

enum { SHARED_SHIFT = 6 };            /* AGREEMENT: columns are scaled by at most 2^6             */
enum { SHARED_CONSTANT_SHIFT = 8 };   /* AGREEMENT: a variance below 4^-8 is taken for none        */
enum { SHARED_GRADIENT_BITS = 8 };    /* AGREEMENT: by which a gradient stays larger than a Hessian */
/* What the ranges rest on, beside Cauchy and Schwarz: shared.c, Ranges.  AGREEMENT */
#define SHARED_MEAN_SQUARE 1.1        /* of a standardised column, at most */
#define SHARED_MAX_BETA 64.0          /* standardised coefficients of a sound fit are smaller */
#define SHARED_MAX_NORM 1048576.0     /* sums of squares of steps and residuals */
#define SHARED_MAX_ETA 1024.0         /* and its linear predictors */
#define SHARED_MAX_VARIANCE 1048576.0 /* and n times the variance of a coefficient */

struct shared_fit {
  struct fit_job *job;
  size_t n, k, p; /* rows of the table; columns without and with the intercept */
  size_t count;   /* of these rows are used: n, but for split columns */
  int m;          /* 2^m >= count */
  size_t rows[SMPC_MAX_PARTIES]; /* of each hospital */
  size_t batches; /* the rows lie batch by batch, in each its part of every hospital's; 1: hospital by hospital */
  smpc_shared *used;                /* n x 1, 1 or 0, and then Z and y are 0; NULL: all rows are used */
  smpc_shared *outcome, *y;         /* n x 1, whole; in fixed point */
  smpc_shared *mean, *c, *constant; /* 1 x k; 1 x k; 1 x 1 count of constant columns */
  smpc_shared *zt, *z;              /* p x n, and its transpose */
  smpc_shared *penalty;             /* of the Hessian's diagonal, p x p; NULL: no ridge */
  smpc_shared *beta, *inverse;
  /* What tells whether it is sound, 1 x 1 each; NULL: this method does not know.
   * Sums of squares of the first and the last inverse's residual, of the last step or gradient and the one before. */
  smpc_shared *rank, *residual, *last, *earlier;
  double last_below;                /* a converged `last` is */
};

/* shared_rows.c, shared_columns.c.  Make the table of the rows and standardise it: everything down
 * to z.  A refusal is in the job. */
smpc_err shared_rows(smpc_session *s, struct shared_fit *t);
smpc_err shared_columns(smpc_session *s, struct shared_fit *t);
/* Their parts.  n, rows and count to m and batches; a refusal where there are too many. */
void shared_scale_of(struct shared_fit *t);
/* x (n x k, freed) to mean, c, constant, z; moments: mean and mean square of every column, 2 x k. */
void shared_standardise(smpc_session *s, struct shared_fit *t, smpc_shared *x, const smpc_shared *moments);
size_t shared_batches(const struct shared_fit *t);           /* of the n rows, by the method */
size_t shared_place(const struct shared_fit *t, size_t i); /* of row i among the n, in batches */
size_t shared_stand_in(const struct fit_job *job);         /* rows of a hospital, in an estimate */
size_t shared_batch_begin(const struct shared_fit *t, size_t b); /* its first row; of t->batches: n */
/* shared_steps.c, shared_gradient.c.  All steps of Newton's method and of the fixed Hessian, or of gradient descent:
 * beta, and what follows it. */
void shared_steps(smpc_session *s, struct shared_fit *t);
void shared_gradient(smpc_session *s, struct shared_fit *t);
/* residuals := y - mu at beta and, if w is asked for, w := mu (1 - mu); n x 1. */
void shared_residuals(smpc_session *s, const struct shared_fit *t, smpc_shared **residuals, smpc_shared **w);
/* The sum of the squares of a column, 1 x 1. */
smpc_shared *shared_norm(smpc_session *s, smpc_shared *column);

/* --- small things ------------------------------------------------------------ */
/* y's rows below x's, both freed; y alone for a NULL x. */
smpc_shared *shared_stack(smpc_session *s, smpc_shared *x, smpc_shared *y);
/* All parts, one under the other; they are freed. */
smpc_shared *shared_gather(smpc_session *s, smpc_shared **part, size_t n);
/* x / 2^times, and x is freed. */
smpc_shared *shared_halved(smpc_session *s, smpc_shared *x, int times);
/* A public value everywhere; or on the diagonal of a square matrix but for its first place. */
smpc_shared *shared_fill(smpc_session *s, size_t rows, size_t cols, double value);
smpc_shared *shared_slopes(smpc_session *s, size_t p, double value);

#endif
