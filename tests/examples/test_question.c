/* test_question.c - question.yaml: what is taken, what is refused, and how it says so. */
#include "question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "question_template.h"
#include "support/test.h"

static const char good[] = "study:\n"
                           "  title: Smoking\n"
                           "  purpose: a pilot\n"
                           "questions:\n"
                           "  - name: q\n"
                           "    program: cohort-count\n"
                           "    recipients: [a, b]\n"
                           "    columns:\n"
                           "      - {name: age, type: number}\n"
                           "      - {name: sex, type: text}\n"
                           "    strata:\n"
                           "      - name: sex\n"
                           "        expression: sex\n"
                           "        cells: [m, f]\n"
                           "      - name: old\n"
                           "        expression: age >= 60\n"
                           "        cells: [0, 1]\n"
                           "    minimum_cell: 10\n";

static struct question *parse(const char *text, char *message, size_t len) {
  struct question *q = NULL;
  message[0] = '\0';
  if (!question_parse(&q, "q.yaml", text, strlen(text), NULL, message, len)) assert_null(q);
  return q;
}

/* `good` with `from` replaced by `to` must be refused with all of the words. */
static void refused(const char *from, const char *to, const char *place, const char *word) {
  char text[4096], message[512];
  const char *at = strstr(good, from);
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
  struct question *q = parse(text, message, sizeof message);
  if (q != NULL || strstr(message, place) == NULL || strstr(message, word) == NULL)
    fail_msg("\"%s\" for \"%s\": %s, message \"%s\"", to, from, q ? "taken" : "refused", message);
}

static void a_good_question(void **unused) {
  (void)unused;
  char message[512];
  struct question *q = parse(good, message, sizeof message);
  assert_string_equal(message, "");
  assert_non_null(q);
  assert_string_equal(q->title, "Smoking");
  assert_string_equal(q->purpose, "a pilot");
  assert_int_equal(q->n_recipients, 2);
  assert_int_equal(q->min_parties, 2);
  assert_int_equal(q->minimum_cell, 10);
  assert_int_equal(q->zeros, QUESTION_ZEROS_SUPPRESSED);
  assert_int_equal(q->totals, QUESTION_TOTALS_DISPLAYED);
  assert_int_equal(q->n_cells, 9);
  assert_int_equal(q->data.columns[1].type, DATA_TEXT);
  assert_string_equal(q->data.strata[1].cells[1], "1");
  assert_string_equal(question_label(q, 0, 2), "other");
  assert_int_equal(question_index(q, 5, 0), 1);
  assert_int_equal(question_index(q, 5, 1), 2);
  question_free(q);
}

static void the_template_is_a_good_question(void **unused) {
  (void)unused;
  char message[512];
  struct question *q = parse(question_template, message, sizeof message);
  assert_string_equal(message, "");
  assert_non_null(q);
  assert_int_equal(q->min_parties, 3);
  assert_string_equal(q->data.condition, "age >= 60");
  question_free(q);
}

static void one_count_has_no_strata(void **unused) {
  (void)unused;
  char text[1024], message[512];
  const char *from = strstr(good, "    strata:"), *to = strstr(good, "    minimum_cell");
  snprintf(text, sizeof text, "%.*s%s", (int)(from - good), good, to);
  struct question *q = parse(text, message, sizeof message);
  assert_non_null(q);
  assert_int_equal(q->n_cells, 1);
  question_free(q);
}

static void unknown_and_wrong_keys_are_refused(void **unused) {
  (void)unused;
  refused("minimum_cell: 10", "minimum_cell: 10\n    colour: red", "q.yaml:", "colour");
  refused("  title: Smoking\n", "", "q.yaml", "title");
  refused("  purpose: a pilot\n", "  purpose: a pilot\n  signatures: none\n", "q.yaml:", "signatures");
  refused("program: cohort-count", "program: regression", "q.yaml:6", "program");
  refused("type: text", "type: date", "q.yaml:10", "type");
  refused("minimum_cell: 10", "minimum_cell: 10\n    totals: maybe", "q.yaml:19", "totals");
  refused("minimum_cell: 10", "minimum_cell: 10\n    zeros: 0", "q.yaml:19", "zeros");
  refused("minimum_cell: 10\n", "minimum_cell: 10\n  - name: second\n", "q.yaml", "");
  refused("minimum_cell: 10\n", "minimum_cell: 10\n---\nstudy: {}\n", "q.yaml", "document");
  refused("title: Smoking\n", "title: &t Smoking\n  other: *t\n", "q.yaml", "");
  refused("study:\n", "study: [\n", "q.yaml", "");
}

static void numbers_are_strict(void **unused) {
  (void)unused;
  const char *wrong[] = {"0", "-1", "010", "1e3", "0x10", "10.0", "ten", "1000000001", "99999999999999999999", "+5"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char line[64];
    snprintf(line, sizeof line, "minimum_cell: %s", wrong[i]);
    refused("minimum_cell: 10", line, "q.yaml:18", "minimum_cell");
  }
  refused("minimum_cell: 10", "minimum_cell: 10\n    min_parties: 1", "q.yaml:19", "min_parties");
  refused("minimum_cell: 10", "minimum_cell: 10\n    min_parties: 33", "q.yaml:19", "min_parties");
}

