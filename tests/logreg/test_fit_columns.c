/* test_fit_columns.c - data split by columns: by order and by key, against the fit of the joined rows
 * in the clear; openings, rules, refusals. */
#include "examples/logistic-regression/columns.h"
#include "fit_run.h"

enum { MAX_ROWS = 2000 };

/* The table of fit_run's generator, cut into columns: outcome at hospital 0, predictor j at j % sites. */
struct cut {
  struct run r;
  struct own_columns own[SITES];
  size_t rows, gone;     /* of the whole table; of these not complete everywhere */
  char keys[SITES][MAX_ROWS][32];
};

static const char by_order[] = "    split: columns\n    match: order\n    outcome_party: h0\n";
static const char by_key[] =
    "    split: columns\n    match: key\n    key: [{column: id}]\n    unicode: 14.0.0\n    outcome_party: h0\n";

static void make_columns_question(struct run *r, const char *how) {
  char text[4096], message[300];
  FILE *f = fmemopen(text, sizeof text, "w");
  fprintf(f,
          "study: {title: t, purpose: p}\nquestions:\n  - name: q\n    program: logistic-regression\n"
          "    privacy: model-only\n    recipients: [x]\n    minimum_cell: 3\n    columns: [{name: y, type: number}]\n"
          "    outcome: y\n%s%s    predictors:\n", how, r->more);
  for (unsigned j = 1; j <= r->k; j++)
    fprintf(f, "      - {name: x%u, expression: y, range: 3, party: h%u}\n", j, j % r->sites);
  fclose(f);
  if (!model_parse(&r->model, "q", text, strlen(text), message, sizeof message)) fail_msg("%s", message);
}

static void give_columns(struct cut *c, unsigned h) {
  struct own_columns *o = &c->own[h];
  const struct design *all = &c->r.pooled;
  unsigned predictor[MODEL_MAX_PREDICTORS];
  *o = (struct own_columns){.n = all->n, .cap = all->n, .k = columns_of(predictor, &c->r.job[0], h), .has_outcome = h == 0};
  o->x = calloc(o->cap * (o->k + 1), sizeof *o->x);
  o->y = calloc(o->cap, sizeof *o->y);
  o->complete = calloc(o->cap, sizeof *o->complete);
  for (size_t i = 0; i < all->n; i++) {
    o->complete[i] = 1;
    o->y[i] = h == 0 && all->y[i] > 0;
    for (unsigned j = 0; j < o->k; j++) o->x[i * o->k + j] = all->x[i * all->p + 1 + predictor[j]];
  }
}

/* The pooled rows are those that all have. */
static void keep_rows(struct design *d, bool (*keeps)(size_t row)) {
  size_t n = 0;
  for (size_t i = 0; i < d->n; i++) {
    if (!keeps(i)) continue;
    memmove(d->x + n * d->p, d->x + i * d->p, d->p * sizeof *d->x);
    d->y[n++] = d->y[i];
  }
  d->n = n;
}

static void set_up_columns(struct cut *c, const struct parties *parties, const char *how, uint64_t seed,
                           uint64_t recipients) {
  set_up(&c->r, parties, seed, recipients);
  model_free(c->r.model);
  make_columns_question(&c->r, how);
  c->rows = c->r.pooled.n;
  for (unsigned h = 0; h < c->r.sites; h++) {
    snprintf(c->r.cfg[h].member[h].name, sizeof c->r.cfg[h].member[h].name, "h%u", h);
    struct fit_job *job = &c->r.job[h];
    job->model = c->r.model;
    job->mine = NULL;
    job->owner[0] = 0;
    for (unsigned j = 1; j <= c->r.k; j++) job->owner[j] = (uint8_t)(j % c->r.sites);
  }
  for (unsigned h = 0; h < c->r.sites; h++) {
    give_columns(c, h);
    c->r.job[h].columns = &c->own[h];
  }
}

static void tear_down_columns(struct cut *c) {
  for (unsigned h = 0; h < c->r.sites; h++) columns_free(&c->own[h]);
  tear_down(&c->r);
}

static struct cut *typical_cut(unsigned sites, unsigned k, const char *more) {
  struct cut *c = calloc(1, sizeof *c);
  assert_non_null(c);
  c->r = typical(sites, "model-only");
  c->r.k = k;
  c->r.beta[4] = 0.3;
  c->r.more = more;
  return c;
}

