/* question.c - read question.yaml into a struct question.
 *
 * libcyaml checks the shape (yaml_file.h), check() what a schema cannot say.
 * Numbers are read by yaml_number(), from strings: libcyaml takes 010 for eight. */
#include "question.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psi_schema.h"
#include "study_keys.h"
#include "suppress.h"
#include "yaml_file.h"

/* --- the file as it stands ----------------------------------------------- */
struct dominance { char *parties, *percent; };
struct entry {
  char *name, *purpose; /* purpose: NULL, the study's */
  int program; /* 0: cohort-count, the only one so far */
  char **recipients;
  unsigned n_recipients;
  char *min_parties, *minimum_cell, *epsilon, *unicode;
  struct psi_component *distinct;
  unsigned n_distinct;
  int empty;
  struct dominance *dominance;
  struct data_question data;
  int zeros, totals;
};
struct study {
  char *title, *purpose;
};
struct document {
  struct study study;
  struct entry *questions;
  unsigned n_questions;
};

static const cyaml_strval_t programs[] = {{"cohort-count", 0}};
static const cyaml_strval_t types[] = {{"text", DATA_TEXT}, {"number", DATA_NUMBER}};
static const cyaml_strval_t zeros[] = {{"suppressed", QUESTION_ZEROS_SUPPRESSED}, {"shown", QUESTION_ZEROS_SHOWN}};
static const cyaml_strval_t empties[] = {{"no key", 0}, {"matches", 1}};
static const cyaml_strval_t totals[] = {{"displayed", QUESTION_TOTALS_DISPLAYED}, {"true", QUESTION_TOTALS_TRUE}};

enum {
  STRING = CYAML_FLAG_POINTER,
  OPTIONAL = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
  MAX_STRING = 16384,
  ENUM = CYAML_FLAG_STRICT,
  OPTIONAL_ENUM = CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL
};
#define N(array) (sizeof(array) / sizeof *(array))

static const cyaml_schema_value_t string_value = {CYAML_VALUE_STRING(STRING, char, 1, MAX_STRING)};

static const cyaml_schema_field_t column_fields[] = {
    CYAML_FIELD_STRING_PTR("name", STRING, struct data_column, name, 1, 128),
    CYAML_FIELD_ENUM("type", ENUM, struct data_column, type, types, N(types)),
    STUDY_COLUMN_KEYS,
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t column_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct data_column, column_fields)};

static const cyaml_schema_field_t stratum_fields[] = {
    CYAML_FIELD_STRING_PTR("name", STRING, struct data_stratum, name, 1, 128),
    CYAML_FIELD_STRING_PTR("expression", STRING, struct data_stratum, expression, 1, MAX_STRING),
    CYAML_FIELD_SEQUENCE_COUNT("cells", STRING, struct data_stratum, cells, n_cells, &string_value, 1, DATA_MAX_CELLS),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t stratum_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct data_stratum, stratum_fields)};

