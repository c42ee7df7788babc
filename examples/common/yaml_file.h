/* yaml_file.h - a YAML file by a libcyaml schema, strictly: unknown and repeated
 * keys, aliases, a second document and an empty file are errors.
 *
 * Numbers should be strings in the schema, read by yaml_number(): libcyaml would
 * take 010 for eight. */
#ifndef SMPC_YAML_FILE_H
#define SMPC_YAML_FILE_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdint.h>

/* Load `path` into *data (free it by yaml_free()).  False: `text` has one
 * sentence that names file, line and key. */
bool yaml_load(void **data, const char *path, const cyaml_schema_value_t *schema, char *text, size_t text_len);
/* The same from memory; `name` stands for the file in messages. */
bool yaml_parse(void **data, const char *name, const char *bytes, size_t len, const cyaml_schema_value_t *schema,
                char *text, size_t text_len);
void yaml_free(void *data, const cyaml_schema_value_t *schema); /* NULL is allowed */

/* A whole number without sign or leading zero, 0..max. */
bool yaml_number(uint64_t *value, const char *digits, uint64_t max);
/* One line: no control characters, no spaces at its ends.  text is not empty. */
bool yaml_is_label(const char *text);

#endif
