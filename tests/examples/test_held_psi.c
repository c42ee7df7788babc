/* test_held_psi.c - smpc-psi under reviewers: counts and sums wait, and what never is in shares is refused; and its
 * counts with noise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "held_run.h"
#include "support/test.h"

/* 1 .. 60 at north, 21 .. 80 at south, 11 .. 70 at west: 40 at all, 80 in all. */
static void write_sets(void) {
  static const struct { const char *file; int first; } set[] = {{"north.csv", 1}, {"south.csv", 21}, {"west.csv", 11}};
  for (unsigned s = 0; s < 3; s++) {
    char rows[4096] = "id,cost\n";
    for (int i = 0; i < 60; i++) sprintf(rows + strlen(rows), "%d,%d.5\n", set[s].first + i, i);
    run_write(set[s].file, rows);
  }
}

static const char *question(const char *lines) {
  static char text[1000];
  char version[16];
  held_unicode(version);
  snprintf(text, sizeof text,
           "study: {title: Overlap, purpose: how many we share}\nquestions:\n  - name: overlap\n    program: psi\n"
           "    recipients: [north]\n    key: [{column: id}]\n    unicode: \"%s\"\n%s",
           version, lines);
  return text;
}

static void a_count_waits_and_opens_once(void **state) {
  (void)state;
  write_sets();
  held_site(question("    result: count\n    minimum: 10\n    review: blind\n    reviewers: [west]\n"), "");
  run_expect(held_all("smpc-psi", ""), 8, "");
  run_expect(run("cd site && smpc-study held --config west.yaml study.yaml"), 0, "over 180 rows in all");
  held_release_once("smpc-psi", "keys in all          40");
}

/* A sum is fixed point: what waits is its whole number of 2^-20. */
static void a_sum_is_seen_by_its_reviewer(void **state) {
  (void)state;
  char id[HELD_ID], see[40];
  write_sets();
  held_site(question("    result: sum\n    column: cost\n    of: north\n    minimum: 10\n    review: sight\n    reviewers: [west]\n"), "");
  run_expect(held_all("smpc-psi", ""), 8, "");
  held_find(id);
  snprintf(see, sizeof see, "--review %s", id);
  run_expect(held_alone("smpc-psi", "west", see), 0, "sum of cost          1600"); /* 20.5 + .. + 59.5 */
  run_expect(held_alone("smpc-psi", "south", see), 5, "I have not seen");
  held_release_once("smpc-psi", "sum of cost          1600");
}

static void a_rejected_number_of_keys_is_erased(void **state) {
  (void)state;
  write_sets();
  held_site(question("    result: distinct\n    minimum: 500\n    review: sight\n    reviewers: [west]\n"), "");
  run_expect(held_all("smpc-psi", "--json"), 8, "");
  held_reject("smpc-psi");
}

/* What arises at a recipient cannot be held: said before anything is signed, and by every party's program. */
static void what_is_never_in_shares_is_refused(void **state) {
  (void)state;
  static const struct { const char *lines, *says; } bad[] = {
      {"    result: reveal\n    review: sight\n    reviewers: [west]\n", "which keys match arises at the recipient alone"},
      {"    result: reveal\n    minimum: 5\n    review: blind\n    reviewers: [west]\n", "which keys match arises at the recipient alone"},
      {"    result: count\n    between: [north, south]\n    protocol: ecdh\n    review: blind\n    reviewers: [west]\n", "the count arises at the recipient"},
      {"    result: count\n    between: [north, south]\n    protocol: ecdh\n    epsilon: 1\nprivacy budget: 1\n", "noise is added in shares"},
      {"    result: sum\n    column: cost\n    of: north\n    epsilon: 1\nprivacy budget: 1\n", "change a sum by any amount"},
      {"    result: reveal\n    epsilon: 1\nprivacy budget: 1\n", "no noise hides which keys match"}};
  write_sets();
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
    run_write("bad.yaml", question(bad[i].lines));
    run_expect(run("rm -rf site; smpc-local -q --names north,south,west --study bad.yaml --dir site -- "
                   "smpc-psi --config {config} --study {study} --data {name}.csv"), 2, bad[i].says);
    run_expect(run("smpc-study check site/study.yaml"), 2, bad[i].says);
  }
}

static long number_after(const char *text, const char *word) {
  const char *at = strstr(text, word);
  assert_non_null(at);
  return strtol(at + strlen(word), NULL, 10);
}

/* Once; its recipient keeps the release, the budget is spent. */
static void a_count_with_noise_has_one_answer(void **state) {
  (void)state;
  static const char *const kinds[] = {"count", "distinct"}, *const words[] = {"keys in both ", "different keys       "};
  write_sets();
  for (unsigned k = 0; k < 2; k++) {
    char lines[200], first[4096];
    snprintf(lines, sizeof lines,
             "    result: %s\n    between: [north, south]\n    minimum: 10\n    epsilon: 0.5\nprivacy budget: 0.5\n",
             kinds[k]);
    held_site(question(lines), "");
    const struct run *r = held_all("smpc-psi", "");
    assert_int_equal(r->exit, 0);
    snprintf(first, sizeof first, "%.4000s", strstr(r->out, words[k]) != NULL ? strstr(r->out, words[k]) : "");
    long got = number_after(first, words[k]), truth = k == 0 ? 40 : 80;
    assert_true(labs(got - truth) < 30); /* beyond with probability 2 e^-15 */
    run_expect(held_alone("smpc-psi", "north", "-q"), 0, first);
    run_expect(held_alone("smpc-psi", "north", ""), 0, "the count has noise, epsilon 0.5: 95 of 100 are within 6");
    assert_int_equal(run("rm site/north.journal.*.release")->exit, 0);
    run_expect(held_all("smpc-psi", ""), 5, "is answered once");
    run_expect(run("smpc-journal verify --study site/study.yaml site/*.journal"), 0, ": no fault");
  }
  run_write("alone.yaml", question("    result: count\n    epsilon: 1\n"));
  run_expect(run("cd site && smpc-psi --config north.yaml --question ../alone.yaml --data ../north.csv"), 2,
             "needs a signed study");
}

int main(void) {
  const struct CMUnitTest tests[] = {T(a_count_waits_and_opens_once), T(a_sum_is_seen_by_its_reviewer),
                                     T(a_rejected_number_of_keys_is_erased), T(what_is_never_in_shares_is_refused),
                                     T(a_count_with_noise_has_one_answer)};
  return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
