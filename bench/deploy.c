/* deploy.c - where the parties run: processes here, one party there, or threads
 * on the simulated network. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench.h"
#include "rand/entropy.h"
#include "session/session_impl.h"
#include "triple/cost.h"
#include "wire/sim/sim.h"

/* --- exit codes ------------------------------------------------------------------ */

static int exit_code(smpc_err e) {
  if (e == SMPC_OK) return 0;
  if (e == SMPC_E_POLICY) return 5;
  if (e >= SMPC_E_BUG) return 99;
  if (e >= SMPC_E_AUTH) return 6;
  if (e >= SMPC_E_VERSION) return 4;
  if (e >= SMPC_E_CONNECT) return 3;
  if (e == SMPC_E_FILE) return 2;
  if (e >= SMPC_E_NOMEM) return 7;
  return 2;
}

int complain(const smpc_failure *f) {
  if (f->code == SMPC_OK) return 0;
  fprintf(stderr, "smpc-bench: %s%s%s\n", f->op, f->op[0] ? ": " : "", f->text);
  return exit_code(f->code);
}

/* --- one party's run ---------------------------------------------------------------- */

static double wall_clock(const struct bench *b) {
  (void)b;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double virtual_clock(const struct bench *b) { return 1e-6 * (double)smpi_sim_now_us(b->clock); }

/* Everything between opening and closing; closes.  Returns the exit code. */
static int run_party(const struct options *o, const smpc_config *cfg, smpc_session *s, smpc_err err,
                     struct smpi_sim *sim) {
  struct bench b = {.o = o, .s = s, .cfg = cfg, .now = sim != NULL ? virtual_clock : wall_clock, .clock = sim};
  if (err == SMPC_OK && smpi_rank(s) >= 0 && smpi_dealer(s) >= 0)
    err = smpi_triple_open(s); /* as often as one likes */
  if (err == SMPC_OK && (cfg->member[cfg->me.id].roles & SMPC_DEAL)) err = smpc_session_deal(s);
  else if (err == SMPC_OK && smpi_rank(s) >= 0) {
    err = find_job(o->bench)->run(&b);
    if (err == SMPC_OK) err = report(&b);
  }
  smpc_failure f = smpc_session_error(s);
  int code = complain(&f);
  if (code == 0 && err != SMPC_OK) {
    fprintf(stderr, "smpc-bench: %s\n", smpc_strerror(err));
    code = exit_code(err);
  }
  err = smpc_session_close(s);
  if (code == 0 && err != SMPC_OK) fprintf(stderr, "smpc-bench: while closing: %s\n", smpc_strerror(err));
  return code != 0 ? code : exit_code(err);
}

/* --- throw-away parties ---------------------------------------------------------------- */

struct cast { /* everybody of a run on this machine */
  smpc_config cfg;
  uint8_t link_secret[SMPC_MAX_PARTIES][32];
};

static smpc_err make_member(struct cast *c, unsigned i, const char *name, unsigned roles) {
  smpc_member *m = &c->cfg.member[i];
  uint8_t seed[32], signing[64];
  smpc_err err;
  snprintf(m->name, sizeof m->name, "%s", name);
  m->roles = roles;
  TRY(smpi_entropy(c->link_secret[i], 32));
  TRY(smpi_entropy(seed, sizeof seed));
  crypto_scalarmult_base(m->link_key, c->link_secret[i]);
  crypto_sign_seed_keypair(m->sign_key, signing, seed);
out:
  smpi_wipe(seed, sizeof seed);
  smpi_wipe(signing, sizeof signing);
  return err;
}

static smpc_err make_cast(struct cast *c, const struct options *o) {
  smpc_err err = SMPC_OK;
  c->cfg = (smpc_config)SMPC_CONFIG_INIT;
  bool has_model = strcmp(o->bench, "psi") == 0; /* the others choose their protocols themselves */
  c->cfg.security = has_model && o->is_active ? SMPC_MALICIOUS : SMPC_SEMI_HONEST;
  c->cfg.source = o->source;
  c->cfg.timeout_ms = c->cfg.wait_ms = o->timeout_s * 1000;
  snprintf(c->cfg.purposes, sizeof c->cfg.purposes, "*");
  for (unsigned i = 0; i < o->local; i++) {
    char name[16];
    snprintf(name, sizeof name, "party%u", i);
    TRY(make_member(c, i, name, SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT));
  }
  c->cfg.parties = o->local;
  if (find_job(o->bench)->needs_source && o->source == SMPC_DEALER)
    TRY(make_member(c, c->cfg.parties++, "dealer", SMPC_DEAL));
out:
  return err;
}

/* --- processes on this machine ------------------------------------------------------------ */

/* A port that is free now, for each party: all are held until all are found. */
static bool find_ports(smpc_config *cfg) {
  int fd[SMPC_MAX_PARTIES];
  unsigned n = 0;
  bool good = true;
  for (; good && n < cfg->parties; n++) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;
    fd[n] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    good = fd[n] >= 0 && bind(fd[n], (struct sockaddr *)&a, sizeof a) == 0 &&
           getsockname(fd[n], (struct sockaddr *)&a, &len) == 0;
    snprintf(cfg->member[n].address, sizeof cfg->member[n].address, "tcp://127.0.0.1:%u", ntohs(a.sin_port));
  }
  for (unsigned i = 0; i < n; i++)
    if (fd[i] >= 0) close(fd[i]);
  return good;
}

static int local_party(const struct options *o, struct cast *c, unsigned me) {
  smpc_session *s;
  c->cfg.me = smpc_p(me);
  smpc_err err = smpi_session_open_on(&s, &c->cfg, c->link_secret[me], &smpi_network_nng, NULL, NULL);
  return run_party(o, &c->cfg, s, err, NULL);
}

