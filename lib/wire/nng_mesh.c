/* nng_mesh.c - smpi_mesh_open(): all links of a mesh over nng's streams.
 *
 * Who dials whom: a party without an address dials everybody; otherwise the
 * higher index dials.  Each peer to be dialed has a thread while the mesh
 * opens; callers are served by the opening thread itself. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "wire/nng_mesh_impl.h"

/* --- shared with nng_accept.c and nng_dial.c ---------------------------------------- */

void smpi_opening_wait(struct smpi_opening *o, uint64_t when_ms) {
  struct timespec when = {(time_t)(when_ms / 1000), (long)(when_ms % 1000) * 1000000};
  (void)pthread_cond_timedwait(&o->news, &o->lock, &when);
}

void smpi_opening_note(struct smpi_opening *o, unsigned peer, enum smpi_peer_state state, const struct smpi_fault *fault) {
  if (o->state[peer] != SMPI_PEER_AWAITED) return; /* what strangers claim later does not count */
  o->changed[peer] |= state != o->state[peer] || strcmp(o->fault[peer].text, fault->text) != 0;
  o->state[peer] = state;
  o->fault[peer] = *fault;
  pthread_cond_broadcast(&o->news);
}

smpc_err smpi_opening_stream(struct smpi_opening *o, struct smpi_stream **st, nng_stream *connection) {
  unsigned patience = o->cfg->timeout_ms / 4 + 1;
  return smpi_nng_stream_new(st, connection, patience < 1000 ? patience : 1000);
}

/* --- who dials whom ------------------------------------------------------------------- */

static bool has_address(const struct smpi_mesh_config *cfg, unsigned i) { return cfg->peer[i].address[0] != '\0'; }

static bool dials(const struct smpi_mesh_config *cfg, unsigned a, unsigned b) {
  return has_address(cfg, a) != has_address(cfg, b) ? !has_address(cfg, a) : a > b;
}

static smpc_err check_addresses(const struct smpi_mesh_config *cfg, struct smpi_fault *fault) {
  for (unsigned i = 0; i < cfg->n; i++)
    if (i != cfg->me && !has_address(cfg, i) && !has_address(cfg, cfg->me))
      return smpi_fault_set(fault, SMPC_E_CONNECT, (int)i, "neither %s nor %s has an address, so neither can dial the other",
                            cfg->peer[i].name, cfg->peer[cfg->me].name);
  return SMPC_OK;
}

/* --- the opening thread ------------------------------------------------------------------ */

static void tell(struct smpi_opening *o, unsigned peer, const char *text) {
  if (o->cfg->watch != NULL) o->cfg->watch(o->cfg->watch_user, (int)peer, text);
}

/* Pass on what has changed.  The lock is not held while the caller's function runs. */
static void tell_changes(struct smpi_opening *o) {
  for (unsigned i = 0; i < o->mesh->n; i++) {
    if (!o->changed[i]) continue;
    o->changed[i] = false;
    char text[sizeof o->fault[i].text];
    if (o->state[i] == SMPI_PEER_LINKED) snprintf(text, sizeof text, "connected to %s", o->cfg->peer[i].name);
    else snprintf(text, sizeof text, "%s", o->fault[i].text);
    pthread_mutex_unlock(&o->lock);
    tell(o, i, text);
    pthread_mutex_lock(&o->lock);
  }
}

/* The handshake with a caller, with the lock released. */
static void serve(struct smpi_opening *o, struct smpi_caller *c) {
  struct smpi_fault fault = {0};
  struct smpi_stream *st;
  const unsigned peer = c->greeting.theirs.from;
  if (dials(o->cfg, o->mesh->me, peer)) { /* two links between one pair could be told apart by nobody */
    smpi_fault_set(&fault, SMPC_E_CONNECT, (int)peer,
                   "%s calls me, though by my parties.yaml I call it: compare the addresses", o->mesh->member[peer].name);
    nng_stream_free(c->connection);
    smpi_accept_free(c);
    smpi_opening_note(o, peer, SMPI_PEER_AWAITED, &fault);
    return;
  }
  pthread_mutex_unlock(&o->lock);
  smpc_err err = smpi_opening_stream(o, &st, c->connection);
  if (err == SMPC_OK) err = smpi_mesh_attach_greeted(o->mesh, peer, st, &c->greeting, c->first, &fault);
  smpi_accept_free(c);
  pthread_mutex_lock(&o->lock);
  if (err == SMPC_E_STATE) return;
  /* SMPC_E_PARAM comes from a peer that has proved its key: it will not mend itself. */
  smpi_opening_note(o, peer, err == SMPC_OK ? SMPI_PEER_LINKED : err == SMPC_E_PARAM ? SMPI_PEER_HOPELESS : SMPI_PEER_AWAITED,
                    &fault);
}

