/* test_pool_program.c - smpc-party pool as a user meets it: two real parties fill a pool, look at it, count
 * with it, and put an old copy back. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static const char BOTH[] = "for p in north south; do (cd $p && %s >out 2>err; echo $? >code) & done; wait; "
                           "cat north/err south/err; exit $(($(cat north/code) + 100 * $(cat south/code)))";

/* The same command at both at once; exit 0: both well. */
static const struct run *both(const char *command) {
  char line[1000];
  snprintf(line, sizeof line, BOTH, command);
  return run("%s", line);
}

static int set_up(void **state) {
  int err = run_setup(state);
  if (err != 0) return err;
  return run("for p in north south; do smpc-party new $p && (cd $p && smpc-party keygen && smpc-party show | "
             "sed \"s|tcp://$p.example.org:7700|ipc://$PWD/sock|\") >$p.entry || exit 1; done; "
             "for p in north south; do cat north.entry south.entry | grep -v '^Made' >>$p/parties.yaml; "
             "sed -i 's/^listen.*/pool: pool/; s/^wait:.*/wait: 20 s/' $p/party.yaml; "
             "sed -i 's/hospital-a/north/; s/hospital-b/south/; s/hospital-c/north/; s/min_parties: 3/min_parties: 2/' $p/question.yaml; "
             "(echo age,sex,disease; for i in $(seq 60); do echo $((i + 20)),$((i %% 2)),$((i %% 3)); done) >$p/data.csv; "
             "done")->exit;
}

static void nothing_to_show_yet(void **state) {
  (void)state;
  run_expect(run("cd north && smpc-party pool"), 0, "pool is empty");
  run_expect(run("cd north && sed /^pool/d party.yaml >none.yaml && smpc-party pool --config none.yaml"), 2,
             "none.yaml has no line `pool: FOLDER`");
}

static void specs_are_checked(void **state) {
  (void)state;
  static const char *const wrong[] = {"triple=1", "triples", "triples=", "triples=0", "triples=01", "triples=1,triples=2",
                                      "triples=1;dabits=2", "triples=-1", "triples=1x", "=1", "triples=12345678901", ""};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    run_expect(run("cd north && smpc-party pool --fill '%s'", wrong[i]), 1, "write for example triples=200k");
  run_expect(run("cd north && smpc-party pool x"), 1, "no argument");
  run_expect(run("cd north && smpc-party pool --empty --fill triples=1"), 1, "not both");
  run_expect(run("cd north && smpc-party pool --fill triples=9999M --wait 1"), 3, "south");
}

static void what_is_filled_is_shown(void **state) {
  (void)state;
  assert_int_equal(both("smpc-party pool --fill triples=3k,dabits=1")->exit, 0);
  run_expect(run("cd north && smpc-party pool"), 0, "by oblivious transfer, 20 fraction bits, with north, south");
  run_expect(run("cd south && smpc-party pool"), 0, "triples                5460 left of 5460");
  run_expect(run("cd south && smpc-party pool"), 0, "dabits                  126 left of 126");
  const struct run *r = both("smpc-party pool --fill $(basename $PWD | sed 's/north/dabits=1/; s/south/dabits=2/')");
  assert_int_not_equal(r->exit, 0); /* they must want the same */
  assert_non_null(strstr(r->out, "ran other calls"));
}

/* The plan says what a run takes, in the words of --fill; filled with that, the preprocessing is gone. */
static void a_plan_can_be_filled(void **state) {
  (void)state;
  run_expect(run("cd north && smpc-cohort-count --question question.yaml --dry-run"), 0, "for a pool ");
  assert_int_equal(run("cd north && smpc-cohort-count --question question.yaml --dry-run | sed -n 's/.*for a pool *//p' "
                       ">../spec && cp ../spec ../south/spec && cp ../spec spec")->exit, 0);
  assert_int_equal(both("smpc-party pool --fill $(cat spec)")->exit, 0);
  run_expect(run("cd north && smpc-cohort-count --question question.yaml --dry-run"), 0, "bytes, preprocessing   8\n");
  const struct run *r = both("smpc-cohort-count --question question.yaml");
  if (r->exit != 0) fail_msg("%s", r->out);
  run_expect(run("cd north && smpc-party pool"), 0, " 0 left of ");
}

static void an_older_copy_is_refused(void **state) {
  (void)state;
  assert_int_equal(both("smpc-party pool --fill $(cat spec)")->exit, 0);
  assert_int_equal(run("cp -a south south.backup")->exit, 0);
  for (int i = 0; i < 2; i++) assert_int_equal(both("smpc-party pool --fill $(cat spec)")->exit, 0);
  for (int i = 0; i < 2; i++) assert_int_equal(both("smpc-cohort-count --question question.yaml")->exit, 0);
  assert_int_equal(run("cd south && rm -r pool && cp -a ../south.backup/pool pool")->exit, 0);
  run_expect(run("cd south && smpc-cohort-count --question question.yaml"), 2, "stale copy");
  run_expect(run("cd south && smpc-party pool"), 2, "stale copy");
  assert_int_equal(run("cd south && smpc-party pool --empty")->exit, 0);
  assert_int_equal(both("smpc-cohort-count --question question.yaml")->exit, 0); /* makes its own */
}

static void damage_is_named(void **state) {
  (void)state;
  assert_int_equal(run("cd north && smpc-party pool --empty")->exit, 0);
  assert_int_equal(both("smpc-party pool --fill triples=1")->exit, 0);
  assert_int_equal(run("cd north && printf x | dd of=$(ls pool/*.lot) bs=1 seek=99 conv=notrunc 2>/dev/null")->exit, 0);
  run_expect(run("cd north && smpc-party pool"), 2, "it is damaged or was changed");
  run_expect(run("cd north && smpc-cohort-count --question question.yaml --wait 1"), 2, "it is damaged or was changed");
  assert_int_equal(run("cd north && smpc-party pool --empty && cp ../south/pool/*.lot pool")->exit, 0);
  run_expect(run("cd north && smpc-party pool"), 2, "it was made with another key");
  assert_int_equal(run("cd north && smpc-party pool --empty && rmdir pool 2>/dev/null; rm -rf pool && echo >pool")->exit, 0);
  run_expect(run("cd north && smpc-cohort-count --question question.yaml --wait 1"), 2, "Not a directory");
}

int main(void) {
  const struct CMUnitTest tests[] = {T(nothing_to_show_yet),  T(specs_are_checked),        T(what_is_filled_is_shown),
                                     T(a_plan_can_be_filled), T(an_older_copy_is_refused), T(damage_is_named)};
  return cmocka_run_group_tests(tests, set_up, run_teardown);
}
