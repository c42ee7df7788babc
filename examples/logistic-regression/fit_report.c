/* fit_report.c - see fit_report.h. */
#include "fit_report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static const double z95 = 1.959963984540054; /* of the normal distribution, two-sided 95 % */
enum { TERM_LEN = 160 };

struct row { char term[TERM_LEN]; double estimate, se, z, p, low, high; };

void fit_term(char *out, size_t len, const struct fit_job *job, size_t j) {
  const struct model *m = job->model;
  if (j == 0) snprintf(out, len, "(Intercept)");
  else if (j <= m->n_predictors) snprintf(out, len, "%s", model_predictor(m, (unsigned)j - 1));
  else
    for (unsigned i = 0; i < job->joint.cfg->parties; i++)
      if (joint_is_in(job->joint.roles.inputs, i) && fit_site(job, i) == j - m->n_predictors)
        snprintf(out, len, "site:%s", job->joint.cfg->member[i].name);
}

static struct row row_of(const struct fit_job *job, size_t j) {
  struct row r = {.estimate = job->fit.beta[j], .se = job->fit.se[j]};
  fit_term(r.term, sizeof r.term, job, j);
  r.z = r.estimate / r.se;
  r.p = normal_tail(r.z);
  r.low = r.estimate - z95 * r.se;
  r.high = r.estimate + z95 * r.se;
  return r;
}

static double null_deviance(const struct fit *f) {
  double n = (double)f->n, ones = (double)f->events, zeros = n - ones;
  return -2 * (ones * log(ones / n) + zeros * log(zeros / n));
}

/* NaN with a ridge: the number of coefficients is not what they cost there. */
static double aic(const struct fit_job *job) {
  return job->model->ridge > 0 ? NAN : 2 * (double)job->fit.p - 2 * job->fit.log_likelihood;
}

/* --- the table ---------------------------------------------------------------------------- */

static const char *stars(double p) {
  return p < 0.001 ? "***" : p < 0.01 ? "**" : p < 0.05 ? "*" : p < 0.1 ? "." : "";
}

static void print_p(char *out, size_t len, double p) {
  if (p < 2e-16) snprintf(out, len, "<2e-16");
  else snprintf(out, len, p < 1e-4 ? "%.2e" : "%.5f", p);
}

static void print_rows(FILE *out, const struct fit_job *job) {
  int width = 11;
  for (size_t j = 0; j < job->fit.p; j++) {
    int len = (int)strlen(row_of(job, j).term);
    width = len > width ? len : width;
  }
  fprintf(out, "%-*s %12s %12s %8s %9s     %10s  95 %% interval\n", width, "", "Estimate", "Std. Error", "z value", "Pr(>|z|)",
          "odds ratio");
  for (size_t j = 0; j < job->fit.p; j++) {
    struct row r = row_of(job, j);
    char p[32];
    if (!job->fit.has_errors) {
      fprintf(out, "%-*s %12.6g %12s %8s %9s     %10.5g\n", width, r.term, r.estimate, "-", "-", "-", exp(r.estimate));
      continue;
    }
    print_p(p, sizeof p, r.p);
    fprintf(out, "%-*s %12.6g %12.6g %8.3f %9s %-3s %10.5g  %.5g to %.5g\n", width, r.term, r.estimate, r.se, r.z, p,
            stars(r.p), exp(r.estimate), exp(r.low), exp(r.high));
  }
  if (job->fit.has_errors) fputs("Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n", out);
  putc('\n', out);
}

static void print_method(FILE *out, const struct fit_job *job) {
  static const char *const what[] = {[MODEL_ANY] = "steps of Newton's method", [MODEL_NEWTON] = "steps of Newton's method",
                                     [MODEL_FIXED_HESSIAN] = "steps with a fixed Hessian, the last of Newton's method",
                                     [MODEL_GRADIENT] = "epochs of gradient descent: no standard errors"};
  fprintf(out, "%u %s", job->fit.steps != 0 ? job->fit.steps : job->steps, what[job->method]);
  if (job->reason != NULL) fprintf(out, " (chosen: %s)", job->reason);
  putc('\n', out);
}

static void print_fit(FILE *out, const struct fit_job *job) {
  const struct fit *f = &job->fit;
  long long n = f->n, p = (long long)f->p;
  fprintf(out, "    Null deviance: %.2f  on %lld degrees of freedom\n", null_deviance(f), n - 1);
  fprintf(out, "Residual deviance: %.2f  on %lld degrees of freedom\n", -2 * f->log_likelihood, n - p);
  if (job->model->ridge == 0) fprintf(out, "AIC: %.2f   ", aic(job));
  fprintf(out, "log-likelihood: %.6f\n", f->log_likelihood);
  fprintf(out, "Accuracy at 0.5: %.4f   AUC: %.4f (off by %.4f at most)\n", f->accuracy, f->auc, f->auc_error);
  fprintf(out, "%lld rows, %lld events; ", n, (long long)f->events);
  print_method(out, job);
  if (job->model->ridge > 0)
    fprintf(out, "Ridge penalty %g / 2 on the squared standardised coefficients%s\n", job->model->ridge,
            f->has_errors ? ": standard errors are of the penalised fit" : "");
}

static void print_openings(FILE *out, const struct fit_job *job) {
  bool is_shared = job->model->privacy == MODEL_ONLY;
  const char *title = job->joint.is_shown ? "Held for review; a release would open (privacy: model-only)"
                      : is_shared ? "Opened (privacy: model-only)" : "Opened (privacy: aggregates)";
  report_openings(out, title, &job->joint, fit_opening, FIT_OPENINGS);
  if (!is_shared) fputs("  The sums of the steps determine the model: every party can compute it.\n", out);
}

