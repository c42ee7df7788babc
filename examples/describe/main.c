/* smpc-describe - descriptive statistics of the rows of several hospitals.
 *
 * usage  smpc-describe --question question.yaml [--config party.yaml] [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  The rows
 * never leave a hospital; what opens, and to whom, is printed with the result, or
 * before anything happens by --dry-run.
 * A study may ask for reviewers: then the statistics are held, and opened by --release.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy or by
 *        the small-count rules   6 cheating   7 machine   8 held for review   99 bug
 */
#include <stdlib.h>

#include "describe_report.h"
#include "frame.h"

struct run {
  struct ask *ask;
  struct desc_sums own;
  struct desc_job job;
};

static bool load(struct frame *f, const char *path, char *text, size_t text_len) {
  struct run *r = f->own;
  bool good = ask_load(&r->ask, path, f->options.ask, text, text_len);
  r->job.ask = r->ask;
  if (good) f->question = &r->ask->base;
  return good;
}

static const char *refuses(const struct frame *f, const smpc_study_question *q) {
  (void)f;
  return ask_refuses(q);
}

static enum cli_exit resolve(struct frame *f) {
  enum cli_exit code = frame_roles(f);
  if (code != CLI_DONE || f->joint->roles.n_inputs >= 2) return code;
  return frame_refuse(f, CLI_INPUT, "joint statistics need two parties with data");
}

static enum cli_exit prepare(struct frame *f) {
  struct run *r = f->own;
  r->job.place = calloc((size_t)r->ask->n_variables * r->ask->n_ranks + 1, sizeof *r->job.place);
  bool good = r->job.place != NULL && desc_sums_new(&r->job.all, r->ask) && desc_sums_new(&r->own, r->ask) &&
              joint_room(f->joint, desc_result_len(r->ask));
  return good ? CLI_DONE : frame_no_memory();
}

static enum cli_exit read_own(struct frame *f) {
  struct run *r = f->own;
  struct data_rows rows = {0};
  char text[400];
  enum cli_exit code = frame_read_rows(&rows, f);
  if (code != CLI_DONE) return code;
  bool good = desc_sums_of(&r->own, &rows, r->ask, text, sizeof text);
  data_rows_free(&rows);
  if (!good) return cli_error("%s", text), CLI_INPUT;
  r->job.mine = &r->own;
  return CLI_DONE;
}

static void plan(FILE *out, const struct frame *f, const smpc_cost *cost) {
  desc_plan(out, &((const struct run *)f->own)->job, cost);
}

static enum cli_exit report(FILE *out, struct frame *f) {
  return desc_report(out, &((const struct run *)f->own)->job, f->options.format) ? CLI_DONE : frame_no_memory();
}

static void release(struct frame *f) {
  struct run *r = f->own;
  desc_sums_free(&r->own);
  desc_sums_free(&r->job.all);
  free(r->job.place);
  ask_free(r->ask);
}

static const struct program describe = {
    .doc = "Counts, means, variances, correlations, quantiles and tests on the rows of several hospitals; no row "
           "leaves a hospital.\vEvery party runs this with its own party.yaml and the same question.yaml.",
    .none = "no statistics", .all_learn = true, .n_openings = DESC_OPENINGS, .opening = desc_opening, .load = load,
    .refuses = refuses, .resolve = resolve, .prepare = prepare, .read_own = read_own, .run = desc_program,
    .decode = desc_decode, .plan = plan, .report = report, .free = release};

int main(int argc, char **argv) {
  struct run r = {.ask = NULL};
  struct frame f = {.program = &describe, .own = &r, .joint = &r.job.joint};
  return frame_main(&f, argc, argv);
}
