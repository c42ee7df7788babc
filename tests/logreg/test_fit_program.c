/* test_fit_program.c - the joint fit against the pooled one in the clear, on the
 * simulated network: generated data, every opening of a run, a hospital that dies. */
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

/* --- generated data: normal columns with correlation 1/2 to the one before, and a
 * logistic outcome; SplitMix64 from the seed ----------------------------------------- */

static double uniform(uint64_t *state) { return (double)(test_random(state) >> 11) * 0x1p-53; }

static double normal(uint64_t *state) {
  double sum = -6;
  for (int i = 0; i < 12; i++) sum += uniform(state);
  return sum;
}

static void make_question(struct run *r) {
  char text[4096], message[300];
  FILE *f = fmemopen(text, sizeof text, "w");
  fprintf(f,
          "study: {title: t, purpose: p}\nquestions:\n  - name: q\n    program: logistic-regression\n"
          "    privacy: %s\n    recipients: [x]\n    minimum_cell: 3\n    columns: [{name: y, type: number}]\n"
          "    outcome: y\n%s    predictors:\n",
          r->privacy, r->more);
  for (unsigned j = 1; j <= r->k; j++) fprintf(f, "      - {name: x%u, expression: y, range: 3}\n", j);
  fclose(f);
  if (!model_parse(&r->model, "q", text, strlen(text), message, sizeof message)) fail_msg("%s", message);
}

static void make_rows(struct run *r, uint64_t seed) {
  char message[300];
  size_t cols = r->k + 1;
  struct data_rows rows[SITES + 1] = {{0}};
  for (unsigned i = 0; i <= r->sites; i++)
    rows[i] = (struct data_rows){.cols = cols, .v = calloc(r->rows * cols, sizeof(double))};
  for (size_t i = 0; i < r->rows; i++) {
    double v[MAX_P + 1], eta = r->beta[0];
    for (unsigned j = 1; j <= r->k; j++) {
      v[j] = normal(&seed) * (j > 1 ? sqrt(0.75) : 1) + (j > 1 ? v[j - 1] / 2 : 0);
      eta += r->beta[j] * v[j];
    }
    v[0] = uniform(&seed) < 1 / (1 + exp(-eta));
    unsigned site = (unsigned)(test_random(&seed) % (r->sites + 1)) % r->sites; /* unequal */
    memcpy(rows[site].v + rows[site].n++ * cols, v, cols * sizeof *v);
    memcpy(rows[r->sites].v + rows[r->sites].n++ * cols, v, cols * sizeof *v);
  }
  for (unsigned i = 0; i <= r->sites; i++) {
    struct design *d = i < r->sites ? &r->own[i] : &r->pooled;
    if (!design_make(d, &rows[i], r->model, i % r->sites, r->sites, message, sizeof message)) fail_msg("%s", message);
    free(rows[i].v);
  }
}

static void set_up(struct run *r, const struct parties *parties, uint64_t seed, uint64_t recipients) {
  uint8_t secret[32];
  make_question(r);
  make_rows(r, seed);
  for (unsigned i = 0; i < r->sites; i++) {
    uint64_t all = (UINT64_C(1) << r->sites) - 1;
    parties_config(&r->cfg[i], secret, parties, i);
    r->job[i] = (struct fit_job){.model = r->model, .cfg = &r->cfg[i], .roles = {{recipients}, {all}, r->sites},
                                 .everybody = {all}, .mine = &r->own[i]};
    r->job[i].fit = (struct fit){.p = r->k + 1, .beta = r->result[i], .se = r->result[i] + MAX_P, .log_likelihood = NAN};
  }
}

static void tear_down(struct run *r) {
  for (unsigned i = 0; i < r->sites; i++) design_free(&r->own[i]);
  design_free(&r->pooled);
  model_free(r->model);
}

