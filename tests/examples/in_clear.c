/* in_clear.c - see in_clear.h. */
#include "in_clear.h"

#include "support/test.h"

int64_t clear_value(const struct clear_table *t, unsigned v, unsigned c) {
  return t->x[c] - (v ? t->own[v - 1][c] : 0);
}

bool clear_is_shown(const struct clear_table *t, unsigned c) {
  if (t->zeros_shown && t->x[c] == 0) return true;
  for (unsigned v = 0; v <= t->recipients; v++)
    if (clear_value(t, v, c) < t->k) return false;
  return true;
}

struct suppress_rule clear_rule(const struct clear_table *t) {
  return (struct suppress_rule){t->k, t->zeros_shown};
}

static bool line_passes(const struct clear_table *t, const struct suppress *s, unsigned l) {
  for (unsigned v = 0; v <= t->recipients; v++) {
    int64_t sum = 0;
    for (unsigned c = 0; c < t->rows * t->cols; c++)
      if (s->hidden[c] && (l < t->rows ? c / t->cols == l : c % t->cols == l - t->rows)) sum += clear_value(t, v, c);
    if (sum < suppress_line_minimum(s, l, clear_rule(t))) return false;
  }
  return true;
}

static bool total_passes(const struct clear_table *t, const struct suppress *s) {
  for (unsigned v = 0; v <= t->recipients; v++) {
    int64_t sum = 0;
    for (unsigned c = 0; c < t->rows * t->cols; c++)
      if (suppress_open_cell(s, c)) sum += clear_value(t, v, c);
    if (sum < suppress_total_minimum(s, clear_rule(t))) return false;
  }
  return true;
}

void clear_publish(const struct clear_table *t, struct suppress *s) {
  uint8_t primary[CLEAR_CELLS], ok[2 * CLEAR_MAX];
  for (unsigned c = 0; c < t->rows * t->cols; c++) primary[c] = !clear_is_shown(t, c);
  assert_true(suppress_choose(s, t->rows, t->cols, primary, t->zeros_shown));
  for (unsigned l = 0; l < s->lines; l++) {
    ok[l] = line_passes(t, s, l);
    for (unsigned m = 0; m < s->lines; m++)
      if (suppress_same_side(s, l, m)) ok[l] &= line_passes(t, s, m);
  }
  suppress_decide(s, ok);
  s->total_shown = total_passes(t, s);
}