/* Against the joined rows in the clear; few rows make an AUC's error larger. */
static void check_columns_fit(struct cut *c, unsigned party, bool has_errors) {
  struct clear want = fit_clear(&c->r.pooled, c->r.model->ridge);
  const struct fit *f = &c->r.job[party].fit;
  if (c->r.job[party].joint.refusal[0]) fail_msg("refused: %s", c->r.job[party].joint.refusal);
  assert_true(c->r.job[party].joint.is_delivered);
  assert_int_equal(f->n, c->r.pooled.n);
  for (unsigned j = 0; j <= c->r.k; j++) {
    double most = has_errors ? 1e-3 : 0.15 * want.se[j];
    if (!(fabs(f->beta[j] - want.beta[j]) <= most)) fail_msg("%u: %.9g instead of %.9g", j, f->beta[j], want.beta[j]);
    if (has_errors && !(fabs(f->se[j] / want.se[j] - 1) <= 0.01))
      fail_msg("%u: error %.9g instead of %.9g", j, f->se[j], want.se[j]);
  }
  assert_true(fabs(f->auc - want.auc) < 0.003);
  if (has_errors) assert_true(fabs(f->log_likelihood / want.log_likelihood - 1) < 1e-5);
}

/* --- by order ------------------------------------------------------------------------ */

static bool not_every_tenth(size_t row) { return row % 10 != 3 && row % 7 != 2; }

static void files_with_the_same_rows(void **state) {
  (void)state;
  static const char *const more[] = {"", "    ridge: 12\n", "    method: fixed-hessian\n", "    method: gradient\n"};
  for (unsigned i = 0; i < 4; i++) {
    unsigned sites = 2 + i % 3;
    struct parties parties = {.n = sites, .dealer = true, .seed = i};
    struct cut *c = typical_cut(sites, 4, more[i]);
    set_up_columns(c, &parties, by_order, 70 + i, 3);
    for (size_t row = 0; row < c->rows; row++)
      for (unsigned h = 0; h < 2; h++) {
        if (row % (h == 0 ? 10 : 7) != (h == 0 ? 3 : 2)) continue;
        c->own[h].complete[row] = c->own[h].y[row] = 0; /* a missing value at one of them */
        memset(c->own[h].x + row * c->own[h].k, 0, c->own[h].k * sizeof(double));
      }
    keep_rows(&c->r.pooled, not_every_tenth);
    parties_run_ok(&parties, body, &c->r, NULL);
    check_columns_fit(c, 0, i < 3);
    check_columns_fit(c, 1, i < 3);
    for (unsigned h = 2; h < sites; h++) assert_false(c->r.job[h].joint.is_delivered);
    tear_down_columns(c);
    free(c);
  }
}

static void expect(const struct run *r, unsigned at, const char *purpose, uint64_t to, size_t rows, size_t cols) {
  for (unsigned i = 0; i < r->sites; i++) {
    const struct listed *l = &r->listed[i][at];
    assert_true(at < r->n_listed[i]);
    assert_string_equal(l->purpose, purpose);
    assert_true(l->to.bits == to && l->shape.rows == rows && l->shape.cols == cols);
  }
}

static void what_opens_and_nothing_else(void **state) {
  (void)state;
  struct parties parties = {.n = 3, .dealer = true, .seed = 7};
  struct cut *c = typical_cut(3, 4, "");
  set_up_columns(c, &parties, by_order, 7, 2);
  parties_run_ok(&parties, body, &c->r, NULL);
  expect(&c->r, 0, "p: rows of each hospital", 7, 1, 3);
  expect(&c->r, 1, "p: whether the small-count rules hold", 7, 3, 1);
  expect(&c->r, 2, "p: rows complete at all hospitals", 7, 1, 1);
  expect(&c->r, 3, "p: whether the fit is sound", 7, 4, 1);
  expect(&c->r, 4, "p", 2, 3 + 1 + 10 + 4, 1); /* what all know, events, coefficients and variances, the scores */
  assert_int_equal(c->r.n_listed[0], 5);
  tear_down_columns(c);
  free(c);
}

static void files_of_different_length_are_refused(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 7};
  struct cut *c = typical_cut(2, 3, "");
  set_up_columns(c, &parties, by_order, 7, 3);
  c->own[1].n--;
  parties_run_ok(&parties, body, &c->r, NULL);
  assert_non_null(strstr(c->r.job[0].joint.refusal, "different numbers of rows"));
  assert_string_equal(c->r.job[0].joint.refusal, c->r.job[1].joint.refusal);
  assert_int_equal(c->r.n_listed[0], 1);
  tear_down_columns(c);
  free(c);
}

