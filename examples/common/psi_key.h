/* psi_key.h - from the columns of a row to the bytes that are compared.
 *
 * What the parties agreed on in the question: Unicode normalisation, spaces, case,
 * forms of dates, check digits.  The same text gives the same bytes at every
 * party that has the same Unicode tables, which the question names. */
#ifndef PSI_KEY_H
#define PSI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum psi_form {
  PSI_TEXT,           /* NFKC; spaces and case as said                               */
  PSI_DATE,           /* to yyyymmdd; year first, and a day that exists              */
  PSI_IDENTITY_NUMBER /* 18 digits (GB 11643), whose date and check digit are right  */
};
enum psi_case { PSI_CASE_KEPT, PSI_CASE_IGNORED };
enum psi_spaces { PSI_SPACES_TRIMMED, PSI_SPACES_REMOVED }; /* trimmed: none at the ends, runs become one */

enum { PSI_MAX_KEY = 32 }; /* components */
struct psi_component {
  char *column;
  int form, letter_case, spaces; /* the enums above */
};

/* A growing string of bytes. */
struct psi_bytes {
  uint8_t *at;
  size_t len, cap;
};
bool psi_bytes_add(struct psi_bytes *b, const void *data, size_t len); /* false: out of memory */

enum psi_value {
  PSI_VALUE,  /* appended                                                     */
  PSI_EMPTY,  /* nothing is left of it                                        */
  PSI_BAD,    /* no UTF-8, no such date, a wrong check digit: it has no value */
  PSI_NO_MEMORY
};

/* Append the normal form of text[len] to b; b is as before unless PSI_VALUE. */
enum psi_value psi_normalise(struct psi_bytes *b, const struct psi_component *c, const char *text, size_t len);

/* Append the key of a row: length and normal form of every component, text[k] (NULL: missing).  PSI_EMPTY: one is
 * empty, and does not match an empty one. */
enum psi_value psi_key_add(struct psi_bytes *b, const struct psi_component *key, unsigned n_key, bool empty_matches,
                           const char *const *text, const size_t *len);
/* Is it a key?  False: `why` says what is not, and of which column. */
bool psi_key_check(const struct psi_component *key, unsigned n_key, char *why, size_t why_len);

/* The version of the Unicode tables in use, "14.0.0"; "?" where it is not known. */
const char *psi_unicode(void);

#endif