static void names_are_unique_and_plain(void **unused) {
  (void)unused;
  refused("[a, b]", "[a, a]", "q.yaml:7", "twice");
  refused("[a, b]", "[]", "q.yaml:7", "recipients");
  refused("cells: [m, f]", "cells: [m, m]", "q.yaml:14", "twice");
  refused("cells: [m, f]", "cells: [m, other]", "q.yaml:14", "other");
  refused("cells: [m, f]", "cells: [total]", "q.yaml:14", "total");
  refused("cells: [m, f]", "cells: [\"a\\tb\"]", "q.yaml:14", "control");
  refused("name: old", "name: sex", "q.yaml:11", "sex");
  refused("name: sex, type", "name: AGE, type", "q.yaml:8", "AGE");
  refused("purpose: a pilot", "purpose: \"two\\nlines\"", "q.yaml:3", "one line");
}

/* A hidden cell must have two possible values at least. */
static void minimums_that_hide_nothing_are_refused(void **unused) {
  (void)unused;
  refused("minimum_cell: 10", "minimum_cell: 1", "q.yaml:18", "zeros: shown");
  refused("minimum_cell: 10", "minimum_cell: 2\n    zeros: shown", "q.yaml:18", "known to be 1");
  char text[1024], message[512];
  snprintf(text, sizeof text, "%s    zeros: shown\n", good);
  char *ten = strstr(text, "10\n");
  memcpy(ten, "1 ", 2);
  struct question *q = parse(text, message, sizeof message);
  assert_non_null(q);
  question_free(q);
}

static void true_totals_need_a_flat_table(void **unused) {
  (void)unused;
  refused("    minimum_cell: 10", "    minimum_cell: 10\n    dominance: {parties: 4, percent: 80}", ":19:", "1 to 3");
  refused("    minimum_cell: 10", "    minimum_cell: 10\n    dominance: {parties: 1, percent: 100}", ":19:", "1 to 99");
  refused("    minimum_cell: 10", "    minimum_cell: 10\n    dominance: {parties: 1, percent: 80}\n    totals: true",
          ":19:", "displayed");
  refused("    minimum_cell: 10",
          "      - {name: third, expression: age, cells: [1]}\n    minimum_cell: 10\n    totals: true", "q.yaml:20",
          "two strata");
}

static void the_digest_is_of_the_exact_bytes(void **unused) {
  (void)unused;
  char text[1024], message[512], path[] = "/tmp/smpc-question-XXXXXX";
  uint8_t digest[QUESTION_DIGEST_LEN];
  struct question *a = parse(good, message, sizeof message), *b;
  snprintf(text, sizeof text, "%s\n", good);
  b = parse(text, message, sizeof message);
  assert_memory_not_equal(a->digest, b->digest, QUESTION_DIGEST_LEN);
  int fd = mkstemp(path);
  assert_int_equal(write(fd, good, sizeof good - 1), sizeof good - 1);
  assert_true(question_digest(digest, path, NULL, message, sizeof message));
  assert_memory_equal(digest, a->digest, QUESTION_DIGEST_LEN);
  question_free(a);
  question_free(b);
  assert_true(question_load(&a, path, NULL, message, sizeof message));
  question_free(a);
  close(fd);
  unlink(path);
  assert_false(question_load(&a, path, NULL, message, sizeof message));
  assert_non_null(strstr(message, path));
}

static void recipients_and_parties_are_resolved(void **unused) {
  (void)unused;
  char message[512];
  struct question *q = parse(good, message, sizeof message);
  struct question_roles roles;
  smpc_config cfg = SMPC_CONFIG_INIT;
  cfg.parties = 3;
  strcpy(cfg.member[0].name, "a");
  strcpy(cfg.member[1].name, "b");
  strcpy(cfg.member[2].name, "c");
  cfg.member[0].roles = cfg.member[1].roles = SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
  cfg.member[2].roles = SMPC_DEAL;
  assert_true(question_resolve(&roles, q, &cfg, message, sizeof message));
  assert_int_equal(roles.recipients.bits, 3);
  assert_int_equal(roles.n_inputs, 2);
  cfg.member[1].roles = SMPC_COMPUTE | SMPC_RESULT;
  assert_false(question_resolve(&roles, q, &cfg, message, sizeof message));
  assert_non_null(strstr(message, "min_parties"));
  cfg.member[1].roles = SMPC_INPUT | SMPC_COMPUTE;
  assert_false(question_resolve(&roles, q, &cfg, message, sizeof message));
  assert_non_null(strstr(message, "result"));
  strcpy(cfg.member[1].name, "x");
  assert_false(question_resolve(&roles, q, &cfg, message, sizeof message));
  assert_non_null(strstr(message, "\"b\""));
  question_free(q);
}

TEST_MAIN(T(a_good_question), T(the_template_is_a_good_question), T(one_count_has_no_strata),
          T(unknown_and_wrong_keys_are_refused), T(numbers_are_strict), T(names_are_unique_and_plain),
          T(minimums_that_hide_nothing_are_refused), T(true_totals_need_a_flat_table),
          T(the_digest_is_of_the_exact_bytes), T(recipients_and_parties_are_resolved))
