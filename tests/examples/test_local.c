/* test_local.c - smpc-local: processes, files, output, endings. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run.h"

/* How often `word` stands in `text`. */
static unsigned count(const char *text, const char *word) {
  unsigned n = 0;
  for (const char *p = text; (p = strstr(p, word)) != NULL; p += strlen(word)) n++;
  return n;
}

static void output_is_told_apart(void **state) {
  (void)state;
  const struct run *r = run("smpc-local -n 3 -- echo I am {i} {name} {nothing}");
  run_expect(r, 0, "");
  assert_string_equal(r->out, "I am 0 party0 {nothing}\n");
  assert_non_null(strstr(r->err, "[party1] I am 1 party1 {nothing}\n"));
  assert_non_null(strstr(r->err, "[party2] I am 2 party2 {nothing}\n"));
  r = run("smpc-local --names north,south -- printf '%%s' {name}");
  assert_string_equal(r->out, "north");
  assert_string_equal(r->err, "[south] south\n"); /* an unfinished line is finished */
}

static void long_output_is_passed_on_whole(void **state) {
  (void)state;
  const struct run *r = run("smpc-local -n 2 -- sh -c 'head -c 50000 /dev/zero | tr \"\\000\" x; echo; echo end'");
  run_expect(r, 0, "end");
  assert_int_equal(count(r->out, "x"), 50000);
  assert_int_equal(count(r->err, "x"), 50000);
  assert_non_null(strstr(r->err, "[party1] end\n"));
}

static void logs_take_the_others_output(void **state) {
  (void)state;
  const struct run *r = run("smpc-local -n 2 --logs logs -- echo hello from {name}");
  run_expect(r, 0, "hello from party0");
  assert_string_equal(r->err, "");
  assert_string_equal(run_read("logs/party1.log"), "hello from party1\n");
}

static void the_worst_exit_code_is_ours(void **state) {
  (void)state;
  assert_int_equal(run("smpc-local -n 3 -- true")->exit, 0);
  assert_int_equal(run("smpc-local -n 3 -- false")->exit, 1);
  run_expect(run("smpc-local -n 4 -- sh -c 'exit {i}'"), 3, "party3 ended with 3 (network)");
  run_expect(run("smpc-local -n 2 -- sh -c 'kill -9 $$'"), 137, "party1 ended with 137");
  run_expect(run("smpc-local -n 2 -- sh -c 'exec ./nothing'"), 127,
             "party1 ended with 127 (its program, or a library that it needs, was not found)");
  run_expect(run("smpc-local -n 2 -- sh -c 'exit 42'"), 42, "party1 ended with 42 (a code of its own)");
  const struct run *r = run("smpc-local -q -n 2 -- sh -c 'exit {i}'");
  assert_int_equal(r->exit, 1);
  assert_string_equal(r->err, "");
}

static void the_others_are_stopped_when_one_dies(void **state) {
  (void)state;
  time_t begin = time(NULL);
  const struct run *r =
      run("smpc-local -n 3 --grace 1 -- sh -c 'test {i} = 1 && exit 6; echo $$ > pid{i}; sleep 1000'");
  assert_int_equal(r->exit, 6);
  assert_non_null(strstr(r->err, "party0 was stopped"));
  assert_non_null(strstr(r->err, "party2 was stopped"));
  assert_true(time(NULL) - begin < 20);
  assert_int_not_equal(run("kill -0 $(cat pid0) $(cat pid2)")->exit, 0);
  /* one that ignores SIGTERM goes as well */
  begin = time(NULL);
  r = run("smpc-local -n 2 --grace 0 -- sh -c 'test {i} = 1 && exit 6; trap \"\" TERM; while :; do sleep 1; done'");
  assert_int_equal(r->exit, 6);
  assert_true(time(NULL) - begin < 20);
}

static void the_others_may_finish_in_the_grace_time(void **state) {
  (void)state;
  const struct run *r = run("smpc-local -n 2 -- sh -c 'test {i} = 1 && exit 4; sleep 1; echo finished'");
  assert_int_equal(r->exit, 4);
  assert_string_equal(r->out, "finished\n");
}

static void a_signal_is_passed_on(void **state) {
  (void)state;
  const struct run *r = run("smpc-local --grace 1 -n 2 -- sh -c 'trap \"echo got it; exit 3\" TERM; echo > up{i}; "
                            "while :; do sleep 0.1; done' & "
                            "pid=$!; while ! test -e up0 -a -e up1; do sleep 0.1; done; kill $pid; wait $pid");
  assert_int_equal(r->exit, 3);
}

