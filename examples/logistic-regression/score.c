/* score.c - see score.h. */
#include "score.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "report.h"

static int fail(struct data_fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct data_fault *f, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(f->text, sizeof f->text, fmt, args);
  va_end(args);
  return f->exit = DATA_INPUT;
}

/* Coefficient j of the question must be row j of the model. */
static int take_term(struct fit_job *job, size_t j, const json_t *row, const char *path, struct data_fault *f) {
  char wanted[200];
  fit_term(wanted, sizeof wanted, job, j);
  const char *term = json_string_value(json_object_get(row, "term"));
  const json_t *estimate = json_object_get(row, "estimate");
  if (term == NULL || strcmp(term, wanted) != 0 || !json_is_number(estimate))
    return fail(f, "%.200s: coefficient %zu is not '%.120s' of this question with its estimate", path, j + 1, wanted);
  job->fit.beta[j] = json_number_value(estimate);
  return 0;
}

int score_model(struct fit_job *job, const char *path, struct data_fault *f) {
  json_error_t error;
  json_t *o = json_load_file(path, JSON_REJECT_DUPLICATES, &error), *terms = json_object_get(o, "coefficients");
  const char *name = json_string_value(json_object_get(o, "question"));
  int code = 0;
  if (o == NULL) code = fail(f, "%.200s: line %d: %.200s", path, error.line, error.text);
  else if (terms == NULL) code = fail(f, "%.200s: no `coefficients`: is it a model that --json wrote at a recipient?", path);
  else if (name == NULL || strcmp(name, job->model->base.name) != 0)
    code = fail(f, "%.200s: the model is not of the question '%.100s'", path, job->model->base.name);
  else if (json_array_size(terms) != job->fit.p)
    code = fail(f, "%.200s: %zu coefficients; the question has %zu", path, json_array_size(terms), job->fit.p);
  for (size_t j = 0; code == 0 && j < job->fit.p; j++) code = take_term(job, j, json_array_get(terms, j), path, f);
  json_decref(o);
  return code;
}

/* --- the rows ----------------------------------------------------------------------- */

struct writer {
  FILE *out;
  const double *beta;
  double at_site; /* the intercept with this hospital's indicator */
  unsigned k;
  bool has_head;
};

static bool write_row(void *user, const struct data_row *row) {
  struct writer *w = user;
  for (unsigned i = 0; i < row->n_own && !w->has_head; i++) {
    report_field(w->out, row->own_name[i]);
    fputc(',', w->out);
  }
  if (!w->has_head) fputs("probability\n", w->out);
  w->has_head = true;
  double eta = w->at_site;
  for (unsigned j = 0; j < w->k; j++) eta += w->beta[1 + j] * row->value[j]; /* NaN: no probability */
  for (unsigned i = 0; i < row->n_own; i++) {
    report_field(w->out, row->own[i]);
    fputc(',', w->out);
  }
  if (isfinite(eta) && row->belongs) fprintf(w->out, "%.9g", 1 / (1 + exp(-eta)));
  fputc('\n', w->out);
  return true;
}

int score_rows(FILE *out, const struct fit_job *job, struct data *d, struct data_report *seen, struct data_fault *f) {
  const struct model *m = job->model;
  struct data_question q = m->base.data;
  struct writer w = {.out = out, .beta = job->fit.beta, .at_site = job->fit.beta[0], .k = m->n_predictors};
  unsigned site = fit_site(job, job->joint.cfg->me.id);
  q.strata++; /* without the outcome */
  q.n_strata--;
  if (m->site_indicators && site > 0) w.at_site += job->fit.beta[m->n_predictors + site];
  return data_each(d, &q, write_row, &w, seen, f);
}
