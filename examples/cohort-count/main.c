/* smpc-cohort-count - a joint table of counts over several hospitals.
 *
 * usage  smpc-cohort-count --question question.yaml [--config party.yaml] [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  Each
 * hospital counts its own rows in SQL; the counts are added in shares, small cells are
 * suppressed there, and only then the table opens, to the recipients alone.
 * A study may ask for reviewers: then the table is held, and opened by --release.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy
 *        6 cheating   7 machine   8 held for review   99 bug; nothing is printed unless it is 0 or 7
 */
#include <smpc_study.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "data.h"
#include "own_keys.h"
#include "party_file.h"
#include "plan.h"
#include "program.h"
#include "question.h"
#include "report.h"
#include "stored.h"

static const char doc[] = "Obtain a joint table of counts over several hospitals: each counts its own rows, "
                          "nobody sees another's rows or counts.\v"
                          "Every party runs this with its own party.yaml and the same question.yaml.";

struct run {
  struct cli_options options;
  smpc_config cfg;
  struct question *question;
  smpc_study *study; /* or NULL */
  unsigned asked;    /* its question */
  struct table table;
  struct count_job job;
  int64_t *counts; /* this party's own */
  uint64_t rows;   /* behind them      */
  struct own_keys keys; /* `distinct`  */
};

static bool is_in(smpc_who who, smpc_party p) { return (who.bits & smpc_to(p).bits) != 0; }

static enum cli_exit input_error(const char *text) {
  cli_error("%s", text);
  return CLI_INPUT;
}

static enum cli_exit out_of_memory(void) {
  cli_error("out of memory");
  return CLI_MACHINE;
}

/* The two exit codes of data.h are the programs'. */
static enum cli_exit data_error(int code, const struct data_fault *f) {
  if (code != 0) cli_error("%s", f->text);
  return (enum cli_exit)code;
}

static const char *question_file(const struct run *r) {
  return r->options.study != NULL ? r->options.study : r->options.question;
}

/* What the YAML reader could not see; it names the key, we the file. */
static enum cli_exit question_error(const struct run *r, enum cli_exit code, const char *text) {
  cli_error("%s: %s", question_file(r), text);
  return code;
}

/* What the study says of the question besides: noise; whom to tell, before the table opens,
 * how much is behind it and hidden. */
static enum cli_exit read_rules(struct run *r) {
  char text[400];
  if (r->options.study == NULL && r->question->has_noise)
    return input_error("`epsilon` needs a signed study, which counts the privacy budget: --study");
  if (r->options.study == NULL) return CLI_DONE;
  if (smpc_study_load(&r->study, r->options.study, text, sizeof text) != SMPC_OK) return input_error(text);
  for (unsigned i = 0; i < r->study->n_questions; i++) {
    const smpc_study_question *q = &r->study->question[i];
    if (strcmp(q->name, r->cfg.ask) != 0) continue;
    r->asked = i;
    r->job.epsilon = (double)q->epsilon / 1e6;
    if (q->review != SMPC_REVIEW_BLIND) continue;
    r->job.reviewers = q->reviewers;
    r->job.review_purpose = q->review_purpose;
  }
  r->job.me = r->cfg.me;
  r->job.releases = r->options.release != NULL;
  return CLI_DONE;
}

