/* study.c - see study.h: the file's schema, and what each line means. */
#include "govern/study.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "govern/journal.h"
#include "rand/hash.h"
#include "session/identity.h"
#include "session/yaml.h"

/* --- the file as it stands ----------------------------------------------------------- */

struct text_list { char **at; unsigned n; };
struct column { char *name, *type, *grade; };
struct limits { char *runs, *rows, *values; };
struct dominance { char *parties, *percent; };
struct also { char *purpose; struct text_list to; };
struct asked {
  char *name, *program, *purpose, *grade, *condition, *minimum_cell, *review, *hold_days, *min_change, *epsilon;
  struct text_list recipients, reviewers;
  struct column *columns;
  unsigned n_columns;
  struct limits *limits;
  struct dominance *dominance;
  struct also *also;
  unsigned n_also;
};
struct member { char *name, *key, *clearance; struct text_list roles; };
struct head { char *title, *purpose; struct text_list duo; };
struct whole {
  struct head head;
  char *legal_basis, *from, *until, *security, *preprocessing, *budget;
  struct text_list grades;
  struct member *parties;
  unsigned n_parties;
  struct asked *questions;
  unsigned n_questions;
};

#define TEXT CYAML_FLAG_POINTER
#define MAYBE (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define LISTED(key, flags, type, member, value, min, max) \
  CYAML_FIELD_SEQUENCE_COUNT(key, flags, type, member.at, member.n, value, min, max)
enum { LINE = 500, LONG = 16384 };

static const cyaml_schema_value_t line_value = {CYAML_VALUE_STRING(TEXT, char, 1, LINE)};

static const cyaml_schema_field_t column_fields[] = {
    CYAML_FIELD_STRING_PTR("name", TEXT, struct column, name, 1, 128),
    CYAML_FIELD_STRING_PTR("type", TEXT, struct column, type, 1, 20),
    CYAML_FIELD_STRING_PTR("grade", MAYBE, struct column, grade, 1, 63),
    CYAML_FIELD_END};
static const cyaml_schema_value_t column_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct column, column_fields)};

static const cyaml_schema_field_t limits_fields[] = {
    CYAML_FIELD_STRING_PTR("runs", MAYBE, struct limits, runs, 1, 20),
    CYAML_FIELD_STRING_PTR("rows", MAYBE, struct limits, rows, 1, 20),
    CYAML_FIELD_STRING_PTR("opened values", MAYBE, struct limits, values, 1, 20),
    CYAML_FIELD_END};

static const cyaml_schema_field_t dominance_fields[] = {
    CYAML_FIELD_STRING_PTR("parties", TEXT, struct dominance, parties, 1, 20),
    CYAML_FIELD_STRING_PTR("percent", TEXT, struct dominance, percent, 1, 20),
    CYAML_FIELD_END};

static const cyaml_schema_field_t also_fields[] = {
    CYAML_FIELD_STRING_PTR("purpose", TEXT, struct also, purpose, 1, LINE),
    LISTED("recipients", TEXT, struct also, to, &line_value, 1, SMPC_MAX_PARTIES),
    CYAML_FIELD_END};
static const cyaml_schema_value_t also_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct also, also_fields)};

