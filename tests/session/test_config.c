/* test_config.c - session/config.h: party.yaml and parties.yaml, and every error
 * in them, with file, line and key. */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session/config.h"
#include "session/identity.h"
#include "session/yaml.h"
#include "support/seams.h"

enum { PARTIES = 4 }; /* north, south, west compute; the fourth deals */

static char folder[64], own_path[96], all_path[96];
static char key[PARTIES][SMPI_KEY_TEXT_LEN];

static void put(const char *path, const char *text) {
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
  assert_int_equal(fclose(out), 0);
}

static int make_folder(void **state) {
  (void)state;
  char path[96];
  struct smpi_public pub;
  strcpy(folder, "/tmp/smpc-config-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(own_path, sizeof own_path, "%s/party.yaml", folder);
  snprintf(all_path, sizeof all_path, "%s/parties.yaml", folder);
  seam_entropy_reset(1, 0);
  for (int i = 0; i < PARTIES; i++) {
    snprintf(path, sizeof path, "%s/%d.key", folder, i);
    if (smpi_identity_new(path, &pub, NULL) != SMPC_OK) return -1;
    smpi_key_text(key[i], &pub);
  }
  return 0;
}

static int drop_folder(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static const char OWN[] = "party: north\n"
                          "key: 0.key\n"
                          "parties: parties.yaml\n"
                          "listen: tcp://0.0.0.0:7700\n"
                          "timeout: 20 s\n"
                          "wait: 5 min\n"
                          "purposes:\n"
                          "  - count of strokes\n"
                          "  - count of falls\n"
                          "data:\n"
                          "  file: rows.csv\n"
                          "  columns: [{name: age, type: number}]\n"
                          "pool: pools/night\n";

/* Lines 1..24; K0..K3 become keys. */
static const char ALL[] = "# all the parties\n"
                          "security: semi-honest\n"
                          "preprocessing: dealer\n"
                          "fraction bits: 16\n"
                          "parties:\n"
                          "  - name: north\n"
                          "    address: tcp://north.example.org:7700\n"
                          "    key: K0\n"
                          "    roles: [input, compute, result]\n"
                          "  - name: south\n"
                          "    address: tcp://[2001:db8::1]:7700\n"
                          "    key: K1\n"
                          "    roles: [input, compute]\n"
                          "  - name: west\n"
                          "    key: K2\n"
                          "    roles: [compute]\n"
                          "  - name: dealer\n"
                          "    address: ipc:///run/smpc/dealer\n"
                          "    key: K3\n"
                          "    roles: [dealer]\n";

/* `text` with the first `from` replaced by `to`, and then all K<i> by keys. */
static void edited(char *out, size_t size, const char *text, const char *from, const char *to) {
  const char *at = from == NULL ? text : strstr(text, from);
  assert_non_null(at);
  size_t skip = from == NULL ? 0 : strlen(from), n = 0;
  char *raw = malloc(size);
  snprintf(raw, size, "%.*s%s%s", (int)(at - text), text, to, at + skip);
  for (const char *p = raw; *p && n + 200 < size;) {
    if (p[0] == 'K' && p[1] >= '0' && p[1] < '0' + PARTIES) {
      n += (size_t)snprintf(out + n, size - n, "%s", key[p[1] - '0']);
      p += 2;
    } else out[n++] = *p++;
  }
  out[n] = 0;
  free(raw);
}

static smpc_err load_edited(smpc_config *cfg, struct smpi_fault *f, const char *own_from, const char *own_to,
                            const char *all_from, const char *all_to) {
  char text[8192];
  edited(text, sizeof text, OWN, own_from, own_to);
  put(own_path, text);
  edited(text, sizeof text, ALL, all_from, all_to);
  put(all_path, text);
  *cfg = (smpc_config)SMPC_CONFIG_INIT;
  *f = (struct smpi_fault){.party = -1};
  return smpi_config_load(cfg, own_path, NULL, f);
}

static void must_fail(const struct smpi_fault *f, smpc_err err, const smpc_config *cfg, const char *place,
                      const char *word) {
  static const smpc_config empty = SMPC_CONFIG_INIT;
  if (err != SMPC_E_FILE || strstr(f->text, place) == NULL || strstr(f->text, word) == NULL)
    fail_msg("code %d, \"%s\"; wanted \"%s\" and \"%s\"", err, f->text, place, word);
  assert_memory_equal(cfg, &empty, sizeof empty);
}

/* party.yaml with `from` replaced by `to` is refused at `place`, with `word`. */
static void own_refused(const char *from, const char *to, const char *place, const char *word) {
  smpc_config cfg;
  struct smpi_fault f;
  smpc_err err = load_edited(&cfg, &f, from, to, NULL, "");
  must_fail(&f, err, &cfg, place, word);
}
static void all_refused(const char *from, const char *to, const char *place, const char *word) {
  smpc_config cfg;
  struct smpi_fault f;
  smpc_err err = load_edited(&cfg, &f, NULL, "", from, to);
  must_fail(&f, err, &cfg, place, word);
}

static void good_files_are_read(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  char path[96];
  uint64_t live = seam_heap_live();
  smpc_err err = load_edited(&cfg, &f, NULL, "", NULL, "");
  if (err != SMPC_OK) fail_msg("%s", f.text);
  assert_int_equal(cfg.security, SMPC_SEMI_HONEST);
  assert_int_equal(cfg.source, SMPC_DEALER);
  assert_int_equal(cfg.frac_bits, 16);
  assert_int_equal(cfg.timeout_ms, 20000);
  assert_int_equal(cfg.wait_ms, 300000);
  assert_int_equal(cfg.me.id, 0);
  assert_int_equal(cfg.parties, 4);
  assert_string_equal(cfg.listen, "tcp://0.0.0.0:7700");
  assert_string_equal(cfg.purposes, "count of strokes\ncount of falls");
  snprintf(path, sizeof path, "%s/0.key", folder);
  assert_string_equal(cfg.key_file, path);
  snprintf(path, sizeof path, "%s/pools/night", folder);
  assert_string_equal(cfg.pool, path);
  static const unsigned roles[] = {SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE, SMPC_COMPUTE,
                                   SMPC_DEAL};
  static const char *const names[] = {"north", "south", "west", "dealer"};
  for (unsigned i = 0; i < 4; i++) {
    struct smpi_public pub;
    assert_string_equal(cfg.member[i].name, names[i]);
    assert_int_equal(cfg.member[i].roles, roles[i]);
    assert_int_equal(smpi_key_parse(&pub, key[i], NULL), SMPC_OK);
    assert_memory_equal(cfg.member[i].link_key, pub.link, 32);
    assert_memory_equal(cfg.member[i].sign_key, pub.sign, 32);
  }
  assert_string_equal(cfg.member[1].address, "tcp://[2001:db8::1]:7700");
  assert_string_equal(cfg.member[2].address, "");
  assert_int_equal(seam_heap_live(), live);
}

static void defaults_are_the_documented_ones(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  static const char rest[] = "listen: tcp://0.0.0.0:7700\ntimeout: 20 s\nwait: 5 min\npurposes:\n  - count of strokes\n"
                             "  - count of falls\n";
  assert_int_equal(load_edited(&cfg, &f, rest, "", "fraction bits: 16\n", ""), SMPC_OK);
  assert_int_equal(cfg.frac_bits, 20);
  assert_int_equal(cfg.timeout_ms, 30000);
  assert_int_equal(cfg.wait_ms, 60000);
  assert_string_equal(cfg.listen, "");
  assert_string_equal(cfg.purposes, "");
  assert_false(smpi_config_allows(&cfg, "count of strokes"));
}

static void another_parties_file_can_be_given(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  char other[96];
  assert_int_equal(load_edited(&cfg, &f, "parties: parties.yaml\n", "", NULL, ""), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "`parties:` is missing"));
  snprintf(other, sizeof other, "%s/other.yaml", folder);
  assert_int_equal(rename(all_path, other), 0);
  assert_int_equal(smpi_config_load(&cfg, own_path, other, NULL), SMPC_OK);
  assert_string_equal(cfg.member[3].name, "dealer");
  char long_path[600] = {0};
  memset(long_path, '/', sizeof long_path - 1); /* cut short it would be another file */
  f = (struct smpi_fault){.party = -1};
  assert_int_equal(smpi_config_load(&cfg, own_path, long_path, &f), SMPC_E_FILE);
  assert_non_null(strstr(f.text, "too long"));
}

static void times_have_units(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  static const struct { const char *text; unsigned ms; } good[] = {
      {"timeout: 30", 30000}, {"timeout: 500 ms", 500}, {"timeout: 500ms", 500}, {"timeout: 2 min", 120000}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_int_equal(load_edited(&cfg, &f, "timeout: 20 s", good[i].text, NULL, ""), SMPC_OK);
    assert_int_equal(cfg.timeout_ms, good[i].ms);
  }
  static const char *const bad[] = {"timeout: -1", "timeout: 1e3", "timeout: 0", "timeout: 99 ms", "timeout: 61 min",
                                    "timeout: 1 day", "timeout: 18446744073709551617", "timeout: s", "timeout: 0x10"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    own_refused("timeout: 20 s", bad[i], "party.yaml:5", "`timeout`");
  own_refused("timeout: 20 s", "timeout: 010", "party.yaml:5", "begin with 0");
  own_refused("wait: 5 min", "wait: 060", "party.yaml:6", "begin with 0");
}

static void errors_of_party_yaml_name_the_place(void **state) {
  (void)state;
  own_refused("timeout", "tiemout", "party.yaml:5", "unknown key `tiemout`");
  own_refused("purposes:\n", "purpose:\n", "party.yaml:7", "unknown key `purpose`");
  own_refused("party: north\n", "", "party.yaml", "`party:` is missing");
  own_refused("key: 0.key\n", "", "party.yaml", "`key:` is missing");
  own_refused("wait: 5 min", "party: south", "party.yaml:6", "`party:` stands here for the second time");
  own_refused("party: north", "party: nort", "party.yaml:1", "no party of this name");
  own_refused("party: north", "party:", "party.yaml:1", "`party`");
  own_refused("party: north", "party: [north]", "party.yaml:1", "`party`: one text or number belongs here");
  own_refused("key: 0.key", "key: 1.key", "parties.yaml:8", "my key file has other keys");
  own_refused("key: 0.key", "key: none.key", "none.key", "No such file");
  own_refused("key: 0.key", "key: .", "/.", "not a regular file");
  own_refused("key: 0.key", "key: parties.yaml", "parties.yaml", "chmod 600");
  own_refused("parties: parties.yaml", "parties: 0.key", "0.key", "secret key file");
  own_refused("parties: parties.yaml", "parties: none.yaml", "none.yaml", "No such file");
  own_refused("parties: parties.yaml", "parties: .", "/.", "directory");
  own_refused("tcp://0.0.0.0:7700", "0.0.0.0:7700", "party.yaml:4", "tcp://host:port");
  own_refused("key: 0.key", "key: &k 0.key\nwait: *k\n#", "party.yaml:3", "alias");
  own_refused("data:", "---\ndata:", "party.yaml:11", "second document");
  own_refused("party: north", "party: \"no\\0rth\"", "party.yaml:1", "NUL");
  own_refused("party: north", "party: \tnorth: x", "party.yaml:1", "no YAML");
  own_refused("party: north", "party: \x01north", "party.yaml", "no YAML");
}

static void errors_of_parties_yaml_name_the_place(void **state) {
  (void)state;
  all_refused("security: semi-honest\n", "", "parties.yaml", "`security:` is missing");
  all_refused("semi-honest", "malicious", "parties.yaml", "no dealer");
  all_refused("semi-honest", "honest", "parties.yaml:2", "must be semi-honest or malicious");
  all_refused("preprocessing: dealer", "preprocessing: ot", "parties.yaml", "there is a dealer");
  all_refused("preprocessing: dealer", "preprocessing: magic", "parties.yaml:3", "must be dealer, ot or paillier");
  all_refused("bits: 16", "bits: 016", "parties.yaml:4", "begin with 0");
  all_refused("bits: 16", "bits: 29", "parties.yaml:4", "1 to 28");
  all_refused("bits: 16", "bits: 0", "parties.yaml:4", "1 to 28");
  all_refused("bits: 16", "bits: 16.0", "parties.yaml:4", "1 to 28");
  all_refused("    address: tcp://north", "    adress: tcp://north", "parties.yaml:7", "unknown key `adress`");
  all_refused("name: south", "name: north", "parties.yaml:10", "another party has this name");
  all_refused("name: south", "name: so uth", "parties.yaml:10", "letters");
  all_refused("name: south", "name: ../south", "parties.yaml:10", "letters");
  all_refused("key: K1", "key: K0", "parties.yaml:12", "north has the same key");
  all_refused("key: K3", "key: K2", "parties.yaml:19", "a dealer must be somebody else");
  all_refused("key: K1", "key: K1x", "parties.yaml:12", "length");
  all_refused("key: K1", "key: 12", "parties.yaml:12", "smpc1_");
  all_refused("    key: K1\n", "", "parties.yaml:10", "`key:` is missing");
  all_refused("tcp://[2001:db8::1]:7700", "tcp://north.example.org:7700", "parties.yaml:11",
              "north has the same address");
  all_refused("tcp://[2001:db8::1]:7700", "tcp://*:7700", "parties.yaml:11", "tcp://host:port");
  all_refused("    address: tcp://[2001:db8::1]:7700\n", "", "parties.yaml:13", "address");
  all_refused("roles: [compute]", "roles: [computes]", "parties.yaml:16", "a role is one of");
  all_refused("roles: [compute]", "roles: [compute, compute]", "parties.yaml:16", "twice");
  all_refused("roles: [compute]", "roles: []", "parties.yaml:16", "too short");
  all_refused("roles: [compute]", "roles: compute", "parties.yaml:16", "`roles`: a list belongs here");
  all_refused("roles: [dealer]", "roles: [dealer, input]", "parties.yaml:20", "no other role");
  all_refused("roles: [compute]", "roles: [dealer]", "parties.yaml", "at most one dealer");
  all_refused("roles: [input, compute]", "roles: [*x]", "parties.yaml:13", "no YAML");
  all_refused("roles: [compute]", "roles: [compute]\n    data: 1", "parties.yaml:17", "unknown key `data`");
  all_refused("# all the parties", "data: 1", "parties.yaml:1", "unknown key `data`");
}

/* A dealer that is named deals; else nobody need be trusted. */
static void the_source_follows_from_the_roles_when_it_is_not_said(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  assert_int_equal(load_edited(&cfg, &f, NULL, "", "preprocessing: dealer\n", ""), SMPC_OK);
  assert_int_equal(cfg.source, SMPC_DEALER);
  assert_int_equal(load_edited(&cfg, &f, NULL, "", "roles: [dealer]", "roles: [result]"), SMPC_OK);
  assert_int_equal(cfg.source, SMPC_DEALER); /* as it was said; the first product tells what is missing */
  assert_int_equal(load_edited(&cfg, &f, NULL, "", "preprocessing: dealer\n", "preprocessing: ot\n#"), SMPC_E_FILE);
}

static void the_number_of_computing_parties_is_bounded(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  all_refused("roles: [input, compute]\n  - name: west\n    key: K2\n    roles: [compute]",
              "roles: [input]\n  - name: west\n    key: K2\n    roles: [input]", "parties.yaml", "2 to 16 computing");
  assert_int_equal(load_edited(&cfg, &f, NULL, "", "roles: [compute]", "roles: [result]"), SMPC_OK);
  all_refused(strstr(ALL, "  - name: south"), "", "parties.yaml:6", "too short");
}

static void a_damaged_key_is_found(void **state) {
  (void)state;
  char text[256];
  for (size_t i = 6; i + 1 < SMPI_KEY_TEXT_LEN; i += 9) {
    snprintf(text, sizeof text, "key: %s", key[1]);
    text[5 + i] = text[5 + i] == 'x' ? 'y' : 'x';
    all_refused("key: K1", text, "parties.yaml:12", "typing error");
  }
}

static void empty_and_odd_files_are_refused(void **state) {
  (void)state;
  static const char *const odd[] = {"", "\n", "# nothing\n", "- a list\n", "a text\n", "[", "{}", "%YAML 9.9\n---\n"};
  smpc_config cfg = SMPC_CONFIG_INIT;
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    struct smpi_fault f = {.party = -1};
    put(own_path, odd[i]);
    smpc_err err = smpi_config_load(&cfg, own_path, NULL, &f);
    must_fail(&f, err, &cfg, "party.yaml", "");
  }
  FILE *out = fopen(own_path, "wb");
  assert_int_equal(ftruncate(fileno(out), (1 << 20) + 1), 0);
  fclose(out);
  struct smpi_fault f = {.party = -1};
  smpc_err err = smpi_config_load(&cfg, own_path, NULL, &f);
  must_fail(&f, err, &cfg, "party.yaml", strerror(EFBIG));
}

static void a_config_that_was_not_set_up_is_refused(void **state) {
  (void)state;
  smpc_config cfg;
  memset(&cfg, 0, sizeof cfg);
  assert_int_equal(smpi_config_load(&cfg, "nowhere", NULL, NULL), SMPC_E_ARG);
}

static void only_listed_purposes_are_allowed(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  assert_int_equal(load_edited(&cfg, &f, NULL, "", NULL, ""), SMPC_OK);
  assert_true(smpi_config_allows(&cfg, "count of strokes"));
  assert_true(smpi_config_allows(&cfg, "count of falls"));
  static const char *const no[] = {"", "count", "count of strokes\ncount of falls", "count of strokes ", "any", "*"};
  for (size_t i = 0; i < sizeof no / sizeof *no; i++) assert_false(smpi_config_allows(&cfg, no[i]));
  static const char list[] = "  - count of strokes\n  - count of falls\n";
  assert_int_equal(load_edited(&cfg, &f, list, "  - any\n", NULL, ""), SMPC_OK);
  assert_true(smpi_config_allows(&cfg, "whatever it is"));
  assert_false(smpi_config_allows(&cfg, ""));
  own_refused("count of falls", "any", "party.yaml:9", "stands alone");
  own_refused("count of falls", "\"*\"", "party.yaml:9", "plain text");
  own_refused("count of falls", "\"a\\nb\"", "party.yaml:9", "plain text");
  own_refused(list, "  - {a: b}\n", "party.yaml:8", "purposes");
}

/* Whichever allocation fails: that error, nothing left behind, *cfg empty. */
static void each_failing_allocation_is_survived(void **state) {
  (void)state;
  smpc_config cfg;
  struct smpi_fault f;
  assert_int_equal(load_edited(&cfg, &f, NULL, "", NULL, ""), SMPC_OK);
  uint64_t live = seam_heap_live();
  seam_heap_reset(0);
  assert_int_equal(smpi_config_load(&cfg, own_path, NULL, &f), SMPC_OK);
  uint64_t calls = seam_heap_count();
  assert_true(calls > 20);
  for (uint64_t k = 1; k <= calls; k++) {
    f = (struct smpi_fault){.party = -1};
    seam_heap_reset(k);
    smpc_err err = smpi_config_load(&cfg, own_path, NULL, &f);
    seam_heap_reset(0);
    if (err != SMPC_E_NOMEM) fail_msg("allocation %u of %u: %d \"%s\"", (unsigned)k, (unsigned)calls, err, f.text);
    assert_int_equal(seam_heap_live(), live);
    assert_int_equal(cfg.parties, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      T(good_files_are_read), T(defaults_are_the_documented_ones), T(another_parties_file_can_be_given),
      T(times_have_units), T(errors_of_party_yaml_name_the_place), T(errors_of_parties_yaml_name_the_place),
      T(the_source_follows_from_the_roles_when_it_is_not_said), T(the_number_of_computing_parties_is_bounded),
      T(a_damaged_key_is_found), T(empty_and_odd_files_are_refused),
      T(a_config_that_was_not_set_up_is_refused), T(only_listed_purposes_are_allowed),
      T(each_failing_allocation_is_survived),
  };
  return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
