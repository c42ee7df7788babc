/* test_governance.c - smpc-study and smpc-journal as a user runs them, from a draft to
 * an audit; and what the programs refuse. */
#include "run.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const char QUESTION[] = "study: {title: Ages, purpose: sizes of groups}\n"
                               "questions:\n"
                               "  - name: by-sex\n"
                               "    program: cohort-count\n"
                               "    recipients: [north]\n"
                               "    columns: [{name: age, type: number}, {name: sex, type: text}]\n"
                               "    condition: age >= 40\n"
                               "    strata: [{name: sex, expression: sex, cells: [f, m]}]\n"
                               "    minimum_cell: 5\n"
                               "    zeros: shown\n"
                               "    limits: {runs: 2}\n";

/* Three parties who have signed, with their data and journals, in site/; the question with these lines more. */
static void make_site_with(const char *lines) {
  char question[2000];
  char rows[4096] = "age,sex\n";
  for (int i = 0; i < 60; i++) sprintf(rows + strlen(rows), "%d,%s\n", 30 + i, i % 2 ? "f" : "m");
  run_write("rows.csv", rows);
  snprintf(question, sizeof question, "%s%s", QUESTION, lines);
  run_write("question.yaml", question);
  run_write("more.yaml", "data:\n  columns:\n    - {name: age, type: number}\n");
  assert_int_equal(run("rm -rf site")->exit, 0);
  run_expect(run("smpc-local -q --names north,south,west --dealer --grace 0 --study question.yaml --dir site "
                 "--party-yaml more.yaml -- true"), 0, "");
}

static void make_site(void) { make_site_with(""); }

/* Everybody runs the study's question; the exit code and the output of north.  A dealer for parties who refuse would
 * wait for them in vain. */
static const struct run *run_all(const char *more) {
  return run("cd site; for p in south west; do smpc-cohort-count -q --config $p.yaml --study study.yaml --data ../rows.csv "
             "--wait 20 %s >$p.out 2>$p.err & done; smpc-dealer -q --config dealer.yaml --study study.yaml --wait 20 %s "
             ">dealer.out 2>&1 & dealer=$!; smpc-cohort-count --config north.yaml --study study.yaml --data ../rows.csv "
             "--wait 20 %s; code=$?; test $code != 5 || kill $dealer; wait; exit $code", more, more, more);
}

static void a_study_runs_and_is_audited(void **state) {
  (void)state;
  make_site();
  run_expect(run("smpc-study verify site/study.yaml"), 0, "signed by all 4 parties, and valid today");
  run_expect(run("smpc-study check site/study.yaml"), 0, "4 parties, 1 question: well formed");
  run_expect(run_all(""), 0, "Delivered to: north");
  run_expect(run("smpc-journal verify site/*.journal"), 0, "4 journals, 25 entries, 1 session, 3 openings, 3 seals: no fault\n");
  run_expect(run("smpc-journal verify --study site/study.yaml site/*.journal"), 0, "no fault\n");
  run_expect(run("smpc-journal verify site/study.yaml site/*.journal"), 2, "site/study.yaml is a study, not a journal: give it by --study");
  run_expect(run("smpc-journal report site/study.yaml.west.sig"), 2, "is a signature or a held result, not a journal");
  run_expect(run("rm site/study.yaml.west.sig; smpc-journal verify --study site/study.yaml site/*.journal; test $? = 6"), 0,
             "FAULT  site/study.yaml  the signature of west: it is not there");
  run_expect(run("smpc-study sign --key site/west.key site/study.yaml"), 0, "Signed");
  run_expect(run("smpc-journal report --csv site/north.journal"), 0, "\"north\",\"sizes of groups\",");
  run_expect(run("smpc-journal report --json site/north.journal"), 0, "\"rows\": 60");
  run_expect(run_all(""), 0, "Delivered to: north");
  run_expect(run_all(""), 5, "asked as often as it may be");
  run_expect(run("smpc-journal verify site/*.journal"), 0, "no fault");
  run_expect(run("sed -i 's/^rows 60/rows 61/' site/south.journal; smpc-journal verify site/*.journal; test $? = 6"), 0,
             "FAULT  site/south.journal");
}