static const cyaml_schema_field_t dominance_fields[] = {
    CYAML_FIELD_STRING_PTR("parties", STRING, struct dominance, parties, 1, 20),
    CYAML_FIELD_STRING_PTR("percent", STRING, struct dominance, percent, 1, 20),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t entry_fields[] = {
    CYAML_FIELD_STRING_PTR("name", STRING, struct entry, name, 1, 128),
    CYAML_FIELD_ENUM("program", ENUM, struct entry, program, programs, N(programs)),
    CYAML_FIELD_SEQUENCE_COUNT("recipients", STRING, struct entry, recipients, n_recipients, &string_value, 1,
                               SMPC_MAX_PARTIES),
    CYAML_FIELD_STRING_PTR("min_parties", OPTIONAL, struct entry, min_parties, 1, 20),
    CYAML_FIELD_SEQUENCE_COUNT("columns", STRING, struct entry, data.columns, data.n_columns, &column_value, 1, 2000),
    CYAML_FIELD_STRING_PTR("condition", OPTIONAL, struct entry, data.condition, 1, MAX_STRING),
    CYAML_FIELD_SEQUENCE_COUNT("strata", OPTIONAL, struct entry, data.strata, data.n_strata, &stratum_value, 0,
                               QUESTION_MAX_STRATA),
    CYAML_FIELD_STRING_PTR("minimum_cell", STRING, struct entry, minimum_cell, 1, 20),
    CYAML_FIELD_MAPPING_PTR("dominance", OPTIONAL, struct entry, dominance, dominance_fields),
    CYAML_FIELD_STRING_PTR("epsilon", OPTIONAL, struct entry, epsilon, 1, 20),
    CYAML_FIELD_SEQUENCE_COUNT("distinct", OPTIONAL, struct entry, distinct, n_distinct, &psi_component_value, 1, PSI_MAX_KEY),
    CYAML_FIELD_STRING_PTR("unicode", OPTIONAL, struct entry, unicode, 1, 20),
    CYAML_FIELD_ENUM("empty", OPTIONAL_ENUM, struct entry, empty, empties, N(empties)),
    CYAML_FIELD_ENUM("zeros", OPTIONAL_ENUM, struct entry, zeros, zeros, N(zeros)),
    CYAML_FIELD_ENUM("totals", OPTIONAL_ENUM, struct entry, totals, totals, N(totals)),
    CYAML_FIELD_STRING_PTR("purpose", OPTIONAL, struct entry, purpose, 1, QUESTION_MAX_PURPOSE),
    STUDY_QUESTION_KEYS,
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t entry_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry, entry_fields)};

