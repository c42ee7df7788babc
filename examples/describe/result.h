/* result.h - the statistics, from what was opened. */
#ifndef RESULT_H
#define RESULT_H

#include "program.h"

struct desc_moments { double mean, variance, sd; }; /* division by n - 1 */

/* NaN where there is none: a constant variable's correlation. */
struct desc_moments desc_moments_of(const struct desc_job *job, unsigned variable);
double desc_correlation(const struct desc_job *job, unsigned i, unsigned j);
double desc_rank(const struct desc_job *job, unsigned variable, unsigned rank);

struct desc_t {
  int64_t n[2];                  /* group 0, group 1 */
  struct desc_moments group[2];
  double welch, welch_df, welch_p, pooled, pooled_df, pooled_p;
};
struct desc_t desc_t_of(const struct desc_job *job, unsigned test);

struct desc_chi { double statistic, df, p; int64_t n; };
struct desc_chi desc_chi_of(const struct desc_job *job, unsigned test);

#endif
