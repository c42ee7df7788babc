/* test_report.c - the joint table as a table, JSON and CSV, character by character. */
#include "report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

static const char flat[] = "study: {title: Smoking, purpose: a pilot}\n"
                           "questions:\n"
                           "  - name: by-disease\n"
                           "    program: cohort-count\n"
                           "    recipients: [a]\n"
                           "    columns: [{name: s, type: number}]\n"
                           "    strata:\n"
                           "      - {name: 吸烟, expression: s, cells: [是, 否]}\n"
                           "      - {name: disease, expression: s, cells: [\"yes\", \"no, none\"]}\n"
                           "    minimum_cell: 5\n";

struct bench {
  struct question *question;
  struct table table;
  struct question_roles roles;
  smpc_config cfg;
  struct report report;
};

static void set_up(struct bench *b, const char *text, const int64_t *cells) {
  char message[256];
  memset(b, 0, sizeof *b);
  assert_true(question_parse(&b->question, "q", text, strlen(text), NULL, message, sizeof message));
  assert_true(table_init(&b->table, b->question));
  memcpy(b->table.cells, cells, b->question->n_cells * sizeof *cells);
  b->table.delivered = true;
  b->cfg.parties = 2;
  strcpy(b->cfg.member[0].name, "a");
  strcpy(b->cfg.member[1].name, "b");
  b->roles = (struct question_roles){smpc_to(smpc_p(0)), {3}, 2};
  b->report = (struct report){&b->table, &b->cfg, &b->roles};
}

static void tear_down(struct bench *b) {
  table_free(&b->table);
  question_free(b->question);
}

static char *written(const struct bench *b, enum cli_format format) {
  char *text = NULL;
  size_t len = 0;
  FILE *f = open_memstream(&text, &len);
  assert_true(report_write(f, &b->report, format));
  fclose(f);
  return text;
}

static void expect(const struct bench *b, enum cli_format format, const char *want) {
  char *text = written(b, format);
  assert_string_equal(text, want);
  free(text);
}

enum { S = TABLE_SUPPRESSED };

static void a_table_is_aligned(void **unused) {
  (void)unused;
  const int64_t cells[9] = {126, S, 0, 4081, 61, 0, 0, 0, 0};
  struct bench b;
  set_up(&b, flat, cells);
  expect(&b, CLI_TABLE,
         "Smoking: by-disease\n"
         "Joint counts over 2 parties\n"
         "\n"
         "       disease\n"
         "吸烟    yes  no, none    total\n"
         "------------------------------\n"
         "是      126         *   126+1*\n"
         "否     4081        61     4142\n"
         "------------------------------\n"
         "total  4207     61+1*  4268+1*\n"
         "\n"
         "*  suppressed: fewer than 5, or fewer without a recipient's own\n"
         "   n+m*: the displayed cells sum to n; m suppressed ones are not in it\n"
         "   not printed: `other` of 吸烟, which is empty\n"
         "   not printed: `other` of disease, which is empty\n"
         "Delivered to: a\n"
         "Purpose: a pilot\n");
  tear_down(&b);
}

static void csv_has_na(void **unused) {
  (void)unused;
  const int64_t cells[9] = {126, S, 0, 4081, 61, 0, 0, 0, S};
  struct bench b;
  set_up(&b, flat, cells);
  expect(&b, CLI_CSV,
         "吸烟,disease,count,suppressed\n"
         "是,yes,126,0\n是,\"no, none\",NA,1\n是,other,0,0\n"
         "否,yes,4081,0\n否,\"no, none\",61,0\n否,other,0,0\n"
         "other,yes,0,0\nother,\"no, none\",0,0\nother,other,NA,1\n"
         "是,total,126,1\n否,total,4142,0\nother,total,0,1\n"
         "total,yes,4207,0\ntotal,\"no, none\",61,1\ntotal,other,0,1\n"
         "total,total,4268,2\n");
  tear_down(&b);
}

static void json_has_null(void **unused) {
  (void)unused;
  const int64_t cells[9] = {126, S, 0, 4081, 61, 0, 0, 0, 0};
  struct bench b;
  set_up(&b, flat, cells);
  char *text = written(&b, CLI_JSON);
  json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *cell = json_array_get(json_object_get(o, "cells"), 1);
  assert_non_null(o);
  assert_int_equal(json_array_size(json_object_get(o, "cells")), 9);
  assert_true(json_is_null(json_object_get(cell, "count")));
  assert_true(json_is_true(json_object_get(cell, "suppressed")));
  assert_string_equal(json_string_value(json_object_get(json_object_get(cell, "at"), "disease")), "no, none");
  cell = json_array_get(json_object_get(o, "cells"), 3);
  assert_int_equal(json_integer_value(json_object_get(cell, "count")), 4081);
  assert_true(json_is_false(json_object_get(cell, "suppressed")));
  assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "total"), "count")), 4268);
  assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "total"), "suppressed_cells")), 1);
  assert_int_equal(json_integer_value(json_object_get(o, "suppressed_cells")), 1);
  assert_true(json_is_true(json_object_get(o, "delivered")));
  json_decref(o);
  free(text);
  tear_down(&b);
}

static void others_see_that_it_was_delivered(void **unused) {
  (void)unused;
  const int64_t cells[9] = {S, S, S, S, S, S, S, S, S};
  struct bench b;
  set_up(&b, flat, cells);
  b.table.delivered = false;
  expect(&b, CLI_TABLE,
         "Smoking: by-disease\n"
         "9 cells; how many of them are suppressed only the recipients know.\n"
         "The table was delivered to: a\nPurpose: a pilot\n");
  expect(&b, CLI_CSV, "吸烟,disease,count,suppressed\n");
  char *text = written(&b, CLI_JSON);
  assert_null(strstr(text, "\"cells\": [{"));
  assert_non_null(strstr(text, "\"delivered\": false"));
  assert_null(strstr(text, "count\""));
  free(text);
  tear_down(&b);
}

static void one_stratum_and_none(void **unused) {
  (void)unused;
  static const char head[] =
      "study: {title: T, purpose: p}\nquestions:\n  - {name: n, program: cohort-count, recipients: [a], "
      "columns: [{name: s, type: number}], minimum_cell: 5";
  const int64_t cells[3] = {7, 12345678, S};
  char text[512];
  struct bench b;
  snprintf(text, sizeof text, "%s, strata: [{name: sex, expression: s, cells: [f, m]}]}\n", head);
  set_up(&b, text, cells);
  char *out = written(&b, CLI_TABLE);
  assert_non_null(strstr(out, "sex          count\n------------------\nf                7\nm         12345678\n"
                              "------------------\ntotal  12345685+1*\n"));
  assert_non_null(strstr(out, "not printed: `other` of sex, all of it suppressed"));
  free(out);
  tear_down(&b);
  snprintf(text, sizeof text, "%s}\n", head);
  set_up(&b, text, cells);
  out = written(&b, CLI_TABLE);
  assert_non_null(strstr(out, "count\n-----\n    7\n"));
  free(out);
  tear_down(&b);
}

TEST_MAIN(T(a_table_is_aligned), T(csv_has_na), T(json_has_null), T(others_see_that_it_was_delivered),
          T(one_stratum_and_none))
