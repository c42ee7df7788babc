/* smpc-local - run all parties of a computation on this machine.
 *
 *   smpc-local -n 3 --dealer -- smpc-cohort-count --config {config} --data {name}.csv
 *
 * Every party is a process of its own with a throw-away key; the links are the real
 * ones, over loopback.  What {i}, {name} and {config} stand for is in --help.
 * The first party's output is this program's; the others' comes on stderr, each line
 * with its party's name.
 *
 * Exit   the worst code of all parties (128 + the signal's number for one that was
 *        killed by a signal); 1 usage, 2 input, 7 machine for this program's own.
 *
 * For trying out, demonstrations and tests: one machine that holds all keys
 * protects nothing. */
#include "local.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "yaml_file.h"

enum { NAMES = 0x2000, COMPUTE, DEALER, DIR_, LOGS, PARTY_YAML, IPC, GRACE, STUDY };

static const struct argp_option options[] = {
    {"parties", 'n', "N", 0, "how many parties run PROGRAM", 1},
    {"names", NAMES, "A,B,...", 0, "their names (default: party0,party1,...)", 1},
    {"compute", COMPUTE, "K", 0, "only the first K of them compute; all have input and get results", 1},
    {"dealer", DEALER, NULL, 0, "run smpc-dealer as well", 1},
    {"study", STUDY, "FILE", 0,
     "make a throw-away study of the question in FILE, signed by all; {study} is its path.  Every party keeps a journal", 2},
    {"party-yaml", PARTY_YAML, "FILE", 0,
     "add this text to every party.yaml, with {i}, {name} and {here} (FILE's folder) replaced", 2},
    {"dir", DIR_, "DIR", 0, "make keys and configurations here, and keep them", 2},
    {"logs", LOGS, "DIR", 0, "the other parties' output goes to DIR/NAME.log", 2},
    {"ipc", IPC, NULL, 0, "link the parties by sockets in the file system, not by TCP", 2},
    {"grace", GRACE, "SECONDS", 0, "how long the others may go on when one has failed (default 10)", 3},
    {"quiet", 'q', NULL, 0, "do not say how the parties ended", 3},
    {0}};

static const char doc[] =
    "Run all parties of a computation on this machine, with throw-away keys."
    "\vIn ARGS, {i} is the party's number from 0, {name} its name, {config} its party.yaml, "
    "{study} the study of --study.  "
    "PROGRAM is looked for beside smpc-local, then in PATH.";

static unsigned number(const char *text, const char *option, unsigned min, unsigned max, struct argp_state *state) {
  uint64_t v;
  if (yaml_number(&v, text, max) && v >= min) return (unsigned)v;
  argp_error(state, "%s: a number from %u to %u, not '%s'", option, min, max, text);
  return 0;
}

static unsigned count_names(const char *names) {
  unsigned n = 1;
  for (const char *p = names; *p; p++) n += *p == ',';
  return n;
}

static void check_job(struct local_job *job, struct argp_state *state) {
  if (job->argv == NULL) argp_error(state, "no PROGRAM: write it after --");
  if (job->n == 0 && job->names == NULL) argp_error(state, "how many parties?  -n N");
  if (job->n == 0) job->n = count_names(job->names);
  if (job->n < 2 || job->n + job->has_dealer > LOCAL_MAX) argp_error(state, "2 to %d parties", LOCAL_MAX);
  if (job->names != NULL && count_names(job->names) != job->n) argp_error(state, "--names: as many as -n says");
  if (job->computing == 0) job->computing = job->n;
  if (job->computing > job->n || job->computing > SMPC_MAX_COMPUTING)
    argp_error(state, "at most %d parties can compute: see --compute", SMPC_MAX_COMPUTING);
}

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct local_job *job = state->input;
  switch (key) {
  case 'n': job->n = number(arg, "-n", 2, LOCAL_MAX, state); break;
  case NAMES: job->names = arg; break;
  case COMPUTE: job->computing = number(arg, "--compute", 2, SMPC_MAX_COMPUTING, state); break;
  case DEALER: job->has_dealer = true; break;
  case PARTY_YAML: job->party_yaml = arg; break;
  case DIR_: job->dir = arg; break;
  case STUDY: job->study = arg; break;
  case LOGS: job->logs = arg; break;
  case IPC: job->use_ipc = true; break;
  case GRACE: job->grace_ms = 1000 * number(arg, "--grace", 0, 3600, state); break;
  case 'q': job->quiet = true; break;
  case ARGP_KEY_ARG:
    job->argv = state->argv + state->next - 1; /* all the rest is PROGRAM's */
    state->next = state->argc;
    break;
  case ARGP_KEY_END: check_job(job, state); break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

static bool is_program(const char *path) {
  struct stat st;
  return access(path, X_OK) == 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* An executable file FOLDER/NAME. */
static bool is_there(char *path, size_t size, const char *folder, int folder_len, const char *name) {
  return (size_t)snprintf(path, size, "%.*s/%s", folder_len, folder, name) < size && is_program(path);
}

/* Beside this program: in its folder, or, in a build tree, where smpc-xyz is in a
 * folder xyz, in that. */
static bool find_beside(char *path, size_t size, const char *name) {
  char self[4096], folder[4200];
  ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
  while (len > 0 && self[len - 1] != '/') len--;
  if (len <= 0) return false;
  if (is_there(path, size, self, (int)len - 1, name)) return true;
  if (strncmp(name, "smpc-", 5) != 0) return false;
  int used = snprintf(folder, sizeof folder, "%.*s../%s", (int)len, self, name + 5);
  return used > 0 && (size_t)used < sizeof folder && is_there(path, size, folder, used, name);
}

bool local_find(char *path, size_t size, const char *name) {
  if (strchr(name, '/') != NULL) return (size_t)snprintf(path, size, "%s", name) < size && is_program(path);
  if (find_beside(path, size, name)) return true;
  for (const char *p = getenv("PATH"); p != NULL && *p;) {
    size_t folder = strcspn(p, ":");
    if (folder > 0 && is_there(path, size, p, (int)folder, name)) return true;
    p += folder + (p[folder] == ':');
  }
  return false;
}

int main(int argc, char **argv) {
  static const struct argp argp = {options, parse_option, "-- PROGRAM ARGS...", doc, NULL, NULL, NULL};
  struct local_job job = {.grace_ms = 10000};
  struct local_files files = {.n = 0};
  char program[4096], dealer[4096] = "";
  cli_begin(argv);
  argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &job);
  if (!local_find(program, sizeof program, job.argv[0])) {
    if (strchr(job.argv[0], '/') != NULL) cli_error("there is no program %s", job.argv[0]);
    else cli_error("no program %s beside smpc-local or in PATH; one in this folder is ./%s", job.argv[0], job.argv[0]);
    return CLI_USAGE;
  }
  if (job.has_dealer && !local_find(dealer, sizeof dealer, "smpc-dealer")) {
    cli_error("no smpc-dealer beside smpc-local or in PATH");
    return CLI_USAGE;
  }
  int worst = local_files_make(&files, &job);
  if (worst == CLI_DONE) worst = local_run(&files, &job, program, dealer);
  local_files_drop(&files);
  return worst;
}