/* Four hospitals with columns; two of them compute. */
static void hospitals_that_only_give_columns(void **state) {
  (void)state;
  static const unsigned roles[4] = {SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT,
                                    SMPC_INPUT | SMPC_RESULT, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT};
  struct parties parties = {.n = 4, .dealer = true, .seed = 3, .roles = roles};
  struct cut *c = typical_cut(4, 4, "");
  set_up_columns(c, &parties, by_order, 61, 4);
  parties_run_ok(&parties, body, &c->r, NULL);
  check_columns_fit(c, 2, true);
  assert_false(c->r.job[0].joint.is_delivered);
  tear_down_columns(c);
  free(c);
}

/* --- names ---------------------------------------------------------------------------- */

static void names_are_resolved_or_refused(void **state) {
  (void)state;
  static const char *const words[] = {"", "\"nobody\" is not in parties.yaml", "\"h1\" has no role `input`",
                                      "\"h2\" has the role `input`, and no column", "all columns are of one hospital",
                                      "\"h1\" is matched by key, so it needs the role `compute`"};
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
    struct model m = {.split = MODEL_COLUMNS, .match = i == 5 ? MODEL_BY_KEY : MODEL_BY_ORDER, .n_predictors = 2,
                      .party = {"h0", i == 4 ? "h0" : "h1", i == 1 ? "nobody" : "h0"}};
    smpc_config cfg = SMPC_CONFIG_INIT;
    struct fit_job job = {.joint = {.cfg = &cfg, .roles = {.inputs = {i == 3 ? 7 : i == 4 ? 1 : 3}, .n_inputs = 2}}, .model = &m};
    char text[300] = "";
    cfg.parties = 3;
    for (unsigned h = 0; h < 3; h++) {
      snprintf(cfg.member[h].name, sizeof cfg.member[h].name, "h%u", h);
      cfg.member[h].roles =
          (job.joint.roles.inputs.bits >> h & 1 ? SMPC_INPUT : 0) | (i == 5 && h == 1 ? 0 : SMPC_COMPUTE);
    }
    if (i == 2) cfg.member[1].roles = SMPC_COMPUTE;
    bool good = columns_resolve(&job, text, sizeof text);
    if (good != (i == 0) || strstr(text, words[i]) == NULL) fail_msg("%u: '%s'", i, text);
    if (good) assert_true(job.owner[0] == 0 && job.owner[1] == 1 && job.owner[2] == 0);
  }
}

/* --- rules ------------------------------------------------------------------------------ */

/* Predictor 1 (of hospital 1) becomes binary with `ones` rows of 1, all of them events or not. */
static void make_binary(struct cut *c, size_t ones) {
  struct own_columns *o = &c->own[1];
  for (size_t i = 0, left = ones; i < c->rows; i++) {
    bool is_one = left > 0 && c->r.pooled.y[i] > 0;
    o->x[i * o->k] = is_one ? 0.125 : 0;
    left -= is_one;
  }
  o->binary[0] = 1;
}

static void small_counts_are_refused_before_anything_opens(void **state) {
  (void)state;
  static const struct { const char *more, *words; bool binary, few; } all[] = {
      {"    minimum_events: 200\n", "too few events", false, false},
      {"", "a binary predictor has fewer than 3 rows", true, false},
      {"", "fewer than 3 rows are complete at all hospitals", false, true}};
  for (unsigned i = 0; i < 3; i++) {
    struct parties parties = {.n = 2, .dealer = true, .seed = 7};
    struct cut *c = typical_cut(2, 3, all[i].more);
    set_up_columns(c, &parties, by_order, 7, 3);
    if (all[i].binary) make_binary(c, 40);
    for (size_t row = 2; row < c->rows && all[i].few; row++) c->own[0].complete[row] = 0;
    parties_run_ok(&parties, body, &c->r, NULL);
    if (strstr(c->r.job[0].joint.refusal, all[i].words) == NULL) fail_msg("%u: '%s'", i, c->r.job[0].joint.refusal);
    assert_string_equal(c->r.job[0].joint.refusal, c->r.job[1].joint.refusal);
    assert_int_equal(c->r.n_listed[0], 2); /* rows, rules: not how many match */
    tear_down_columns(c);
    free(c);
  }
}

/* --- by key ----------------------------------------------------------------------------- */

