/* held_run.c - see held_run.h. */
#include "held_run.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

void held_site(const char *study, const char *more) {
  run_write("question.yaml", study);
  run_write("more.yaml", more);
  assert_int_equal(run("rm -rf site")->exit, 0);
  run_expect(run("smpc-local -q --names north,south,west --dealer --grace 0 --study question.yaml --dir site "
                 "--party-yaml more.yaml -- true"), 0, "");
  run_expect(run("smpc-study check site/study.yaml"), 0, "1 question: well formed");
}

/* A dealer for parties who refuse would wait for them in vain. */
const struct run *held_all(const char *program, const char *options) {
  return run("cd site; for p in south west; do %s -q --config $p.yaml --study study.yaml --data ../$p.csv --wait 20 %s "
             ">$p.out 2>$p.err & done; smpc-dealer -q --config dealer.yaml --study study.yaml --wait 20 %s >dealer.out 2>&1 & dealer=$!; "
             "%s -q --config north.yaml --study study.yaml --data ../north.csv --wait 20 %s; code=$?; test $code != 5 || kill $dealer; "
             "wait; exit $code",
             program, options, strncmp(options, "--release", 9) == 0 ? options : "", program, options);
}

const struct run *held_alone(const char *program, const char *party, const char *options) {
  return run("cd site && %s --config %s.yaml --study study.yaml --wait 2 %s", program, party, options);
}

void held_find(char id[HELD_ID]) {
  const struct run *r = run("cd site && smpc-study held --config west.yaml study.yaml");
  run_expect(r, 0, "-> north");
  snprintf(id, HELD_ID, "%.16s", r->out);
}

void held_unicode(char version[16]) {
  run_write("any.yaml", "study: {title: t, purpose: p}\nquestions: [{name: q, program: psi, result: count, recipients: [a], key: [{column: id}], unicode: \"0\"}]\n");
  const char *at = strstr(run("smpc-local -q --names a,b -- smpc-psi --config {config} --question any.yaml --data none.csv")->err, "are of Unicode ");
  assert_non_null(at);
  snprintf(version, 16, "%.*s", (int)strcspn(at + 15, ","), at + 15);
}

void held_release_once(const char *program, const char *shown) {
  char id[HELD_ID], release[40];
  held_find(id);
  snprintf(release, sizeof release, "--release %s", id);
  run_expect(held_alone(program, "north", release), 5, "has not released");
  run_expect(run("cd site && smpc-study release --config south.yaml --held %s study.yaml", id), 5,
             "my key is no reviewer's");
  run_expect(run("cd site && smpc-study release --config west.yaml --held %s study.yaml", id), 0, "Send the new file");
  run_expect(held_all(program, release), 0, shown);
  run_expect(run("grep -F '%s' site/south.out site/west.out site/*.err; test $? = 1", shown), 0, "");
  run_expect(held_alone(program, "north", release), 5, "was opened before");
  run_expect(run("ls site/*.held; test $? != 0"), 0, "");
  run_expect(run("smpc-journal verify --study site/study.yaml site/*.journal"), 0, ": no fault");
}

void held_reject(const char *program) {
  char id[HELD_ID], release[40];
  held_find(id);
  run_expect(run("cd site && smpc-study reject --config west.yaml --held %s study.yaml", id), 0, "Rejected");
  snprintf(release, sizeof release, "--release %s", id);
  run_expect(held_alone(program, "north", release), 5, "is erased");
  run_expect(run("ls site/north.*.held; test $? != 0"), 0, "");
}
