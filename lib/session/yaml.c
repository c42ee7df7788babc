/* yaml.c - see yaml.h: libcyaml with its log turned into one sentence, and
 * libyaml's nodes for line numbers. */
#include "session/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"

enum { FILE_MAX = 1 << 20 }; /* LOCAL: bytes of a configuration file */

smpc_err smpi_yaml_fault(struct smpi_fault *f, const struct smpi_yaml *y, unsigned line, const char *key,
                         const char *fmt, ...) {
  char text[200], place[32] = "";
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  size_t len = strlen(y->name), shown = smpi_min(len, 100); /* the end of a long path tells more */
  if (line > 0) snprintf(place, sizeof place, ":%u", line);
  if (key == NULL) return smpi_fault_set(f, SMPC_E_FILE, -1, "%s%s: %s", y->name + len - shown, place, text);
  return smpi_fault_set(f, SMPC_E_FILE, -1, "%s%s: `%s`: %s", y->name + len - shown, place, key, text);
}

/* --- nodes and lines ---------------------------------------------------------- */

static yaml_node_t *node_at(const struct smpi_yaml *y, int index) {
  return yaml_document_get_node((yaml_document_t *)&y->doc, index);
}

static bool is_scalar(const yaml_node_t *n, const char *text) {
  return n != NULL && n->type == YAML_SCALAR_NODE && strcmp((const char *)n->data.scalar.value, text) == 0;
}

/* The pair of a mapping node whose key is `key`, or NULL. */
static const yaml_node_pair_t *find_pair(const struct smpi_yaml *y, const yaml_node_t *n, const char *key) {
  if (n == NULL || n->type != YAML_MAPPING_NODE) return NULL;
  for (const yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++)
    if (is_scalar(node_at(y, p->key), key)) return p;
  return NULL;
}

static unsigned line_of(const yaml_node_t *n) { return n == NULL ? 0 : (unsigned)n->start_mark.line + 1; }

unsigned smpi_yaml_line(const struct smpi_yaml *y, const char *list, unsigned index, const char *key) {
  const yaml_node_t *n = y->has_doc ? node_at(y, 1) : NULL; /* the root */
  const yaml_node_pair_t *p;
  if (list != NULL) {
    p = find_pair(y, n, list);
    n = p == NULL ? NULL : node_at(y, p->value);
    if (n == NULL || n->type != YAML_SEQUENCE_NODE) return 0;
    const yaml_node_item_t *item = n->data.sequence.items.start + index;
    n = item < n->data.sequence.items.top ? node_at(y, *item) : NULL;
  }
  if (key == NULL) return line_of(n);
  p = find_pair(y, n, key);
  return p == NULL ? 0 : line_of(node_at(y, p->key));
}

/* The last line at or after `from` where a key `key` stands: cyaml reports the
 * line of what it had read before. */
static unsigned line_of_key(const struct smpi_yaml *y, const char *key, unsigned from, bool is_second) {
  unsigned first = 0;
  for (int i = 1; node_at(y, i) != NULL; i++) {
    const yaml_node_t *n = node_at(y, i);
    if (!is_scalar(n, key) || line_of(n) < from) continue;
    if (first != 0 || !is_second) return line_of(n);
    first = line_of(n);
  }
  return first != 0 ? first : from;
}

static smpc_err parser_fault(const struct smpi_yaml *y, const yaml_parser_t *p, struct smpi_fault *f) {
  if (p->error == YAML_MEMORY_ERROR) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  unsigned line = (unsigned)p->problem_mark.line + 1;
  return smpi_yaml_fault(f, y, p->error == YAML_READER_ERROR ? 0 : line, NULL, "no YAML: %s",
                         p->problem != NULL ? p->problem : "unreadable");
}

static smpc_err check_nodes(const struct smpi_yaml *y, struct smpi_fault *f) {
  if (node_at(y, 1) == NULL) return smpi_yaml_fault(f, y, 0, NULL, "the file is empty");
  for (int i = 1; node_at(y, i) != NULL; i++) {
    const yaml_node_t *n = node_at(y, i);
    if (n->type == YAML_SCALAR_NODE && strlen((const char *)n->data.scalar.value) != n->data.scalar.length)
      return smpi_yaml_fault(f, y, line_of(n), NULL, "a text must not hold a NUL character");
  }
  return SMPC_OK;
}

