/* data_csv.c - see data_csv.h. */
#include "data_csv.h"

#include <stdlib.h>
#include <string.h>

#include <unistr.h>

static int fail_here(struct data_csv *r, const char *what) {
  return r->status = data_fail(r->f, DATA_INPUT, "line %llu, column %llu: %s", (unsigned long long)r->line,
                               (unsigned long long)r->column, what);
}

static int fail_field(struct data_csv *r, const char *what) {
  return r->status = data_fail(r->f, DATA_INPUT, "line %llu, field %u: %s", (unsigned long long)r->record.line,
                               r->record.n + 1, what);
}

/* Room for `len` more bytes and a NUL. */
static int reserve(struct data_csv *r, size_t len) {
  struct data_record *rec = &r->record;
  size_t need = rec->start[rec->n] + len + 1;
  if (need <= r->text_cap) return 0;
  char *more = realloc(rec->text, 2 * need);
  if (more == NULL) return r->status = data_fail(r->f, DATA_MACHINE, "out of memory");
  rec->text = more;
  r->text_cap = 2 * need;
  return 0;
}

/* GB18030 and its kin write high bytes in pairs or more; one alone among others is a letter of Western Europe. */
static bool has_lone_high_byte(const unsigned char *at, size_t len) {
  for (size_t i = 0; i < len; i++) {
    size_t run = 0;
    while (i + run < len && at[i + run] >= 0x80) run++;
    if (run % 2 == 1) return true;
    i += run;
  }
  return false;
}

static int fail_encoding(struct data_csv *r, const void *field, size_t len) {
  return fail_field(r, has_lone_high_byte(field, len)
                           ? "not valid UTF-8, but probably Windows-1252 (Latin-1): say `encoding: Windows-1252` under `data:`"
                           : "not valid UTF-8, but probably GB18030: say `encoding: GB18030` under `data:`");
}

/* libcsv's callbacks cannot stop it: after a failure they do nothing. */
static void on_field(void *field, size_t len, void *user) {
  struct data_csv *r = user;
  struct data_record *rec = &r->record;
  if (r->status != 0) return;
  if (rec->n == DATA_MAX_COLUMNS) fail_field(r, "too many fields");
  else if (len > DATA_MAX_FIELD) fail_field(r, "the field is longer than 1 MiB; is a quote not closed?");
  else if (memchr(field, 0, len) != NULL) fail_field(r, "a NUL byte");
  else if (u8_check(field, len) != NULL) fail_encoding(r, field, len);
  else if (reserve(r, len) == 0) {
    if (len > 0) memcpy(rec->text + rec->start[rec->n], field, len);
    rec->text[rec->start[rec->n] + len] = 0;
    rec->start[rec->n + 1] = rec->start[rec->n] + len + 1;
    rec->n++;
  }
}

static void on_end_of_record(int terminator, void *user) {
  struct data_csv *r = user;
  (void)terminator;
  if (r->status == 0) r->status = r->on_record(r->user, &r->record, r->f);
  r->record.n = 0;
  r->in_record = false;
}

int data_csv_init(struct data_csv *r, char delimiter, data_on_record *on, void *user, struct data_fault *f) {
  memset(r, 0, sizeof *r);
  r->line = r->column = 1;
  r->on_record = on;
  r->user = user;
  r->f = f;
  if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
    return r->status = data_fail(f, DATA_MACHINE, "out of memory");
  if (delimiter == 0) delimiter = ',';
  if (delimiter == '"' || delimiter == '\r' || delimiter == '\n' || delimiter == ' ' || (delimiter & 0x80))
    return r->status = data_fail(f, DATA_INPUT, "delimiter: one character, not a quote, a space or a line end");
  csv_set_delim(&r->parser, (unsigned char)delimiter);
  return 0;
}

/* Characters of UTF-8: all bytes but the continuing ones. */
static uint64_t characters(const char *bytes, size_t len) {
  uint64_t n = 0;
  for (size_t i = 0; i < len; i++) n += ((unsigned char)bytes[i] & 0xc0) != 0x80;
  return n;
}

static bool has_content(const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (strchr(" \t\r\n", bytes[i]) == NULL || bytes[i] == 0) return true;
  return false;
}

/* Bytes of one line, perhaps with its end. */
static int feed_segment(struct data_csv *r, const char *bytes, size_t len) {
  if (!r->in_record) r->record.line = r->line;
  r->in_record = r->in_record || has_content(bytes, len);
  size_t done = csv_parse(&r->parser, bytes, len, on_field, on_end_of_record, r);
  if (r->status != 0) return r->status;
  r->column += characters(bytes, done);
  if (done < len && csv_error(&r->parser) == CSV_EPARSE)
    return fail_here(r, "a quote where none may stand, or text after a closing quote");
  if (done < len) return r->status = data_fail(r->f, DATA_MACHINE, "out of memory");
  if (r->parser.entry_pos > DATA_MAX_FIELD)
    return fail_field(r, "the field is longer than 1 MiB; is a quote not closed?");
  return 0;
}

/* Count the line end that `c` is; LF after CR belongs to the same one. */
static void pass_line_end(struct data_csv *r, char c) {
  if (!(c == '\n' && r->after_cr)) r->line++;
  r->after_cr = c == '\r';
  r->column = 1;
}

static int feed_lines(struct data_csv *r, const char *bytes, size_t len) {
  size_t from = 0;
  for (size_t i = 0; i < len && r->status == 0; i++) {
    char c = bytes[i];
    if (c != '\n' && c != '\r') {
      r->after_cr = false;
      continue;
    }
    if (feed_segment(r, bytes + from, i + 1 - from) != 0) return r->status;
    pass_line_end(r, c);
    from = i + 1;
  }
  if (from < len && r->status == 0) feed_segment(r, bytes + from, len - from);
  return r->status;
}

int data_csv_feed(struct data_csv *r, const char *bytes, size_t len) {
  static const char mark[3] = {'\xef', '\xbb', '\xbf'};
  while (r->status == 0 && r->mark < 3 && len > 0) {
    if (*bytes == mark[r->mark]) {
      r->mark++, bytes++, len--;
    } else { /* not a mark: what looked like one is data */
      unsigned held = r->mark;
      r->mark = 3;
      if (held > 0) feed_lines(r, mark, held);
    }
  }
  return r->status == 0 && len > 0 ? feed_lines(r, bytes, len) : r->status;
}

int data_csv_end(struct data_csv *r) {
  static const char mark[2] = {'\xef', '\xbb'};
  if (r->status == 0 && (r->mark == 1 || r->mark == 2)) feed_lines(r, mark, r->mark);
  if (r->status != 0) return r->status;
  if (csv_fini(&r->parser, on_field, on_end_of_record, r) != 0 && r->status == 0)
    return fail_field(r, "the quote is not closed before the end of the file");
  return r->status;
}

void data_csv_free(struct data_csv *r) {
  csv_free(&r->parser);
  free(r->record.text);
  r->record.text = NULL;
}
