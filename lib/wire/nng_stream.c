/* nng_stream.c - stream.h over nng's byte streams.
 *
 * Sending: a slot's bytes are first offered to the connection in the caller's own
 * thread.  Only what it does not take goes to an aio whose callback, in a thread
 * of nng, sends the rest and then the slots behind it.  So a small message leaves
 * without a change of threads, and a large one leaves while the caller encrypts the
 * next slot or waits for a receive.  (nng completes sends partially; had the rest
 * to wait for the caller, two parties that both receive first would wait for ever.)
 *
 * Receiving: in the caller's thread.
 *
 * The caller's thread uses the socket itself (nng_socket.h); where there is none,
 * aios without a callback. */
#include "wire/nng_stream.h"

#include <pthread.h>
#include <time.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "wire/nng_socket.h"

enum { SLOTS = 4, MOMENT_US = 50, RETRY_WAITS = 100 }; /* LOCAL */

struct nng_link {
  struct smpi_stream base;
  nng_stream *connection;
  int socket; /* nng's, for this side's thread; -1: ask nng */
  nng_aio *try_send, *send, *recv;
  unsigned patience_ms;
  unsigned moment_us, waits; /* of look_for_a_moment() */

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t moved; /* a slot became free, or sending failed */
  uint8_t *slot[SLOTS]; /* allocated when first used */
  size_t len[SLOTS];
  unsigned head, queued; /* slots [head, head + queued) wait to be sent, in a ring */
  size_t sent;           /* bytes of slot `head` that have left */
  bool in_callback;      /* the aio `send` is under way */
  bool failed;
};

static struct nng_link *self(struct smpi_stream *st) { return (struct nng_link *)st; }

static uint64_t now_ms(struct smpi_stream *st) {
  (void)st;
  return smpi_clock_ms();
}

/* --- sending ----------------------------------------------------------------- */

static void aim(struct nng_link *l, nng_aio *aio) {
  nng_iov iov = {l->slot[l->head] + l->sent, l->len[l->head] - l->sent};
  (void)nng_aio_set_iov(aio, 1, &iov); /* fails only for more than 8 parts */
}

/* n more bytes of the head slot have left. */
static void advance(struct nng_link *l, size_t n) {
  l->sent += n;
  if (l->sent < l->len[l->head]) return;
  l->sent = 0;
  l->head = (l->head + 1) % SLOTS;
  l->queued--;
  pthread_cond_signal(&l->moved);
}

/* With the lock held.  The callback cannot run before it is released. */
static void send_in_background(struct nng_link *l) {
  l->in_callback = true;
  aim(l, l->send);
  nng_stream_send(l->connection, l->send);
}

static void on_sent(void *arg) {
  struct nng_link *l = arg;
  pthread_mutex_lock(&l->lock);
  l->in_callback = false;
  if (nng_aio_result(l->send) != 0) l->failed = true;
  else advance(l, nng_aio_count(l->send));
  if (!l->failed && l->queued > 0) send_in_background(l);
  pthread_cond_signal(&l->moved);
  pthread_mutex_unlock(&l->lock);
}

/* By an aio without a callback, canceled at once: no effect if it has been done.  SMPC_E_TIMEOUT: nothing taken. */
static smpc_err write_by_nng(struct nng_link *l, size_t *n) {
  aim(l, l->try_send);
  nng_stream_send(l->connection, l->try_send);
  nng_aio_cancel(l->try_send);
  nng_aio_wait(l->try_send);
  int rv = nng_aio_result(l->try_send);
  *n = rv == 0 ? nng_aio_count(l->try_send) : 0;
  return rv == NNG_ECANCELED ? SMPC_E_TIMEOUT : rv == 0 ? SMPC_OK : SMPC_E_CLOSED;
}

/* With the lock held and nothing under way: write what the connection takes now. */
static void send_at_once(struct nng_link *l) {
  while (!l->failed && l->queued > 0) {
    size_t n = 0, left = l->len[l->head] - l->sent;
    smpc_err err = l->socket < 0 ? write_by_nng(l, &n)
                                 : smpi_socket_send(l->socket, l->slot[l->head] + l->sent, left, &n);
    if (err == SMPC_E_TIMEOUT) {
      send_in_background(l);
      return;
    }
    if (err != SMPC_OK) l->failed = true;
    else advance(l, n);
  }
}

static smpc_err submit(struct smpi_stream *st, size_t len) {
  struct nng_link *l = self(st);
  pthread_mutex_lock(&l->lock);
  if (len > 0 && !l->failed) {
    l->len[(l->head + l->queued) % SLOTS] = len;
    l->queued++;
    if (!l->in_callback) send_at_once(l);
  }
  smpc_err err = l->failed ? SMPC_E_CLOSED : len == 0 && l->queued == SLOTS ? SMPC_E_TIMEOUT : SMPC_OK;
  pthread_mutex_unlock(&l->lock);
  return err;
}

/* Wait until fewer than `limit` slots are queued; false on failure, or when no
 * slot has left for patience_ms. */
static bool await_queue_below(struct nng_link *l, unsigned limit) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += l->patience_ms / 1000;
  until.tv_nsec += (long)(l->patience_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  while (!l->failed && l->queued >= limit)
    if (pthread_cond_timedwait(&l->moved, &l->lock, &until) != 0) break;
  return !l->failed && l->queued < limit;
}

