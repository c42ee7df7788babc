/* model.c - see model.h.  libcyaml checks the shape, the rest is checked here. */
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psi_schema.h"
#include "question_file.h"
#include "yaml_file.h"

struct predictor { char *name, *expression, *range, *party; };
struct entry {
  struct question_entry head;
  int privacy, site_level, site_indicators, split, method, match, empty;
  char *minimum_events, *iterations, *ridge, *outcome, *batch, *rate, *outcome_party, *unicode;
  struct predictor *predictors;
  unsigned n_predictors;
  struct psi_component *key;
  unsigned n_key;
};

#define STRING QUESTION_NEEDED
#define OPTIONAL QUESTION_MAYBE
#define OPTIONAL_ENUM QUESTION_MAYBE_ENUM
#define MAX_STRING QUESTION_MAX_STRING
#define N QUESTION_N

static const cyaml_strval_t programs[] = {{"logistic-regression", 0}};
static const cyaml_strval_t privacies[] = {{"aggregates", MODEL_AGGREGATES}, {"model-only", MODEL_ONLY}};
static const cyaml_strval_t site_levels[] = {{"refused", 0}, {"accepted", 1}};
static const cyaml_strval_t answers[] = {{"no", 0}, {"yes", 1}, {"false", 0}, {"true", 1}};
static const cyaml_strval_t splits[] = {{"rows", MODEL_ROWS}, {"columns", MODEL_COLUMNS}};
static const cyaml_strval_t matches[] = {{"order", MODEL_BY_ORDER}, {"key", MODEL_BY_KEY}};

static const cyaml_strval_t methods[] = {
    {"newton", MODEL_NEWTON}, {"fixed-hessian", MODEL_FIXED_HESSIAN}, {"gradient", MODEL_GRADIENT}};

static const cyaml_schema_field_t predictor_fields[] = {
    CYAML_FIELD_STRING_PTR("name", STRING, struct predictor, name, 1, 128),
    CYAML_FIELD_STRING_PTR("expression", OPTIONAL, struct predictor, expression, 1, MAX_STRING),
    CYAML_FIELD_STRING_PTR("range", OPTIONAL, struct predictor, range, 1, 4),
    CYAML_FIELD_STRING_PTR("party", OPTIONAL, struct predictor, party, 1, 64), CYAML_FIELD_END};
static const cyaml_schema_value_t predictor_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct predictor, predictor_fields)};
static const cyaml_schema_field_t entry_fields[] = {
    QUESTION_KEYS(struct entry, programs),
    QUESTION_ROW_KEYS(struct entry),
    CYAML_FIELD_ENUM("privacy", QUESTION_ENUM, struct entry, privacy, privacies, N(privacies)),
    CYAML_FIELD_ENUM("site_level", OPTIONAL_ENUM, struct entry, site_level, site_levels, N(site_levels)),
    CYAML_FIELD_ENUM("site_indicators", OPTIONAL_ENUM, struct entry, site_indicators, answers, N(answers)),
    CYAML_FIELD_ENUM("split", OPTIONAL_ENUM, struct entry, split, splits, N(splits)),
    CYAML_FIELD_ENUM("match", OPTIONAL_ENUM, struct entry, match, matches, N(matches)),
    PSI_KEY_KEYS("key", QUESTION_MAYBE, struct entry, key, n_key),
    CYAML_FIELD_STRING_PTR("outcome_party", OPTIONAL, struct entry, outcome_party, 1, 64),
    CYAML_FIELD_STRING_PTR("minimum_events", OPTIONAL, struct entry, minimum_events, 1, 20),
    CYAML_FIELD_STRING_PTR("iterations", OPTIONAL, struct entry, iterations, 1, 20),
    CYAML_FIELD_STRING_PTR("ridge", OPTIONAL, struct entry, ridge, 1, 40),
    CYAML_FIELD_ENUM("method", OPTIONAL_ENUM, struct entry, method, methods, N(methods)),
    CYAML_FIELD_STRING_PTR("batch", OPTIONAL, struct entry, batch, 1, 20),
    CYAML_FIELD_STRING_PTR("rate", OPTIONAL, struct entry, rate, 1, 40),
    CYAML_FIELD_STRING_PTR("outcome", STRING, struct entry, outcome, 1, MAX_STRING),
    CYAML_FIELD_SEQUENCE_COUNT("predictors", STRING, struct entry, predictors, n_predictors, &predictor_value, 1,
                               MODEL_MAX_PREDICTORS),
    CYAML_FIELD_END};
