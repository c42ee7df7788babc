/* psi_question.h - question.yaml of smpc-psi: the intersection that both owners agreed on.
 *
 *   study: {title: ..., purpose: ...}
 *   questions:
 *     - name: patients of both hospitals
 *       program: psi
 *       result: reveal                # or count
 *       recipients: [north]           # of the two owners
 *       between: [north, south]       # may be left out where only two parties have data
 *       key:                          # the columns that identify a person, in order
 *         - {column: surname, case: ignored}
 *         - {column: born, form: date}
 *       unicode: 14.0.0               # of the tables behind the normalisation
 *       empty: no key                 # or matches: an empty component equals an empty one
 *       sizes: [5000, 5000]           # declared sizes, in the order of `between`; default: told
 *       protocol: ecdh                # or vole; default: chosen from the sizes
 */
#ifndef PSI_QUESTION_H
#define PSI_QUESTION_H

#include <smpc.h>

#include "psi_key.h"
#include "question.h"

enum psi_kind { PSI_REVEAL = 1, PSI_COUNT };
enum { PSI_MAX_PURPOSE = 500 };

struct psi_question {
  const char *title, *purpose, *name;
  enum psi_kind kind;
  bool empty_matches;
  smpc_psi_protocol protocol;
  char **recipients, **between;
  unsigned n_recipients, n_between;
  const struct psi_component *key;
  unsigned n_key;
  uint64_t size[2];    /* declared; 0: told */
  uint8_t digest[QUESTION_DIGEST_LEN]; /* of the file's exact bytes               */
  void *file;          /* what the above points into */
};

/* Read the file at `path`, and of its questions the one called `ask` (NULL: it has only one).  False: `text` has one sentence that names the file and the key. */
bool psi_question_load(struct psi_question **q, const char *path, const char *ask, char *text, size_t text_len);
bool psi_question_parse(struct psi_question **q, const char *name, const char *bytes, size_t len, char *text,
                        size_t text_len);
void psi_question_free(struct psi_question *q); /* NULL is allowed */

/* Names into parties: fills `ask` with owners, recipients, sizes, purpose. */
bool psi_question_resolve(smpc_psi *ask, const struct psi_question *q, const smpc_config *cfg, char *text,
                          size_t text_len);

#endif
