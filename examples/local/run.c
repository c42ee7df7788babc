/* run.c - smpc-local's processes: start all, pass their output on, see how they end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "local.h"

enum {
  TERM_MS = 2000,   /* between SIGTERM and SIGKILL          */
  DEALER_MS = 2000, /* for the dealer, when all parties are done */
};

struct child {
  const struct local_party *party;
  pid_t pid;
  int fd;            /* its output, or -1                 */
  bool is_running, was_stopped;
  size_t used;
  char line[4096];   /* of output, not yet complete       */
};

struct crew {
  struct child child[LOCAL_MAX];
  unsigned n, parties, running;
  int worst;
  bool quiet, was_interrupted;
  int64_t deadline;  /* when the others are stopped; 0: not yet */
  int next_signal;   /* SIGTERM, then SIGKILL             */
};

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- starting ---------------------------------------------------------------------- */

/* In the child: become the program.  Its own process group, so that Ctrl-C comes
 * once, from us; and it does not survive us. */
static _Noreturn void become(const char *program, char **argv, int out, const sigset_t *signals) {
  int null = open("/dev/null", O_RDONLY);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(null, STDIN_FILENO);
  close(null);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  sigprocmask(SIG_SETMASK, signals, NULL);
  execv(program, argv);
  cli_error("%s: %s", program, strerror(errno));
  _exit(CLI_MACHINE);
}

static void free_args(char **argv) {
  for (char **p = argv; p != NULL && *p != NULL; p++) free(*p);
  free(argv);
}

/* The command line of one party. */
static char **fill_args(char **pattern, const struct local_party *p) {
  size_t n = 0;
  while (pattern[n] != NULL) n++;
  char **argv = calloc(n + 1, sizeof *argv);
  for (size_t i = 0; argv != NULL && i < n; i++) {
    if ((argv[i] = local_fill(pattern[i], p, NULL)) != NULL) continue;
    free_args(argv);
    return NULL;
  }
  return argv;
}

/* Where a child other than the first writes: a pipe to us, or its log file. */
static bool make_output(int fd[2], const struct local_job *job, const struct local_party *p) {
  char path[4096];
  if (job->logs == NULL) return pipe2(fd, O_CLOEXEC) == 0;
  if ((size_t)snprintf(path, sizeof path, "%s/%s.log", job->logs, p->name) >= sizeof path) return false;
  fd[0] = -1;
  fd[1] = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  return fd[1] >= 0;
}

static bool start(struct crew *crew, unsigned i, const struct local_job *job, const struct local_party *p,
                  const char *program, char **pattern, const sigset_t *signals) {
  struct child *c = &crew->child[i];
  int fd[2] = {-1, -1};
  char **argv = fill_args(pattern, p);
  *c = (struct child){.party = p, .fd = -1};
  bool ok = argv != NULL && (i == 0 || make_output(fd, job, p));
  fflush(NULL);
  if (ok) c->pid = fork();
  if (ok && c->pid == 0) become(program, argv, fd[1], signals);
  ok = ok && c->pid > 0;
  if (!ok) cli_error("%s cannot be started: %s", p->name, strerror(errno));
  else {
    setpgid(c->pid, c->pid); /* here too: whoever comes first */
    c->fd = fd[0];
    c->is_running = true;
    crew->running++;
    if (fd[0] >= 0) fcntl(fd[0], F_SETFL, O_NONBLOCK);
  }
  if (fd[1] >= 0) close(fd[1]);
  if (!ok && fd[0] >= 0) close(fd[0]);
  free_args(argv);
  return ok;
}

/* --- output ------------------------------------------------------------------------ */

static void put_lines(struct child *c, bool all) {
  char *at = c->line;
  size_t left = c->used;
  while (left > 0) {
    char *end = memchr(at, '\n', left);
    if (end == NULL && !all && left < sizeof c->line) break;
    size_t len = end != NULL ? (size_t)(end - at) : left;
    fprintf(stderr, "[%s] %.*s\n", c->party->name, (int)len, at);
    len += end != NULL;
    at += len;
    left -= len;
  }
  memmove(c->line, at, left);
  c->used = left;
}

/* Pass on what is there; at its end, or when `last`, also an unfinished line. */
static void pass_on(struct child *c, bool last) {
  while (c->fd >= 0) {
    ssize_t n = read(c->fd, c->line + c->used, sizeof c->line - c->used);
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) c->used += (size_t)n;
    put_lines(c, n <= 0 && (n == 0 || last));
    if (n > 0) continue;
    if (n == 0 || last || errno != EAGAIN) {
      close(c->fd);
      c->fd = -1;
    }
    return;
  }
}

/* --- ending ------------------------------------------------------------------------ */

static void signal_all(struct crew *crew, int sig) {
  for (unsigned i = 0; i < crew->n; i++)
    if (crew->child[i].is_running) kill(-crew->child[i].pid, sig);
}

static bool parties_are_done(const struct crew *crew) {
  for (unsigned i = 0; i < crew->parties; i++)
    if (crew->child[i].is_running) return false;
  return true;
}

/* What a code says; those of shells and of others' programs are not in our table. */
static const char *text_of(int code) {
  if (code > 128) return strsignal(code - 128);
  if (code == 127) return "its program, or a library that it needs, was not found";
  if (code == 126) return "its program cannot be run";
  return code <= CLI_HELD || code == CLI_BUG ? cli_exit_text((enum cli_exit)code) : "a code of its own";
}

