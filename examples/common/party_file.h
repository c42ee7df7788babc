/* party_file.h - the `data:` part of party.yaml: where this party's rows are and
 * how to read them.  The rest of the file is the library's.
 *
 *   data:
 *     file: patients.csv         # CSV, or an SQLite database; relative to party.yaml
 *     format: csv                # csv | sqlite; default: sqlite for .db .sqlite .sqlite3
 *     header: true               # the CSV's first line has the names; default true
 *     separator: ","             # one character; default ","
 *     encoding: UTF-8            # or another that iconv knows, GB18030; default UTF-8
 *     missing: ["", "?", "NA"]   # these become NULL; this is the default
 *     columns:                   # undeclared columns are text; without a header: all, in order
 *       - { name: age, type: number }
 *       - { name: sex, type: text }
 *     view: SELECT age, sex AS gender FROM data    # my schema to the agreed columns
 */
#ifndef SMPC_PARTY_FILE_H
#define SMPC_PARTY_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum party_format { PARTY_CSV = 1, PARTY_SQLITE = 2 };
enum party_type { PARTY_TEXT = 1, PARTY_NUMBER = 2 };

struct party_column { char *name; enum party_type type; };

struct party_data {
  char *file;               /* NULL: party.yaml has no data: file        */
  enum party_format format; /* decided by --data's or file's name if not given */
  bool header;
  char separator;
  char *encoding;           /* never NULL                                */
  char **missing; unsigned n_missing;
  struct party_column *column; unsigned n_columns;
  char *view;               /* NULL: none                                */
};

/* Read it from party.yaml at `path`; `file` (may be NULL) is --data's, used as it
 * is, instead of data: file.  A party.yaml without data: gives the defaults.
 * True on success; else `text` has one sentence, and *d is NULL. */
bool party_file_load(struct party_data **d, const char *path, const char *file, char *text, size_t text_len);
void party_file_free(struct party_data *d); /* NULL is allowed */

#endif
