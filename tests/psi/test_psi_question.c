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
  struct psi_question *q = parse(REST "    key:\n      - {column: a, case: ignored, spaces: removed}\n      - {column: b, form: date}\n"
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
  refused("    result: sum\n    recipients: [north]\n" KEY, "result");
  refused("    result: reveal\n" KEY, "`recipients:` is missing");
  refused(REST "    key: []\n", "too short");
  refused(REST "    key: [{column: a}, {column: a}]\n", "twice");
  refused(REST "    key: [{column: a, form: date, case: ignored}]\n", "are for text");
  refused(REST "    key: [{column: a, form: datum}]\n", "form");
  refused(REST KEY "    minimum: 10\n", "not built");
  refused("    result: count\n    recipients: [north]\n    protocol: vole\n" KEY, "cannot count");
  refused(REST KEY "    sizes: [10, 20]\n", "between");
  refused(REST KEY "    between: [a, b]\n    sizes: [10, 0]\n", "whole number");
  refused(REST KEY "    between: [a, b]\n    sizes: [10, 010]\n", "whole number");
  refused(REST KEY "    between: [a, b, c]\n", "too long");
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

static void names_become_parties(void **state) {
  (void)state;
  smpc_config cfg = three();
  smpc_psi ask;
  struct psi_question *q = parse("    result: count\n    recipients: [north]\n    between: [south, north]\n    sizes: [10, 20]\n" KEY);
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.a.id == 1 && ask.b.id == 0 && ask.to.bits == 1 && ask.size_a == 10 && ask.size_b == 20);
  assert_string_equal(ask.purpose, "P");
  psi_question_free(q);
  q = parse(REST KEY);
  assert_true(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_true(ask.a.id == 0 && ask.b.id == 1);
  cfg.member[2].roles |= SMPC_INPUT;
  assert_false(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_non_null(strstr(text, "say by `between:`"));
  psi_question_free(q);
  cfg = three();
  q = parse("    result: count\n    recipients: [office]\n" KEY);
  assert_false(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_non_null(strstr(text, "not one of the two owners"));
  psi_question_free(q);
  q = parse("    result: count\n    recipients: [east]\n" KEY);
  assert_false(psi_question_resolve(&ask, q, &cfg, text, sizeof text));
  assert_non_null(strstr(text, "not in parties.yaml"));
  psi_question_free(q);
}

/* The digest that parties compare is of the bytes that were parsed, down to the last. */
static void the_digest_is_of_what_was_parsed(void **state) {
  (void)state;
  struct psi_question *a = parse(REST KEY), *b = parse(REST KEY "\n"), *c = parse(REST KEY);
  assert_true(a != NULL && b != NULL && c != NULL);
  assert_memory_equal(a->digest, c->digest, sizeof a->digest);
  assert_memory_not_equal(a->digest, b->digest, sizeof a->digest);
  psi_question_free(a);
  psi_question_free(b);
  psi_question_free(c);
}

TEST_MAIN(T(keys_have_their_defaults), T(nonsense_is_refused), T(other_tables_are_refused), T(names_become_parties),
          T(the_digest_is_of_what_was_parsed))