/* The name of the one result that waits at a party. */
static void held_at(char id[17], const char *party) {
  const struct run *r = run("cd site && smpc-study held --config %s.yaml study.yaml", party);
  run_expect(r, 0, "by-sex: \"sizes of groups\" -> north");
  snprintf(id, 17, "%.16s", r->out);
}

static void a_result_waits_for_its_reviewer(void **state) {
  (void)state;
  char id[17], release[40];
  make_site_with("    review: blind\n    reviewers: [west]\n");
  run_expect(run("smpc-study show site/study.yaml"), 0, "is shown to: west; erased after days");
  const struct run *ran = run_all("");
  run_expect(ran, 8, "smpc-cohort-count: my share of the result is held as ");
  assert_non_null(strstr(strstr(ran->err, "my share"), "all parties have confirmed that they hold theirs"));
  held_at(id, "west");
  run_expect(run("cd site && smpc-study held --config west.yaml study.yaml"), 0, "over 180 rows in all\n  0 values are suppressed\n");
  assert_null(strstr(run("cd site && smpc-study held --config north.yaml study.yaml")->out, "rows in all")); /* no reviewer */
  run_expect(run("cd site && smpc-study release --config north.yaml --held %s study.yaml", id), 5, "my key is no reviewer's");
  run_expect(run("cd site && smpc-cohort-count --config north.yaml --study study.yaml --wait 2 --release %s", id), 5, "has not released");
  run_expect(run("cd site && smpc-cohort-count --config west.yaml --study study.yaml --review %s", id), 5, "I have not seen");
  run_expect(run("cd site && smpc-cohort-count --config west.yaml --study study.yaml --release frog"), 1, "no name of a held result");
  run_expect(run("cd site && smpc-study release --config west.yaml --held %s study.yaml", id), 0, "Send the new file");
  run_expect(run("cd site && smpc-study held --config south.yaml study.yaml"), 0, "released  west");
  snprintf(release, sizeof release, "--release %s", id);
  run_expect(run_all(release), 0, "Delivered to: north");
  run_expect(run("smpc-journal verify site/*.journal"), 0, "no fault");
  run_expect(run("cd site && smpc-study held --config north.yaml study.yaml"), 0, "nothing of this study waits here");
  run_expect(run("cd site && smpc-cohort-count --config north.yaml --study study.yaml --wait 2 --release %s", id), 5,
             "was opened before");
}

static void a_reviewer_with_sight_sees_the_table(void **state) {
  (void)state;
  char id[17];
  make_site_with("    review: sight\n    reviewers: [west]\n    totals: \"true\"\n"
                 "    also opens: [{purpose: \"sizes of groups: which cells are suppressed\", recipients: [north, south, west]}]\n");
  run_expect(run_all(""), 8, "");
  held_at(id, "west");
  run_expect(run("cd site && smpc-cohort-count --csv --config west.yaml --study study.yaml --review %s", id), 0, "f,75,0\nm,75,0\n");
  run_expect(run("cd site && smpc-cohort-count --config west.yaml --study study.yaml --review %s", id), 0, "Held for review; a release would deliver it to: north");
  run_expect(run("cd site && smpc-cohort-count --json --config west.yaml --study study.yaml --review %s", id), 0, "\"delivered\": false,\n  \"held\": true");
  run_expect(run("cd site && smpc-cohort-count --config south.yaml --study study.yaml --review %s", id), 5, "I have not seen");
  run_expect(run("cd site && smpc-study reject --config west.yaml --held %s study.yaml", id), 0, "Rejected");
  run_expect(run("cd site && smpc-cohort-count --config north.yaml --study study.yaml --wait 2 --release %s", id), 5, "is erased");
  run_expect(run("ls site/*.held; test $? = 0 && smpc-study held --config site/west.yaml site/study.yaml"), 0, "nothing of this study");
}