/* The exit code of the first that failed; the others then end by themselves. */
static int await(unsigned n) {
  int worst = 0, status;
  while (n > 0) {
    if (wait(&status) < 0 && errno != EINTR) break;
    n--;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 99;
    if (worst == 0) worst = code;
  }
  return worst;
}

static int run_local(const struct options *o, struct cast *c) {
  unsigned started = 0;
  if (!find_ports(&c->cfg)) {
    fprintf(stderr, "smpc-bench: no free ports on 127.0.0.1: %s\n", strerror(errno));
    return 3;
  }
  fflush(NULL);
  for (; started < c->cfg.parties; started++) {
    pid_t child = fork();
    if (child == 0) exit(local_party(o, c, started));
    if (child < 0) break;
  }
  int code = await(started);
  if (started == c->cfg.parties) return code;
  fprintf(stderr, "smpc-bench: only %u of %u processes could be started\n", started, c->cfg.parties);
  return 7;
}

/* --- threads on the simulated network -------------------------------------------------------- */

struct seat { /* of one simulated party */
  const struct options *o;
  struct cast c;
  struct smpi_sim *sim;
  unsigned me;
  int code;
};

static smpc_err open_simulated(void *ctx, struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg,
                               struct smpi_fault *fault) {
  struct seat *seat = ctx;
  return smpi_sim_mesh_open(seat->sim, seat->me, cfg, mesh, fault);
}

static void simulated_party(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct seat *seat = ctx;
  const struct smpi_network net = {open_simulated, seat};
  smpc_session *s;
  seat->sim = sim;
  seat->me = me;
  seat->c.cfg.me = smpc_p(me);
  smpc_err err = smpi_session_open_on(&s, &seat->c.cfg, seat->c.link_secret[me], &net, NULL, NULL);
  seat->code = run_party(seat->o, &seat->c.cfg, s, err, sim);
}

static int run_simulated(const struct options *o, struct cast *c) {
  const struct smpi_sim_params p = {.seed = 1, .rtt_ms = o->rtt_ms, .mbit_per_s = o->mbit_per_s};
  struct seat *seat = calloc(c->cfg.parties, sizeof *seat);
  void *each[SMPC_MAX_PARTIES];
  struct smpi_sim *sim = NULL;
  int code = 7;
  for (unsigned i = 0; i < c->cfg.parties; i++) {
    snprintf(c->cfg.member[i].address, sizeof c->cfg.member[i].address, "tcp://192.0.2.%u:7700", i + 1); /* unused */
    each[i] = seat + i;
  }
  for (unsigned i = 0; seat != NULL && i < c->cfg.parties; i++) seat[i] = (struct seat){.o = o, .c = *c};
  if (seat != NULL && smpi_sim_new(&sim, c->cfg.parties, &p) == SMPC_OK &&
      smpi_sim_run(sim, simulated_party, each) == SMPC_OK) {
    code = 0;
    for (unsigned i = 0; i < c->cfg.parties && code == 0; i++) code = seat[i].code;
  } else fprintf(stderr, "smpc-bench: the simulation could not start: out of memory or threads\n");
  smpi_sim_free(sim);
  free(seat);
  return code;
}

/* --- one party of a real deployment ------------------------------------------------------------ */

/* The index that the scheduler gave this task, or -1. */
static int scheduled_index(void) {
  static const char *const names[] = {"SLURM_PROCID", "PMI_RANK", "OMPI_COMM_WORLD_RANK"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *text = getenv(names[i]);
    char *end;
    if (text == NULL) continue;
    long v = strtol(text, &end, 10);
    if (end != text && *end == 0 && v >= 0 && v < SMPC_MAX_PARTIES) return (int)v;
  }
  return -1;
}

/* `pattern` with {i} replaced by the index. */
static bool file_of(char *out, size_t len, const char *pattern, int index) {
  const char *mark = strstr(pattern, "{i}");
  int k = mark == NULL ? snprintf(out, len, "%s", pattern)
                       : snprintf(out, len, "%.*s%d%s", (int)(mark - pattern), pattern, index, mark + 3);
  return k >= 0 && (size_t)k < len && (mark == NULL || index >= 0);
}

static int run_deployed(const struct options *o) {
  smpc_config cfg = SMPC_CONFIG_INIT;
  char path[4096], text[512];
  int index = o->party >= 0 ? o->party : scheduled_index();
  if (!file_of(path, sizeof path, o->config, index)) {
    fprintf(stderr, "smpc-bench: no --party, and no scheduler says which one I am\n");
    return 1;
  }
  smpc_err err = smpc_config_load(&cfg, path, text, sizeof text);
  if (err != SMPC_OK) {
    fprintf(stderr, "smpc-bench: %s\n", text);
    return exit_code(err);
  }
  if (index >= 0 && index != cfg.me.id) {
    fprintf(stderr, "smpc-bench: %s is party %u of its parties, not %d\n", path, cfg.me.id, index);
    return 2;
  }
  smpc_session *s;
  err = smpc_session_open(&s, &cfg, NULL, NULL);
  return run_party(o, &cfg, s, err, NULL);
}

int deploy(const struct options *o) {
  if (o->local == 0) return run_deployed(o);
  struct cast *c = smpi_secret_alloc(1, sizeof *c);
  smpc_err err = c == NULL ? SMPC_E_NOMEM : make_cast(c, o);
  int code = exit_code(err);
  if (err == SMPC_OK) code = o->is_sim ? run_simulated(o, c) : run_local(o, c);
  else fprintf(stderr, "smpc-bench: %s\n", smpc_strerror(err));
  smpi_secret_free(c);
  return code;
}
