/* test_fit_methods.c - the methods of a model-only fit: each against the pooled fit, which one is
 * chosen, its ranges. */
#include "fit_run.h"

static void the_fixed_hessian_agrees(void **state) {
  (void)state;
  static const char *const more[] = {"    method: fixed-hessian\n", "    method: fixed-hessian\n    ridge: 20\n",
                                     "    method: fixed-hessian\n    iterations: 12\n"};
  for (unsigned i = 0; i < 3; i++) {
    struct run r = typical(2 + i, "model-only");
    r.more = more[i];
    fit_and_check(&r, 40 + i, 1e-3, 0.01);
  }
}

/* Gradient descent has no standard errors, and comes near the optimum, by a part of a standard error. */
static void gradient_descent_comes_near(void **state) {
  (void)state;
  static const char *const more[] = {"    method: gradient\n", "    method: gradient\n    ridge: 20\n    batch: 100\n",
                                     "    method: gradient\n    batch: 700\n    rate: 2\n"};
  for (unsigned i = 0; i < 3; i++) {
    struct parties parties = {.n = 3, .dealer = true, .seed = i};
    struct run r = typical(3, "model-only");
    r.more = more[i];
    set_up(&r, &parties, 50 + i, 7);
    parties_run_ok(&parties, body, &r, NULL);
    if (r.job[0].joint.refusal[0] != 0) fail_msg("refused: %s", r.job[0].joint.refusal);
    struct clear c = fit_clear(&r.pooled, r.model->ridge);
    double worst = 0;
    for (unsigned j = 0; j <= r.k; j++) {
      worst = fmax(worst, fabs(r.job[0].fit.beta[j] - c.beta[j]) / c.se[j]);
      assert_true(isnan(r.job[0].fit.se[j]));
    }
    print_message("# within %.3f standard errors\n", worst);
    assert_true(worst < 0.15);
    assert_true(r.job[0].joint.is_delivered && !r.job[0].fit.has_errors && fabs(r.job[0].fit.auc - c.auc) < 0.003);
    tear_down(&r);
  }
}

/* A file sorted by outcome does not make batches of one outcome. */
static void the_order_of_rows_does_not_matter(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 3};
  struct run r = typical(2, "model-only");
  r.more = "    method: gradient\n    batch: 64\n";
  set_up(&r, &parties, 55, 3);
  for (unsigned h = 0; h < 2; h++) {
    struct design *d = &r.own[h];
    for (size_t i = 0, first = 0; i < d->n; i++) {
      if (d->y[i] > 0) continue;
      for (size_t j = 0; j < d->p; j++) {
        double x = d->x[first * d->p + j];
        d->x[first * d->p + j] = d->x[i * d->p + j];
        d->x[i * d->p + j] = x;
      }
      d->y[i] = d->y[first];
      d->y[first++] = 0;
    }
  }
  parties_run_ok(&parties, body, &r, NULL);
  struct clear c = fit_clear(&r.pooled, 0);
  assert_string_equal(r.job[0].joint.refusal, "");
  for (unsigned j = 0; j <= r.k; j++) assert_true(fabs(r.job[0].fit.beta[j] - c.beta[j]) < 0.15 * c.se[j]);
  tear_down(&r);
}

static void make_collinear(double *x, double *y) { (void)y, x[3] = (x[1] + x[2]) / 2; }
static void make_separated(double *x, double *y) { *y = x[1] > 0; }
static void make_constant(double *x, double *y) { (void)y, x[2] = 0.25; }
static void leave(double *x, double *y) { (void)x, (void)y; }

