/* test_psi_question.c - questions of smpc-psi: what is read, what is refused and why. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "psi_question.h"

static const char head[] = "study: {title: T, purpose: P}\nquestions:\n  - name: q\n    program: psi\n";
static char text[600];

/* A question of these lines, and its own tables' version. */
static struct psi_question *parse(const char *lines) {
  char all[2000];
  struct psi_question *q;
  int len = snprintf(all, sizeof all, "%s    unicode: %s\n%s", head, psi_unicode(), lines);
  (void)!psi_question_parse(&q, "q.yaml", all, (size_t)len, text, sizeof text);
  return q;
}

static void refused(const char *lines, const char *words) {
  struct psi_question *q = parse(lines);
  if (q != NULL) fail_msg("accepted: %s", lines);
  if (strstr(text, words) == NULL || strstr(text, "q.yaml") == NULL) fail_msg("\"%s\" is not in: %s", words, text);
}

#define REST "    result: reveal\n    recipients: [north]\n"
#define KEY "    key: [{column: id}]\n"

static void keys_have_their_defaults(void **state) {
  (void)state;
  struct psi_question *q =
      parse(REST "    key:\n      - {column: a, case: ignored, spaces: removed}\n      - {column: b, form: date}\n"
                 "      - {column: c, form: identity number}\n      - {column: d}\n");
  if (q == NULL) fail_msg("%s", text);
  assert_int_equal(q->n_key, 4);
  assert_int_equal(q->key[0].letter_case, PSI_CASE_IGNORED);
  assert_int_equal(q->key[0].spaces, PSI_SPACES_REMOVED);
  assert_int_equal(q->key[1].form, PSI_DATE);
  assert_int_equal(q->key[2].form, PSI_IDENTITY_NUMBER);
  assert_int_equal(q->key[3].form, PSI_TEXT);
  assert_int_equal(q->kind, PSI_REVEAL);
  assert_false(q->empty_matches);
  assert_int_equal(q->protocol, SMPC_PSI_AUTO);
  psi_question_free(q);
}

static void nonsense_is_refused(void **state) {
  (void)state;
  refused(REST, "`key:` is missing");
  refused("    result: mean\n    recipients: [north]\n" KEY, "result");
  refused("    result: sum\n    recipients: [north]\n" KEY, "what is summed");
  refused("    result: sum\n    recipients: [north]\n    column: cost\n" KEY, "whose it is");
  refused(REST "    column: cost\n    of: north\n" KEY, "result: sum");
  refused("    result: distinct\n    recipients: [north]\n    protocol: ecdh\n" KEY, "protocol join");
  refused(REST "    protocol: join\n" KEY, "cannot reveal");
  refused("    result: reveal\n" KEY, "`recipients:` is missing");
  refused(REST "    key: []\n", "too short");
  refused(REST "    key: [{column: a}, {column: a}]\n", "twice");
  refused(REST "    key: [{column: a, form: date, case: ignored}]\n", "are for text");
  refused(REST "    key: [{column: a, form: datum}]\n", "form");
  refused(REST KEY "    minimum: 0\n", "whole number");
  refused(REST KEY "    minimum: many\n", "whole number");
  refused("    result: count\n    recipients: [north]\n    protocol: vole\n" KEY, "cannot count");
  refused(REST KEY "    sizes: [10, 20]\n", "between");
  refused(REST KEY "    between: [a, b]\n    sizes: [10, 0]\n", "whole number");
  refused(REST KEY "    between: [a, b]\n    sizes: [10, 010]\n", "whole number");
  refused(REST KEY "    between: [a]\n", "too short");
  refused(REST KEY "    between: [a, b, c]\n    sizes: [1, 2]\n", "one for each");
  refused(REST KEY "    colour: red\n", "unknown key");
}

static void other_tables_are_refused(void **state) {
  (void)state;
  char all[2000];
  struct psi_question *q;
  int len = snprintf(all, sizeof all, "%s    unicode: 3.0.0\n%s", head, REST KEY);
  assert_false(psi_question_parse(&q, "q.yaml", all, (size_t)len, text, sizeof text));
  assert_non_null(strstr(text, "keys could differ"));
}

static smpc_config three(void) {
  smpc_config cfg = SMPC_CONFIG_INIT;
  static const char *const names[] = {"north", "south", "office"};
  cfg.parties = 3;
  for (unsigned i = 0; i < 3; i++) {
    snprintf(cfg.member[i].name, sizeof cfg.member[i].name, "%s", names[i]);
    cfg.member[i].roles = i < 2 ? SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT : SMPC_RESULT;
  }
  return cfg;
}

static void unresolved(const smpc_config *cfg, const char *lines, const char *words) {
  struct psi_ask ask;
  struct psi_question *q = parse(lines);
  if (q == NULL) fail_msg("%s", text);
  assert_false(psi_question_resolve(&ask, q, cfg, text, sizeof text));
  if (strstr(text, words) == NULL) fail_msg("\"%s\" is not in: %s", words, text);
  psi_question_free(q);
}

