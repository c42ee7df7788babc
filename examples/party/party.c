/* smpc-party - set a party up: files, keys, and a check of every link.
 *
 *   smpc-party new DIR             commented party.yaml, parties.yaml, question.yaml
 *   smpc-party keygen [FILE]       make my key (mode 0600); FILE: else party.yaml's `key:`
 *   smpc-party show [FILE]         my entry for parties.yaml, and a short fingerprint
 *   smpc-party show --all          everybody's fingerprint, to compare by telephone
 *   smpc-party check               try the links; one line for each of the others
 *   smpc-party check --firewall    who dials whom, and which port to open
 *
 * Exit   0 done, else the table of exit codes in smpc-party(1). */
#include "party.h"

#include <string.h>

struct job {
  const char *command, *operand, *name;
  bool is_firewall, is_all;
};

enum { FIREWALL = 0x2000, ALL, NAME };

static const struct argp_option options[] = {
    {"firewall", FIREWALL, NULL, 0, "check: only say who dials whom and which port to open", 4},
    {"all", ALL, NULL, 0, "show: the fingerprints of everybody in parties.yaml", 4},
    {"name", NAME, "NAME", 0, "new: the party's name (default: DIR's)", 4},
    {0}};

static const char doc[] = "Set a party up: files, keys, links."
                          "\vnew DIR writes commented templates; keygen makes the key; show prints what the others need; "
                          "check tries the links.";

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  struct job *job = state->input;
  switch (key) {
  case FIREWALL: job->is_firewall = true; break;
  case ALL: job->is_all = true; break;
  case NAME: job->name = arg; break;
  case ARGP_KEY_ARG:
    if (job->command == NULL) job->command = arg;
    else if (job->operand == NULL) job->operand = arg;
    else argp_error(state, "too many arguments");
    break;
  case ARGP_KEY_END:
    if (job->command == NULL) argp_error(state, "new, keygen, show or check?");
    break;
  default: return ARGP_ERR_UNKNOWN;
  }
  return 0;
}

static int usage(const char *text) {
  cli_error("%s; see --help", text);
  return CLI_USAGE;
}

int main(int argc, char **argv) {
  static const struct argp more = {options, parse_option, "new DIR\nkeygen [FILE]\nshow [FILE]\ncheck", NULL, NULL, NULL, NULL};
  struct job job = {NULL, NULL, NULL, false, false};
  struct cli_options o;
  cli_parse(&o, argc, argv, doc, &more, &job);
  const char *command = job.command;
  if (strcmp(command, "new") == 0)
    return job.operand == NULL ? usage("new needs a folder") : (int)party_new(job.operand, job.name);
  if (strcmp(command, "keygen") == 0) return party_keygen(job.operand, &o);
  if (strcmp(command, "show") == 0) return job.is_all ? party_show_all(&o) : party_show(job.operand, &o);
  if (strcmp(command, "check") != 0) return usage("the commands are new, keygen, show and check");
  if (job.operand != NULL) return usage("check takes no argument: see --config");
  return job.is_firewall || o.dry_run ? party_firewall(&o) : party_check(&o);
}