static const cyaml_schema_field_t question_fields[] = {
    CYAML_FIELD_STRING_PTR("name", TEXT, struct asked, name, 1, 100),
    CYAML_FIELD_STRING_PTR("program", TEXT, struct asked, program, 1, 63),
    CYAML_FIELD_STRING_PTR("purpose", MAYBE, struct asked, purpose, 1, LINE),
    CYAML_FIELD_STRING_PTR("grade", MAYBE, struct asked, grade, 1, 63),
    LISTED("recipients", TEXT, struct asked, recipients, &line_value, 1, SMPC_MAX_PARTIES),
    CYAML_FIELD_SEQUENCE_COUNT("columns", MAYBE, struct asked, columns, n_columns, &column_value, 0, 2000),
    CYAML_FIELD_STRING_PTR("condition", MAYBE, struct asked, condition, 1, LONG),
    CYAML_FIELD_STRING_PTR("minimum_cell", MAYBE, struct asked, minimum_cell, 1, 20),
    CYAML_FIELD_STRING_PTR("review", MAYBE, struct asked, review, 1, 20),
    LISTED("reviewers", MAYBE, struct asked, reviewers, &line_value, 1, SMPC_MAX_PARTIES),
    CYAML_FIELD_STRING_PTR("hold days", MAYBE, struct asked, hold_days, 1, 20),
    CYAML_FIELD_MAPPING_PTR("dominance", MAYBE, struct asked, dominance, dominance_fields),
    CYAML_FIELD_STRING_PTR("epsilon", MAYBE, struct asked, epsilon, 1, 20),
    CYAML_FIELD_STRING_PTR("minimum change", MAYBE, struct asked, min_change, 1, 20),
    CYAML_FIELD_MAPPING_PTR("limits", MAYBE, struct asked, limits, limits_fields),
    CYAML_FIELD_SEQUENCE_COUNT("also opens", MAYBE, struct asked, also, n_also, &also_value, 0, 100),
    /* the program's own, which it reads itself from the same bytes */
    CYAML_FIELD_IGNORE("min_parties", CYAML_FLAG_OPTIONAL), CYAML_FIELD_IGNORE("strata", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("zeros", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("totals", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("distinct", CYAML_FLAG_OPTIONAL),
    /* smpc-psi */
    CYAML_FIELD_IGNORE("column", CYAML_FLAG_OPTIONAL),      CYAML_FIELD_IGNORE("of", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("numbers", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("result", CYAML_FLAG_OPTIONAL),      CYAML_FIELD_IGNORE("between", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("key", CYAML_FLAG_OPTIONAL),         CYAML_FIELD_IGNORE("unicode", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("empty", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("sizes", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("protocol", CYAML_FLAG_OPTIONAL),    CYAML_FIELD_IGNORE("minimum", CYAML_FLAG_OPTIONAL),
    /* smpc-logistic-regression */
    CYAML_FIELD_IGNORE("privacy", CYAML_FLAG_OPTIONAL),     CYAML_FIELD_IGNORE("site_level", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("split", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("site_indicators", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("ridge", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("minimum_events", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("iterations", CYAML_FLAG_OPTIONAL),  CYAML_FIELD_IGNORE("outcome", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("predictors", CYAML_FLAG_OPTIONAL),  CYAML_FIELD_IGNORE("method", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("batch", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("rate", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("match", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("outcome_party", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END};
static const cyaml_schema_value_t question_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct asked, question_fields)};

static const cyaml_schema_field_t party_fields[] = {
    CYAML_FIELD_STRING_PTR("name", TEXT, struct member, name, 1, 63),
    CYAML_FIELD_STRING_PTR("key", TEXT, struct member, key, 1, 200),
    CYAML_FIELD_STRING_PTR("clearance", MAYBE, struct member, clearance, 1, 63),
    LISTED("roles", TEXT, struct member, roles, &line_value, 1, 4),
    CYAML_FIELD_IGNORE("address", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END};
static const cyaml_schema_value_t party_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct member, party_fields)};

static const cyaml_schema_field_t head_fields[] = {
    CYAML_FIELD_STRING_PTR("title", TEXT, struct head, title, 1, LINE),
    CYAML_FIELD_STRING_PTR("purpose", TEXT, struct head, purpose, 1, LINE),
    LISTED("duo", MAYBE, struct head, duo, &line_value, 0, 50),
    CYAML_FIELD_END};
static const cyaml_schema_field_t whole_fields[] = {
    CYAML_FIELD_MAPPING("study", CYAML_FLAG_DEFAULT, struct whole, head, head_fields),
    CYAML_FIELD_STRING_PTR("legal basis", TEXT, struct whole, legal_basis, 1, 2000),
    CYAML_FIELD_STRING_PTR("valid from", TEXT, struct whole, from, 1, 20),
    CYAML_FIELD_STRING_PTR("valid until", TEXT, struct whole, until, 1, 20),
    LISTED("grades", MAYBE, struct whole, grades, &line_value, 1, SMPC_MAX_GRADES),
    CYAML_FIELD_STRING_PTR("security", TEXT, struct whole, security, 1, 63),
    CYAML_FIELD_STRING_PTR("privacy budget", MAYBE, struct whole, budget, 1, 20),
    CYAML_FIELD_STRING_PTR("preprocessing", MAYBE, struct whole, preprocessing, 1, 63),
    CYAML_FIELD_IGNORE("fraction bits", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_SEQUENCE_COUNT("parties", TEXT, struct whole, parties, n_parties, &party_value, 2, SMPC_MAX_PARTIES),
    CYAML_FIELD_SEQUENCE_COUNT("questions", TEXT, struct whole, questions, n_questions, &question_value, 1, SMPC_MAX_QUESTIONS),
    CYAML_FIELD_END};
static const cyaml_schema_value_t whole_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct whole, whole_fields)};

/* --- what a schema cannot say ---------------------------------------------------------- */

struct reader { struct smpi_yaml y; smpc_study *st; struct smpi_fault *f; };

static smpc_err fault(struct reader *r, const char *list, unsigned i, const char *key, const char *what) {
  return smpi_yaml_fault(r->f, &r->y, smpi_yaml_line(&r->y, list, i, key), key, "%s", what);
}

static bool is_one_line(const char *s) {
  for (; *s; s++)
    if ((unsigned char)*s < 32 || *s == 127) return false;
  return true;
}

static struct smpi_slice slice(const char *s) { return (struct smpi_slice){s, strlen(s)}; }

static smpc_err read_head(struct reader *r) {
  const struct whole *w = r->y.data;
  smpc_study *st = r->st;
  if (!is_one_line(w->head.title) || !is_one_line(w->head.purpose)) return fault(r, NULL, 0, "study", "title and purpose are one line each");
  if (!smpi_get_day(&st->from, slice(w->from))) return fault(r, NULL, 0, "valid from", "write a day such as 2026-11-22");
  if (!smpi_get_day(&st->until, slice(w->until))) return fault(r, NULL, 0, "valid until", "write a day such as 2027-11-21");
  st->until += 24 * 3600; /* the last day counts */
  if (st->until <= st->from) return fault(r, NULL, 0, "valid until", "the study would end before it begins");
  st->title = w->head.title;
  st->purpose = w->head.purpose;
  st->legal_basis = w->legal_basis;
  st->security = w->security;
  st->preprocessing = w->preprocessing;
  st->n_duo = w->head.duo.n;
  st->duo = (const char *const *)w->head.duo.at;
  return SMPC_OK;
}

static smpc_err read_grades(struct reader *r) {
  static const char *const one[] = {"ungraded"};
  const struct whole *w = r->y.data;
  r->st->n_grades = w->grades.n > 0 ? w->grades.n : 1;
  r->st->grade = w->grades.n > 0 ? (const char *const *)w->grades.at : one;
  for (unsigned i = 0; i < r->st->n_grades; i++)
    for (unsigned k = 0; k < i; k++)
      if (strcmp(r->st->grade[i], r->st->grade[k]) == 0) return fault(r, NULL, 0, "grades", "a grade stands here twice");
  return SMPC_OK;
}

/* Where no grade is given: for data and results the highest, for parties the lowest. */
static bool find_grade(unsigned *out, const smpc_study *st, const char *name, bool is_party) {
  *out = is_party ? 0 : st->n_grades - 1;
  if (name == NULL) return true;
  for (unsigned i = 0; i < st->n_grades; i++)
    if (strcmp(st->grade[i], name) == 0) return *out = i, true;
  return false;
}

/* The name becomes part of a file's name. */
static bool is_plain(const char *name) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return strchr("-_.", name[0]) == NULL && name[strspn(name, letters)] == 0;
}

static smpc_err read_roles(struct reader *r, unsigned i) {
  static const struct { const char *name; unsigned bit; } role[] = {
      {"input", SMPC_INPUT}, {"compute", SMPC_COMPUTE}, {"result", SMPC_RESULT}, {"dealer", SMPC_DEAL}};
  const struct text_list *l = &((const struct whole *)r->y.data)->parties[i].roles;
  for (unsigned k = 0; k < l->n; k++) {
    unsigned bit = 0;
    for (size_t n = 0; n < 4; n++)
      if (strcmp(l->at[k], role[n].name) == 0) bit = role[n].bit;
    if (bit == 0) return fault(r, "parties", i, "roles", "a role is one of input, compute, result, dealer");
    r->st->party[i].roles |= bit;
  }
  return SMPC_OK;
}

static smpc_err read_party(struct reader *r, unsigned i) {
  const struct member *m = &((const struct whole *)r->y.data)->parties[i];
  smpc_member *p = &r->st->party[i];
  struct smpi_public keys;
  const char *why;
  if (!is_plain(m->name)) return fault(r, "parties", i, "name", "a name is made of letters a-z, digits, - _ .");
  if (smpi_key_parse(&keys, m->key, &why) != SMPC_OK) return fault(r, "parties", i, "key", why);
  snprintf(p->name, sizeof p->name, "%s", m->name);
  memcpy(p->link_key, keys.link, 32);
  memcpy(p->sign_key, keys.sign, 32);
  for (unsigned k = 0; k < i; k++) {
    if (strcmp(p->name, r->st->party[k].name) == 0) return fault(r, "parties", i, "name", "another party has this name");
    if (memcmp(p->sign_key, r->st->party[k].sign_key, 32) == 0) return fault(r, "parties", i, "key", "another party has this key");
  }
  if (!find_grade(&r->st->clearance[i], r->st, m->clearance, true))
    return fault(r, "parties", i, "clearance", "is none of the study's grades");
  return read_roles(r, i);
}

/* --- questions ------------------------------------------------------------------------------ */

static smpc_err read_limit(struct reader *r, unsigned i, uint64_t *out, const char *text) {
  if (text == NULL || (smpi_get_number(out, slice(text)) && *out > 0)) return SMPC_OK;
  return fault(r, "questions", i, "limits", "a limit is a whole number from 1 on; leave it out to have none");
}

static smpc_err read_opening(struct reader *r, unsigned i, smpc_study_opening *o, const char *purpose, const struct text_list *to) {
  const smpc_study *st = r->st;
  o->purpose = purpose;
  if (!is_one_line(purpose)) return fault(r, "questions", i, "purpose", "a purpose is one line of plain text");
  for (unsigned k = 0; k < to->n; k++) {
    unsigned p = 0;
    while (p < st->n_parties && strcmp(st->party[p].name, to->at[k]) != 0) p++;
    if (p == st->n_parties) return fault(r, "questions", i, "recipients", "a recipient is no party of the study");
    if (!(st->party[p].roles & SMPC_RESULT)) return fault(r, "questions", i, "recipients", "a recipient has not the role `result`");
    o->to.bits |= UINT64_C(1) << p;
    if (st->clearance[p] < st->question[i].grade)
      return fault(r, "questions", i, "recipients", "a recipient's clearance is below the grade of the result");
  }
  return SMPC_OK;
}

static smpc_err read_openings(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  smpc_err err = SMPC_OK;
  q->opening = smpi_alloc(a->n_also + 2, sizeof *q->opening); /* the last: for the reviewers */
  if (q->opening == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  q->n_openings = a->n_also + 1;
  TRY(read_opening(r, i, &q->opening[0], a->purpose != NULL ? a->purpose : r->st->purpose, &a->recipients));
  for (unsigned k = 0; k < a->n_also; k++) {
    TRY(read_opening(r, i, &q->opening[k + 1], a->also[k].purpose, &a->also[k].to));
    for (unsigned j = 0; j <= k; j++)
      if (strcmp(q->opening[j].purpose, a->also[k].purpose) == 0)
        return fault(r, "questions", i, "also opens", "a purpose stands here twice");
  }
out:
  return err;
}

/* Reviewers get something opened, so they need the role; who sees the result, its grade. */
static smpc_err read_reviewers(struct reader *r, unsigned i) {
  const struct text_list *names = &((const struct whole *)r->y.data)->questions[i].reviewers;
  smpc_study_question *q = &r->st->question[i];
  if (names->n == 0) return fault(r, "questions", i, "review", "name the `reviewers`");
  for (unsigned k = 0; k < names->n; k++) {
    unsigned p = 0;
    while (p < r->st->n_parties && strcmp(r->st->party[p].name, names->at[k]) != 0) p++;
    if (p == r->st->n_parties) return fault(r, "questions", i, "reviewers", "a reviewer is no party of the study");
    if (!(r->st->party[p].roles & SMPC_RESULT)) return fault(r, "questions", i, "reviewers", "a reviewer has not the role `result`");
    if (q->review == SMPC_REVIEW_SIGHT && r->st->clearance[p] < q->grade)
      return fault(r, "questions", i, "reviewers", "the clearance of a reviewer with sight is below the grade of the result");
    q->reviewers.bits |= UINT64_C(1) << p;
  }
  return SMPC_OK;
}

static smpc_err read_review(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  uint64_t days = 30;
  smpc_err err;
  if (a->review == NULL || strcmp(a->review, "none") == 0)
    return a->reviewers.n + (a->hold_days != NULL) == 0 ? SMPC_OK : fault(r, "questions", i, "reviewers", "write `review: blind` or `sight`");
  q->review = strcmp(a->review, "blind") == 0 ? SMPC_REVIEW_BLIND : SMPC_REVIEW_SIGHT;
  if (q->review == SMPC_REVIEW_SIGHT && strcmp(a->review, "sight") != 0) return fault(r, "questions", i, "review", "is one of none, blind, sight");
  if (a->hold_days != NULL && (!smpi_get_number(&days, slice(a->hold_days)) || days == 0 || days > 3660))
    return fault(r, "questions", i, "hold days", "is a number of days from 1 to 3660");
  q->hold_days = (unsigned)days;
  TRY(read_reviewers(r, i));
  size_t room = strlen(q->opening[0].purpose) + sizeof ": for review";
  q->review_purpose = smpi_alloc(1, room);
  if (q->review_purpose == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  snprintf(q->review_purpose, room, "%s: for review", q->opening[0].purpose);
  q->opening[q->n_openings++] = (smpc_study_opening){q->review_purpose, q->reviewers};
out:
  return err;
}

static smpc_err read_columns(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  q->column = smpi_alloc(a->n_columns, sizeof *q->column);
  if (q->column == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  for (; q->n_columns < a->n_columns; q->n_columns++) {
    smpc_study_column *c = &q->column[q->n_columns];
    c->name = a->columns[q->n_columns].name;
    if (!find_grade(&c->grade, r->st, a->columns[q->n_columns].grade, false))
      return fault(r, "questions", i, "columns", "the grade of a column is none of the study's grades");
  }
  return SMPC_OK;
}

/* Noise protects a study only if all its results have it: one true count undoes it. */
static smpc_err read_epsilon(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  if (a->epsilon == NULL && r->st->budget == 0) return SMPC_OK;
  if (a->epsilon == NULL) return fault(r, "questions", i, "name", "in a study with a `privacy budget` every question has an `epsilon`");
  if (r->st->budget == 0) return fault(r, "questions", i, "epsilon", "the study has no `privacy budget`");
  if (!smpi_get_millionths(&q->epsilon, slice(a->epsilon)) || q->epsilon < 245 || q->epsilon > 16000000)
    return fault(r, "questions", i, "epsilon", "is a number such as 0.5, from 0.000245 to 16");
  if (q->epsilon > r->st->budget) return fault(r, "questions", i, "epsilon", "is more than the study's privacy budget");
  return SMPC_OK;
}

/* The dominance rule is judged by the program; here it is only shown. */
static smpc_err read_rules(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  uint64_t parties = 0, percent = 0;
  if (a->min_change != NULL && (!smpi_get_number(&q->min_change, slice(a->min_change)) || q->min_change < 2))
    return fault(r, "questions", i, "minimum change", "is a number of rows, at least 2");
  if (a->dominance == NULL) return SMPC_OK;
  if (!smpi_get_number(&parties, slice(a->dominance->parties)) || !smpi_get_number(&percent, slice(a->dominance->percent)) ||
      parties == 0 || parties > 3 || percent == 0 || percent > 99)
    return fault(r, "questions", i, "dominance", "is 1 to 3 parties, and 1 to 99 percent");
  q->dominant_parties = (unsigned)parties;
  q->dominant_percent = (unsigned)percent;
  return SMPC_OK;
}

static smpc_err read_question(struct reader *r, unsigned i) {
  const struct asked *a = &((const struct whole *)r->y.data)->questions[i];
  smpc_study_question *q = &r->st->question[i];
  smpc_err err;
  q->name = a->name;
  q->program = a->program;
  q->condition = a->condition;
  q->minimum_cell = a->minimum_cell;
  if (!is_one_line(a->name)) return fault(r, "questions", i, "name", "a name is one line");
  for (unsigned k = 0; k < i; k++)
    if (strcmp(a->name, r->st->question[k].name) == 0) return fault(r, "questions", i, "name", "another question has this name");
  if (!find_grade(&q->grade, r->st, a->grade, false)) return fault(r, "questions", i, "grade", "is none of the study's grades");
  if (a->limits != NULL) {
    TRY(read_limit(r, i, &q->max_runs, a->limits->runs));
    TRY(read_limit(r, i, &q->max_rows, a->limits->rows));
    TRY(read_limit(r, i, &q->max_values, a->limits->values));
  }
  TRY(read_rules(r, i));
  TRY(read_epsilon(r, i));
  TRY(read_columns(r, i));
  TRY(read_openings(r, i));
  TRY(read_review(r, i));
out:
  return err;
}

static smpc_err read_whole(struct reader *r) {
  const struct whole *w = r->y.data;
  smpc_study *st = r->st;
  smpc_err err;
  TRY(read_head(r));
  TRY(read_grades(r));
  if (w->budget != NULL && (!smpi_get_millionths(&st->budget, slice(w->budget)) || st->budget == 0))
    return fault(r, NULL, 0, "privacy budget", "is a number such as 2.5, of all epsilons together");
  for (; st->n_parties < w->n_parties; st->n_parties++) TRY(read_party(r, st->n_parties));
  st->question = smpi_alloc(w->n_questions, sizeof *st->question);
  if (st->question == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  st->n_questions = w->n_questions;
  for (unsigned i = 0; i < w->n_questions; i++) TRY(read_question(r, i));
out:
  return err;
}

/* --- the interface ---------------------------------------------------------------------------- */

void smpi_study_free(smpc_study *st) {
  struct smpi_yaml *y = st == NULL ? NULL : st->file;
  if (st == NULL) return;
  for (unsigned i = 0; i < st->n_questions; i++) {
    smpi_free(st->question[i].opening);
    smpi_free(st->question[i].column);
    smpi_free(st->question[i].review_purpose);
  }
  smpi_free(st->question);
  if (y != NULL) smpi_yaml_free(y);
  smpi_free(y);
  smpi_free(st);
}

static void digest(uint8_t out[32], struct smpi_slice bytes) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc study 1");
  smpi_hash_add(&h, bytes.at, bytes.len);
  smpi_hash_end(&h, out);
}

smpc_err smpi_study_parse(smpc_study **out, const char *name, struct smpi_slice bytes, struct smpi_fault *f) {
  struct reader r = {.st = smpi_alloc(1, sizeof *r.st), .f = f};
  struct smpi_yaml *kept = smpi_alloc(1, sizeof *kept);
  smpc_err err = SMPC_E_NOMEM;
  *out = NULL;
  if (r.st == NULL || kept == NULL) smpi_fault_set(f, err, -1, "out of memory");
  else err = smpi_yaml_parse(&r.y, name, (const uint8_t *)bytes.at, bytes.len, &whole_schema, f);
  if (err == SMPC_OK) err = read_whole(&r);
  if (kept != NULL) {
    *kept = r.y;
    kept->name = ""; /* the caller's */
  }
  if (r.st == NULL || kept == NULL) {
    smpi_free(kept);
    smpi_free(r.st);
    return err;
  }
  r.st->file = kept;
  if (err != SMPC_OK) return smpi_study_free(r.st), err;
  digest(r.st->digest, bytes);
  *out = r.st;
  return SMPC_OK;
}

smpc_err smpi_study_load(smpc_study **st, const char *path, struct smpi_fault *f) {
  struct smpi_slice bytes;
  *st = NULL;
  smpc_err err = smpi_file_read(&bytes, path, "study", f);
  if (err == SMPC_OK && bytes.len > 1 << 20) err = smpi_fault_set(f, SMPC_E_FILE, -1, "the study %.150s is longer than 1 MiB", path);
  if (err == SMPC_OK) err = smpi_study_parse(st, path, bytes, f);
  smpi_free((void *)bytes.at);
  return err;
}

const smpc_study_question *smpi_study_find(const smpc_study *st, const char *name) {
  if (name[0] == 0) return st->n_questions == 1 ? &st->question[0] : NULL;
  for (unsigned i = 0; i < st->n_questions; i++)
    if (strcmp(st->question[i].name, name) == 0) return &st->question[i];
  return NULL;
}

void smpi_study_agree_release(uint8_t agreement[32], const char *release) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc study release 1");
  smpi_hash_add(&h, agreement, 32);
  smpi_hash_add(&h, release, strlen(release));
  smpi_hash_end(&h, agreement);
}

void smpi_study_agreement(uint8_t out[32], const smpc_study *st, const smpc_study_question *q) {
  struct smpi_hash h;
  smpi_hash_begin(&h, "smpc study and question 1");
  smpi_hash_add(&h, st->digest, 32);
  smpi_hash_add(&h, q->name, strlen(q->name));
  smpi_hash_end(&h, out);
}