static void temporary_files_are_private_and_removed(void **state) {
  (void)state;
  const struct run *r = run("TMPDIR=$PWD smpc-local -n 2 -- sh -c 'd=$(dirname {config}); stat -c \"%%a %%n\" $d "
                            "$d/{name}.key; cat {config}'");
  run_expect(r, 0, "party: \"party0\"");
  assert_non_null(strstr(r->out, "700 "));
  assert_non_null(strstr(r->out, "600 "));
  assert_string_equal(run("ls -d smpc-local-* 2>/dev/null; true")->out, "");
  run("TMPDIR=$PWD smpc-local -n 2 -- false");
  assert_string_equal(run("ls -d smpc-local-* 2>/dev/null; true")->out, "");
}

static void files_can_be_kept(void **state) {
  (void)state;
  assert_int_equal(run("smpc-local -n 2 --dir kept -- true")->exit, 0);
  assert_string_equal(run("ls kept")->out, "parties.yaml\nparty0.key\nparty0.yaml\nparty1.key\nparty1.yaml\n");
  run_expect(run("smpc-local -n 2 --dir kept -- true"), 7, "exists"); /* keys are not overwritten */
}

static void no_secret_is_in_arguments_or_environment(void **state) {
  (void)state;
  run_expect(run("smpc-local -n 2 --dir keys -- sh -c 'tr \"\\000\" \"\\n\" </proc/$$/cmdline; env'"), 0, "sh");
  char seen[RUN_TEXT], digits[65];
  strcpy(seen, run_read(".run-out"));
  const char *key = run_read("keys/party0.key");
  for (int line = 0; line < 2; line++) {
    memcpy(digits, key + 16 + 5 + 70 * line, 64);
    digits[16] = 0;
    assert_int_equal(strspn(digits, "0123456789abcdef"), 16);
    assert_null(strstr(seen, digits));
  }
}

static void text_is_added_to_party_yaml(void **state) {
  (void)state;
  run_write("more.yaml", "data:\n  file: \"{here}/{name}-{i}.csv\"\npurposes:\n  - a count\n");
  const struct run *r = run("smpc-local -n 2 --party-yaml more.yaml -- cat {config}");
  run_expect(r, 0, "/party0-0.csv");
  assert_null(strstr(r->out, "any")); /* FILE has purposes of its own */
  assert_null(strstr(r->out, "{here}"));
  run_expect(run("smpc-local -n 2 -- cat {config}"), 0, "purposes: [any]");
  run_write("bad.yaml", "tiemout: 3\n");
  run_expect(run("smpc-local -n 2 --party-yaml bad.yaml -- echo started"), 2, "unknown key `tiemout`");
  assert_string_equal(run_read(".run-out"), "");
  run_expect(run("smpc-local -n 2 --party-yaml none.yaml -- true"), 2, "No such file");
}

static void roles_and_addresses_are_as_asked(void **state) {
  (void)state;
  assert_int_equal(run("smpc-local -n 16 --dir many -- true")->exit, 0);
  const char *all = run_read("many/parties.yaml");
  assert_int_equal(count(all, "tcp://127.0.0.1:"), 16); /* that they differ is checked before anybody starts */
  assert_int_equal(count(all, "[input, compute, result]"), 16);
  assert_int_equal(run("smpc-local -n 5 --compute 2 --ipc --dir few -- true")->exit, 0);
  all = run_read("few/parties.yaml");
  assert_int_equal(count(all, "[input, compute, result]"), 2);
  assert_int_equal(count(all, "[input, result]"), 3);
  assert_int_equal(count(all, "address: ipc:///"), 5);
}

/* --- with real sessions; trial.c says what the words mean --------------------------- */

static void a_real_computation_runs_with_a_dealer(void **state) {
  (void)state;
  const struct run *r = run("smpc-local -n 3 --dealer -- smpc-trial --config {config} multiply");
  run_expect(r, 0, "open\n36\n"); /* (1 + 2 + 3)^2 */
  assert_non_null(strstr(r->err, "[party1] 36\n"));
  assert_non_null(strstr(r->err, "[party2] 36\n"));
  assert_non_null(strstr(r->err, "smpc-dealer: dealer deals for party0, party1 and party2."));
  assert_null(strstr(r->err, "ended with"));
  run_expect(run("smpc-local -n 3 --compute 2 --dealer --ipc -- smpc-trial --config {config} multiply"), 0, "36\n");
}

static void a_purpose_that_is_not_listed_is_refused(void **state) {
  (void)state;
  run_write("purposes.yaml", "purposes: [something else]\n");
  run_expect(run("smpc-local -n 2 --dealer --party-yaml purposes.yaml -- smpc-trial --config {config} multiply"), 5,
             "a trial");
  assert_null(strstr(run_read(".run-out"), "9"));
}

