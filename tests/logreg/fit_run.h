/* fit_run.h - a joint fit on the simulated network beside the pooled one in the clear, on
 * generated rows: what the tests of smpc-logistic-regression share. */
#ifndef FIT_RUN_H
#define FIT_RUN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/logistic-regression/program.h"
#include "support/parties.h"
#include "support/test.h"

enum { SITES = 8, MAX_P = 21, MAX_OPENINGS = 64 };

struct listed { char purpose[200]; smpc_who to; smpc_shape shape; };

/* One run: what each hospital has, and what it gets. */
struct run {
  unsigned sites, k;
  size_t rows;       /* in all */
  double beta[MAX_P]; /* the truth */
  const char *privacy, *more;
  struct model *model;
  struct design own[SITES], pooled;
  smpc_config cfg[SITES];
  struct fit_job job[SITES];
  double result[SITES][2 * MAX_P];
  struct listed listed[SITES][MAX_OPENINGS];
  unsigned n_listed[SITES];
};

/* Normal columns with correlation 1/2 to the one before, and a logistic outcome; SplitMix64 from the seed.
 * recipients: bits of members.  tear_down() ends. */
void set_up(struct run *r, const struct parties *parties, uint64_t seed, uint64_t recipients);
void tear_down(struct run *r);
/* What every party runs; it notes down every opening. */
void body(struct smpc_session *s, unsigned me, void *run);

struct clear { double beta[MAX_P], se[MAX_P], log_likelihood, auc; };
struct clear fit_clear(const struct design *d, double ridge);
/* Party's model: coefficients (columns of variance 1) absolute, standard errors relative, and the same decisions. */
void check(const struct run *r, unsigned party, double of_beta, double of_se);
struct run typical(unsigned sites, const char *privacy);
/* All of it: set up, run, check the first and the last, tear down. */
void fit_and_check(struct run *r, uint64_t seed, double of_beta, double of_se);

#endif
