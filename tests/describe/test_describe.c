/* test_describe.c - joint statistics against those of the pooled rows in the clear, on the simulated
 * network: every number, every opening, every rule. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/describe/result.h"
#include "support/parties.h"
#include "support/test.h"

enum { SITES = 6, ROWS = 900, STRATA = 5, MAX_OPENINGS = 8 }; /* a row: age, score, group, x, y */

struct listed { char purpose[200]; smpc_who to; smpc_shape shape; };
struct run {
  unsigned sites;
  size_t n;
  double rows[ROWS][STRATA];
  unsigned site[ROWS];
  struct ask *ask;
  smpc_config cfg[SITES];
  struct desc_sums own[SITES];
  struct desc_job job[SITES];
  struct listed listed[SITES][MAX_OPENINGS];
  unsigned n_listed[SITES];
};

static const char EVERYTHING[] =
    "    variables: [{name: age, range: [0, 128]}, {name: score, range: [-5, 11]}]\n"
    "    correlations: yes\n    quantiles: [0.25, 0.5, 0.9]\n    smallest: [7]\n    largest: [7, 30]\n    bits: 10\n"
    "    t tests: [{variable: score, group: g}]\n"
    "    chi square: [{rows: x, row_values: [0, 1, 2], columns: y, column_values: [0, 1]}]\n";

static struct ask *question(const char *minimum, const char *what) {
  static char text[4096];
  char why[400];
  struct ask *a;
  snprintf(text, sizeof text,
           "study: {title: t, purpose: p}\nquestions:\n  - name: q\n    program: describe\n    recipients: [x]\n"
           "    minimum_cell: %s\n    columns: [{name: age, type: number}, {name: score, type: number}, {name: g, type: number},"
           " {name: x, type: number}, {name: y, type: number}]\n%s", minimum, what);
  if (!ask_parse(&a, "q", text, strlen(text), why, sizeof why)) fail_msg("%s", why);
  return a;
}

static double uniform(uint64_t *state) { return (double)(test_random(state) >> 11) * 0x1p-53; }

static void make_rows(struct run *r, uint64_t seed) {
  for (size_t i = 0; i < r->n; i++) {
    double *v = r->rows[i], sum = -2;
    for (int k = 0; k < 4; k++) sum += uniform(&seed);
    v[0] = floor(18 + 80 * uniform(&seed));
    v[1] = sum + v[0] / 40;
    v[2] = uniform(&seed) < 0.4;
    v[1] += v[2] / 3;
    v[3] = floor(3.2 * uniform(&seed)); /* 3: in no cell */
    v[4] = uniform(&seed) < 0.3 + 0.1 * v[3];
    r->site[i] = (unsigned)(test_random(&seed) % (r->sites + 1)) % r->sites;
  }
}

static void set_up(struct run *r, const struct parties *parties, const char *minimum, const char *what,
                   uint64_t recipients) {
  uint64_t all = (UINT64_C(1) << r->sites) - 1;
  uint8_t secret[32];
  char why[300];
  r->ask = question(minimum, what);
  for (unsigned s = 0; s < r->sites; s++) {
    struct data_rows rows = {.cols = r->ask->base.data.n_strata, .v = calloc(ROWS * STRATA, sizeof(double))};
    for (size_t i = 0; i < r->n; i++)
      if (r->site[i] == s) memcpy(rows.v + rows.n++ * rows.cols, r->rows[i], rows.cols * sizeof(double));
    assert_true(desc_sums_new(&r->own[s], r->ask) && desc_sums_new(&r->job[s].all, r->ask));
    if (!desc_sums_of(&r->own[s], &rows, r->ask, why, sizeof why)) fail_msg("%s", why);
    free(rows.v);
    parties_config(&r->cfg[s], secret, parties, s);
    struct desc_sums room = r->job[s].all;
    r->job[s] = (struct desc_job){.ask = r->ask, .mine = &r->own[s], .all = room};
    r->job[s].joint =
        (struct joint){.cfg = &r->cfg[s], .purpose = "p", .roles = {{recipients}, {all}, r->sites}, .everybody = {all}};
    assert_non_null(r->job[s].place = calloc(ASK_MAX_VARIABLES * ASK_MAX_RANKS, sizeof(int64_t)));
  }
}

