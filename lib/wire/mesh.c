/* mesh.c - the life of a mesh: making, heartbeats, abort, cancel, closing. */
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "wire/mesh_impl.h"

static smpc_err check_config(const struct smpi_mesh_config *cfg, struct smpi_fault *fault) {
  if (cfg->n >= 1 && cfg->n <= SMPC_MAX_PARTIES && cfg->me < cfg->n && cfg->peer != NULL && cfg->link_secret != NULL &&
      cfg->timeout_ms > 0)
    return SMPC_OK;
  return smpi_fault_set(fault, SMPC_E_ARG, -1, "a mesh of %u members with index %u and time-out %u ms is not possible",
                        cfg->n, cfg->me, cfg->timeout_ms);
}

smpc_err smpi_mesh_new(struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg, struct smpi_fault *fault) {
  *mesh = NULL;
  smpc_err err = check_config(cfg, fault);
  if (err != SMPC_OK) return err;
  struct smpi_mesh *m = smpi_alloc(1, sizeof *m);
  uint8_t *secret = smpi_secret_alloc(1, 32);
  if (m == NULL || secret == NULL) {
    smpi_free(m);
    smpi_secret_free(secret);
    return smpi_fault_set(fault, SMPC_E_NOMEM, -1, "%s", smpi_err_text(SMPC_E_NOMEM));
  }
  m->me = cfg->me;
  m->n = cfg->n;
  m->timeout_ms = cfg->timeout_ms;
  m->blame = -1;
  pthread_mutex_init(&m->tag_lock, NULL);
  m->secret = memcpy(secret, cfg->link_secret, 32);
  memcpy(m->agreement_tag, cfg->agreement_tag, sizeof m->agreement_tag);
  for (unsigned i = 0; i < m->n; i++) {
    memcpy(m->member[i].name, cfg->peer[i].name, sizeof m->member[i].name - 1);
    memcpy(m->member[i].key, cfg->peer[i].link_key, sizeof m->member[i].key);
  }
  *mesh = m;
  return SMPC_OK;
}

void smpi_mesh_binding(const struct smpi_mesh *m, unsigned peer, uint8_t out[64]) {
  memcpy(out, m->member[peer].link->binding, 64);
}

/* --- heartbeats -------------------------------------------------------------- */

void smpi_mesh_beat(struct smpi_mesh *m) {
  pthread_mutex_lock(&m->tag_lock);
  struct smpi_tag tag = m->tag;
  pthread_mutex_unlock(&m->tag_lock);
  for (unsigned i = 0; i < m->n; i++)
    if (m->member[i].link != NULL) smpi_link_beat(m->member[i].link, m->timeout_ms / 4, &tag);
}

static void tick_until(struct smpi_mesh *m, const struct timespec *when) {
  while (!m->stop_ticker && pthread_cond_timedwait(&m->ticker_wake, &m->ticker_lock, when) == 0) continue;
}

static void *tick(void *arg) {
  struct smpi_mesh *m = arg;
  const long period_ms = m->timeout_ms / 8 + 1;
  pthread_mutex_lock(&m->ticker_lock);
  while (!m->stop_ticker) {
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_sec += period_ms / 1000;
    when.tv_nsec += period_ms % 1000 * 1000000;
    when.tv_sec += when.tv_nsec / 1000000000;
    when.tv_nsec %= 1000000000;
    tick_until(m, &when);
    if (!m->stop_ticker) smpi_mesh_beat(m);
  }
  pthread_mutex_unlock(&m->ticker_lock);
  return NULL;
}

smpc_err smpi_mesh_start_ticker(struct smpi_mesh *m) {
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_mutex_init(&m->ticker_lock, NULL);
  pthread_cond_init(&m->ticker_wake, &attr);
  pthread_condattr_destroy(&attr);
  m->has_ticker = pthread_create(&m->ticker, NULL, tick, m) == 0;
  if (m->has_ticker) return SMPC_OK;
  pthread_cond_destroy(&m->ticker_wake);
  pthread_mutex_destroy(&m->ticker_lock);
  return SMPC_E_NOMEM;
}

static void stop_ticker(struct smpi_mesh *m) {
  if (!m->has_ticker) return;
  pthread_mutex_lock(&m->ticker_lock);
  m->stop_ticker = true;
  pthread_cond_signal(&m->ticker_wake);
  pthread_mutex_unlock(&m->ticker_lock);
  pthread_join(m->ticker, NULL);
  pthread_cond_destroy(&m->ticker_wake);
  pthread_mutex_destroy(&m->ticker_lock);
  m->has_ticker = false;
}

