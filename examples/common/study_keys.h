/* study_keys.h - the keys of a signed study that are the library's: a program that
 * reads its question from the same file passes over them. */
#ifndef STUDY_KEYS_H
#define STUDY_KEYS_H

#include <cyaml/cyaml.h>

#define STUDY_HEAD_KEYS                                                                                  \
  CYAML_FIELD_IGNORE("duo", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("identifier", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("replaces", CYAML_FLAG_OPTIONAL)
#define STUDY_DOCUMENT_KEYS                                                                              \
  CYAML_FIELD_IGNORE("legal basis", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("privacy budget", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("valid from", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("valid until", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("grades", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("security", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("preprocessing", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("fraction bits", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("parties", CYAML_FLAG_OPTIONAL)
#define STUDY_QUESTION_KEYS                                                                        \
  CYAML_FIELD_IGNORE("grade", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("limits", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("also opens", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("review", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("reviewers", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("hold days", CYAML_FLAG_OPTIONAL), \
      CYAML_FIELD_IGNORE("minimum change", CYAML_FLAG_OPTIONAL)
#define STUDY_COLUMN_KEYS CYAML_FIELD_IGNORE("grade", CYAML_FLAG_OPTIONAL)

#endif