static smpc_err load_nodes(struct smpi_yaml *y, yaml_parser_t *p, struct smpi_fault *f) {
  yaml_document_t second;
  if (!yaml_parser_load(p, &y->doc)) return parser_fault(y, p, f);
  y->has_doc = true;
  smpc_err err = check_nodes(y, f);
  if (err != SMPC_OK) return err;
  if (!yaml_parser_load(p, &second)) return parser_fault(y, p, f);
  const yaml_node_t *root = yaml_document_get_root_node(&second);
  if (root != NULL) err = smpi_yaml_fault(f, y, line_of(root), NULL, "a second document begins here; one is allowed");
  yaml_document_delete(&second);
  return err;
}

/* --- cyaml -------------------------------------------------------------------- */

/* cyaml's realloc over our memory: the length stands in front. */
static void *cyaml_memory(void *ctx, void *old, size_t size) {
  enum { HEAD = 64 };
  (void)ctx;
  uint8_t *from = old, *to = NULL;
  uint64_t had = from == NULL ? 0 : smpi_get64(from - HEAD);
  if (size > 0) {
    to = smpi_alloc(1, size > SIZE_MAX - HEAD ? SIZE_MAX : size + HEAD);
    if (to == NULL) return NULL;
    smpi_put64(to, size);
    to += HEAD;
    if (from != NULL) memcpy(to, from, smpi_min((size_t)had, size));
  }
  if (from != NULL) smpi_free(from - HEAD);
  return to;
}

/* What cyaml's log said: its first line, and the innermost place after it. */
struct report {
  char what[128];
  char field[48];  /* innermost named field                        */
  unsigned line;   /* innermost line, before or at the fault       */
  unsigned entry;  /* line of the innermost list entry; 0: none    */
  bool is_entry;   /* the fault is in an entry of the field's list */
};

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list ap) {
  struct report *r = ctx;
  char text[256];
  if (level < CYAML_LOG_ERROR) return;
  vsnprintf(text, sizeof text, fmt, ap);
  const char *line = strstr(text, "(line: "), *quote = strchr(text, '\'');
  if (line == NULL) {
    if (r->what[0] == 0 && strstr(text, "Backtrace") == NULL)
      snprintf(r->what, sizeof r->what, "%.*s", (int)strcspn(text, "\n"), text);
    return;
  }
  unsigned at = (unsigned)strtoul(line + 7, NULL, 10);
  if (r->line == 0) r->line = at;
  if (r->entry == 0 && strstr(text, "sequence entry") != NULL) r->entry = at, r->is_entry = r->field[0] == 0;
  if (r->field[0] == 0 && strstr(text, "mapping field '") != NULL)
    snprintf(r->field, sizeof r->field, "%.*s", (int)strcspn(quote + 1, "'"), quote + 1);
}

/* The name at the end of a message such as "Load: Unexpected key: colour". */
static const char *subject(const struct report *r) {
  const char *colon = strrchr(r->what, ':');
  return colon == NULL || strlen(colon) < 3 ? "?" : colon + 2;
}

/* What a schema wants under this name, wherever it stands; NULL: nothing, or different things. */
static const cyaml_schema_value_t *find_field(const cyaml_schema_value_t *v, const char *name) {
  const cyaml_schema_value_t *found = NULL;
  if (v->type == CYAML_SEQUENCE) return find_field(v->sequence.entry, name);
  if (v->type != CYAML_MAPPING) return NULL;
  for (const cyaml_schema_field_t *f = v->mapping.fields; f->key != NULL; f++) {
    const cyaml_schema_value_t *here = strcmp(f->key, name) == 0 ? &f->value : find_field(&f->value, name);
    if (here != NULL && found != NULL && here->type != found->type) return NULL;
    if (here != NULL) found = here;
  }
  return found;
}

/* What belongs where something else stands, or nothing. */
static const char *wanted(const cyaml_schema_value_t *schema, const struct report *r) {
  const cyaml_schema_value_t *v = r->field[0] == 0 ? schema : find_field(schema, r->field);
  if (v != NULL && r->is_entry && v->type == CYAML_SEQUENCE) v = v->sequence.entry;
  if (v == NULL) return "the value is missing, or not of the kind that belongs here";
  if (v->type == CYAML_SEQUENCE) return "a list belongs here, such as [a, b]";
  return v->type == CYAML_MAPPING ? "lines of the form `key: value` belong here" : "one text or number belongs here";
}

