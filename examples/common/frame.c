/* frame.c - see frame.h. */
#include "frame.h"

#include <string.h>

#include "missing.h"
#include "party_file.h"
#include "stored.h"

bool frame_is_mine(const struct frame *f, smpc_who who) { return joint_is_in(who, f->cfg.me.id); }

static const char *question_file(const struct frame *f) {
  return f->options.study != NULL ? f->options.study : f->options.question;
}

enum cli_exit frame_refuse(const struct frame *f, enum cli_exit code, const char *text) {
  cli_error("%s: %s", question_file(f), text);
  return code;
}

enum cli_exit frame_data(int code, const struct data_fault *fault) {
  if (code != 0) cli_error("%s", fault->text);
  return (enum cli_exit)code;
}

enum cli_exit frame_no_memory(void) {
  cli_error("out of memory");
  return CLI_MACHINE;
}

/* --- what all parties know ------------------------------------------------------------ */

enum cli_exit frame_roles(struct frame *f) {
  char text[600];
  if (question_resolve(&f->joint->roles, f->question, &f->cfg, text, sizeof text)) return CLI_DONE;
  return frame_refuse(f, CLI_INPUT, text);
}

static enum cli_exit find_everybody(struct frame *f) {
  for (unsigned i = 0; i < f->cfg.parties; i++) {
    const smpc_member *m = &f->cfg.member[i];
    if (m->roles & SMPC_DEAL) continue;
    f->joint->everybody = smpc_and(f->joint->everybody, smpc_p(i));
    if (!f->program->all_learn || f->is_alone || (m->roles & SMPC_RESULT)) continue;
    cli_error("%s has no role `result` in parties.yaml: all parties must learn whether the rules hold, to go on or stop",
              m->name);
    return CLI_INPUT;
  }
  return CLI_DONE;
}

/* Does party.yaml allow every opening of the question?  A dry run says so at its end. */
static enum cli_exit check_purposes(const struct frame *f) {
  struct opening o;
  enum cli_exit code = CLI_DONE;
  for (unsigned i = 0; i < f->program->n_openings; i++)
    if (f->program->opening(&o, f->joint, i) && cli_allowed(&f->cfg, o.purpose) != CLI_DONE) code = CLI_POLICY;
  return code;
}

static void take_rules(struct frame *f, const smpc_study_question *q) {
  struct joint *j = f->joint;
  j->epsilon = (double)q->epsilon / 1e6;
  j->is_held = q->review != SMPC_REVIEW_NONE;
  if (q->review != SMPC_REVIEW_BLIND) return;
  j->reviewers = q->reviewers;
  j->review_purpose = q->review_purpose;
}

/* What the study says of the question besides: noise, and a review. */
static enum cli_exit read_rules(struct frame *f) {
  char text[400];
  if (f->options.study == NULL && f->question->has_noise) {
    cli_error("`epsilon` needs a signed study, which counts the privacy budget: --study");
    return CLI_INPUT;
  }
  if (f->options.study == NULL) return CLI_DONE;
  if (smpc_study_load(&f->study, f->options.study, text, sizeof text) != SMPC_OK) return cli_error("%s", text), CLI_INPUT;
  for (unsigned i = 0; i < f->study->n_questions; i++)
    if (strcmp(f->study->question[i].name, f->cfg.ask) == 0) f->asked = i;
  const smpc_study_question *q = &f->study->question[f->asked];
  const char *why = f->program->refuses(f, q);
  if (why != NULL) return frame_refuse(f, CLI_INPUT, why);
  take_rules(f, q);
  return CLI_DONE;
}

static enum cli_exit read_question(struct frame *f) {
  char text[600];
  struct data_fault fault = {0};
  if (question_file(f) == NULL) return cli_error("--question FILE or --study FILE is needed; see --help"), CLI_USAGE;
  if (!f->program->load(f, question_file(f), text, sizeof text)) return cli_error("%s", text), CLI_INPUT;
  if (f->question->data.n_columns == 0 || data_check(&f->question->data, &fault) == 0) return CLI_DONE;
  return frame_refuse(f, (enum cli_exit)fault.exit, fault.text);
}

