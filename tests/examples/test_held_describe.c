/* test_held_describe.c - smpc-describe under reviewers. */
#include <stdio.h>
#include <string.h>

#include "held_run.h"
#include "support/test.h"

static const char QUESTION[] =
    "study: {title: Ages, purpose: ages}\n"
    "questions:\n"
    "  - name: ages\n"
    "    program: describe\n"
    "    recipients: [north]\n"
    "    columns: [{name: age, type: number}]\n"
    "    minimum_cell: 5\n"
    "    variables: [{name: age, range: [0, 128]}]\n"
    "    quantiles: [0.5]\n"
    "    bits: 7\n"
    "    also opens: [{purpose: \"ages: whether the small-count rules hold\", recipients: [north, south, west]}]\n";
static const char DATA[] = "data:\n  columns:\n    - {name: age, type: number}\n";

/* 30 .. 49 at each of three: mean 39.5, median 39. */
static void make_site(const char *lines) {
  char text[2000], rows[2000] = "age\n";
  for (int i = 0; i < 20; i++) sprintf(rows + strlen(rows), "%d\n", 30 + i);
  run_write("north.csv", rows);
  run_write("south.csv", rows);
  run_write("west.csv", rows);
  snprintf(text, sizeof text, "%s%s", QUESTION, lines);
  held_site(text, DATA);
}

static void statistics_wait_and_open_once(void **state) {
  (void)state;
  char id[HELD_ID], see[40];
  make_site("    review: sight\n    reviewers: [west]\n");
  run_expect(held_all("smpc-describe", "--csv"), 8, "");
  held_find(id);
  snprintf(see, sizeof see, "--csv --review %s", id);
  run_expect(held_alone("smpc-describe", "west", see), 0, "mean,age,,39.5");
  run_expect(held_alone("smpc-describe", "west", see), 0, "p50,age,,39\n");
  run_expect(held_alone("smpc-describe", "south", see), 5, "I have not seen");
  held_release_once("smpc-describe", "          39.5"); /* the table */
}

static void rejected_statistics_are_erased(void **state) {
  (void)state;
  make_site("    review: blind\n    reviewers: [west]\n");
  run_expect(held_all("smpc-describe", ""), 8, "");
  run_expect(run("cd site && smpc-study held --config west.yaml study.yaml"), 0, "over 60 rows in all");
  held_reject("smpc-describe");
}

static void noise_is_refused(void **state) {
  (void)state;
  char text[2000];
  make_site("");
  snprintf(text, sizeof text, "%s    epsilon: 1\nprivacy budget: 2\n", QUESTION);
  run_write("noisy.yaml", text);
  run_expect(run("rm -rf noisy; smpc-local -q --names north,south,west --study noisy.yaml --dir noisy -- true; smpc-study check noisy/study.yaml"), 2,
             "noise is for counts of people");
  run_expect(run("cd noisy && smpc-describe --config north.yaml --study study.yaml --data ../north.csv --wait 2"), 2, "noise is for counts of people");
}

int main(void) {
  const struct CMUnitTest tests[] = {T(statistics_wait_and_open_once), T(rejected_statistics_are_erased),
                                     T(noise_is_refused)};
  return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
