/* model.h - the question of a logistic regression: question.yaml with
 * `program: logistic-regression`.  question.yaml(5) describes every key.
 *
 * The study, recipients, columns and condition are those of every question
 * (question.h); the outcome and the predictors are SQL expressions over the
 * agreed columns, in the language of docs/question-language.md. */
#ifndef MODEL_H
#define MODEL_H

#include <smpc_study.h>

#include "psi_key.h"
#include "question.h"

enum model_privacy { MODEL_AGGREGATES = 0, MODEL_ONLY = 1 };
/* How a model-only fit steps; MODEL_ANY: as fit_method() chooses. */
enum model_method { MODEL_ANY = 0, MODEL_NEWTON, MODEL_FIXED_HESSIAN, MODEL_GRADIENT };
/* Who has what: every hospital some of the rows; or all of the rows and some of the columns, which
 * then are matched by their order in the files, or by a key that nobody shows. */
enum model_split { MODEL_ROWS = 0, MODEL_COLUMNS = 1 };
enum model_match { MODEL_NO_MATCH = 0, MODEL_BY_ORDER, MODEL_BY_KEY };

enum {
  MODEL_MAX_PREDICTORS = 100, /* LOCAL */
  MODEL_MAX_RANGE = 30,       /* AGREEMENT: of a predictor's power of two */
  MODEL_MAX_STEPS = 1000,     /* AGREEMENT */
  MODEL_MAX_ROWS = 1 << 24,   /* AGREEMENT: of one hospital */
};

struct model {
  struct question base;   /* title, purpose, name, recipients, min_parties, minimum_cell, digest;
                             base.data.strata: the outcome, then the predictors */
  enum model_privacy privacy;
  bool site_level;        /* sums of single hospitals may become known */
  bool site_indicators;   /* a column for every hospital but the first */
  int64_t minimum_events; /* events, and non-events, for each coefficient */
  enum model_method method;
  unsigned steps;         /* at most, or (model-only) exactly; epochs of MODEL_GRADIENT; 0: as the method needs */
  unsigned batch;         /* of MODEL_GRADIENT: rows */
  double rate;            /* and length of its steps; 0: as the number of columns allows */
  double ridge;           /* L: L/2 sum (b_j sd_j)^2 is taken off, sd_j by division by n */
  enum model_split split;
  enum model_match match;       /* of MODEL_COLUMNS */
  const struct psi_component *key; /* of MODEL_BY_KEY */
  unsigned n_key;
  bool empty_matches;
  const char *party[1 + MODEL_MAX_PREDICTORS]; /* MODEL_COLUMNS: whose the outcome is, and every predictor */
  unsigned n_predictors;
  int range[MODEL_MAX_PREDICTORS]; /* |value| <= 2^range, checked by every hospital */
};

/* Read the file, and of its questions the one called `ask` (NULL: it has only one).  False: `text` names the file, the
 * line and the key. */
bool model_load(struct model **m, const char *path, const char *ask, char *text, size_t text_len);
bool model_parse(struct model **m, const char *name, const char *bytes, size_t len, char *text, size_t text_len);
void model_free(struct model *m);

/* Why it cannot be asked under what its study says of it; NULL: it can. */
const char *model_refuses(const struct model *m, const smpc_study_question *q);

static inline const char *model_predictor(const struct model *m, unsigned i) { return m->base.data.strata[1 + i].name; }

#endif
