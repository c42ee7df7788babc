/* psi_question.c - see psi_question.h: libcyaml checks the shape, check() the rest. */
#include "psi_question.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psi_schema.h"
#include "question.h"
#include "study_keys.h"
#include "yaml_file.h"

/* --- the file as it stands ------------------------------------------------------- */

struct entry {
  char *name, *unicode, *minimum;
  int program, kind, empty, protocol;
  char **recipients, **between, **sizes;
  unsigned n_recipients, n_between, n_sizes;
  struct psi_component *key;
  unsigned n_key;
};
struct study { char *title, *purpose; };
struct document {
  struct study study;
  struct entry *questions;
  unsigned n_questions;
};

static const cyaml_strval_t programs[] = {{"psi", 1}};
static const cyaml_strval_t kinds[] = {{"reveal", PSI_REVEAL}, {"count", PSI_COUNT}};
static const cyaml_strval_t empties[] = {{"no key", 0}, {"matches", 1}};
static const cyaml_strval_t protocols[] = {{"ecdh", SMPC_PSI_ECDH}, {"vole", SMPC_PSI_VOLE}};
enum {
  STRING = CYAML_FLAG_POINTER,
  OPTIONAL = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
  ENUM = CYAML_FLAG_STRICT,
  OPTIONAL_ENUM = CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL
};
#define N(array) (sizeof(array) / sizeof *(array))

static const cyaml_schema_value_t string_value = {CYAML_VALUE_STRING(STRING, char, 1, 255)};
static const cyaml_schema_field_t entry_fields[] = {
    CYAML_FIELD_STRING_PTR("name", STRING, struct entry, name, 1, 128),
    CYAML_FIELD_ENUM("program", ENUM, struct entry, program, programs, N(programs)),
    CYAML_FIELD_ENUM("result", ENUM, struct entry, kind, kinds, N(kinds)),
    CYAML_FIELD_SEQUENCE_COUNT("recipients", STRING, struct entry, recipients, n_recipients, &string_value, 1, 2),
    CYAML_FIELD_SEQUENCE_COUNT("between", OPTIONAL, struct entry, between, n_between, &string_value, 2, 2),
    CYAML_FIELD_SEQUENCE_COUNT("key", STRING, struct entry, key, n_key, &psi_component_value, 1, PSI_MAX_KEY),
    CYAML_FIELD_STRING_PTR("unicode", STRING, struct entry, unicode, 1, 20),
    CYAML_FIELD_ENUM("empty", OPTIONAL_ENUM, struct entry, empty, empties, N(empties)),
    CYAML_FIELD_SEQUENCE_COUNT("sizes", OPTIONAL, struct entry, sizes, n_sizes, &string_value, 2, 2),
    CYAML_FIELD_ENUM("protocol", OPTIONAL_ENUM, struct entry, protocol, protocols, N(protocols)),
    CYAML_FIELD_STRING_PTR("minimum", OPTIONAL, struct entry, minimum, 1, 20),
    STUDY_QUESTION_KEYS,
    CYAML_FIELD_END};
static const cyaml_schema_value_t entry_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry, entry_fields)};
static const cyaml_schema_field_t study_fields[] = {
    CYAML_FIELD_STRING_PTR("title", STRING, struct study, title, 1, 500),
    CYAML_FIELD_STRING_PTR("purpose", STRING, struct study, purpose, 1, PSI_MAX_PURPOSE),
    CYAML_FIELD_IGNORE("duo", CYAML_FLAG_OPTIONAL), CYAML_FIELD_END};
static const cyaml_schema_field_t document_fields[] = {
    CYAML_FIELD_MAPPING("study", CYAML_FLAG_DEFAULT, struct document, study, study_fields),
    CYAML_FIELD_SEQUENCE_COUNT("questions", STRING, struct document, questions, n_questions, &entry_value, 1, 1),
    STUDY_DOCUMENT_KEYS,
    CYAML_FIELD_END};
static const cyaml_schema_value_t document_value = {CYAML_VALUE_MAPPING(STRING, struct document, document_fields)};

/* --- what a schema cannot say ------------------------------------------------------ */

struct reader {
  const char *name;
  char *text;
  size_t text_len;
};