static const cyaml_schema_field_t study_fields[] = {
    CYAML_FIELD_STRING_PTR("title", STRING, struct study, title, 1, 500),
    CYAML_FIELD_STRING_PTR("purpose", STRING, struct study, purpose, 1, QUESTION_MAX_PURPOSE),
    CYAML_FIELD_IGNORE("duo", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t document_fields[] = {
    CYAML_FIELD_MAPPING("study", CYAML_FLAG_DEFAULT, struct document, study, study_fields),
    CYAML_FIELD_SEQUENCE_COUNT("questions", STRING, struct document, questions, n_questions, &entry_value, 1, 100),
    STUDY_DOCUMENT_KEYS,
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t document_value = {CYAML_VALUE_MAPPING(STRING, struct document, document_fields)};

/* --- what a schema cannot say --------------------------------------------- */
struct reader {
  const char *name, *bytes;
  size_t len;
  char *text;
  size_t text_len;
};

/* The line on which `key` with `value` (NULL: any) first stands; 0: not found. */
static unsigned line_of(const struct reader *r, const char *key, const char *value) {
  const char *end = r->bytes + r->len, *p = r->bytes;
  size_t key_len = strlen(key);
  unsigned line = 1;
  for (const char *eol; p < end; p = eol + 1, line++) {
    eol = memchr(p, '\n', (size_t)(end - p));
    if (eol == NULL) eol = end;
    const char *at = memmem(p, (size_t)(eol - p), key, key_len);
    if (at == NULL || at + key_len >= eol || at[key_len] != ':') continue;
    if (value == NULL || memmem(at, (size_t)(eol - at), value, strlen(value)) != NULL) return line;
  }
  return 0;
}

static bool refuse(const struct reader *r, const char *key, const char *value, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static bool refuse(const struct reader *r, const char *key, const char *value, const char *fmt, ...) {
  unsigned line = line_of(r, key, value);
  char what[400];
  va_list args;
  if (line == 0) line = line_of(r, key, NULL);
  va_start(args, fmt);
  vsnprintf(what, sizeof what, fmt, args);
  va_end(args);
  if (r->text != NULL) snprintf(r->text, r->text_len, "%s:%u: `%s`: %s", r->name, line, key, what);
  return false;
}

/* One printable line: it is shown, compared and written into tables. */
static bool check_labels(const struct reader *r, const char *key, char *const *label, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    if (!yaml_is_label(label[i])) return refuse(r, key, NULL, "an entry has control characters, or spaces at its ends");
    for (unsigned j = 0; j < i; j++)
      if (strcmp(label[i], label[j]) == 0) return refuse(r, key, label[i], "\"%s\" stands there twice", label[i]);
  }
  return true;
}

static bool check_columns(const struct reader *r, const struct data_question *q) {
  for (unsigned i = 0; i < q->n_columns; i++)
    for (unsigned j = 0; j < i; j++)
      if (strcasecmp(q->columns[i].name, q->columns[j].name) == 0)
        return refuse(r, "columns", NULL, "\"%s\" stands there twice", q->columns[i].name);
  return true;
}

static bool check_stratum(const struct reader *r, const struct data_stratum *s) {
  if (!yaml_is_label(s->name)) return refuse(r, "name", s->name, "control characters, or spaces at its ends");
  for (unsigned i = 0; i < s->n_cells; i++)
    if (strcmp(s->cells[i], "other") == 0 || strcmp(s->cells[i], "total") == 0)
      return refuse(r, "cells", s->cells[i], "\"%s\" is a name of every table's own", s->cells[i]);
  return check_labels(r, "cells", s->cells, s->n_cells);
}

static bool check_strata(const struct reader *r, const struct data_question *q) {
  for (unsigned i = 0; i < q->n_strata; i++) {
    if (!check_stratum(r, &q->strata[i])) return false;
    for (unsigned j = 0; j < i; j++)
      if (strcmp(q->strata[i].name, q->strata[j].name) == 0)
        return refuse(r, "strata", NULL, "two strata are called \"%s\"", q->strata[i].name);
  }
  return true;
}

/* A hidden cell must have at least two possible values, or hiding it is idle. */
static bool check_minimum(const struct reader *r, const struct question *q) {
  if (q->minimum_cell == 1 && q->zeros == QUESTION_ZEROS_SUPPRESSED)
    return refuse(r, "minimum_cell", NULL,
                  "with 1 only zeros are hidden, and so known: write \"zeros: shown\", "
                  "or a minimum of at least 2");
  if (q->minimum_cell == 2 && q->zeros == QUESTION_ZEROS_SHOWN)
    return refuse(r, "minimum_cell", NULL,
                  "with 2 and \"zeros: shown\" a hidden cell is known to be 1: take at "
                  "least 3, or 1 to hide nothing");
  return true;
}

static bool check_totals(const struct reader *r, const struct question *q) {
  unsigned lines = 0;
  if (q->totals == QUESTION_TOTALS_DISPLAYED) return true;
  if (q->data.n_strata > 2) return refuse(r, "totals", NULL, "true totals need a table of at most two strata");
  for (unsigned d = 0; d < q->data.n_strata; d++) lines += question_n_labels(q, d);
  if (q->data.n_strata == 2 && lines > SUPPRESS_MAX_LINES)
    return refuse(r, "totals", NULL, "true totals need at most %d rows and columns", SUPPRESS_MAX_LINES);
  return true;
}

/* A rule by which all cells, or none, are hidden is a mistake. */
static bool read_dominance(const struct reader *r, struct question *q, const struct dominance *d) {
  uint64_t parties = 0, percent = 0;
  if (d == NULL) return true;
  if (!yaml_number(&parties, d->parties, QUESTION_MAX_DOMINANT) || parties == 0)
    return refuse(r, "dominance", NULL, "`parties` is not a whole number from 1 to %d", QUESTION_MAX_DOMINANT);
  if (!yaml_number(&percent, d->percent, 99) || percent == 0)
    return refuse(r, "dominance", NULL, "`percent` is not a whole number from 1 to 99");
  if (q->totals == QUESTION_TOTALS_TRUE)
    return refuse(r, "dominance", NULL, "true totals protect small cells, not dominated ones: they need `totals: displayed`");
  if (q->has_noise) return refuse(r, "dominance", NULL, "what it hides depends on true counts: not together with `epsilon`");
  q->dominance_parties = (unsigned)parties;
  q->dominance_percent = (int64_t)percent;
  return true;
}

static bool is_text_column(const struct data_question *q, const char *name) {
  for (unsigned i = 0; i < q->n_columns; i++)
    if (strcmp(q->columns[i].name, name) == 0) return q->columns[i].type == DATA_TEXT;
  return false;
}

/* The key of a patient. */
static bool read_distinct(const struct reader *r, struct question *q, const struct entry *e) {
  char why[300];
  if (e->n_distinct == 0 && e->unicode == NULL && e->empty == 0) return true;
  if (e->n_distinct == 0) return refuse(r, "distinct", NULL, "`unicode` and `empty` belong to a key: say which");
  if (e->unicode == NULL) return refuse(r, "distinct", NULL, "say by `unicode:` which tables normalise the key");
  if (strcmp(e->unicode, psi_unicode()) != 0)
    return refuse(r, "unicode", NULL, "the tables of this program are of Unicode %s, not %s: keys could differ", psi_unicode(), e->unicode);
  if (!psi_key_check(e->distinct, e->n_distinct, why, sizeof why)) return refuse(r, "distinct", NULL, "%s", why);
  for (unsigned i = 0; i < e->n_distinct; i++)
    if (!is_text_column(&e->data, e->distinct[i].column))
      return refuse(r, "distinct", NULL, "\"%s\" is not in `columns` as text", e->distinct[i].column);
  if (e->dominance != NULL) return refuse(r, "dominance", NULL, "how much a party has of a cell is known to nobody with `distinct`");
  if (q->n_cells > QUESTION_MAX_DISTINCT) return refuse(r, "distinct", NULL, "the table has more than %d cells", QUESTION_MAX_DISTINCT);
  q->distinct = e->distinct;
  q->n_distinct = e->n_distinct;
  q->empty_matches = e->empty != 0;
  return true;
}

static bool read_numbers(const struct reader *r, struct question *q, const struct entry *e) {
  uint64_t minimum = 0, parties = 2;
  if (!yaml_number(&minimum, e->minimum_cell, QUESTION_MAX_MINIMUM) || minimum == 0)
    return refuse(r, "minimum_cell", NULL, "not a whole number from 1 to %d", QUESTION_MAX_MINIMUM);
  if (e->min_parties != NULL && (!yaml_number(&parties, e->min_parties, SMPC_MAX_PARTIES) || parties < 2))
    return refuse(r, "min_parties", NULL, "not a whole number from 2 to %d", SMPC_MAX_PARTIES);
  q->minimum_cell = (int64_t)minimum;
  q->min_parties = (unsigned)parties;
  return true;
}

static bool check(const struct reader *r, const struct question *q) {
  if (!yaml_is_label(q->title)) return refuse(r, "title", NULL, "must be one line, without spaces at its ends");
  if (!yaml_is_label(q->purpose)) return refuse(r, "purpose", NULL, "must be one line, without spaces at its ends");
  if (!yaml_is_label(q->name)) return refuse(r, "name", q->name, "must be one line, without spaces at its ends");
  if (q->n_cells == 0) return refuse(r, "strata", NULL, "the table has more than %d cells", DATA_MAX_CELLS);
  return check_labels(r, "recipients", q->recipients, q->n_recipients) && check_columns(r, &q->data) &&
         check_strata(r, &q->data) && check_minimum(r, q) && check_totals(r, q);
}

/* The product over the strata; 0: beyond DATA_MAX_CELLS. */
static size_t count_cells(const struct data_question *q) {
  size_t n = 1;
  for (unsigned d = 0; d < q->n_strata; d++) {
    n *= q->strata[d].n_cells + (size_t)1;
    if (n > DATA_MAX_CELLS) return 0;
  }
  return n;
}

/* Of a study's questions the one called `ask`; NULL: there must be only one. */
static const struct entry *choose(const struct reader *r, const struct document *d, const char *ask) {
  if (ask == NULL && d->n_questions == 1) return &d->questions[0];
  for (unsigned i = 0; ask != NULL && i < d->n_questions; i++)
    if (strcmp(d->questions[i].name, ask) == 0) return &d->questions[i];
  if (ask == NULL) refuse(r, "questions", NULL, "the list is too long: say which question to ask");
  else refuse(r, "questions", NULL, "there is no question \"%.100s\"", ask);
  return NULL;
}

static bool fill(const struct reader *r, struct question *q, struct document *d, const char *ask) {
  const struct entry *e = choose(r, d, ask);
  if (e == NULL) return false;
  q->title = d->study.title;
  q->purpose = e->purpose != NULL ? e->purpose : d->study.purpose;
  q->name = e->name;
  q->recipients = e->recipients;
  q->n_recipients = e->n_recipients;
  q->zeros = (enum question_zeros)e->zeros;
  q->totals = (enum question_totals)e->totals;
  q->data = e->data;
  q->has_noise = e->epsilon != NULL;
  q->n_cells = count_cells(&q->data);
  return read_numbers(r, q, e) && read_distinct(r, q, e) && read_dominance(r, q, e->dominance) && check(r, q);
}

void question_digest_of(uint8_t digest[QUESTION_DIGEST_LEN], const char *bytes, size_t len) {
  crypto_generichash(digest, QUESTION_DIGEST_LEN, (const unsigned char *)bytes, len,
                     (const unsigned char *)"libmpc question 1", 17);
}

bool question_parse(struct question **q, const char *name, const char *bytes, size_t len, const char *ask, char *text,
                    size_t text_len) {
  struct reader r = {name, bytes, len, text, text_len};
  void *file = NULL;
  *q = NULL;
  if (!yaml_parse(&file, name, bytes, len, &document_value, text, text_len)) return false;
  struct question *new = calloc(1, sizeof *new);
  if (new == NULL) {
    if (text != NULL) snprintf(text, text_len, "%s: out of memory", name);
    return yaml_free(file, &document_value), false;
  }
  new->file = file;
  question_digest_of(new->digest, bytes, len);
  if (!fill(&r, new, file, ask)) return question_free(new), false;
  *q = new;
  return true;
}

/* The bytes of a file, to be freed; NULL: text says why not. */
char *question_read(const char *path, size_t *len, char *text, size_t text_len) {
  FILE *f = fopen(path, "rb");
  char *bytes = f == NULL ? NULL : malloc(QUESTION_MAX_BYTES + 1);
  *len = bytes == NULL ? 0 : fread(bytes, 1, QUESTION_MAX_BYTES + 1, f);
  bool good = bytes != NULL && !ferror(f) && *len <= QUESTION_MAX_BYTES;
  if (!good && text != NULL)
    snprintf(text, text_len, "%s: %s", path, *len > QUESTION_MAX_BYTES ? "too long for a question" : strerror(errno));
  if (f != NULL) fclose(f);
  if (!good) free(bytes);
  return good ? bytes : NULL;
}

bool question_load(struct question **q, const char *path, const char *ask, char *text, size_t text_len) {
  size_t len;
  char *bytes = question_read_asked(path, ask, &len, text, text_len);
  *q = NULL;
  bool good = bytes != NULL && question_parse(q, path, bytes, len, ask, text, text_len);
  free(bytes);
  return good;
}

bool question_digest(uint8_t digest[QUESTION_DIGEST_LEN], const char *path, char *text, size_t text_len) {
  size_t len;
  char *bytes = question_read(path, &len, text, text_len);
  memset(digest, 0, QUESTION_DIGEST_LEN);
  if (bytes != NULL) question_digest_of(digest, bytes, len);
  free(bytes);
  return bytes != NULL;
}

void question_free(struct question *q) {
  if (q == NULL) return;
  yaml_free(q->file, &document_value);
  free(q);
}
