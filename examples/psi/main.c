/* smpc-psi - which keys several parties all have, how many, how many different ones, or a sum over them.
 *
 * usage  smpc-psi --question question.yaml [--config party.yaml] [--csv | --json] [--unmatched] [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  The columns
 * that the question names are normalised and joined to a key for each row; the keys
 * of the owners meet blinded, and only the recipients learn the result.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy
 *        6 cheating   7 machine   99 bug; nothing has been opened unless it is 0 or 7
 */
#include <smpc_study.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "party_file.h"
#include "psi_plan.h"
#include "psi_report.h"
#include "question.h"

static const char doc[] = "Find the keys that several parties all have, how many they are, how many different ones there are, or the sum of a "
                          "column over them, without showing the others.\v"
                          "Every party runs this with its own party.yaml and the same question.yaml.  Read "
                          "docs/psi.md first: it says what no protocol can prevent.";

struct more { bool with_unmatched; };

struct run {
  struct cli_options options;
  struct more more;
  smpc_config cfg;
  struct psi_question *question;
  struct psi_ask ask;
  struct psi_rows *rows; /* NULL: no owner */
  uint8_t *matched;
  struct psi_outcome outcome;
  smpc_err err;
};

static enum cli_exit input_error(const char *text) {
  cli_error("%s", text);
  return CLI_INPUT;
}