/* A question with noise: once, and its release again to those who have it. */
static void a_question_with_noise_has_one_answer(void **state) {
  (void)state;
  char first[4096];
  make_site_with("    epsilon: 1\nprivacy budget: 1.5\n");
  run_expect(run("smpc-study show site/study.yaml"), 0, "Privacy budget, of all epsilons together: 1.5");
  snprintf(first, sizeof first, "%.4000s", run_all("")->out);
  assert_non_null(strstr(first, "Delivered to: north"));
  run_expect(run("cd site && smpc-cohort-count -q --config north.yaml --study study.yaml"), 0, first);
  run_expect(run("cd site && smpc-cohort-count --config north.yaml --study study.yaml"), 0,
             "each count has noise, epsilon 1: 95 of 100 are within 3");
  run_expect(run("cd site && rm north.journal.*.release && echo >other.csv"), 0, "");
  run_expect(run_all(""), 5, "is answered once"); /* a recipient that lost it does not get another */
  run_expect(run("cd site && smpc-cohort-count --config north.yaml --question ../question.yaml --data ../rows.csv"), 2,
             "needs a signed study");
  run_expect(run("smpc-journal verify --study site/study.yaml site/*.journal"), 0, "no fault");
}

/* What opens once is never lost: there is room for it before it opens, and it is written when it cannot be kept. */
static void an_answer_that_cannot_be_kept_is_written(void **state) {
  (void)state;
  make_site_with("    epsilon: 1\nprivacy budget: 1.5\n");
  run_expect(run_all(""), 0, "Delivered to: north");
  run_expect(run("cd site && ls north.journal.*.release >name && test -z \"$(ls *.new 2>/dev/null)\" && rm -f *.journal $(cat name)"), 0, "");
  run_expect(run("cd site && sh -c 'mkdir $(cat name).$$.new && exec smpc-cohort-count --config north.yaml --study "
                 "study.yaml --data ../rows.csv --wait 2'"),
             7, "so nothing is asked");
  run_expect(run("cd site && rmdir *.new; for p in south west; do smpc-cohort-count -q --config $p.yaml --study study.yaml --data "
                 "../rows.csv --wait 20 >/dev/null 2>&1 & done; smpc-cohort-count -q --config north.yaml --study study.yaml --data ../rows.csv "
                 "--wait 20 >kept & n=$!; while ! ls *.new >/dev/null 2>&1; do sleep 0.02; done; mkdir $(cat name); smpc-dealer -q --config "
                 "dealer.yaml --study study.yaml --wait 20 >/dev/null 2>&1; wait $n; c=$?; wait; grep Delivered kept >&2; exit $c"), 7,
             "keep what is written now, for the question is answered once\nDelivered to: north");
}

/* The disk is full when the journal's last entry should be written, after the opening. */
static void a_result_survives_a_bad_end(void **state) {
  (void)state;
  make_site();
  run_expect(run_all(""), 0, "Delivered to: north");
  run_expect(run("cd site && grep -b 'kind end' north.journal | cut -d: -f1 >at && rm *.journal && trap '' XFSZ && for p in south west; do "
                 "smpc-cohort-count -q --config $p.yaml --study study.yaml --data ../rows.csv --wait 20 >/dev/null 2>&1 & done; "
                 "smpc-dealer -q --config dealer.yaml --study study.yaml --wait 20 >/dev/null 2>&1 & prlimit --fsize=$(($(cat at) + 100)) "
                 "smpc-cohort-count -q --config north.yaml --study study.yaml --data ../rows.csv --wait 20 --output table; c=$?; wait; "
                 "cat table >&2; exit $c"), 7, "it is written all the same\nAges: by-sex\nJoint counts");
}

static void what_is_shown_is_plain(void **state) {
  (void)state;
  make_site();
  run_expect(run("smpc-study show site/study.yaml"), 0, "\"sizes of groups\" -> north\n");
  run_expect(run("smpc-study show site/study.yaml"), 0, "Groups of fewer than 5 people are not shown");
  run_expect(run("smpc-study show site/study.yaml"), 0, "2 runs");
  run_expect(run("smpc-study show site/study.yaml"), 0, "Identifier: Ages\n");
  run_expect(run("sed \"s/title: Ages/title: Ages, identifier: ages-1, replaces: ['$(smpc-study show site/study.yaml | sed -n 's/^Digest.*: //p')']/\" "
                 "site/study.yaml >next.yaml && smpc-study check next.yaml && smpc-study show --chinese next.yaml"), 0, "取代以下版本");
  run_expect(run("smpc-study show --chinese site/study.yaml"), 0, "用途:sizes of groups");
}