/* cyaml quotes values; we quote keys alone. */
static smpc_err schema_fault(const struct smpi_yaml *y, cyaml_err_t e, const struct report *r, struct smpi_fault *f) {
  const char *key = subject(r), *field = r->field[0] ? r->field : NULL;
  switch (e) {
  case CYAML_ERR_OOM: return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  case CYAML_ERR_INVALID_KEY:
    return smpi_yaml_fault(f, y, line_of_key(y, key, r->line, false), NULL, "unknown key `%.40s`", key);
  case CYAML_ERR_MAPPING_FIELD_MISSING: return smpi_yaml_fault(f, y, r->entry, NULL, "`%.40s:` is missing here", key);
  case CYAML_ERR_UNEXPECTED_EVENT:
    if (strstr(r->what, "already seen") == NULL) break;
    return smpi_yaml_fault(f, y, line_of_key(y, key, 0, true), NULL, "`%.40s:` stands here for the second time", key);
  case CYAML_ERR_ALIAS: return smpi_yaml_fault(f, y, r->line, field, "aliases (*name) are not allowed");
  case CYAML_ERR_STRING_LENGTH_MIN: return smpi_yaml_fault(f, y, r->line, field, "a value is missing");
  case CYAML_ERR_STRING_LENGTH_MAX: return smpi_yaml_fault(f, y, r->line, field, "the value is too long");
  case CYAML_ERR_SEQUENCE_ENTRIES_MIN: return smpi_yaml_fault(f, y, r->line, field, "the list is too short");
  case CYAML_ERR_SEQUENCE_ENTRIES_MAX: return smpi_yaml_fault(f, y, r->line, field, "the list is too long");
  default: break;
  }
  return smpi_yaml_fault(f, y, r->line, field, "%s", wanted(y->schema, r));
}

static cyaml_config_t settings(struct report *r) {
  return (cyaml_config_t){.log_fn = on_log, .log_ctx = r, .log_level = CYAML_LOG_ERROR, .mem_fn = cyaml_memory,
                          .flags = CYAML_CFG_NO_ALIAS};
}

smpc_err smpi_yaml_parse(struct smpi_yaml *y, const char *name, const uint8_t *bytes, size_t len,
                         const cyaml_schema_value_t *schema, struct smpi_fault *f) {
  static const char KEY_FILE[] = "smpc identity ";
  memset(y, 0, sizeof *y);
  y->name = name;
  y->schema = schema;
  if (len >= sizeof KEY_FILE - 1 && memcmp(bytes, KEY_FILE, sizeof KEY_FILE - 1) == 0)
    return smpi_yaml_fault(f, y, 0, NULL, "this is a secret key file, not a configuration; give it to nobody");
  yaml_parser_t p;
  if (!yaml_parser_initialize(&p)) return smpi_fault_set(f, SMPC_E_NOMEM, -1, "out of memory");
  yaml_parser_set_input_string(&p, bytes, len);
  smpc_err err = load_nodes(y, &p, f);
  yaml_parser_delete(&p);
  if (err != SMPC_OK) return err;
  struct report r = {.line = 0};
  cyaml_config_t c = settings(&r);
  cyaml_err_t e = cyaml_load_data(bytes, len, &c, schema, &y->data, NULL);
  if (e != CYAML_OK) return schema_fault(y, e, &r, f);
  return y->data != NULL ? SMPC_OK : smpi_yaml_fault(f, y, 0, NULL, "the file is empty");
}

void smpi_yaml_free(struct smpi_yaml *y) {
  struct report r;
  cyaml_config_t c = settings(&r);
  if (y->data != NULL) cyaml_free(&c, y->schema, y->data, 0);
  if (y->has_doc) yaml_document_delete(&y->doc);
  y->data = NULL;
  y->has_doc = false;
}

/* --- the file ----------------------------------------------------------------- */

/* The whole file in memory of its size, which fstat() knows; *buf may be set on
 * failure too.  errno says why. */
static smpc_err read_file(uint8_t **buf, size_t *len, int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return SMPC_E_FILE;
  errno = S_ISDIR(st.st_mode) ? EISDIR : !S_ISREG(st.st_mode) ? EINVAL : EFBIG;
  if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) return SMPC_E_FILE;
  *buf = smpi_alloc(1, (size_t)st.st_size);
  return *buf == NULL ? SMPC_E_NOMEM : smpi_file_get(fd, *buf, (size_t)st.st_size, len);
}

smpc_err smpi_yaml_load(struct smpi_yaml *y, const char *path, const cyaml_schema_value_t *schema,
                        struct smpi_fault *f) {
  uint8_t *buf = NULL;
  size_t len = 0;
  memset(y, 0, sizeof *y);
  y->name = path;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  smpc_err err = fd < 0 ? SMPC_E_FILE : read_file(&buf, &len, fd);
  if (err == SMPC_E_FILE) smpi_yaml_fault(f, y, 0, NULL, "%s", strerror(errno));
  else if (err != SMPC_OK) smpi_fault_set(f, err, -1, "out of memory");
  else err = smpi_yaml_parse(y, path, buf, len, schema, f);
  if (fd >= 0) close(fd);
  smpi_free(buf);
  return err;
}