static uint8_t *slot(struct smpi_stream *st, bool wait) {
  struct nng_link *l = self(st);
  uint8_t *found = NULL;
  pthread_mutex_lock(&l->lock);
  bool is_free = wait ? await_queue_below(l, SLOTS) : !l->failed && l->queued < SLOTS;
  if (l->queued == 0) l->head = 0; /* the slot used last, still in cache */
  if (is_free) {
    uint8_t **next = &l->slot[(l->head + l->queued) % SLOTS];
    if (*next == NULL) *next = smpi_secret_alloc(1, SMPI_SLOT_LEN); /* holds shares until they are encrypted */
    if (*next == NULL) l->failed = true;
    found = *next;
  }
  pthread_mutex_unlock(&l->lock);
  return found;
}

static smpc_err flush(struct smpi_stream *st) {
  struct nng_link *l = self(st);
  pthread_mutex_lock(&l->lock);
  bool done = await_queue_below(l, 1);
  smpc_err err = done ? SMPC_OK : l->failed ? SMPC_E_CLOSED : SMPC_E_TIMEOUT;
  pthread_mutex_unlock(&l->lock);
  return err;
}

/* --- receiving and the end ----------------------------------------------------- */

/* By nng alone.  With a time-out of 0 it would not even look, so a look is an endless receive that is canceled at
 * once: no effect if there was something. */
static smpc_err receive_by_nng(struct nng_link *l, uint8_t *buf, size_t max, size_t *got, unsigned wait_ms) {
  nng_iov iov = {buf, max};
  (void)nng_aio_set_iov(l->recv, 1, &iov);
  nng_aio_set_timeout(l->recv, wait_ms == 0 ? NNG_DURATION_INFINITE : (nng_duration)smpi_min(wait_ms, INT32_MAX));
  nng_stream_recv(l->connection, l->recv);
  if (wait_ms == 0) nng_aio_cancel(l->recv);
  nng_aio_wait(l->recv);
  int rv = nng_aio_result(l->recv);
  *got = rv == 0 ? nng_aio_count(l->recv) : 0;
  if (rv == NNG_ETIMEDOUT || (rv == NNG_ECANCELED && wait_ms == 0)) return SMPC_E_TIMEOUT;
  return rv == 0 ? SMPC_OK : SMPC_E_CLOSED;
}

/* Look again and again for a moment: where the peer has a processor of its own, its answer comes sooner than the
 * kernel wakes a sleeper.  Where it has not, looking keeps it from answering: a moment without an answer makes the
 * next one half as long, and when nothing is left of it only one wait in many tries again. */
static smpc_err look_for_a_moment(struct nng_link *l, uint8_t *buf, size_t max, size_t *got) {
  smpc_err err;
  if (l->moment_us == 0 && ++l->waits % RETRY_WAITS == 0) l->moment_us = MOMENT_US;
  if (l->moment_us == 0) return SMPC_E_TIMEOUT;
  uint64_t until = smpi_clock_us() + l->moment_us;
  do err = smpi_socket_receive(l->socket, buf, max, got, 0);
  while (err == SMPC_E_TIMEOUT && smpi_clock_us() < until);
  l->moment_us = err == SMPC_OK ? MOMENT_US : l->moment_us / 2;
  return err;
}

static smpc_err receive(struct smpi_stream *st, uint8_t *buf, size_t max, size_t *got, unsigned wait_ms) {
  struct nng_link *l = self(st);
  if (l->socket < 0) return receive_by_nng(l, buf, max, got, wait_ms);
  smpc_err err = smpi_socket_receive(l->socket, buf, max, got, 0);
  if (err == SMPC_E_TIMEOUT && wait_ms > 0) err = look_for_a_moment(l, buf, max, got);
  if (err == SMPC_E_TIMEOUT && wait_ms > 0) err = smpi_socket_receive(l->socket, buf, max, got, wait_ms);
  return err;
}

static void close_stream(struct smpi_stream *st) { nng_stream_close(self(st)->connection); }

static void free_stream(struct smpi_stream *st) {
  struct nng_link *l = self(st);
  nng_stream_close(l->connection);
  nng_aio *aio[] = {l->send, l->try_send, l->recv};
  for (int i = 0; i < 3; i++)
    if (aio[i] != NULL) nng_aio_stop(aio[i]), nng_aio_free(aio[i]);
  nng_stream_free(l->connection);
  for (int i = 0; i < SLOTS; i++) smpi_secret_free(l->slot[i]);
  pthread_cond_destroy(&l->moved);
  pthread_mutex_destroy(&l->lock);
  smpi_free(l);
}

static const struct smpi_stream_ops OPS = {slot, submit, flush, receive, now_ms, close_stream, free_stream};

smpc_err smpi_nng_stream_new(struct smpi_stream **st, nng_stream *connection, unsigned patience_ms) {
  pthread_condattr_t attr;
  struct nng_link *l = smpi_alloc(1, sizeof *l);
  *st = NULL;
  if (l == NULL) {
    nng_stream_free(connection);
    return SMPC_E_NOMEM;
  }
  l->base.ops = &OPS;
  l->connection = connection;
  l->socket = smpi_nng_socket(connection);
  l->patience_ms = patience_ms;
  l->moment_us = MOMENT_US;
  pthread_mutex_init(&l->lock, NULL);
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&l->moved, &attr);
  pthread_condattr_destroy(&attr);
  (void)nng_stream_set_bool(connection, NNG_OPT_TCP_NODELAY, true); /* not for ipc:// */
  if (nng_aio_alloc(&l->try_send, NULL, NULL) != 0 || nng_aio_alloc(&l->recv, NULL, NULL) != 0 ||
      nng_aio_alloc(&l->send, on_sent, l) != 0) {
    free_stream(&l->base);
    return SMPC_E_NOMEM;
  }
  *st = &l->base;
  return SMPC_OK;
}