QUESTION_DOCUMENT(struct entry, entry_fields);

/* --- what a schema cannot say --------------------------------------------------------- */

static bool refuse(const struct question_reader *r, const char *key, const char *why) {
  return question_refuse(r, key, NULL, "%s", why);
}

static bool number(uint64_t *value, const char *digits, uint64_t least, uint64_t most) {
  return digits == NULL || (yaml_number(value, digits, most) && *value >= least);
}

static bool read_range(int *range, const char *text) {
  uint64_t size = 0;
  bool minus = text != NULL && text[0] == '-';
  if (text == NULL) return *range = 10, true;
  if (!yaml_number(&size, text + minus, MODEL_MAX_RANGE)) return false;
  *range = minus ? -(int)size : (int)size;
  return true;
}

/* A number from 0 to `most`; left alone when not given. */
static bool real_number(double *value, const char *text, double most) {
  char *end;
  if (text == NULL) return true;
  *value = strtod(text, &end);
  return end != text && *end == 0 && *value >= 0 && *value <= most;
}

static bool read_numbers(const struct question_reader *r, struct model *m, const struct entry *e) {
  uint64_t events = 10, steps = 0, batch = 128;
  if (!number(&events, e->minimum_events, 1, 1000000)) return refuse(r, "minimum_events", "not a whole number from 1 to 10^6");
  if (!number(&steps, e->iterations, 1, MODEL_MAX_STEPS)) return refuse(r, "iterations", "not a whole number from 1 to 1000");
  if (!number(&batch, e->batch, 1, MODEL_MAX_ROWS)) return refuse(r, "batch", "not a whole number from 1 to 2^24");
  if (!real_number(&m->rate, e->rate, 4)) return refuse(r, "rate", "not a number from 0 to 4");
  if (!real_number(&m->ridge, e->ridge, 1e9)) return refuse(r, "ridge", "not a number from 0 to 10^9");
  m->minimum_events = (int64_t)events;
  m->steps = (unsigned)steps;
  m->batch = (unsigned)batch;
  return true;
}

/* The outcome and the predictors as the loader's expressions. */
static bool read_expressions(const struct question_reader *r, struct model *m, const struct entry *e) {
  struct data_stratum *s = calloc(e->n_predictors + 1u, sizeof *s);
  m->base.data.strata = s;
  m->base.owns_strata = true;
  if (s == NULL) return refuse(r, "predictors", "out of memory");
  m->base.data.n_strata = e->n_predictors + 1;
  m->base.data.part = "predictor";
  s[0] = (struct data_stratum){.name = (char *)(uintptr_t)"the outcome", .expression = e->outcome};
  m->n_predictors = e->n_predictors;
  for (unsigned i = 0; i < e->n_predictors; i++) {
    const struct predictor *p = &e->predictors[i];
    s[1 + i] = (struct data_stratum){.name = p->name, .expression = p->expression ? p->expression : p->name};
    m->party[1 + i] = p->party;
    if (!yaml_is_label(p->name)) return refuse(r, "predictors", "a name has control characters, or spaces at its ends");
    if (!read_range(&m->range[i], p->range)) return refuse(r, "range", "not a whole number from -30 to 30");
    for (unsigned j = 0; j < i; j++)
      if (strcmp(p->name, e->predictors[j].name) == 0) return refuse(r, "predictors", "a name stands there twice");
  }
  return true;
}

/* Split by rows: nothing that belongs to the other split. */
static bool check_rows(const struct question_reader *r, const struct model *m, const struct entry *e) {
  static const char why[] = "belongs to `split: columns`; data split by rows and by columns at once cannot be fitted";
  for (unsigned i = 0; i <= m->n_predictors; i++)
    if (m->party[i] != NULL) return refuse(r, i == 0 ? "outcome_party" : "party", why);
  if (e->match != MODEL_NO_MATCH) return refuse(r, "match", why);
  if (e->n_key != 0) return refuse(r, "key", why);
  return true;
}

