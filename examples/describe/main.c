/* smpc-describe - descriptive statistics of the rows of several hospitals.
 *
 * usage  smpc-describe --question question.yaml [--config party.yaml] [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  The rows
 * never leave a hospital; what opens, and to whom, is printed with the result, or
 * before anything happens by --dry-run.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy or by
 *        the small-count rules   6 cheating   7 machine   99 bug
 */
#include <smpc_study.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "describe_report.h"
#include "party_file.h"

static const char doc[] = "Counts, means, variances, correlations, quantiles and tests on the rows of several hospitals; no row "
                          "leaves a hospital.\vEvery party runs this with its own party.yaml and the same question.yaml.";

struct run {
  struct cli_options options;
  smpc_config cfg;
  struct ask *ask;
  struct desc_sums own;
  struct desc_job job;
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
  struct desc_opening o;
  enum cli_exit code = CLI_DONE;
  for (unsigned i = 0; i < DESC_OPENINGS && code == CLI_DONE; i++)
    if (desc_opening(&o, &r->job, (enum desc_which)i)) code = cli_allowed(&r->cfg, o.purpose);
  return code;
}

/* All must be told whether the rules hold. */
static enum cli_exit find_everybody(struct run *r) {
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

static enum cli_exit read_agreed(struct run *r) {
  char text[600];
  struct data_fault fault = {0};
  const char *file = r->options.study != NULL ? r->options.study : r->options.question;
  if (file == NULL) return cli_error("--question FILE or --study FILE is needed"), CLI_USAGE;
  if (!ask_load(&r->ask, file, r->options.ask, text, sizeof text)) return input_error(text);
  enum cli_exit code = data_error(data_check(&r->ask->base.data, &fault), &fault);
  if (code == CLI_DONE) code = cli_config(&r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  if (r->options.study == NULL) memcpy(r->cfg.question, r->ask->base.digest, sizeof r->cfg.question);
  if (r->cfg.member[r->cfg.me.id].roles & SMPC_DEAL) return input_error("this party is the dealer: run smpc-dealer");
  if (!question_resolve(&r->job.roles, &r->ask->base, &r->cfg, text, sizeof text)) return input_error(text);
  if (r->job.roles.n_inputs < 2) return input_error("joint statistics need two parties with data");
  r->job.ask = r->ask;
  r->job.cfg = &r->cfg;
  code = find_everybody(r);
  return code == CLI_DONE ? allowed(r) : code;
}

static enum cli_exit prepare(struct run *r) {
  r->job.place = calloc((size_t)r->ask->n_variables * r->ask->n_ranks + 1, sizeof *r->job.place);
  if (r->job.place != NULL && desc_sums_new(&r->job.all, r->ask) && desc_sums_new(&r->own, r->ask)) return CLI_DONE;
  cli_error("out of memory");
  return CLI_MACHINE;
}

/* What this hospital puts in. */
static enum cli_exit read_own(struct run *r) {
  struct data_config *c = NULL;
  struct data *d = NULL;
  struct data_rows rows = {0};
  struct data_fault fault = {0};
  struct data_report seen = {0};
  char text[400];
  int code = party_file_load(&c, r->options.config, r->options.data, &fault);
  if (code == 0) code = data_open(&d, c, &fault);
  party_file_free(c);
  if (code == 0) code = data_rows(d, &rows, &seen, &r->ask->base.data, &fault);
  data_close(d);
  if (code != 0) return data_error(code, &fault);
  bool good = desc_sums_of(&r->own, &rows, r->ask, text, sizeof text);
  data_rows_free(&rows);
  if (!good) return input_error(text);
  r->job.mine = &r->own;
  r->rows = (uint64_t)seen.rows;
  cli_note(&r->options, "own data: %lld rows read, %lld complete cases used, %lld left out for missing values",
           (long long)seen.rows, (long long)seen.cohort, (long long)seen.missing);
  return CLI_DONE;
}

static enum cli_exit dry_run(struct run *r) {
  smpc_cost cost;
  struct cli_output out;
  r->job.estimating = true;
  smpc_err err = smpc_estimate(&r->cfg, desc_program, &r->job, &cost);
  if (err != SMPC_OK) return cli_error("the cost cannot be estimated: %s", smpc_strerror(err)), cli_exit_of(err);
  enum cli_exit code = cli_output_begin(&out, &r->options);
  if (code != CLI_DONE) return code;
  desc_plan(out.file, &r->job, &cost);
  return cli_output_end(&out, true);
}

static enum cli_exit describe_jointly(struct run *r) {
  smpc_session *s = NULL;
  enum cli_exit code = cli_open(&s, &r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  r->job.err = smpc_journal_rows(s, r->rows);
  if (r->job.err == SMPC_OK) desc_program(s, &r->job);
  if (r->job.err == SMPC_OK) smpc_journal_suppressed(s, r->job.refusal[0] != 0 ? r->job.all.n : 0);
  code = cli_close(s);
  if (code == CLI_DONE && r->job.err != SMPC_OK) {
    cli_error("%s", smpc_strerror(r->job.err));
    code = cli_exit_of(r->job.err);
  }
  if (code != CLI_DONE || r->job.refusal[0] == 0) return code;
  cli_error("no statistics: %s", r->job.refusal);
  return CLI_POLICY;
}

/* Nothing is written unless all of it succeeds. */
static enum cli_exit run(struct run *r) {
  struct cli_output out;
  enum cli_exit code = cli_output_begin(&out, &r->options);
  if (code != CLI_DONE) return code;
  if (desc_is_in(r->job.roles.inputs, r->cfg.me.id)) code = read_own(r);
  if (code == CLI_DONE) code = describe_jointly(r);
  if (code == CLI_DONE && !desc_report(out.file, &r->job, r->options.format)) code = CLI_MACHINE;
  enum cli_exit written = cli_output_end(&out, code == CLI_DONE);
  return code == CLI_DONE ? written : code;
}

int main(int argc, char **argv) {
  struct run r = {.cfg = SMPC_CONFIG_INIT};
  cli_parse(&r.options, argc, argv, doc, &cli_result, &r.options);
  enum cli_exit code = read_agreed(&r);
  if (code == CLI_DONE) code = prepare(&r);
  if (code == CLI_DONE) code = r.options.dry_run ? dry_run(&r) : run(&r);
  desc_sums_free(&r.own);
  desc_sums_free(&r.job.all);
  free(r.job.place);
  ask_free(r.ask);
  return (int)code;
}
