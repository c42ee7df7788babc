/* fit_run.c - see fit_run.h. */
#include "fit_run.h"

/* --- generated data: normal columns with correlation 1/2 to the one before, and a
 * logistic outcome; SplitMix64 from the seed ----------------------------------------- */

static double uniform(uint64_t *state) { return (double)(test_random(state) >> 11) * 0x1p-53; }

static double normal(uint64_t *state) {
  double sum = -6;
  for (int i = 0; i < 12; i++) sum += uniform(state);
  return sum;
}

static void make_question(struct run *r) {
  char text[4096], message[300];
  FILE *f = fmemopen(text, sizeof text, "w");
  fprintf(f,
          "study: {title: t, purpose: p}\nquestions:\n  - name: q\n    program: logistic-regression\n"
          "    privacy: %s\n    recipients: [x]\n    minimum_cell: 3\n    columns: [{name: y, type: number}]\n"
          "    outcome: y\n%s    predictors:\n",
          r->privacy, r->more);
  for (unsigned j = 1; j <= r->k; j++) fprintf(f, "      - {name: x%u, expression: y, range: 3}\n", j);
  fclose(f);
  if (!model_parse(&r->model, "q", text, strlen(text), message, sizeof message)) fail_msg("%s", message);
}

static void make_rows(struct run *r, uint64_t seed) {
  char message[300];
  size_t cols = r->k + 1;
  struct data_rows rows[SITES + 1] = {{0}};
  for (unsigned i = 0; i <= r->sites; i++)
    rows[i] = (struct data_rows){.cols = cols, .v = calloc(r->rows * cols, sizeof(double))};
  for (size_t i = 0; i < r->rows; i++) {
    double v[MAX_P + 1], eta = r->beta[0];
    for (unsigned j = 1; j <= r->k; j++) {
      v[j] = normal(&seed) * (j > 1 ? sqrt(0.75) : 1) + (j > 1 ? v[j - 1] / 2 : 0);
      eta += r->beta[j] * v[j];
    }
    v[0] = uniform(&seed) < 1 / (1 + exp(-eta));
    unsigned site = (unsigned)(test_random(&seed) % (r->sites + 1)) % r->sites; /* unequal */
    memcpy(rows[site].v + rows[site].n++ * cols, v, cols * sizeof *v);
    memcpy(rows[r->sites].v + rows[r->sites].n++ * cols, v, cols * sizeof *v);
  }
  for (unsigned i = 0; i <= r->sites; i++) {
    struct design *d = i < r->sites ? &r->own[i] : &r->pooled;
    if (!design_make(d, &rows[i], r->model, i % r->sites, r->sites, message, sizeof message)) fail_msg("%s", message);
    free(rows[i].v);
  }
}

void set_up(struct run *r, const struct parties *parties, uint64_t seed, uint64_t recipients) {
  uint8_t secret[32];
  make_question(r);
  make_rows(r, seed);
  for (unsigned i = 0; i < r->sites; i++) {
    uint64_t all = (UINT64_C(1) << r->sites) - 1;
    parties_config(&r->cfg[i], secret, parties, i);
    r->job[i] = (struct fit_job){.model = r->model, .mine = &r->own[i]};
    r->job[i].joint =
        (struct joint){.cfg = &r->cfg[i], .purpose = "p", .roles = {{recipients}, {all}, r->sites}, .everybody = {all}};
    r->job[i].fit =
        (struct fit){.p = r->k + 1, .beta = r->result[i], .se = r->result[i] + MAX_P, .log_likelihood = NAN};
  }
}