enum { CANCEL_MS = 100 }; /* LOCAL: how long telling one peer of a cancel may take */

/* --- the end ------------------------------------------------------------------ */

/* Waits for the lock at most as long as the ticker needs, which never waits itself. */
static void say_now(struct smpi_link *l, enum smpi_record type, const uint8_t *content, size_t len) {
  pthread_mutex_lock(&l->send_lock);
  (void)smpi_link_say_locked(l, type, content, len);
  pthread_mutex_unlock(&l->send_lock);
}

void smpi_mesh_abort(struct smpi_mesh *m, smpc_err code, uint64_t step) {
  uint8_t content[SMPI_ABORT_LEN];
  /* What a peer told us is passed on as it was, not as "a peer ended the session". */
  struct smpi_abort a = {.code = (uint16_t)(code == SMPC_E_PEER && m->root != SMPC_OK ? m->root : code),
                         .blame = m->blame >= 0 ? (uint8_t)m->blame : SMPI_NOBODY, .step = step};
  smpi_abort_encode(content, &a);
  for (unsigned i = 0; i < m->n; i++)
    if (m->member[i].link != NULL) say_now(m->member[i].link, SMPI_ABORT, content, sizeof content);
}

/* Say it to one peer, from any thread: whoever sends holds the lock briefly, or waits for a peer that does not
 * read.  True: it is on its way. */
static bool say_canceled(struct smpi_link *l, const uint8_t content[SMPI_ABORT_LEN]) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += CANCEL_MS * 1000000L;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  if (pthread_mutex_timedlock(&l->send_lock, &until) != 0) return false;
  smpc_err err = smpi_link_say_locked(l, SMPI_ABORT, content, SMPI_ABORT_LEN);
  pthread_mutex_unlock(&l->send_lock);
  return err == SMPC_OK;
}

/* Who waits on a link looks at `canceled` now and then; a link that could not say it is cut. */
void smpi_mesh_cancel(struct smpi_mesh *m) {
  uint8_t content[SMPI_ABORT_LEN];
  atomic_store(&m->canceled, true);
  pthread_mutex_lock(&m->tag_lock);
  struct smpi_abort a = {.code = SMPC_E_CANCELED, .blame = SMPI_NOBODY, .step = m->tag.step};
  pthread_mutex_unlock(&m->tag_lock);
  smpi_abort_encode(content, &a);
  for (unsigned i = 0; i < m->n; i++) {
    struct smpi_link *l = m->member[i].link;
    if (l != NULL && !say_canceled(l, content)) l->stream->ops->close(l->stream);
  }
}

/* Let a peer read what we said last: closing a socket with unread bytes in it
 * may destroy what it holds for the other end. */
static void linger(struct smpi_link *l, uint64_t deadline) {
  struct smpi_received r;
  while (l->said_goodbye && !l->peer_left) {
    uint64_t now = smpi_link_now(l);
    if (now >= deadline || smpi_link_next(l, &r, (unsigned)(deadline - now)) != SMPC_OK) return;
  }
}

static void part(struct smpi_mesh *m, bool orderly) {
  uint64_t deadline = 0;
  for (unsigned i = 0; i < m->n; i++) {
    struct smpi_link *l = m->member[i].link;
    if (l == NULL) continue;
    if (orderly && l->stream->ops->flush(l->stream) == SMPC_OK) say_now(l, SMPI_FIN, NULL, 0);
    bool can_wait = !atomic_load(&m->canceled); /* a user who stops it does not wait for a peer that does not read */
    if (l->said_goodbye && !l->peer_left && can_wait) (void)l->stream->ops->flush(l->stream);
    if (deadline == 0) deadline = smpi_link_now(l) + (orderly ? m->timeout_ms : SMPI_LINGER_MS);
  }
  for (unsigned i = 0; i < m->n; i++)
    if (m->member[i].link != NULL) linger(m->member[i].link, deadline);
}

void smpi_mesh_close(struct smpi_mesh *m, bool orderly) {
  if (m == NULL) return;
  stop_ticker(m);
  part(m, orderly && !atomic_load(&m->canceled) && m->root == SMPC_OK);
  for (unsigned i = 0; i < m->n; i++) smpi_link_free(m->member[i].link);
  smpi_secret_free(m->secret);
  pthread_mutex_destroy(&m->tag_lock);
  smpi_free(m);
}
