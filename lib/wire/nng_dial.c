/* nng_dial.c - dialing peers, again and again until they are there. */

#include "wire/nng_mesh_impl.h"

enum {
  DIAL_MS = 5000,                     /* LOCAL: one attempt                              */
  PAUSE_MIN_MS = 50, PAUSE_MAX_MS = 500, /* LOCAL: between attempts                      */
  AUTH_TRIES = 3,                     /* LOCAL: a handshake ended by the peer may be chance */
};

static const char *address_of(const struct smpi_dialing *d) { return d->opening->cfg->peer[d->peer].address; }

/* One connection.  Sets the fault; SMPC_E_ARG: this can never work. */
static smpc_err connect_once(struct smpi_dialing *d, nng_stream **connection, struct smpi_fault *fault) {
  nng_stream_dialer *dialer;
  const char *name = d->opening->mesh->member[d->peer].name;
  int rv = nng_stream_dialer_alloc(&dialer, address_of(d));
  if (rv != 0) {
    smpi_fault_set(fault, SMPC_E_CONNECT, (int)d->peer, "the address %s of %s is not usable: %s", address_of(d), name,
                   nng_strerror(rv));
    return SMPC_E_ARG;
  }
  nng_aio_set_timeout(d->aio, DIAL_MS);
  nng_stream_dialer_dial(dialer, d->aio);
  nng_aio_wait(d->aio);
  rv = nng_aio_result(d->aio);
  if (rv == 0) *connection = nng_aio_get_output(d->aio, 0);
  nng_stream_dialer_close(dialer);
  nng_stream_dialer_free(dialer);
  if (rv == 0) return SMPC_OK;
  if (rv == NNG_EADDRINVAL)
    return smpi_fault_set(fault, SMPC_E_CONNECT, (int)d->peer, "the host in %s of %s cannot be found", address_of(d), name);
  return smpi_fault_set(fault, SMPC_E_CONNECT, (int)d->peer, "%s cannot be reached at %s: %s", name, address_of(d),
                        nng_strerror(rv));
}

static smpc_err link_once(struct smpi_dialing *d, struct smpi_fault *fault) {
  nng_stream *connection = NULL;
  struct smpi_stream *st;
  smpc_err err = connect_once(d, &connection, fault);
  if (err != SMPC_OK) return err;
  err = smpi_opening_stream(d->opening, &st, connection);
  if (err != SMPC_OK) return smpi_fault_set(fault, err, (int)d->peer, "%s", smpi_err_text(err));
  return smpi_mesh_attach(d->opening->mesh, d->peer, st, true, fault);
}

/* Errors that waiting does not mend. */
static bool is_hopeless(smpc_err err, unsigned auth_failures) {
  return err == SMPC_E_ARG || err == SMPC_E_VERSION || err == SMPC_E_PARAM || err == SMPC_E_FORMAT ||
         err == SMPC_E_NOMEM || err == SMPC_E_RNG || auth_failures >= AUTH_TRIES;
}

static void *dial(void *arg) {
  struct smpi_dialing *d = arg;
  struct smpi_opening *o = d->opening;
  unsigned auth_failures = 0, pause = PAUSE_MIN_MS;
  pthread_mutex_lock(&o->lock);
  while (!o->stop) {
    struct smpi_fault fault = {0};
    pthread_mutex_unlock(&o->lock);
    smpc_err err = link_once(d, &fault);
    pthread_mutex_lock(&o->lock);
    auth_failures += err == SMPC_E_AUTH;
    enum smpi_peer_state state = is_hopeless(err, auth_failures) ? SMPI_PEER_HOPELESS : SMPI_PEER_AWAITED;
    if (err == SMPC_OK) state = SMPI_PEER_LINKED;
    smpi_opening_note(o, d->peer, state, &fault);
    if (state != SMPI_PEER_AWAITED) break;
    for (uint64_t until = smpi_clock_ms() + pause; !o->stop && smpi_clock_ms() < until;) smpi_opening_wait(o, until);
    pause = pause * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause * 2;
  }
  pthread_mutex_unlock(&o->lock);
  return NULL;
}

smpc_err smpi_dial_start(struct smpi_opening *o, unsigned peer) {
  struct smpi_dialing *d = &o->dialing[peer];
  d->opening = o;
  d->peer = peer;
  if (nng_aio_alloc(&d->aio, NULL, NULL) != 0) return SMPC_E_NOMEM;
  d->started = pthread_create(&d->thread, NULL, dial, d) == 0;
  return d->started ? SMPC_OK : SMPC_E_NOMEM;
}

void smpi_dial_stop(struct smpi_opening *o) {
  for (unsigned i = 0; i < o->mesh->n; i++) {
    struct smpi_dialing *d = &o->dialing[i];
    if (d->aio != NULL) nng_aio_stop(d->aio);
    if (d->started) pthread_join(d->thread, NULL);
    if (d->aio != NULL) nng_aio_free(d->aio);
  }
}