/* Two questions that differ by one person, of 60 at each hospital; the same person at the second and third. */
static void questions_that_differ_by_one_person_are_refused(void **state) {
  (void)state;
  static const char form[] = "  - name: %s\n    program: %s\n    recipients: [a]\n    columns: [{name: age, type: number}, {name: sex, type: text}]\n"
                             "    condition: %s\n    minimum_cell: 2\n%s";
  static const char each[] = "rm -f pair/*.out; cd pair; %s -q --config b.yaml --study study.yaml --ask %s --data ../rows.csv --wait 20 >b.out 2>b.err & "
                             "%s -q --config a.yaml --study study.yaml --ask %s --data ../rows.csv --wait 20; code=$?; wait; exit $code";
  char study[4000] = "study: {title: Pairs, purpose: pairs}\nquestions:\n", rows[4096] = "age,sex\n";
  for (int i = 0; i < 60; i++) sprintf(rows + strlen(rows), "%d,%s\n", 30 + i, i % 2 ? "f" : "m");
  run_write("rows.csv", rows);
  sprintf(study + strlen(study), form, "all", "cohort-count", "age >= 40", "    minimum change: 5\n");
  sprintf(study + strlen(study), form, "all-but-one", "cohort-count", "age >= 40 AND age <> 77", "");
  sprintf(study + strlen(study), form, "men", "cohort-count", "age >= 40 AND sex = 'm'", "");
  sprintf(study + strlen(study), form, "mean", "describe", "age > 40", "    variables: [{name: age, range: [0, 120]}]\n"
          "    also opens: [{purpose: \"pairs: whether the small-count rules hold\", recipients: [a, b]}]\n");
  run_write("pair.yaml", study);
  run_write("pair-more.yaml", "data:\n  columns:\n    - {name: age, type: number}\n");
  run_expect(run("smpc-local -q --names a,b --grace 0 --study pair.yaml --dir pair --party-yaml pair-more.yaml -- true"), 0, "");
  run_expect(run(each, "smpc-cohort-count", "all", "smpc-cohort-count", "all"), 0, "100");
  run_expect(run(each, "smpc-cohort-count", "all-but-one", "smpc-cohort-count", "all-but-one"), 5,
             "smpc-cohort-count: the study does not allow it: the rows of mine that it is about differ from those behind an earlier result, of the question \"all\"");
  run_expect(run(each, "smpc-describe", "mean", "smpc-describe", "mean"), 5, "differ from those behind an earlier result");
  run_expect(run(each, "smpc-cohort-count", "men", "smpc-cohort-count", "men"), 0, "50");
  run_expect(run("smpc-journal verify --study pair/study.yaml pair/*.journal"), 0, ": no fault");
}

/* A dry run says what would be refused: exit 5, but that signatures may still come. */
static void a_dry_run_foresees(void **state) {
  static const char dry[] = "cd site && smpc-cohort-count --config north.yaml --study study.yaml --dry-run";
  (void)state;
  make_site();
  const struct run *r = run("%s", dry);
  run_expect(r, 0, "Cost");
  assert_null(strstr(r->out, "Before it can run"));
  assert_int_equal(run("test -e site/north.journal")->exit, 1); /* it writes nothing */
  run_expect(run("mv site/study.yaml.west.sig w; %s", dry), 0, "Before it can run\n  west has not signed the study: there is no study.yaml.west.sig\n");
  assert_int_equal(run("mv w site/study.yaml.west.sig; sed -i.old '/^journal/d' site/north.yaml")->exit, 0);
  run_expect(run("%s", dry), 5, "it would be refused: see \"Before it can run\"");
  run_expect(run("%s; cd ..; mv site/north.yaml.old site/north.yaml", dry), 0, "Before it can run\n  a study needs a journal");
  run_all(""), run_all("");
  run_expect(run("%s || test $? = 5", dry), 0, "Before it can run\n  the question \"by-sex\": it has been asked as often as it may be: 2 of 2 runs are used\n");
  run_expect(run("sed -i 's/^key:/listen: tcp:\\/\\/0.0.0.0:1\\nkey:/' site/north.yaml; %s", dry), 5, "note: I listen on port 1 (`listen` in party.yaml), and the others dial port ");
}