struct witness { struct run *r; unsigned me; };
static bool note(const smpc_event *e, void *user) {
  struct witness *w = user;
  if (e->kind != SMPC_EVENT_OPENING || w->r->n_listed[w->me] == MAX_OPENINGS) return true;
  struct listed *l = &w->r->listed[w->me][w->r->n_listed[w->me]++];
  snprintf(l->purpose, sizeof l->purpose, "%s", e->text);
  l->to = e->to;
  l->shape = e->shape;
  return true;
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *r = ctx;
  struct witness w = {r, me};
  s->watch = note;
  s->watch_user = &w;
  fit_program(s, &r->job[me]);
  s->watch = NULL;
}

/* --- the pooled fit in the clear ------------------------------------------------------- */

struct clear { double beta[MAX_P], se[MAX_P], log_likelihood, auc; };

static double pairs_in_order(const struct design *d, const double *beta) {
  double won = 0, pairs = 0;
  for (size_t i = 0; i < d->n; i++)
    for (size_t j = 0; d->y[i] > 0 && j < d->n; j++) {
      if (d->y[j] > 0) continue;
      double a = design_score(d, i, beta), b = design_score(d, j, beta);
      won += a > b ? 1 : a == b ? 0.5 : 0;
      pairs++;
    }
  return won / pairs;
}

static double variance(const struct design *d, size_t j) {
  double sum = 0, squares = 0, n = (double)d->n;
  for (size_t i = 0; i < d->n; i++) {
    double x = d->x[i * d->p + j];
    sum += x;
    squares += x * x;
  }
  return squares / n - sum / n * (sum / n);
}

static struct clear fit_clear(const struct design *d, double ridge) {
  struct clear c = {0};
  double g[MAX_P], h[MAX_P * MAX_P], inverse[MAX_P * MAX_P];
  struct sums sums = {g, h, 0};
  for (int i = 0; i < 20; i++) {
    design_sums(d, c.beta, &sums);
    for (size_t j = 1; j < d->p; j++) {
      g[j] -= ridge * variance(d, j) * c.beta[j];
      h[j * (d->p + 1)] += ridge * variance(d, j);
    }
    assert_int_equal(cholesky(h, d->p), d->p);
    cholesky_solve(h, g, d->p);
    for (size_t j = 0; j < d->p; j++) c.beta[j] += g[j];
  }
  cholesky_inverse(h, inverse, d->p);
  c.auc = pairs_in_order(d, c.beta);
  c.log_likelihood = sums.log_likelihood;
  for (size_t j = 0; j < d->p; j++) {
    c.se[j] = ldexp(sqrt(inverse[j * (d->p + 1)]), j > 0 ? -3 : 0);
    c.beta[j] = ldexp(c.beta[j], j > 0 ? -3 : 0);
  }
  return c;
}

static void check(const struct run *r, unsigned party, double of_beta, double of_se) {
  struct clear c = fit_clear(&r->pooled, r->model->ridge);
  const struct fit *f = &r->job[party].fit;
  if (r->job[party].refusal[0]) fail_msg("refused: %s", r->job[party].refusal);
  assert_true(r->job[party].has_fit);
  for (unsigned j = 0; j <= r->k; j++) { /* the columns have variance 1 */
    if (!(fabs(f->beta[j] - c.beta[j]) <= of_beta)) fail_msg("%u: %.9g instead of %.9g", j, f->beta[j], c.beta[j]);
    if (!(fabs(f->se[j] / c.se[j] - 1) <= of_se)) fail_msg("%u: error %.9g instead of %.9g", j, f->se[j], c.se[j]);
    assert_int_equal(normal_tail(f->beta[j] / f->se[j]) < 0.05, normal_tail(c.beta[j] / c.se[j]) < 0.05);
  }
  assert_int_equal(f->n, r->rows);
  assert_true(fabs(f->auc - c.auc) < 0.002 && fabs(f->auc - c.auc) <= f->auc_error + 1e-4);
  assert_true(fabs(f->log_likelihood / c.log_likelihood - 1) < 1e-5);
}

