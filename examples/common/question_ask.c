/* question_ask.c - of a study's questions only the one that is asked.
 *
 * Programs know their own questions' keys alone, and a study may have questions of
 * several programs.  So the lines of all others are blanked before a program's own
 * reader sees the text; line numbers in messages stay true. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "question.h"

struct text { char *at; size_t len; };

/* Where line n (from 0) begins. */
static size_t line_start(const struct text *t, size_t n) {
  const char *p = t->at, *end = t->at + t->len;
  for (; n > 0 && p < end; n--) {
    const char *eol = memchr(p, '\n', (size_t)(end - p));
    p = eol == NULL ? end : eol + 1;
  }
  return (size_t)(p - t->at);
}

static bool is_dash(const struct text *t, size_t line) {
  size_t at = line_start(t, line), next = line_start(t, line + 1);
  while (at < next && t->at[at] == ' ') at++;
  return at < next && t->at[at] == '-';
}

static void blank(struct text *t, size_t from, size_t to) {
  size_t end = line_start(t, to);
  for (size_t i = line_start(t, from); i < end; i++)
    if (t->at[i] != '\n') t->at[i] = ' ';
}

static const char *scalar(const yaml_node_t *n) {
  return n != NULL && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : "";
}

static yaml_node_t *value_of(yaml_document_t *d, const yaml_node_t *map, const char *key) {
  if (map == NULL || map->type != YAML_MAPPING_NODE) return NULL;
  for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++)
    if (strcmp(scalar(yaml_document_get_node(d, p->key)), key) == 0) return yaml_document_get_node(d, p->value);
  return NULL;
}

/* The line on which entry i's dash stands; `end`: after the last one. */
static size_t entry_line(yaml_document_t *d, const yaml_node_t *list, size_t i, const struct text *t) {
  size_t n = (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
  if (i == n) return list->end_mark.line + (list->end_mark.column > 0);
  size_t line = yaml_document_get_node(d, list->data.sequence.items.start[i])->start_mark.line;
  while (line > 0 && !is_dash(t, line)) line--;
  return line;
}

/* What entry i says under `key`. */
static const char *said(yaml_document_t *d, const yaml_node_t *list, size_t i, const char *key) {
  return scalar(value_of(d, yaml_document_get_node(d, list->data.sequence.items.start[i]), key));
}

struct choice { const char *ask, *program; char why[600]; }; /* why: room for a sentence */

static const char *say_names(struct choice *c, yaml_document_t *d, const yaml_node_t *list, size_t n) {
  size_t len = (size_t)snprintf(c->why, sizeof c->why, "several questions: give --ask ");
  for (size_t i = 0; i < n && len < sizeof c->why; i++)
    len += (size_t)snprintf(c->why + len, sizeof c->why - len, "%s%.100s", i == 0 ? "" : i + 1 < n ? ", " : " or ", said(d, list, i, "name"));
  return c->why;
}

/* Of another program of ours; the reader judges all other names. */
static const char *check_program(struct choice *c, const char *is) {
  static const char *const all[] = {"cohort-count", "describe", "logistic-regression", "psi"};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    if (c->program == NULL || strcmp(is, all[k]) != 0 || strcmp(is, c->program) == 0) continue;
    snprintf(c->why, sizeof c->why, "this question is for smpc-%s", is);
    return c->why;
  }
  return NULL;
}

/* NULL: done; else why not. */
static const char *select_in(yaml_document_t *d, struct text *t, struct choice *c) {
  yaml_node_t *list = value_of(d, yaml_document_get_root_node(d), "questions");
  if (list == NULL || list->type != YAML_SEQUENCE_NODE) return NULL; /* the program's reader says so */
  size_t n = (size_t)(list->data.sequence.items.top - list->data.sequence.items.start), at = 0;
  if (c->ask == NULL && n > 1) return say_names(c, d, list, n);
  while (c->ask != NULL && at < n && strcmp(said(d, list, at, "name"), c->ask) != 0) at++;
  if (c->ask != NULL && at == n) return "there is no question of this name";
  const char *other = n == 0 ? NULL : check_program(c, said(d, list, at, "program"));
  if (other != NULL || n <= 1) return other;
  if (list->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE)
    return "with several questions, each begins on a line of its own: - name: ...";
  size_t *line = calloc(n + 1, sizeof *line);
  if (line == NULL) return "out of memory";
  for (size_t i = 0; i <= n; i++) line[i] = entry_line(d, list, i, t);
  for (size_t i = 0; i < n; i++)
    if (strcmp(said(d, list, i, "name"), c->ask) != 0)
      blank(t, line[i], line[i + 1]);
  free(line);
  return NULL;
}

static const char *select_question(struct text *t, struct choice *c) {
  yaml_parser_t parser;
  yaml_document_t d;
  const char *why = NULL;
  if (!yaml_parser_initialize(&parser)) return "out of memory";
  yaml_parser_set_input_string(&parser, (const unsigned char *)t->at, t->len);
  if (yaml_parser_load(&parser, &d)) { /* else the program's reader says what is wrong, and where */
    why = select_in(&d, t, c);
    yaml_document_delete(&d);
  }
  yaml_parser_delete(&parser);
  return why;
}

char *question_read_asked(const char *path, const char *ask, const char *program, size_t *len, char *text, size_t text_len) {
  struct text t = {question_read(path, len, text, text_len), 0};
  struct choice c = {.ask = ask, .program = program};
  if (t.at == NULL) return NULL;
  t.len = *len;
  const char *why = select_question(&t, &c);
  if (why == NULL) return t.at;
  if (text != NULL && ask != NULL) snprintf(text, text_len, "%s: `questions`: \"%.100s\": %s", path, ask, why);
  else if (text != NULL) snprintf(text, text_len, "%s: `questions`: %s", path, why);
  free(t.at);
  return NULL;
}