static bool check_columns(const struct question_reader *r, const struct model *m, const struct entry *e) {
  char text[300];
  static const char whose[] =
      "with `split: columns` the outcome and every predictor say whose they are (`outcome_party`, `party`); "
      "columns that several hospitals have for their own rows, a mix of both splits, cannot be fitted";
  for (unsigned i = 0; i <= m->n_predictors; i++)
    if (m->party[i] == NULL) return refuse(r, i == 0 ? "outcome_party" : "party", whose);
  if (m->privacy != MODEL_ONLY) return refuse(r, "privacy", "no hospital can sum over columns it has not: only `model-only`");
  if (m->site_indicators) return refuse(r, "site_indicators", "every row is of all hospitals with `split: columns`");
  if (m->base.data.condition != NULL)
    return refuse(r, "condition", "no hospital has all columns: let each select its rows by the `view:` of its party.yaml");
  if (e->match == MODEL_NO_MATCH)
    return refuse(r, "match", "say `order`, for files with the same rows in the same order, or `key`");
  if ((e->match == MODEL_BY_KEY) != (e->n_key != 0)) return refuse(r, "key", "goes with `match: key`, and that with it");
  if (!psi_key_check(e->key, e->n_key, text, sizeof text)) return refuse(r, "key", text);
  return e->n_key == 0 || question_unicode(r, e->unicode != NULL ? e->unicode : "any");
}

static bool check(const struct question_reader *r, const struct model *m, const struct entry *e) {
  if (m->site_indicators && !m->site_level && m->privacy == MODEL_AGGREGATES)
    return refuse(r, "site_indicators", "the sums of an indicator's column are one hospital's own: this needs "
                                        "`site_level: accepted`");
  if (m->method > MODEL_NEWTON && m->privacy == MODEL_AGGREGATES)
    return refuse(r, "method", "`privacy: aggregates` has Newton's method alone, on doubles");
  if ((e->batch != NULL || e->rate != NULL) && m->method != MODEL_GRADIENT)
    return refuse(r, e->batch != NULL ? "batch" : "rate", "belongs to `method: gradient`");
  return m->split == MODEL_COLUMNS ? check_columns(r, m, e) : check_rows(r, m, e);
}

static bool fill(const struct question_reader *r, void *made, const void *entry) {
  struct model *m = made;
  const struct entry *e = entry;
  m->privacy = (enum model_privacy)e->privacy;
  m->method = (enum model_method)e->method;
  m->split = (enum model_split)e->split;
  m->match = (enum model_match)e->match;
  m->key = e->key;
  m->n_key = e->n_key;
  m->empty_matches = e->empty != 0;
  m->party[0] = e->outcome_party;
  m->site_level = e->site_level != 0;
  m->site_indicators = e->site_indicators != 0;
  return read_numbers(r, m, e) && read_expressions(r, m, e) && check(r, m, e);
}

static const struct question_format format = {&document_value, sizeof(struct model), sizeof(struct entry), fill,
                                              "logistic-regression"};

bool model_parse(struct model **m, const char *name, const char *bytes, size_t len, char *text, size_t text_len) {
  void *made;
  bool good = question_make(&made, &format, name, bytes, len, NULL, text, text_len);
  *m = made;
  return good;
}

bool model_load(struct model **m, const char *path, const char *ask, char *text, size_t text_len) {
  void *made;
  bool good = question_make_from(&made, &format, path, ask, text, text_len);
  *m = made;
  return good;
}

void model_free(struct model *m) { question_unmake(m, &format); }

const char *model_refuses(const struct model *m, const smpc_study_question *q) {
  if (q->epsilon != 0)
    return "`epsilon`: noise is for counts of people; one person may move a coefficient by any amount, so "
           "smpc-logistic-regression adds none";
  if (q->review != SMPC_REVIEW_NONE && m->privacy == MODEL_AGGREGATES)
    return "`review`: with `privacy: aggregates` the steps tell every party the model while it is made, so it cannot be held: "
           "`privacy: model-only` can";
  return NULL;
}