/* Whether there is nothing more to wait for. */
static bool is_settled(const struct smpi_opening *o) {
  unsigned awaited = 0;
  for (unsigned i = 0; i < o->mesh->n; i++) {
    if (i == o->mesh->me) continue;
    awaited += o->state[i] == SMPI_PEER_AWAITED;
    if (o->state[i] == SMPI_PEER_HOPELESS && o->cfg->peer_fault == NULL) return true;
  }
  return awaited == 0;
}

static bool is_canceled(const struct smpi_opening *o) {
  return o->cfg->is_canceled != NULL && atomic_load(o->cfg->is_canceled);
}

static void bring_up(struct smpi_opening *o) {
  struct smpi_caller *c;
  pthread_mutex_lock(&o->lock);
  for (;;) {
    tell_changes(o);
    uint64_t now = smpi_clock_ms();
    if (is_settled(o) || is_canceled(o) || now >= o->deadline_ms) break;
    if ((c = smpi_accept_take(o)) != NULL) serve(o, c);
    else smpi_opening_wait(o, now + SMPI_LOOK_MS < o->deadline_ms ? now + SMPI_LOOK_MS : o->deadline_ms);
  }
  o->stop = true;
  pthread_cond_broadcast(&o->news);
  pthread_mutex_unlock(&o->lock);
}

static smpc_err start(struct smpi_opening *o, struct smpi_fault *fault) {
  smpc_err err = SMPC_OK;
  const struct smpi_mesh_config *cfg = o->cfg;
  const char *listen = cfg->listen != NULL && cfg->listen[0] != '\0' ? cfg->listen : cfg->peer[cfg->me].address;
  unsigned callers = 0;
  for (unsigned i = 0; i < cfg->n; i++) callers += i != cfg->me && dials(cfg, i, cfg->me);
  if (callers > 0) TRY(smpi_accept_start(o, listen, fault));
  for (unsigned i = 0; i < cfg->n; i++) {
    if (i == cfg->me) continue;
    bool i_dial = dials(cfg, cfg->me, i);
    char text[sizeof cfg->peer[i].name + 32];
    snprintf(text, sizeof text, i_dial ? "dialing %s" : "waiting for the call of %s", cfg->peer[i].name);
    tell(o, i, text);
    if (i_dial) TRY(smpi_dial_start(o, i));
  }
  return SMPC_OK;
out:
  return smpi_fault_set(fault, err, -1, "%s", smpi_err_text(err));
}

/* Somebody never came.  A linked peer that has left meanwhile may have said why; that it
 * missed the same one is no news. */
static void heed_last_word(struct smpi_opening *o, unsigned peer) {
  struct smpi_mesh *m = o->mesh;
  struct smpi_received rec;
  struct smpi_abort a;
  while (smpi_link_next(m->member[peer].link, &rec, 0) == SMPC_OK) {
    if (rec.type != SMPI_ABORT || smpi_abort_decode(&a, rec.content, rec.len) != SMPC_OK) continue;
    if (a.code == SMPC_E_CONNECT) continue;
    bool names_other = a.blame < m->n && a.blame != m->me && a.blame != peer;
    o->state[peer] = SMPI_PEER_HOPELESS;
    m->root = (smpc_err)a.code;
    m->blame = names_other ? a.blame : (int)peer;
    smpi_fault_set(&o->fault[peer], SMPC_E_PEER, m->blame, "%s ended the session%s%s: %s", m->member[peer].name,
                   names_other ? " because of " : "", names_other ? m->member[a.blame].name : "",
                   smpi_err_text((smpc_err)a.code));
  }
}