static void tear_down(struct run *r) {
  for (unsigned s = 0; s < r->sites; s++) {
    desc_sums_free(&r->own[s]);
    desc_sums_free(&r->job[s].all);
    free(r->job[s].place);
    joint_free(&r->job[s].joint);
  }
  ask_free(r->ask);
}

struct witness { struct run *r; unsigned me; };
static bool note(const smpc_event *e, void *user) {
  struct witness *w = user;
  if (e->kind != SMPC_EVENT_OPENING || w->r->n_listed[w->me] == MAX_OPENINGS) return true;
  struct listed *l = &w->r->listed[w->me][w->r->n_listed[w->me]++];
  snprintf(l->purpose, sizeof l->purpose, "%s", e->text);
  l->to = e->to;
  l->shape = e->shape;
  return true;
}

static void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *r = ctx;
  struct witness w = {r, me};
  s->watch = note;
  s->watch_user = &w;
  desc_program(s, &r->job[me]);
  s->watch = NULL;
}

/* --- the pooled truth ----------------------------------------------------------------- */

static double *column(const struct run *r, unsigned c, int group, size_t *n) {
  double *x = calloc(r->n + 1, sizeof *x);
  *n = 0;
  for (size_t i = 0; i < r->n; i++)
    if (group < 0 || (int)r->rows[i][2] == group) x[(*n)++] = r->rows[i][c];
  return x;
}

static double mean(const double *x, size_t n) {
  long double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return (double)(sum / (long double)n);
}

static double covariance(const double *x, const double *y, size_t n) {
  long double mx = mean(x, n), my = mean(y, n), sum = 0;
  for (size_t i = 0; i < n; i++) sum += (x[i] - mx) * (y[i] - my);
  return (double)(sum / (long double)(n - 1));
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void near(double got, double want, double relative) {
  if (!(fabs(got - want) <= relative * fmax(1e-3, fabs(want)))) fail_msg("%.15g instead of %.15g", got, want);
}

/* The value of the sorted rows that a rank names, and the point of the grid at or above it. */
static double rank_in_clear(const struct ask *a, const struct ask_rank *q, unsigned v, double *x, size_t n) {
  qsort(x, n, sizeof *x, by_value);
  size_t k = q->kind == ASK_SMALLEST ? (size_t)q->part : q->kind == ASK_LARGEST ? n + 1 - (size_t)q->part
             : (size_t)(((int64_t)n * q->part + q->whole - 1) / q->whole);
  double step = (a->variable[v].high - a->variable[v].low) / (double)(1 << a->bits);
  return a->variable[v].low + ceil((x[k - 1] - a->variable[v].low) / step) * step;
}

static void check_t(const struct run *r, const struct desc_job *job) {
  size_t n[2];
  double *x[2] = {column(r, 1, 0, &n[0]), column(r, 1, 1, &n[1])}, v[2], m[2];
  struct desc_t t = desc_t_of(job, 0);
  for (unsigned g = 0; g < 2; g++) {
    m[g] = mean(x[g], n[g]);
    v[g] = covariance(x[g], x[g], n[g]);
    assert_int_equal(t.n[g], n[g]);
    near(t.group[g].mean, m[g], 1e-9);
    near(t.group[g].sd, sqrt(v[g]), 1e-8);
    free(x[g]);
  }
  double a = v[0] / (double)n[0], b = v[1] / (double)n[1], d = m[1] - m[0];
  double pooled = ((double)(n[0] - 1) * v[0] + (double)(n[1] - 1) * v[1]) / (double)(n[0] + n[1] - 2);
  near(t.welch, d / sqrt(a + b), 1e-7);
  near(t.welch_df, (a + b) * (a + b) / (a * a / (double)(n[0] - 1) + b * b / (double)(n[1] - 1)), 1e-7);
  near(t.pooled, d / sqrt(pooled * (1 / (double)n[0] + 1 / (double)n[1])), 1e-7);
  near(t.pooled_df, (double)(n[0] + n[1] - 2), 0);
}

static void check_chi(const struct run *r, const struct desc_job *job) {
  double o[3][2] = {{0}}, row[3] = {0}, col[2] = {0}, n = 0, x2 = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (r->rows[i][3] > 2) continue;
    unsigned a = (unsigned)r->rows[i][3], b = (unsigned)r->rows[i][4];
    o[a][b]++, row[a]++, col[b]++, n++;
  }
  for (unsigned a = 0; a < 3; a++)
    for (unsigned b = 0; b < 2; b++) x2 += o[a][b] * o[a][b] / (row[a] * col[b] / n);
  struct desc_chi c = desc_chi_of(job, 0);
  near(c.statistic, x2 - n, 1e-10);
  assert_int_equal(c.n, (int64_t)n);
  assert_true(c.df == 2);
  near(c.p, exp(-c.statistic / 2), 1e-10);
}

