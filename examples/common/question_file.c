/* question_file.c - see question_file.h.
 *
 * libcyaml checks the shape (yaml_file.h).  Numbers are read by yaml_number(), from strings:
 * libcyaml takes 010 for eight. */
#include "question_file.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_file.h"

/* The line on which `key` with `value` (NULL: any) first stands; 0: not found. */
static unsigned line_of(const struct question_reader *r, const char *key, const char *value) {
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

bool question_refuse(const struct question_reader *r, const char *key, const char *value, const char *fmt, ...) {
  unsigned line = line_of(r, key, value);
  char what[400], place[16] = "";
  va_list args;
  if (line == 0) line = line_of(r, key, NULL);
  if (line != 0) snprintf(place, sizeof place, ":%u", line);
  va_start(args, fmt);
  vsnprintf(what, sizeof what, fmt, args);
  va_end(args);
  if (r->text != NULL) snprintf(r->text, r->text_len, "%s%s: `%s`: %s", r->name, place, key, what);
  return false;
}

/* One printable line: it is shown, compared and written into tables. */
bool question_labels(const struct question_reader *r, const char *key, char *const *label, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    if (!yaml_is_label(label[i])) return question_refuse(r, key, NULL, "an entry has control characters, or spaces at its ends");
    for (unsigned j = 0; j < i; j++)
      if (strcmp(label[i], label[j]) == 0) return question_refuse(r, key, label[i], "\"%s\" stands there twice", label[i]);
  }
  return true;
}

static bool check_columns(const struct question_reader *r, const struct data_question *q) {
  for (unsigned i = 0; i < q->n_columns; i++)
    for (unsigned j = 0; j < i; j++)
      if (strcasecmp(q->columns[i].name, q->columns[j].name) == 0)
        return question_refuse(r, "columns", NULL, "\"%s\" stands there twice", q->columns[i].name);
  return true;
}

bool question_unicode(const struct question_reader *r, const char *version) {
  return strcmp(version, psi_unicode()) == 0 ||
         question_refuse(r, "unicode", NULL, "the tables of this program are of Unicode %s, not %s: keys could differ",
                         psi_unicode(), version);
}

/* --- the head ----------------------------------------------------------------------- */

static bool read_numbers(const struct question_reader *r, struct question *q, const struct question_entry *e) {
  uint64_t minimum = 0, parties = 2;
  if (e->minimum_cell != NULL && (!yaml_number(&minimum, e->minimum_cell, QUESTION_MAX_MINIMUM) || minimum == 0))
    return question_refuse(r, "minimum_cell", NULL, "not a whole number from 1 to %d", QUESTION_MAX_MINIMUM);
  if (e->min_parties != NULL && (!yaml_number(&parties, e->min_parties, SMPC_MAX_PARTIES) || parties < 2))
    return question_refuse(r, "min_parties", NULL, "not a whole number from 2 to %d", SMPC_MAX_PARTIES);
  q->minimum_cell = (int64_t)minimum;
  q->min_parties = (unsigned)parties;
  return true;
}

static bool read_head(const struct question_reader *r, struct question *q, const struct question_document *d,
                      const struct question_entry *e) {
  static const char one_line[] = "must be one line, without spaces at its ends";
  q->title = d->study.title;
  q->purpose = e->purpose != NULL ? e->purpose : d->study.purpose;
  q->name = e->name;
  q->recipients = e->recipients;
  q->n_recipients = e->n_recipients;
  q->data = e->data;
  q->has_noise = e->epsilon != NULL;
  if (!yaml_is_label(q->title)) return question_refuse(r, "title", NULL, "%s", one_line);
  if (!yaml_is_label(q->purpose)) return question_refuse(r, "purpose", NULL, "%s", one_line);
  if (!yaml_is_label(q->name)) return question_refuse(r, "name", q->name, "%s", one_line);
  return read_numbers(r, q, e) && question_labels(r, "recipients", q->recipients, q->n_recipients) && check_columns(r, &q->data);
}

static const struct question_entry *entry_at(const struct question_document *d, size_t size, unsigned i) {
  return (const void *)((const char *)d->questions + i * size);
}

/* Of a study's questions the one called `ask`; NULL: there must be only one. */
static const struct question_entry *choose(const struct question_reader *r, const struct question_document *d,
                                           size_t size, const char *ask) {
  if (ask == NULL && d->n_questions == 1) return entry_at(d, size, 0);
  for (unsigned i = 0; ask != NULL && i < d->n_questions; i++)
    if (strcmp(entry_at(d, size, i)->name, ask) == 0) return entry_at(d, size, i);
  if (ask == NULL) question_refuse(r, "questions", NULL, "the list is too long: say which question to ask");
  else question_refuse(r, "questions", NULL, "there is no question \"%.100s\"", ask);
  return NULL;
}

/* --- the whole ------------------------------------------------------------------------ */

static bool fill(const struct question_reader *r, struct question *q, const struct question_format *format, const char *ask) {
  const struct question_document *d = q->file;
  const struct question_entry *e = choose(r, d, format->entry_size, ask);
  return e != NULL && read_head(r, q, d, e) && format->fill(r, q, e);
}

bool question_make(void **made, const struct question_format *format, const char *name, const char *bytes, size_t len,
                   const char *ask, char *text, size_t text_len) {
  const struct question_reader r = {name, bytes, len, text, text_len};
  void *file = NULL;
  *made = NULL;
  if (!yaml_parse(&file, name, bytes, len, format->document, text, text_len)) return false;
  struct question *q = calloc(1, format->size);
  if (q == NULL) return yaml_free(file, format->document), question_refuse(&r, "study", NULL, "out of memory");
  q->file = file;
  question_digest_of(q->digest, bytes, len);
  if (!fill(&r, q, format, ask)) return question_unmake(q, format), false;
  *made = q;
  return true;
}

bool question_make_from(void **made, const struct question_format *format, const char *path, const char *ask, char *text,
                        size_t text_len) {
  size_t len;
  char *bytes = question_read_asked(path, ask, format->program, &len, text, text_len);
  *made = NULL;
  bool good = bytes != NULL && question_make(made, format, path, bytes, len, ask, text, text_len);
  free(bytes);
  return good;
}

void question_unmake(void *made, const struct question_format *format) {
  struct question *q = made;
  if (q == NULL) return;
  if (q->owns_strata) free(q->data.strata);
  yaml_free(q->file, format->document);
  free(q);
}

/* --- bytes and digests ------------------------------------------------------------------ */

void question_digest_of(uint8_t digest[QUESTION_DIGEST_LEN], const char *bytes, size_t len) {
  crypto_generichash(digest, QUESTION_DIGEST_LEN, (const unsigned char *)bytes, len,
                     (const unsigned char *)"libmpc question 1", 17);
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

bool question_digest(uint8_t digest[QUESTION_DIGEST_LEN], const char *path, const char *ask, char *text, size_t text_len) {
  size_t len;
  char *bytes = question_read_asked(path, ask, NULL, &len, text, text_len);
  memset(digest, 0, QUESTION_DIGEST_LEN);
  if (bytes != NULL) question_digest_of(digest, bytes, len);
  free(bytes);
  return bytes != NULL;
}

