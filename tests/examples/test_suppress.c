/* test_suppress.c - complementary suppression, attacked: from what is published,
 * which suppressed cells can be computed? */
#include "in_clear.h"

#include <string.h>

#include "support/test.h"

enum { NODES = 2 * CLEAR_MAX + 2 };

static uint64_t state = 1;
static unsigned below(unsigned n) { /* splitmix64: tests only need variety */
  uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (unsigned)((z >> 33) % n);
}

static struct clear_table random_table(unsigned min_rows, unsigned max_rows, unsigned max) {
  struct clear_table t = {.rows = min_rows + below(max_rows - min_rows + 1),
                          .cols = 2 + below(max - 1),
                          .recipients = below(CLEAR_RECIPIENTS + 1),
                          .zeros_shown = below(2) == 0};
  unsigned spread = 1 + below(4), zeros = below(4);
  t.k = 3 + below(5);
  for (unsigned c = 0; c < t.rows * t.cols; c++) {
    int64_t rest = below(4) < zeros ? 0 : (int64_t)below((unsigned)t.k * spread + 1);
    t.x[c] = rest;
    for (unsigned r = 0; r < t.recipients; r++) {
      t.own[r][c] = below(2) ? 0 : (int64_t)below((unsigned)rest + 1);
      t.x[c] += t.own[r][c];
    }
  }
  return t;
}

/* --- the attack: published sums as a flow ------------------------------------
 * Source -> row i -> column j -> sink -> source.  A published margin or total is
 * an arc that cannot change; a cell can go up, and down to its lower bound.  All
 * tables that fit what was published differ by cycles in the arcs that can change
 * (flows are sums of cycles, and whole), so a cell is determined exactly when no
 * such cycle passes through it. */
struct attack {
  unsigned n;
  bool arc[NODES][NODES];
};

static void let(struct attack *a, unsigned from, unsigned to, bool up, bool down) {
  a->arc[from][to] |= up;
  a->arc[to][from] |= down;
}

static struct attack residual(const struct suppress *s, const int64_t *x, const int64_t *low, const int64_t *high) {
  unsigned source = s->rows + s->cols, sink = source + 1;
  struct attack a = {.n = sink + 1};
  bool flat = s->rows == 1;
  for (unsigned c = 0; c < s->rows * s->cols; c++)
    if (s->hidden[c]) let(&a, c / s->cols, s->rows + c % s->cols, x[c]<high[c], x[c]> low[c]);
  for (unsigned i = 0; i < s->rows; i++)
    if (flat || !s->line_shown[i]) let(&a, source, i, true, true);
  for (unsigned j = 0; j < s->cols; j++)
    if (flat || !s->line_shown[s->rows + j]) let(&a, s->rows + j, sink, true, true);
  if (!s->total_shown) let(&a, sink, source, true, true);
  return a;
}

static bool reaches(const struct attack *a, unsigned from, unsigned to, bool *seen) {
  if (from == to) return true;
  seen[from] = true;
  for (unsigned next = 0; next < a->n; next++)
    if (a->arc[from][next] && !seen[next] && reaches(a, next, to, seen)) return true;
  return false;
}

/* Can the cell on arc u -> v change along u -> v?  Not by its own way back. */
static bool can_move(struct attack a, unsigned u, unsigned v) {
  bool seen[NODES] = {false};
  if (!a.arc[u][v]) return false;
  a.arc[v][u] = false;
  return reaches(&a, v, u, seen);
}

static bool is_determined(const struct suppress *s, const struct attack *a, unsigned c) {
  unsigned i = c / s->cols, j = s->rows + c % s->cols;
  return !can_move(*a, i, j) && !can_move(*a, j, i);
}

enum knowledge { SUMS, LOWER_BOUNDS, WHOLE_RULE };

