/* nng_accept.c - connections from outside, with bounded work for strangers.
 *
 * Each waits in a small struct without a thread or buffers of its own: its
 * hello is read, answered, and its first Noise message read, by callbacks.  Only
 * then does the thread that opens the mesh spend a handshake on it.  At most
 * SMPI_CALLERS_MAX wait; the oldest that has not even said hello makes room. */
#include <string.h>

#include "base/mem.h"
#include "wire/nng_mesh_impl.h"

enum { ACCEPT_PAUSE_MS = 100 }; /* LOCAL: after a failed accept (out of descriptors) */

/* --- one caller ------------------------------------------------------------------ */

/* With the lock held, inside c's callback: nng frees behind our back. */
static void drop(struct smpi_caller *c) {
  struct smpi_opening *o = c->opening;
  struct smpi_caller **at = &o->callers;
  while (*at != c) at = &(*at)->next;
  *at = c->next;
  o->n_callers--;
  nng_stream_free(c->connection);
  nng_aio_reap(c->aio);
  smpi_free(c);
  pthread_cond_broadcast(&o->news);
}

/* Read or write the rest of the present frame. */
static void transfer(struct smpi_caller *c, uint8_t *frame, size_t len) {
  nng_iov iov = {frame + c->done, len - c->done};
  uint64_t now = smpi_clock_ms();
  if (c->done == 0) c->deadline_ms = now + SMPI_CALLER_STEP_MS;
  (void)nng_aio_set_iov(c->aio, 1, &iov);
  nng_aio_set_timeout(c->aio, now < c->deadline_ms ? (nng_duration)(c->deadline_ms - now) : 1);
  if (c->state == SMPI_CALLER_ANSWER) nng_stream_send(c->connection, c->aio);
  else nng_stream_recv(c->connection, c->aio);
}

static void go_on(struct smpi_caller *c) {
  switch (c->state) {
  case SMPI_CALLER_HELLO: transfer(c, c->greeting.theirs_bytes, SMPI_HELLO_LEN); break;
  case SMPI_CALLER_ANSWER: transfer(c, c->greeting.mine_bytes, SMPI_HELLO_LEN); break;
  case SMPI_CALLER_FIRST: transfer(c, c->first, sizeof c->first); break;
  case SMPI_CALLER_READY: pthread_cond_broadcast(&c->opening->news); break;
  }
}

/* Its hello is complete: prepare the answer, which even a refused caller gets, so
 * that it can say what differs.  false: not worth an answer. */
static bool judge_hello(struct smpi_caller *c) {
  struct smpi_opening *o = c->opening;
  struct smpi_greeting g;
  struct smpi_hello theirs;
  struct smpi_fault fault = {0};
  if (smpi_hello_decode(&theirs, c->greeting.theirs_bytes) != SMPC_OK) return false;
  if (smpi_greeting_make(&g, o->mesh, theirs.from) != SMPC_OK) return false;
  memcpy(g.theirs_bytes, c->greeting.theirs_bytes, SMPI_HELLO_LEN);
  g.theirs = theirs;
  c->greeting = g;
  bool known = theirs.version == SMPI_WIRE_VERSION && theirs.from < o->mesh->n && theirs.from != o->mesh->me;
  const char *name = known ? o->mesh->member[theirs.from].name : "a caller";
  c->refused = smpi_hello_check(&g.mine, &g.theirs, name, &fault) != SMPC_OK || !known;
  if (c->refused && known) smpi_opening_note(o, theirs.from, SMPI_PEER_AWAITED, &fault);
  return true;
}

/* The present frame is complete.  false: drop the caller. */
static bool next_state(struct smpi_caller *c) {
  c->done = 0;
  switch (c->state) {
  case SMPI_CALLER_HELLO: c->state = SMPI_CALLER_ANSWER; return judge_hello(c);
  case SMPI_CALLER_ANSWER: c->state = SMPI_CALLER_FIRST; return !c->refused;
  case SMPI_CALLER_FIRST: c->state = SMPI_CALLER_READY; return true;
  case SMPI_CALLER_READY: break;
  }
  return false;
}

static void on_caller(void *arg) {
  struct smpi_caller *c = arg;
  struct smpi_opening *o = c->opening;
  pthread_mutex_lock(&o->lock);
  bool keep = nng_aio_result(c->aio) == 0 && !c->evicted && !o->stop;
  if (keep) {
    c->done += nng_aio_count(c->aio);
    size_t len = c->state == SMPI_CALLER_FIRST ? sizeof c->first : SMPI_HELLO_LEN;
    if (c->done == len) keep = next_state(c);
  }
  if (keep) go_on(c);
  else drop(c);
  pthread_mutex_unlock(&o->lock);
}

/* --- the listener ------------------------------------------------------------------ */