/* Configuration and question: everything that all parties know. */
static enum cli_exit read_agreed(struct run *r) {
  char text[600];
  struct data_fault fault = {0};
  if (question_file(r) == NULL) return cli_error("--question FILE or --study FILE is needed; see --help"), CLI_USAGE;
  if (!question_load(&r->question, question_file(r), r->options.ask, text, sizeof text)) return input_error(text);
  if (data_check(&r->question->data, &fault) != 0) return question_error(r, (enum cli_exit)fault.exit, fault.text);
  enum cli_exit code = cli_config(&r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  if (r->options.study == NULL) memcpy(r->cfg.question, r->question->digest, sizeof r->cfg.question);
  if (r->cfg.member[r->cfg.me.id].roles & SMPC_DEAL) return input_error("this party is the dealer: run smpc-dealer");
  if (!question_resolve(&r->job.roles, r->question, &r->cfg, text, sizeof text))
    return question_error(r, CLI_INPUT, text);
  if ((code = read_rules(r)) != CLI_DONE) return code;
  return plan_allowed(&r->cfg, r->question);
}

static enum cli_exit prepare(struct run *r) {
  r->counts = calloc(r->question->n_cells, sizeof *r->counts);
  if (r->counts == NULL || !table_init(&r->table, r->question)) return out_of_memory();
  if (r->question->has_noise && (r->job.keep = calloc(count_result_len(r->question), sizeof *r->job.keep)) == NULL)
    return out_of_memory();
  r->table.epsilon = r->job.epsilon;
  r->job.question = r->question;
  r->job.table = &r->table;
  r->job.mine = r->counts;
  for (unsigned i = 0; i < r->cfg.parties; i++)
    if (!(r->cfg.member[i].roles & SMPC_DEAL)) r->job.everybody = smpc_and(r->job.everybody, smpc_p(i));
  return CLI_DONE;
}

/* What this hospital puts in. */
static enum cli_exit count_own(struct run *r) {
  struct data_config *c = NULL;
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = party_file_load(&c, r->options.config, r->options.data, &fault);
  if (code == 0) code = data_open(&d, c, &fault);
  if (code == 0 && r->question->distinct != NULL) code = own_keys_read(&r->keys, r->counts, d, &seen, r->question, &fault);
  else if (code == 0) code = data_count(d, r->counts, r->question->n_cells, &seen, &r->question->data, &fault);
  data_close(d);
  party_file_free(c);
  if (code != 0) return data_error(code, &fault);
  int64_t total = 0; /* every sum over cells and parties then stays far below 2^62 */
  for (size_t i = 0; i < r->question->n_cells; i++) {
    if (r->counts[i] < 0 || r->counts[i] >= QUESTION_MAX_COUNT - total)
      return input_error("the counts are beyond 2^40, more than this program can add");
    total += r->counts[i];
  }
  r->rows = (uint64_t)seen.rows;
  r->job.rows = seen.rows;
  r->job.items = &r->keys.items;
  r->job.cell = r->keys.cell;
  if (r->keys.without != 0)
    cli_note(&r->options, "own data: %llu rows of the cohort have no key and are not counted", (unsigned long long)r->keys.without);
  cli_note(&r->options, "own data: %lld rows, %lld in the cohort, %lld in `other`, %lld with missing values",
           (long long)seen.rows, (long long)seen.cohort, (long long)seen.other, (long long)seen.missing);
  return CLI_DONE;
}

static enum cli_exit dry_run(struct run *r) {
  smpc_cost cost;
  struct cli_output out;
  if (r->question->distinct != NULL && is_in(r->job.roles.inputs, r->cfg.me)) { /* the number of keys is most of the cost */
    enum cli_exit read = count_own(r);
    if (read != CLI_DONE) return read;
  }
  smpc_err err = smpc_estimate(&r->cfg, count_program, &r->job, &cost);
  if (err != SMPC_OK) return cli_error("the cost cannot be estimated: %s", smpc_strerror(err)), cli_exit_of(err);
  enum cli_exit code = cli_output_begin(&out, &r->options);
  if (code != CLI_DONE) return code;
  plan_print(out.file, &r->cfg, r->question, &r->job.roles, &cost);
  return cli_output_end(&out, true);
}

/* What a reviewer with sight has been shown. */
static enum cli_exit show_held(struct run *r) {
  char text[400];
  size_t n = count_result_len(r->question);
  int64_t *words = calloc(n, sizeof *words);
  if (words == NULL) return out_of_memory();
  smpc_err err = smpc_held_values(&r->cfg, r->study, r->options.study, r->options.review, words, n, text, sizeof text);
  if (err != SMPC_OK) cli_error("%s", text);
  else count_decode(&r->table, words);
  free(words);
  r->table.delivered = err == SMPC_OK;
  r->table.flags_known = err == SMPC_OK && count_has_true_totals(r->question);
  return cli_exit_of(err);
}

/* A question with noise is answered once: a recipient that has the answer gives it again. */
static enum cli_exit show_stored(struct run *r, bool *is_there) {
  size_t n = count_result_len(r->question);
  if (!r->question->has_noise || r->job.releases || !is_in(r->job.roles.recipients, r->cfg.me)) return CLI_DONE;
  enum cli_exit code = stored_read(is_there, r->job.keep, n, &r->cfg, r->study, r->asked);
  if (!*is_there) return code;
  count_decode(&r->table, r->job.keep);
  r->table.delivered = true;
  r->table.flags_known = count_has_true_totals(r->question);
  cli_note(&r->options, "this question was answered before: the same release again, nothing was opened");
  return code;
}

static enum cli_exit keep_release(struct run *r) {
  if (!r->question->has_noise || !r->table.delivered) return CLI_DONE;
  return stored_write(r->job.keep, count_result_len(r->question), &r->cfg, r->study, r->asked);
}

static void note_suppressed(smpc_session *s, const struct run *r) {
  uint64_t hidden = 0;
  for (size_t i = 0; i < r->question->n_cells; i++) hidden += r->table.cells[i] == TABLE_SUPPRESSED;
  smpc_journal_suppressed(s, hidden);
}

/* The session: nothing is opened unless all of it succeeds. */
static enum cli_exit count_jointly(struct run *r) {
  smpc_session *s = NULL;
  enum cli_exit code = cli_open(&s, &r->cfg, &r->options);
  if (code != CLI_DONE) return code;
  if (!r->job.releases) r->job.err = smpc_journal_rows(s, r->rows);
  bool is_known = r->question->distinct == NULL; /* before the keys are counted nobody knows what it will take */
  if (r->job.err == SMPC_OK && !r->job.releases && is_known) r->job.err = smpc_preprocess(s, count_program, &r->job);
  if (r->job.err == SMPC_OK) count_program(s, &r->job);
  if (r->job.err == SMPC_OK && is_in(r->job.roles.recipients, r->cfg.me)) note_suppressed(s, r);
  code = cli_close(s);
  if (code == CLI_DONE && r->job.err != SMPC_OK) code = cli_exit_of(r->job.err);
  r->table.delivered = code == CLI_DONE && is_in(r->job.roles.recipients, r->cfg.me);
  if (r->job.releases) r->table.flags_known = r->table.delivered && count_has_true_totals(r->question);
  return code;
}

static enum cli_exit run(struct run *r, struct cli_output *out) {
  struct report report = {&r->table, &r->cfg, &r->job.roles};
  char *warning = plan_subtraction(&r->cfg, &r->job.roles);
  if (warning != NULL) cli_note(&r->options, "note: %s", warning);
  free(warning);
  bool is_there = r->options.review != NULL;
  enum cli_exit code = is_there ? show_held(r) : show_stored(r, &is_there);
  if (code == CLI_DONE && !is_there && !r->job.releases && is_in(r->job.roles.inputs, r->cfg.me)) code = count_own(r);
  if (code == CLI_DONE && !is_there) code = count_jointly(r);
  if (code == CLI_DONE && !is_there) code = keep_release(r);
  if (code == CLI_DONE && !report_write(out->file, &report, r->options.format)) code = out_of_memory();
  return code;
}

int main(int argc, char **argv) {
  struct run r = {.cfg = SMPC_CONFIG_INIT};
  struct cli_output out;
  cli_parse(&r.options, argc, argv, doc, &cli_result, &r.options);
  enum cli_exit code = read_agreed(&r);
  if (code == CLI_DONE) code = prepare(&r);
  if (code == CLI_DONE && r.options.dry_run) {
    code = dry_run(&r);
  } else if (code == CLI_DONE && (code = cli_output_begin(&out, &r.options)) == CLI_DONE) {
    code = run(&r, &out);
    enum cli_exit written = cli_output_end(&out, code == CLI_DONE);
    if (code == CLI_DONE) code = written;
  }
  own_keys_free(&r.keys);
  free(r.counts);
  free(r.job.keep);
  table_free(&r.table);
  question_free(r.question);
  smpc_study_free(r.study);
  return (int)code;
}
