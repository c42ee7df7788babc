/* test_held_model.c - smpc-logistic-regression under reviewers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "held_run.h"
#include "support/test.h"

static const char QUESTION[] =
    "study: {title: Ages, purpose: a model}\n"
    "questions:\n"
    "  - name: fit\n"
    "    program: logistic-regression\n"
    "    privacy: %s\n"
    "    recipients: [%s]\n"
    "    columns: [{name: x, type: number}, {name: y, type: number}]\n"
    "    outcome: y\n"
    "    predictors: [{name: x, range: 0}]\n"
    "    minimum_cell: 5\n"
    "    also opens:\n"
    "      - {purpose: \"a model: whether the fit is sound\", recipients: [north, south, west]}\n"
    "      - {purpose: \"a model: rows of each hospital\", recipients: [north, south, west]}\n"
    "      - {purpose: \"a model: whether the small-count rules hold\", recipients: [north, south, west]}\n";
static const char DATA[] = "data:\n  columns:\n    - {name: x, type: number}\n    - {name: y, type: number}\n";

static void make_site(const char *privacy, const char *to, const char *lines) {
  char text[3000], rows[8192] = "x,y\n";
  int n = snprintf(text, sizeof text, QUESTION, privacy, to);
  snprintf(text + n, sizeof text - (size_t)n, "%s", lines);
  for (int i = 0; i < 200; i++) sprintf(rows + strlen(rows), "%d,%d\n", i % 2, i % 3 == 0 || i % 4 == 1);
  run_write("north.csv", rows);
  run_write("south.csv", rows);
  run_write("west.csv", rows);
  held_site(text, DATA);
}

static double after(const char *text, const char *word) {
  const char *at = strstr(text, word);
  assert_non_null(at);
  return strtod(at + strlen(word), NULL);
}

/* Of the 300 rows with x = 0, 102 have the outcome; of those with x = 1, 201: the coefficients are logits. */
static void check(const char *json) {
  double zero = log(102.0 / 198.0), one = log(201.0 / 99.0);
  assert_true(fabs(after(json, "\"estimate\": ") - zero) < 0.01);
  assert_true(fabs(after(strstr(json, "\"term\": \"x\""), "\"estimate\": ") - (one - zero)) < 0.02);
  assert_true(fabs(after(json, "\"std.error\": ") - sqrt(1 / 102.0 + 1 / 198.0)) < 0.01);
  assert_true(after(json, "\"nobs\": ") == 600 && after(json, "\"events\": ") == 303);
  assert_true(fabs(after(json, "\"accuracy\": ") - 399.0 / 600) < 1e-9);
  assert_true(fabs(after(json, "\"logLik\": ") - (102 * log(0.34) + 198 * log(0.66) + 201 * log(0.67) + 99 * log(0.33))) < 0.1);
}

static void a_model_waits_and_opens_once(void **state) {
  (void)state;
  char id[HELD_ID], see[40];
  make_site("model-only", "north", "    review: sight\n    reviewers: [west]\n");
  run_expect(held_all("smpc-logistic-regression", "--json"), 8, "");
  held_find(id);
  snprintf(see, sizeof see, "--json --review %s", id);
  const struct run *r = held_alone("smpc-logistic-regression", "west", see);
  run_expect(r, 0, "\"delivered\": false,\n  \"held\": true");
  check(r->out);
  run_expect(held_alone("smpc-logistic-regression", "south", see), 5, "I have not seen");
  held_release_once("smpc-logistic-regression", "(Intercept)");
}

/* Where all hospitals are recipients they score their own rows: not while it waits, for that needs the model. */
static void a_model_for_all_waits_too(void **state) {
  (void)state;
  char id[HELD_ID], release[40];
  make_site("model-only", "north, south, west", "    review: blind\n    reviewers: [west]\n");
  run_expect(held_all("smpc-logistic-regression", "--json"), 8, "");
  const struct run *r = run("cd site && smpc-study held --config west.yaml study.yaml");
  run_expect(r, 0, "over 600 rows in all");
  snprintf(id, sizeof id, "%.16s", r->out);
  run_expect(run("cd site && smpc-study release --config west.yaml --held %s study.yaml", id), 0, "Send the new file");
  snprintf(release, sizeof release, "--release %s --json", id);
  r = run("cd site; for p in south west; do smpc-logistic-regression -q --config $p.yaml --study study.yaml --wait 20 %s >$p.out 2>$p.err & done; "
          "smpc-dealer -q --config dealer.yaml --study study.yaml --wait 20 --release %s >dealer.out 2>&1 & "
          "smpc-logistic-regression -q --config north.yaml --study study.yaml --wait 20 %s; code=$?; wait; exit $code",
          release, id, release);
  assert_int_equal(r->exit, 0);
  check(r->out);
  check(run_read("site/south.out"));
}

static void what_cannot_wait_is_refused(void **state) {
  (void)state;
  static const struct { const char *privacy, *lines, *says; } bad[] = {
      {"aggregates", "    review: blind\n    reviewers: [west]\n", "the steps tell every party the model"},
      {"model-only", "    epsilon: 1\nprivacy budget: 1\n", "one person may move a coefficient by any amount"}};
  make_site("model-only", "north", "");
  for (unsigned i = 0; i < 2; i++) {
    char text[3000];
    int n = snprintf(text, sizeof text, QUESTION, bad[i].privacy, "north");
    snprintf(text + n, sizeof text - (size_t)n, "%s", bad[i].lines);
    run_write("bad.yaml", text);
    run_expect(run("rm -rf bad; smpc-local -q --names north,south,west --study bad.yaml --dir bad -- true; smpc-study check bad/study.yaml"), 2, bad[i].says);
    run_expect(run("cd bad && smpc-logistic-regression --config north.yaml --study study.yaml --data ../north.csv --wait 2"), 2, bad[i].says);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {T(a_model_waits_and_opens_once), T(a_model_for_all_waits_too),
                                     T(what_cannot_wait_is_refused)};
  return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