/* Too many wait: close one that has not said hello, else the oldest that is not
 * about to be served.  Its own callback frees it. */
static void evict(struct smpi_opening *o) {
  struct smpi_caller *victim = NULL;
  for (struct smpi_caller *c = o->callers; c != NULL; c = c->next) {
    if (c->evicted || c->state == SMPI_CALLER_READY) continue;
    if (victim == NULL || (c->state == SMPI_CALLER_HELLO && victim->state != SMPI_CALLER_HELLO)) victim = c;
  }
  if (victim == NULL) return;
  victim->evicted = true;
  nng_stream_close(victim->connection);
}

/* NULL when out of memory, or when nobody could be evicted. */
static struct smpi_caller *new_caller(struct smpi_opening *o, nng_stream *connection) {
  if (o->n_callers >= 2 * SMPI_CALLERS_MAX) return NULL; /* the evicted are on their way out */
  struct smpi_caller *c = smpi_alloc(1, sizeof *c);
  if (c == NULL || nng_aio_alloc(&c->aio, on_caller, c) != 0) {
    smpi_free(c);
    return NULL;
  }
  c->opening = o;
  c->connection = connection;
  (void)nng_stream_set_bool(connection, NNG_OPT_TCP_NODELAY, true);
  return c;
}

static void admit(struct smpi_opening *o, nng_stream *connection) {
  if (o->n_callers >= SMPI_CALLERS_MAX) evict(o);
  struct smpi_caller *c = o->stop ? NULL : new_caller(o, connection), **at = &o->callers;
  if (c == NULL) {
    nng_stream_free(connection);
    return;
  }
  while (*at != NULL) at = &(*at)->next;
  *at = c;
  o->n_callers++;
  go_on(c);
}

static void on_accept(void *arg) {
  struct smpi_opening *o = arg;
  pthread_mutex_lock(&o->lock);
  int rv = nng_aio_result(o->accept);
  if (rv == 0 && !o->pausing) admit(o, nng_aio_get_output(o->accept, 0));
  o->pausing = rv != 0 && !o->pausing;
  if (o->stop) {
    o->accepting = false;
    pthread_cond_broadcast(&o->news);
  } else if (o->pausing) {
    nng_sleep_aio(ACCEPT_PAUSE_MS, o->accept);
  } else {
    nng_stream_listener_accept(o->listener, o->accept);
  }
  pthread_mutex_unlock(&o->lock);
}

smpc_err smpi_accept_start(struct smpi_opening *o, const char *address, struct smpi_fault *fault) {
  int rv = nng_stream_listener_alloc(&o->listener, address);
  if (rv == 0) rv = nng_stream_listener_listen(o->listener);
  if (rv == NNG_EADDRINUSE)
    return smpi_fault_set(fault, SMPC_E_CONNECT, -1, "another program listens on %s already", address);
  if (rv != 0) return smpi_fault_set(fault, SMPC_E_CONNECT, -1, "cannot listen on %s: %s", address, nng_strerror(rv));
  if (nng_aio_alloc(&o->accept, on_accept, o) != 0)
    return smpi_fault_set(fault, SMPC_E_NOMEM, -1, "%s", smpi_err_text(SMPC_E_NOMEM));
  pthread_mutex_lock(&o->lock);
  o->accepting = true;
  nng_stream_listener_accept(o->listener, o->accept);
  pthread_mutex_unlock(&o->lock);
  return SMPC_OK;
}

struct smpi_caller *smpi_accept_take(struct smpi_opening *o) {
  for (struct smpi_caller **at = &o->callers; *at != NULL; at = &(*at)->next) {
    struct smpi_caller *c = *at;
    if (c->state != SMPI_CALLER_READY || c->evicted) continue;
    *at = c->next;
    o->n_callers--;
    return c;
  }
  return NULL;
}

void smpi_accept_free(struct smpi_caller *c) {
  nng_aio_free(c->aio);
  smpi_free(c);
}

void smpi_accept_stop(struct smpi_opening *o) {
  struct smpi_caller *c;
  pthread_mutex_lock(&o->lock);
  o->stop = true;
  if (o->listener != NULL) nng_stream_listener_close(o->listener);
  if (o->accepting) nng_aio_cancel(o->accept); /* it may only be pausing */
  while ((c = smpi_accept_take(o)) != NULL) {
    nng_stream_free(c->connection);
    smpi_accept_free(c);
  }
  for (c = o->callers; c != NULL; c = c->next) nng_stream_close(c->connection);
  while (o->accepting || o->n_callers > 0) pthread_cond_wait(&o->news, &o->lock);
  pthread_mutex_unlock(&o->lock);
  if (o->accept != NULL) nng_aio_free(o->accept);
  if (o->listener != NULL) nng_stream_listener_free(o->listener);
}
