/* party_file.c - see party_file.h. */
#include "party_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_file.h"

/* --- the schema: the library's keys are skipped, it checks them itself ---------- */

enum answer { UNSAID, YES, NO };
struct column {
  char *name;
  enum data_type type;
};
struct rows {
  char *file, *table, *delimiter, *view;
  enum answer header;
  enum data_encoding encoding;
  char **missing;
  unsigned missing_count;
  struct column *columns;
  unsigned columns_count;
};
struct party {
  struct rows *data;
};

enum { OPTIONAL = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL };

static const cyaml_strval_t types[] = {{"text", DATA_TEXT}, {"number", DATA_NUMBER}};
static const cyaml_strval_t encodings[] = {
    {"UTF-8", DATA_UTF8}, {"GB18030", DATA_GB18030}, {"Windows-1252", DATA_LATIN}, {"Latin-1", DATA_LATIN}};
/* not libcyaml's own boolean, which takes every unknown word for true */
static const cyaml_strval_t answers[] = {{"yes", YES}, {"true", YES}, {"no", NO}, {"false", NO}};
static const cyaml_schema_value_t missing_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 255)};
static const cyaml_schema_field_t column_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct column, name, 1, 255),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct column, type, types, 2),
    CYAML_FIELD_END};
static const cyaml_schema_value_t column_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct column, column_fields)};
static const cyaml_schema_field_t rows_fields[] = {
    CYAML_FIELD_STRING_PTR("file", OPTIONAL, struct rows, file, 1, 4000),
    CYAML_FIELD_STRING_PTR("table", OPTIONAL, struct rows, table, 1, 255),
    CYAML_FIELD_ENUM("header", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct rows, header, answers, 4),
    CYAML_FIELD_STRING_PTR("delimiter", OPTIONAL, struct rows, delimiter, 1, 1),
    CYAML_FIELD_ENUM("encoding", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct rows, encoding, encodings, 4),
    CYAML_FIELD_SEQUENCE("missing", OPTIONAL, struct rows, missing, &missing_schema, 1, 100),
    CYAML_FIELD_SEQUENCE("columns", OPTIONAL, struct rows, columns, &column_schema, 0, 10000),
    CYAML_FIELD_STRING_PTR("view", OPTIONAL, struct rows, view, 1, 65536),
    CYAML_FIELD_END};
static const cyaml_schema_field_t party_fields[] = {
    CYAML_FIELD_IGNORE("party", CYAML_FLAG_OPTIONAL),   CYAML_FIELD_IGNORE("key", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("parties", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("listen", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("timeout", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("wait", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("purposes", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("journal", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("pool", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_MAPPING_PTR("data", OPTIONAL, struct party, data, rows_fields),
    CYAML_FIELD_END};
static const cyaml_schema_value_t party_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct party, party_fields)};

/* --- into a data_config, which owns all it points to ----------------------------- */

void party_file_free(struct data_config *c) {
  if (c == NULL) return;
  for (unsigned i = 0; i < c->n_columns; i++) free(c->columns[i].name);
  for (unsigned i = 0; i < c->n_missing; i++) free(c->missing[i]);
  free(c->columns);
  free(c->missing);
  free(c->path);
  free(c->table);
  free(c->view);
  free(c);
}

/* A copy of a text that may be absent. */
static bool copy(char **to, const char *from) { return from == NULL || (*to = strdup(from)) != NULL; }

/* `name` as seen from the folder of the file `from`. */
static char *resolve(const char *from, const char *name) {
  const char *slash = strrchr(from, '/');
  int folder = name[0] == '/' || slash == NULL ? 0 : (int)(slash - from) + 1;
  char *path = NULL;
  return asprintf(&path, "%.*s%s", folder, from, name) < 0 ? NULL : path;
}

static bool copy_lists(struct data_config *c, const struct rows *r) {
  c->columns = calloc(r->columns_count + 1, sizeof *c->columns);
  if (c->columns == NULL) return false;
  for (; c->n_columns < r->columns_count; c->n_columns++) {
    c->columns[c->n_columns].type = r->columns[c->n_columns].type;
    if (!copy(&c->columns[c->n_columns].name, r->columns[c->n_columns].name)) return false;
  }
  if (r->missing == NULL) return true; /* the default is data_open()'s */
  c->missing = calloc(r->missing_count + 1, sizeof *c->missing);
  if (c->missing == NULL) return false;
  for (; c->n_missing < r->missing_count; c->n_missing++)
    if (!copy(&c->missing[c->n_missing], r->missing[c->n_missing])) return false;
  return true;
}

static bool fill(struct data_config *c, const struct rows *r, const char *path, const char *file) {
  c->header = r == NULL || r->header != NO;
  c->header_is_written = r != NULL && r->header != UNSAID;
  if (file != NULL && !copy(&c->path, file)) return false;
  if (r == NULL) return true;
  if (file == NULL && r->file != NULL && (c->path = resolve(path, r->file)) == NULL) return false;
  c->encoding = r->encoding;
  c->delimiter = r->delimiter == NULL ? 0 : r->delimiter[0];
  return copy(&c->table, r->table) && copy(&c->view, r->view) && copy_lists(c, r);
}

static int fault(struct data_fault *f, int exit, const char *path, const char *what) {
  f->exit = exit;
  snprintf(f->text, sizeof f->text, "%.300s: %s", path, what);
  return exit;
}

static int convert(struct data_config **out, const struct party *p, const char *path, const char *file,
                   struct data_fault *f) {
  struct data_config *c = calloc(1, sizeof *c);
  int exit = 0;
  if (c == NULL || !fill(c, p->data, path, file)) exit = fault(f, DATA_MACHINE, path, "out of memory");
  else if (c->path == NULL) exit = fault(f, DATA_INPUT, path, "no data: give `file:` under `data:`, or --data");
  else {
    *out = c;
    return 0;
  }
  party_file_free(c);
  return exit;
}

int party_file_parse(struct data_config **c, const char *path, const char *bytes, size_t len, const char *file,
                     struct data_fault *f) {
  void *p = NULL;
  *c = NULL;
  f->exit = DATA_INPUT;
  if (!yaml_parse(&p, path, bytes, len, &party_schema, f->text, sizeof f->text)) return f->exit;
  int exit = convert(c, p, path, file, f);
  yaml_free(p, &party_schema);
  return exit;
}

int party_file_load(struct data_config **c, const char *path, const char *file, struct data_fault *f) {
  void *p = NULL;
  *c = NULL;
  f->exit = DATA_INPUT;
  if (!yaml_load(&p, path, &party_schema, f->text, sizeof f->text)) return f->exit;
  int exit = convert(c, p, path, file, f);
  yaml_free(p, &party_schema);
  return exit;
}
