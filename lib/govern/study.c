/* study.c - see study.h: the file's schema, and what each line means. */
#include "govern/study_impl.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "govern/journal.h"
#include "rand/hash.h"
#include "session/identity.h"

/* --- the file as it stands (study_impl.h) --------------------------------------------- */

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
static const cyaml_schema_value_t column_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct column, column_fields)};

static const cyaml_schema_field_t limits_fields[] = {
    CYAML_FIELD_STRING_PTR("runs", MAYBE, struct limits, runs, 1, 20),
    CYAML_FIELD_STRING_PTR("rows", MAYBE, struct limits, rows, 1, 20),
    CYAML_FIELD_STRING_PTR("opened values", MAYBE, struct limits, values, 1, 20),
    CYAML_FIELD_STRING_PTR("items", MAYBE, struct limits, items, 1, 20),
    CYAML_FIELD_STRING_PTR("items in all", MAYBE, struct limits, items_in_all, 1, 20),
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
    CYAML_FIELD_STRING_PTR("result", MAYBE, struct asked, result, 1, 20),
    CYAML_FIELD_STRING_PTR("minimum", MAYBE, struct asked, minimum, 1, 20),
    CYAML_FIELD_STRING_PTR("privacy", MAYBE, struct asked, privacy, 1, 20),
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
    CYAML_FIELD_IGNORE("between", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("key", CYAML_FLAG_OPTIONAL),         CYAML_FIELD_IGNORE("unicode", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("empty", CYAML_FLAG_OPTIONAL),       CYAML_FIELD_IGNORE("sizes", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("protocol", CYAML_FLAG_OPTIONAL),
    /* smpc-describe */
    CYAML_FIELD_IGNORE("variables", CYAML_FLAG_OPTIONAL),   CYAML_FIELD_IGNORE("correlations", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("quantiles", CYAML_FLAG_OPTIONAL),   CYAML_FIELD_IGNORE("smallest", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("largest", CYAML_FLAG_OPTIONAL),     CYAML_FIELD_IGNORE("bits", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("t tests", CYAML_FLAG_OPTIONAL),     CYAML_FIELD_IGNORE("chi square", CYAML_FLAG_OPTIONAL),
    /* smpc-logistic-regression */
    CYAML_FIELD_IGNORE("site_level", CYAML_FLAG_OPTIONAL),
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
    CYAML_FIELD_STRING_PTR("identifier", MAYBE, struct head, identifier, 1, LINE),
    LISTED("replaces", MAYBE, struct head, replaces, &line_value, 0, SMPC_MAX_REPLACED),
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
    CYAML_FIELD_SEQUENCE_COUNT("questions", TEXT, struct whole, questions, n_questions, &question_value, 1,
                               SMPC_MAX_QUESTIONS),
    CYAML_FIELD_END};
static const cyaml_schema_value_t whole_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct whole, whole_fields)};

/* --- what a schema cannot say ---------------------------------------------------------- */

smpc_err smpi_study_fault(struct reader *r, const char *list, unsigned i, const char *key, const char *fmt, ...) {
  char what[200];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  return smpi_yaml_fault(r->f, &r->y, smpi_yaml_line(&r->y, list, i, key), key, "%s", what);
}

bool smpi_study_grade(unsigned *out, const smpc_study *st, const char *name, bool is_party) {
  *out = is_party ? 0 : st->n_grades - 1;
  if (name == NULL) return true;
  for (unsigned i = 0; i < st->n_grades; i++)
    if (strcmp(st->grade[i], name) == 0) return *out = i, true;
  return false;
}

/* Digests as smpc-study show prints them. */
static smpc_err read_versions(struct reader *r) {
  const struct head *h = &((const struct whole *)r->y.data)->head;
  smpc_study *st = r->st;
  st->identifier = h->identifier != NULL ? h->identifier : h->title;
  if (!is_one_line(st->identifier)) return smpi_study_fault(r, NULL, 0, "study", "an identifier is one line");
  for (; st->n_replaces < h->replaces.n; st->n_replaces++) {
    const char *hex = h->replaces.at[st->n_replaces];
    size_t len;
    if (strlen(hex) != 64 || sodium_hex2bin(st->replaces[st->n_replaces], 32, hex, 64, NULL, &len, NULL) != 0 || len != 32)
      return smpi_study_fault(r, NULL, 0, "study", "`replaces` lists digests of earlier versions: 64 hexadecimal digits each");
  }
  return SMPC_OK;
}

static smpc_err read_head(struct reader *r) {
  const struct whole *w = r->y.data;
  smpc_study *st = r->st;
  if (!is_one_line(w->head.title) || !is_one_line(w->head.purpose))
    return smpi_study_fault(r, NULL, 0, "study", "title and purpose are one line each");
  if (!smpi_get_day(&st->from, slice(w->from)))
    return smpi_study_fault(r, NULL, 0, "valid from", "write a day such as 2026-11-22");
  if (!smpi_get_day(&st->until, slice(w->until)))
    return smpi_study_fault(r, NULL, 0, "valid until", "write a day such as 2027-11-21");
  st->until += 24 * 3600; /* the last day counts */
  if (st->until <= st->from) return smpi_study_fault(r, NULL, 0, "valid until", "the study would end before it begins");
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
      if (strcmp(r->st->grade[i], r->st->grade[k]) == 0)
        return smpi_study_fault(r, NULL, 0, "grades", "a grade stands here twice");
  return SMPC_OK;
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
    if (bit == 0) return smpi_study_fault(r, "parties", i, "roles", "a role is one of input, compute, result, dealer");
    r->st->party[i].roles |= bit;
  }
  return SMPC_OK;
}

static smpc_err read_party(struct reader *r, unsigned i) {
  const struct member *m = &((const struct whole *)r->y.data)->parties[i];
  smpc_member *p = &r->st->party[i];
  struct smpi_public keys;
  const char *why;
  if (!is_plain(m->name))
    return smpi_study_fault(r, "parties", i, "name", "a name is made of letters a-z, digits, - _ .");
  if (smpi_key_parse(&keys, m->key, &why) != SMPC_OK) return smpi_study_fault(r, "parties", i, "key", "%s", why);
  snprintf(p->name, sizeof p->name, "%s", m->name);
  memcpy(p->link_key, keys.link, 32);
  memcpy(p->sign_key, keys.sign, 32);
  for (unsigned k = 0; k < i; k++) {
    if (strcmp(p->name, r->st->party[k].name) == 0)
      return smpi_study_fault(r, "parties", i, "name", "another party has this name");
    if (memcmp(p->sign_key, r->st->party[k].sign_key, 32) == 0)
      return smpi_study_fault(r, "parties", i, "key", "another party has this key");
  }
  if (!smpi_study_grade(&r->st->clearance[i], r->st, m->clearance, true))
    return smpi_study_fault(r, "parties", i, "clearance", "\"%.40s\" is none of the study's grades", m->clearance);
  return read_roles(r, i);
}

static smpc_err read_whole(struct reader *r) {
  const struct whole *w = r->y.data;
  smpc_study *st = r->st;
  smpc_err err;
  TRY(read_head(r));
  TRY(read_versions(r));
  TRY(read_grades(r));
  if (w->budget != NULL && (!smpi_get_millionths(&st->budget, slice(w->budget)) || st->budget == 0))
    return smpi_study_fault(r, NULL, 0, "privacy budget", "is a number such as 2.5, of all epsilons together");
  for (; st->n_parties < w->n_parties; st->n_parties++) TRY(read_party(r, st->n_parties));
  st->question = smpi_alloc(w->n_questions, sizeof *st->question);
  if (st->question == NULL) return smpi_fault_set(r->f, SMPC_E_NOMEM, -1, "out of memory");
  st->n_questions = w->n_questions;
  for (unsigned i = 0; i < w->n_questions; i++) TRY(smpi_study_question(r, i));
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
  if (err == SMPC_OK && bytes.len > 1 << 20)
    err = smpi_fault_set(f, SMPC_E_FILE, -1, "the study %.150s is longer than 1 MiB", path);
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
