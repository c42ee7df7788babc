/* cli_session.c - see cli.h: a session with progress and an orderly Ctrl-C.
 *
 * SIGINT and SIGTERM are blocked and waited for by a thread of their own, so that
 * smpc_session_cancel() is called from an ordinary thread, not from a handler. */
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"
#include "cli_impl.h"

/* A process has one terminal and one set of signals, so this is one as well. */
static struct {
  pthread_mutex_t lock;  /* guards session */
  smpc_session *session; /* to cancel; NULL while it is opened or closed */
  pthread_t thread;
  bool has_thread;
  bool was_stopped;      /* by its user, who was connected */
  sigset_t old;
  const struct cli_options *o;
} the = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- the status line -------------------------------------------------------------- */

static pthread_mutex_t status_lock = PTHREAD_MUTEX_INITIALIZER;
static bool status_is_up;

void cli_status(const char *text) {
  struct winsize size;
  if (!isatty(STDERR_FILENO)) return;
  pthread_mutex_lock(&status_lock);
  if (text != NULL) {
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
    fprintf(stderr, "\r\033[K%.*s", columns, text);
  } else if (status_is_up) fputs("\r\033[K", stderr);
  status_is_up = text != NULL;
  pthread_mutex_unlock(&status_lock);
}

static bool watch(const smpc_event *e, void *user) {
  const struct cli_options *o = user;
  const char *text = e->text != NULL ? e->text : "";
  char line[160];
  if (o->quiet) return true;
  switch (e->kind) {
  case SMPC_EVENT_PROGRESS:
    snprintf(line, sizeof line, "%s %d %%", e->op != NULL ? e->op : "",
             e->total == 0 ? 100 : (int)(100.0 * (double)e->done / (double)e->total));
    cli_status(line);
    break;
  case SMPC_EVENT_PEER:
    if (o->verbose) cli_note(o, "%s", text);
    else cli_status(text);
    break;
  case SMPC_EVENT_OPENING:
    if (o->verbose) cli_note(o, "opening %zu x %zu values for: %s", e->shape.rows, e->shape.cols, text);
    break;
  case SMPC_EVENT_NOTE: cli_note(o, "%s", text); break;
  case SMPC_EVENT_HELD: cli_error("%s", text); break;
  }
  return true;
}

/* --- signals ---------------------------------------------------------------------- */

static void *wait_for_signal(void *arg) {
  sigset_t set;
  int which;
  (void)arg;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  for (;;) {
    if (sigwait(&set, &which) != 0) continue;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL); /* not with the lock held */
    pthread_mutex_lock(&the.lock);
    if (the.session == NULL) { /* being opened or closed, or asked a second time: just go */
      cli_error("stopped");
      _exit(CLI_NETWORK);
    }
    smpc_session_cancel(the.session);
    the.session = NULL;
    the.was_stopped = true;
    pthread_mutex_unlock(&the.lock);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
  }
  return NULL;
}

static void begin_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &the.old);
  the.has_thread = pthread_create(&the.thread, NULL, wait_for_signal, NULL) == 0;
  if (!the.has_thread) pthread_sigmask(SIG_SETMASK, &the.old, NULL); /* they end the program at once then */
}

static void end_signals(void) {
  if (!the.has_thread) return;
  pthread_cancel(the.thread);
  pthread_join(the.thread, NULL);
  the.has_thread = false;
  pthread_sigmask(SIG_SETMASK, &the.old, NULL);
}

static void publish(smpc_session *s) {
  pthread_mutex_lock(&the.lock);
  the.session = s;
  pthread_mutex_unlock(&the.lock);
}

/* --- the session ------------------------------------------------------------------ */

static void print_failure(const smpc_session *s, smpc_err err) {
  smpc_failure f = smpc_session_error(s);
  pthread_mutex_lock(&the.lock);
  bool was_stopped = the.was_stopped;
  pthread_mutex_unlock(&the.lock);
  if (was_stopped && err == SMPC_E_CANCELED) cli_error("stopped; the other parties have been told");
  else if (f.code == SMPC_OK || f.text == NULL || f.text[0] == 0) cli_error("%s", smpc_strerror(err));
  else if (the.o->verbose && f.op[0] != 0) cli_error("%s (at %s, step %llu)", f.text, f.op, (unsigned long long)f.step);
  else cli_error("%s", f.text);
}

enum cli_exit cli_open(smpc_session **s, const smpc_config *cfg, const struct cli_options *o) {
  the.o = o;
  the.was_stopped = false;
  begin_signals();
  smpc_err err = smpc_session_open(s, cfg, watch, (void *)o);
  cli_status(NULL);
  if (err == SMPC_OK) {
    publish(*s);
    return CLI_DONE;
  }
  print_failure(*s, err);
  if (smpc_session_close(*s) != err) err = err != SMPC_OK ? err : SMPC_E_BUG;
  *s = NULL;
  end_signals();
  return cli_exit_of(err);
}

enum cli_exit cli_close(smpc_session *s) {
  if (s == NULL) return CLI_DONE;
  publish(NULL);
  smpc_err err = smpc_session_error(s).code;
  if (err != SMPC_OK) print_failure(s, err);
  smpc_err closing = smpc_session_close(s);
  cli_status(NULL);
  if (err == SMPC_OK && closing != SMPC_OK) {
    err = closing;
    cli_error("at the end: %s", smpc_strerror(err));
  }
  end_signals();
  return cli_exit_of(err);
}