static bool refuse(const struct reader *r, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(const struct reader *r, const char *key, const char *fmt, ...) {
  char what[400];
  va_list args;
  va_start(args, fmt);
  vsnprintf(what, sizeof what, fmt, args);
  va_end(args);
  snprintf(r->text, r->text_len, "%s: `%s`: %s", r->name, key, what);
  return false;
}

/* One printable line. */
static bool is_label(const char *s) {
  for (const char *p = s; *p != 0; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) return false;
  return s[0] != ' ' && s[strlen(s) - 1] != ' ';
}

static bool check_key(const struct reader *r, const struct entry *e) {
  char why[300];
  return psi_key_check(e->key, e->n_key, why, sizeof why) || refuse(r, "key", "%s", why);
}

static bool check_sizes(const struct reader *r, struct psi_question *q, const struct entry *e) {
  for (unsigned i = 0; i < e->n_sizes; i++)
    if (!yaml_number(&q->size[i], e->sizes[i], UINT32_MAX) || q->size[i] == 0)
      return refuse(r, "sizes", "\"%s\" is not a whole number from 1 to 2^32 - 1", e->sizes[i]);
  if (e->n_sizes != 0 && e->n_between == 0) return refuse(r, "sizes", "say by `between:` whose they are");
  return true;
}

static bool check(const struct reader *r, struct psi_question *q, const struct entry *e) {
  if (!is_label(q->title)) return refuse(r, "title", "must be one line, without spaces at its ends");
  if (!is_label(q->purpose)) return refuse(r, "purpose", "must be one line, without spaces at its ends");
  if (!is_label(q->name)) return refuse(r, "name", "must be one line, without spaces at its ends");
  if (e->minimum != NULL)
    return refuse(r, "minimum", "a minimum is compared in shares, which needs the join of columns: it is not built "
                                "yet, and refused rather than ignored");
  if (strcmp(e->unicode, psi_unicode()) != 0)
    return refuse(r, "unicode", "the tables of this program are of Unicode %s, not %s: keys could differ", psi_unicode(),
                  e->unicode);
  if (q->kind == PSI_COUNT && q->protocol == SMPC_PSI_VOLE)
    return refuse(r, "protocol", "vole shows which keys match: it cannot count");
  return check_key(r, e) && check_sizes(r, q, e);
}

static bool fill(const struct reader *r, struct psi_question *q, const struct document *d) {
  const struct entry *e = &d->questions[0];
  q->title = d->study.title;
  q->purpose = d->study.purpose;
  q->name = e->name;
  q->kind = (enum psi_kind)e->kind;
  q->empty_matches = e->empty != 0;
  q->protocol = (smpc_psi_protocol)e->protocol;
  q->recipients = e->recipients;
  q->n_recipients = e->n_recipients;
  q->between = e->between;
  q->n_between = e->n_between;
  q->key = e->key;
  q->n_key = e->n_key;
  return check(r, q, e);
}

/* Takes the loaded file over. */
static bool take(struct psi_question **out, void *file, const struct reader *r) {
  struct psi_question *q = calloc(1, sizeof *q);
  if (q == NULL) {
    yaml_free(file, &document_value);
    return refuse(r, "questions", "out of memory");
  }
  q->file = file;
  if (fill(r, q, file)) {
    *out = q;
    return true;
  }
  psi_question_free(q);
  return false;
}

bool psi_question_parse(struct psi_question **q, const char *name, const char *bytes, size_t len, char *text,
                        size_t text_len) {
  const struct reader r = {name, text, text_len};
  void *file = NULL;
  *q = NULL;
  bool good = yaml_parse(&file, name, bytes, len, &document_value, text, text_len) && take(q, file, &r);
  if (good) question_digest_of((*q)->digest, bytes, len);
  return good;
}

bool psi_question_load(struct psi_question **q, const char *path, const char *ask, char *text, size_t text_len) {
  size_t len;
  char *bytes = question_read_asked(path, ask, &len, text, text_len);
  *q = NULL;
  bool good = bytes != NULL && psi_question_parse(q, path, bytes, len, text, text_len);
  free(bytes);
  return good;
}

void psi_question_free(struct psi_question *q) {
  if (q == NULL) return;
  yaml_free(q->file, &document_value);
  free(q);
}

/* --- names into parties --------------------------------------------------------------- */

static bool find_member(smpc_party *p, const char *key, const char *name, unsigned role, const char *role_name,
                        const smpc_config *cfg, char *text, size_t text_len) {
  for (unsigned i = 0; i < cfg->parties; i++) {
    if (strcmp(cfg->member[i].name, name) != 0) continue;
    *p = smpc_p(i);
    if (cfg->member[i].roles & role) return true;
    return snprintf(text, text_len, "%s: \"%s\" has no role `%s` in parties.yaml", key, name, role_name), false;
  }
  return snprintf(text, text_len, "%s: \"%s\" is not in parties.yaml", key, name), false;
}

/* The two parties with data, where the question does not name them. */
static bool only_two(smpc_psi *ask, const smpc_config *cfg, char *text, size_t text_len) {
  unsigned n = 0;
  for (unsigned i = 0; i < cfg->parties; i++) {
    if (!(cfg->member[i].roles & SMPC_INPUT)) continue;
    if (n == 0) ask->a = smpc_p(i);
    if (n++ == 1) ask->b = smpc_p(i);
  }
  if (n == 2) return true;
  return snprintf(text, text_len, "parties.yaml has %u parties with data: say by `between:` which two", n), false;
}

static bool find_owners(smpc_psi *ask, const struct psi_question *q, const smpc_config *cfg, char *text,
                        size_t text_len) {
  if (q->n_between == 0) return only_two(ask, cfg, text, text_len);
  if (strcmp(q->between[0], q->between[1]) == 0)
    return snprintf(text, text_len, "between: \"%s\" stands there twice", q->between[0]), false;
  return find_member(&ask->a, "between", q->between[0], SMPC_INPUT, "input", cfg, text, text_len) &&
         find_member(&ask->b, "between", q->between[1], SMPC_INPUT, "input", cfg, text, text_len);
}

bool psi_question_resolve(smpc_psi *ask, const struct psi_question *q, const smpc_config *cfg, char *text,
                          size_t text_len) {
  *ask = (smpc_psi)SMPC_PSI_INIT;
  ask->purpose = q->purpose;
  ask->protocol = q->protocol;
  ask->size_a = q->size[0];
  ask->size_b = q->size[1];
  if (!find_owners(ask, q, cfg, text, text_len)) return false;
  for (unsigned i = 0; i < q->n_recipients; i++) {
    smpc_party p;
    if (!find_member(&p, "recipients", q->recipients[i], SMPC_RESULT, "result", cfg, text, text_len)) return false;
    if (p.id != ask->a.id && p.id != ask->b.id)
      return snprintf(text, text_len, "recipients: \"%s\" is not one of the two owners", q->recipients[i]), false;
    ask->to = smpc_and(ask->to, p);
  }
  return true;
}
