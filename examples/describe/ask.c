/* ask.c - see ask.h.  libcyaml checks the shape, the rest is checked here. */
#include "ask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "question_file.h"
#include "yaml_file.h"

struct variable { char *name, *expression, **range; unsigned n_range; };
struct t_test { char *variable, *group; };
struct chi_test { char *rows, *columns, **row_values, **column_values; unsigned n_row_values, n_column_values; };
struct entry {
  struct question_entry head;
  char *bits;
  int correlations;
  char **quantiles, **smallest, **largest;
  unsigned n_quantiles, n_smallest, n_largest, n_variables, n_t, n_chi;
  struct variable *variables;
  struct t_test *t;
  struct chi_test *chi;
};

#define STRING QUESTION_NEEDED
#define OPTIONAL QUESTION_MAYBE
#define MAX_STRING QUESTION_MAX_STRING
#define LIST(key, flags, type, member, value, least, most) \
  CYAML_FIELD_SEQUENCE_COUNT(key, flags, type, member, n_##member, value, least, most)

static const cyaml_strval_t programs[] = {{"describe", 0}};
static const cyaml_strval_t answers[] = {{"no", 0}, {"yes", 1}, {"false", 0}, {"true", 1}};

static const cyaml_schema_field_t variable_fields[] = {
    CYAML_FIELD_STRING_PTR("name", STRING, struct variable, name, 1, 128),
    CYAML_FIELD_STRING_PTR("expression", OPTIONAL, struct variable, expression, 1, MAX_STRING),
    LIST("range", STRING, struct variable, range, &question_string, 2, 2), CYAML_FIELD_END};
static const cyaml_schema_value_t variable_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct variable, variable_fields)};
static const cyaml_schema_field_t t_fields[] = {
    CYAML_FIELD_STRING_PTR("variable", STRING, struct t_test, variable, 1, 128),
    CYAML_FIELD_STRING_PTR("group", STRING, struct t_test, group, 1, MAX_STRING), CYAML_FIELD_END};
static const cyaml_schema_value_t t_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct t_test, t_fields)};
static const cyaml_schema_field_t chi_fields[] = {
    CYAML_FIELD_STRING_PTR("rows", STRING, struct chi_test, rows, 1, MAX_STRING),
    LIST("row_values", STRING, struct chi_test, row_values, &question_string, 2, ASK_MAX_VALUES),
    CYAML_FIELD_STRING_PTR("columns", STRING, struct chi_test, columns, 1, MAX_STRING),
    LIST("column_values", STRING, struct chi_test, column_values, &question_string, 2, ASK_MAX_VALUES), CYAML_FIELD_END};
static const cyaml_schema_value_t chi_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct chi_test, chi_fields)};
static const cyaml_schema_field_t entry_fields[] = {
    QUESTION_KEYS(struct entry, programs), QUESTION_ROW_KEYS(struct entry),
    LIST("variables", STRING, struct entry, variables, &variable_value, 1, ASK_MAX_VARIABLES),
    CYAML_FIELD_ENUM("correlations", QUESTION_MAYBE_ENUM, struct entry, correlations, answers, QUESTION_N(answers)),
    LIST("quantiles", OPTIONAL, struct entry, quantiles, &question_string, 0, ASK_MAX_RANKS),
    LIST("smallest", OPTIONAL, struct entry, smallest, &question_string, 0, ASK_MAX_RANKS),
    LIST("largest", OPTIONAL, struct entry, largest, &question_string, 0, ASK_MAX_RANKS),
    CYAML_FIELD_STRING_PTR("bits", OPTIONAL, struct entry, bits, 1, 4),
    LIST("t tests", OPTIONAL, struct entry, t, &t_value, 0, ASK_MAX_TESTS),
    LIST("chi square", OPTIONAL, struct entry, chi, &chi_value, 0, ASK_MAX_TESTS),
    CYAML_FIELD_END};
QUESTION_DOCUMENT(struct entry, entry_fields);

/* --- what a schema cannot say --------------------------------------------------------- */

static bool refuse(const struct question_reader *r, const char *key, const char *why) {
  return question_refuse(r, key, NULL, "%s", why);
}

static bool number(uint64_t *value, const char *digits, uint64_t least, uint64_t most) {
  return digits == NULL || (yaml_number(value, digits, most) && *value >= least);
}

static bool real(double *value, const char *text) {
  char *end;
  *value = strtod(text, &end);
  return end != text && *end == 0 && isfinite(*value) && strspn(text, "+-.0123456789eE") == strlen(text);
}

static bool read_bits(const struct question_reader *r, struct ask *a, const struct entry *e) {
  uint64_t bits = 12;
  if (!number(&bits, e->bits, 1, ASK_MAX_BITS)) return refuse(r, "bits", "not a whole number from 1 to 16");
  a->bits = (unsigned)bits;
  return true;
}

static unsigned add_stratum(struct ask *a, const char *name, const char *expression) {
  struct data_stratum *s = &a->base.data.strata[a->base.data.n_strata];
  *s = (struct data_stratum){.name = (char *)(uintptr_t)name, .expression = (char *)(uintptr_t)expression};
  return a->base.data.n_strata++;
}

