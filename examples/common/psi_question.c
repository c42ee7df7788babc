/* psi_question.c - see psi_question.h: libcyaml checks the shape, question_file.c what every question has,
 * this the rest. */
#include "psi_question.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psi_schema.h"
#include "question_file.h"
#include "yaml_file.h"

/* --- the file as it stands ------------------------------------------------------- */

struct entry {
  struct question_entry head;
  char *unicode, *minimum, *column, *of;
  int kind, empty, protocol, numbers;
  char **between, **sizes;
  unsigned n_between, n_sizes;
  struct psi_component *key;
  unsigned n_key;
};

static const cyaml_strval_t programs[] = {{"psi", 1}};
static const cyaml_strval_t kinds[] = {
    {"reveal", PSI_REVEAL}, {"count", PSI_COUNT}, {"distinct", PSI_DISTINCT}, {"sum", PSI_SUM}};
static const cyaml_strval_t numbers[] = {{"decimal", PSI_DECIMAL}, {"whole", PSI_WHOLE}};
static const cyaml_strval_t protocols[] = {{"ecdh", SMPC_PSI_ECDH}, {"vole", SMPC_PSI_VOLE}, {"join", SMPC_PSI_JOIN}};

static const cyaml_schema_field_t entry_fields[] = {
    QUESTION_KEYS(struct entry, programs),
    CYAML_FIELD_ENUM("result", QUESTION_ENUM, struct entry, kind, kinds, QUESTION_N(kinds)),
    CYAML_FIELD_SEQUENCE_COUNT("between", QUESTION_MAYBE, struct entry, between, n_between, &question_string, 2,
                               SMPC_MAX_COMPUTING),
    PSI_KEY_KEYS("key", QUESTION_NEEDED, struct entry, key, n_key),
    CYAML_FIELD_SEQUENCE_COUNT("sizes", QUESTION_MAYBE, struct entry, sizes, n_sizes, &question_string, 2,
                               SMPC_MAX_COMPUTING),
    CYAML_FIELD_ENUM("protocol", QUESTION_MAYBE_ENUM, struct entry, protocol, protocols, QUESTION_N(protocols)),
    CYAML_FIELD_STRING_PTR("minimum", QUESTION_MAYBE, struct entry, minimum, 1, 20),
    CYAML_FIELD_STRING_PTR("column", QUESTION_MAYBE, struct entry, column, 1, 255),
    CYAML_FIELD_STRING_PTR("of", QUESTION_MAYBE, struct entry, of, 1, 255),
    CYAML_FIELD_ENUM("numbers", QUESTION_MAYBE_ENUM, struct entry, numbers, numbers, QUESTION_N(numbers)),
    CYAML_FIELD_END};
QUESTION_DOCUMENT(struct entry, entry_fields);

/* --- what a schema cannot say ------------------------------------------------------ */

static bool check_key(const struct question_reader *r, const struct entry *e) {
  char why[300];
  if (!question_unicode(r, e->unicode)) return false;
  return psi_key_check(e->key, e->n_key, why, sizeof why) || question_refuse(r, "key", NULL, "%s", why);
}

static bool check_sizes(const struct question_reader *r, struct psi_question *q, const struct entry *e) {
  for (unsigned i = 0; i < e->n_sizes; i++)
    if (!yaml_number(&q->size[i], e->sizes[i], UINT32_MAX) || q->size[i] == 0)
      return question_refuse(r, "sizes", NULL, "\"%s\" is not a whole number from 1 to 2^32 - 1", e->sizes[i]);
  if (e->n_sizes != 0 && e->n_between == 0) return question_refuse(r, "sizes", NULL, "say by `between:` whose they are");
  if (e->n_sizes != 0 && e->n_sizes != e->n_between)
    return question_refuse(r, "sizes", NULL, "there must be one for each of `between:`");
  return true;
}

static bool check_minimum(const struct question_reader *r, struct psi_question *q, const struct entry *e) {
  if (e->minimum == NULL) return true;
  if (!yaml_number(&q->minimum, e->minimum, INT32_MAX) || q->minimum == 0)
    return question_refuse(r, "minimum", NULL, "\"%s\" is not a whole number from 1 to 2^31 - 1", e->minimum);
  return true;
}

