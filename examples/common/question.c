/* question.c - the question of smpc-cohort-count: question.yaml into a struct question.
 *
 * libcyaml checks the shape, question_file.c what every question has, this the rest. */
#include "question.h"

#include <stdlib.h>
#include <string.h>

#include "psi_schema.h"
#include "question_file.h"
#include "suppress.h"
#include "yaml_file.h"

/* --- the file as it stands ----------------------------------------------- */
struct dominance { char *parties, *percent; };
struct entry {
  struct question_entry head;
  char *unicode;
  struct psi_component *distinct;
  unsigned n_distinct;
  int empty, zeros, totals;
  struct dominance *dominance;
  struct data_stratum *strata;
  unsigned n_strata;
};

static const cyaml_strval_t programs[] = {{"cohort-count", 0}};
static const cyaml_strval_t zeros[] = {{"suppressed", QUESTION_ZEROS_SUPPRESSED}, {"shown", QUESTION_ZEROS_SHOWN}};
static const cyaml_strval_t totals[] = {{"displayed", QUESTION_TOTALS_DISPLAYED}, {"true", QUESTION_TOTALS_TRUE}};

static const cyaml_schema_field_t stratum_fields[] = {
    CYAML_FIELD_STRING_PTR("name", QUESTION_NEEDED, struct data_stratum, name, 1, 128),
    CYAML_FIELD_STRING_PTR("expression", QUESTION_NEEDED, struct data_stratum, expression, 1, QUESTION_MAX_STRING),
    CYAML_FIELD_SEQUENCE_COUNT("cells", QUESTION_NEEDED, struct data_stratum, cells, n_cells, &question_string, 1,
                               DATA_MAX_CELLS),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t stratum_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct data_stratum, stratum_fields)};