/* Configuration and question: everything that all parties know. */
static enum cli_exit read_agreed(struct run *r) {
  char text[600];
  const char *path = r->options.study != NULL ? r->options.study : r->options.question;
  if (path == NULL) return cli_error("--question FILE or --study FILE is needed"), CLI_USAGE;
  if (!psi_question_load(&r->question, path, r->options.ask, text, sizeof text)) return input_error(text);
  enum cli_exit code = cli_config(&r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  if (r->options.study == NULL) memcpy(r->cfg.question, r->question->digest, sizeof r->cfg.question);
  if (r->cfg.member[r->cfg.me.id].roles & SMPC_DEAL) return input_error("this party is the dealer: run smpc-dealer");
  if (!psi_question_resolve(&r->ask, r->question, &r->cfg, text, sizeof text)) return input_error(text);
  return psi_plan_allowed(&r->cfg, r->question);
}

/* My rows and their keys. */
static enum cli_exit read_rows(struct run *r) {
  struct data_config *c = NULL;
  struct data_fault fault = {0};
  int code = party_file_load(&c, r->options.config, r->options.data, &fault);
  if (code == 0) code = psi_rows_open(&r->rows, c, r->question, r->ask.am_summed, &fault);
  party_file_free(c);
  if (code != 0) return cli_error("%s", fault.text), (enum cli_exit)code;
  const struct psi_tally *t = psi_rows_tally(r->rows);
  cli_note(&r->options, "own data: %llu rows, %llu without a key (%llu empty, %llu not valid)",
           (unsigned long long)t->rows, (unsigned long long)(t->empty + t->invalid), (unsigned long long)t->empty,
           (unsigned long long)t->invalid);
  r->matched = calloc(psi_rows_items(r->rows)->n + 1, 1);
  return r->matched != NULL ? CLI_DONE : (cli_error("out of memory"), CLI_MACHINE);
}

static void sum(smpc_session *s, struct run *r) {
  struct psi_outcome *o = &r->outcome;
  smpc_psi_totals totals = {0};
  smpc_psi_rows mine = {0};
  bool is_whole = r->question->numbers == PSI_WHOLE;
  if (r->rows != NULL)
    mine = (smpc_psi_rows){*psi_rows_items(r->rows), psi_rows_decimals(r->rows), psi_rows_wholes(r->rows)};
  r->err = smpc_psi_sum(s, &r->ask.star, r->rows == NULL ? NULL : &mine, r->ask.psi.to, r->question->purpose,
                        r->question->minimum, false, &o->decimal, !is_whole, &o->whole, is_whole, &totals);
  o->result = (smpc_psi_result){.protocol = SMPC_PSI_JOIN, .distinct = totals.distinct, .duplicates = totals.duplicates,
                                .suppressed = totals.suppressed};
  memcpy(o->result.sizes, totals.sizes, sizeof totals.sizes);
}

/* The joint computation: the same text at every party. */
static void program(smpc_session *s, void *user) {
  struct run *r = user;
  const smpc_items *mine = r->rows == NULL ? NULL : psi_rows_items(r->rows);
  smpc_psi_result *result = &r->outcome.result;
  uint64_t count;
  if (r->question->kind == PSI_SUM) sum(s, r);
  else if (r->question->kind == PSI_COUNT) r->err = smpc_psi_count(s, &r->ask.psi, mine, &count, result);
  else if (r->question->kind == PSI_DISTINCT) r->err = smpc_psi_distinct(s, &r->ask.psi, mine, &count, result);
  else r->err = smpc_psi_reveal(s, &r->ask.psi, mine, r->matched, mine == NULL ? 0 : mine->n, result);
}

static enum cli_exit dry_run(struct run *r) {
  struct psi_plan plan = {r->question, &r->cfg, &r->ask, r->rows, {0}, &r->outcome.result};
  struct cli_output out;
  smpc_err err = smpc_estimate(&r->cfg, program, r, &plan.cost);
  if (err != SMPC_OK) return cli_error("the cost cannot be estimated: %s", smpc_strerror(err)), cli_exit_of(err);
  enum cli_exit code = cli_output_begin(&out, &r->options);
  if (code != CLI_DONE) return code;
  psi_plan_print(out.file, &plan);
  return cli_output_end(&out, true);
}

/* The session: nothing is opened unless all of it succeeds. */
static enum cli_exit intersect(struct run *r) {
  smpc_session *s = NULL;
  enum cli_exit code = cli_open(&s, &r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  r->err = smpc_journal_rows(s, r->rows == NULL ? 0 : psi_rows_tally(r->rows)->rows);
  if (r->err == SMPC_OK) program(s, r);
  if (r->err == SMPC_OK && ((r->ask.psi.to.bits >> r->cfg.me.id & 1) || r->outcome.result.suppressed))
    smpc_journal_suppressed(s, r->outcome.result.suppressed);
  code = cli_close(s);
  return code == CLI_DONE && r->err != SMPC_OK ? cli_exit_of(r->err) : code;
}

static enum cli_exit run(struct run *r) {
  struct cli_output out;
  enum cli_exit code = cli_output_begin(&out, &r->options);
  if (code != CLI_DONE) return code;
  code = intersect(r);
  struct psi_report report = {r->question, &r->cfg, &r->ask, r->rows, NULL, &r->outcome, r->more.with_unmatched};
  if (psi_report_delivered(&report) && r->question->kind == PSI_REVEAL && !r->outcome.result.suppressed) report.matched = r->matched;
  if (code == CLI_DONE) code = psi_report_write(out.file, &report, r->options.format);
  enum cli_exit written = cli_output_end(&out, code == CLI_DONE);
  return code == CLI_DONE ? written : code;
}

/* --- the command line -------------------------------------------------------------- */

enum { UNMATCHED = 0x2000 };
static const struct argp_option options[] = {
    {"unmatched", UNMATCHED, NULL, 0, "write the rows that did not match as well", 2}, {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct run *r = state->input;
  (void)arg;
  if (key == ARGP_KEY_INIT) state->child_inputs[0] = &r->options;
  else if (key == UNMATCHED) r->more.with_unmatched = true;
  else return ARGP_ERR_UNKNOWN;
  return 0;
}

int main(int argc, char **argv) {
  static const struct argp_child children[] = {{&cli_result, 0, NULL, 0}, {0}};
  static const struct argp more = {options, parse_option, NULL, NULL, children, NULL, NULL};
  struct run r = {.cfg = SMPC_CONFIG_INIT};
  cli_parse(&r.options, argc, argv, doc, &more, &r);
  enum cli_exit code = read_agreed(&r);
  if (code == CLI_DONE && r.ask.i_own) code = read_rows(&r);
  if (code == CLI_DONE) code = r.options.dry_run ? dry_run(&r) : run(&r);
  psi_rows_close(r.rows);
  free(r.matched);
  psi_question_free(r.question);
  return (int)code;
}
