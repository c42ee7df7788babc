/* smpc-cohort-count - a joint table of counts over several hospitals.
 *
 * usage  smpc-cohort-count --question question.yaml [--config party.yaml] [...]
 * Every party runs it with its own party.yaml and the same question.yaml.  Each
 * hospital counts its own rows in SQL; the counts are added in shares, small cells are
 * suppressed there, and only then the table opens, to the recipients alone.
 * A study may ask for reviewers: then the table is held, and opened by --release.
 * exit   0 done   1 usage   2 input   3 network   4 disagreement   5 refused by policy
 *        6 cheating   7 machine   8 held for review   99 bug; what opened is printed, whatever fails afterwards
 */
#include <stdlib.h>

#include "frame.h"
#include "own_keys.h"
#include "plan.h"
#include "report.h"

struct run {
  struct question *question;
  struct table table;
  struct count_job job;
  int64_t *counts;      /* this party's own */
  struct own_keys keys; /* `distinct`       */
};

static bool load(struct frame *f, const char *path, char *text, size_t text_len) {
  struct run *r = f->own;
  bool good = question_load(&r->question, path, f->options.ask, text, text_len);
  f->question = r->question;
  r->job.question = r->question;
  return good;
}

static const char *refuses(const struct frame *f, const smpc_study_question *q) {
  (void)f, (void)q;
  return NULL; /* every table can be held, and have noise */
}

static enum cli_exit resolve(struct frame *f) {
  struct run *r = f->own;
  f->plan_reads = r->question->distinct != NULL; /* the number of keys is most of the cost, */
  f->is_foreseen = !f->plan_reads;               /* and before they are counted nobody knows what it will take */
  return frame_roles(f);
}

static enum cli_exit prepare(struct frame *f) {
  struct run *r = f->own;
  char *warning = plan_subtraction(&f->cfg, &f->joint->roles);
  if (warning != NULL && !f->options.dry_run) cli_note(&f->options, "note: %s", warning);
  free(warning);
  r->counts = calloc(r->question->n_cells, sizeof *r->counts);
  if (r->counts == NULL || !table_init(&r->table, r->question)) return frame_no_memory();
  r->table.epsilon = f->joint->epsilon;
  r->job.table = &r->table;
  r->job.mine = r->counts;
  r->job.items = &r->keys.items;
  return joint_room(f->joint, count_result_len(r->question)) ? CLI_DONE : frame_no_memory();
}

/* Every sum over cells and parties then stays far below 2^62. */
static bool are_small(const int64_t *counts, size_t n) {
  int64_t total = 0;
  for (size_t i = 0; i < n; i++) {
    if (counts[i] < 0 || counts[i] >= QUESTION_MAX_COUNT - total) return false;
    total += counts[i];
  }
  return true;
}

static enum cli_exit read_own(struct frame *f) {
  struct run *r = f->own;
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = frame_open_data(&d, f, &fault);
  if (code == 0 && r->question->distinct != NULL) code = own_keys_read(&r->keys, r->counts, d, &seen, r->question, &fault);
  else if (code == 0) code = data_count(d, r->counts, r->question->n_cells, &seen, &r->question->data, &fault);
  data_close(d);
  if (code != 0) return frame_data(code, &fault);
  if (!are_small(r->counts, r->question->n_cells))
    return cli_error("the counts are beyond 2^40, more than this program can add"), CLI_INPUT;
  f->joint->rows = (uint64_t)seen.rows;
  r->job.cell = r->keys.cell;
  if (r->keys.without != 0)
    cli_note(&f->options, "own data: %llu rows of the cohort have no key and are not counted",
             (unsigned long long)r->keys.without);
  cli_note(&f->options, "own data: %lld rows, %lld in the cohort, %lld in `other`, %lld with missing values",
           (long long)seen.rows, (long long)seen.cohort, (long long)seen.other, (long long)seen.missing);
  return CLI_DONE;
}

static void plan(FILE *out, const struct frame *f, const smpc_cost *cost) {
  plan_print(out, &((const struct run *)f->own)->job, cost);
}

static enum cli_exit report(FILE *out, struct frame *f) {
  struct run *r = f->own;
  struct report report = {&r->table, &f->cfg, &f->joint->roles, f->joint->is_shown};
  r->table.delivered = f->joint->is_delivered;
  return report_write(out, &report, f->options.format) ? CLI_DONE : frame_no_memory();
}

static void release(struct frame *f) {
  struct run *r = f->own;
  own_keys_free(&r->keys);
  free(r->counts);
  table_free(&r->table);
  question_free(r->question);
}

static const struct program cohort_count = {
    .doc = "Obtain a joint table of counts over several hospitals: each counts its own rows, "
           "nobody sees another's rows or counts.\v"
           "Every party runs this with its own party.yaml and the same question.yaml.",
    .none = "no table", .n_openings = COUNT_OPENINGS, .opening = count_opening, .load = load, .refuses = refuses,
    .resolve = resolve, .prepare = prepare, .read_own = read_own, .run = count_program, .decode = count_decode,
    .plan = plan, .report = report, .free = release};

int main(int argc, char **argv) {
  struct run r = {.counts = NULL};
  struct frame f = {.program = &cohort_count, .own = &r, .joint = &r.job.joint};
  return frame_main(&f, argc, argv);
}
