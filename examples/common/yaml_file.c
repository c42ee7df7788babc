/* yaml_file.c - see yaml_file.h: libcyaml, with its log turned into one sentence.
 *
 * The library reads its own two files by lib/session/yaml.c; programs see only
 * smpc.h, so they have this smaller one. */
#include "yaml_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

/* What cyaml's log said: its first message, and the innermost place after it. */
struct report {
  char what[128], field[48];
  unsigned line;  /* innermost, at or before the fault  */
  unsigned entry; /* of the innermost list entry        */
  bool is_entry;  /* the fault is in an entry of the field's list */
  bool is_second; /* there is a second document         */
};

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list ap) {
  struct report *r = ctx;
  char text[256];
  vsnprintf(text, sizeof text, fmt, ap);
  if (strstr(text, "Ignoring documents") != NULL) r->is_second = true;
  if (level < CYAML_LOG_ERROR) return;
  const char *line = strstr(text, "(line: "), *field = strstr(text, "mapping field '");
  if (line == NULL) {
    if (r->what[0] == 0 && strstr(text, "Backtrace") == NULL)
      snprintf(r->what, sizeof r->what, "%.*s", (int)strcspn(text, "\n"), text);
    return;
  }
  unsigned at = (unsigned)strtoul(line + 7, NULL, 10);
  if (r->line == 0) r->line = at;
  if (r->entry == 0 && strstr(text, "sequence entry") != NULL) r->entry = at, r->is_entry = r->field[0] == 0;
  if (r->field[0] == 0 && field != NULL)
    snprintf(r->field, sizeof r->field, "%.*s", (int)strcspn(field + 15, "'"), field + 15);
}

static bool tell(char *text, size_t size, const char *name, unsigned line, const char *key, const char *what) {
  char place[32] = "";
  if (line > 0) snprintf(place, sizeof place, ":%u", line);
  if (key == NULL || key[0] == 0) snprintf(text, size, "%s%s: %s", name, place, what);
  else snprintf(text, size, "%s%s: `%s`: %s", name, place, key, what);
  return false;
}

/* The line, not before `from`, that has "key:"; cyaml reports what it read before.
 * For a repeated key, the last such line. */
