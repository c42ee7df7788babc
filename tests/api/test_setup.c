/* test_setup.c - the set-up calls of smpc.h: from a new identity to a loaded
 * configuration, as a program makes it. */
#include "support/test.h"

#include <smpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void from_new_keys_to_a_configuration(void **state) {
  (void)state;
  char folder[64] = "/tmp/smpc-setup-XXXXXX", path[96], text[300], print[SMPC_FINGERPRINT_LEN];
  smpc_member a, b, back;
  char key_a[SMPC_KEY_TEXT_LEN], key_b[SMPC_KEY_TEXT_LEN];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/b.key", folder);
  assert_int_equal(smpc_identity_new(path, &b, text, sizeof text), SMPC_OK);
  snprintf(path, sizeof path, "%s/a.key", folder);
  assert_int_equal(smpc_identity_new(path, &a, text, sizeof text), SMPC_OK);
  assert_string_equal(text, "");
  assert_int_equal(smpc_identity_public(path, &back, NULL, 0), SMPC_OK);
  assert_memory_equal(back.link_key, a.link_key, 32);
  assert_memory_equal(back.sign_key, a.sign_key, 32);
  assert_int_equal(smpc_identity_new(path, &back, text, sizeof text), SMPC_E_FILE);
  assert_non_null(strstr(text, "exists already"));
  smpc_fingerprint(print, &a);
  assert_int_equal(strlen(print), 24);
  smpc_key_text(key_a, &a);
  smpc_key_text(key_b, &b);

  snprintf(path, sizeof path, "%s/parties.yaml", folder);
  FILE *out = fopen(path, "w");
  fprintf(out, "security: semi-honest\npreprocessing: dealer\nparties:\n"
               "- {name: a, address: \"tcp://127.0.0.1:1\", key: %s, roles: [input, compute]}\n"
               "- {name: b, key: %s, roles: [compute, result]}\n", key_a, key_b);
  assert_int_equal(fclose(out), 0);
  snprintf(path, sizeof path, "%s/party.yaml", folder);
  out = fopen(path, "w");
  fprintf(out, "party: b\nkey: b.key\nparties: parties.yaml\n");
  assert_int_equal(fclose(out), 0);
  smpc_config cfg = SMPC_CONFIG_INIT;
  assert_int_equal(smpc_config_load(&cfg, path, text, sizeof text), SMPC_OK);
  assert_int_equal(cfg.me.id, 1);
  assert_memory_equal(cfg.member[0].link_key, a.link_key, 32);

  char short_text[10];
  snprintf(path, sizeof path, "%s/none.yaml", folder);
  assert_int_equal(smpc_config_load(&cfg, path, short_text, sizeof short_text), SMPC_E_FILE);
  assert_int_equal(strlen(short_text), sizeof short_text - 1);
  snprintf(text, sizeof text, "rm -r %s", folder);
  assert_int_equal(system(text), 0);
}

static void missing_arguments_are_refused(void **state) {
  (void)state;
  char text[100];
  smpc_config cfg = SMPC_CONFIG_INIT;
  smpc_member m;
  assert_int_equal(smpc_config_load(NULL, "x", text, sizeof text), SMPC_E_ARG);
  assert_string_not_equal(text, "");
  assert_int_equal(smpc_config_load(&cfg, NULL, NULL, 0), SMPC_E_ARG);
  assert_int_equal(smpc_identity_new(NULL, &m, NULL, 0), SMPC_E_ARG);
  assert_int_equal(smpc_identity_new("x", NULL, NULL, 0), SMPC_E_ARG);
  assert_int_equal(smpc_identity_public(NULL, &m, NULL, 0), SMPC_E_ARG);
}

TEST_MAIN(T(from_new_keys_to_a_configuration), T(missing_arguments_are_refused))
