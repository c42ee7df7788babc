/* test_model.c - the question of a regression: what is taken, what is refused; and
 * the algebra and sums of one hospital. */
#include "examples/logistic-regression/local.h"
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char good[] = "study: {title: Smoking, purpose: a pilot}\n"
                           "questions:\n"
                           "  - name: q\n"
                           "    program: logistic-regression\n"
                           "    privacy: aggregates\n"
                           "    recipients: [a, b]\n"
                           "    columns: [{name: age, type: number}, {name: sick, type: number}]\n"
                           "    outcome: sick > 0\n"
                           "    predictors:\n"
                           "      - {name: age, range: 7}\n"
                           "      - {name: decades, expression: age / 10}\n"
                           "    minimum_cell: 5\n";

static struct model *parse(const char *from, const char *to, char *message, size_t len) {
  char text[4096];
  const char *at = strstr(good, from);
  struct model *m = NULL;
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
  message[0] = '\0';
  if (!model_parse(&m, "q.yaml", text, strlen(text), message, len)) assert_null(m);
  return m;
}

static void a_good_question(void **state) {
  (void)state;
  char message[512];
  struct model *m = parse("", "", message, sizeof message);
  assert_string_equal(message, "");
  assert_int_equal(m->n_predictors, 2);
  assert_int_equal(m->base.data.n_strata, 3);
  assert_string_equal(m->base.data.strata[0].expression, "sick > 0");
  assert_string_equal(model_predictor(m, 1), "decades");
  assert_int_equal(m->range[0], 7);
  assert_int_equal(m->range[1], 10);
  assert_int_equal(m->steps, 0);
  assert_int_equal(m->minimum_events, 10);
  assert_false(m->site_level || m->site_indicators);
  model_free(m);
  m = parse("aggregates", "model-only", message, sizeof message);
  assert_int_equal(m->method, MODEL_ANY);
  model_free(m);
}