/* Question and configuration. */
static enum cli_exit read_agreed(struct frame *f) {
  enum cli_exit code = read_question(f);
  if (code == CLI_DONE) code = cli_config(&f->cfg, &f->options);
  if (code != CLI_DONE) return code;
  if (f->options.study == NULL) memcpy(f->cfg.question, f->question->digest, sizeof f->cfg.question);
  if (f->cfg.member[f->cfg.me.id].roles & SMPC_DEAL)
    return cli_error("this party is the dealer: run smpc-dealer"), CLI_INPUT;
  f->joint->cfg = &f->cfg;
  f->joint->purpose = f->question->purpose;
  if ((code = read_rules(f)) == CLI_DONE) code = f->program->resolve(f);
  if (code == CLI_DONE) code = find_everybody(f);
  return code == CLI_DONE && !f->is_alone && !f->options.dry_run ? check_purposes(f) : code;
}

/* --- own rows ----------------------------------------------------------------------------- */

int frame_open_data(struct data **d, const struct frame *f, struct data_fault *fault) {
  struct data_config *c = NULL;
  int code = party_file_load(&c, f->options.config, f->options.data, fault);
  if (code == 0) code = data_open(d, c, fault);
  party_file_free(c);
  return code;
}

enum cli_exit frame_read_rows(struct data_rows *rows, struct frame *f) {
  struct data *d = NULL;
  struct data_fault fault = {0};
  struct data_report seen = {0};
  int code = frame_open_data(&d, f, &fault);
  if (code == 0) code = data_rows(d, rows, &seen, &f->question->data, &fault);
  data_close(d);
  if (code != 0) return frame_data(code, &fault);
  f->joint->rows = (uint64_t)seen.rows;
  f->is_complete = true;
  cli_note(&f->options, "own data: %lld rows read, %lld complete cases used, %lld left out for missing values",
           (long long)seen.rows, (long long)seen.cohort, (long long)seen.missing);
  return CLI_DONE;
}

/* Once more for the journal, where the study has a rule of it; intersections have told their keys. */
static enum cli_exit read_cohort(struct frame *f) {
  struct data *d = NULL;
  struct data_fault fault = {0};
  if (!cohort_is_wanted(f->study) || f->question->data.n_columns == 0) return CLI_DONE;
  int code = frame_open_data(&d, f, &fault);
  if (code == 0) code = cohort_read(&f->cohort, d, &f->question->data, f->is_complete, &fault);
  data_close(d);
  return frame_data(code, &fault);
}

static enum cli_exit read_own(struct frame *f) {
  if (!frame_is_mine(f, f->joint->roles.inputs)) return CLI_DONE;
  enum cli_exit code = f->program->read_own(f);
  if (code == CLI_DONE && f->joint->rows == 0)
    cli_note(&f->options,
             "note: my data have no rows; if the first line of a CSV file is one, say `header: no` under `data:` in %s "
             "and list its `columns:`",
             f->options.config);
  return code == CLI_DONE && !f->options.dry_run ? read_cohort(f) : code;
}

/* --- a dry run ------------------------------------------------------------------------------ */

/* One line of the report "before it can run"; the first has a title. */
struct obstacles { FILE *out; bool is_titled; };

static void print_obstacle(void *user, smpc_party party, smpc_err code, const char *text) {
  struct obstacles *o = user;
  (void)party;
  if (code == SMPC_OK) return;
  fprintf(o->out, "%s  %s\n", o->is_titled ? "" : "\nBefore it can run\n", text);
  o->is_titled = true;
}

/* Signatures may still come, so they are told and no more; what this party must mend is refused: CLI_POLICY. */
static enum cli_exit foresee(FILE *out, const struct frame *f) {
  struct obstacles o = {out, false};
  char text[400], first[400] = "";
  if (f->study == NULL || f->options.release != NULL) return CLI_DONE;
  smpc_err err = smpc_study_foresee(&f->cfg, text, sizeof text);
  print_obstacle(&o, (smpc_party){0}, err, text);
  bool is_titled = o.is_titled;
  if (smpc_study_verify(f->study, f->options.study, print_obstacle, &o, first, sizeof first) != SMPC_OK &&
      o.is_titled == is_titled)
    print_obstacle(&o, (smpc_party){0}, SMPC_E_POLICY, first); /* not a party's word: its period */
  return cli_exit_of(err);
}