/* One has ended: its code counts, unless it ended because we stopped it. */
static void ended(struct crew *crew, struct child *c, int status, unsigned grace_ms) {
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  c->is_running = false;
  crew->running--;
  if (code != 0 && c->was_stopped && !crew->quiet) cli_error("%s was stopped", c->party->name);
  else if (code != 0 && !crew->quiet)
    cli_error("%s ended with %d (%s)", c->party->name, code, text_of(code));
  bool is_told = crew->was_interrupted && code == CLI_DISAGREE; /* by another party, before our signal came */
  if (code != 0 && !c->was_stopped && !is_told && code > crew->worst) crew->worst = code;
  if (crew->worst != 0 && crew->deadline == 0) crew->deadline = now_ms() + grace_ms;
  /* A dealer that nobody needs any more knows it at once, or was never asked. */
  if (parties_are_done(crew) && (crew->deadline == 0 || crew->deadline > now_ms() + DEALER_MS))
    crew->deadline = now_ms() + (grace_ms < DEALER_MS ? grace_ms : DEALER_MS);
}

static void reap(struct crew *crew, unsigned grace_ms) {
  int status;
  for (unsigned i = 0; i < crew->n; i++) {
    struct child *c = &crew->child[i];
    if (c->is_running && waitpid(c->pid, &status, WNOHANG) == c->pid) {
      pass_on(c, false);
      ended(crew, c, status, grace_ms);
    }
  }
}

/* The short while is over: ask the rest to end, then make them. */
static void stop_rest(struct crew *crew) {
  for (unsigned i = 0; i < crew->n; i++) crew->child[i].was_stopped |= crew->child[i].is_running;
  signal_all(crew, crew->next_signal);
  crew->next_signal = SIGKILL;
  crew->deadline = now_ms() + TERM_MS;
}

static void on_signal(struct crew *crew, int fd, unsigned grace_ms) {
  struct signalfd_siginfo info;
  while (read(fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD) continue; /* several may have come as one: reap() looks at all */
    signal_all(crew, (int)info.ssi_signo);
    if (crew->worst < CLI_NETWORK) crew->worst = CLI_NETWORK;
    crew->was_interrupted = true;
    if (crew->deadline == 0) crew->deadline = now_ms() + grace_ms;
  }
}

static void wait_for_all(struct crew *crew, int signals, unsigned grace_ms) {
  struct pollfd fds[LOCAL_MAX + 1];
  while (crew->running > 0) {
    nfds_t n = 0;
    fds[n++] = (struct pollfd){signals, POLLIN, 0};
    for (unsigned i = 0; i < crew->n; i++)
      if (crew->child[i].fd >= 0) fds[n++] = (struct pollfd){crew->child[i].fd, POLLIN, 0};
    int64_t left = crew->deadline == 0 ? 60000 : crew->deadline - now_ms();
    if (left > 0) (void)poll(fds, n, (int)left);
    on_signal(crew, signals, grace_ms);
    for (unsigned i = 0; i < crew->n; i++) pass_on(&crew->child[i], false);
    reap(crew, grace_ms);
    if (crew->deadline != 0 && now_ms() >= crew->deadline && crew->running > 0) stop_rest(crew);
  }
  for (unsigned i = 0; i < crew->n; i++) pass_on(&crew->child[i], true); /* a grandchild may hold the pipe */
}

/* What the parties agree on is the dealer's as well. */
static char *find_option(char **argv, const char *name) {
  size_t len = strlen(name);
  for (; *argv != NULL; argv++) {
    if (strcmp(*argv, name) == 0) return argv[1];
    if (strncmp(*argv, name, len) == 0 && (*argv)[len] == '=') return *argv + len + 1;
  }
  return NULL;
}

enum { DEALER_ARGS = 2 + 2 * 3 + 1 };

static void dealer_line(char *args[DEALER_ARGS], char **argv) {
  static char name[] = "smpc-dealer", config[] = "--config={config}";
  static char option[3][12] = {"--question", "--study", "--ask"};
  unsigned n = 0;
  args[n++] = name;
  args[n++] = config;
  for (int i = 0; i < 3; i++) {
    char *value = find_option(argv, option[i]);
    if (value == NULL) continue;
    args[n++] = option[i];
    args[n++] = value;
  }
  args[n] = NULL;
}

static bool start_all(struct crew *crew, const struct local_files *files, const struct local_job *job,
                      const char *program, const char *dealer, const sigset_t *signals) {
  char *dealer_args[DEALER_ARGS];
  dealer_line(dealer_args, job->argv);
  for (crew->n = 0; crew->n < files->n; crew->n++) {
    bool is_party = crew->n < job->n;
    if (!start(crew, crew->n, job, &files->party[crew->n], is_party ? program : dealer,
               is_party ? job->argv : dealer_args, signals))
      return false;
  }
  return true;
}

int local_run(const struct local_files *files, const struct local_job *job, const char *program, const char *dealer) {
  static struct crew crew; /* large */
  sigset_t set, old;
  crew = (struct crew){.parties = job->n, .next_signal = SIGTERM, .quiet = job->quiet};
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, &old);
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  bool ok = signals >= 0 && (job->logs == NULL || mkdir(job->logs, 0777) == 0 || errno == EEXIST);
  if (!ok) cli_error("%s: %s", job->logs != NULL ? job->logs : "signalfd", strerror(errno));
  if (!ok || !start_all(&crew, files, job, program, dealer, &old)) {
    crew.worst = CLI_MACHINE;
    crew.deadline = now_ms();
  }
  wait_for_all(&crew, signals, job->grace_ms);
  if (signals >= 0) close(signals);
  sigprocmask(SIG_SETMASK, &old, NULL);
  return crew.worst;
}