static void the_others_end_by_themselves_when_one_is_killed(void **state) {
  (void)state;
  time_t begin = time(NULL);
  const struct run *r = run("smpc-local -n 3 --dealer -- smpc-trial --config {config} die");
  assert_int_equal(r->exit, 137);
  assert_non_null(strstr(r->err, "party0 ended with 3 (network)"));
  assert_non_null(strstr(r->err, "party1 ended with 3 (network)"));
  assert_null(strstr(r->err, "was stopped"));
  assert_true(time(NULL) - begin < 8);
}

/* Ctrl-C at one party: it says goodbye in a line, and the others hear at once who stopped. */
static void the_others_hear_who_stopped(void **state) {
  (void)state;
  time_t begin = time(NULL);
  const struct run *r = run("smpc-local -n 3 --dealer --grace 5 -- sh -c 'echo $$ >pid{i}; exec smpc-trial --config {config} wait' >out & pid=$!; "
                            "while ! grep -q open out; do sleep 0.1; done; kill -INT $(cat pid0); wait $pid");
  assert_int_equal(r->exit, 4);
  assert_non_null(strstr(r->err, "smpc-trial: stopped; the other parties have been told\n"));
  assert_non_null(strstr(r->err, "[party1] smpc-trial: party0 stopped the session at step "));
  assert_non_null(strstr(r->err, "party0 ended with 3 (network)"));
  assert_null(strstr(r->err, "party1 was stopped")); /* though it waits for party2, which sleeps */
  assert_true(time(NULL) - begin < 20);
}

static void an_interrupt_ends_a_session_everywhere(void **state) {
  (void)state;
  time_t begin = time(NULL);
  const struct run *r = run("smpc-local -n 3 --dealer --grace 3 -- smpc-trial --config {config} wait >out & pid=$!; "
                            "while ! grep -q open out; do sleep 0.1; done; sleep 0.3; kill -INT $pid; wait $pid");
  assert_int_equal(r->exit, 3);
  assert_non_null(strstr(r->err, "party0 ended with ")); /* 3: canceled, or 4: told so by another */
  assert_non_null(strstr(r->err, "party1 ended with "));
  assert_non_null(strstr(r->err, "party2 was stopped")); /* it slept, the others ended by themselves */
  assert_null(strstr(r->err, "party0 was stopped"));
  assert_null(strstr(r->err, "party1 was stopped"));
  assert_true(time(NULL) - begin < 20);
}

static void wrong_command_lines_are_refused(void **state) {
  (void)state;
  static const struct { const char *args, *word; } wrong[] = {
      {"", "no PROGRAM"}, {"-- true", "how many"}, {"-n 1 -- true", "from 2"}, {"-n 02 -- true", "-n"},
      {"-n 33 -- true", "-n"}, {"-n 17 -- true", "--compute"}, {"-n 3 --compute 4 -- true", "compute"},
      {"-n 2 --names a,b,c -- true", "--names"}, {"--names a,a -- true", "two parties are called a"},
      {"--names ../x,b -- true", "no name"}, {"--names a, -- true", "no name"}, {"-n 2 -- no-such-program", "no program"},
      {"-n 2 -- ./no-such", "no program"}, {"--nonsense -n 2 -- true", "nonsense"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    run_expect(run("smpc-local %s", wrong[i].args), 1, wrong[i].word);
  run_expect(run("smpc-local --names 'a b,c' -- true"), 2, "letters");
  run_expect(run("smpc-local --help"), 0, "PROGRAM");
  run_expect(run("smpc-local --version"), 0, "smpc-local (libmpc) ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(output_is_told_apart), T(long_output_is_passed_on_whole), T(logs_take_the_others_output),
      T(the_worst_exit_code_is_ours), T(the_others_are_stopped_when_one_dies),
      T(the_others_may_finish_in_the_grace_time), T(a_signal_is_passed_on),
      T(temporary_files_are_private_and_removed), T(files_can_be_kept), T(no_secret_is_in_arguments_or_environment),
      T(text_is_added_to_party_yaml), T(a_real_computation_runs_with_a_dealer),
      T(a_purpose_that_is_not_listed_is_refused), T(the_others_end_by_themselves_when_one_is_killed),
      T(the_others_hear_who_stopped), T(an_interrupt_ends_a_session_everywhere), T(roles_and_addresses_are_as_asked), T(wrong_command_lines_are_refused),
  };
  return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