static void check(const struct run *r, unsigned who) {
  const struct desc_job *job = &r->job[who];
  size_t n;
  double *x[2] = {column(r, 0, -1, &n), column(r, 1, -1, &n)};
  assert_true(job->joint.is_delivered);
  assert_int_equal(job->all.v[0], n);
  near(desc_correlation(job, 0, 1),
       covariance(x[0], x[1], n) / sqrt(covariance(x[0], x[0], n) * covariance(x[1], x[1], n)), 1e-8);
  for (unsigned i = 0; i < 2; i++) {
    struct desc_moments m = desc_moments_of(job, i);
    near(m.mean, mean(x[i], n), 1e-9);
    near(m.variance, covariance(x[i], x[i], n), 1e-8);
    near(m.sd, sqrt(m.variance), 1e-15);
    for (unsigned q = 0; q < r->ask->n_ranks; q++)
      near(desc_rank(job, i, q), rank_in_clear(r->ask, &r->ask->rank[q], i, x[i], n), 1e-12);
    free(x[i]);
  }
  check_t(r, job);
  check_chi(r, job);
}

/* --- tests -------------------------------------------------------------------------------- */

static void all_agree_with_the_pooled_rows(void **state) {
  (void)state;
  for (unsigned sites = 2; sites <= SITES; sites++) {
    struct parties p = {.n = sites, .dealer = sites != 2, .source = sites == 2 ? SMPC_OT : SMPC_DEALER, .seed = sites};
    struct run r = {.sites = sites, .n = sites == 5 ? 300 : ROWS};
    make_rows(&r, 7 * sites);
    set_up(&r, &p, "7", EVERYTHING, UINT64_C(1) << (sites - 1) | 1);
    parties_run_ok(&p, body, &r, NULL);
    check(&r, 0);
    check(&r, sites - 1);
    if (sites > 2) assert_false(r.job[1].joint.is_delivered);
    tear_down(&r);
  }
}

static void some_hospitals_only_give_rows(void **state) {
  (void)state;
  static const unsigned roles[4] = {SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT};
  struct parties p = {.n = 4, .dealer = true, .seed = 3, .roles = roles};
  struct run r = {.sites = 4, .n = ROWS};
  make_rows(&r, 5);
  set_up(&r, &p, "7", EVERYTHING, 4);
  parties_run_ok(&p, body, &r, NULL);
  check(&r, 2);
  tear_down(&r);
}

/* A rule is a bit to all; the rest goes to the recipients, and to nobody else. */
static void this_opens_and_nothing_else(void **state) {
  (void)state;
  struct parties p = {.n = 3, .dealer = true, .seed = 4};
  struct run r = {.sites = 3, .n = ROWS};
  make_rows(&r, 6);
  set_up(&r, &p, "7", EVERYTHING, 2);
  parties_run_ok(&p, body, &r, NULL);
  const struct { const char *purpose; uint64_t to; size_t rows, cols; } want[] = {
      {"p: whether the small-count rules hold", 7, 4, 1}, {"p", 2, 1 + 1 + 6 + 4 + 1 + 2 + 12, 1}};
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(r.n_listed[i], 2);
    for (unsigned k = 0; k < 2; k++) {
      assert_string_equal(r.listed[i][k].purpose, want[k].purpose);
      assert_int_equal(r.listed[i][k].to.bits, want[k].to);
      assert_int_equal(r.listed[i][k].shape.rows, want[k].rows);
      assert_int_equal(r.listed[i][k].shape.cols, want[k].cols);
    }
    for (size_t k = 0; i != 1 && k < r.job[i].all.n; k++) assert_int_equal(r.job[i].all.v[k], 0);
    for (size_t k = 0; i != 1 && k < 12; k++) assert_int_equal(r.job[i].place[k], 0);
  }
  tear_down(&r);
}