void tear_down(struct run *r) {
  for (unsigned i = 0; i < r->sites; i++) {
    design_free(&r->own[i]);
    joint_free(&r->job[i].joint);
  }
  design_free(&r->pooled);
  model_free(r->model);
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

void body(struct smpc_session *s, unsigned me, void *ctx) {
  struct run *r = ctx;
  struct witness w = {r, me};
  s->watch = note;
  s->watch_user = &w;
  fit_program(s, &r->job[me]);
  s->watch = NULL;
}

/* --- the pooled fit in the clear ------------------------------------------------------- */

static double pairs_in_order(const struct design *d, const double *beta) {
  double won = 0, pairs = 0;
  for (size_t i = 0; i < d->n; i++)
    for (size_t j = 0; d->y[i] > 0 && j < d->n; j++) {
      if (d->y[j] > 0) continue;
      double a = design_score(d, i, beta), b = design_score(d, j, beta);
      won += a > b ? 1 : a == b ? 0.5 : 0;
      pairs++;
    }
  return won / pairs;
}

static double variance(const struct design *d, size_t j) {
  double sum = 0, squares = 0, n = (double)d->n;
  for (size_t i = 0; i < d->n; i++) {
    double x = d->x[i * d->p + j];
    sum += x;
    squares += x * x;
  }
  return squares / n - sum / n * (sum / n);
}

struct clear fit_clear(const struct design *d, double ridge) {
  struct clear c = {0};
  double g[MAX_P], h[MAX_P * MAX_P], inverse[MAX_P * MAX_P];
  struct sums sums = {g, h, 0};
  for (int i = 0; i < 20; i++) {
    design_sums(d, c.beta, &sums);
    for (size_t j = 1; j < d->p; j++) {
      g[j] -= ridge * variance(d, j) * c.beta[j];
      h[j * (d->p + 1)] += ridge * variance(d, j);
    }
    assert_int_equal(cholesky(h, d->p), d->p);
    cholesky_solve(h, g, d->p);
    for (size_t j = 0; j < d->p; j++) c.beta[j] += g[j];
  }
  cholesky_inverse(h, inverse, d->p);
  c.auc = pairs_in_order(d, c.beta);
  c.log_likelihood = sums.log_likelihood;
  for (size_t j = 0; j < d->p; j++) {
    c.se[j] = ldexp(sqrt(inverse[j * (d->p + 1)]), j > 0 ? -3 : 0);
    c.beta[j] = ldexp(c.beta[j], j > 0 ? -3 : 0);
  }
  return c;
}

void check(const struct run *r, unsigned party, double of_beta, double of_se) {
  struct clear c = fit_clear(&r->pooled, r->model->ridge);
  const struct fit *f = &r->job[party].fit;
  if (r->job[party].joint.refusal[0]) fail_msg("refused: %s", r->job[party].joint.refusal);
  assert_true(r->job[party].joint.is_delivered);
  for (unsigned j = 0; j <= r->k; j++) { /* the columns have variance 1 */
    if (!(fabs(f->beta[j] - c.beta[j]) <= of_beta)) fail_msg("%u: %.9g instead of %.9g", j, f->beta[j], c.beta[j]);
    if (!(fabs(f->se[j] / c.se[j] - 1) <= of_se)) fail_msg("%u: error %.9g instead of %.9g", j, f->se[j], c.se[j]);
    assert_int_equal(normal_tail(f->beta[j] / f->se[j]) < 0.05, normal_tail(c.beta[j] / c.se[j]) < 0.05);
  }
  assert_int_equal(f->n, r->rows);
  assert_true(fabs(f->auc - c.auc) < 0.002 && fabs(f->auc - c.auc) <= f->auc_error + 1e-4);
  assert_true(fabs(f->log_likelihood / c.log_likelihood - 1) < 1e-5);
}

struct run typical(unsigned sites, const char *privacy) {
  return (struct run){.sites = sites, .k = 3, .rows = 700, .beta = {-0.4, 0.9, -0.6, 0.05}, .privacy = privacy,
                      .more = "    site_level: accepted\n"};
}

void fit_and_check(struct run *r, uint64_t seed, double of_beta, double of_se) {
  struct parties parties = {.n = r->sites, .dealer = true, .seed = seed};
  set_up(r, &parties, seed, (UINT64_C(1) << r->sites) - 1);
  parties_run_ok(&parties, body, r, NULL);
  for (unsigned i = 0; i < r->sites; i++) assert_int_equal(r->job[i].joint.err, SMPC_OK);
  check(r, 0, of_beta, of_se);
  check(r, r->sites - 1, of_beta, of_se);
  tear_down(r);
}

