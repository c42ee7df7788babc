/* question_file.h - what the readers of all programs' questions share: the study around them, the keys
 * that every question has, and sentences that name file, line and key. */
#ifndef QUESTION_FILE_H
#define QUESTION_FILE_H

#include <cyaml/cyaml.h>

#include "question.h"
#include "study_keys.h"

enum { QUESTION_MAX_STRING = 16384 };

/* The first member of a program's entry, `head`: as the file has it.  NULL and 0: not given. */
struct question_entry {
  char *name, *purpose, *epsilon, *min_parties, *minimum_cell;
  int program;
  char **recipients;
  unsigned n_recipients;
  struct data_question data;
};
struct question_study { char *title, *purpose; };
struct question_document {
  struct question_study study;
  void *questions; /* entries */
  unsigned n_questions;
};

#define QUESTION_N(array) (sizeof(array) / sizeof *(array))
#define QUESTION_NEEDED CYAML_FLAG_POINTER
#define QUESTION_MAYBE (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define QUESTION_ENUM CYAML_FLAG_STRICT
#define QUESTION_MAYBE_ENUM (CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL)

static const cyaml_schema_value_t question_string = {CYAML_VALUE_STRING(QUESTION_NEEDED, char, 1, QUESTION_MAX_STRING)};
static const cyaml_strval_t question_types[] = {{"text", DATA_TEXT}, {"number", DATA_NUMBER}};
static const cyaml_schema_field_t question_column_fields[] = {
    CYAML_FIELD_STRING_PTR("name", QUESTION_NEEDED, struct data_column, name, 1, 128),
    CYAML_FIELD_ENUM("type", QUESTION_ENUM, struct data_column, type, question_types, QUESTION_N(question_types)),
    STUDY_COLUMN_KEYS, CYAML_FIELD_END};
static const cyaml_schema_value_t question_column = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct data_column, question_column_fields)};

/* The keys of every question, whose programs[] names its program; and of those that read columns. */
#define QUESTION_KEYS(type, programs)                                                                              \
  CYAML_FIELD_STRING_PTR("name", QUESTION_NEEDED, type, head.name, 1, 128),                                        \
      CYAML_FIELD_ENUM("program", QUESTION_ENUM, type, head.program, programs, QUESTION_N(programs)),              \
      CYAML_FIELD_STRING_PTR("purpose", QUESTION_MAYBE, type, head.purpose, 1, QUESTION_MAX_PURPOSE),              \
      CYAML_FIELD_SEQUENCE_COUNT("recipients", QUESTION_NEEDED, type, head.recipients, head.n_recipients,          \
                                 &question_string, 1, SMPC_MAX_PARTIES),                                           \
      CYAML_FIELD_STRING_PTR("epsilon", QUESTION_MAYBE, type, head.epsilon, 1, 20), STUDY_QUESTION_KEYS
#define QUESTION_ROW_KEYS(type)                                                                                    \
  CYAML_FIELD_STRING_PTR("min_parties", QUESTION_MAYBE, type, head.min_parties, 1, 20),                            \
      CYAML_FIELD_STRING_PTR("minimum_cell", QUESTION_NEEDED, type, head.minimum_cell, 1, 20),                     \
      CYAML_FIELD_SEQUENCE_COUNT("columns", QUESTION_NEEDED, type, head.data.columns, head.data.n_columns,         \
                                 &question_column, 1, 2000),                                                       \
      CYAML_FIELD_STRING_PTR("condition", QUESTION_MAYBE, type, head.data.condition, 1, QUESTION_MAX_STRING)

/* document_value: a file with entries of such keys. */
static const cyaml_schema_field_t question_study_fields[] = {
    CYAML_FIELD_STRING_PTR("title", QUESTION_NEEDED, struct question_study, title, 1, 500),
    CYAML_FIELD_STRING_PTR("purpose", QUESTION_NEEDED, struct question_study, purpose, 1, QUESTION_MAX_PURPOSE),
    STUDY_HEAD_KEYS, CYAML_FIELD_END};
#define QUESTION_DOCUMENT(type, entry_fields)                                                                         \
  struct document { /* a struct question_document: libcyaml takes an entry's size from the pointer */                 \
    struct question_study study;                                                                                      \
    type *questions;                                                                                                  \
    unsigned n_questions;                                                                                             \
  };                                                                                                                  \
  static const cyaml_schema_value_t entry_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, type, entry_fields)};      \
  static const cyaml_schema_field_t document_fields[] = {                                                             \
      CYAML_FIELD_MAPPING("study", CYAML_FLAG_DEFAULT, struct document, study, question_study_fields),                \
      CYAML_FIELD_SEQUENCE_COUNT("questions", QUESTION_NEEDED, struct document, questions, n_questions, &entry_value, 1, \
                                 100),                                                                                \
      STUDY_DOCUMENT_KEYS, CYAML_FIELD_END};                                                                          \
  static const cyaml_schema_value_t document_value = {                                                                \
      CYAML_VALUE_MAPPING(QUESTION_NEEDED, struct document, document_fields)}

/* --- reading ------------------------------------------------------------------------ */

struct question_reader {
  const char *name, *bytes;
  size_t len;
  char *text;
  size_t text_len;
};
/* False, with "FILE:LINE: `key`: ..."; the line is the first of `key` with `value` (NULL: any). */
bool question_refuse(const struct question_reader *r, const char *key, const char *value, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Each one printable line, and no two the same. */
bool question_labels(const struct question_reader *r, const char *key, char *const *label, unsigned n);
/* The tables that normalise keys are those of this program. */
bool question_unicode(const struct question_reader *r, const char *version);

/* A program's questions: what is made of an entry begins with a struct question. */
struct question_format {
  const cyaml_schema_value_t *document;
  size_t size, entry_size;
  bool (*fill)(const struct question_reader *r, void *made, const void *entry); /* the head is filled and checked */
  const char *program; /* "psi" */
};
bool question_make(void **made, const struct question_format *format, const char *name, const char *bytes, size_t len,
                   const char *ask, char *text, size_t text_len);
bool question_make_from(void **made, const struct question_format *format, const char *path, const char *ask, char *text,
                        size_t text_len);
void question_unmake(void *made, const struct question_format *format); /* frees; NULL is allowed */

#endif