static enum cli_exit dry_run(struct frame *f) {
  smpc_cost cost;
  struct cli_output out;
  enum cli_exit code = f->plan_reads ? read_own(f) : CLI_DONE;
  if (code != CLI_DONE) return code;
  f->joint->estimating = true;
  smpc_err err = smpc_estimate(&f->cfg, f->program->run, f->joint, &cost);
  if (err != SMPC_OK) return cli_error("the cost cannot be estimated: %s", smpc_strerror(err)), cli_exit_of(err);
  if ((code = cli_output_begin(&out, &f->options)) != CLI_DONE) return code;
  f->program->plan(out.file, f, &cost);
  struct missing missing = {out.file, &f->cfg, f->joint, f->program->opening, f->program->n_openings};
  bool is_allowed = missing_print(&missing, f->study == NULL ? NULL : &f->study->question[f->asked]);
  enum cli_exit foreseen = foresee(out.file, f);
  cli_note_ports(&f->cfg, &f->options);
  code = cli_output_end(&out, true);
  if (code == CLI_DONE && !is_allowed)
    code = frame_refuse(f, CLI_POLICY, "it would be refused: openings are missing, the lines above");
  else if (code == CLI_DONE && foreseen != CLI_DONE)
    code = frame_refuse(f, foreseen, "it would be refused: see \"Before it can run\" above");
  return code;
}

/* --- a result that is there already --------------------------------------------------------- */

static void deliver(struct frame *f) {
  f->program->decode(f->joint);
  f->joint->is_delivered = true;
}

/* What a reviewer with sight has been shown. */
static enum cli_exit show_held(struct frame *f) {
  char text[400];
  smpc_err err = smpc_held_values(&f->cfg, f->study, f->options.study, f->options.review, f->joint->words,
                                  f->joint->n_words, text, sizeof text);
  if (err != SMPC_OK) return cli_error("%s", text[0] != 0 ? text : smpc_strerror(err)), cli_exit_of(err);
  deliver(f);
  f->joint->is_shown = true;
  cli_note(&f->options, "this is held: its reviewers alone may see it, and it opens to nobody before all of them release it");
  return CLI_DONE;
}

static bool is_kept(const struct frame *f) { return f->joint->epsilon > 0 && frame_is_mine(f, f->joint->roles.recipients); }

/* A question with noise is answered once: a recipient that has the answer gives it again. */
static enum cli_exit show_stored(struct frame *f, bool *is_there) {
  *is_there = false;
  if (!is_kept(f) || f->options.release != NULL) return CLI_DONE;
  enum cli_exit code = stored_read(is_there, f->joint->words, f->joint->n_words, &f->cfg, f->study, f->asked);
  if (!*is_there) return code;
  deliver(f);
  cli_note(&f->options, "this question was answered before: the same release again, nothing was opened");
  return code;
}

/* What was opened once is written whether it can be kept or not. */
static enum cli_exit keep(const struct frame *f) {
  const struct joint *j = f->joint;
  if (!is_kept(f)) return CLI_DONE;
  if (j->is_delivered) return stored_write(j->words, j->n_words, &f->cfg, f->study, f->asked);
  stored_drop(&f->cfg, f->study, f->asked);
  return CLI_DONE;
}

/* --- the session ------------------------------------------------------------------------------ */

static void run(smpc_session *s, struct frame *f) {
  struct joint *j = f->joint;
  j->err = smpc_journal_rows(s, j->rows);
  if (j->err == SMPC_OK && cohort_is_wanted(f->study) && frame_is_mine(f, j->roles.inputs))
    j->err = smpc_journal_cohort(s, f->cohort.row, f->cohort.n);
  if (j->err == SMPC_OK && f->is_foreseen) j->err = smpc_preprocess(s, f->program->run, j);
  if (j->err == SMPC_OK) f->program->run(s, j);
}

/* What was held, instead. */
static void release(smpc_session *s, struct frame *f) {
  struct joint *j = f->joint;
  j->err = smpc_open_held_i64(s, j->words, j->n_words);
  if (j->err == SMPC_OK && frame_is_mine(f, j->roles.recipients)) deliver(f);
}

