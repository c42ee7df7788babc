/* cli.c - see cli.h: the command line, messages, exit codes. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <smpc_study.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_impl.h"
#include "yaml_file.h"

/* --- exit codes ----------------------------------------------------------------- */

enum cli_exit cli_exit_of(smpc_err e) {
  switch (e) {
  case SMPC_OK: return CLI_DONE;
  case SMPC_E_RANGE:
  case SMPC_E_FILE: return CLI_INPUT;
  case SMPC_E_POLICY: return CLI_POLICY;
  case SMPC_E_HELD: return CLI_HELD;
  case SMPC_E_NOMEM:
  case SMPC_E_DISK:
  case SMPC_E_RNG: return CLI_MACHINE;
  case SMPC_E_CONNECT:
  case SMPC_E_TIMEOUT:
  case SMPC_E_CLOSED:
  case SMPC_E_CANCELED: return CLI_NETWORK;
  case SMPC_E_VERSION:
  case SMPC_E_PARAM:
  case SMPC_E_DESYNC:
  case SMPC_E_PEER: return CLI_DISAGREE;
  case SMPC_E_AUTH:
  case SMPC_E_FORMAT:
  case SMPC_E_CHEAT: return CLI_CHEAT;
  case SMPC_E_ARG: /* these four no program should cause */
  case SMPC_E_SHAPE:
  case SMPC_E_STATE:
  case SMPC_E_BUG: break;
  }
  return CLI_BUG;
}

const char *cli_exit_text(enum cli_exit code) {
  switch (code) {
  case CLI_DONE: return "done";
  case CLI_USAGE: return "usage";
  case CLI_INPUT: return "input";
  case CLI_NETWORK: return "network";
  case CLI_DISAGREE: return "disagreement";
  case CLI_POLICY: return "refused by policy";
  case CLI_CHEAT: return "cheating";
  case CLI_MACHINE: return "machine";
  case CLI_HELD: return "held for review";
  case CLI_BUG: break;
  }
  return "bug";
}

/* --- messages ------------------------------------------------------------------- */

/* In one piece: other processes may write to the same stream. */
static void say(const char *fmt, va_list ap) {
  char text[4096];
  vsnprintf(text, sizeof text, fmt, ap);
  cli_status(NULL);
  fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
}

void cli_error(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  say(fmt, ap);
  va_end(ap);
}

void cli_note(const struct cli_options *o, const char *fmt, ...) {
  va_list ap;
  if (o->quiet) return;
  va_start(ap, fmt);
  say(fmt, ap);
  va_end(ap);
}

/* --- options -------------------------------------------------------------------- */

enum { CONFIG = 0x1000, PARTIES, QUESTION, DATA, OUTPUT, JSON, CSV, DRY_RUN, WAIT, STUDY, ASK, RELEASE, REVIEW };

static const struct argp_option options[] = {
    {"config", CONFIG, "FILE", 0, "my configuration (default: party.yaml)", 1},
    {"parties", PARTIES, "FILE", 0, "the parties, instead of the file that party.yaml names", 1},
    {"question", QUESTION, "FILE", 0, "the agreed question", 1},
    {"study", STUDY, "FILE", 0, "a signed study, instead of --parties and --question", 1},
    {"ask", ASK, "NAME", 0, "which question of the study or the file (default: its only one)", 1},
    {"release", RELEASE, "ID", 0, "open this held result, which its reviewers have released, instead of running", 1},
    {"dry-run", DRY_RUN, NULL, 0, "say what it would do, cost and reveal, and stop: no network", 3},
    {"wait", WAIT, "SECONDS", 0, "how long to wait for the others to start", 3},
    {"quiet", 'q', NULL, 0, "errors only", 3},
    {"verbose", 'v', NULL, 0, "say more", 3},
    {0}};

static const struct argp_option result_options[] = {
    {"data", DATA, "FILE", 0, "my rows, instead of the file that party.yaml names", 1},
    {"review", REVIEW, "ID", 0, "show me this held result, which I review with sight: no network", 1},
    {"output", OUTPUT, "FILE", 0, "write the result to FILE", 2},
    {"json", JSON, NULL, 0, "write the result as JSON", 2},
    {"csv", CSV, NULL, 0, "write the result as CSV", 2},
    {0}};