static const cyaml_schema_field_t dominance_fields[] = {
    CYAML_FIELD_STRING_PTR("parties", QUESTION_NEEDED, struct dominance, parties, 1, 20),
    CYAML_FIELD_STRING_PTR("percent", QUESTION_NEEDED, struct dominance, percent, 1, 20),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t entry_fields[] = {
    QUESTION_KEYS(struct entry, programs),
    QUESTION_ROW_KEYS(struct entry),
    CYAML_FIELD_SEQUENCE_COUNT("strata", QUESTION_MAYBE, struct entry, strata, n_strata, &stratum_value, 0, QUESTION_MAX_STRATA),
    CYAML_FIELD_MAPPING_PTR("dominance", QUESTION_MAYBE, struct entry, dominance, dominance_fields),
    PSI_KEY_KEYS("distinct", QUESTION_MAYBE, struct entry, distinct, n_distinct),
    CYAML_FIELD_ENUM("zeros", QUESTION_MAYBE_ENUM, struct entry, zeros, zeros, QUESTION_N(zeros)),
    CYAML_FIELD_ENUM("totals", QUESTION_MAYBE_ENUM, struct entry, totals, totals, QUESTION_N(totals)),
    CYAML_FIELD_END,
};
QUESTION_DOCUMENT(struct entry, entry_fields);

/* --- what a schema cannot say --------------------------------------------- */
static bool check_stratum(const struct question_reader *r, const struct data_stratum *s) {
  if (!yaml_is_label(s->name)) return question_refuse(r, "name", s->name, "control characters, or spaces at its ends");
  for (unsigned i = 0; i < s->n_cells; i++)
    if (strcmp(s->cells[i], "other") == 0 || strcmp(s->cells[i], "total") == 0)
      return question_refuse(r, "cells", s->cells[i], "\"%s\" is a name of every table's own", s->cells[i]);
  return question_labels(r, "cells", s->cells, s->n_cells);
}

static bool check_strata(const struct question_reader *r, const struct data_question *q) {
  for (unsigned i = 0; i < q->n_strata; i++) {
    if (!check_stratum(r, &q->strata[i])) return false;
    for (unsigned j = 0; j < i; j++)
      if (strcmp(q->strata[i].name, q->strata[j].name) == 0)
        return question_refuse(r, "strata", NULL, "two strata are called \"%s\"", q->strata[i].name);
  }
  return true;
}

/* A hidden cell must have at least two possible values, or hiding it is idle. */
static bool check_minimum(const struct question_reader *r, const struct question *q) {
  if (q->minimum_cell == 1 && q->zeros == QUESTION_ZEROS_SUPPRESSED)
    return question_refuse(r, "minimum_cell", NULL,
                  "with 1 only zeros are hidden, and so known: write \"zeros: shown\", "
                  "or a minimum of at least 2");
  if (q->minimum_cell == 2 && q->zeros == QUESTION_ZEROS_SHOWN)
    return question_refuse(r, "minimum_cell", NULL,
                  "with 2 and \"zeros: shown\" a hidden cell is known to be 1: take at "
                  "least 3, or 1 to hide nothing");
  return true;
}

static bool check_totals(const struct question_reader *r, const struct question *q) {
  unsigned lines = 0;
  if (q->totals == QUESTION_TOTALS_DISPLAYED) return true;
  if (q->data.n_strata > 2) return question_refuse(r, "totals", NULL, "true totals need a table of at most two strata");
  for (unsigned d = 0; d < q->data.n_strata; d++) lines += question_n_labels(q, d);
  if (q->data.n_strata == 2 && lines > SUPPRESS_MAX_LINES)
    return question_refuse(r, "totals", NULL, "true totals need at most %d rows and columns", SUPPRESS_MAX_LINES);
  return true;
}

/* A rule by which all cells, or none, are hidden is a mistake. */
static bool read_dominance(const struct question_reader *r, struct question *q, const struct dominance *d) {
  uint64_t parties = 0, percent = 0;
  if (d == NULL) return true;
  if (!yaml_number(&parties, d->parties, QUESTION_MAX_DOMINANT) || parties == 0)
    return question_refuse(r, "dominance", NULL, "`parties` is not a whole number from 1 to %d", QUESTION_MAX_DOMINANT);
  if (!yaml_number(&percent, d->percent, 99) || percent == 0)
    return question_refuse(r, "dominance", NULL, "`percent` is not a whole number from 1 to 99");
  if (q->totals == QUESTION_TOTALS_TRUE)
    return question_refuse(r, "dominance", NULL,
                           "true totals protect small cells, not dominated ones: they need `totals: displayed`");
  if (q->has_noise)
    return question_refuse(r, "dominance", NULL, "what it hides depends on true counts: not together with `epsilon`");
  q->dominance_parties = (unsigned)parties;
  q->dominance_percent = (int64_t)percent;
  return true;
}

static bool is_text_column(const struct data_question *q, const char *name) {
  for (unsigned i = 0; i < q->n_columns; i++)
    if (strcmp(q->columns[i].name, name) == 0) return q->columns[i].type == DATA_TEXT;
  return false;
}

/* The key of a patient. */
static bool read_distinct(const struct question_reader *r, struct question *q, const struct entry *e) {
  char why[300];
  if (e->n_distinct == 0 && e->unicode == NULL && e->empty == 0) return true;
  if (e->n_distinct == 0) return question_refuse(r, "distinct", NULL, "`unicode` and `empty` belong to a key: say which");
  if (e->unicode == NULL) return question_refuse(r, "distinct", NULL, "say by `unicode:` which tables normalise the key");
  if (!question_unicode(r, e->unicode)) return false;
  if (!psi_key_check(e->distinct, e->n_distinct, why, sizeof why)) return question_refuse(r, "distinct", NULL, "%s", why);
  for (unsigned i = 0; i < e->n_distinct; i++)
    if (!is_text_column(&q->data, e->distinct[i].column))
      return question_refuse(r, "distinct", NULL, "\"%s\" is not in `columns` as text", e->distinct[i].column);
  if (e->dominance != NULL)
    return question_refuse(r, "dominance", NULL, "how much a party has of a cell is known to nobody with `distinct`");
  if (q->n_cells > QUESTION_MAX_DISTINCT)
    return question_refuse(r, "distinct", NULL, "the table has more than %d cells", QUESTION_MAX_DISTINCT);
  q->distinct = e->distinct;
  q->n_distinct = e->n_distinct;
  q->empty_matches = e->empty != 0;
  return true;
}

/* The product over the strata; 0: beyond DATA_MAX_CELLS. */
static size_t count_cells(const struct data_question *q) {
  size_t n = 1;
  for (unsigned d = 0; d < q->n_strata; d++) {
    n *= q->strata[d].n_cells + (size_t)1;
    if (n > DATA_MAX_CELLS) return 0;
  }
  return n;
}

static bool fill(const struct question_reader *r, void *made, const void *entry) {
  struct question *q = made;
  const struct entry *e = entry;
  q->zeros = (enum question_zeros)e->zeros;
  q->totals = (enum question_totals)e->totals;
  q->data.strata = e->strata;
  q->data.n_strata = e->n_strata;
  q->n_cells = count_cells(&q->data);
  if (!read_distinct(r, q, e) || !read_dominance(r, q, e->dominance)) return false;
  if (q->n_cells == 0) return question_refuse(r, "strata", NULL, "the table has more than %d cells", DATA_MAX_CELLS);
  return check_strata(r, &q->data) && check_minimum(r, q) && check_totals(r, q);
}

static const struct question_format format = {&document_value, sizeof(struct question), sizeof(struct entry), fill,
                                              "cohort-count"};

bool question_parse(struct question **q, const char *name, const char *bytes, size_t len, const char *ask, char *text,
                    size_t text_len) {
  void *made;
  bool good = question_make(&made, &format, name, bytes, len, ask, text, text_len);
  *q = made;
  return good;
}

bool question_load(struct question **q, const char *path, const char *ask, char *text, size_t text_len) {
  void *made;
  bool good = question_make_from(&made, &format, path, ask, text, text_len);
  *q = made;
  return good;
}

void question_free(struct question *q) { question_unmake(q, &format); }