static void every_method_refuses_what_is_unsound(void **state) {
  (void)state;
  static const struct { const char *method; void (*spoil)(double *x, double *y); const char *words;
  } all[] = {{"newton", make_constant, "constant"},
             {"fixed-hessian", make_constant, "constant"},
             {"gradient", make_constant, "constant"},
             {"newton", make_collinear, "collinear"},
             {"fixed-hessian", make_collinear, "collinear"},
             {"newton", make_separated, "separates the outcomes"},
             {"fixed-hessian", make_separated, "separate"},
             {"gradient", make_separated, "may separate"},
             {"newton\n    iterations: 3", leave, "no convergence"},
             {"fixed-hessian\n    iterations: 2", leave, "no convergence"},
             {"gradient\n    iterations: 2", leave, "no convergence"},
             {"newton\n    ridge: 1", make_collinear, ""},
             {"newton\n    ridge: 5", make_separated, ""}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct parties parties = {.n = 2, .dealer = true, .seed = 11};
    struct run r = typical(2, "model-only");
    char more[200];
    snprintf(more, sizeof more, "    method: %s\n", all[i].method);
    r.more = more;
    r.rows = 400;
    r.beta[1] = 2.5; /* so that three steps are too few */
    set_up(&r, &parties, 11, 3);
    for (unsigned h = 0; h < 2; h++)
      for (size_t row = 0; row < r.own[h].n; row++) all[i].spoil(r.own[h].x + row * r.own[h].p, r.own[h].y + row);
    parties_run_ok(&parties, body, &r, NULL);
    assert_int_equal(r.job[0].joint.err, SMPC_OK);
    if (strstr(r.job[0].joint.refusal, all[i].words) == NULL ||
        (all[i].words[0] == 0) != (r.job[0].joint.refusal[0] == 0))
      fail_msg("%s, %s: '%s'", all[i].method, all[i].words, r.job[0].joint.refusal);
    assert_int_equal(r.job[0].joint.is_delivered, all[i].words[0] == 0);
    tear_down(&r);
  }
}

static void the_method_is_chosen_from_source_and_shape(void **state) {
  (void)state;
  struct model m = {.privacy = MODEL_ONLY};
  smpc_config cfg = SMPC_CONFIG_INIT;
  struct fit_job job = {.joint = {.cfg = &cfg}, .model = &m, .fit = {.p = 60}};
  cfg.source = SMPC_DEALER;
  fit_method(&job);
  assert_true(job.method == MODEL_NEWTON && job.steps == 8 && strstr(job.reason, "dealer"));
  cfg.source = SMPC_OT;
  fit_method(&job);
  assert_true(job.method == MODEL_FIXED_HESSIAN && job.steps == 30 && strstr(job.reason, "dear"));
  job.fit.p = 8;
  fit_method(&job);
  assert_true(job.method == MODEL_NEWTON && strstr(job.reason, "few columns"));
  m.method = MODEL_GRADIENT;
  m.steps = 17;
  fit_method(&job);
  assert_true(job.method == MODEL_GRADIENT && job.steps == 17 && job.reason == NULL);
  m = (struct model){.privacy = MODEL_AGGREGATES};
  fit_method(&job);
  assert_true(job.steps == 25 && job.reason == NULL);
}

/* What shared.c says of ranges, checked by the library; and rows and columns where it does not hold. */
static void the_ranges_are_proved(void **state) {
  (void)state;
  static const struct { const char *more; unsigned k, recipients; size_t rows; unsigned frac_bits; bool fits; } all[] = {
      {"", 20, 15, 10000, 20, true}, {"    ridge: 900\n", 3, 1, 1000, 20, true},
      {"    method: fixed-hessian\n    ridge: 9\n", 20, 1, 10000, 20, true},
      {"    method: gradient\n    ridge: 9\n    iterations: 3\n", 20, 1, 10000, 20, true},
      {"", 3, 1, 4000000, 20, false}, {"", 3, 1, 1000, 26, false}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct parties parties = {.n = 4, .dealer = true, .seed = 5, .frac_bits = all[i].frac_bits};
    struct run r = typical(4, "model-only");
    smpc_cost cost;
    r.k = all[i].k;
    r.more = all[i].more;
    set_up(&r, &parties, 5, all[i].recipients);
    r.job[0].joint.estimating = true;
    r.job[0].stand_in = all[i].rows;
    assert_int_equal(smpc_estimate(&r.cfg[0], fit_program, &r.job[0], &cost), SMPC_OK);
    if ((cost.range_warnings == 0) != all[i].fits) fail_msg("%u: %u range warnings", i, cost.range_warnings);
    tear_down(&r);
  }
}

static void too_many_rows_are_refused(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 9, .frac_bits = 27};
  struct run r = typical(2, "model-only");
  set_up(&r, &parties, 9, 3);
  parties_run_ok(&parties, body, &r, NULL);
  assert_non_null(strstr(r.job[0].joint.refusal, "700 rows are too many for 27 fractional bits"));
  assert_true(r.job[0].joint.refusal[0] != 0 && !r.job[0].joint.is_delivered);
  tear_down(&r);
}

TEST_MAIN(T(the_fixed_hessian_agrees), T(gradient_descent_comes_near), T(the_order_of_rows_does_not_matter),
          T(every_method_refuses_what_is_unsound), T(the_method_is_chosen_from_source_and_shape),
          T(the_ranges_are_proved), T(too_many_rows_are_refused))