struct parse { struct cli_options *o; void *input; };

static void set_wait(struct cli_options *o, const char *text, struct argp_state *state) {
  uint64_t seconds;
  if (!yaml_number(&seconds, text, 24 * 3600) || seconds == 0)
    argp_error(state, "--wait: a number of seconds from 1 to 86400, not '%s'", text);
  else o->wait_ms = (unsigned)seconds * 1000;
}

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct parse *p = state->input;
  struct cli_options *o = p->o;
  switch (key) {
  case ARGP_KEY_INIT: state->child_inputs[0] = p->input; break;
  case CONFIG: o->config = arg; break;
  case PARTIES: o->parties = arg; break;
  case QUESTION: o->question = arg; break;
  case STUDY: o->study = arg; break;
  case ASK: o->ask = arg; break;
  case RELEASE: o->release = arg; break;
  case DRY_RUN: o->dry_run = true; break;
  case WAIT: set_wait(o, arg, state); break;
  case ARGP_KEY_END:
    if (o->study != NULL && (o->parties != NULL || o->question != NULL))
      argp_error(state, "--study has the parties and the questions: leave --parties and --question out");
    if (o->ask != NULL && o->study == NULL && o->question == NULL) argp_error(state, "--ask belongs to --study or --question");
    if ((o->release != NULL || o->review != NULL) && o->study == NULL)
      argp_error(state, "--release and --review belong to --study");
    break;
  case 'q': o->quiet = true; break;
  case 'v': o->verbose = true; break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

static void set_format(struct cli_options *o, enum cli_format format, struct argp_state *state) {
  if (o->format != CLI_TABLE && o->format != format) argp_error(state, "--json and --csv: one of them");
  o->format = format;
}

static error_t parse_result_option(int key, char *arg, struct argp_state *state) {
  struct cli_options *o = state->input;
  switch (key) {
  case DATA: o->data = arg; break;
  case REVIEW: o->review = arg; break;
  case OUTPUT: o->output = arg; break;
  case JSON: set_format(o, CLI_JSON, state); break;
  case CSV: set_format(o, CLI_CSV, state); break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

const struct argp cli_result = {result_options, parse_result_option, NULL, NULL, NULL, NULL, NULL};

static void print_version(FILE *out, struct argp_state *state) {
  (void)state;
  fprintf(out, "%s (libmpc) %s\n", program_invocation_short_name, smpc_version());
}

void cli_begin(char **argv) {
  const struct rlimit no_core = {0, 0}; /* rows, counts and libcrypto's keys lie in ordinary memory */
  (void)setrlimit(RLIMIT_CORE, &no_core);
  argv[0] = program_invocation_short_name; /* getopt's messages begin like ours */
  argp_err_exit_status = CLI_USAGE;
  argp_program_version_hook = print_version;
}

void cli_parse(struct cli_options *o, int argc, char **argv, const char *doc, const struct argp *more, void *input) {
  static const struct argp none = {0};
  struct argp_child children[] = {{more != NULL ? more : &none, 0, NULL, 0}, {0}};
  struct argp all = {options, parse_option, NULL, doc, children, NULL, NULL};
  struct parse p = {o, input};
  memset(o, 0, sizeof *o);
  o->config = "party.yaml";
  cli_begin(argv);
  argp_parse(&all, argc, argv, 0, NULL, &p);
}

enum cli_exit cli_config(smpc_config *cfg, const struct cli_options *o) {
  char text[300];
  *cfg = (smpc_config)SMPC_CONFIG_INIT;
  smpc_err err = o->study != NULL ? smpc_config_load_study(cfg, o->config, o->study, o->ask, text, sizeof text)
                                  : smpc_config_load_with(cfg, o->config, o->parties, text, sizeof text);
  if (err == SMPC_OK && o->release != NULL && (err = smpc_config_release(cfg, o->release)) != SMPC_OK)
    return cli_error("--release: \"%s\" is no name of a held result: smpc-study held lists them", o->release), CLI_USAGE;
  if (err != SMPC_OK) cli_error("%s", text);
  else if (o->wait_ms != 0) cfg->wait_ms = o->wait_ms;
  return cli_exit_of(err);
}

static bool lists(const char *purposes, const char *purpose) {
  size_t len = strlen(purpose);
  if (strcmp(purposes, "*") == 0) return true;
  for (const char *p = purposes; *p != '\0';) {
    size_t n = strcspn(p, "\n");
    if (n == len && memcmp(p, purpose, n) == 0) return true;
    p += n + (p[n] == '\n');
  }
  return false;
}

bool cli_allows(const smpc_config *cfg, const char *purpose) {
  if (cfg->study[0] != 0 && cfg->purposes[0] == 0) return true; /* the study says what may open */
  return lists(cfg->purposes, purpose);
}

enum cli_exit cli_allowed(const smpc_config *cfg, const char *purpose) {
  if (cli_allows(cfg, purpose)) return CLI_DONE;
  cli_error("`purposes:` in this party's configuration does not list \"%s\"", purpose);
  return CLI_POLICY;
}

static const char *port_of(const char *address) {
  return strncmp(address, "tcp://", 6) == 0 ? strrchr(address, ':') + 1 : NULL;
}

void cli_note_ports(const smpc_config *cfg, const struct cli_options *o) {
  const char *mine = port_of(cfg->listen), *dialed = port_of(cfg->member[cfg->me.id].address);
  if (mine == NULL || dialed == NULL || strcmp(mine, dialed) == 0) return;
  cli_note(o, "note: I listen on port %s (`listen` in party.yaml), and the others dial port %s (`address` of %s): right only "
              "where a router forwards the one to the other", mine, dialed, cfg->member[cfg->me.id].name);
}

/* --- results -------------------------------------------------------------------- */

static enum cli_exit output_fault(struct cli_output *out) {
  cli_error("cannot write %s: %s", out->path != NULL ? out->path : "the result", strerror(errno));
  return CLI_MACHINE;
}

/* A file beside the result, with the mode the result should have. */
static FILE *open_temp(struct cli_output *out) {
  if (asprintf(&out->temp, "%s.XXXXXX", out->path) < 0) out->temp = NULL;
  int fd = out->temp == NULL ? -1 : mkstemp(out->temp);
  if (fd < 0) {
    free(out->temp);
    out->temp = NULL;
    return NULL;
  }
  mode_t mask = umask(0);
  umask(mask);
  (void)fchmod(fd, 0666 & ~mask);
  return fdopen(fd, "w");
}

enum cli_exit cli_output_begin(struct cli_output *out, const struct cli_options *o) {
  struct stat st;
  *out = (struct cli_output){.file = stdout, .path = o->output};
  if (o->output == NULL) return CLI_DONE;
  bool is_special = stat(o->output, &st) == 0 && !S_ISREG(st.st_mode); /* /dev/stdout, a pipe */
  out->file = is_special ? fopen(o->output, "w") : open_temp(out);
  if (out->file != NULL) return CLI_DONE;
  bool is_path = errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == EISDIR || errno == EROFS;
  enum cli_exit code = output_fault(out);
  return is_path ? CLI_INPUT : code;
}

enum cli_exit cli_output_end(struct cli_output *out, bool keep) {
  if (out->file == NULL) return CLI_MACHINE;
  bool ok = fflush(out->file) == 0 && !ferror(out->file);
  if (ok && keep && out->temp != NULL) ok = fsync(fileno(out->file)) == 0;
  int why = errno;
  if (out->file != stdout && fclose(out->file) != 0 && ok) ok = false, why = errno;
  out->file = NULL;
  if (out->temp != NULL && ok && keep && rename(out->temp, out->path) != 0) ok = false, why = errno;
  if (out->temp != NULL && !(ok && keep)) unlink(out->temp);
  free(out->temp);
  out->temp = NULL;
  errno = why;
  return ok || !keep ? CLI_DONE : output_fault(out);
}