static struct run typical(unsigned sites, const char *privacy) {
  return (struct run){.sites = sites, .k = 3, .rows = 700, .beta = {-0.4, 0.9, -0.6, 0.05}, .privacy = privacy,
                      .more = "    site_level: accepted\n"};
}

static void fit_and_check(struct run *r, uint64_t seed, double of_beta, double of_se) {
  struct parties parties = {.n = r->sites, .dealer = true, .seed = seed};
  set_up(r, &parties, seed, (UINT64_C(1) << r->sites) - 1);
  parties_run_ok(&parties, body, r, NULL);
  for (unsigned i = 0; i < r->sites; i++) assert_int_equal(r->job[i].err, SMPC_OK);
  check(r, 0, of_beta, of_se);
  check(r, r->sites - 1, of_beta, of_se);
  tear_down(r);
}

static void ten_generated_sets_model_only(void **state) {
  (void)state;
  static const unsigned sites[10] = {2, 2, 2, 2, 4, 4, 4, 8, 8, 8};
  for (unsigned i = 0; i < 10; i++) {
    struct run r = typical(sites[i], "model-only");
    r.beta[0] = -1.2 + 0.25 * i;
    r.beta[2] = -1 + 0.2 * i;
    fit_and_check(&r, 100 + i, 1e-3, 0.01);
  }
}

static void aggregates_are_exact(void **state) {
  (void)state;
  for (unsigned sites = 2; sites <= 5; sites++) {
    struct run r = typical(sites, "aggregates");
    fit_and_check(&r, sites, 1e-10, 1e-8);
  }
}

static void a_ridge_pulls_as_it_does_in_the_clear(void **state) {
  (void)state;
  static const char *const more[] = {"    site_level: accepted\n    ridge: 0.5\n", "    site_level: accepted\n    ridge: 150\n"};
  for (unsigned i = 0; i < 4; i++) {
    struct run r = typical(2 + i, i % 2 ? "model-only" : "aggregates");
    r.more = more[i / 2];
    fit_and_check(&r, 20 + i, i % 2 ? 1e-3 : 1e-10, i % 2 ? 0.01 : 1e-8);
  }
}

static void too_large_a_ridge_is_refused(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 9};
  struct run r = typical(2, "model-only");
  r.more = "    ridge: 701\n";
  set_up(&r, &parties, 9, 3);
  parties_run_ok(&parties, body, &r, NULL);
  assert_non_null(strstr(r.job[0].refusal, "`ridge` is above the number of rows, 700"));
  assert_false(r.job[0].has_fit);
  tear_down(&r);
}

/* Four of six hospitals delegate the computing to two. */
static void some_hospitals_only_give_rows(void **state) {
  (void)state;
  static const unsigned roles[6] = {SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT, SMPC_INPUT | SMPC_RESULT};
  for (unsigned i = 0; i < 2; i++) {
    struct run r = typical(6, i == 0 ? "model-only" : "aggregates");
    struct parties parties = {.n = 6, .dealer = true, .seed = 3, .roles = roles};
    set_up(&r, &parties, 3, 9);
    parties_run_ok(&parties, body, &r, NULL);
    check(&r, 0, 1e-3, 0.01);
    check(&r, 3, 1e-3, 0.01);
    assert_false(r.job[1].has_fit);
    tear_down(&r);
  }
}

/* --- openings ------------------------------------------------------------------------------ */

static void expect(const struct run *r, unsigned at, const char *purpose, uint64_t to, size_t rows, size_t cols) {
  for (unsigned i = 0; i < r->sites; i++) {
    const struct listed *l = &r->listed[i][at];
    assert_true(at < r->n_listed[i]);
    assert_string_equal(l->purpose, purpose);
    assert_int_equal(l->to.bits, to);
    assert_int_equal(l->shape.rows, rows);
    assert_int_equal(l->shape.cols, cols);
  }
}

