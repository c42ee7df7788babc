/* test_cli.c - examples/common/cli.h: exit codes, and results that are whole or
 * not there. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static void every_error_has_its_exit_code(void **state) {
  (void)state;
  static const struct { smpc_err err; enum cli_exit code; } table[] = {
      {SMPC_OK, CLI_DONE}, {SMPC_E_FILE, CLI_INPUT}, {SMPC_E_RANGE, CLI_INPUT}, {SMPC_E_CONNECT, CLI_NETWORK},
      {SMPC_E_TIMEOUT, CLI_NETWORK}, {SMPC_E_CLOSED, CLI_NETWORK}, {SMPC_E_CANCELED, CLI_NETWORK},
      {SMPC_E_VERSION, CLI_DISAGREE}, {SMPC_E_PARAM, CLI_DISAGREE}, {SMPC_E_DESYNC, CLI_DISAGREE},
      {SMPC_E_PEER, CLI_DISAGREE}, {SMPC_E_POLICY, CLI_POLICY}, {SMPC_E_AUTH, CLI_CHEAT}, {SMPC_E_FORMAT, CLI_CHEAT},
      {SMPC_E_CHEAT, CLI_CHEAT}, {SMPC_E_NOMEM, CLI_MACHINE}, {SMPC_E_HELD, CLI_HELD}, {SMPC_E_RNG, CLI_MACHINE}, {SMPC_E_ARG, CLI_BUG},
      {SMPC_E_SHAPE, CLI_BUG}, {SMPC_E_STATE, CLI_BUG}, {SMPC_E_BUG, CLI_BUG}, {(smpc_err)1234, CLI_BUG}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    assert_int_equal(cli_exit_of(table[i].err), table[i].code);
  static const enum cli_exit codes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 99};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    for (size_t j = 0; j < i; j++) assert_string_not_equal(cli_exit_text(codes[i]), cli_exit_text(codes[j]));
}

static void options_are_read(void **state) {
  (void)state;
  char name[] = "/usr/bin/smpc-test", config[] = "--config=c", parties[] = "--parties", p[] = "p", json[] = "--json",
       wait[] = "--wait=60", dry[] = "--dry-run", q[] = "-q", output[] = "--output=o", data[] = "--data=d",
       question[] = "--question=x", v[] = "--verbose";
  char *argv[] = {name, config, parties, p, json, wait, dry, q, output, data, question, v, NULL};
  struct cli_options o;
  cli_parse(&o, 12, argv, "doc", &cli_result, &o);
  assert_string_equal(o.config, "c");
  assert_string_equal(o.parties, "p");
  assert_string_equal(o.output, "o");
  assert_string_equal(o.data, "d");
  assert_string_equal(o.question, "x");
  assert_int_equal(o.format, CLI_JSON);
  assert_int_equal(o.wait_ms, 60000);
  assert_true(o.dry_run && o.quiet && o.verbose);
  char *none[] = {name, NULL};
  cli_parse(&o, 1, none, "doc", NULL, NULL);
  assert_string_equal(o.config, "party.yaml");
  assert_int_equal(o.format, CLI_TABLE);
  assert_int_equal(o.wait_ms, 0);
  assert_false(o.dry_run || o.quiet || o.verbose);
}

static void a_crash_leaves_no_core(void **state) {
  (void)state;
  char name[] = "/usr/bin/smpc-test", *argv[] = {name, NULL};
  struct cli_options o;
  struct rlimit core = {1, 1};
  cli_parse(&o, 1, argv, "doc", NULL, NULL);
  assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
  assert_true(core.rlim_cur == 0 && core.rlim_max == 0);
}

static char folder[64], path[96];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/smpc-cli-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/result", folder);
  return 0;
}

/* Only the result may be there, no temporary file. */
static int drop_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void has_text(const char *text) {
  char buf[100];
  FILE *in = fopen(path, "r");
  assert_non_null(in);
  size_t n = fread(buf, 1, sizeof buf - 1, in);
  buf[n] = 0;
  fclose(in);
  assert_string_equal(buf, text);
}

static void a_result_is_whole_or_not_there(void **state) {
  (void)state;
  struct cli_options o = {.output = path};
  struct cli_output out;
  assert_int_equal(cli_output_begin(&out, &o), CLI_DONE);
  fputs("first", out.file);
  assert_int_equal(access(path, F_OK), -1); /* not before it is complete */
  assert_int_equal(cli_output_end(&out, true), CLI_DONE);
  has_text("first");
  assert_int_equal(cli_output_begin(&out, &o), CLI_DONE);
  fputs("second", out.file);
  assert_int_equal(cli_output_end(&out, false), CLI_DONE); /* given up */
  has_text("first");
  assert_int_equal(cli_output_begin(&out, &o), CLI_DONE);
  fputs("third", out.file);
  assert_int_equal(cli_output_end(&out, true), CLI_DONE);
  has_text("third");
  struct stat st;
  mode_t mask = umask(0);
  umask(mask);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
}

static void a_full_disk_is_reported(void **state) {
  (void)state;
  struct cli_options o = {.output = "/dev/full"};
  struct cli_output out;
  if (access("/dev/full", W_OK) != 0) skip();
  assert_int_equal(cli_output_begin(&out, &o), CLI_DONE);
  fputs("lost", out.file);
  assert_int_equal(cli_output_end(&out, true), CLI_MACHINE);
  assert_int_equal(access("/dev/full", W_OK), 0); /* and still there */
}

static void a_folder_that_is_missing_is_reported_at_once(void **state) {
  (void)state;
  struct cli_options o = {.output = "/nonexistent/result"};
  struct cli_output out;
  assert_int_equal(cli_output_begin(&out, &o), CLI_INPUT);
  assert_int_equal(cli_output_end(&out, true), CLI_MACHINE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(every_error_has_its_exit_code), T(options_are_read), T(a_crash_leaves_no_core),
      cmocka_unit_test_setup_teardown(a_result_is_whole_or_not_there, make_folder, drop_folder),
      T(a_full_disk_is_reported), T(a_folder_that_is_missing_is_reported_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