static const char *split_of(const struct model *m) {
  if (m->split == MODEL_ROWS) return "";
  return m->match == MODEL_BY_KEY ? ", columns matched by key: nobody knows which rows" : ", columns put together by order";
}

static bool table_of(FILE *out, const struct fit_job *job) {
  char *recipients = report_names(job->joint.cfg, job->joint.roles.recipients);
  if (recipients == NULL) return false;
  fprintf(out, "%s: %s\nLogistic regression over %u hospitals, complete cases%s\n\n", job->model->base.title,
          job->model->base.name, job->joint.roles.n_inputs, split_of(job->model));
  if (job->joint.is_delivered) {
    print_rows(out, job);
    print_fit(out, job);
  } else fprintf(out, "The model was opened to %s.\n", recipients);
  print_openings(out, job);
  free(recipients);
  return true;
}

/* --- JSON and CSV ---------------------------------------------------------------------------- */

static json_t *real(double v) { return isfinite(v) ? json_real(v) : json_null(); }

static json_t *row_json(const struct row *r) {
  json_t *o = json_object();
  json_object_set_new(o, "term", json_string(r->term));
  json_object_set_new(o, "estimate", real(r->estimate));
  json_object_set_new(o, "std.error", real(r->se));
  json_object_set_new(o, "statistic", real(r->z));
  json_object_set_new(o, "p.value", real(r->p));
  json_object_set_new(o, "conf.low", real(r->low));
  json_object_set_new(o, "conf.high", real(r->high));
  json_object_set_new(o, "odds.ratio", real(exp(r->estimate)));
  json_object_set_new(o, "odds.low", real(exp(r->low)));
  json_object_set_new(o, "odds.high", real(exp(r->high)));
  return o;
}

static void fit_json(json_t *o, const struct fit_job *job) {
  static const char *const names[] = {"newton", "newton", "fixed-hessian", "gradient"};
  const struct fit *f = &job->fit;
  json_t *terms = json_array();
  for (size_t j = 0; j < f->p; j++) {
    struct row r = row_of(job, j);
    json_array_append_new(terms, row_json(&r));
  }
  json_object_set_new(o, "coefficients", terms);
  json_object_set_new(o, "nobs", json_integer(f->n));
  json_object_set_new(o, "events", json_integer(f->events));
  json_object_set_new(o, "logLik", real(f->log_likelihood));
  json_object_set_new(o, "null.deviance", real(null_deviance(f)));
  json_object_set_new(o, "deviance", real(-2 * f->log_likelihood));
  json_object_set_new(o, "AIC", real(aic(job)));
  json_object_set_new(o, "accuracy", real(f->accuracy));
  json_object_set_new(o, "auc", real(f->auc));
  json_object_set_new(o, "auc.error", real(f->auc_error));
  json_object_set_new(o, "ridge", real(job->model->ridge));
  json_object_set_new(o, "method", json_string(names[job->method]));
  json_object_set_new(o, "iterations", json_integer(f->steps));
}

static bool report_as_json(FILE *out, const struct fit_job *job) {
  json_t *o = json_object();
  json_object_set_new(o, "title", json_string(job->model->base.title));
  json_object_set_new(o, "question", json_string(job->model->base.name));
  json_object_set_new(o, "privacy", json_string(job->model->privacy == MODEL_ONLY ? "model-only" : "aggregates"));
  json_object_set_new(o, "input_parties", json_integer(job->joint.roles.n_inputs));
  report_json_delivered(o, job->joint.is_delivered, job->joint.is_shown);
  if (job->joint.is_delivered) fit_json(o, job);
  report_json_openings(o, &job->joint, fit_opening, FIT_OPENINGS);
  bool good = json_dumpf(o, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 || ferror(out);
  putc('\n', out);
  json_decref(o);
  return good;
}

static void report_as_csv(FILE *out, const struct fit_job *job) {
  fputs("term,estimate,std.error,statistic,p.value,conf.low,conf.high\n", out);
  for (size_t j = 0; job->joint.is_delivered && j < job->fit.p; j++) {
    struct row r = row_of(job, j);
    report_field(out, r.term);
    const double v[] = {r.estimate, r.se, r.z, r.p, r.low, r.high};
    for (unsigned i = 0; i < 6; i++) fprintf(out, isfinite(v[i]) ? ",%.15g" : ",NA", v[i]);
    putc('\n', out);
  }
}

bool fit_report(FILE *out, const struct fit_job *job, enum cli_format format) {
  if (format == CLI_TABLE) return table_of(out, job);
  if (format == CLI_JSON) return report_as_json(out, job);
  return report_as_csv(out, job), true;
}

/* --- the plan ------------------------------------------------------------------------------------ */

void fit_plan(FILE *out, const struct fit_job *job, const smpc_cost *c) {
  fprintf(out, "%s: %s\n%zu coefficients over %u parties with data\n", job->model->base.title, job->model->base.name,
          job->fit.p, job->joint.roles.n_inputs);
  print_method(out, job);
  print_openings(out, job);
  putc('\n', out);
  report_cost(out, c, job->model->privacy == MODEL_ONLY ? ", for 1000 rows a hospital (more rows: more bytes, the same rounds)"
                                                        : " (an upper bound: it stops when nothing moves any more)");
  fputs("Nothing was read, sent or opened.\n", out);
}
