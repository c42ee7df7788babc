/* smpc-study - a study: written, read, signed by every party, checked.
 *
 *   smpc-study new FILE        a commented template
 *   smpc-study check FILE      is it well formed?  for every question what its program would refuse
 *   smpc-study show FILE       in plain words; --chinese
 *   smpc-study sign FILE       sign it with my key        -> FILE.NAME.sig
 *   smpc-study revoke FILE     take it back, for good     -> FILE.NAME.revoked
 *   smpc-study verify FILE     who signed, and does it hold today?
 *   smpc-study held FILE       which results wait here for their reviewers?
 *   smpc-study release FILE    sign that --held ID may open, as a reviewer; reject FILE: that it may not
 *
 * Exit   0 done, 5 it does not hold; else the table in smpc-party(1). */
#include "study.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../describe/ask.h"
#include "../logistic-regression/model.h"
#include "data.h"
#include "psi_question.h"
#include "question.h"

struct job { const char *command, *file, *config, *key, *held; bool chinese; };

enum { CONFIG = 0x1000, KEY, CHINESE, HELD };

static const struct argp_option options[] = {
    {"config", CONFIG, "FILE", 0, "my configuration, for my key and my journal (default: party.yaml)", 1},
    {"key", KEY, "FILE", 0, "sign, revoke: my key file, instead of the one in party.yaml", 1},
    {"held", HELD, "ID", 0, "release, reject: the result that I have reviewed", 1},
    {"chinese", CHINESE, NULL, 0, "show: in Chinese", 1},
    {0}};