static bool read_variables(const struct question_reader *r, struct ask *a, const struct entry *e) {
  for (unsigned i = 0; i < e->n_variables; i++) {
    const struct variable *v = &e->variables[i];
    struct ask_variable *out = &a->variable[a->n_variables++];
    out->name = v->name;
    if (!yaml_is_label(v->name)) return refuse(r, "variables", "a name has control characters, or spaces at its ends");
    for (unsigned j = 0; j < i; j++)
      if (strcmp(v->name, e->variables[j].name) == 0) return refuse(r, "variables", "a name stands there twice");
    if (!real(&out->low, v->range[0]) || !real(&out->high, v->range[1]) || !(out->low < out->high) ||
        fmax(fabs(out->low), fabs(out->high)) > 1e15)
      return refuse(r, "range", "two numbers, the smaller first, of size at most 10^15");
    add_stratum(a, v->name, v->expression != NULL ? v->expression : v->name);
  }
  return true;
}

/* "0.25": 25 of 100, at most six places. */
static bool read_quantile(struct ask_rank *q, const char *text) {
  const char *point = strchr(text, '.');
  if (text[0] != '0' || point != text + 1 || strlen(text) > 8 || text[2] == 0) return false;
  *q = (struct ask_rank){ASK_QUANTILE, 0, 1};
  for (const char *p = text + 2; *p != 0; p++) {
    if (*p < '0' || *p > '9') return false;
    q->part = 10 * q->part + (*p - '0');
    q->whole *= 10;
  }
  return q->part > 0;
}

static bool read_kth(const struct question_reader *r, struct ask *a, const char *key, char *const *list, unsigned n,
                     enum ask_rank_kind kind) {
  for (unsigned i = 0; i < n; i++) {
    uint64_t k = 0;
    if (!number(&k, list[i], 1, QUESTION_MAX_MINIMUM)) return refuse(r, key, "not a whole number from 1 to 10^9");
    if ((int64_t)k < a->base.minimum_cell)
      return refuse(r, key, "a number below `minimum_cell`: fewer people than that would stand beyond the value");
    if (a->n_ranks == ASK_MAX_RANKS) return refuse(r, key, "more than 32 quantiles and ranks");
    a->rank[a->n_ranks++] = (struct ask_rank){kind, (int64_t)k, 0};
  }
  return true;
}

static bool read_ranks(const struct question_reader *r, struct ask *a, const struct entry *e) {
  for (unsigned i = 0; i < e->n_quantiles; i++)
    if (!read_quantile(&a->rank[a->n_ranks++], e->quantiles[i]))
      return refuse(r, "quantiles", "a number between 0 and 1, written 0.25, of at most six places");
  return read_kth(r, a, "smallest", e->smallest, e->n_smallest, ASK_SMALLEST) &&
         read_kth(r, a, "largest", e->largest, e->n_largest, ASK_LARGEST);
}

static bool read_values(double *out, char *const *list, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    if (!real(&out[i], list[i])) return false;
    for (unsigned j = 0; j < i; j++)
      if (out[i] == out[j]) return false;
  }
  return true;
}

static bool read_tests(const struct question_reader *r, struct ask *a, const struct entry *e) {
  for (unsigned i = 0; i < e->n_t; i++) {
    struct ask_t *t = &a->t[a->n_t++];
    while (t->variable < a->n_variables && strcmp(a->variable[t->variable].name, e->t[i].variable) != 0) t->variable++;
    if (t->variable == a->n_variables) return refuse(r, "t tests", "`variable` is not the name of one of the `variables`");
    t->name = e->t[i].group;
    t->stratum = add_stratum(a, "group of a t test", e->t[i].group);
  }
  for (unsigned i = 0; i < e->n_chi; i++) {
    const struct chi_test *c = &e->chi[i];
    struct ask_chi *out = &a->chi[a->n_chi++];
    *out = (struct ask_chi){.name = c->rows, .n_rows = c->n_row_values, .n_columns = c->n_column_values};
    if (!read_values(out->row_value, c->row_values, c->n_row_values) ||
        !read_values(out->column_value, c->column_values, c->n_column_values))
      return refuse(r, "chi square", "the values are numbers, each once");
    out->row = add_stratum(a, "rows of a chi square test", c->rows);
    out->column = add_stratum(a, "columns of a chi square test", c->columns);
  }
  return true;
}

static bool fill(const struct question_reader *r, void *made, const void *entry) {
  struct ask *a = made;
  const struct entry *e = entry;
  a->base.data.part = "variable";
  a->correlations = e->correlations != 0;
  a->base.data.strata = calloc(ASK_MAX_VARIABLES + 3 * ASK_MAX_TESTS, sizeof *a->base.data.strata);
  a->base.owns_strata = true;
  if (a->base.data.strata == NULL) return refuse(r, "variables", "out of memory");
  if (!read_bits(r, a, e) || !read_variables(r, a, e) || !read_ranks(r, a, e) || !read_tests(r, a, e)) return false;
  if (((uint64_t)a->n_variables * a->n_ranks) << a->bits <= ASK_MAX_POINTS) return true;
  return refuse(r, "bits", "variables times quantiles and ranks times 2^bits is above 2^22");
}

static const struct question_format format = {&document_value, sizeof(struct ask), sizeof(struct entry), fill, "describe"};

bool ask_parse(struct ask **a, const char *name, const char *bytes, size_t len, char *text, size_t text_len) {
  void *made;
  bool good = question_make(&made, &format, name, bytes, len, NULL, text, text_len);
  *a = made;
  return good;
}

bool ask_load(struct ask **a, const char *path, const char *ask, char *text, size_t text_len) {
  void *made;
  bool good = question_make_from(&made, &format, path, ask, text, text_len);
  *a = made;
  return good;
}

void ask_free(struct ask *a) { question_unmake(a, &format); }

const char *ask_refuses(const smpc_study_question *q) {
  if (q->epsilon == 0) return NULL;
  return "`epsilon`: noise is for counts of people; how far one person moves a variance, a correlation or a quantile has no "
         "useful bound, so smpc-describe adds none";
}