/* Hospital h has rows h * 20 up to the end less (1 - h) * 30, in another order. */
static void shuffle(struct cut *c, unsigned h, uint64_t seed) {
  struct own_columns *o = &c->own[h];
  size_t first = h * 20, n = c->rows - first - (h == 0 ? 30 : 0);
  memmove(o->x, o->x + first * o->k, n * o->k * sizeof *o->x);
  memmove(o->y, o->y + first, n * sizeof *o->y);
  o->n = n;
  o->at = calloc(n + 1, sizeof *o->at);
  o->len = calloc(n + 1, sizeof *o->len);
  for (size_t i = 0; i < n; i++) {
    snprintf(c->keys[h][i], sizeof c->keys[h][i], "person %zu", first + i);
    o->at[i] = c->keys[h][i];
    o->len[i] = strlen(c->keys[h][i]);
  }
  for (size_t i = n; i-- > 1;) {
    size_t j = test_random(&seed) % (i + 1);
    const void *key = o->at[i];
    size_t len = o->len[i];
    int64_t y = o->y[i];
    o->at[i] = o->at[j], o->at[j] = key;
    o->len[i] = o->len[j], o->len[j] = len;
    o->y[i] = o->y[j], o->y[j] = y;
    for (unsigned k = 0; k < o->k; k++) {
      double x = o->x[i * o->k + k];
      o->x[i * o->k + k] = o->x[j * o->k + k];
      o->x[j * o->k + k] = x;
    }
  }
  o->items = (smpc_items){.n = n, .item = o->at, .len = o->len};
}

static size_t last_row;
static bool in_the_middle(size_t row) { return row >= 20 && row < last_row; }
static bool in_all_three(size_t row) { return row >= 40 && row < last_row; }

static void shuffled_files_are_matched_by_key(void **state) {
  (void)state;
  for (unsigned sites = 2; sites <= 3; sites++) {
    struct parties parties = {.n = sites, .dealer = true, .seed = sites};
    struct cut *c = typical_cut(sites, 4, "");
    set_up_columns(c, &parties, by_key, 90 + sites, 1);
    last_row = c->rows - 30;
    for (unsigned h = 0; h < sites; h++) shuffle(c, h, h + 1);
    keep_rows(&c->r.pooled, sites == 2 ? in_the_middle : in_all_three);
    parties_run_ok(&parties, body, &c->r, NULL);
    check_columns_fit(c, 0, true);
    assert_false(c->r.job[1].joint.is_delivered);
    expect(&c->r, 0, "p: whether the small-count rules hold", (1u << sites) - 1, 3, 1);
    expect(&c->r, 1, "p: rows complete at all hospitals", (1u << sites) - 1, 1, 1);
    assert_int_equal(c->r.n_listed[0], 4);
    tear_down_columns(c);
    free(c);
  }
}

static void too_few_matches_are_not_told(void **state) {
  (void)state;
  struct parties parties = {.n = 2, .dealer = true, .seed = 4};
  struct cut *c = typical_cut(2, 3, "");
  c->r.rows = 120;
  set_up_columns(c, &parties, by_key, 90, 3);
  for (unsigned h = 0; h < 2; h++) shuffle(c, h, h + 1);
  for (size_t i = 0; i < c->own[1].n; i++) c->keys[1][i][0] = 'P'; /* all of them others */
  parties_run_ok(&parties, body, &c->r, NULL);
  assert_non_null(strstr(c->r.job[0].joint.refusal, "fewer than 3 rows"));
  assert_int_equal(c->r.n_listed[0], 1);
  tear_down_columns(c);
  free(c);
}

/* --- costs ------------------------------------------------------------------------------- */

static void the_estimate_knows_rounds_and_ranges(void **state) {
  (void)state;
  static const char *const how[] = {by_order, by_key};
  for (unsigned i = 0; i < 2; i++) {
    struct parties parties = {.n = 2, .dealer = true, .seed = 5};
    struct parties_result result;
    struct cut *c = typical_cut(2, 4, "    iterations: 6\n");
    smpc_cost cost;
    set_up_columns(c, &parties, how[i], 5, 1);
    for (unsigned h = 0; h < 2 && i == 1; h++) shuffle(c, h, h + 1);
    struct fit_job dry = c->r.job[0];
    dry.joint.estimating = true;
    assert_int_equal(smpc_estimate(&c->r.cfg[0], fit_program, &dry, &cost), SMPC_OK);
    joint_free(&dry.joint);
    assert_int_equal(cost.range_warnings, 0);
    parties_run_ok(&parties, body, &c->r, &result);
    assert_true(c->r.job[0].joint.is_delivered);
    if (i == 0) assert_int_equal(cost.rounds, result.spent[0].rounds);
    tear_down_columns(c);
    free(c);
  }
}

TEST_MAIN(T(files_with_the_same_rows), T(what_opens_and_nothing_else), T(files_of_different_length_are_refused),
          T(hospitals_that_only_give_columns), T(names_are_resolved_or_refused),
          T(small_counts_are_refused_before_anything_opens), T(shuffled_files_are_matched_by_key),
          T(too_few_matches_are_not_told), T(the_estimate_knows_rounds_and_ranges))