/* A complementary cell may be a zero; then the reader's other guess is k and more. */
static int64_t known_least(const struct clear_table *t, const struct suppress *s, unsigned v, unsigned c) {
  if (!s->primary[c]) return clear_value(t, v, c) >= t->k ? t->k : 0;
  return t->zeros_shown && (v == 0 || t->own[v - 1][c] == 0);
}

/* Suppressed cells that a reader computes.  LOWER_BOUNDS: it also knows that
 * complementary cells are at least k; WHOLE_RULE: and primary ones below it. */
static unsigned attack(const struct clear_table *t, const struct suppress *s, unsigned v, enum knowledge knows) {
  int64_t x[CLEAR_CELLS], low[CLEAR_CELLS], high[CLEAR_CELLS];
  unsigned found = 0;
  for (unsigned c = 0; c < t->rows * t->cols; c++) {
    x[c] = clear_value(t, v, c);
    low[c] = knows == SUMS ? 0 : known_least(t, s, v, c);
    high[c] = knows == WHOLE_RULE && s->primary[c] && t->recipients == 0 ? t->k - 1 : INT64_MAX;
  }
  struct attack a = residual(s, x, low, high);
  for (unsigned c = 0; c < t->rows * t->cols; c++) found += s->hidden[c] && is_determined(s, &a, c);
  return found;
}

static void survives(unsigned min_rows, unsigned max_rows, unsigned tables) {
  unsigned hidden = 0, margins = 0, no_total = 0;
  for (unsigned n = 0; n < tables; n++) {
    struct clear_table t = random_table(min_rows, max_rows, CLEAR_MAX);
    struct suppress s;
    clear_publish(&t, &s);
    for (unsigned v = 0; v <= t.recipients; v++) {
      assert_int_equal(attack(&t, &s, v, SUMS), 0);
      assert_int_equal(attack(&t, &s, v, LOWER_BOUNDS), 0);
    }
    for (unsigned c = 0; c < t.rows * t.cols; c++) hidden += s.hidden[c];
    for (unsigned l = 0; l < s.lines; l++) margins += s.block[l] >= 0 && s.line_shown[l];
    no_total += !s.total_shown;
    suppress_free(&s);
  }
  assert_true(hidden > tables && no_total > 0); /* the tables were worth attacking */
  assert_true(max_rows == 1 || margins > tables);
}

static void no_suppressed_cell_is_determined(void **unused) {
  (void)unused;
  survives(2, CLEAR_MAX, 20000);
}

static void one_dimension_neither(void **unused) {
  (void)unused;
  survives(1, 1, 5000);
}

/* --- is the attack any good? -------------------------------------------------- */
static bool fits(const struct suppress *s, const int64_t *x, const int64_t *y) {
  int64_t dr[CLEAR_MAX] = {0}, dc[CLEAR_MAX] = {0}, all = 0;
  for (unsigned c = 0; c < s->rows * s->cols; c++) {
    dr[c / s->cols] += y[c] - x[c];
    dc[c % s->cols] += y[c] - x[c];
    all += y[c] - x[c];
  }
  for (unsigned i = 0; i < s->rows; i++)
    if (s->line_shown[i] && dr[i] != 0) return false;
  for (unsigned j = 0; j < s->cols; j++)
    if (s->line_shown[s->rows + j] && dc[j] != 0) return false;
  return !s->total_shown || all == 0;
}

/* Try every table with entries up to `most`; `differs[c]`: some that fits differs there. */
static void enumerate(const struct suppress *s, const int64_t *x, int64_t most, bool *differs) {
  unsigned n = s->rows * s->cols, c = 0;
  int64_t y[CLEAR_CELLS];
  for (unsigned i = 0; i < n; i++) y[i] = s->hidden[i] ? 0 : x[i];
  while (c < n) {
    if (fits(s, x, y))
      for (unsigned i = 0; i < n; i++) differs[i] |= y[i] != x[i];
    for (c = 0; c < n && (!s->hidden[c] || y[c] == most); c++)
      if (s->hidden[c]) y[c] = 0;
    if (c < n) y[c]++;
  }
}

