/* score.h - a hospital's own rows, scored with a model that was opened: all local. */
#ifndef SCORE_H
#define SCORE_H

#include "fit_report.h"

/* Read the coefficients of this question from a model that --json wrote, into job->fit.beta.  0,
 * DATA_INPUT or DATA_MACHINE; `f` says what is wrong. */
int score_model(struct fit_job *job, const char *path, struct data_fault *f);

/* Write every row of the hospital's as CSV with one more column, the probability of the outcome;
 * nothing there for a row outside the question's condition or without a value of a
 * predictor.  The outcome itself need not be in the data.  seen->cohort: rows with a probability. */
int score_rows(FILE *out, const struct fit_job *job, struct data *d, struct data_report *seen, struct data_fault *f);

#endif
