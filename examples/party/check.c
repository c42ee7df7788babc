/* check.c - smpc-party check: the links, tried or explained. */
#include <string.h>

#include "party.h"
#include "question.h"

struct tally { const smpc_config *cfg; unsigned bad; };

static void report(void *user, smpc_party peer, smpc_err code, const char *text) {
  struct tally *t = user;
  if (code != SMPC_OK) t->bad++;
  printf("%-16s %s%s%s\n", t->cfg->member[peer.id].name, code == SMPC_OK ? "ok" : cli_exit_text(cli_exit_of(code)),
         text != NULL && text[0] ? ": " : "", text != NULL ? text : "");
  fflush(stdout);
}

enum cli_exit party_check(const struct cli_options *o) {
  smpc_config cfg;
  char text[600];
  enum cli_exit code = cli_config(&cfg, o);
  if (code != CLI_DONE) return code;
  if (o->question != NULL && !question_digest(cfg.question, o->question, o->ask, text, sizeof text)) {
    cli_error("%s", text);
    return CLI_INPUT;
  }
  struct tally t = {&cfg, 0};
  cli_note_ports(&cfg, o);
  cli_note(o, "trying the links of %s to %u others, who must run `smpc-party check` now as well",
           cfg.member[cfg.me.id].name, cfg.parties - 1);
  smpc_err err = smpc_config_check(&cfg, report, &t);
  if (err != SMPC_OK && t.bad == 0) cli_error("%s", smpc_strerror(err));
  return cli_exit_of(err);
}

/* Of the pair i < j: a party without an address dials; else the higher index. */
static unsigned dialer(const smpc_config *cfg, unsigned i, unsigned j) { return cfg->member[i].address[0] == 0 ? i : j; }

static const char *port_of(const char *address) {
  return strncmp(address, "tcp://", 6) == 0 ? strrchr(address, ':') + 1 : NULL;
}

/* The line of one party: what must come in to it. */
static void print_incoming(const smpc_config *cfg, unsigned who) {
  const smpc_member *m = &cfg->member[who];
  unsigned n = 0;
  const char *where = m->address;
  if (who == cfg->me.id && cfg->listen[0] != 0) where = cfg->listen;
  const char *port = port_of(where);
  for (unsigned other = 0; other < cfg->parties; other++) {
    if (other == who || dialer(cfg, who < other ? who : other, who < other ? other : who) != other) continue;
    if (n++ > 0) printf(", %s", cfg->member[other].name);
    else if (port != NULL) printf("%s: open TCP port %s for %s", m->name, port, cfg->member[other].name);
    else printf("%s: is reached by %s, on the same machine, by %s", m->name, where, cfg->member[other].name);
  }
  if (n == 0) printf("%s: no port to open, it dials everybody", m->name);
  putchar('\n');
}

enum cli_exit party_firewall(const struct cli_options *o) {
  smpc_config cfg;
  enum cli_exit code = cli_config(&cfg, o);
  if (code != CLI_DONE) return code;
  for (unsigned i = 0; i < cfg.parties; i++)
    for (unsigned j = i + 1; j < cfg.parties; j++) {
      unsigned from = dialer(&cfg, i, j), to = from == i ? j : i;
      printf("%s dials %s at %s\n", cfg.member[from].name, cfg.member[to].name, cfg.member[to].address);
    }
  for (unsigned i = 0; i < cfg.parties; i++) print_incoming(&cfg, i);
  cli_note_ports(&cfg, o);
  return CLI_DONE;
}