static void model_only_opens_this_and_nothing_else(void **state) {
  (void)state;
  struct parties parties = {.n = 3, .dealer = true, .seed = 7};
  struct run r = typical(3, "model-only");
  set_up(&r, &parties, 7, 2);
  parties_run_ok(&parties, body, &r, NULL);
  expect(&r, 0, "p: whether the small-count rules hold", 7, 3, 1);
  expect(&r, 1, "p: rows of each hospital", 7, 1, 3);
  expect(&r, 2, "p: whether the fit is sound", 7, 3, 1);
  expect(&r, 3, "p", 2, 1, 1); /* events */
  expect(&r, 4, "p", 2, 3, 1); /* right at 0.5, Mann-Whitney, ties */
  expect(&r, 5, "p", 2, 1, 1); /* log-likelihood */
  expect(&r, 6, "p", 2, 8, 1); /* coefficients, variances */
  assert_int_equal(r.n_listed[0], 7);
  check(&r, 1, 1e-3, 0.01);
  assert_true(r.job[1].has_fit && !r.job[0].has_fit && !r.job[2].has_fit);
  for (unsigned j = 0; j < 4; j++) assert_true(r.result[0][j] == 0 && r.result[2][j] == 0);
  tear_down(&r);
}

static void aggregates_open_this_and_nothing_else(void **state) {
  (void)state;
  struct parties parties = {.n = 3, .dealer = true, .seed = 8};
  struct run r = typical(3, "aggregates");
  set_up(&r, &parties, 8, 4);
  parties_run_ok(&parties, body, &r, NULL);
  unsigned n = r.n_listed[0];
  expect(&r, 0, "p: whether the small-count rules hold", 7, 3, 1);
  expect(&r, 1, "p: sums of every step", 7, 1, 2);
  for (unsigned i = 2; i + 1 < n; i++) expect(&r, i, "p: sums of every step", 7, 1, 4 + 10 + 1);
  expect(&r, n - 1, "p", 4, 4, 1);
  assert_true(n >= 7 && n <= 12);
  tear_down(&r);
}

static void nothing_opens_when_a_rule_fails(void **state) {
  (void)state;
  for (unsigned i = 0; i < 2; i++) {
    struct parties parties = {.n = 2, .dealer = true, .seed = 9};
    struct run r = typical(2, i == 0 ? "model-only" : "aggregates");
    r.more = "    site_level: accepted\n    minimum_events: 200\n";
    set_up(&r, &parties, 9, 3);
    parties_run_ok(&parties, body, &r, NULL);
    assert_int_equal(r.n_listed[0], 1);
    assert_non_null(strstr(r.job[0].refusal, "too few events"));
    assert_string_equal(r.job[0].refusal, r.job[1].refusal);
    assert_false(r.job[0].has_fit);
    tear_down(&r);
  }
}

/* What a hospital's rows are made into, row by row. */
static void make_constant(double *x, double *y) { (void)y, x[2] = 0.25; }
static void make_collinear(double *x, double *y) { (void)y, x[3] = (x[1] + x[2]) / 2; }
static void make_separated(double *x, double *y) { *y = x[1] > 0; }

static void unsound_fits_are_refused(void **state) {
  (void)state;
  static const struct { void (*spoil)(double *x, double *y); const char *words; } all[] = {
      {make_constant, "constant"}, {make_collinear, "collinear"}, {make_separated, "may separate the outcomes"}};
  for (unsigned i = 0; i < 3; i++) {
    struct parties parties = {.n = 2, .dealer = true, .seed = 11};
    struct run r = typical(2, "model-only");
    set_up(&r, &parties, 11, 3);
    for (unsigned h = 0; h < 2; h++)
      for (size_t row = 0; row < r.own[h].n; row++) all[i].spoil(r.own[h].x + row * r.own[h].p, r.own[h].y + row);
    parties_run_ok(&parties, body, &r, NULL);
    assert_int_equal(r.job[0].err, SMPC_OK);
    if (strstr(r.job[0].refusal, all[i].words) == NULL) fail_msg("%u: '%s'", i, r.job[0].refusal);
    assert_string_equal(r.job[0].refusal, r.job[1].refusal);
    assert_false(r.job[0].has_fit || r.job[1].has_fit);
    assert_int_equal(r.n_listed[0], 3); /* rules, rows, whether sound: no model */
    tear_down(&r);
  }
}