/* One party alone: it must stop before it looks for the others. */
static void refused(const char *do_before, int exit, const char *word) {
  make_site();
  assert_int_equal(run("cd site && %s", do_before)->exit, 0);
  run_expect(run("cd site && smpc-cohort-count -q --config north.yaml --study study.yaml --data ../rows.csv --wait 2"),
             exit, word);
}

static void a_study_that_does_not_hold_is_refused(void **state) {
  (void)state;
  refused("rm study.yaml.west.sig", 5, "west has not signed the study: there is no study.yaml.west.sig");
  refused("echo >>study.yaml", 5, "the study changed since north signed on");
  refused("smpc-study revoke --key south.key study.yaml", 5, "south revoked the study");
  refused("cp study.yaml.south.sig study.yaml.west.sig", 5, "it is another party's");
  refused("sed -i '/^journal/d' north.yaml", 5, "needs a journal");
  refused("sed -i 's/^valid until.*/valid until: 2020-01-02/; s/^valid from.*/valid from: 2020-01-01/' study.yaml && "
          "rm *.sig && for p in north south west dealer; do smpc-study sign --key $p.key study.yaml || exit 1; done", 5,
          "ended on 2020-01-03");
  refused("printf 'purposes: [something else]\\n' >>north.yaml", 5, "does not list");
  refused("chmod 400 north.journal 2>/dev/null; rm -f north.journal; mkdir north.journal", 2, "north.journal");
}

/* The table of exit codes says 7. */
static void a_full_disk_is_the_machines_fault(void **state) {
  (void)state;
  make_site();
  const struct run *r = run("cd site && echo age,sex >none.csv && trap '' XFSZ && t=$(ulimit -f 0; smpc-cohort-count --config north.yaml --study "
                            "study.yaml --data none.csv --wait 2 2>&1); c=$?; echo \"$t\" >&2; exit $c");
  run_expect(r, 7, "north.journal: File too large");
  assert_non_null(strstr(r->err, "note: my data have no rows; if the first line of a CSV file is one, say `header: no` under `data:` in north.yaml"));
}

/* A model opens more than its coefficients: what the study does not list stays shut. */
static void a_regression_opens_only_what_its_study_lists(void **state) {
  (void)state;
  static const char head[] = "study: {title: Ages, purpose: a model}\n"
                             "questions:\n"
                             "  - name: fit\n"
                             "    program: logistic-regression\n"
                             "    privacy: model-only\n"
                             "    recipients: [north]\n"
                             "    columns: [{name: x, type: number}, {name: y, type: number}]\n"
                             "    outcome: y\n"
                             "    predictors: [{name: x, range: 0}]\n"
                             "    minimum_cell: 5\n";
  char rows[8192] = "x,y\n", whole[2048];
  for (int i = 0; i < 200; i++) sprintf(rows + strlen(rows), "%d,%d\n", i % 2, i % 3 == 0 || i % 4 == 1);
  run_write("model.csv", rows);
  run_write("model-more.yaml", "data:\n  columns:\n    - {name: x, type: number}\n    - {name: y, type: number}\n");
  static const char local[] =
      "smpc-local -q --names north,south,west %s --study model.yaml --party-yaml model-more.yaml "
      "-- smpc-logistic-regression -q --config {config} --study {study} %s";
  run_write("model.yaml", head);
  run_expect(run(local, "", "--data model.csv"), 5, "opens nothing for the purpose \"a model: whether");
  run_expect(run(local, "", "--dry-run"), 5, "openings are missing");
  assert_non_null(strstr(run(local, "", "--dry-run")->out, "    also opens:\n      - {purpose: \"a model: whether the small-count rules hold\", recipients: [north, south, west]}\n"));
  snprintf(whole, sizeof whole,
           "%s    also opens:\n"
           "      - {purpose: \"a model: whether the fit is sound\", recipients: [north, south, west]}\n"
           "      - {purpose: \"a model: rows of each hospital\", recipients: [north, south, west]}\n"
           "      - {purpose: \"a model: whether the small-count rules hold\", recipients: [north, south, west]}\n",
           head);
  run_write("model.yaml", whole);
  run_expect(run(local, "", "--dry-run"), 0, "the fitted model");
  run_expect(run(local, "--dealer", "--data model.csv"), 0, "(Intercept)");
}

