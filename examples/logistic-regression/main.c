/* smpc-logistic-regression - one model on the rows of several hospitals.
 *
 * usage  smpc-logistic-regression --question question.yaml [--config party.yaml] [...]
 *        smpc-logistic-regression --score model.json --question question.yaml [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  The rows
 * never leave a hospital; what opens, and to whom, is printed with the result, or
 * before anything happens by --dry-run.  With --score it runs alone, without a network: it adds
 * the probability by a fitted model to its own rows.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy or by
 *        the small-count rules   6 cheating   7 machine   99 bug
 */
#include <math.h>
#include <smpc_study.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "columns.h"
#include "data.h"
#include "fit_report.h"
#include "party_file.h"
#include "program.h"
#include "score.h"

static const char doc[] = "Fit one logistic regression on the rows of several hospitals; no row leaves a hospital.\v"
                          "Every party runs this with its own party.yaml and the same question.yaml.";

struct run {
  struct cli_options options;
  const char *score; /* a model */
  smpc_config cfg;
  struct model *model;
  struct design own;
  struct own_columns columns;
  struct fit_job job;
  uint64_t rows; /* read */
};

static enum cli_exit input_error(const char *text) {
  cli_error("%s", text);
  return CLI_INPUT;
}

static enum cli_exit data_error(int code, const struct data_fault *f) {
  if (code != 0) cli_error("%s", f->text);
  return (enum cli_exit)code;
}

static enum cli_exit allowed(const struct run *r) {
  struct fit_opening o;
  enum cli_exit code = CLI_DONE;
  for (unsigned i = 0; i < FIT_OPENINGS && code == CLI_DONE; i++)
    if (fit_opening(&o, &r->job, (enum fit_which)i)) code = cli_allowed(&r->cfg, o.purpose);
  return code;
}

/* What can be refused before anybody is asked. */
static enum cli_exit check_parties(const struct run *r) {
  const struct model *m = r->model;
  if (m->privacy == MODEL_AGGREGATES && r->job.roles.n_inputs == 2 && !m->site_level) {
    cli_error("with two parties with data each learns the other's sums exactly: take `privacy: model-only`, or accept it by "
              "`site_level: accepted`");
    return CLI_POLICY;
  }
  if (r->job.roles.n_inputs >= 2) return CLI_DONE;
  return input_error("a joint fit needs two parties with data");
}

