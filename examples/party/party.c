/* smpc-party - set a party up: files, keys, and a check of every link.
 *
 *   smpc-party new DIR             commented party.yaml, parties.yaml, question.yaml
 *   smpc-party keygen [FILE]       make my key (mode 0600); FILE: else party.yaml's `key:`
 *   smpc-party show [FILE]         my entry for parties.yaml, and a short fingerprint
 *   smpc-party show --all          everybody's fingerprint, to compare by telephone
 *   smpc-party check               try the links; one line for each of the others
 *   smpc-party check --firewall    who dials whom, and which port to open
 *   smpc-party pool                what the pool of correlated randomness holds
 *   smpc-party pool --fill SPEC    fill it, at all parties at the same time
 *   smpc-party pool --empty        remove all it holds
 *
 * Exit   0 done, else the table of exit codes in smpc-party(1). */
#include "party.h"

#include <string.h>

struct job {
  const char *command, *operand, *name;
  const char *fill;
  bool is_firewall, is_all, is_empty;
};

enum { FIREWALL = 0x2000, ALL, NAME, FILL, EMPTY };

static const struct argp_option options[] = {
    {"firewall", FIREWALL, NULL, 0, "check: only say who dials whom and which port to open", 4},
    {"all", ALL, NULL, 0, "show: the fingerprints of everybody in parties.yaml", 4},
    {"name", NAME, "NAME", 0, "new: the party's name (default: DIR's)", 4},
    {"fill", FILL, "SPEC", 0, "pool: fill it; SPEC is triples=200k,edabits=10k or the like", 4},
    {"empty", EMPTY, NULL, 0, "pool: remove all it holds", 4},
    {0}};

static const char doc[] = "Set a party up: files, keys, links."
                          "\vnew DIR writes commented templates; keygen makes the key; show prints what the others need; "
                          "check tries the links; pool shows and fills the pool of correlated randomness.";

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct job *job = state->input;
  switch (key) {
  case FIREWALL: job->is_firewall = true; break;
  case ALL: job->is_all = true; break;
  case NAME: job->name = arg; break;
  case FILL: job->fill = arg; break;
  case EMPTY: job->is_empty = true; break;
  case ARGP_KEY_ARG:
    if (job->command == NULL) job->command = arg;
    else if (job->operand == NULL) job->operand = arg;
    else argp_error(state, "too many arguments");
    break;
  case ARGP_KEY_END:
    if (job->command == NULL) argp_error(state, "new, keygen, show, check or pool?");
    break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

static int usage(const char *text) {
  cli_error("%s; see --help", text);
  return CLI_USAGE;
}

static int pool(const struct job *job, const struct cli_options *o) {
  if (job->operand != NULL) return usage("pool takes no argument: see --fill, --empty and --config");
  if (job->fill != NULL && job->is_empty) return usage("--fill or --empty, not both");
  if (job->is_empty) return party_pool_empty(o);
  return job->fill != NULL ? party_pool_fill(job->fill, o) : party_pool(o);
}

int main(int argc, char **argv) {
  static const struct argp more = {
      options, parse_option, "new DIR\nkeygen [FILE]\nshow [FILE]\ncheck\npool", NULL, NULL, NULL, NULL};
  struct job job = {0};
  struct cli_options o;
  cli_parse(&o, argc, argv, doc, &more, &job);
  const char *command = job.command;
  if (strcmp(command, "new") == 0)
    return job.operand == NULL ? usage("new needs a folder") : (int)party_new(job.operand, job.name);
  if (strcmp(command, "keygen") == 0) return party_keygen(job.operand, &o);
  if (strcmp(command, "show") == 0) return job.is_all ? party_show_all(&o) : party_show(job.operand, &o);
  if (strcmp(command, "pool") == 0) return pool(&job, &o);
  if (strcmp(command, "check") != 0) return usage("the commands are new, keygen, show, check and pool");
  if (job.operand != NULL) return usage("check takes no argument: see --config");
  return job.is_firewall || o.dry_run ? party_firewall(&o) : party_check(&o);
}