static const char doc[] =
    "Write, read, sign and check a study: what several parties agree may be computed and opened."
    "\vThe study is one file, the same bytes at every party; signatures and revocations lie beside "
    "it.  Any change makes it another study, which nobody has signed.";

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct job *job = state->input;
  switch (key) {
  case CONFIG: job->config = arg; break;
  case KEY: job->key = arg; break;
  case HELD: job->held = arg; break;
  case CHINESE: job->chinese = true; break;
  case ARGP_KEY_ARG:
    if (job->command == NULL) job->command = arg;
    else if (job->file == NULL) job->file = arg;
    else argp_error(state, "too many arguments");
    break;
  case ARGP_KEY_END:
    if (job->file == NULL) argp_error(state, "a command, such as show, and a FILE");
    break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

static enum cli_exit said(smpc_err err, const char *text) {
  if (err != SMPC_OK) cli_error("%s", text);
  return cli_exit_of(err);
}

static enum cli_exit make_new(const struct job *job) {
  FILE *out = fopen(job->file, "wx");
  bool good = out != NULL && fputs(study_template, out) >= 0;
  if (out != NULL && fclose(out) != 0) good = false;
  if (good) {
    printf("Wrote %s.  Fill it in together; then everybody: smpc-study check, show, sign.\n", job->file);
    return CLI_DONE;
  }
  cli_error("%s: %s", job->file, errno == EEXIST ? "exists already; it is not overwritten" : strerror(errno));
  return out == NULL ? CLI_INPUT : CLI_MACHINE;
}

static enum cli_exit refused(const char *text) { return cli_error("%s", text), CLI_INPUT; }

static enum cli_exit refused_by_data(const struct job *job, const char *name, const struct data_question *q) {
  struct data_fault fault = {0};
  int code = data_check(q, &fault);
  if (code != 0) cli_error("%s: question \"%s\": %s", job->file, name, fault.text);
  return (enum cli_exit)code;
}

/* What a program would refuse of the question under the study's own rules; `why` is not NULL. */
static enum cli_exit refused_by_program(const struct job *job, const smpc_study_question *q, const char *why) {
  cli_error("%s: question \"%s\": %s", job->file, q->name, why);
  return CLI_INPUT;
}

static enum cli_exit check_count(const struct job *job, const smpc_study_question *q) {
  struct question *read;
  char text[600];
  if (!question_load(&read, job->file, q->name, text, sizeof text)) return refused(text);
  enum cli_exit code = refused_by_data(job, q->name, &read->data);
  question_free(read);
  return code;
}

static enum cli_exit check_describe(const struct job *job, const smpc_study_question *q) {
  struct ask *read;
  char text[600];
  if (!ask_load(&read, job->file, q->name, text, sizeof text)) return refused(text);
  const char *why = ask_refuses(q);
  enum cli_exit code = why != NULL ? refused_by_program(job, q, why) : refused_by_data(job, q->name, &read->base.data);
  ask_free(read);
  return code;
}

static enum cli_exit check_model(const struct job *job, const smpc_study_question *q) {
  struct model *read;
  char text[600];
  if (!model_load(&read, job->file, q->name, text, sizeof text)) return refused(text);
  const char *why = model_refuses(read, q);
  enum cli_exit code = why != NULL ? refused_by_program(job, q, why) : refused_by_data(job, q->name, &read->base.data);
  model_free(read);
  return code;
}

static enum cli_exit check_psi(const struct job *job, const smpc_study_question *q) {
  struct psi_question *read;
  char text[600];
  if (!psi_question_load(&read, job->file, q->name, text, sizeof text)) return refused(text);
  const char *why = psi_question_refuses(read, q);
  enum cli_exit code = why != NULL ? refused_by_program(job, q, why) : CLI_DONE;
  psi_question_free(read);
  return code;
}

/* What the library does not know: the question in its program's eyes. */
static enum cli_exit check_questions(const struct job *job, const smpc_study *st) {
  static const struct {
    const char *program;
    enum cli_exit (*check)(const struct job *, const smpc_study_question *);
  } known[] = {{"cohort-count", check_count},
               {"describe", check_describe},
               {"logistic-regression", check_model},
               {"psi", check_psi}};
  for (unsigned i = 0; i < st->n_questions; i++) {
    const smpc_study_question *q = &st->question[i];
    size_t k = 0;
    while (k < sizeof known / sizeof *known && strcmp(known[k].program, q->program) != 0) k++;
    if (k == sizeof known / sizeof *known) {
      printf("question \"%s\" is of %s, a program of your own: only that can check the rest of it\n", q->name, q->program);
      continue;
    }
    enum cli_exit code = known[k].check(job, q);
    if (code != CLI_DONE) return code;
  }
  printf("%s: %u parties, %u question%s: well formed\n", job->file, st->n_parties, st->n_questions,
         st->n_questions == 1 ? "" : "s");
  return CLI_DONE;
}

static enum cli_exit sign(const struct job *job, const smpc_study *st, bool revoke) {
  char text[400];
  const char *key = job->key;
  smpc_config cfg = SMPC_CONFIG_INIT;
  if (key == NULL) {
    smpc_err err =
        smpc_config_load_with(&cfg, job->config != NULL ? job->config : "party.yaml", job->file, text, sizeof text);
    if (err != SMPC_OK) return said(err, text);
    key = cfg.key_file;
  }
  enum cli_exit code = said(smpc_study_sign(st, job->file, key, revoke, text, sizeof text), text);
  if (code == CLI_DONE)
    printf("%s %s.  Send the new file beside it to the others.\n", revoke ? "Revoked" : "Signed", job->file);
  return code;
}

static void print_word(void *user, smpc_party party, smpc_err code, const char *text) {
  (void)user, (void)party;
  printf("%s  %s\n", code == SMPC_OK ? "ok   " : "REFUSED", text);
}

static enum cli_exit verify(const struct job *job, const smpc_study *st) {
  char text[400];
  smpc_err err = smpc_study_verify(st, job->file, print_word, NULL, text, sizeof text);
  if (err == SMPC_OK) printf("%s: signed by all %u parties, and valid today\n", job->file, st->n_parties);
  fflush(stdout);
  return said(err, text);
}

/* --- results that wait for their reviewers ---------------------------------------- */

static enum cli_exit my_config(smpc_config *cfg, const struct job *job) {
  char text[400];
  *cfg = (smpc_config)SMPC_CONFIG_INIT;
  return said(
      smpc_config_load_with(cfg, job->config != NULL ? job->config : "party.yaml", job->file, text, sizeof text), text);
}

struct listing { const smpc_study *st; unsigned n; };

static void print_held(void *user, const smpc_held *h) {
  struct listing *l = user;
  char since[32], until[32];
  l->n++;
  study_day(since, h->since);
  study_day(until, h->until);
  printf("%s  %s: \"%s\" -> %s\n  %zu x %zu values, held on %s, erased on %s\n", h->name, h->question, h->purpose,
         h->to, h->shape.rows, h->shape.cols, since, until);
  if (h->has_rows) printf("  over %llu rows in all\n", (unsigned long long)h->rows);
  if (h->has_hidden) printf("  %llu values are suppressed\n", (unsigned long long)h->hidden);
  if (h->with_sight) puts("  its reviewers have seen it: the program shows it to them with --review");
  for (unsigned i = 0; i < l->st->n_parties; i++)
    if (h->reviewers.bits >> i & 1)
      printf("  %s  %s\n", h->released.bits >> i & 1 ? "released" : "awaited ", l->st->party[i].name);
}

static enum cli_exit list_held(const struct job *job, const smpc_study *st) {
  char text[400];
  smpc_config cfg;
  struct listing l = {st, 0};
  enum cli_exit code = my_config(&cfg, job);
  if (code == CLI_DONE) code = said(smpc_held_list(&cfg, st, job->file, print_held, &l, text, sizeof text), text);
  if (code == CLI_DONE && l.n == 0) puts("nothing of this study waits here");
  return code;
}

static enum cli_exit give_verdict(const struct job *job, const smpc_study *st, bool reject) {
  char text[400];
  smpc_config cfg;
  if (job->held == NULL) return cli_error("which result? --held ID; smpc-study held lists them"), CLI_USAGE;
  enum cli_exit code = my_config(&cfg, job);
  if (code == CLI_DONE) code = said(smpc_held_sign(&cfg, st, job->file, job->held, reject, text, sizeof text), text);
  if (code == CLI_DONE)
    printf("%s %s.  Send the new file beside %s to all parties.\n", reject ? "Rejected" : "Released", job->held,
           job->file);
  return code;
}

static enum cli_exit with_study(const struct job *job, const smpc_study *st) {
  if (strcmp(job->command, "check") == 0) return check_questions(job, st);
  if (strcmp(job->command, "sign") == 0) return sign(job, st, false);
  if (strcmp(job->command, "revoke") == 0) return sign(job, st, true);
  if (strcmp(job->command, "verify") == 0) return verify(job, st);
  if (strcmp(job->command, "held") == 0) return list_held(job, st);
  if (strcmp(job->command, "release") == 0) return give_verdict(job, st, false);
  if (strcmp(job->command, "reject") == 0) return give_verdict(job, st, true);
  if (job->chinese) study_show_chinese(st, job->file);
  else study_show_english(st, job->file);
  return CLI_DONE;
}

static bool is_command(const char *name) {
  static const char *const all[] = {"check", "show", "sign", "revoke", "verify", "held", "release", "reject"};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(name, all[i]) == 0) return true;
  return false;
}

int main(int argc, char **argv) {
  static const struct argp argp = {
      options, parse_option, "new|check|show|sign|revoke|verify|held|release|reject FILE", doc, NULL, NULL, NULL};
  struct job job = {NULL};
  smpc_study *st = NULL;
  char text[400];
  cli_begin(argv);
  argp_parse(&argp, argc, argv, 0, NULL, &job);
  if (strcmp(job.command, "new") == 0) return make_new(&job);
  if (!is_command(job.command)) return cli_error("no command %s; see --help", job.command), CLI_USAGE;
  enum cli_exit code = said(smpc_study_load(&st, job.file, text, sizeof text), text);
  if (code == CLI_DONE) code = with_study(&job, st);
  smpc_study_free(st);
  return (int)code;
}