static unsigned line_of_key(const char *bytes, size_t len, const char *key, unsigned from, bool last) {
  unsigned line = 1, found = 0;
  size_t key_len = strlen(key);
  for (const char *p = bytes, *end = bytes + len; p < end; p++) {
    if (*p == '\n') line++;
    if (line < from || (size_t)(end - p) <= key_len || memcmp(p, key, key_len) != 0) continue;
    size_t skip = key_len;
    while (skip < (size_t)(end - p) && strchr(" \"'", p[skip]) != NULL && p[skip] != 0) skip++;
    bool starts = p == bytes || strchr(" \n{,\"'-", p[-1]) != NULL;
    if (!starts || skip == (size_t)(end - p) || p[skip] != ':') continue;
    found = line;
    if (!last) break;
  }
  return found != 0 ? found : from;
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
static void wanted(char what[160], const cyaml_schema_value_t *schema, const struct report *r) {
  const cyaml_schema_value_t *v = r->field[0] == 0 ? schema : find_field(schema, r->field);
  int used = 0;
  if (v != NULL && r->is_entry && v->type == CYAML_SEQUENCE) v = v->sequence.entry;
  if (v == NULL) strcpy(what, "the value is missing, or not of the kind that belongs here");
  else if (v->type == CYAML_SEQUENCE) strcpy(what, "a list belongs here, such as [a, b]");
  else if (v->type == CYAML_MAPPING) strcpy(what, "lines of the form `key: value` belong here");
  else if (v->type != CYAML_ENUM) strcpy(what, "one text or number belongs here");
  else for (unsigned i = 0; i < v->enumeration.count && used < 150; i++)
      used += snprintf(what + used, 160 - (size_t)used, "%s%s", i == 0 ? "one of these belongs here: " : ", ",
                       v->enumeration.strings[i].str);
}

static const char *kind_of_fault(cyaml_err_t e) {
  switch (e) {
  case CYAML_ERR_OOM: return "out of memory";
  case CYAML_ERR_ALIAS: return "aliases (*name) are not allowed";
  case CYAML_ERR_STRING_LENGTH_MIN: return "a value is missing";
  case CYAML_ERR_STRING_LENGTH_MAX: return "the value is too long";
  case CYAML_ERR_SEQUENCE_ENTRIES_MIN: return "the list is too short";
  case CYAML_ERR_SEQUENCE_ENTRIES_MAX: return "the list is too long";
  default: return NULL;
  }
}

/* The key at the end of a message such as "Load: Unexpected key: colour". */
static const char *subject(const struct report *r) {
  const char *colon = strrchr(r->what, ':');
  return colon == NULL || strlen(colon) < 3 ? "?" : colon + 2;
}

static bool explain(const char *name, const char *bytes, size_t len, const cyaml_schema_value_t *schema, cyaml_err_t e,
                    const struct report *r, char *text, size_t size) {
  char what[160];
  const char *key = subject(r);
  if (strstr(r->what, "Unexpected key") != NULL) {
    snprintf(what, sizeof what, "unknown key `%.40s`", key);
    return tell(text, size, name, line_of_key(bytes, len, key, r->line, false), NULL, what);
  }
  if (strstr(r->what, "already seen") != NULL) {
    snprintf(what, sizeof what, "`%.40s:` stands here for the second time", key);
    return tell(text, size, name, line_of_key(bytes, len, key, r->line, true), NULL, what);
  }
  if (e == CYAML_ERR_MAPPING_FIELD_MISSING) {
    snprintf(what, sizeof what, "`%.40s:` is missing here", key);
    return tell(text, size, name, r->entry, NULL, what);
  }
  if (e == CYAML_ERR_LIBYAML_PARSER) {
    snprintf(what, sizeof what, "no YAML: %.100s", strncmp(r->what, "Load: libyaml: ", 15) ? r->what : r->what + 15);
    return tell(text, size, name, r->line, NULL, what);
  }
  if (kind_of_fault(e) != NULL) return tell(text, size, name, r->line, r->field, kind_of_fault(e));
  wanted(what, schema, r);
  return tell(text, size, name, r->line, r->field, what);
}

static cyaml_config_t settings(struct report *r) {
  return (cyaml_config_t){.log_fn = on_log, .log_ctx = r, .log_level = CYAML_LOG_WARNING, .mem_fn = cyaml_mem,
                          .flags = CYAML_CFG_NO_ALIAS};
}

bool yaml_parse(void **data, const char *name, const char *bytes, size_t len, const cyaml_schema_value_t *schema,
                char *text, size_t text_len) {
  struct report r = {.line = 0};
  cyaml_config_t c = settings(&r);
  *data = NULL;
  if (memchr(bytes, 0, len) != NULL) return tell(text, text_len, name, 0, NULL, "a text must not hold a NUL character");
  cyaml_err_t e = cyaml_load_data((const uint8_t *)bytes, len, &c, schema, data, NULL);
  if (e != CYAML_OK) {
    *data = NULL;
    return explain(name, bytes, len, schema, e, &r, text, text_len);
  }
  if (*data == NULL) return tell(text, text_len, name, 0, NULL, "the file is empty");
  if (!r.is_second) return true;
  yaml_free(*data, schema);
  *data = NULL;
  return tell(text, text_len, name, 0, NULL, "there is a second document; one is allowed");
}

void yaml_free(void *data, const cyaml_schema_value_t *schema) {
  struct report r;
  cyaml_config_t c = settings(&r);
  if (data != NULL) cyaml_free(&c, schema, data, 0);
}

/* The whole file, allocated; NULL: errno says why. */
static char *read_file(size_t *len, int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return NULL;
  errno = S_ISDIR(st.st_mode) ? EISDIR : !S_ISREG(st.st_mode) ? EINVAL : EFBIG;
  if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) return NULL;
  size_t max = (size_t)st.st_size;
  char *buf = malloc(max + 1);
  for (*len = 0; buf != NULL && *len < max;) {
    ssize_t n = read(fd, buf + *len, max - *len);
    if (n == 0) break; /* it has just become shorter */
    if (n < 0 && errno != EINTR) {
      free(buf);
      return NULL;
    }
    if (n > 0) *len += (size_t)n;
  }
  return buf;
}

bool yaml_load(void **data, const char *path, const cyaml_schema_value_t *schema, char *text, size_t text_len) {
  size_t len = 0;
  *data = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  char *buf = fd < 0 ? NULL : read_file(&len, fd);
  bool ok = buf != NULL;
  if (!ok) tell(text, text_len, path, 0, NULL, strerror(errno));
  else ok = yaml_parse(data, path, buf, len, schema, text, text_len);
  if (fd >= 0) close(fd);
  free(buf);
  return ok;
}

bool yaml_is_label(const char *text) {
  for (const char *p = text; *p != '\0'; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) return false;
  return text[0] != ' ' && text[strlen(text) - 1] != ' ';
}

bool yaml_number(uint64_t *value, const char *digits, uint64_t max) {
  *value = 0;
  if (digits[0] == 0 || (digits[0] == '0' && digits[1] != 0)) return false;
  for (const char *p = digits; *p; p++) {
    if (*p < '0' || *p > '9') return false;
    unsigned digit = (unsigned)(*p - '0');
    if (*value > (max - digit) / 10 || digit > max) return false;
    *value = 10 * *value + digit;
  }
  return true;
}