/* What belongs together. */
static bool check_kind(const struct question_reader *r, const struct psi_question *q, const struct entry *e) {
  bool is_joined = q->kind == PSI_DISTINCT || q->kind == PSI_SUM;
  if (q->kind == PSI_SUM && (e->column == NULL || e->of == NULL))
    return question_refuse(r, "column", NULL, "say by `column:` and `of:` what is summed, and whose it is");
  if (q->kind != PSI_SUM && (e->column != NULL || e->of != NULL))
    return question_refuse(r, "column", NULL, "is for `result: sum`");
  if (q->kind == PSI_COUNT && q->protocol == SMPC_PSI_VOLE)
    return question_refuse(r, "protocol", NULL, "vole shows which keys match: it cannot count");
  if (q->kind == PSI_REVEAL && q->protocol == SMPC_PSI_JOIN)
    return question_refuse(r, "protocol", NULL, "join keeps matches in shares: it cannot reveal them");
  if (is_joined && q->protocol != SMPC_PSI_AUTO && q->protocol != SMPC_PSI_JOIN)
    return question_refuse(r, "protocol", NULL, "different keys and sums take the protocol join");
  return true;
}

static bool fill(const struct question_reader *r, void *made, const void *entry) {
  struct psi_question *q = made;
  const struct entry *e = entry;
  q->kind = (enum psi_kind)e->kind;
  q->empty_matches = e->empty != 0;
  q->protocol = (smpc_psi_protocol)e->protocol;
  q->between = e->between;
  q->n_between = e->n_between;
  q->key = e->key;
  q->n_key = e->n_key;
  q->column = e->column;
  q->of = e->of;
  q->numbers = (enum psi_numbers)e->numbers;
  return check_key(r, e) && check_sizes(r, q, e) && check_minimum(r, q, e) && check_kind(r, q, e);
}

static const struct question_format format = {&document_value, sizeof(struct psi_question), sizeof(struct entry), fill, "psi"};

bool psi_question_parse(struct psi_question **q, const char *name, const char *bytes, size_t len, char *text,
                        size_t text_len) {
  void *made;
  bool good = question_make(&made, &format, name, bytes, len, NULL, text, text_len);
  *q = made;
  return good;
}

bool psi_question_load(struct psi_question **q, const char *path, const char *ask, char *text, size_t text_len) {
  void *made;
  bool good = question_make_from(&made, &format, path, ask, text, text_len);
  *q = made;
  return good;
}

void psi_question_free(struct psi_question *q) { question_unmake(q, &format); }

const char *psi_question_refuses(const struct psi_question *q, const smpc_study_question *asked) {
  bool is_count = q->kind == PSI_COUNT || q->kind == PSI_DISTINCT, is_clear = q->protocol == SMPC_PSI_ECDH;
  bool are_declared = q->n_between != 0;
  for (unsigned i = 0; i < q->n_between; i++) are_declared = are_declared && q->size[i] != 0;
  if (q->kind == PSI_REVEAL && asked->max_values != 0 && !are_declared)
    return "`limits: opened values`: without declared `sizes` nobody knows how many keys are revealed";
  if (asked->epsilon != 0 && !is_count)
    return "`epsilon`: noise is for a count or the number of different keys: one person in or out may change a sum by "
           "any amount, "
           "and no noise hides which keys match";
  if (asked->epsilon != 0 && is_clear)
    return "`epsilon`: noise is added in shares, and with `protocol: ecdh` the count is never in shares: leave the "
           "protocol out, or take join";
  if (asked->review == SMPC_REVIEW_NONE) return NULL;
  if (q->kind == PSI_REVEAL)
    return "`review`: which keys match arises at the recipient alone and is never in shares, so nobody can hold it back for "
           "reviewers; a count, a sum or the number of different keys can be held";
  if (is_clear)
    return "`review`: with `protocol: ecdh` the count arises at the recipient and is never in shares, so it cannot be held: "
           "leave the protocol out, or take join";
  return NULL;
}

/* --- names into parties --------------------------------------------------------------- */

static bool find_member(smpc_party *p, const char *key, const char *name, unsigned role, const char *role_name,
                        const smpc_config *cfg, char *text, size_t text_len) {
  for (unsigned i = 0; i < cfg->parties; i++) {
    if (strcmp(cfg->member[i].name, name) != 0) continue;
    *p = smpc_p(i);
    if (cfg->member[i].roles & role) return true;
    return snprintf(text, text_len, "%s: \"%s\" has no role `%s` in parties.yaml", key, name, role_name), false;
  }
  return snprintf(text, text_len, "%s: \"%s\" is not in parties.yaml", key, name), false;
}

struct resolver {
  struct psi_ask *ask;
  const struct psi_question *q;
  const smpc_config *cfg;
  char *text;
  size_t text_len;
};

