/* psi_schema.h - how a question writes the key of a row: `key:`, a list of columns. */
#ifndef PSI_SCHEMA_H
#define PSI_SCHEMA_H

#include <cyaml/cyaml.h>

#include "psi_key.h"

static const cyaml_strval_t psi_forms[] = {
    {"text", PSI_TEXT}, {"date", PSI_DATE}, {"identity number", PSI_IDENTITY_NUMBER}};
static const cyaml_strval_t psi_cases[] = {{"kept", PSI_CASE_KEPT}, {"ignored", PSI_CASE_IGNORED}};
static const cyaml_strval_t psi_spaces[] = {{"trimmed", PSI_SPACES_TRIMMED}, {"removed", PSI_SPACES_REMOVED}};

#define PSI_ENUM(name, member, values) \
  CYAML_FIELD_ENUM(name, CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct psi_component, member, values, \
                   sizeof values / sizeof *values)
static const cyaml_schema_field_t psi_component_fields[] = {
    CYAML_FIELD_STRING_PTR("column", CYAML_FLAG_POINTER, struct psi_component, column, 1, 255),
    PSI_ENUM("form", form, psi_forms),
    PSI_ENUM("case", letter_case, psi_cases),
    PSI_ENUM("spaces", spaces, psi_spaces),
    CYAML_FIELD_END};
static const cyaml_schema_value_t psi_component_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct psi_component, psi_component_fields)};

static const cyaml_strval_t psi_empties[] = {{"no key", 0}, {"matches", 1}};
/* The list of columns under `name`, into `list` and `n_list`, and `unicode`, both needed or not; `empty`. */
#define PSI_KEY_KEYS(name, flags, type, list, n_list)                                                                 \
  CYAML_FIELD_SEQUENCE_COUNT(name, flags, type, list, n_list, &psi_component_value, 1, PSI_MAX_KEY),               \
      CYAML_FIELD_STRING_PTR("unicode", flags, type, unicode, 1, 20),                                              \
      CYAML_FIELD_ENUM("empty", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, type, empty, psi_empties,                 \
                       sizeof psi_empties / sizeof *psi_empties)

#endif
