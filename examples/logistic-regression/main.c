/* smpc-logistic-regression - one model on the rows of several hospitals.
 *
 * usage  smpc-logistic-regression --question question.yaml [--config party.yaml] [...]
 *        smpc-logistic-regression --score model.json --question question.yaml [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  The rows
 * never leave a hospital; what opens, and to whom, is printed with the result, or
 * before anything happens by --dry-run.  With --score it runs alone, without a network: it adds
 * the probability by a fitted model to its own rows.
 * A study may ask for reviewers: then the model is held, and opened by --release.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy or by
 *        the small-count rules   6 cheating   7 machine   8 held for review   99 bug
 */
#include <math.h>
#include <stdlib.h>

#include "columns.h"
#include "fit_report.h"
#include "frame.h"
#include "score.h"

struct run {
  const char *score; /* a model */
  struct model *model;
  struct design own;
  struct own_columns columns;
  struct fit_job job;
};

static bool load(struct frame *f, const char *path, char *text, size_t text_len) {
  struct run *r = f->own;
  bool good = model_load(&r->model, path, f->options.ask, text, text_len);
  r->job.model = r->model;
  if (good) f->question = &r->model->base;
  return good;
}

static const char *refuses(const struct frame *f, const smpc_study_question *q) {
  return model_refuses(((const struct run *)f->own)->model, q);
}

static enum cli_exit check_parties(const struct frame *f) {
  const struct model *m = ((const struct run *)f->own)->model;
  if (m->privacy == MODEL_AGGREGATES && f->joint->roles.n_inputs == 2 && !m->site_level)
    return frame_refuse(f, CLI_POLICY, "with two parties with data each learns the other's sums exactly: take "
                                       "`privacy: model-only`, or accept it by `site_level: accepted`");
  return f->joint->roles.n_inputs >= 2 ? CLI_DONE : frame_refuse(f, CLI_INPUT, "a joint fit needs two parties with data");
}

static enum cli_exit resolve(struct frame *f) {
  struct run *r = f->own;
  char text[600];
  enum cli_exit code = frame_roles(f);
  if (code != CLI_DONE) return code;
  if (r->model->split == MODEL_COLUMNS && !columns_resolve(&r->job, text, sizeof text)) return frame_refuse(f, CLI_INPUT, text);
  if (r->model->split == MODEL_COLUMNS && f->is_alone)
    return frame_refuse(f, CLI_INPUT, "--score: the question's columns are of several hospitals: none can score its rows alone");
  return f->is_alone ? CLI_DONE : check_parties(f);
}

static enum cli_exit prepare(struct frame *f) {
  struct run *r = f->own;
  struct fit *fit = &r->job.fit;
  fit->p = design_coefficients(r->model, f->joint->roles.n_inputs);
  fit->beta = calloc(2 * fit->p, sizeof *fit->beta);
  fit->log_likelihood = fit->accuracy = fit->auc = fit->auc_error = NAN;
  if (fit->beta == NULL) return frame_no_memory();
  fit->se = fit->beta + fit->p;
  fit_method(&r->job);
  return joint_room(f->joint, fit_result_len(&r->job)) ? CLI_DONE : frame_no_memory();
}

static enum cli_exit read_columns(struct frame *f) {
  struct run *r = f->own;
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = frame_open_data(&d, f, &fault);
  if (code == 0) code = columns_read(&r->columns, &r->job, d, &seen, &fault);
  data_close(d);
  if (code != 0) return frame_data(code, &fault);
  r->job.columns = &r->columns;
  f->joint->rows = (uint64_t)seen.rows;
  cli_note(&f->options, "own data: %lld rows read, %lld complete, %zu %s", (long long)seen.rows, (long long)seen.cohort,
           r->columns.n,
           r->model->match == MODEL_BY_KEY ? "of them with a key, to be matched" : "rows to be put beside the others'");
  return CLI_DONE;
}

static enum cli_exit read_own(struct frame *f) {
  struct run *r = f->own;
  struct data_rows rows = {0};
  char text[400];
  if (r->model->split == MODEL_COLUMNS) return read_columns(f);
  enum cli_exit code = frame_read_rows(&rows, f);
  if (code != CLI_DONE) return code;
  bool good = design_make(&r->own, &rows, r->model, fit_site(&r->job, f->cfg.me.id), f->joint->roles.n_inputs, text, sizeof text);
  data_rows_free(&rows);
  if (!good) return cli_error("%s", text), CLI_INPUT;
  r->job.mine = &r->own;
  return CLI_DONE;
}

static enum cli_exit score_own(FILE *out, struct frame *f) {
  struct run *r = f->own;
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = score_model(&r->job, r->score, &fault);
  if (code == 0) code = frame_open_data(&d, f, &fault);
  if (code == 0) code = score_rows(out, &r->job, d, &seen, &fault);
  data_close(d);
  if (code == 0)
    cli_note(&f->options, "own data: %lld rows, %lld with a probability, %lld without for missing values", (long long)seen.rows,
             (long long)seen.cohort, (long long)seen.missing);
  return frame_data(code, &fault);
}

static void plan(FILE *out, const struct frame *f, const smpc_cost *cost) {
  fit_plan(out, &((const struct run *)f->own)->job, cost);
}

static enum cli_exit report(FILE *out, struct frame *f) {
  return fit_report(out, &((const struct run *)f->own)->job, f->options.format) ? CLI_DONE : frame_no_memory();
}

static void release(struct frame *f) {
  struct run *r = f->own;
  design_free(&r->own);
  columns_free(&r->columns);
  free(r->job.fit.beta);
  model_free(r->model);
}

/* --- the command line -------------------------------------------------------------- */

enum { SCORE = 0x2000 };

static const struct argp_option options[] = {
    {"score", SCORE, "MODEL", 0, "write my rows with their probability by this model (of --json), alone, and stop", 2}, {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct frame *f = state->input;
  struct run *r = f->own;
  if (key == ARGP_KEY_INIT) state->child_inputs[0] = &f->options;
  else if (key == SCORE) r->score = arg, f->is_alone = true;
  else if (key == ARGP_KEY_END && f->is_alone && (f->options.dry_run || f->options.format != CLI_TABLE))
    argp_error(state, "--score writes CSV and nothing else: leave --dry-run, --json and --csv out");
  else return ARGP_ERR_UNKNOWN;
  return 0;
}

static const struct argp_child children[] = {{&cli_result, 0, NULL, 0}, {0}};
static const struct argp more = {options, parse_option, NULL, NULL, children, NULL, NULL};

static const struct program logistic_regression = {
    .doc = "Fit one logistic regression on the rows of several hospitals; no row leaves a hospital.\v"
           "Every party runs this with its own party.yaml and the same question.yaml.",
    .more = &more, .none = "no model", .all_learn = true, .n_openings = FIT_OPENINGS, .opening = fit_opening, .load = load,
    .refuses = refuses, .resolve = resolve, .prepare = prepare, .read_own = read_own, .run = fit_program,
    .decode = fit_decode, .plan = plan, .report = report, .alone = score_own, .free = release};

int main(int argc, char **argv) {
  struct run r = {.score = NULL};
  struct frame f = {.program = &logistic_regression, .own = &r, .joint = &r.job.joint};
  return frame_main(&f, argc, argv);
}
