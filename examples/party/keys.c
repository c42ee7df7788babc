/* keys.c - smpc-party keygen and show. */
#include <stdlib.h>
#include <string.h>

#include "party.h"
#include "yaml_file.h"

/* --- of party.yaml, what is needed before parties.yaml is complete --------------- */

struct own { char *party, *key, *listen; };

static const cyaml_schema_field_t own_fields[] = {
    CYAML_FIELD_STRING_PTR("party", CYAML_FLAG_POINTER, struct own, party, 1, 63),
    CYAML_FIELD_STRING_PTR("key", CYAML_FLAG_POINTER, struct own, key, 1, 511),
    CYAML_FIELD_STRING_PTR("listen", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, listen, 0, 191),
    CYAML_FIELD_IGNORE("parties", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("timeout", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("wait", CYAML_FLAG_OPTIONAL),    CYAML_FIELD_IGNORE("purposes", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("journal", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("data", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("pool", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END};
static const cyaml_schema_value_t own_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct own, own_fields)};

struct mine { char name[64], key_file[4096], port[8]; };

/* From --config; the key file is relative to it. */
static enum cli_exit read_mine(struct mine *m, const struct cli_options *o) {
  char text[400];
  void *data;
  if (!yaml_load(&data, o->config, &own_schema, text, sizeof text)) {
    cli_error("%s", text);
    return CLI_INPUT;
  }
  const struct own *own = data;
  const char *slash = strrchr(o->config, '/'), *colon = own->listen == NULL ? NULL : strrchr(own->listen, ':');
  int folder = own->key[0] == '/' || slash == NULL ? 0 : (int)(slash - o->config) + 1;
  snprintf(m->name, sizeof m->name, "%s", own->party);
  snprintf(m->port, sizeof m->port, "%.5s", colon != NULL && strncmp(own->listen, "tcp://", 6) == 0 ? colon + 1 : "7700");
  size_t len = (size_t)snprintf(m->key_file, sizeof m->key_file, "%.*s%s", folder, o->config, own->key);
  yaml_free(data, &own_schema);
  if (len < sizeof m->key_file) return CLI_DONE;
  cli_error("%s: `key`: the path is too long", o->config);
  return CLI_INPUT;
}

/* With FILE given, party.yaml is not needed. */
static enum cli_exit find_mine(struct mine *m, const char *key_file, const struct cli_options *o) {
  *m = (struct mine){"my-name", "", "7700"};
  if (key_file == NULL) return read_mine(m, o);
  if ((size_t)snprintf(m->key_file, sizeof m->key_file, "%s", key_file) < sizeof m->key_file) return CLI_DONE;
  cli_error("%.100s...: the path is too long", key_file);
  return CLI_USAGE;
}

enum cli_exit party_keygen(const char *key_file, const struct cli_options *o) {
  struct mine m;
  smpc_member member;
  char text[300], print[SMPC_FINGERPRINT_LEN];
  enum cli_exit code = find_mine(&m, key_file, o);
  if (code != CLI_DONE) return code;
  smpc_err err = smpc_identity_new(m.key_file, &member, text, sizeof text);
  if (err != SMPC_OK) {
    cli_error("%s", text);
    return cli_exit_of(err);
  }
  smpc_fingerprint(print, &member);
  printf("Made the key %s.  Its fingerprint: %s\n", m.key_file, print);
  return CLI_DONE;
}

enum cli_exit party_show(const char *key_file, const struct cli_options *o) {
  struct mine m;
  smpc_member member;
  char text[300], key[SMPC_KEY_TEXT_LEN], print[SMPC_FINGERPRINT_LEN];
  enum cli_exit code = find_mine(&m, key_file, o);
  if (code != CLI_DONE) return code;
  smpc_err err = smpc_identity_public(m.key_file, &member, text, sizeof text);
  if (err != SMPC_OK) {
    cli_error("%s", text);
    return cli_exit_of(err);
  }
  smpc_key_text(key, &member);
  smpc_fingerprint(print, &member);
  printf("  - name: %s\n"
         "    address: tcp://%s.example.org:%s  # what the others dial: put the right host here\n"
         "    key: %s\n"
         "    roles: [input, compute, result]  # as agreed; the dealer's are [dealer]\n"
         "# fingerprint of %s: %s\n", m.name, m.name, m.port, key, m.name, print);
  return CLI_DONE;
}

enum cli_exit party_show_all(const struct cli_options *o) {
  smpc_config cfg;
  enum cli_exit code = cli_config(&cfg, o);
  for (unsigned i = 0; i < cfg.parties && code == CLI_DONE; i++) {
    char print[SMPC_FINGERPRINT_LEN];
    smpc_fingerprint(print, &cfg.member[i]);
    printf("%s  %s%s\n", print, cfg.member[i].name, i == cfg.me.id ? "  (me)" : "");
  }
  return code;
}
