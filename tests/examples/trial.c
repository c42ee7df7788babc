/* trial.c - a program of a few lines for the tests of smpc-local: what the parties
 * do is told by one word.
 *
 *   multiply   the sum of all inputs (party i has i + 1), squared, to everybody
 *   wait       the last party sleeps, the others wait for it in an opening
 *   die        the last party kills itself when the session is open */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static error_t parse_option(int key, char *arg, struct argp_state *state) {
  if (key != ARGP_KEY_ARG) return ARGP_ERR_UNKNOWN;
  *(const char **)state->input = arg;
  return 0;
}

static enum cli_exit multiply(smpc_session *s, const smpc_config *cfg) {
  smpc_shape one = {1, 1};
  smpc_shared *sum = NULL;
  smpc_who all = {0};
  int64_t result;
  for (unsigned i = 0; i < cfg->parties; i++) {
    if (!(cfg->member[i].roles & SMPC_INPUT)) continue;
    int64_t mine = (int64_t)i + 1;
    smpc_shared *x = smpc_input_i64(s, smpc_p(i), &mine, one);
    sum = sum == NULL ? x : smpc_add(s, sum, x);
    all = smpc_and(all, smpc_p(i));
  }
  smpc_err err = smpc_open_i64(s, smpc_mul(s, sum, sum), all, "a trial", &result, 1);
  if (err == SMPC_OK) printf("%lld\n", (long long)result);
  return cli_close(s);
}

int main(int argc, char **argv) {
  static const struct argp more = {NULL, parse_option, "WORD", NULL, NULL, NULL, NULL};
  const char *word = "";
  struct cli_options o;
  smpc_config cfg;
  smpc_session *s;
  cli_parse(&o, argc, argv, "try", &more, &word);
  enum cli_exit code = cli_config(&cfg, &o);
  if (code == CLI_DONE) code = cli_open(&s, &cfg, &o);
  if (code != CLI_DONE) return code;
  unsigned last = 0; /* of those with data: the dealer stands behind them */
  for (unsigned i = 0; i < cfg.parties; i++)
    if (cfg.member[i].roles & SMPC_INPUT) last = i;
  bool is_last = cfg.me.id == last;
  if (is_last && strcmp(word, "die") == 0) raise(SIGKILL);
  puts("open");
  fflush(stdout);
  if (is_last && strcmp(word, "wait") == 0) sleep(60);
  return multiply(s, &cfg);
}
