/* result.c - see result.h.
 *
 * Accuracy: sums of z were rounded to 2^-32 by each hospital, so a mean is off by at most
 * P 2^-32 / n, and a variance by about 3 P 2^-32 / n, in units of half the range and its square. */
#include "result.h"

#include <math.h>

#include "tails.h"

struct sums { long double n, z, zz; };

static long double unit(int64_t v) { return ldexpl((long double)v, -DESC_SHIFT); }

static struct sums whole(const struct desc_job *job, unsigned i) {
  const int64_t *v = job->all.v + desc_variable_at(job->ask, i);
  return (struct sums){(long double)job->all.v[0], unit(v[0]), unit(v[1])};
}

/* Sum of squares about the mean; what rounding leaves of none is none. */
static long double about_mean(const struct sums *s) {
  long double v = s->zz - s->z * s->z / s->n;
  return v > SMPC_MAX_PARTIES * 0x1p-29L ? v : 0;
}

static struct desc_moments moments(const struct ask_variable *v, const struct sums *s) {
  double half = (v->high - v->low) / 2;
  struct desc_moments m = {.mean = (v->low + v->high) / 2 + half * (double)(s->z / s->n)};
  m.variance = half * half * (double)(about_mean(s) / (s->n - 1));
  m.sd = sqrt(m.variance);
  return m;
}

struct desc_moments desc_moments_of(const struct desc_job *job, unsigned i) {
  struct sums s = whole(job, i);
  return moments(&job->ask->variable[i], &s);
}

double desc_correlation(const struct desc_job *job, unsigned i, unsigned j) {
  struct sums x = whole(job, i), y = whole(job, j);
  long double vx = about_mean(&x), vy = about_mean(&y);
  if (vx == 0 || vy == 0) return NAN;
  if (i == j) return 1;
  long double xy = unit(job->all.v[desc_pair_at(job->ask, i < j ? i : j, i < j ? j : i)]);
  return fmin(1, fmax(-1, (double)((xy - x.z * y.z / x.n) / sqrtl(vx * vy))));
}

double desc_rank(const struct desc_job *job, unsigned i, unsigned rank) {
  const struct ask_variable *v = &job->ask->variable[i];
  double place = (double)job->place[i * job->ask->n_ranks + rank];
  return v->low + place * ((v->high - v->low) / (double)(1 << job->ask->bits));
}

struct desc_t desc_t_of(const struct desc_job *job, unsigned test) {
  const struct ask_t *t = &job->ask->t[test];
  const int64_t *v = job->all.v + desc_t_at(job->ask, test);
  struct sums all = whole(job, t->variable), s[2] = {{0}, {(long double)job->all.v[1 + test], unit(v[0]), unit(v[1])}};
  struct desc_t r;
  s[0] = (struct sums){all.n - s[1].n, all.z - s[1].z, all.zz - s[1].zz};
  double n[2], share[2];
  for (unsigned g = 0; g < 2; g++) {
    r.group[g] = moments(&job->ask->variable[t->variable], &s[g]);
    r.n[g] = (int64_t)s[g].n;
    n[g] = (double)s[g].n;
    share[g] = r.group[g].variance / n[g];
  }
  double apart = r.group[1].mean - r.group[0].mean, sum = share[0] + share[1];
  double both = ((n[0] - 1) * r.group[0].variance + (n[1] - 1) * r.group[1].variance) / (n[0] + n[1] - 2);
  r.welch = apart / sqrt(sum);
  r.welch_df = sum * sum / (share[0] * share[0] / (n[0] - 1) + share[1] * share[1] / (n[1] - 1));
  r.pooled = apart / sqrt(both * (1 / n[0] + 1 / n[1]));
  r.pooled_df = n[0] + n[1] - 2;
  r.welch_p = t_tail(r.welch, r.welch_df);
  r.pooled_p = t_tail(r.pooled, r.pooled_df);
  return r;
}

/* Pearson's, without a continuity correction. */
struct desc_chi desc_chi_of(const struct desc_job *job, unsigned test) {
  const struct ask_chi *c = &job->ask->chi[test];
  const int64_t *o = job->all.v + desc_chi_at(job->ask, test);
  double row[ASK_MAX_VALUES] = {0}, column[ASK_MAX_VALUES] = {0}, n = 0;
  struct desc_chi r = {0};
  for (unsigned i = 0; i < c->n_rows; i++)
    for (unsigned j = 0; j < c->n_columns; j++) {
      double v = (double)o[i * c->n_columns + j];
      row[i] += v;
      column[j] += v;
      n += v;
    }
  for (unsigned i = 0; i < c->n_rows; i++)
    for (unsigned j = 0; j < c->n_columns; j++) {
      double want = row[i] * column[j] / n, off = (double)o[i * c->n_columns + j] - want;
      r.statistic += off * off / want;
    }
  r.n = (int64_t)n;
  r.df = (double)((c->n_rows - 1) * (c->n_columns - 1));
  r.p = chi_square_tail(r.statistic, r.df);
  return r;
}
