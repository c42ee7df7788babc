/* program.h - logistic regression as a joint computation: the same text at every
 * party. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <smpc.h>

#include "joint.h"
#include "local.h"
#include "model.h"

/* The result, in the units of the question's expressions. */
struct fit {
  size_t p;
  double *beta, *se;       /* [p]                                                    */
  int64_t n, events;
  double log_likelihood;   /* NaN: not computed                                      */
  double accuracy, auc, auc_error; /* NaN: not computed; error: ties within a bin, at most */
  unsigned steps;
  bool has_errors;         /* se is computed: not by MODEL_GRADIENT */
};

struct fit_job {
  struct joint joint;
  const struct model *model;
  const struct design *mine; /* NULL at a party without data                */
  const struct own_columns *columns; /* instead of it, where data is split by columns */
  uint8_t owner[1 + MODEL_MAX_PREDICTORS]; /* and then: whose are the outcome and every predictor */
  size_t stand_in;           /* rows of each hospital in a dry run; 0: 1000 */
  enum model_method method;  /* set by fit_method()                         */
  unsigned steps;
  const char *reason;        /* why this method; NULL: the question says so */
  struct fit fit;            /* fit.beta, fit.se: room for p; filled at recipients, after success */
};

/* What is opened, in program order: an opening_fn. */
enum fit_which { FIT_RULES, FIT_ROWS, FIT_MATCHED, FIT_STEPS, FIT_SOUND, FIT_RESULT, FIT_OPENINGS };
bool fit_opening(struct opening *o, const void *job, unsigned which);

/* The method, its number of steps and whether it gives errors, by the question, or by the shape and the source
 * of correlated randomness: the same at all parties. */
void fit_method(struct fit_job *job);

/* The whole program, for smpc_estimate() too.  Sets its err. */
void fit_program(smpc_session *s, void *job);

/* --- its parts --------------------------------------------------------------- */
static inline smpc_shape fit_shape(size_t rows, size_t cols) { return (smpc_shape){rows, cols}; }
unsigned fit_site(const struct fit_job *job, unsigned party); /* its place among those with data */
bool fit_refuse(struct fit_job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Open n whole numbers to everybody or to the recipients; out is zeroed elsewhere. */
smpc_err fit_open(smpc_session *s, struct fit_job *job, const smpc_shared *x, enum fit_which why, int64_t *out, size_t n);
/* The sum over the hospitals of each one's n whole numbers, in all at most `most` in size; own
 * (may be NULL): the inputs of the recipients among them, n_own of them. */
smpc_shared *fit_sum(smpc_session *s, const struct fit_job *job, const int64_t *mine, size_t n, double most,
                     smpc_shared **own, unsigned *n_own);
#define FIT_MOST_ROWS 0x1p29 /* of all hospitals: SMPC_MAX_PARTIES MODEL_MAX_ROWS */
/* x, of which a proof says that it is at most `range`. */
smpc_shared *fit_within(smpc_session *s, smpc_shared *x, double range);

/* rules.c: are the counts large enough?  Decided in the shares; one bit a rule opens. */
smpc_err fit_rules(smpc_session *s, struct fit_job *job, bool *pass);
/* aggregates.c */
smpc_err fit_aggregates(smpc_session *s, struct fit_job *job);
/* shared.c: model-only */
smpc_err fit_shared(smpc_session *s, struct fit_job *job);
/* shared_scores.c: the four numbers of the same, shared, from shared linear predictors and whole outcomes, n x 1;
 * used: 1 in the rows that count, where eta and y are 0 in the others; NULL: all. */
enum { FIT_CORRECT, FIT_MANN_WHITNEY, FIT_TIES, FIT_LIKELIHOOD, FIT_SCORES };
smpc_shared *fit_shared_scores(smpc_session *s, const struct fit_job *job, const smpc_shared *eta, const smpc_shared *y,
                               const smpc_shared *used);
/* What they say, of a table of `rows`, into the fit. */
void fit_scored(struct fit_job *job, const int64_t score[FIT_SCORES], size_t rows);

/* result.c: the words in which a model-only fit opens.  coefficients: p, and where there are errors p variances
 * times the rows' 2^m, in fixed point; scores: NULL, or fit_shared_scores()'s of a table of `rows`. */
size_t fit_result_len(const struct fit_job *job); /* with scores */
smpc_shared *fit_words(smpc_session *s, const struct fit_job *job, int m, size_t rows, const smpc_shared *events,
                       const smpc_shared *coefficients, const smpc_shared *scores);
double fit_word(const struct fit_job *job, size_t j); /* coefficient j as design_score() takes it */
void fit_decode(struct joint *job);
/* scores.c: accuracy, AUC and log-likelihood (unit 2^-shift) of a model that all
 * hospitals know. */
smpc_err fit_scores(smpc_session *s, struct fit_job *job, const double *beta);

#endif
