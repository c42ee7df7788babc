/* smpc-psi - which keys several parties all have, how many, how many different ones, or a sum over them.
 *
 * usage  smpc-psi --question question.yaml [--config party.yaml] [--csv | --json] [--unmatched] [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  The columns
 * that the question names are normalised and joined to a key for each row; the keys
 * of the owners meet blinded, and only the recipients learn the result.
 * A study may ask for reviewers of a number: then it is held, and opened by --release.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy
 *        6 cheating   7 machine   8 held for review   99 bug; nothing has been opened unless it is 0 or 7
 */
#include <stdlib.h>

#include "frame.h"
#include "party_file.h"
#include "psi_job.h"
#include "psi_plan.h"
#include "psi_report.h"
#include "yaml_file.h"

struct run {
  struct psi_question *question;
  struct psi_job job;
  struct psi_rows *rows; /* NULL: no owner */
  bool with_unmatched;
};

static bool load(struct frame *f, const char *path, char *text, size_t text_len) {
  struct run *r = f->own;
  bool good = psi_question_load(&r->question, path, f->options.ask, text, text_len);
  r->job.question = r->question;
  if (good) f->question = &r->question->base;
  return good;
}

static const char *refuses(const struct frame *f, const smpc_study_question *q) {
  return psi_question_refuses(((const struct run *)f->own)->question, q);
}

static enum cli_exit resolve(struct frame *f) {
  struct run *r = f->own;
  char text[600];
  if (!psi_question_resolve(&r->job.ask, r->question, &f->cfg, text, sizeof text)) return frame_refuse(f, CLI_INPUT, text);
  if (r->job.memory != 0 && (r->question->kind != PSI_REVEAL || r->question->protocol != SMPC_PSI_VOLE || r->job.ask.n != 2 ||
                             r->question->minimum > 1 || cohort_is_wanted(f->study)))
    return frame_refuse(f, CLI_USAGE,
                        "--memory is for `result: reveal` with `protocol: vole`, two owners and no minimum, and not "
                        "for studies that compare the rows of their questions");
  f->plan_reads = true; /* the number of keys is the cost */
  psi_job_open(&r->job);
  return CLI_DONE;
}

static enum cli_exit prepare(struct frame *f) {
  return joint_room(f->joint, psi_result_len(&((struct run *)f->own)->job)) ? CLI_DONE : frame_no_memory();
}

/* My rows and their keys. */
static enum cli_exit read_own(struct frame *f) {
  struct run *r = f->own;
  struct data_config *c = NULL;
  struct data_fault fault = {0};
  enum psi_reading how = r->job.memory != 0 ? PSI_STREAM : r->job.ask.am_summed ? PSI_KEYS_AND_NUMBERS : PSI_KEYS;
  int code = party_file_load(&c, f->options.config, f->options.data, &fault);
  if (code == 0) code = psi_rows_open(&r->rows, c, r->question, how, &fault);
  party_file_free(c);
  if (code != 0) return frame_data(code, &fault);
  const struct psi_tally *t = psi_rows_tally(r->rows);
  cli_note(&f->options, "own data: %llu rows, %llu without a key (%llu empty, %llu not valid)",
           (unsigned long long)t->rows, (unsigned long long)(t->empty + t->invalid), (unsigned long long)t->empty,
           (unsigned long long)t->invalid);
  f->joint->rows = t->rows;
  r->job.rows = r->rows;
  r->job.items = psi_rows_items(r->rows)->n;
  r->job.matched = calloc(r->job.items + 1, 1);
  bool is_told = !cohort_is_wanted(f->study) || cohort_add_items(&f->cohort, psi_rows_items(r->rows));
  return r->job.matched != NULL && is_told ? CLI_DONE : frame_no_memory();
}

static void plan(FILE *out, const struct frame *f, const smpc_cost *cost) {
  const struct run *r = f->own;
  struct psi_plan plan = {r->question, &f->cfg, &r->job.ask, r->rows, f->joint->epsilon, *cost, &r->job.outcome.result};
  psi_plan_print(out, &plan);
}

static enum cli_exit report(FILE *out, struct frame *f) {
  struct run *r = f->own;
  const struct psi_outcome *o = &r->job.outcome;
  struct psi_report report = {
      r->question,        &f->cfg,          &r->job.ask, r->rows, NULL, o, f->joint->epsilon, f->joint->is_delivered,
      f->joint->is_shown, r->with_unmatched};
  if (report.is_delivered && r->question->kind == PSI_REVEAL && !o->result.suppressed) report.matched = r->job.matched;
  return psi_report_write(out, &report, f->options.format);
}

static void release(struct frame *f) {
  struct run *r = f->own;
  psi_rows_close(r->rows);
  free(r->job.matched);
  psi_question_free(r->question);
}

/* --- the command line -------------------------------------------------------------- */

enum { UNMATCHED = 0x2000, MEMORY, SCRATCH };
static const struct argp_option options[] = {
    {"unmatched", UNMATCHED, NULL, 0, "write the rows that did not match as well", 2},
    {"memory", MEMORY, "MB", 0, "keep keys on disk, encrypted, where they need more memory; from an SQLite database", 3},
    {"scratch", SCRATCH, "FOLDER", 0, "where; default the present folder", 3}, {0}};

static void set_memory(struct psi_job *job, const char *text, struct argp_state *state) {
  uint64_t mb, least = SMPC_PSI_STREAM_LEAST >> 20;
  if (!yaml_number(&mb, text, 1 << 24) || mb < least)
    argp_error(state, "--memory: a number of MB from %llu on, not '%s'", (unsigned long long)least, text);
  job->memory = mb << 20;
}

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct frame *f = state->input;
  if (key == MEMORY) return set_memory(&((struct run *)f->own)->job, arg, state), 0;
  if (key == SCRATCH) return ((struct run *)f->own)->job.scratch = arg, 0;
  if (key == ARGP_KEY_INIT) state->child_inputs[0] = &f->options;
  else if (key == UNMATCHED) ((struct run *)f->own)->with_unmatched = true;
  else return ARGP_ERR_UNKNOWN;
  return 0;
}

static const struct argp_child children[] = {{&cli_result, 0, NULL, 0}, {0}};
static const struct argp more = {options, parse_option, NULL, NULL, children, NULL, NULL};

static const struct program psi = {
    .doc = "Find the keys that several parties all have, how many they are, how many different ones there are, or the sum of a "
           "column over them, without showing the others.\v"
           "Every party runs this with its own party.yaml and the same question.yaml.  Read "
           "docs/psi.md first: it says what no protocol can prevent.",
    .more = &more, .none = "no result", .n_openings = PSI_OPENINGS, .opening = psi_opening, .load = load, .refuses = refuses,
    .resolve = resolve, .prepare = prepare, .read_own = read_own, .run = psi_program, .decode = psi_decode, .plan = plan,
    .report = report, .free = release};

int main(int argc, char **argv) {
  struct run r = {.job.scratch = "."};
  struct frame f = {.program = &psi, .own = &r, .joint = &r.job.joint};
  return frame_main(&f, argc, argv);
}
