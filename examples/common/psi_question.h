/* psi_question.h - question.yaml of smpc-psi: the intersection that its owners agreed on.
 *
 *   study: {title: ..., purpose: ...}
 *   questions:
 *     - name: patients of both hospitals
 *       program: psi
 *       result: reveal                # which keys all have; count: how many; distinct: how many
 *                                     # different ones there are; sum: of a column over what all have
 *       recipients: [north]           # reveal: owners; otherwise any with the role `result`
 *       between: [north, south]       # 2 to 16 owners; may be left out where all with data are meant
 *       key:                          # the columns that identify a person, in order
 *         - {column: surname, case: ignored}
 *         - {column: born, form: date}
 *       unicode: 14.0.0               # of the tables behind the normalisation
 *       empty: no key                 # or matches: an empty component equals an empty one
 *       minimum: 10                   # compared in shares; below it nothing is shown
 *       column: cost                  # sum: the column,
 *       of: south                     #      whose it is,
 *       numbers: decimal              #      or whole: what it holds
 *       sizes: [5000, 5000]           # declared sizes, in the order of `between`; default: told
 *       protocol: ecdh                # or vole, join; default: chosen from question and sizes
 */
#ifndef PSI_QUESTION_H
#define PSI_QUESTION_H

#include <smpc_study.h>

#include "psi_key.h"
#include "question.h"

enum psi_kind { PSI_REVEAL = 1, PSI_COUNT, PSI_DISTINCT, PSI_SUM };
enum psi_numbers { PSI_DECIMAL, PSI_WHOLE };

struct psi_question {
  struct question base; /* title, purpose, name, recipients, digest */
  enum psi_kind kind;
  bool empty_matches;
  smpc_psi_protocol protocol;
  char **between;
  unsigned n_between;
  const struct psi_component *key;
  unsigned n_key;
  uint64_t size[SMPC_MAX_COMPUTING]; /* declared, in the order of `between`; 0: told */
  uint64_t minimum;
  const char *column, *of; /* sum; else NULL */
  enum psi_numbers numbers;
};

/* Read the file at `path`, and of its questions the one called `ask` (NULL: it has only one).  False: `text` has one
 * sentence that names the file and the key. */
bool psi_question_load(struct psi_question **q, const char *path, const char *ask, char *text, size_t text_len);
bool psi_question_parse(struct psi_question **q, const char *name, const char *bytes, size_t len, char *text,
                        size_t text_len);
void psi_question_free(struct psi_question *q); /* NULL is allowed */

/* Why it cannot be asked under what its study says of it; NULL: it can. */
const char *psi_question_refuses(const struct psi_question *q, const smpc_study_question *asked);

/* What to ask the library. */
struct psi_ask {
  smpc_psi psi;          /* reveal, count, distinct; `sizes` points into this structure */
  smpc_psi_star star;    /* sum */
  unsigned n;            /* owners, in the order of parties.yaml; two as `between` has them */
  smpc_party owner[SMPC_MAX_COMPUTING];
  uint64_t size[SMPC_MAX_COMPUTING];
  bool am_summed;        /* the column is mine */
  bool i_own;
};

/* Names into parties: owners, recipients, sizes, purpose.  False: `text` says what is wrong. */
bool psi_question_resolve(struct psi_ask *ask, const struct psi_question *q, const smpc_config *cfg, char *text,
                          size_t text_len);

#endif
