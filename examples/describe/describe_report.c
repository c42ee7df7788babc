/* describe_report.c - see describe_report.h. */
#include "describe_report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "result.h"

enum { NAME_LEN = 32 };

/* "p25", "p2.5", "smallest 5", "largest 5" */
static void rank_name(char out[NAME_LEN], const struct ask_rank *r) {
  if (r->kind == ASK_QUANTILE) snprintf(out, NAME_LEN, "p%g", 100 * (double)r->part / (double)r->whole);
  else snprintf(out, NAME_LEN, "%s %lld", r->kind == ASK_SMALLEST ? "smallest" : "largest", (long long)r->part);
}

/* --- the table ---------------------------------------------------------------------- */

static int width_of(const struct ask *a) {
  size_t width = 8;
  for (unsigned i = 0; i < a->n_variables; i++) width = strlen(a->variable[i].name) > width ? strlen(a->variable[i].name) : width;
  return (int)width;
}

static void print_moments(FILE *out, const struct desc_job *job) {
  const struct ask *a = job->ask;
  int width = width_of(a);
  fprintf(out, "%lld rows\n\n%-*s %14s %14s %14s", (long long)job->all.v[0], width, "", "mean", "variance", "std. dev.");
  for (unsigned r = 0; r < a->n_ranks; r++) {
    char name[NAME_LEN];
    rank_name(name, &a->rank[r]);
    fprintf(out, " %12s", name);
  }
  putc('\n', out);
  for (unsigned i = 0; i < a->n_variables; i++) {
    struct desc_moments m = desc_moments_of(job, i);
    fprintf(out, "%-*s %14.8g %14.8g %14.8g", width, a->variable[i].name, m.mean, m.variance, m.sd);
    for (unsigned r = 0; r < a->n_ranks; r++) fprintf(out, " %12.8g", desc_rank(job, i, r));
    putc('\n', out);
  }
}

static void print_correlations(FILE *out, const struct desc_job *job) {
  const struct ask *a = job->ask;
  int width = width_of(a);
  if (!a->correlations) return;
  fprintf(out, "\nCorrelations\n%-*s", width, "");
  for (unsigned j = 0; j < a->n_variables; j++) fprintf(out, " %*s", width, a->variable[j].name);
  putc('\n', out);
  for (unsigned i = 0; i < a->n_variables; i++) {
    fprintf(out, "%-*s", width, a->variable[i].name);
    for (unsigned j = 0; j < a->n_variables; j++) fprintf(out, " %*.5f", width, desc_correlation(job, i, j));
    putc('\n', out);
  }
}

static void print_tests(FILE *out, const struct desc_job *job) {
  const struct ask *a = job->ask;
  for (unsigned i = 0; i < a->n_t; i++) {
    struct desc_t t = desc_t_of(job, i);
    fprintf(out, "\nt test of %s, by %s\n", a->variable[a->t[i].variable].name, a->t[i].name);
    for (unsigned g = 2; g-- > 0;)
      fprintf(out, "  %-4s n %lld, mean %.8g, std. dev. %.8g\n", g ? "yes:" : "no:", (long long)t.n[g], t.group[g].mean,
              t.group[g].sd);
    fprintf(out, "  Welch   t = %.5f, df = %.3f, p = %.5g\n", t.welch, t.welch_df, t.welch_p);
    fprintf(out, "  pooled  t = %.5f, df = %.0f, p = %.5g\n", t.pooled, t.pooled_df, t.pooled_p);
  }
  for (unsigned i = 0; i < a->n_chi; i++) {
    const struct ask_chi *c = &a->chi[i];
    const int64_t *o = job->all.v + desc_chi_at(a, i);
    struct desc_chi r = desc_chi_of(job, i);
    fprintf(out, "\nChi square test of %s by %s\n%12s", a->base.data.strata[c->row].expression,
            a->base.data.strata[c->column].expression, "");
    for (unsigned k = 0; k < c->n_columns; k++) fprintf(out, " %10g", c->column_value[k]);
    for (unsigned j = 0; j < c->n_rows; j++) {
      fprintf(out, "\n  %10g", c->row_value[j]);
      for (unsigned k = 0; k < c->n_columns; k++) fprintf(out, " %10lld", (long long)o[j * c->n_columns + k]);
    }
    fprintf(out, "\n  X^2 = %.5f, df = %.0f, p = %.5g, %lld rows\n", r.statistic, r.df, r.p, (long long)r.n);
  }
}

