/* config.c - see config.h: the two files' schemas, and what each line means. */
#include "session/config.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "session/address.h"
#include "session/identity.h"
#include "session/yaml.h"

/* --- party.yaml ----------------------------------------------------------------- */

struct own {
  char *party, *key, *parties, *listen, *timeout, *wait, *journal, *pool;
  char **purposes;
  unsigned purposes_count;
};

static const cyaml_schema_value_t purpose_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 512)};
static const cyaml_schema_field_t own_fields[] = {
    CYAML_FIELD_STRING_PTR("party", CYAML_FLAG_POINTER, struct own, party, 1, 63),
    CYAML_FIELD_STRING_PTR("key", CYAML_FLAG_POINTER, struct own, key, 1, 511),
    CYAML_FIELD_STRING_PTR("parties", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, parties, 1, 511),
    CYAML_FIELD_STRING_PTR("listen", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, listen, 0, 191),
    CYAML_FIELD_STRING_PTR("timeout", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, timeout, 1, 20),
    CYAML_FIELD_STRING_PTR("wait", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, wait, 1, 20),
    CYAML_FIELD_STRING_PTR("journal", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, journal, 1, 511),
    CYAML_FIELD_STRING_PTR("pool", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, pool, 1, 400),
    CYAML_FIELD_SEQUENCE("purposes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct own, purposes, &purpose_schema,
                         0, 1000),
    CYAML_FIELD_IGNORE("data", CYAML_FLAG_OPTIONAL), /* the programs' part */
    CYAML_FIELD_END};
static const cyaml_schema_value_t own_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct own, own_fields)};

/* A whole number 0..max without sign or leading zero; returns what follows it, or
 * NULL. */
static const char *number(uint64_t *value, const char *text, uint64_t max) {
  const char *p = text;
  for (*value = 0; *p >= '0' && *p <= '9'; p++) {
    *value = 10 * *value + (uint64_t)(*p - '0');
    if (*value > max) return NULL;
  }
  if (p == text || (text[0] == '0' && p > text + 1)) return NULL;
  return p;
}

static smpc_err number_fault(struct smpi_fault *f, const struct smpi_yaml *y, const char *key, const char *text,
                             const char *form) {
  bool zero = text[0] == '0' && text[1] >= '0' && text[1] <= '9';
  return smpi_yaml_fault(f, y, smpi_yaml_line(y, NULL, 0, key), key, "%s%s",
                         zero ? "a number must not begin with 0; " : "", form);
}

/* "30", "30 s", "500 ms", "5 min": milliseconds between min and max. */
static smpc_err read_time(unsigned *ms, const char *text, unsigned min, unsigned max, const struct smpi_yaml *y,
                          const char *key, struct smpi_fault *f) {
  static const struct { const char *name; unsigned ms; } unit[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"min", 60000}};
  uint64_t v = 0;
  if (text == NULL) return SMPC_OK; /* the default stays */
  const char *rest = number(&v, text, max);
  if (rest != NULL) rest += strspn(rest, " ");
  for (size_t i = 0; rest != NULL && i < sizeof unit / sizeof *unit; i++) {
    if (strcmp(rest, unit[i].name) != 0 || v * unit[i].ms < min || v * unit[i].ms > max) continue;
    *ms = (unsigned)(v * unit[i].ms);
    return SMPC_OK;
  }
  char form[80];
  snprintf(form, sizeof form, "write a time such as 30 s, from %u ms to %u s", min, max / 1000);
  return number_fault(f, y, key, text, form);
}

/* `name` as seen from the folder of the file `from`. */
static smpc_err resolve(char *out, size_t size, const char *name, const struct smpi_yaml *y, const char *key,
                        struct smpi_fault *f) {
  const char *slash = strrchr(y->name, '/');
  int folder = name[0] == '/' || slash == NULL ? 0 : (int)(slash - y->name) + 1;
  if ((size_t)snprintf(out, size, "%.*s%s", folder, y->name, name) < size) return SMPC_OK;
  return smpi_yaml_fault(f, y, smpi_yaml_line(y, NULL, 0, key), key, "the path is too long");
}

static bool is_printable(const char *s) {
  for (; *s; s++)
    if ((unsigned char)*s < 32 || *s == 127) return false;
  return true;
}