static void refusals_name_the_key(void **state) {
  (void)state;
  static const char *const bad[][3] = {
      {"privacy: aggregates", "privacy: none", "privacy"}, {"range: 7", "range: 31", "range"},
      {"range: 7", "range: seven", "range"}, {"name: decades", "name: age", "twice"},
      {"minimum_cell: 5", "minimum_cell: 0", "minimum_cell"}, {"minimum_cell: 5", "minimum_cell: 5\n    ridge: much", "ridge"},
      {"minimum_cell: 5", "minimum_cell: 5\n    iterations: 1001", "iterations"},
      {"minimum_cell: 5", "minimum_cell: 5\n    split: columns", "outcome_party"},
      {"minimum_cell: 5", "minimum_cell: 5\n    outcome_party: a", "at once cannot be fitted"},
      {"{name: age, range: 7}", "{name: age, range: 7, party: a}", "at once cannot be fitted"},
      {"minimum_cell: 5", "minimum_cell: 5\n    match: order", "match"},
      {"minimum_cell: 5", "minimum_cell: 5\n    site_indicators: yes", "site_level"},
      {"minimum_cell: 5", "minimum_cell: 5\n    minimum_events: 0", "minimum_events"},
      {"minimum_cell: 5", "minimum_cell: 5\n    strange: 0", "strange"},
      {"    outcome: sick > 0\n", "", "outcome"},
      {"minimum_cell: 5", "minimum_cell: 5\n    ridge: -1", "ridge"},
      {"minimum_cell: 5", "minimum_cell: 5\n    ridge: nan", "ridge"},
      {"minimum_cell: 5", "minimum_cell: 5\n    method: gradient", "method"},
      {"privacy: aggregates", "privacy: model-only\n    method: bfgs", "method"},
      {"privacy: aggregates", "privacy: model-only\n    batch: 64", "batch"},
      {"privacy: aggregates", "privacy: model-only\n    method: gradient\n    rate: 5", "rate"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char message[512];
    struct model *m = parse(bad[i][0], bad[i][1], message, sizeof message);
    if (m != NULL || strstr(message, bad[i][2]) == NULL)
      fail_msg("\"%s\": %s, '%s'", bad[i][1], m ? "taken" : "refused", message);
  }
}

static const char split[] = "study: {title: Smoking, purpose: a pilot}\n"
                            "questions:\n"
                            "  - name: q\n"
                            "    program: logistic-regression\n"
                            "    privacy: model-only\n"
                            "    recipients: [a, b]\n"
                            "    columns: [{name: age, type: number}, {name: sick, type: number}]\n"
                            "    outcome: sick > 0\n"
                            "    split: columns\n"
                            "    match: key\n"
                            "    key: [{column: id}, {column: born, form: date}]\n"
                            "    unicode: %s\n"
                            "    outcome_party: a\n"
                            "    predictors:\n"
                            "      - {name: age, range: 7, party: b}\n"
                            "    minimum_cell: 5\n";

static void columns_say_whose_they_are(void **state) {
  (void)state;
  static const char *const bad[][3] = {
      {"", "", ""},
      {"    outcome_party: a\n", "", "mix of both splits"},
      {", party: b", "", "mix of both splits"},
      {"model-only", "aggregates", "only `model-only`"},
      {"    match: key\n", "", "`match`"},
      {"match: key", "match: order", "`key`"},
      {"    unicode: ", "    unicode: 1", "unicode"},
      {"outcome: sick", "condition: age > 3\n    outcome: sick", "condition"},
      {"minimum_cell: 5", "minimum_cell: 5\n    site_indicators: yes", "site_indicators"},
      {"form: date", "form: date, case: ignored", "`case`"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[4096], whole[4096], message[512] = "";
    struct model *m = NULL;
    snprintf(whole, sizeof whole, split, psi_unicode());
    const char *at = strstr(whole, bad[i][0]);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, bad[i][1], at + strlen(bad[i][0]));
    bool taken = model_parse(&m, "q", text, strlen(text), message, sizeof message);
    if (taken != (i == 0) || strstr(message, bad[i][2]) == NULL)
      fail_msg("%zu: %s, '%s'", i, taken ? "taken" : "refused", message);
    if (taken)
      assert_true(m->split == MODEL_COLUMNS && m->match == MODEL_BY_KEY && m->n_key == 2 &&
                  strcmp(m->party[1], "b") == 0);
    model_free(m);
  }
}

static void ranges_are_checked_by_the_hospital(void **state) {
  (void)state;
  char message[512];
  struct model *m = parse("", "", message, sizeof message);
  double v[] = {1, 128, 12.8, 0, 128.5, 1};
  struct data_rows rows = {1, 3, 0, v};
  struct design d;
  assert_true(design_make(&d, &rows, m, 0, 2, message, sizeof message));
  assert_true(d.x[0] == 1 && d.x[1] == 1 && d.x[2] == 0.0125 && d.y[0] == 1);
  design_free(&d);
  rows.n = 2;
  assert_false(design_make(&d, &rows, m, 0, 2, message, sizeof message));
  assert_non_null(strstr(message, "'age'"));
  v[0] = 0.5;
  assert_false(design_make(&d, &rows, m, 0, 2, message, sizeof message));
  assert_non_null(strstr(message, "outcome"));
  model_free(m);
}

static void algebra(void **state) {
  (void)state;
  double a[9] = {4, 2, 1, 2, 3, 0.5, 1, 0.5, 2}, l[9], b[3] = {1, 2, 3}, inverse[9];
  memcpy(l, a, sizeof a);
  assert_int_equal(cholesky(l, 3), 3);
  cholesky_solve(l, b, 3);
  cholesky_inverse(l, inverse, 3);
  for (int i = 0; i < 3; i++) {
    double sum = 0;
    for (int j = 0; j < 3; j++) sum += a[3 * i + j] * b[j];
    assert_true(fabs(sum - (i + 1)) < 1e-12);
    for (int k = 0; k < 3; k++) {
      double unit = 0;
      for (int j = 0; j < 3; j++) unit += a[3 * i + j] * inverse[3 * j + k];
      assert_true(fabs(unit - (i == k)) < 1e-12);
    }
  }
  double dependent[9] = {1, 2, 3, 2, 4, 6, 3, 6, 10};
  assert_int_equal(cholesky(dependent, 3), 1);
  assert_true(fabs(normal_tail(1.959963984540054) - 0.05) < 1e-12 && normal_tail(-8) < 1.3e-15);
}

/* Gradient and Hessian against differences of the likelihood and the gradient. */
static void sums_are_derivatives(void **state) {
  (void)state;
  double x[] = {1, 0.5, 1, -0.25, 1, 1, 1, -1}, y[] = {1, 0, 0, 1}, beta[2] = {0.3, -0.7}, g[2], h[4], g2[2], h2[4];
  struct design d = {4, 2, x, y};
  struct sums at = {g, h, 0}, near = {g2, h2, 0};
  const double step = 1e-6;
  design_sums(&d, beta, &at);
  for (int j = 0; j < 2; j++) {
    double moved[2] = {beta[0] + (j == 0 ? step : 0), beta[1] + (j == 1 ? step : 0)};
    design_sums(&d, moved, &near);
    assert_true(fabs((near.log_likelihood - at.log_likelihood) / step - g[j]) < 1e-5);
    for (int k = 0; k < 2; k++) assert_true(fabs((g[k] - g2[k]) / step - h[2 * k + j]) < 1e-5);
  }
}

TEST_MAIN(T(a_good_question), T(refusals_name_the_key), T(columns_say_whose_they_are),
          T(ranges_are_checked_by_the_hospital), T(algebra), T(sums_are_derivatives))