static void print_openings(FILE *out, const struct desc_job *job) {
  report_openings(out, job->joint.is_shown ? "Held for review; a release would open" : "Opened", &job->joint,
                  desc_opening, DESC_OPENINGS);
  if (job->joint.roles.n_inputs == 2)
    fputs("  Only two parties have data: a recipient among them learns the other's sums by subtracting its own.\n", out);
}

static bool table_of(FILE *out, const struct desc_job *job) {
  char *recipients = report_names(job->joint.cfg, job->joint.roles.recipients);
  if (recipients == NULL) return false;
  fprintf(out, "%s: %s\nDescriptive statistics over %u hospitals, complete cases\n\n", job->ask->base.title, job->ask->base.name,
          job->joint.roles.n_inputs);
  if (job->joint.is_delivered) {
    print_moments(out, job);
    print_correlations(out, job);
    print_tests(out, job);
  } else fprintf(out, "The statistics were opened to %s.\n", recipients);
  print_openings(out, job);
  free(recipients);
  return true;
}

/* --- CSV: one statistic a record ----------------------------------------------------- */

static void record(FILE *out, const char *statistic, const char *of, const char *with, double v) {
  fprintf(out, "%s,", statistic);
  report_field(out, of);
  putc(',', out);
  report_field(out, with);
  fprintf(out, isfinite(v) ? ",%.15g\n" : ",NA\n", v);
}

static void csv_of_variable(FILE *out, const struct desc_job *job, unsigned i) {
  const struct ask *a = job->ask;
  const char *name = a->variable[i].name;
  struct desc_moments m = desc_moments_of(job, i);
  record(out, "mean", name, "", m.mean);
  record(out, "variance", name, "", m.variance);
  record(out, "sd", name, "", m.sd);
  for (unsigned r = 0; r < a->n_ranks; r++) {
    char rank[NAME_LEN];
    rank_name(rank, &a->rank[r]);
    record(out, rank, name, "", desc_rank(job, i, r));
  }
  for (unsigned j = 0; a->correlations && j < i; j++)
    record(out, "correlation", a->variable[j].name, name, desc_correlation(job, j, i));
}

static void csv_of(FILE *out, const struct desc_job *job) {
  const struct ask *a = job->ask;
  fputs("statistic,variable,with,value\n", out);
  if (!job->joint.is_delivered) return;
  record(out, "n", "", "", (double)job->all.v[0]);
  for (unsigned i = 0; i < a->n_variables; i++) csv_of_variable(out, job, i);
  for (unsigned i = 0; i < a->n_t; i++) {
    struct desc_t t = desc_t_of(job, i);
    const char *name = a->variable[a->t[i].variable].name;
    const struct { const char *what; double v; } all[] = {
        {"n yes", (double)t.n[1]}, {"mean yes", t.group[1].mean}, {"sd yes", t.group[1].sd}, {"n no", (double)t.n[0]},
        {"mean no", t.group[0].mean}, {"sd no", t.group[0].sd}, {"t welch", t.welch}, {"df welch", t.welch_df},
        {"p welch", t.welch_p}, {"t pooled", t.pooled}, {"df pooled", t.pooled_df}, {"p pooled", t.pooled_p}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) record(out, all[k].what, name, a->t[i].name, all[k].v);
  }
  for (unsigned i = 0; i < a->n_chi; i++) {
    struct desc_chi r = desc_chi_of(job, i);
    const char *row = a->base.data.strata[a->chi[i].row].expression, *column = a->base.data.strata[a->chi[i].column].expression;
    record(out, "chi square", row, column, r.statistic);
    record(out, "chi square df", row, column, r.df);
    record(out, "chi square p", row, column, r.p);
  }
}

/* --- JSON ------------------------------------------------------------------------------- */

static json_t *real(double v) { return isfinite(v) ? json_real(v) : json_null(); }
static void set(json_t *o, const char *key, double v) { json_object_set_new(o, key, real(v)); }

