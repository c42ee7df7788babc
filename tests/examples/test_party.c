/* test_party.c - smpc-party and smpc-dealer as a user meets them: from nothing to
 * a checked configuration. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static void nothing_is_overwritten(void **state) {
  (void)state;
  run_expect(run("smpc-party new once"), 0, "smpc-party keygen");
  run_write("once/party.yaml", "mine");
  run_expect(run("smpc-party new once"), 2, "exists already");
  assert_string_equal(run_read("once/party.yaml"), "mine");
  run_expect(run("smpc-party keygen once/a.key"), 0, "Its fingerprint: ");
  run_expect(run("smpc-party keygen once/a.key"), 2, "exists already");
  run_expect(run("smpc-party new none/below"), 2, "No such file");
  run_expect(run("smpc-party new 'no name'"), 0, "for the party my-name."); /* told, not guessed */
}

static void set_up(const char *name) {
  assert_int_equal(run("smpc-party new %s && cd %s && smpc-party keygen", name, name)->exit, 0);
  assert_int_equal(run("cd %s && smpc-party show >../%s.entry", name, name)->exit, 0);
}

/* new, keygen, show, paste, and the files are in order. */
static void from_nothing_to_a_configuration(void **state) {
  (void)state;
  set_up("north");
  set_up("south");
  set_up("west");
  run_expect(run("cd north && smpc-party check --firewall"), 2, "`parties`: a list belongs here, such as [a, b]");
  assert_int_equal(run("sed -i '/address:/d' west.entry; sed -i 's/\\[.*\\]/[dealer]/' south.entry; "
                       "for p in north south west; do cat north.entry south.entry west.entry >>$p/parties.yaml; "
                       "sed -i 's/^preprocessing: ot/preprocessing: dealer/' $p/parties.yaml; done")
                       ->exit, 0);
  run_expect(run("cd north && smpc-party check --dry-run"), 0, "north: open TCP port 7700"); /* no network, as it says */
  run_expect(run("cd north && smpc-party check --firewall"), 0,
             "south dials north at tcp://north.example.org:7700\n"
             "west dials north at tcp://north.example.org:7700\n"
             "west dials south at tcp://south.example.org:7700\n"
             "north: open TCP port 7700 for south, west\n"
             "south: open TCP port 7700 for west\n"
             "west: no port to open, it dials everybody\n");
  assert_null(strstr(run("cd north && smpc-party check --dry-run")->err, "note: I listen"));
  assert_null(strstr(run("sed 's/:7700/:7701/' north/party.yaml >north/nat.yaml; cd north && smpc-party check --dry-run -q --config nat.yaml")->err, "note"));
  run("cd north && smpc-party check --dry-run --config nat.yaml");
  assert_non_null(strstr(run_read(".run-err"), "note: I listen on port 7701 (`listen` in party.yaml), and the others dial port 7700 (`address` of north)"));
  char prints[RUN_TEXT];
  const struct run *r = run("smpc-party show --all --config south/party.yaml");
  run_expect(r, 0, "south  (me)");
  strcpy(prints, r->out);
  r = run("smpc-party show --config west/party.yaml");
  run_expect(r, 0, "# fingerprint of west: ");
  char print[25];
  memcpy(print, strstr(r->out, "west: ") + strlen("west: "), 24);
  print[24] = 0;
  assert_non_null(strstr(prints, print)); /* what one shows is what the others see */
}

static void mistakes_are_named(void **state) {
  (void)state;
  assert_int_equal(run("cp -r north broken")->exit, 0);
  run_expect(run("cd broken && chmod 644 north.key && smpc-party show"), 2, "chmod 600 north.key");
  run_expect(run("cd broken && smpc-party check --firewall"), 2, "chmod 600");
  assert_int_equal(run("cd broken && rm north.key && cp ../south/south.key north.key")->exit, 0);
  run_expect(run("cd broken && smpc-party check"), 2, "my key file has other keys");
  run_expect(run("cd broken && rm north.key && smpc-party show"), 2, "the key file north.key: No such file");
  run_expect(run("smpc-party show --config nowhere.yaml"), 2, "nowhere.yaml: No such file");
  run_expect(run("smpc-party show ."), 2, "not a regular file");
  run_expect(run("smpc-dealer --config north/party.yaml"), 2, "north is not the dealer");
  run_expect(run("smpc-dealer --config south/party.yaml --question none.yaml"), 2, "none.yaml");
}

/* No link has been tried then, so none may be called good. */
static void an_address_of_another_machine(void **state) {
  (void)state;
  assert_int_equal(run("sed 's|^listen: .*|listen: tcp://192.0.2.1:7700|' north/party.yaml >north/elsewhere.yaml")->exit, 0);
  const struct run *r = run("smpc-party check --config north/elsewhere.yaml --wait 1");
  assert_int_equal(r->exit, 3);
  assert_non_null(strstr(r->out, "cannot listen on tcp://192.0.2.1:7700"));
  assert_null(strstr(r->out, "the link works"));
}

static void the_dealer_says_whom_to_trust(void **state) {
  (void)state;
  const struct run *r = run("smpc-dealer --config south/party.yaml --dry-run");
  run_expect(r, 0, "");
  assert_non_null(strstr(r->err, "south deals for north and west. It sees no data; but whoever controls it together"));
  run_expect(run("smpc-dealer --config south/party.yaml --json"), 1, "--json"); /* it has no result */
}

static void wrong_command_lines_are_refused(void **state) {
  (void)state;
  static const struct { const char *args, *word; } wrong[] = {
      {"", "new, keygen"}, {"nothing", "commands"}, {"new", "folder"}, {"new a b", "too many"},
      {"check x", "no argument"}, {"--wait 010 check", "--wait"}, {"--wait 0 check", "--wait"}, {"--foo", "foo"},
      {"new x --name 'a b'", "--name"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    run_expect(run("smpc-party %s", wrong[i].args), 1, wrong[i].word);
  run_expect(run("smpc-party --help"), 0, "--firewall");
  run_expect(run("smpc-party --version"), 0, "smpc-party (libmpc) ");
  run_expect(run("smpc-dealer --help"), 0, "--config");
}

/* No secret on any output: not the key of the templates' party in any form. */
static void secrets_stay_in_their_file(void **state) {
  (void)state;
  char digits[33];
  run_expect(run("cd north && { smpc-party show; smpc-party show --all; smpc-party check --firewall; "
                 "smpc-party keygen; cat parties.yaml party.yaml; } 2>&1; true"), 0, "smpc1_");
  char seen[RUN_TEXT];
  strcpy(seen, run_read(".run-out"));
  for (int line = 0; line < 2; line++) {
    memcpy(digits, run_read("north/north.key") + 16 + 5 + 70 * line, 32);
    digits[32] = 0;
    assert_null(strstr(seen, digits));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(nothing_is_overwritten), T(from_nothing_to_a_configuration), T(mistakes_are_named), T(an_address_of_another_machine),
      T(the_dealer_says_whom_to_trust), T(wrong_command_lines_are_refused), T(secrets_stay_in_their_file),
  };
  return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