/* One a line into cfg->purposes; `any` alone becomes "*". */
static smpc_err read_purposes(smpc_config *cfg, const struct own *own, const struct smpi_yaml *y, struct smpi_fault *f) {
  size_t used = 0;
  for (unsigned i = 0; i < own->purposes_count; i++) {
    const char *p = own->purposes[i];
    unsigned line = smpi_yaml_line(y, "purposes", i, NULL);
    bool is_any = strcmp(p, "any") == 0;
    if (is_any && own->purposes_count > 1)
      return smpi_yaml_fault(f, y, line, "purposes", "`any` allows everything, so it stands alone or not at all");
    if (!is_printable(p) || strcmp(p, "*") == 0)
      return smpi_yaml_fault(f, y, line, "purposes", "a purpose is one line of plain text");
    if (is_any) p = "*";
    size_t len = strlen(p);
    if (used + len + 2 > sizeof cfg->purposes)
      return smpi_yaml_fault(f, y, line, "purposes", "the purposes are too long together");
    if (used > 0) cfg->purposes[used++] = '\n';
    memcpy(cfg->purposes + used, p, len + 1);
    used += len;
  }
  return SMPC_OK;
}

bool smpi_config_allows(const smpc_config *cfg, const char *purpose) {
  size_t len = strlen(purpose);
  if (len == 0 || strchr(purpose, '\n') != NULL) return false;
  if (strcmp(cfg->purposes, "*") == 0) return true;
  for (const char *p = cfg->purposes; *p;) {
    size_t line = strcspn(p, "\n");
    if (line == len && memcmp(p, purpose, len) == 0) return true;
    p += line + (p[line] == '\n');
  }
  return false;
}

static smpc_err read_own(smpc_config *cfg, char parties[512], const char *instead, const struct smpi_yaml *y,
                         struct smpi_fault *f) {
  const struct own *own = y->data;
  smpc_err err;
  TRY(resolve(cfg->key_file, sizeof cfg->key_file, own->key, y, "key", f));
  if (instead != NULL && strlen(instead) >= 512)
    return smpi_fault_set(f, SMPC_E_FILE, -1, "the path of the list of parties is too long");
  if (instead != NULL) strcpy(parties, instead);
  else if (own->parties == NULL) return smpi_yaml_fault(f, y, 0, NULL, "`parties:` is missing here");
  else TRY(resolve(parties, 512, own->parties, y, "parties", f));
  if (own->listen != NULL && own->listen[0] != 0) {
    if (!smpi_address_is_valid(own->listen, true))
      return smpi_yaml_fault(f, y, smpi_yaml_line(y, NULL, 0, "listen"), "listen", "%s", SMPI_ADDRESS_FORM);
    snprintf(cfg->listen, sizeof cfg->listen, "%s", own->listen);
  }
  if (own->journal != NULL) TRY(resolve(cfg->journal, sizeof cfg->journal, own->journal, y, "journal", f));
  if (own->pool != NULL) TRY(resolve(cfg->pool, sizeof cfg->pool, own->pool, y, "pool", f));
  TRY(read_time(&cfg->timeout_ms, own->timeout, 100, 3600 * 1000, y, "timeout", f));
  TRY(read_time(&cfg->wait_ms, own->wait, 0, 24 * 3600 * 1000, y, "wait", f));
  TRY(read_purposes(cfg, own, y, f));
out:
  return err;
}

/* --- parties.yaml --------------------------------------------------------------- */

struct entry {
  char *name, *address, *key;
  char **roles;
  unsigned roles_count;
};
struct all {
  char *security, *preprocessing, *fraction_bits;
  struct entry *parties;
  unsigned parties_count;
};

static const cyaml_schema_value_t role_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};
static const cyaml_schema_field_t entry_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct entry, name, 1, 63),
    CYAML_FIELD_STRING_PTR("address", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct entry, address, 0, 191),
    CYAML_FIELD_STRING_PTR("key", CYAML_FLAG_POINTER, struct entry, key, 1, 200),
    CYAML_FIELD_SEQUENCE("roles", CYAML_FLAG_POINTER, struct entry, roles, &role_schema, 1, 4),
    CYAML_FIELD_IGNORE("clearance", CYAML_FLAG_OPTIONAL), /* a study's */
    CYAML_FIELD_END};
