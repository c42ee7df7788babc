/* smpc-journal - check parties' journals, and add up what was used.
 *
 *   smpc-journal verify FILE...    each by itself, all against each other, with --study against the study
 *   smpc-journal report FILE...    the metering: table, --csv or --json
 *
 * Works offline, without any secret, on copies of the files.
 * Exit   0 no fault; 6 faults were found; 1 usage, 2 a file cannot be read. */
#include "journal.h"

#include <stdlib.h>
#include <string.h>

enum { JSON = 0x1000, CSV, STUDY };

static const struct argp_option options[] = {
    {"json", JSON, NULL, 0, "report: as JSON", 1},
    {"csv", CSV, NULL, 0, "report: as CSV", 1},
    {"study", STUDY, "FILE", 0, "verify: against this study, too", 1},
    {"quiet", 'q', NULL, 0, "verify: faults only", 1},
    {0}};

static const char doc[] = "Check the journals of one or several parties, or report what was used."
                          "\vverify needs no secret and no network, only copies of the files.  The journals of several "
                          "parties of the same sessions show more than one alone.";

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct journal_job *job = state->input;
  switch (key) {
  case JSON: job->format = CLI_JSON; break;
  case CSV: job->format = CLI_CSV; break;
  case STUDY: job->study = arg; break;
  case 'q': job->quiet = true; break;
  case ARGP_KEY_ARG:
    if (job->command == NULL) job->command = arg;
    else job->file[job->n++] = arg;
    break;
  case ARGP_KEY_END:
    if (job->command == NULL || (strcmp(job->command, "verify") != 0 && strcmp(job->command, "report") != 0))
      argp_error(state, "verify or report?");
    else if (job->n == 0) argp_error(state, "%s needs at least one journal", job->command);
    break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

static void print_finding(void *user, const smpc_finding *f) {
  const struct journal_job *job = user;
  if (job->quiet && !f->is_fault) return;
  printf("%s  %s", f->is_fault ? "FAULT" : "note ", f->journal);
  if (f->entry != 0) printf(":%llu", (unsigned long long)f->entry);
  printf("  %s\n", f->text);
}

static const char *plural(uint64_t n) { return n == 1 ? "" : "s"; }

static void print_sum(const smpc_audit *a) {
  printf("%llu journal%s, %llu entries, %llu session%s, %llu opening%s, %llu seal%s: ", (unsigned long long)a->journals,
         plural(a->journals), (unsigned long long)a->entries, (unsigned long long)a->runs, plural(a->runs),
         (unsigned long long)a->openings, plural(a->openings), (unsigned long long)a->sealed, plural(a->sealed));
  if (a->faults == 0) printf("no fault");
  else printf("%llu FAULT%s", (unsigned long long)a->faults, a->faults == 1 ? "" : "S");
  if (a->notes > 0) printf(", %llu note%s", (unsigned long long)a->notes, plural(a->notes));
  putchar('\n');
}

static enum cli_exit verify(struct journal_job *job) {
  char text[400];
  smpc_audit audit;
  smpc_err err = smpc_journal_verify_study(&audit, job->study, job->file, job->n, print_finding, job, text, sizeof text);
  if (err != SMPC_OK && err != SMPC_E_CHEAT) {
    cli_error("%s", text);
    return cli_exit_of(err);
  }
  print_sum(&audit);
  return cli_exit_of(err);
}

/* Every journal begins with the number of its first entry, as text; what else is given is named before anybody
 * looks for what somebody has changed in it. */
static bool is_journal(const char *path) {
  char head[4096] = "";
  FILE *in = fopen(path, "r");
  size_t n = in == NULL ? 0 : fread(head, 1, sizeof head - 1, in);
  if (in != NULL) fclose(in);
  bool is_study = strncmp(head, "study:", 6) == 0 || strstr(head, "\nstudy:") != NULL;
  if (n == 0 || strncmp(head, "entry ", 6) == 0) return true; /* the library says why it cannot be read */
  if (is_study)
    cli_error(
        "%s is a study, not a journal: give it by --study, and the files that `journal:` in party.yaml names as FILE",
        path);
  else if (strncmp(head, "kind ", 5) == 0) cli_error("%s is a signature or a held result, not a journal", path);
  else return true;
  return false;
}

int main(int argc, char **argv) {
  static const struct argp argp = {options, parse_option, "verify [--study STUDY] FILE...\nreport FILE...", doc, NULL,
                                   NULL,    NULL};
  struct journal_job job = {.format = CLI_TABLE};
  cli_begin(argv);
  job.file = calloc((size_t)argc + 1, sizeof *job.file);
  if (job.file == NULL) {
    cli_error("out of memory");
    return CLI_MACHINE;
  }
  argp_parse(&argp, argc, argv, 0, NULL, &job);
  for (size_t i = 0; i < job.n; i++)
    if (!is_journal(job.file[i])) return free(job.file), CLI_INPUT;
  enum cli_exit code = strcmp(job.command, "verify") == 0 ? verify(&job) : journal_report(&job);
  if (code == CLI_DONE && (fflush(stdout) != 0 || ferror(stdout))) {
    cli_error("the report cannot be written");
    code = CLI_MACHINE;
  }
  free(job.file);
  return (int)code;
}