/* Random flags, hidden cells and margins, without any protection. */
static void attack_agrees_with_enumeration(void **unused) {
  (void)unused;
  unsigned determined = 0, open = 0;
  for (unsigned n = 0; n < 300; n++) {
    uint8_t none[CLEAR_CELLS] = {0};
    struct clear_table t = {.rows = 2, .cols = 2 + n % 2, .k = 1};
    struct suppress s;
    bool differs[CLEAR_CELLS] = {false};
    for (unsigned c = 0; c < t.rows * t.cols; c++) t.x[c] = below(3);
    assert_true(suppress_choose(&s, t.rows, t.cols, none, false));
    for (unsigned c = 0; c < t.rows * t.cols; c++) s.hidden[c] = below(3) > 0;
    for (unsigned l = 0; l < s.lines; l++) s.line_shown[l] = below(4) > 0;
    s.total_shown = below(3) > 0;
    enumerate(&s, t.x, 3, differs);
    int64_t low[CLEAR_CELLS] = {0}, high[CLEAR_CELLS];
    for (unsigned c = 0; c < CLEAR_CELLS; c++) high[c] = 3;
    struct attack a = residual(&s, t.x, low, high);
    for (unsigned c = 0; c < t.rows * t.cols; c++) {
      if (!s.hidden[c]) continue;
      assert_int_equal(is_determined(&s, &a, c), !differs[c]);
      determined += !differs[c];
      open += differs[c];
    }
    suppress_free(&s);
  }
  assert_true(determined > 100 && open > 100);
}

static void without_a_complement_cells_are_found(void **unused) {
  (void)unused;
  unsigned found = 0;
  for (unsigned n = 0; n < 1000; n++) {
    struct clear_table t = random_table(2, CLEAR_MAX, CLEAR_MAX);
    struct suppress s;
    clear_publish(&t, &s);
    memcpy(s.hidden, s.primary, t.rows * t.cols);
    memset(s.line_shown, 1, s.lines);
    s.total_shown = true;
    found += attack(&t, &s, 0, SUMS) > 0;
    suppress_free(&s);
  }
  assert_true(found > 300);
}

/* A ring of six cells has no bridge and every line holds 5, yet two zeros give
 * all six away: why the complement is made of complete blocks. */
static void a_ring_without_bridges_is_not_enough(void **unused) {
  (void)unused;
  const uint8_t ring[9] = {1, 1, 0, 0, 1, 1, 1, 0, 1}, none[9] = {0};
  struct clear_table t = {.rows = 3, .cols = 3, .k = 5, .x = {0, 5, 9, 9, 5, 0, 5, 9, 5}};
  struct suppress s;
  assert_true(suppress_choose(&s, 3, 3, none, false));
  memcpy(s.hidden, ring, 9);
  memset(s.line_shown, 1, s.lines);
  s.total_shown = true;
  assert_int_equal(attack(&t, &s, 0, SUMS), 6);
  suppress_free(&s);
}

/* --- the choice --------------------------------------------------------------- */
static unsigned hidden_of(unsigned rows, unsigned cols, const uint8_t *primary, bool spares) {
  struct suppress s;
  unsigned n = 0;
  assert_true(suppress_choose(&s, rows, cols, primary, spares));
  for (unsigned c = 0; c < rows * cols; c++) n += s.hidden[c];
  suppress_free(&s);
  return n;
}