static void an_overlap_runs_under_a_study(void **state) {
  (void)state;
  const struct run *r = run("smpc-psi --help | grep -c study");
  run_expect(r, 0, "");
  run_write("a.csv", "id\n1\n2\n3\n");
  run_write("b.csv", "id\n2\n3\n4\n");
  static const char form[] =
      "study: {title: Overlap, purpose: how many we share}\n"
      "questions:\n"
      "  - {name: overlap, program: psi, result: count, recipients: [a], key: [{column: id}], unicode: \"%s\"}\n";
  char text[600];
  snprintf(text, sizeof text, form, "0"); /* the program says which version it has */
  run_write("psi.yaml", text);
  static const char count[] =
      "smpc-local -q --names a,b --study psi.yaml --dir psi-site --logs psi-logs -- smpc-psi --config {config} "
      "--study {study} --data {name}.csv";
  r = run("%s", count);
  const char *at = strstr(r->err, "are of Unicode ");
  assert_non_null(at);
  char version[16];
  snprintf(version, sizeof version, "%.*s", (int)strcspn(at + 15, ","), at + 15);
  snprintf(text, sizeof text, form, version);
  run_write("psi.yaml", text);
  assert_int_equal(run("rm -r psi-site")->exit, 0);
  run_expect(run("%s", count), 0, "keys in both         2");
  run_expect(run("smpc-journal verify psi-site/*.journal"), 0, "2 seals: no fault");
  run_expect(run("smpc-journal report psi-site/a.journal"), 0, "items 3, items of all parties 6");
}

/* The version of Unicode that smpc-psi has. */
static void unicode_version(char version[16]) {
  run_write("any.yaml", "study: {title: t, purpose: p}\nquestions: [{name: q, program: psi, result: count, recipients: [a], key: [{column: id}], unicode: \"0\"}]\n");
  const char *at = strstr(run("smpc-local -q --names a,b -- smpc-psi --config {config} --question any.yaml --data none.csv")->err, "are of Unicode ");
  assert_non_null(at);
  snprintf(version, 16, "%.*s", (int)strcspn(at + 15, ","), at + 15);
}

/* Sets of three: twice six items are more than ten. */
static void items_that_meet_are_limited_and_metered(void **state) {
  (void)state;
  static const char again[] =
      "cd limit-site; smpc-psi -q --config b.yaml --study study.yaml --data ../b.csv --wait 20 >b.out 2>b.err & "
      "smpc-psi -q --config a.yaml --study study.yaml --data ../a.csv --wait 20; code=$?; wait; exit $code";
  char text[700], version[16];
  run_write("a.csv", "id\n1\n2\n3\n");
  run_write("b.csv", "id\n2\n3\n4\n");
  unicode_version(version);
  snprintf(text, sizeof text,
           "study: {title: Overlap, purpose: how many we share}\n"
           "questions:\n"
           "  - {name: overlap, program: psi, result: count, recipients: [a], key: [{column: id}], unicode: \"%s\", minimum: 3,\n"
           "     limits: {items: 8, items in all: 10}}\n", version);
  run_write("limit.yaml", text);
  run_expect(run("smpc-local -q --names a,b --study limit.yaml --dir limit-site --logs limit-logs -- smpc-psi --config {config} "
                 "--study {study} --data {name}.csv"), 0, "fewer than 3");
  run_expect(run("smpc-study show limit-site/study.yaml"), 0, "8 items of one party's sets, 10 items of all parties' sets together");
  run_expect(run("smpc-study show --chinese limit-site/study.yaml"), 0, "8 个条目(任一方的集合)、10 个条目(各方集合合计)");
  run_expect(run("smpc-study show limit-site/study.yaml"), 0, "  Between: a, b\n");
  run_expect(run("smpc-study show limit-site/study.yaml"), 0,
             "compared as one key: id (text in the normal form NFKC, spaces trimmed)\n");
  run_expect(run("smpc-study show limit-site/study.yaml"), 0, "Sizes of the sets: told to the other parties\n");
  run_expect(run("smpc-study show --chinese limit-site/study.yaml"), 0, "合为一个键进行比较:id(NFKC 规范形式的文本,去掉首尾空格)");
  run_expect(run("sed 's/key: .*unicode/between: [b, a], sizes: [70, 80], key: [{column: id, case: ignored}, {column: d, form: date}], unicode/; s/minimum: 3,//' "
                 "limit-site/study.yaml >sized.yaml; smpc-study show sized.yaml"), 0,
             "id (text in the normal form NFKC, spaces trimmed, case ignored), d (a date, as yyyymmdd)\n");
  run_expect(run("smpc-study show sized.yaml"), 0, "padded to them: 70, 80\n  No minimum: a single key");
  run_expect(run("%s", again), 5, "the sets of all parties would have more items than they may together");
  run_expect(run("smpc-journal verify --study limit-site/study.yaml limit-site/*.journal"), 0, ": no fault");
  run_expect(run("smpc-journal report limit-site/a.journal"), 0, "hidden 1, items 3, items of all parties 6");
  run_expect(run("smpc-journal report limit-site/a.journal"), 0, "from oblivious transfer ");
  run_expect(run("smpc-journal report --csv limit-site/a.journal"), 0,
             ",items,items_in_all,triples,bit_triples,dabits,");
  run_expect(run("smpc-journal report --json limit-site/a.journal"), 0, "\"items_in_all\": 6");
  run_expect(run("sed 's/items: 8/items: 0/' limit-site/study.yaml >zero.yaml; smpc-study check zero.yaml"), 2,
             "a limit is a whole number from 1 on");
}