/* A held result has been announced when it was held; other failures of a program that left the session whole. */
static enum cli_exit exit_of_run(const struct frame *f) {
  const struct joint *j = f->joint;
  if (j->err == SMPC_E_HELD) /* each has signed the others' entries */
    cli_note(&f->options, "all parties have confirmed that they hold theirs; smpc-study held lists what waits");
  if (j->err != SMPC_OK && j->err != SMPC_E_HELD) cli_error("%s", smpc_strerror(j->err));
  if (j->err != SMPC_OK) return cli_exit_of(j->err);
  if (j->refusal[0] == 0) return CLI_DONE;
  cli_error("%s: %s", f->program->none, j->refusal);
  return CLI_POLICY;
}

static enum cli_exit meet(struct frame *f) {
  struct joint *j = f->joint;
  smpc_session *s = NULL;
  enum cli_exit code = cli_open(&s, &f->cfg, &f->options);
  if (code != CLI_DONE) return code;
  if (f->options.release != NULL) release(s, f);
  else run(s, f);
  bool is_mine = frame_is_mine(f, j->roles.recipients);
  if (j->err == SMPC_OK && ((is_mine && j->knows_hidden) || j->all_know_hidden)) smpc_journal_suppressed(s, j->hidden);
  j->is_delivered = is_mine && j->err == SMPC_OK && j->refusal[0] == 0 && smpc_session_error(s).code == SMPC_OK;
  if ((code = cli_close(s)) == CLI_DONE) code = exit_of_run(f);
  else if (j->is_delivered) cli_error("the result had been opened before that: it is written all the same");
  return code;
}

/* --- all of it ---------------------------------------------------------------------------------- */

static enum cli_exit compute(struct frame *f, enum cli_exit *kept) {
  bool is_there = f->options.review != NULL;
  enum cli_exit code = is_there ? show_held(f) : show_stored(f, &is_there);
  if (code != CLI_DONE || is_there) return code;
  if (f->options.release == NULL) code = read_own(f);
  if (code == CLI_DONE && is_kept(f)) code = stored_reserve(f->joint->n_words, &f->cfg, f->study, f->asked);
  if (code != CLI_DONE) return code;
  code = meet(f);
  *kept = keep(f);
  return code;
}

/* What could not be written to --output has been opened all the same: it must not be lost. */
static void rescue(struct frame *f) {
  bool has_file = f->options.output != NULL;
  cli_error("the result HAS been opened%s; a new run would count against the limits once more",
            has_file ? " and follows on standard output" : "");
  if (has_file && f->program->report(stdout, f) == CLI_DONE && fflush(stdout) != 0) cli_error("standard output: it is lost");
}

static enum cli_exit first_of(enum cli_exit a, enum cli_exit b) { return a != CLI_DONE ? a : b; }

/* A result that is here is written, however badly the session or the disk did afterwards. */
static enum cli_exit write_result(struct frame *f) {
  struct cli_output out;
  enum cli_exit kept = CLI_DONE, reported = CLI_DONE, code = cli_output_begin(&out, &f->options);
  if (code != CLI_DONE) return code;
  code = f->is_alone ? f->program->alone(out.file, f) : compute(f, &kept);
  bool is_here = code == CLI_DONE || (f->joint->is_delivered && !f->is_alone);
  if (is_here && !f->is_alone) reported = f->program->report(out.file, f);
  is_here = is_here && reported == CLI_DONE;
  enum cli_exit written = cli_output_end(&out, is_here);
  if (is_here && written != CLI_DONE && !f->is_alone) rescue(f);
  return first_of(first_of(code, reported), first_of(written, kept));
}

int frame_main(struct frame *f, int argc, char **argv) {
  const struct program *p = f->program;
  f->cfg = (smpc_config)SMPC_CONFIG_INIT;
  cli_parse(&f->options, argc, argv, p->doc, p->more != NULL ? p->more : &cli_result,
            p->more != NULL ? (void *)f : (void *)&f->options);
  enum cli_exit code = read_agreed(f);
  if (code == CLI_DONE) code = p->prepare(f);
  if (code == CLI_DONE) code = f->options.dry_run ? dry_run(f) : write_result(f);
  p->free(f);
  joint_free(f->joint);
  cohort_free(&f->cohort);
  smpc_study_free(f->study);
  return (int)code;
}