static void few_cells_are_hidden(void **unused) {
  (void)unused;
  const uint8_t none[16] = {0}, one[16] = {[5] = 1}, diagonal[16] = {1, [5] = 1},
                four[16] = {1, [5] = 1, [10] = 1, [15] = 1};
  const uint8_t row[16] = {1, 1}, all[4] = {1, 1, 1, 1};
  assert_int_equal(hidden_of(4, 4, none, false), 0);
  assert_int_equal(hidden_of(4, 4, one, false), 4);
  assert_int_equal(hidden_of(4, 4, diagonal, false), 4);
  assert_int_equal(hidden_of(4, 4, four, false), 8);
  assert_int_equal(hidden_of(4, 4, row, false), 6); /* the row itself hides a third, displayed cell */
  assert_int_equal(hidden_of(2, 2, all, false), 4);
  assert_int_equal(hidden_of(1, 4, one + 5, false), 2);
  assert_int_equal(hidden_of(1, 4, all, false), 4);
}

/* Where zeros are shown, `other` (the last line) is taken only as a second line. */
static void an_other_that_may_be_empty_is_spared(void **unused) {
  (void)unused;
  const uint8_t corner[9] = {1}, row[9] = {1, 1};
  assert_int_equal(hidden_of(2, 2, corner, true), 4);
  assert_int_equal(hidden_of(3, 3, row, true), 4);
  assert_int_equal(hidden_of(3, 3, row, false), 6);
  assert_int_equal(hidden_of(1, 3, row, true), 2);
  assert_int_equal(hidden_of(1, 3, row, false), 3);
  assert_int_equal(hidden_of(1, 2, corner, true), 2);
}

/* Blocks are complete, have two lines each way, and share none; a line hides a
 * cell that is not primary wherever the table has one for it (and spares `other`). */
static void blocks_are_complete(void **unused) {
  (void)unused;
  for (unsigned n = 0; n < 5000; n++) {
    struct clear_table t = random_table(2, CLEAR_MAX, CLEAR_MAX);
    struct suppress s;
    clear_publish(&t, &s);
    for (unsigned i = 0; i < t.rows; i++)
      for (unsigned j = 0; j < t.cols; j++) {
        bool same = s.block[i] >= 0 && s.block[i] == s.block[t.rows + j];
        assert_int_equal(s.hidden[i * t.cols + j], same);
        assert_true(!s.primary[i * t.cols + j] || same);
      }
    for (unsigned l = 0; l < s.lines; l++) {
      unsigned across = 0, more = 0, possible = 0;
      for (unsigned c = 0; c < t.rows * t.cols; c++) {
        if (l < t.rows ? c / t.cols != l : c % t.cols != l - t.rows) continue;
        across += s.hidden[c];
        more += s.hidden[c] && !s.primary[c];
        bool is_other = c / t.cols == t.rows - 1 || c % t.cols == t.cols - 1;
        possible += !s.primary[c] && !(is_other && t.zeros_shown);
      }
      assert_true(s.block[l] < 0 ? across == 0 : across >= 2 && (more > 0 || possible == 0));
    }
    suppress_free(&s);
  }
}

/* The limit stated in suppress.c: a reader who uses the whole rule. */
static void the_whole_rule_tells_little_more(void **unused) {
  (void)unused;
  unsigned cells = 0, found = 0;
  for (unsigned n = 0; n < 20000; n++) {
    struct clear_table t = random_table(2, CLEAR_MAX, CLEAR_MAX);
    struct suppress s;
    if (t.recipients > 0) continue;
    clear_publish(&t, &s);
    for (unsigned c = 0; c < t.rows * t.cols; c++) cells += s.hidden[c];
    found += attack(&t, &s, 0, WHOLE_RULE);
    suppress_free(&s);
  }
  print_message("# the whole rule: %u of %u suppressed cells\n", found, cells);
  assert_true(found * 100 < cells);
}

TEST_MAIN(T(no_suppressed_cell_is_determined), T(one_dimension_neither), T(attack_agrees_with_enumeration),
          T(without_a_complement_cells_are_found), T(a_ring_without_bridges_is_not_enough), T(few_cells_are_hidden),
          T(an_other_that_may_be_empty_is_spared), T(blocks_are_complete), T(the_whole_rule_tells_little_more))