/* One study, four programs; each reads its own question alone. */
static void a_study_may_have_questions_of_several_programs(void **state) {
  (void)state;
  static const char form[] = "study: {title: Three, purpose: three things}\n"
                             "questions:\n"
                             "  - name: sizes\n    program: cohort-count\n    recipients: [a]\n    columns: [{name: n, type: number}]\n"
                             "    minimum_cell: 2\n"
                             "  - name: overlap\n    program: psi\n    result: count\n    recipients: [a]\n    key: [{column: id}]\n"
                             "    unicode: \"%s\"\n"
                             "  -\n    name: fit   # é\n    program: logistic-regression\n    privacy: model-only\n    recipients: [a]\n"
                             "    columns: [{name: n, type: number}]\n    outcome: n > 2\n    predictors: [{name: n, range: 3}]\n"
                             "    minimum_cell: %s\n"
                             "  - name: stats\n    program: describe\n    purpose: means of n\n    recipients: [a]\n"
                             "    columns: [{name: n, type: number}]\n    minimum_cell: 1\n    variables: [{name: n, range: [0, 10]}]\n"
                             "    also opens: [{purpose: \"means of n: whether the small-count rules hold\", recipients: [a, b]}]\n";
  static const char local[] = "smpc-local -q --names a,b --study three.yaml --dir three --party-yaml three-more.yaml -- ";
  char text[2000], version[16];
  run_write("a.csv", "id,n\n1,1\n2,2\n3,3\n");
  run_write("b.csv", "id,n\n2,2\n3,3\n4,4\n");
  run_write("three-more.yaml", "data:\n  columns:\n    - {name: n, type: number}\n");
  unicode_version(version);
  snprintf(text, sizeof text, form, version, "5");
  run_write("three.yaml", text);
  run_expect(run("%s smpc-psi --config {config} --study {study} --ask overlap --data {name}.csv", local), 0,
             "keys in both         2");
  run_expect(run("smpc-study check three/study.yaml"), 0, "2 parties, 4 questions: well formed");
  run_expect(run("rm -r three; %s smpc-describe -q --config {config} --study {study} --ask stats --data {name}.csv", local), 0, "6 rows");
  run_expect(run("smpc-journal verify --study three/study.yaml three/*.journal"), 0, ": no fault");
  run_expect(run("smpc-journal report three/b.journal"), 0, "means of n\n    runs 1, openings 2, values 7, rows 3");
  run_expect(run("rm -r three; %s smpc-describe -q --config {config} --study {study} --data {name}.csv", local), 2,
             "several questions: give --ask sizes, overlap, fit or stats");
  static const char unsigned_[] = "smpc-local -q --names a,b --dealer --party-yaml three-more.yaml -- smpc-describe -q --config {config} --question three.yaml --data {name}.csv";
  run_expect(run("%s", unsigned_), 2, "several questions: give --ask sizes, overlap, fit or stats");
  run_expect(run("%s --ask stats", unsigned_), 0, "6 rows");
  run_expect(run("smpc-local -q --names a,b --dir two --party-yaml three-more.yaml -- true; cd two; smpc-cohort-count --config a.yaml --question ../three.yaml --ask sizes --data ../a.csv "
                 "--wait 20 >/dev/null 2>&1 & smpc-describe --config b.yaml --question ../three.yaml --ask stats --data ../b.csv --wait 20; c=$?; wait; exit $c"), 4, "claims");
  run_expect(run("rm -r three; %s smpc-describe -q --config {config} --study {study} --ask sizes --data {name}.csv", local), 2,
             "this question is for smpc-cohort-count");
  run_expect(run("rm -r three; %s smpc-cohort-count -q --config {config} --study {study} --ask sizes --data {name}.csv", local), 0, "6");
  run_expect(run("rm -r three; %s smpc-cohort-count -q --config {config} --study {study} --ask size --data {name}.csv", local), 2,
             "\"size\": there is no question of this name");
  run_expect(run("smpc-study show three/study.yaml"), 0, "learn how many keys all hold, not which");
  run_expect(run("smpc-study show three/study.yaml"), 0, "Statistics of all patients together");
  run_expect(run("smpc-study show --chinese three/study.yaml"), 0, "结果是一个模型:系数");
  run_expect(run("sed -i 's/range: .0, 10./range: [10, 0]/' three/study.yaml; smpc-study check three/study.yaml"), 2,
             "two numbers, the smaller first");
  snprintf(text, sizeof text, form, "1.0", "5");
  run_write("three.yaml", text);
  run_expect(run("smpc-study check three/study.yaml && sed -i 's/range: 3/range: 99/' three/study.yaml && smpc-study check three/study.yaml"), 2,
             "`range`");
  run_expect(run("sed 's/range: 99/range: 3/; s/privacy: model-only/privacy: aggregates\\n    review: blind\\n    reviewers: [b]/' three/study.yaml >held.yaml && "
                 "smpc-study check held.yaml"), 2, "the steps tell every party the model");
  run_expect(run("sed -i 's/range: 99/range: 3/; s/key: .*/key: []/' three/study.yaml && smpc-study check three/study.yaml"), 2, "key");
}

