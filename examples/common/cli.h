/* cli.h - what all programs share: exit codes, options, messages, a session that
 * ends well on Ctrl-C. */
#ifndef SMPC_CLI_H
#define SMPC_CLI_H

#include <argp.h>
#include <smpc.h>
#include <stdio.h>

/* The exit codes of every program. */
enum cli_exit {
  CLI_DONE = 0,
  CLI_USAGE = 1,    /* the command line                                     */
  CLI_INPUT = 2,    /* a file of the user's: configuration, question, data  */
  CLI_NETWORK = 3,  /* no link, a lost link, silence; or canceled by a user */
  CLI_DISAGREE = 4, /* the parties have different versions, files, programs */
  CLI_POLICY = 5,   /* refused by this party's own configuration            */
  CLI_CHEAT = 6,    /* somebody is not who, or does not do what, they should */
  CLI_MACHINE = 7,  /* memory, disk, randomness                             */
  CLI_HELD = 8,     /* no failure: the result waits for its reviewers      */
  CLI_BUG = 99      /* please report                                        */
};
enum cli_exit cli_exit_of(smpc_err e);
const char *cli_exit_text(enum cli_exit code); /* "network": for --help and man pages */

enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV };

/* The options; data, output and format only with cli_result.  NULL: not given. */
struct cli_options {
  const char *config;   /* --config FILE    party.yaml, the default          */
  const char *parties;  /* --parties FILE   instead of the one party.yaml names */
  const char *question; /* --question FILE                                   */
  const char *study;    /* --study FILE     a signed study, instead of parties and question */
  const char *ask;      /* --ask NAME       which of its questions, or of the file's */
  const char *release;  /* --release ID     open this held result, instead of running */
  const char *data;     /* --data FILE      instead of party.yaml's data: file */
  const char *review;   /* --review ID      show this held result to me, its reviewer */
  const char *output;   /* --output FILE    instead of standard output       */
  enum cli_format format; /* --json, --csv                                   */
  bool dry_run;         /* --dry-run        say what it would cost; no data, no network */
  bool quiet, verbose;  /* --quiet, --verbose                                */
  unsigned wait_ms;     /* --wait SECONDS   0: as party.yaml says            */
};

/* Parse argv into *o.  `doc` is argp's text for --help, `more` (may be NULL) a
 * program's own options, which gets `input`.  A wrong command line ends the
 * program with CLI_USAGE; --help and --version end it with CLI_DONE. */
void cli_parse(struct cli_options *o, int argc, char **argv, const char *doc, const struct argp *more, void *input);
/* `more` of a program that has data and a result; its `input` is the options. */
extern const struct argp cli_result;
/* For programs with other options: --help, --version, the name and exit code
 * of usage errors.  Call first. */
void cli_begin(char **argv);

/* One message on stderr, "smpc-xxx: ...\n"; cli_note only without --quiet. */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_note(const struct cli_options *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Load --config (and --parties or --study, --wait) into *cfg; says what is wrong. */
enum cli_exit cli_config(smpc_config *cfg, const struct cli_options *o);
/* Would this party's configuration let a result be opened for `purpose`?  Asked
 * before anything runs; the library asks again.  CLI_POLICY, and says so, if not. */
enum cli_exit cli_allowed(const smpc_config *cfg, const char *purpose);
bool cli_allows(const smpc_config *cfg, const char *purpose); /* the same, without a word */

/* Note that the port I listen on is not the one the others dial: right only behind a router that forwards it. */
void cli_note_ports(const smpc_config *cfg, const struct cli_options *o);

/* smpc_session_open() with progress on a terminal, notes on --verbose, and
 * SIGINT and SIGTERM turned into smpc_session_cancel().  One session at a time.
 * On failure *s is NULL and the message has been printed. */
enum cli_exit cli_open(smpc_session **s, const smpc_config *cfg, const struct cli_options *o);
/* Close, and print the session's first error if there is one. */
enum cli_exit cli_close(smpc_session *s);

/* The stream for results: standard output or --output (a new file, replaced
 * only when all of it is on disk).  cli_output_begin is called before anything is
 * opened: CLI_INPUT where nothing can be written there.  cli_output_end returns
 * CLI_MACHINE, and says so, when something could not be written (a full disk). */
struct cli_output { FILE *file; char *temp; const char *path; };
enum cli_exit cli_output_begin(struct cli_output *out, const struct cli_options *o);
enum cli_exit cli_output_end(struct cli_output *out, bool keep);

#endif