/* 40 rows at the recipient and 40 elsewhere: 41 are enough in all, and too many without its own. */
static void rules_hold_or_nothing_opens(void **state) {
  (void)state;
  static const char GROUPS[] =
      "    variables: [{name: age, range: [0, 128]}]\n    t tests: [{variable: age, group: score}]\n";
  static const char CELLS[] =
      "    variables: [{name: age, range: [0, 128]}]\n"
      "    chi square: [{rows: score, row_values: [0, 1], columns: g, column_values: [0, 1]}]\n";
  static const char PLAIN[] = "    variables: [{name: age, range: [0, 128]}]\n";
  static const char EARLY[] = "    variables: [{name: age, range: [0, 128]}]\n    quantiles: [0.1]\n";
  static const char LATE[] = "    variables: [{name: age, range: [0, 128]}]\n    quantiles: [0.9]\n";
  static const char RANK[] = "    variables: [{name: age, range: [0, 128]}]\n    largest: [73]\n";
  static const struct { const char *what, *minimum; uint64_t to; const char *says;
  } all[] = {{PLAIN, "40", 1, NULL},  {PLAIN, "41", 1, "fewer than 41 rows, in all"},
             {PLAIN, "80", 4, NULL},  {PLAIN, "81", 4, "fewer than 81 rows, in all"},
             {GROUPS, "20", 1, NULL}, {GROUPS, "21", 1, "a group of a t test"},
             {CELLS, "10", 1, NULL},  {CELLS, "11", 1, "a cell of a chi square table"},
             {EARLY, "8", 1, NULL},   {EARLY, "9", 1, "lie beyond a quantile"},
             {LATE, "8", 1, NULL},    {LATE, "9", 1, "lie beyond"},
             {RANK, "7", 1, NULL},    {RANK, "8", 1, "lie beyond"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct parties p = {.n = 3, .dealer = true, .seed = 5};
    struct run r = {.sites = 3, .n = 80};
    for (unsigned k = 0; k < 80; k++) {
      const double row[STRATA] = {k, k % 2, k / 2 % 2, 0, 0};
      memcpy(r.rows[k], row, sizeof row);
      r.site[k] = k / 4 % 2; /* none at the third */
    }
    set_up(&r, &p, all[i].minimum, all[i].what, all[i].to);
    parties_run_ok(&p, body, &r, NULL);
    for (unsigned k = 0; k < 3; k++) {
      assert_int_equal(r.n_listed[k] > 1, all[i].says == NULL);
      assert_int_equal(r.job[k].joint.refusal[0] != 0, all[i].says != NULL);
      if (all[i].says != NULL && strstr(r.job[k].joint.refusal, all[i].says) == NULL)
        fail_msg("%zu: %s", i, r.job[k].joint.refusal);
    }
    tear_down(&r);
  }
}

/* Values at both ends of the range, on points of the grid, and a constant. */
static void the_ends_of_the_range(void **state) {
  (void)state;
  struct parties p = {.n = 2, .dealer = true, .seed = 6};
  struct run r = {.sites = 2, .n = 64};
  for (unsigned k = 0; k < 64; k++) {
    const double row[STRATA] = {k < 20 ? 0 : k < 44 ? 32 : 128, 11, 0, 0, 0};
    memcpy(r.rows[k], row, sizeof row);
    r.site[k] = k % 2;
  }
  set_up(&r, &p, "3",
         "    variables: [{name: age, range: [0, 128]}, {name: score, range: [-5, 11]}]\n"
         "    correlations: yes\n    bits: 2\n    quantiles: [0.1, 0.3, 0.32, 0.9]\n    smallest: [20, 21]\n",
         1);
  parties_run_ok(&p, body, &r, NULL);
  const double want[] = {0, 0, 32, 128, 0, 32};
  for (unsigned i = 0; i < 6; i++)
    assert_true(desc_rank(&r.job[0], 0, i) == want[i] && desc_rank(&r.job[0], 1, i) == 11);
  assert_true(desc_moments_of(&r.job[0], 1).variance == 0 && desc_moments_of(&r.job[0], 1).mean == 11);
  assert_true(isnan(desc_correlation(&r.job[0], 0, 1)) && isnan(desc_correlation(&r.job[0], 1, 1)));
  tear_down(&r);
}

static void estimates_are_exact_and_without_warnings(void **state) {
  (void)state;
  struct parties p = {.n = 3, .dealer = true, .seed = 4};
  struct run r = {.sites = 3, .n = ROWS};
  struct parties_result result;
  smpc_cost cost;
  make_rows(&r, 6);
  set_up(&r, &p, "7", EVERYTHING, 2);
  parties_run_ok(&p, body, &r, &result);
  r.job[0].joint.estimating = true;
  assert_int_equal(smpc_estimate(&r.cfg[0], desc_program, &r.job[0], &cost), SMPC_OK);
  assert_int_equal(cost.range_warnings, 0);
  assert_int_equal(cost.rounds, result.spent[0].rounds);
  assert_true(cost.bytes >= result.spent[0].bytes);
  tear_down(&r);
}

static void wrong_rows_are_named(void **state) {
  (void)state;
  struct ask *a = question("3", EVERYTHING);
  struct desc_sums s;
  char why[300];
  double row[STRATA] = {18, 1, 1, 0, 0};
  struct data_rows rows = {.n = 1, .cols = STRATA, .v = row};
  assert_true(desc_sums_new(&s, a));
  assert_true(desc_sums_of(&s, &rows, a, why, sizeof why));
  row[0] = 128.5;
  assert_false(desc_sums_of(&s, &rows, a, why, sizeof why));
  assert_string_equal(why, "variable 'age': a value is beyond 0 to 128, its `range` in the question");
  row[0] = NAN;
  assert_false(desc_sums_of(&s, &rows, a, why, sizeof why));
  row[0] = 18, row[2] = 0.5;
  assert_false(desc_sums_of(&s, &rows, a, why, sizeof why));
  assert_non_null(strstr(why, "neither 0 nor 1"));
  desc_sums_free(&s);
  ask_free(a);
}

static void wrong_questions_are_refused(void **state) {
  (void)state;
  static const struct { const char *minimum, *what, *says;
  } wrong[] = {{"0", "    variables: [{name: age, range: [0, 1]}]\n", "`minimum_cell`"},
               {"5", "    variables: [{name: age, range: [1, 1]}]\n", "`range`: two numbers"},
               {"5", "    variables: [{name: age, range: [0, 1e16]}]\n", "`range`"},
               {"5", "    variables: [{name: age, range: [0, nan]}]\n", "`range`"},
               {"5", "    variables: [{name: age, range: [0]}]\n", "range"},
               {"5", "    variables: [{name: age, range: [0, 1]}, {name: age, range: [0, 1]}]\n", "stands there twice"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    quantiles: [0]\n", "`quantiles`"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    quantiles: [1.5]\n", "`quantiles`"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    quantiles: [0.1234567]\n", "`quantiles`"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    smallest: [4]\n", "below `minimum_cell`"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    bits: 17\n", "`bits`"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    t tests: [{variable: x, group: g}]\n",
                "not the name of one"},
               {"5",
                "    variables: [{name: age, range: [0, 1]}]\n    chi square: [{rows: x, row_values: [1, 1], columns: "
                "y, column_values: [0, 1]}]\n",
                "each once"},
               {"5", "    variables: [{name: age, range: [0, 1]}]\n    quartiles: yes\n", "quartiles"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char text[2048], why[400];
    struct ask *a;
    snprintf(text, sizeof text,
             "study: {title: t, purpose: p}\nquestions:\n  - name: q\n    program: describe\n    recipients: [x]\n"
             "    minimum_cell: %s\n    columns: [{name: age, type: number}]\n%s",
             wrong[i].minimum, wrong[i].what);
    assert_false(ask_parse(&a, "q", text, strlen(text), why, sizeof why));
    if (strstr(why, wrong[i].says) == NULL) fail_msg("%s: %s", wrong[i].says, why);
  }
}

TEST_MAIN(T(all_agree_with_the_pooled_rows), T(some_hospitals_only_give_rows), T(this_opens_and_nothing_else),
          T(rules_hold_or_nothing_opens), T(the_ends_of_the_range), T(estimates_are_exact_and_without_warnings),
          T(wrong_rows_are_named), T(wrong_questions_are_refused))