static void mistakes_are_named(void **state) {
  (void)state;
  make_site();
  run_expect(run("smpc-study new new.yaml && grep -c '^valid' new.yaml"), 0, "2");
  run_expect(run("smpc-study new new.yaml"), 2, "not overwritten");
  run_expect(run("smpc-study check new.yaml"), 2, "new.yaml");
  run_expect(run("smpc-study sign --key site/north.key site/study.yaml"), 2, "exists already");
  run_expect(run("smpc-party keygen stranger.key && smpc-study sign --key stranger.key site/study.yaml"), 5,
             "no party's");
  run_expect(run("smpc-study frown site/study.yaml"), 1, "no command");
  run_expect(run("smpc-journal verify nowhere"), 2, "nowhere");
  run_expect(run("smpc-journal verify question.yaml; test $? = 2"), 0, "");
  run_expect(run("smpc-journal verify"), 1, "at least one");
  run_expect(run("smpc-cohort-count --study a --question b"), 1, "leave --parties and --question out");
  run_expect(run("smpc-cohort-count --json --csv"), 1, "--json and --csv: one of them");
  run_expect(run("smpc-cohort-count --ask a"), 1, "belongs to --study or --question");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_study_runs_and_is_audited), T(a_result_waits_for_its_reviewer), T(a_reviewer_with_sight_sees_the_table),
      T(a_question_with_noise_has_one_answer), T(an_answer_that_cannot_be_kept_is_written),
      T(a_result_survives_a_bad_end), T(what_is_shown_is_plain), T(questions_that_differ_by_one_person_are_refused),
      T(a_dry_run_foresees), T(a_study_that_does_not_hold_is_refused), T(a_full_disk_is_the_machines_fault),
      T(a_regression_opens_only_what_its_study_lists), T(an_overlap_runs_under_a_study),
      T(items_that_meet_are_limited_and_metered), T(a_study_may_have_questions_of_several_programs),
      T(mistakes_are_named)
  };
  return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