static const cyaml_schema_value_t entry_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry, entry_fields)};
static const cyaml_schema_field_t all_fields[] = {
    CYAML_FIELD_STRING_PTR("security", CYAML_FLAG_POINTER, struct all, security, 1, 63),
    CYAML_FIELD_STRING_PTR("preprocessing", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct all, preprocessing, 1, 63),
    CYAML_FIELD_STRING_PTR("fraction bits", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct all, fraction_bits, 1, 20),
    CYAML_FIELD_SEQUENCE("parties", CYAML_FLAG_POINTER, struct all, parties, &entry_schema, 2, SMPC_MAX_PARTIES),
    /* a study has all of this, and more: lib/govern/study.c reads the rest */
    CYAML_FIELD_IGNORE("study", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("legal basis", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("valid from", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("valid until", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("privacy budget", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("grades", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("questions", CYAML_FLAG_OPTIONAL), CYAML_FIELD_END};
static const cyaml_schema_value_t all_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct all, all_fields)};

static smpc_err entry_fault(struct smpi_fault *f, const struct smpi_yaml *y, unsigned i, const char *key,
                            const char *what) {
  return smpi_yaml_fault(f, y, smpi_yaml_line(y, "parties", i, key), key, "%s", what);
}

/* ASCII letters, digits, '-', '_', '.', the first of them a letter or digit. */
static bool is_plain(const char *name) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return strchr("-_.", name[0]) == NULL && name[strspn(name, letters)] == 0;
}

static smpc_err read_roles(unsigned *roles, const struct entry *e, const struct smpi_yaml *y, unsigned i,
                           struct smpi_fault *f) {
  static const struct { const char *name; unsigned bit; } role[] = {
      {"input", SMPC_INPUT}, {"compute", SMPC_COMPUTE}, {"result", SMPC_RESULT}, {"dealer", SMPC_DEAL}};
  *roles = 0;
  for (unsigned k = 0; k < e->roles_count; k++) {
    unsigned bit = 0;
    for (size_t r = 0; r < 4; r++)
      if (strcmp(e->roles[k], role[r].name) == 0) bit = role[r].bit;
    if (bit == 0) return entry_fault(f, y, i, "roles", "a role is one of input, compute, result, dealer");
    if (*roles & bit) return entry_fault(f, y, i, "roles", "a role stands here twice");
    *roles |= bit;
  }
  if ((*roles & SMPC_DEAL) && *roles != SMPC_DEAL)
    return entry_fault(f, y, i, "roles", "the dealer can have no other role: it must see no data");
  return SMPC_OK;
}

/* Against the entries before it: nobody may stand for two. */
static smpc_err check_unique(const smpc_config *cfg, unsigned i, const struct smpi_yaml *y, struct smpi_fault *f) {
  const smpc_member *m = &cfg->member[i];
  for (unsigned j = 0; j < i; j++) {
    const smpc_member *o = &cfg->member[j];
    char what[160];
    if (strcmp(m->name, o->name) == 0) return entry_fault(f, y, i, "name", "another party has this name");
    snprintf(what, sizeof what, "%s has the same key%s", o->name,
             (m->roles | o->roles) & SMPC_DEAL ? ": a dealer must be somebody else" : "");
    if (memcmp(m->link_key, o->link_key, 32) == 0 || memcmp(m->sign_key, o->sign_key, 32) == 0)
      return entry_fault(f, y, i, "key", what);
    snprintf(what, sizeof what, "%s has the same address", o->name);
    if (m->address[0] && strcmp(m->address, o->address) == 0) return entry_fault(f, y, i, "address", what);
  }
  return SMPC_OK;
}

static smpc_err read_entry(smpc_config *cfg, unsigned i, const struct smpi_yaml *y, struct smpi_fault *f) {
  const struct entry *e = &((const struct all *)y->data)->parties[i];
  smpc_member *m = &cfg->member[i];
  struct smpi_public keys;
  const char *why;
  smpc_err err;
  if (!is_plain(e->name)) return entry_fault(f, y, i, "name", "a name is made of letters a-z, digits, - _ .");
  snprintf(m->name, sizeof m->name, "%s", e->name);
  if (e->address != NULL && e->address[0] != 0) {
    if (!smpi_address_is_valid(e->address, false)) return entry_fault(f, y, i, "address", SMPI_ADDRESS_FORM);
    snprintf(m->address, sizeof m->address, "%s", e->address);
  }
  if (smpi_key_parse(&keys, e->key, &why) != SMPC_OK) return entry_fault(f, y, i, "key", why);
  memcpy(m->link_key, keys.link, sizeof m->link_key);
  memcpy(m->sign_key, keys.sign, sizeof m->sign_key);
  TRY(read_roles(&m->roles, e, y, i, f));
  TRY(check_unique(cfg, i, y, f));
out:
  return err;
}

/* Nobody need be trusted unless a dealer is named. */
static smpc_source default_source(const smpc_config *cfg) {
  for (unsigned i = 0; i < cfg->parties; i++)
    if (cfg->member[i].roles & SMPC_DEAL) return SMPC_DEALER;
  return SMPC_OT;
}

static smpc_source source_named(const char *name) {
  static const struct { const char *name; smpc_source source; } known[] = {
      {"dealer", SMPC_DEALER}, {"ot", SMPC_OT}, {"paillier", SMPC_PAILLIER}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(name, known[i].name) == 0) return known[i].source;
  return 0;
}

static smpc_err read_all(smpc_config *cfg, const struct smpi_yaml *y, struct smpi_fault *f) {
  const struct all *all = y->data;
  smpc_err err = SMPC_OK;
  uint64_t bits = cfg->frac_bits;
  bool is_malicious = strcmp(all->security, "malicious") == 0;
  if (!is_malicious && strcmp(all->security, "semi-honest") != 0)
    return smpi_yaml_fault(f, y, smpi_yaml_line(y, NULL, 0, "security"), "security", "must be semi-honest or malicious");
  if (all->preprocessing != NULL && source_named(all->preprocessing) == 0)
    return smpi_yaml_fault(f, y, smpi_yaml_line(y, NULL, 0, "preprocessing"), "preprocessing",
                           "must be dealer, ot or paillier");
  const char *rest = all->fraction_bits == NULL ? "" : number(&bits, all->fraction_bits, 28);
  if (rest == NULL || *rest != 0 || bits == 0)
    return number_fault(f, y, "fraction bits", all->fraction_bits, "write a number from 1 to 28");
  cfg->security = is_malicious ? SMPC_MALICIOUS : SMPC_SEMI_HONEST;
  cfg->frac_bits = (unsigned)bits;
  cfg->parties = all->parties_count;
  for (unsigned i = 0; i < cfg->parties; i++) TRY(read_entry(cfg, i, y, f));
  cfg->source = all->preprocessing == NULL ? default_source(cfg) : source_named(all->preprocessing);
out:
  return err;
}

/* --- both together -------------------------------------------------------------- */

static smpc_err find_me(smpc_config *cfg, const struct smpi_yaml *own, const struct smpi_yaml *all,
                        struct smpi_fault *f) {
  const char *name = ((const struct own *)own->data)->party;
  for (unsigned i = 0; i < cfg->parties; i++) {
    if (strcmp(cfg->member[i].name, name) != 0) continue;
    cfg->me.id = (uint8_t)i;
    return SMPC_OK;
  }
  return smpi_yaml_fault(f, own, smpi_yaml_line(own, NULL, 0, "party"), "party", "no party of this name in %.100s",
                         all->name);
}

static smpc_err check_key(const smpc_config *cfg, const struct smpi_yaml *all, struct smpi_fault *f) {
  const smpc_member *me = &cfg->member[cfg->me.id];
  struct smpi_identity *id;
  smpc_err err = smpi_identity_load(cfg->key_file, &id, f);
  if (err != SMPC_OK) return err;
  bool same = memcmp(id->pub.link, me->link_key, 32) == 0 && memcmp(id->pub.sign, me->sign_key, 32) == 0;
  smpi_identity_free(id);
  if (same) return SMPC_OK;
  return smpi_yaml_fault(f, all, smpi_yaml_line(all, "parties", cfg->me.id, "key"), "key",
                         "my key file has other keys; see smpc-party show");
}

/* What one line cannot show; the fault is at the member's entry. */
static smpc_err check_whole(const smpc_config *cfg, const struct smpi_yaml *all, struct smpi_fault *f) {
  struct smpi_fault found = {.party = -1};
  if (smpi_config_valid(cfg, &found) == SMPC_OK) return SMPC_OK;
  unsigned line = found.party < 0 ? 0 : smpi_yaml_line(all, "parties", (unsigned)found.party, NULL);
  return smpi_yaml_fault(f, all, line, NULL, "%.150s", found.text);
}

smpc_err smpi_config_load(smpc_config *cfg, const char *path, const char *parties, struct smpi_fault *f) {
  static const smpc_config empty = SMPC_CONFIG_INIT;
  struct smpi_yaml own = {.name = path}, all = {.name = ""};
  char all_path[512];
  smpc_err err;
  if (cfg->size != sizeof *cfg) return smpi_fault_set(f, SMPC_E_ARG, -1, "the smpc_config was not set up by SMPC_CONFIG_INIT");
  *cfg = empty;
  TRY(smpi_yaml_load(&own, path, &own_schema, f));
  TRY(read_own(cfg, all_path, parties, &own, f));
  TRY(smpi_yaml_load(&all, all_path, &all_schema, f));
  TRY(read_all(cfg, &all, f));
  TRY(find_me(cfg, &own, &all, f));
  TRY(check_whole(cfg, &all, f));
  TRY(check_key(cfg, &all, f));
out:
  smpi_yaml_free(&own);
  smpi_yaml_free(&all);
  if (err != SMPC_OK) *cfg = empty;
  return err;
}