/* --- estimates, failures --------------------------------------------------------------------- */

static void the_estimate_counts_the_rounds(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 5};
  struct parties_result result;
  struct run r = typical(2, "model-only");
  smpc_cost cost;
  r.more = "    iterations: 5\n";
  set_up(&r, &parties, 5, 1);
  struct fit_job dry = r.job[0];
  dry.estimating = true;
  assert_int_equal(smpc_estimate(&r.cfg[0], fit_program, &dry, &cost), SMPC_OK);
  parties_run_ok(&parties, body, &r, &result);
  assert_int_equal(cost.rounds, result.spent[0].rounds);
  assert_true(cost.bytes > result.spent[0].bytes); /* of 1000 rows a hospital */
  tear_down(&r);
}

/* The network's time alone: 20 ms there and back, 100 Mbit/s. */
static void twenty_columns_over_a_country_take_less_than_a_minute(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 4, .rtt_ms = 20, .mbit_per_s = 100, .timeout_ms = 60000};
  struct parties_result result;
  struct run r = typical(2, "model-only");
  r.k = 20;
  r.rows = 1000;
  r.more = "    minimum_events: 5\n";
  set_up(&r, &parties, 4, 3);
  parties_run_ok(&parties, body, &r, &result);
  check(&r, 0, 1e-3, 0.01);
  print_message("# %.1f s, %llu rounds\n", (double)result.us * 1e-6, (unsigned long long)result.spent[0].rounds);
  assert_true(result.us < 60000000);
  tear_down(&r);
}

/* Hospital 1 dies at send k, for k all over the run: nobody gets a model, everybody an error. */
static void a_hospital_dies(void **state) {
  (void)state;
  for (unsigned kind = 0; kind < 2; kind++) {
    uint64_t last = 0, first = 0;
    for (uint64_t i = 0; i <= 16; i++) {
      uint64_t at = first + i * (last - first) / 18 + 1;
      struct smpi_sim_fault fault = {SMPI_SIM_CRASH, SMPI_SIM_AT_SEND, 1, 0, at, 0};
      struct parties parties = {.n = 3, .dealer = true, .seed = 6, .fault = &fault, .n_faults = i > 0};
      struct parties_result result;
      struct run r = typical(3, kind == 0 ? "model-only" : "aggregates");
      r.rows = 240;
      r.more = kind == 0 ? "    iterations: 6\n    minimum_events: 5\n"
                         : "    site_level: accepted\n    minimum_events: 5\n";
      set_up(&r, &parties, 6, 7);
      parties_run(&parties, body, &r, &result);
      if (i == 0) {
        assert_true(r.job[0].has_fit);
        first = result.sends_open[1];
        last = result.sends[1];
      } else
        for (unsigned p = 0; p < 3; p += 2) {
          assert_int_not_equal(result.close[p], SMPC_OK);
          assert_false(r.job[p].has_fit);
        }
      tear_down(&r);
    }
  }
}

TEST_MAIN(T(ten_generated_sets_model_only), T(aggregates_are_exact), T(a_ridge_pulls_as_it_does_in_the_clear),
          T(too_large_a_ridge_is_refused), T(some_hospitals_only_give_rows), T(model_only_opens_this_and_nothing_else),
          T(aggregates_open_this_and_nothing_else), T(nothing_opens_when_a_rule_fails), T(unsound_fits_are_refused),
          T(the_estimate_counts_the_rounds),
          T(twenty_columns_over_a_country_take_less_than_a_minute), T(a_hospital_dies))
