/* ask.h - the question of descriptive statistics: question.yaml with
 * `program: describe`.  smpc-describe(1) describes every key. */
#ifndef ASK_H
#define ASK_H

#include <smpc_study.h>

#include "question.h"

enum {
  ASK_MAX_VARIABLES = 40, ASK_MAX_RANKS = 32, ASK_MAX_TESTS = 16, ASK_MAX_VALUES = 20, /* LOCAL */
  ASK_MAX_BITS = 16,    /* AGREEMENT: of a quantile's place within its range */
  ASK_MAX_ROWS = 1 << 24, /* AGREEMENT: of one hospital */
  ASK_MAX_POINTS = 1 << 22, /* LOCAL: comparisons for quantiles and ranks */
};

struct ask_variable { const char *name; double low, high; }; /* low <= value <= high, checked by every hospital */

/* One value of the ordered rows.  QUANTILE: part/whole of them are not above it. */
enum ask_rank_kind { ASK_QUANTILE, ASK_SMALLEST, ASK_LARGEST };
struct ask_rank { enum ask_rank_kind kind; int64_t part, whole; }; /* whole: 0 but for quantiles */

/* t: a variable in two groups.  stratum: where its value stands in a row. */
struct ask_t { const char *name; unsigned variable, stratum; };
/* chi^2: two lists of values, of whose rows a table is made; others do not count. */
struct ask_chi {
  const char *name;
  unsigned row, column; /* strata */
  unsigned n_rows, n_columns;
  double row_value[ASK_MAX_VALUES], column_value[ASK_MAX_VALUES];
};

struct ask {
  struct question base; /* title, purpose, name, recipients, min_parties, minimum_cell, digest;
                           base.data.strata: the variables, then what the tests need */
  bool correlations;
  unsigned bits;        /* a quantile is found among 2^bits + 1 points */
  unsigned n_variables, n_ranks, n_t, n_chi;
  struct ask_variable variable[ASK_MAX_VARIABLES];
  struct ask_rank rank[ASK_MAX_RANKS]; /* of each variable */
  struct ask_t t[ASK_MAX_TESTS];
  struct ask_chi chi[ASK_MAX_TESTS];
};

/* Read the file, and of its questions the one called `ask` (NULL: it has only one).  False: `text` names the file, the
 * line and the key. */
bool ask_load(struct ask **a, const char *path, const char *ask, char *text, size_t text_len);
bool ask_parse(struct ask **a, const char *name, const char *bytes, size_t len, char *text, size_t text_len);
void ask_free(struct ask *a); /* NULL is allowed */

/* Why no such question can be asked under what its study says of it; NULL: it can. */
const char *ask_refuses(const smpc_study_question *q);

#endif
