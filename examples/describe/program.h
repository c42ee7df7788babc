/* program.h - descriptive statistics as a joint computation: the same text at every
 * party. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <smpc.h>

#include "ask.h"
#include "data.h"
#include "joint.h"

/* What a hospital computes on its own rows, whole numbers; later what is opened of
 * everybody's.  z = (x - middle) / half of the range, so |z| <= 1; sums of z in units
 * of 2^-DESC_SHIFT. */
enum { DESC_SHIFT = 31 };
struct desc_sums {
  size_t n;          /* numbers: smallest first the counts                                */
  int64_t *v;        /* n; group sizes of the t tests; cells of the chi^2 tests; then for each
                        variable sum z, sum z^2; sum z_i z_j of pairs; for each t test of its
                        group sum z, sum z^2                                                */
  int64_t *at_most;  /* [n_variables 2^bits]: rows with x <= low + j (high - low) / 2^bits  */
};

/* Where they stand. */
size_t desc_counts(const struct ask *a);                           /* how many counts there are          */
size_t desc_chi_at(const struct ask *a, unsigned test);            /* its first cell, row by row          */
size_t desc_variable_at(const struct ask *a, unsigned i);          /* sum z, then sum z^2                */
size_t desc_pair_at(const struct ask *a, unsigned i, unsigned j);  /* i < j, with correlations           */
size_t desc_t_at(const struct ask *a, unsigned test);              /* sum z, then sum z^2 of its group   */
size_t desc_numbers(const struct ask *a);

bool desc_sums_new(struct desc_sums *s, const struct ask *a);
void desc_sums_free(struct desc_sums *s); /* wipes */
/* False: `text` says which variable leaves its range, or which group is neither 0 nor 1. */
bool desc_sums_of(struct desc_sums *s, const struct data_rows *rows, const struct ask *a, char *text, size_t text_len);

struct desc_job {
  struct joint joint;
  const struct ask *ask;
  const struct desc_sums *mine; /* NULL at a party without data              */
  struct desc_sums all;         /* at recipients, after success: v           */
  int64_t *place;               /* and [n_variables n_ranks]: of 2^bits parts of the range */
};

/* What is opened, in program order: an opening_fn. */
enum desc_which { DESC_RULES, DESC_RESULT, DESC_OPENINGS };
bool desc_opening(struct opening *o, const void *job, unsigned which);

/* The words that open as the result: how many; and what they say, into job->all and job->place. */
size_t desc_result_len(const struct ask *a);
void desc_decode(struct joint *job);

/* The whole program, for smpc_estimate() too.  job->all and job->place have room.  Sets its err. */
void desc_program(smpc_session *s, void *job);

#endif