static bool wrong(const struct resolver *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(const struct resolver *r, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(r->text, r->text_len, fmt, args);
  va_end(args);
  return false;
}

/* All with data, where the question does not name them. */
static bool all_owners(const struct resolver *r) {
  for (unsigned i = 0; i < r->cfg->parties; i++) {
    if (!(r->cfg->member[i].roles & SMPC_INPUT)) continue;
    if (r->ask->n == SMPC_MAX_COMPUTING) return wrong(r, "parties.yaml has too many parties with data: say by `between:` which");
    r->ask->owner[r->ask->n++] = smpc_p(i);
  }
  return r->ask->n >= 2 || wrong(r, "parties.yaml has %u parties with data: two at least hold sets", r->ask->n);
}

static bool named_owners(const struct resolver *r) {
  struct psi_ask *ask = r->ask;
  for (ask->n = 0; ask->n < r->q->n_between; ask->n++) {
    smpc_party *p = &ask->owner[ask->n];
    if (!find_member(p, "between", r->q->between[ask->n], SMPC_INPUT, "input", r->cfg, r->text, r->text_len)) return false;
    ask->size[ask->n] = r->q->size[ask->n];
    for (unsigned i = 0; i < ask->n; i++)
      if (ask->owner[i].id == p->id) return wrong(r, "between: \"%s\" stands there twice", r->q->between[ask->n]);
  }
  return true;
}

/* By their numbers, with their sizes. */
static void sort_owners(struct psi_ask *ask) {
  for (unsigned i = 1; i < ask->n; i++)
    for (unsigned j = i; j > 0 && ask->owner[j - 1].id > ask->owner[j].id; j--) {
      smpc_party p = ask->owner[j];
      uint64_t size = ask->size[j];
      ask->owner[j] = ask->owner[j - 1], ask->size[j] = ask->size[j - 1];
      ask->owner[j - 1] = p, ask->size[j - 1] = size;
    }
}

static bool find_recipients(const struct resolver *r) {
  for (unsigned i = 0; i < r->q->base.n_recipients; i++) {
    smpc_party p;
    bool owns = false;
    if (!find_member(&p, "recipients", r->q->base.recipients[i], SMPC_RESULT, "result", r->cfg, r->text, r->text_len))
      return false;
    for (unsigned k = 0; k < r->ask->n; k++) owns |= r->ask->owner[k].id == p.id;
    if (!owns && r->q->kind == PSI_REVEAL)
      return wrong(r, "recipients: \"%s\" is not one of the owners, so there is nothing to reveal to it",
                   r->q->base.recipients[i]);
    r->ask->psi.to = smpc_and(r->ask->psi.to, p);
  }
  return true;
}

static void fill_sets(const struct resolver *r) {
  struct psi_ask *ask = r->ask;
  if (ask->n == 2 && r->q->kind != PSI_DISTINCT) {
    ask->psi.a = ask->owner[0], ask->psi.b = ask->owner[1];
    ask->psi.size_a = ask->size[0], ask->psi.size_b = ask->size[1];
    return;
  }
  for (unsigned i = 0; i < ask->n; i++) ask->psi.owners = smpc_and(ask->psi.owners, ask->owner[i]);
  ask->psi.sizes = ask->size;
}

static bool fill_star(const struct resolver *r) {
  struct psi_ask *ask = r->ask;
  bool found = false;
  ask->star.owners = ask->n;
  for (unsigned i = 0; i < ask->n; i++) {
    smpc_psi_owner *o = &ask->star.owner[i];
    bool is_summed = strcmp(r->cfg->member[ask->owner[i].id].name, r->q->of) == 0;
    *o = (smpc_psi_owner){.party = ask->owner[i], .declared = ask->size[i]};
    o->reals = is_summed && r->q->numbers == PSI_DECIMAL;
    o->wholes = is_summed && r->q->numbers == PSI_WHOLE;
    ask->am_summed |= is_summed && ask->owner[i].id == r->cfg->me.id;
    found |= is_summed;
  }
  return found || wrong(r, "of: \"%s\" is not one of the owners", r->q->of);
}

bool psi_question_resolve(struct psi_ask *ask, const struct psi_question *q, const smpc_config *cfg, char *text,
                          size_t text_len) {
  const struct resolver r = {ask, q, cfg, text, text_len};
  *ask = (struct psi_ask){.psi = SMPC_PSI_INIT, .star = SMPC_PSI_STAR_INIT};
  ask->psi.purpose = q->base.purpose;
  ask->psi.protocol = q->protocol;
  ask->psi.minimum = q->minimum;
  if (!(q->n_between == 0 ? all_owners(&r) : named_owners(&r))) return false;
  if (ask->n > 2 || q->kind == PSI_DISTINCT) sort_owners(ask);
  for (unsigned i = 0; i < ask->n; i++) ask->i_own |= ask->owner[i].id == cfg->me.id;
  fill_sets(&r);
  return find_recipients(&r) && (q->kind != PSI_SUM || fill_star(&r));
}
