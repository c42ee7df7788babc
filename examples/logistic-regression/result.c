/* result.c - what opens of a model-only fit, as words that say all of it: a recipient that opens them later, after
 * a review, has seen nothing else of the run.
 *
 *     n, m, rows of the table      known to all that ran it
 *     events
 *     p coefficients, p variances times 2^m      fixed point, times 2^f
 *     the four numbers of shared_scores.c
 */
#include <math.h>

#include "program.h"

enum { N, SHIFT, ROWS, EVENTS, HEAD };

static size_t n_coefficients(const struct fit_job *job) { return job->fit.has_errors ? 2 * job->fit.p : job->fit.p; }

size_t fit_result_len(const struct fit_job *job) { return HEAD + n_coefficients(job) + FIT_SCORES; }

smpc_shared *fit_words(smpc_session *s, const struct fit_job *job, int m, size_t rows, const smpc_shared *events,
                       const smpc_shared *coefficients, const smpc_shared *scores) {
  const int64_t known[] = {job->fit.n, m, (int64_t)rows};
  smpc_shared *words = smpc_concat(s, smpc_constant_i64(s, known, fit_shape(EVENTS, 1)), events);
  words = smpc_concat(s, words, smpc_as_i64(s, coefficients));
  return scores == NULL ? words : smpc_concat(s, words, scores);
}

static double real(const struct fit_job *job, int64_t word) { return ldexp((double)word, -(int)job->joint.cfg->frac_bits); }

double fit_word(const struct fit_job *job, size_t j) { return real(job, job->joint.words[HEAD + j]); }

static int range_of(const struct model *m, size_t j) { return j >= 1 && j <= m->n_predictors ? m->range[j - 1] : 0; }

void fit_decode(struct joint *joint) {
  struct fit_job *job = (struct fit_job *)joint;
  struct fit *f = &job->fit;
  const int64_t *w = joint->words;
  f->n = w[N];
  f->events = w[EVENTS];
  f->steps = job->steps;
  for (size_t j = 0; j < f->p; j++) {
    double variance = f->has_errors ? ldexp(fit_word(job, f->p + j), -(int)w[SHIFT]) : NAN;
    f->beta[j] = ldexp(fit_word(job, j), -range_of(job->model, j));
    f->se[j] = ldexp(sqrt(variance), -range_of(job->model, j));
  }
  if (joint->n_words == fit_result_len(job)) fit_scored(job, w + HEAD + n_coefficients(job), (size_t)w[ROWS]);
}