/* The digest that parties compare is of the bytes that were parsed, down to the last. */
static void the_digest_is_of_what_was_parsed(void **state) {
  (void)state;
  struct psi_question *a = parse(REST KEY), *b = parse(REST KEY "\n"), *c = parse(REST KEY);
  assert_true(a != NULL && b != NULL && c != NULL);
  assert_memory_equal(a->base.digest, c->base.digest, sizeof a->base.digest);
  assert_memory_not_equal(a->base.digest, b->base.digest, sizeof a->base.digest);
  psi_question_free(a);
  psi_question_free(b);
  psi_question_free(c);
}

static void names_become_parties(void **state) {
  (void)state;
  smpc_config cfg = three();
  struct psi_ask ask;
  struct psi_question *q = parse(
      "    result: count\n    recipients: [north, office]\n    between: [south, north]\n    sizes: [10, 20]\n" KEY);
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.psi.a.id == 1 && ask.psi.b.id == 0 && ask.psi.to.bits == 5 && ask.psi.size_a == 10 &&
              ask.psi.size_b == 20);
  assert_int_equal(ask.psi.owners.bits, 0);
  assert_string_equal(ask.psi.purpose, "P");
  psi_question_free(q);
  q = parse(REST KEY);
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.psi.a.id == 0 && ask.psi.b.id == 1 && ask.i_own);
  psi_question_free(q);
  unresolved(&cfg, "    result: reveal\n    recipients: [office]\n" KEY, "not one of the owners");
  unresolved(&cfg, "    result: count\n    recipients: [east]\n" KEY, "not in parties.yaml");
  unresolved(&cfg, REST "    between: [north, office]\n" KEY, "no role `input`");
  unresolved(&cfg, REST "    between: [north, north]\n" KEY, "twice");
  cfg.member[1].roles = SMPC_COMPUTE;
  unresolved(&cfg, REST KEY, "two at least");
}

static void more_owners_are_in_order(void **state) {
  (void)state;
  smpc_config cfg = three();
  struct psi_ask ask;
  cfg.member[2].roles |= SMPC_INPUT;
  struct psi_question *q = parse(REST KEY "    between: [office, south, north]\n    sizes: [3, 2, 1]\n");
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.psi.owners.bits == 7 && ask.psi.sizes == ask.size && ask.n == 3 && ask.psi.minimum == 0);
  for (unsigned i = 0; i < 3; i++) assert_true(ask.owner[i].id == i && ask.size[i] == i + 1);
  psi_question_free(q);
  q = parse(REST KEY "    minimum: 3\n");
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text) && ask.psi.owners.bits == 7 &&
              ask.psi.minimum == 3);
  psi_question_free(q);
  q = parse("    result: distinct\n    recipients: [office]\n    between: [south, north]\n    minimum: 7\n" KEY);
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.psi.owners.bits == 3 && ask.psi.to.bits == 4 && ask.psi.minimum == 7);
  psi_question_free(q);
  q = parse("    result: sum\n    recipients: [office]\n    column: cost\n    of: south\n    numbers: whole\n" KEY);
  cfg.me = smpc_p(1);
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.star.owners == 3 && ask.star.owner[1].wholes == 1 && ask.star.owner[1].reals == 0 && ask.am_summed);
  assert_int_equal(ask.star.owner[0].wholes, 0);
  psi_question_free(q);
  unresolved(&cfg, "    result: sum\n    recipients: [office]\n    column: cost\n    of: east\n" KEY,
             "not one of the owners");
}

/* What nobody can count nobody can limit. */
static void a_limit_of_values_needs_sizes(void **state) {
  (void)state;
  static const struct { const char *lines; bool is_refused; } ask[] = {
      {REST KEY, true},
      {REST "    between: [north, south]\n" KEY, true},
      {REST "    between: [north, south]\n    sizes: [50, 50]\n" KEY, false},
      {"    result: count\n    recipients: [north]\n" KEY, false}};
  smpc_study_question limited = {.max_values = 100}, open = {.max_values = 0};
  for (size_t i = 0; i < sizeof ask / sizeof *ask; i++) {
    struct psi_question *q = parse(ask[i].lines);
    if (q == NULL) fail_msg("%s", text);
    const char *why = psi_question_refuses(q, &limited);
    assert_int_equal(why != NULL, ask[i].is_refused);
    if (why != NULL) assert_non_null(strstr(why, "declared `sizes`"));
    assert_null(psi_question_refuses(q, &open));
    psi_question_free(q);
  }
}

TEST_MAIN(T(keys_have_their_defaults), T(nonsense_is_refused), T(other_tables_are_refused), T(names_become_parties),
          T(more_owners_are_in_order), T(a_limit_of_values_needs_sizes), T(the_digest_is_of_what_was_parsed))