/* Have I met a reason of my own, better than silence? */
static bool knows_why(const struct smpi_opening *o) {
  for (unsigned i = 0; i < o->mesh->n; i++) {
    smpc_err code = o->fault[i].code;
    if (o->state[i] != SMPI_PEER_LINKED && (code == SMPC_E_PARAM || code == SMPC_E_VERSION || code == SMPC_E_AUTH))
      return true;
  }
  return false;
}

/* The first peer without a link decides the fault of the whole. */
static smpc_err sum_up(struct smpi_opening *o, struct smpi_fault *fault) {
  smpc_err err = SMPC_OK;
  if (is_canceled(o)) return smpi_fault_set(fault, SMPC_E_CANCELED, -1, "canceled");
  for (unsigned i = 0; i < o->mesh->n && !is_settled(o) && !knows_why(o) && o->cfg->peer_fault == NULL; i++)
    if (o->state[i] == SMPI_PEER_LINKED) heed_last_word(o, i);
  for (int hopeless = 1; hopeless >= 0; hopeless--) {
    for (unsigned i = 0; i < o->mesh->n; i++) {
      if (i == o->mesh->me || o->state[i] == SMPI_PEER_LINKED) continue;
      if ((o->state[i] == SMPI_PEER_HOPELESS) != hopeless) continue;
      smpi_fault_set(&o->fault[i], SMPC_E_CONNECT, (int)i, "%s has not called within %.1f s", o->mesh->member[i].name,
                     o->cfg->wait_ms / 1000.0); /* unless something better is known */
      if (o->cfg->peer_fault != NULL) o->cfg->peer_fault[i] = o->fault[i];
      if (err == SMPC_OK) err = smpi_fault_set(fault, o->fault[i].code, (int)i, "%s", o->fault[i].text);
      if (o->mesh->blame < 0) o->mesh->blame = (int)i;
    }
  }
  return err;
}

static struct smpi_opening *new_opening(struct smpi_mesh *mesh, const struct smpi_mesh_config *cfg) {
  pthread_condattr_t attr;
  struct smpi_opening *o = smpi_alloc(1, sizeof *o);
  if (o == NULL) return NULL;
  o->mesh = mesh;
  o->cfg = cfg;
  o->deadline_ms = smpi_clock_ms() + cfg->wait_ms;
  pthread_mutex_init(&o->lock, NULL);
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&o->news, &attr);
  pthread_condattr_destroy(&attr);
  return o;
}

static void end_opening(struct smpi_opening *o) {
  smpi_accept_stop(o);
  smpi_dial_stop(o);
  pthread_cond_destroy(&o->news);
  pthread_mutex_destroy(&o->lock);
}

smpc_err smpi_mesh_open(struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg, struct smpi_fault *fault) {
  smpc_err err;
  *mesh = NULL;
  struct smpi_mesh *m = NULL;
  struct smpi_opening *o = NULL;
  if (cfg->peer_fault != NULL) memset(cfg->peer_fault, 0, cfg->n * sizeof *cfg->peer_fault);
  TRY(smpi_mesh_new(&m, cfg, fault));
  TRY(check_addresses(cfg, fault));
  o = new_opening(m, cfg);
  TRY(o != NULL ? SMPC_OK : SMPC_E_NOMEM);
  err = start(o, fault);
  if (err == SMPC_OK) bring_up(o);
  end_opening(o);
  TRY(err);
  TRY(sum_up(o, fault));
  TRY(smpi_mesh_start_ticker(m));
  smpi_secret_free(m->secret); /* there will be no more handshakes */
  m->secret = NULL;
  *mesh = m;
out:
  smpi_free(o);
  if (err == SMPC_OK) return err;
  (void)smpi_fault_set(fault, err, -1, "%s", smpi_err_text(err));
  if (m != NULL) smpi_mesh_abort(m, err, 0); /* tell those whose links are up */
  smpi_mesh_close(m, false);
  return err;
}
