/* smpc-dealer - the party that sees no data and makes the correlated randomness.
 *
 *   smpc-dealer --config party.yaml [--question question.yaml]
 *
 * It connects like everybody else, serves the computing parties until all of them
 * have closed, and ends.  Its party.yaml is its own, its key nobody else's.
 * --question must be given when the parties have one: they agree on it with
 * everybody, and a dealer should know what it works for.
 *
 * Exit   0 done, else the table of exit codes in smpc-dealer(1). */
#include "cli.h"
#include "question.h"

static const char doc[] = "Deal correlated randomness to the computing parties until they have all finished."
                          "\vThe dealer sees no data, but it must be trusted: together with any one computing "
                          "party it could reconstruct all inputs.";

/* "north, south and west": the computing parties. */
static void name_served(char *out, size_t size, const smpc_config *cfg) {
  size_t used = 0;
  unsigned left = 0;
  for (unsigned i = 0; i < cfg->parties; i++) left += (cfg->member[i].roles & SMPC_COMPUTE) != 0;
  for (unsigned i = 0; i < cfg->parties && used < size; i++) {
    if (!(cfg->member[i].roles & SMPC_COMPUTE)) continue;
    left--;
    used += (size_t)snprintf(out + used, size - used, "%s%s", cfg->member[i].name, left > 1 ? ", " : left == 1 ? " and " : "");
  }
}

static void print_trust(const smpc_config *cfg, const struct cli_options *o) {
  char served[SMPC_MAX_COMPUTING * 70];
  name_served(served, sizeof served, cfg);
  cli_note(o, "%s deals for %s. It sees no data; but whoever controls it together with any one of them can "
              "reconstruct all inputs, and a wrong dealer makes wrong results without notice.",
           cfg->member[cfg->me.id].name, served);
}

static enum cli_exit prepare(smpc_config *cfg, const struct cli_options *o) {
  char text[600];
  enum cli_exit code = cli_config(cfg, o);
  if (code != CLI_DONE) return code;
  if (cfg->member[cfg->me.id].roles != SMPC_DEAL) {
    cli_error("%s is not the dealer of this computation: see `roles:` in parties.yaml", cfg->member[cfg->me.id].name);
    return CLI_INPUT;
  }
  if (o->question != NULL && !question_digest(cfg->question, o->question, o->ask, text, sizeof text)) {
    cli_error("%s", text);
    return CLI_INPUT;
  }
  return CLI_DONE;
}

static enum cli_exit deal(const smpc_config *cfg, const struct cli_options *o) {
  smpc_session *s = NULL;
  enum cli_exit code = cli_open(&s, cfg, o);
  if (code != CLI_DONE) return code;
  smpc_err err = smpc_session_deal(s);
  code = cli_close(s);
  return code != CLI_DONE ? code : cli_exit_of(err);
}

int main(int argc, char **argv) {
  struct cli_options o;
  smpc_config cfg;
  cli_parse(&o, argc, argv, doc, NULL, NULL);
  enum cli_exit code = prepare(&cfg, &o);
  if (code != CLI_DONE) return code;
  print_trust(&cfg, &o);
  if (o.dry_run) cli_note_ports(&cfg, &o);
  return o.dry_run ? CLI_DONE : deal(&cfg, &o);
}