static enum cli_exit read_agreed(struct run *r) {
  char text[600];
  struct data_fault fault = {0};
  const char *file = r->options.study != NULL ? r->options.study : r->options.question;
  if (file == NULL) return cli_error("--question FILE or --study FILE is needed"), CLI_USAGE;
  if (!model_load(&r->model, file, r->options.ask, text, sizeof text)) return input_error(text);
  enum cli_exit code = data_error(data_check(&r->model->base.data, &fault), &fault);
  if (code == CLI_DONE) code = cli_config(&r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  if (r->options.study == NULL) memcpy(r->cfg.question, r->model->base.digest, sizeof r->cfg.question);
  if (r->cfg.member[r->cfg.me.id].roles & SMPC_DEAL) return input_error("this party is the dealer: run smpc-dealer");
  if (!question_resolve(&r->job.roles, &r->model->base, &r->cfg, text, sizeof text)) return input_error(text);
  r->job.model = r->model;
  r->job.cfg = &r->cfg;
  if (r->model->split == MODEL_COLUMNS && !columns_resolve(&r->job, text, sizeof text)) return input_error(text);
  if (r->model->split == MODEL_COLUMNS && r->score != NULL)
    return input_error("--score: the question's columns are of several hospitals: none can score its rows alone");
  if (r->score != NULL) return CLI_DONE;
  code = check_parties(r);
  return code == CLI_DONE ? allowed(r) : code;
}

static enum cli_exit prepare(struct run *r) {
  struct fit *f = &r->job.fit;
  f->p = design_coefficients(r->model, r->job.roles.n_inputs);
  f->beta = calloc(2 * f->p, sizeof *f->beta);
  f->se = f->beta + f->p;
  f->log_likelihood = f->accuracy = f->auc = f->auc_error = NAN;
  if (f->beta == NULL) return cli_error("out of memory"), CLI_MACHINE;
  if (r->score != NULL) return CLI_DONE;
  for (unsigned i = 0; i < r->cfg.parties; i++) {
    if (r->cfg.member[i].roles & SMPC_DEAL) continue;
    r->job.everybody = smpc_and(r->job.everybody, smpc_p(i));
    if (r->cfg.member[i].roles & SMPC_RESULT) continue;
    cli_error("%s has no role `result` in parties.yaml: all parties must learn whether the rules hold, to go on or stop",
              r->cfg.member[i].name);
    return CLI_INPUT;
  }
  return CLI_DONE;
}

static int open_data(struct data **d, const struct run *r, struct data_fault *f) {
  struct data_config *c = NULL;
  int code = party_file_load(&c, r->options.config, r->options.data, f);
  if (code == 0) code = data_open(d, c, f);
  party_file_free(c);
  return code;
}

static enum cli_exit read_columns(struct run *r) {
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = open_data(&d, r, &fault);
  if (code == 0) code = columns_read(&r->columns, &r->job, d, &seen, &fault);
  data_close(d);
  if (code != 0) return data_error(code, &fault);
  r->job.columns = &r->columns;
  r->rows = (uint64_t)seen.rows;
  cli_note(&r->options, "own data: %lld rows read, %lld complete, %zu %s", (long long)seen.rows, (long long)seen.cohort, r->columns.n,
           r->model->match == MODEL_BY_KEY ? "of them with a key, to be matched" : "rows to be put beside the others'");
  return CLI_DONE;
}

/* What this hospital puts in. */
static enum cli_exit read_own(struct run *r) {
  if (r->model->split == MODEL_COLUMNS) return read_columns(r);
  struct data *d = NULL;
  struct data_rows rows = {0};
  struct data_fault fault = {0};
  struct data_report seen = {0};
  char text[400];
  int code = open_data(&d, r, &fault);
  if (code == 0) code = data_rows(d, &rows, &seen, &r->model->base.data, &fault);
  data_close(d);
  if (code != 0) return data_error(code, &fault);
  bool good = design_make(&r->own, &rows, r->model, fit_site(&r->job, r->cfg.me.id), r->job.roles.n_inputs, text, sizeof text);
  data_rows_free(&rows);
  if (!good) return input_error(text);
  r->job.mine = &r->own;
  r->rows = (uint64_t)seen.rows;
  cli_note(&r->options, "own data: %lld rows read, %lld complete cases used, %lld left out for missing values",
           (long long)seen.rows, (long long)seen.cohort, (long long)seen.missing);
  return CLI_DONE;
}

/* Alone: no network. */
static enum cli_exit score_own(struct run *r, struct cli_output *out) {
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = score_model(&r->job, r->score, &fault);
  if (code == 0) code = open_data(&d, r, &fault);
  if (code == 0) code = score_rows(out->file, &r->job, d, &seen, &fault);
  data_close(d);
  if (code == 0)
    cli_note(&r->options, "own data: %lld rows, %lld with a probability, %lld without for missing values", (long long)seen.rows,
             (long long)seen.cohort, (long long)seen.missing);
  return data_error(code, &fault);
}

static enum cli_exit dry_run(struct run *r) {
  smpc_cost cost;
  struct cli_output out;
  r->job.estimating = true;
  smpc_err err = smpc_estimate(&r->cfg, fit_program, &r->job, &cost);
  if (err != SMPC_OK) return cli_error("the cost cannot be estimated: %s", smpc_strerror(err)), cli_exit_of(err);
  enum cli_exit code = cli_output_begin(&out, &r->options);
  if (code != CLI_DONE) return code;
  fit_plan(out.file, &r->job, &cost);
  return cli_output_end(&out, true);
}

/* The session: nothing is written unless all of it succeeds. */
static enum cli_exit fit_jointly(struct run *r) {
  smpc_session *s = NULL;
  enum cli_exit code = cli_open(&s, &r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  r->job.err = smpc_journal_rows(s, r->rows);
  if (r->job.err == SMPC_OK) fit_program(s, &r->job);
  if (r->job.err == SMPC_OK) smpc_journal_suppressed(s, r->job.refusal[0] != 0 ? r->job.fit.p : 0);
  code = cli_close(s);
  if (code == CLI_DONE && r->job.err != SMPC_OK) {
    cli_error("%s", smpc_strerror(r->job.err));
    code = cli_exit_of(r->job.err);
  }
  if (code != CLI_DONE || r->job.refusal[0] == 0) return code;
  cli_error("no model: %s", r->job.refusal);
  return CLI_POLICY;
}

static enum cli_exit run(struct run *r, struct cli_output *out) {
  if (r->score != NULL) return score_own(r, out);
  enum cli_exit code = fit_is_in(r->job.roles.inputs, r->cfg.me.id) ? read_own(r) : CLI_DONE;
  if (code == CLI_DONE) code = fit_jointly(r);
  if (code == CLI_DONE && !fit_report(out->file, &r->job, r->options.format)) code = CLI_MACHINE;
  return code;
}

enum { SCORE = 0x2000 };

static const struct argp_option options[] = {
    {"score", SCORE, "MODEL", 0, "write my rows with their probability by this model (of --json), alone, and stop", 2}, {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct run *r = state->input;
  if (key == ARGP_KEY_INIT) state->child_inputs[0] = &r->options;
  else if (key == SCORE) r->score = arg;
  else if (key == ARGP_KEY_END && r->score != NULL && (r->options.dry_run || r->options.format != CLI_TABLE))
    argp_error(state, "--score writes CSV and nothing else: leave --dry-run, --json and --csv out");
  else return ARGP_ERR_UNKNOWN;
  return 0;
}

int main(int argc, char **argv) {
  static const struct argp_child children[] = {{&cli_result, 0, NULL, 0}, {0}};
  static const struct argp more = {options, parse_option, NULL, NULL, children, NULL, NULL};
  struct run r = {.cfg = SMPC_CONFIG_INIT};
  struct cli_output out;
  cli_parse(&r.options, argc, argv, doc, &more, &r);
  enum cli_exit code = read_agreed(&r);
  if (code == CLI_DONE) code = prepare(&r);
  if (code == CLI_DONE && r.options.dry_run) {
    code = dry_run(&r);
  } else if (code == CLI_DONE && (code = cli_output_begin(&out, &r.options)) == CLI_DONE) {
    code = run(&r, &out);
    enum cli_exit written = cli_output_end(&out, code == CLI_DONE);
    if (code == CLI_DONE) code = written;
  }
  design_free(&r.own);
  columns_free(&r.columns);
  free(r.job.fit.beta);
  model_free(r.model);
  return (int)code;
}
