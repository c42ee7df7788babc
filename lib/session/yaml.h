/* yaml.h - a YAML file by a libcyaml schema, strictly, with errors that name
 * file, line and key.
 *
 * Refused: unknown and repeated keys, aliases, a second document, an empty file,
 * text with a NUL, more than 1 MiB, what is not a regular file.  Numbers are
 * strings in our schemas and read by the caller: libcyaml takes 010 for eight.
 * Key files are no YAML and are never read by this; given one by mistake, it says
 * so without quoting it. */
#ifndef SMPI_YAML_H
#define SMPI_YAML_H

#include <cyaml/cyaml.h>
#include <yaml.h>

#include "base/err.h"

struct smpi_yaml {
  const char *name;                   /* the file's, for messages; the caller's  */
  void *data;                         /* what the schema describes               */
  const cyaml_schema_value_t *schema;
  yaml_document_t doc;                /* the same text as nodes, for their lines */
  bool has_doc;
};

/* Read `path`, or parse `bytes`.  The schema's top level is a pointer to a
 * mapping.  Errors: SMPC_E_FILE, SMPC_E_NOMEM.  *y may be freed in every case. */
smpc_err smpi_yaml_load(struct smpi_yaml *y, const char *path, const cyaml_schema_value_t *schema,
                        struct smpi_fault *f);
smpc_err smpi_yaml_parse(struct smpi_yaml *y, const char *name, const uint8_t *bytes, size_t len,
                         const cyaml_schema_value_t *schema, struct smpi_fault *f);
void smpi_yaml_free(struct smpi_yaml *y); /* also of one that is all zeros */

/* The line, from 1, of `key` in entry `index` of `list`; without list, of a key
 * at the top; without key, of the entry.  0: not there. */
unsigned smpi_yaml_line(const struct smpi_yaml *y, const char *list, unsigned index, const char *key);

/* Record SMPC_E_FILE with "file:line: `key`: ..."; line 0 and key NULL are left
 * out.  Always returns SMPC_E_FILE. */
smpc_err smpi_yaml_fault(struct smpi_fault *f, const struct smpi_yaml *y, unsigned line, const char *key,
                         const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
