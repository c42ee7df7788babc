/* shared.h - the parts of the `model-only` fit (shared.c has the whole). */
#ifndef SHARED_H
#define SHARED_H

#include "program.h"

enum { SHARED_SHIFT = 6 };            /* AGREEMENT: columns are scaled by at most 2^6             */
enum { SHARED_CONSTANT_SHIFT = 8 };   /* AGREEMENT: a variance below 4^-8 is taken for none        */
enum { SHARED_GRADIENT_BITS = 8 };    /* AGREEMENT: by which a gradient stays larger than a Hessian */

struct shared_fit {
  struct fit_job *job;
  size_t n, k, p; /* rows; columns without and with the intercept */
  int m;          /* 2^m >= n */
  size_t rows[SMPC_MAX_PARTIES];
  smpc_shared *outcome, *y;         /* n x 1, whole; in fixed point */
  smpc_shared *mean, *c, *constant; /* 1 x k; 1 x k; 1 x 1 count of constant columns */
  smpc_shared *zt, *z;              /* p x n, and its transpose */
  smpc_shared *beta, *inverse, *residual, *step;
  smpc_shared *penalty;             /* p x p diagonal, of the Hessian; NULL: no ridge */
};

/* shared_rows.c.  Open the numbers of rows; share the rows, and standardise them: everything down
 * to z.  A refusal is in the job. */
smpc_err shared_rows(smpc_session *s, struct shared_fit *t);
/* shared_steps.c.  All steps: beta, inverse, residual, step. */
void shared_steps(smpc_session *s, struct shared_fit *t);

/* --- small things ------------------------------------------------------------ */
/* y's rows below x's, both freed; y alone for a NULL x. */
smpc_shared *shared_stack(smpc_session *s, smpc_shared *x, smpc_shared *y);
/* x / 2^times, and x is freed. */
smpc_shared *shared_halved(smpc_session *s, smpc_shared *x, int times);
/* A public value, everywhere; or on the diagonal of a square matrix but for its first place. */
smpc_shared *shared_fill(smpc_session *s, size_t rows, size_t cols, double value);
smpc_shared *shared_slopes(smpc_session *s, size_t p, double value);

#endif
