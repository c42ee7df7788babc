/* question.h - question.yaml: the question that all parties agreed on.
 *
 * The file is a study with one question and no signatures, so that a signed
 * study extends it.  Every party has the same bytes: their digest is compared
 * when the session opens, and parties with different questions get none.
 * `smpc-party new` writes a commented template (question_template.h);
 * question.yaml(5) describes every key. */
#ifndef QUESTION_H
#define QUESTION_H

#include <smpc.h>

#include "data.h"
#include "psi_key.h"

enum question_zeros { QUESTION_ZEROS_SUPPRESSED = 0, QUESTION_ZEROS_SHOWN = 1 };
enum question_totals { QUESTION_TOTALS_DISPLAYED = 0, QUESTION_TOTALS_TRUE = 1 };

enum {
  QUESTION_DIGEST_LEN = 32,
  QUESTION_MAX_BYTES = 1 << 20, /* LOCAL */
  QUESTION_MAX_PURPOSE = 500,   /* LOCAL: a line of party.yaml's purposes       */
  QUESTION_MAX_STRATA = 8,      /* LOCAL */
  QUESTION_MAX_DISTINCT = 4096, /* AGREEMENT: cells of a table that counts keys   */
  QUESTION_MAX_DOMINANT = 3,    /* LOCAL: parties of a dominance rule           */
  QUESTION_MAX_MINIMUM = 1000000000
};
/* AGREEMENT: a hospital's own counts together are below this, so that sums over
 * all cells and parties and their differences stay far inside the ring's range. */
#define QUESTION_MAX_COUNT (INT64_C(1) << 40)

struct question {
  const char *title, *purpose; /* of the study                                  */
  const char *name;            /* of the question                               */
  char **recipients;
  unsigned n_recipients;
  unsigned min_parties; /* input parties, at least                       */
  int64_t minimum_cell;
  unsigned dominance_parties; /* 0: no rule; else a cell is hidden of which so many   */
  int64_t dominance_percent;  /* parties have more than so many per cent              */
  const struct psi_component *distinct; /* the same key at several parties counts once; NULL: rows are counted */
  unsigned n_distinct;
  bool empty_matches;         /* an empty component of that key equals an empty one      */
  bool has_noise;             /* `epsilon`, which the study's reader reads              */
  enum question_zeros zeros;
  enum question_totals totals;
  struct data_question data; /* columns, condition, strata                    */
  size_t n_cells;
  uint8_t digest[QUESTION_DIGEST_LEN]; /* of the file's exact bytes             */
  bool owns_strata;                    /* data.strata was allocated                     */
  void *file;                          /* what the above points into                    */
};

/* Read the file at `path`.  False: `text` has one sentence that names the file,
 * the line and the key.  `ask` chooses one of a study's questions; NULL: the file
 * has only one.  The expressions themselves are data_check()'s. */
bool question_load(struct question **q, const char *path, const char *ask, char *text, size_t text_len);
/* The same from memory; `name` stands for the file in messages. */
bool question_parse(struct question **q, const char *name, const char *bytes, size_t len, const char *ask, char *text,
                    size_t text_len);
void question_free(struct question *q); /* NULL is allowed */

/* A question file's bytes, to be freed.  NULL: unreadable or too long. */
char *question_read(const char *path, size_t *len, char *text, size_t text_len);
/* The same with all questions blanked but the one called `ask` (NULL: it has only one), which must not be for
 * another program than `program` (NULL: any). */
char *question_read_asked(const char *path, const char *ask, const char *program, size_t *len, char *text, size_t text_len);
/* What stands for these bytes in smpc_config.question. */
void question_digest_of(uint8_t digest[QUESTION_DIGEST_LEN], const char *bytes, size_t len);
/* The digest of a file, and the question `ask` of it, that is not read here further.  False: unreadable, or which one? */
bool question_digest(uint8_t digest[QUESTION_DIGEST_LEN], const char *path, const char *ask, char *text, size_t text_len);

/* Who takes part in this question: sets of members of cfg. */
struct question_roles {
  smpc_who recipients; /* who gets the table                              */
  smpc_who inputs;     /* who has data                                    */
  unsigned n_inputs;
};
/* Names into parties.  False: a recipient is not in parties.yaml or is not to get
 * results, or there are too few input parties. */
bool question_resolve(struct question_roles *roles, const struct question *q, const smpc_config *cfg, char *text,
                      size_t text_len);

/* Cells of stratum d, `other` included; the label of one of them. */
unsigned question_n_labels(const struct question *q, unsigned d);
const char *question_label(const struct question *q, unsigned d, unsigned i);
/* The index in stratum d of cell c of the table (row-major). */
unsigned question_index(const struct question *q, size_t c, unsigned d);

#endif
