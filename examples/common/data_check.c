/* data_check.c - is the question one that can be counted?  See data.h. */
#include "data_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t data_cells(const struct data_question *q) {
  size_t n = 1;
  for (unsigned i = 0; i < q->n_strata; i++) {
    size_t here = (size_t)q->strata[i].n_cells + 1;
    if (here > DATA_MAX_CELLS / n) return 0;
    n *= here;
  }
  return n;
}

/* --- cells --- */

static int compare_text(const void *x, const void *y) {
  const struct data_cell *a = x, *b = y;
  int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
  return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare_number(const void *x, const void *y) {
  const struct data_cell *a = x, *b = y;
  return (a->number > b->number) - (a->number < b->number);
}

unsigned data_axis_find(const struct data_axis *a, const char *text, size_t len, double number) {
  struct data_cell key = {.text = text, .len = len, .number = number};
  const struct data_cell *found = bsearch(&key, a->cells, a->n, sizeof key, a->numeric ? compare_number : compare_text);
  return found != NULL ? found->index : a->n;
}

static int take_cells(struct data_axis *a, const struct data_stratum *s, const char *what, struct data_fault *f) {
  a->cells = calloc(s->n_cells + 1u, sizeof *a->cells);
  if (a->cells == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  for (; a->n < s->n_cells; a->n++) {
    const char *text = s->cells[a->n];
    struct data_cell *c = &a->cells[a->n];
    if (text == NULL) return data_fail(f, DATA_INPUT, "%s: cell %u is empty", what, a->n + 1);
    *c = (struct data_cell){.text = text, .len = strlen(text), .index = a->n};
    if (a->numeric && !data_number(&c->number, text, c->len))
      return data_fail(f, DATA_INPUT, "%s: the expression gives numbers, and its cell '%.100s' is none", what, text);
  }
  int (*compare)(const void *, const void *) = a->numeric ? compare_number : compare_text;
  qsort(a->cells, a->n, sizeof *a->cells, compare);
  for (unsigned i = 1; i < a->n; i++)
    if (compare(&a->cells[i - 1], &a->cells[i]) == 0)
      return data_fail(f, DATA_INPUT, "%s: the cell '%.100s' stands there twice", what, a->cells[i].text);
  return 0;
}

/* --- columns and expressions --- */

static int take_columns(struct data_plan *p, const struct data_question *q, struct data_fault *f) {
  p->columns = calloc(q->n_columns + 1u, sizeof *p->columns);
  if (p->columns == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  if (q->n_columns > DATA_MAX_COLUMNS) return data_fail(f, DATA_INPUT, "columns: too many");
  for (unsigned i = 0; i < q->n_columns; i++) {
    const struct data_column *c = &q->columns[i];
    if (c->name == NULL || c->name[0] == 0 || strlen(c->name) >= EXPR_MAX_NAME)
      return data_fail(f, DATA_INPUT, "columns: column %u needs a name of at most %d bytes", i + 1, EXPR_MAX_NAME - 1);
    for (unsigned j = 0; j < i; j++)
      if (sqlite3_stricmp(c->name, q->columns[j].name) == 0)
        return data_fail(f, DATA_INPUT, "columns: '%s' stands there twice (upper and lower case are the same)",
                         c->name);
    p->columns[i] = (struct expr_column){.name = c->name, .type = c->type == DATA_NUMBER ? EXPR_NUMBER : EXPR_TEXT};
  }
  return 0;
}

static int check_condition(struct expr_source *agreed, const struct data_question *q, struct data_fault *f) {
  if (q->condition == NULL) return 0;
  enum expr_type t = expr_check(q->condition, "condition", agreed, f);
  if (t == EXPR_TEXT) data_fail(f, DATA_INPUT, "condition: it gives text, which is neither true nor false");
  return f->exit;
}

static int check_stratum(struct data_axis *a, struct expr_source *agreed, const struct data_stratum *s,
                         const char *part, struct data_fault *f) {
  char what[128];
  snprintf(what, sizeof what, "%.20s '%.90s'", part != NULL ? part : "stratum", s->name != NULL ? s->name : "");
  if (s->expression == NULL) return data_fail(f, DATA_INPUT, "%s: it has no expression", what);
  enum expr_type t = expr_check(s->expression, what, agreed, f);
  if (t == EXPR_BAD) return f->exit;
  a->numeric = t == EXPR_NUMBER;
  return take_cells(a, s, what, f);
}

int data_plan_make(struct data_plan *p, const struct data_question *q, struct data_fault *f) {
  memset(p, 0, sizeof *p);
  if (data_cells(q) == 0) return data_fail(f, DATA_INPUT, "strata: more than %d cells", DATA_MAX_CELLS);
  if (q->n_strata > DATA_MAX_STRATA) return data_fail(f, DATA_INPUT, "strata: more than %d", DATA_MAX_STRATA);
  if (take_columns(p, q, f) != 0) return f->exit;
  struct expr_source agreed = {.name = "", .columns = p->columns, .n = q->n_columns};
  p->axes = calloc(q->n_strata + 1u, sizeof *p->axes);
  if (p->axes == NULL) return data_fail(f, DATA_MACHINE, "out of memory");
  int exit = check_condition(&agreed, q, f);
  for (; p->n_axes < q->n_strata && exit == 0; p->n_axes++)
    exit = check_stratum(&p->axes[p->n_axes], &agreed, &q->strata[p->n_axes], q->part, f);
  return exit;
}

void data_plan_free(struct data_plan *p) {
  for (unsigned i = 0; i < p->n_axes; i++) free(p->axes[i].cells);
  free(p->axes);
  free(p->columns);
}

int data_check(const struct data_question *q, struct data_fault *f) {
  struct data_plan p;
  memset(f, 0, sizeof *f);
  int exit = data_plan_make(&p, q, f);
  data_plan_free(&p);
  return exit;
}
