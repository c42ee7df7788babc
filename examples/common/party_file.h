/* party_file.h - the `data:` part of party.yaml: where this party's rows are and
 * how to read them.  The rest of the file is the library's.
 *
 *   data:
 *     file: patients.csv         # CSV, or an SQLite database; relative to party.yaml
 *     table: visits              # what `view` calls the CSV (default data), or the database's table
 *     header: yes                # the CSV's first record has the names (the default)
 *     delimiter: ","             # one character; default ","
 *     encoding: UTF-8            # or GB18030; default UTF-8
 *     missing: ["", "?", "NA"]   # these become NULL; this is the default
 *     columns:                   # undeclared columns are text; without a header: all, in order
 *       - { name: age, type: number }
 *       - { name: sex, type: text }
 *     view: SELECT age, sex AS gender FROM visits    # my schema to the agreed columns
 */
#ifndef PARTY_FILE_H
#define PARTY_FILE_H

#include "data.h"

/* Read it from party.yaml at `path`; `file` (may be NULL) is --data's, used as it
 * is, instead of data: file.  With --data, party.yaml need not have data:.
 *   out    *c      for data_open(); freed by party_file_free(); NULL on failure
 *   error  DATA_INPUT with file, line and key; DATA_MACHINE: out of memory */
int party_file_load(struct data_config **c, const char *path, const char *file, struct data_fault *f);
void party_file_free(struct data_config *c); /* NULL is allowed */

/* For tests and fuzzers: the same from memory. */
int party_file_parse(struct data_config **c, const char *path, const char *bytes, size_t len, const char *file,
                     struct data_fault *f);

#endif