static json_t *variable_json(const struct desc_job *job, unsigned i) {
  const struct ask *a = job->ask;
  struct desc_moments m = desc_moments_of(job, i);
  json_t *o = json_pack("{s:s}", "name", a->variable[i].name), *ranks = json_object(), *with = json_object();
  set(o, "mean", m.mean);
  set(o, "variance", m.variance);
  set(o, "sd", m.sd);
  for (unsigned r = 0; r < a->n_ranks; r++) {
    char name[NAME_LEN];
    rank_name(name, &a->rank[r]);
    set(ranks, name, desc_rank(job, i, r));
  }
  for (unsigned j = 0; a->correlations && j < a->n_variables; j++) set(with, a->variable[j].name, desc_correlation(job, i, j));
  json_object_set_new(o, "quantiles", ranks);
  json_object_set_new(o, "correlations", with);
  return o;
}

static json_t *t_json(const struct desc_job *job, unsigned i) {
  const struct ask_t *q = &job->ask->t[i];
  struct desc_t t = desc_t_of(job, i);
  json_t *o = json_pack("{s:s, s:s}", "variable", job->ask->variable[q->variable].name, "group", q->name);
  for (unsigned g = 0; g < 2; g++) {
    json_t *group = json_pack("{s:I}", "n", (json_int_t)t.n[g]);
    set(group, "mean", t.group[g].mean);
    set(group, "sd", t.group[g].sd);
    json_object_set_new(o, g ? "yes" : "no", group);
  }
  const struct { const char *name; double t, df, p; } form[] = {{"welch", t.welch, t.welch_df, t.welch_p},
                                                                {"pooled", t.pooled, t.pooled_df, t.pooled_p}};
  for (unsigned f = 0; f < 2; f++) {
    json_t *test = json_object();
    set(test, "statistic", form[f].t);
    set(test, "df", form[f].df);
    set(test, "p.value", form[f].p);
    json_object_set_new(o, form[f].name, test);
  }
  return o;
}

static json_t *chi_json(const struct desc_job *job, unsigned i) {
  const struct ask_chi *c = &job->ask->chi[i];
  const int64_t *v = job->all.v + desc_chi_at(job->ask, i);
  struct desc_chi r = desc_chi_of(job, i);
  json_t *o = json_pack("{s:s, s:s}", "rows", job->ask->base.data.strata[c->row].expression, "columns",
                        job->ask->base.data.strata[c->column].expression), *table = json_array();
  for (unsigned j = 0; j < c->n_rows; j++) {
    json_t *row = json_array();
    for (unsigned k = 0; k < c->n_columns; k++) json_array_append_new(row, json_integer(v[j * c->n_columns + k]));
    json_array_append_new(table, row);
  }
  json_object_set_new(o, "table", table);
  set(o, "statistic", r.statistic);
  set(o, "df", r.df);
  set(o, "p.value", r.p);
  return o;
}

static json_t *list(const struct desc_job *job, unsigned n, json_t *(*one)(const struct desc_job *job, unsigned i)) {
  json_t *all = json_array();
  for (unsigned i = 0; i < n; i++) json_array_append_new(all, one(job, i));
  return all;
}

static bool json_of(FILE *out, const struct desc_job *job) {
  const struct ask *a = job->ask;
  json_t *o = json_pack("{s:s, s:s, s:i}", "title", a->base.title, "question", a->base.name, "input_parties",
                        (int)job->joint.roles.n_inputs);
  report_json_delivered(o, job->joint.is_delivered, job->joint.is_shown);
  if (job->joint.is_delivered) {
    json_object_set_new(o, "n", json_integer(job->all.v[0]));
    json_object_set_new(o, "variables", list(job, a->n_variables, variable_json));
    json_object_set_new(o, "t.tests", list(job, a->n_t, t_json));
    json_object_set_new(o, "chi.square", list(job, a->n_chi, chi_json));
  }
  report_json_openings(o, &job->joint, desc_opening, DESC_OPENINGS);
  bool good = json_dumpf(o, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 || ferror(out);
  putc('\n', out);
  json_decref(o);
  return good;
}

bool desc_report(FILE *out, const struct desc_job *job, enum cli_format format) {
  if (format == CLI_TABLE) return table_of(out, job);
  if (format == CLI_JSON) return json_of(out, job);
  return csv_of(out, job), true;
}

/* --- the plan ------------------------------------------------------------------------------ */

void desc_plan(FILE *out, const struct desc_job *job, const smpc_cost *c) {
  fprintf(out, "%s: %s\n%u variables over %u parties with data\n", job->ask->base.title, job->ask->base.name,
          job->ask->n_variables, job->joint.roles.n_inputs);
  print_openings(out, job);
  putc('\n', out);
  report_cost(out, c, "");
  fputs("Nothing was read, sent or opened.\n", out);
}
