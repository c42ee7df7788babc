/* data_check.h - a question after its check: types, used columns, cells in order. */
#ifndef DATA_CHECK_H
#define DATA_CHECK_H

#include "expr.h"

/* A cell's value, with its place in the stratum's list. */
struct data_cell {
  const char *text;
  size_t len;
  double number;
  unsigned index;
};

struct data_axis {
  bool numeric;            /* what the expression gives */
  struct data_cell *cells; /* sorted by value */
  unsigned n;
};

struct data_plan {
  struct expr_column *columns; /* of the question, with `used` */
  struct data_axis *axes;
  unsigned n_axes;
};

/* data_check with its findings; data_plan_free ends in every case. */
int data_plan_make(struct data_plan *p, const struct data_question *q, struct data_fault *f);
void data_plan_free(struct data_plan *p);

/* The place of a value on its axis: a cell, or a->n for `other`. */
unsigned data_axis_find(const struct data_axis *a, const char *text, size_t len, double number);

#endif
