/* sim.c - the simulated network: making one, and its streams (stream.h). */
#include "sim.h"

#include "base/mem.h"
#include "sim_impl.h"

static const uint64_t SMALLEST_WINDOW = 4u << 20;     /* LOCAL: unread bytes a reader lets come      */
static const uint64_t SLOT_PATIENCE = 1000 * 1000000; /* LOCAL: nanoseconds slot(wait) waits at most */

/* --- the stream operations ---------------------------------------------------- */

static struct smpi_sim_end *end_of(struct smpi_stream *st) { return (struct smpi_sim_end *)st; }

static bool is_broken(const struct smpi_sim_end *e) { return e->closed || e->out->broken_at <= e->sim->now; }

static uint8_t *sim_slot(struct smpi_stream *st, bool wait) {
  struct smpi_sim_end *e = end_of(st);
  struct smpi_sim *sim = e->sim;
  pthread_mutex_lock(&sim->lock);
  uint64_t deadline = sim->now + SLOT_PATIENCE;
  if (smpi_sim_slot_at(sim, e) > sim->now && !wait) smpi_sim_poll(e);
  while (wait && smpi_sim_slot_at(sim, e) > sim->now && sim->now < deadline)
    smpi_sim_wait(e, SMPI_SIM_WAIT_SLOT, deadline);
  bool free_now = smpi_sim_slot_at(sim, e) <= sim->now && !is_broken(e);
  e->timed_out = !free_now;
  if (free_now) sim->party[e->me].polls = 0;
  pthread_mutex_unlock(&sim->lock);
  return free_now ? e->slot : NULL;
}

static smpc_err put_through_faults(struct smpi_sim_end *e, size_t len) {
  struct smpi_sim *sim = e->sim;
  smpi_sim_fault_op(e, SMPI_SIM_AT_SEND, e->slot, len);
  if (is_broken(e)) return SMPC_E_CLOSED;
  size_t keep = smpi_sim_fault_bytes(e, e->slot, len);
  if (sim->par.trace != NULL) sim->par.trace(sim->par.trace_user, e->me, e->peer, e->slot, keep);
  smpc_err err = e->out->silent || keep == 0 ? SMPC_OK : smpi_sim_put(sim, e->out, e->slot, keep);
  if (err == SMPC_OK && keep < len) smpi_sim_fault_stop(e);
  if (err == SMPC_OK) sim->party[e->me].sends++;
  sim->party[e->peer].poked = true;
  return err;
}

static smpc_err sim_submit(struct smpi_stream *st, size_t len) {
  struct smpi_sim_end *e = end_of(st);
  if (len > SMPI_SLOT_LEN) return SMPC_E_BUG;
  pthread_mutex_lock(&e->sim->lock);
  smpc_err err = is_broken(e) ? SMPC_E_CLOSED : e->timed_out ? SMPC_E_TIMEOUT : SMPC_OK;
  if (err == SMPC_OK && len > 0) err = put_through_faults(e, len);
  pthread_mutex_unlock(&e->sim->lock);
  return err;
}

static smpc_err sim_flush(struct smpi_stream *st) {
  struct smpi_sim_end *e = end_of(st);
  pthread_mutex_lock(&e->sim->lock);
  while (smpi_sim_flush_at(e) > e->sim->now) smpi_sim_wait(e, SMPI_SIM_WAIT_FLUSH, 0);
  smpc_err err = is_broken(e) ? SMPC_E_CLOSED : SMPC_OK;
  pthread_mutex_unlock(&e->sim->lock);
  return err;
}

/* What a receive gives now: data, the end, or nothing yet (SMPC_E_TIMEOUT). */
static smpc_err take(struct smpi_sim_end *e, uint8_t *buf, size_t max, size_t *got) {
  struct smpi_sim *sim = e->sim;
  if (e->closed) return SMPC_E_CLOSED;
  if (smpi_sim_arrival(sim, e->in) <= sim->now) {
    smpi_sim_fault_op(e, SMPI_SIM_AT_RECV, NULL, 0);
    if (e->closed) return SMPC_E_CLOSED;
    *got = smpi_sim_get(sim, e->in, buf, max);
    if (*got > 0) {
      sim->party[e->me].recvs++;
      sim->party[e->peer].poked = true;
      return SMPC_OK;
    }
  }
  return smpi_sim_eof(e->in) <= sim->now ? SMPC_E_CLOSED : SMPC_E_TIMEOUT;
}

static smpc_err sim_recv(struct smpi_stream *st, uint8_t *buf, size_t max, size_t *got, unsigned wait_ms) {
  struct smpi_sim_end *e = end_of(st);
  struct smpi_sim *sim = e->sim;
  *got = 0;
  pthread_mutex_lock(&sim->lock);
  uint64_t deadline = sim->now + wait_ms * UINT64_C(1000000);
  smpc_err err = take(e, buf, max, got);
  if (err == SMPC_E_TIMEOUT && wait_ms == 0) {
    smpi_sim_poll(e);
    err = take(e, buf, max, got);
  }
  while (err == SMPC_E_TIMEOUT && sim->now < deadline) {
    smpi_sim_wait(e, SMPI_SIM_WAIT_RECV, deadline);
    err = take(e, buf, max, got);
  }
  if (err == SMPC_OK) sim->party[e->me].polls = 0;
  pthread_mutex_unlock(&sim->lock);
  return err;
}

static uint64_t sim_now_ms(struct smpi_stream *st) {
  struct smpi_sim *sim = end_of(st)->sim;
  pthread_mutex_lock(&sim->lock);
  uint64_t now = sim->now;
  pthread_mutex_unlock(&sim->lock);
  return now / 1000000;
}

static void sim_close(struct smpi_stream *st) {
  struct smpi_sim_end *e = end_of(st);
  pthread_mutex_lock(&e->sim->lock);
  smpi_sim_close_end(e);
  pthread_mutex_unlock(&e->sim->lock);
}

static void sim_free_stream(struct smpi_stream *st) {
  struct smpi_sim_end *e = end_of(st);
  sim_close(st);
  smpi_free(e->slot);
  e->slot = NULL;
}

static const struct smpi_stream_ops ops = {sim_slot, sim_submit, sim_flush, sim_recv, sim_now_ms, sim_close,
                                           sim_free_stream};

smpc_err smpi_sim_stream(struct smpi_stream **st, struct smpi_sim *sim, unsigned party, unsigned peer) {
  if (party >= sim->n || peer >= sim->n || party == peer) return SMPC_E_ARG;
  struct smpi_sim_end *e = &sim->end[party * sim->n + peer];
  if (e->taken) return SMPC_E_STATE;
  if ((e->slot = smpi_alloc(1, SMPI_SLOT_LEN)) == NULL) return SMPC_E_NOMEM;
  e->taken = true;
  *st = &e->base;
  return SMPC_OK;
}

/* --- the network ---------------------------------------------------------------- */

static void wire_up(struct smpi_sim *sim, unsigned me, unsigned peer) {
  struct smpi_sim_pipe *p = &sim->pipe[me * sim->n + peer];
  p->eof_at = p->broken_at = SMPI_SIM_NEVER;
  sim->end[me * sim->n + peer] = (struct smpi_sim_end){
    .base = {&ops}, .sim = sim, .me = me, .peer = peer, .out = p, .in = &sim->pipe[peer * sim->n + me]};
}

smpc_err smpi_sim_new(struct smpi_sim **out, unsigned n, const struct smpi_sim_params *params) {
  *out = NULL;
  if (n < 1 || n > SMPI_SIM_MAX) return SMPC_E_ARG;
  struct smpi_sim *sim = smpi_alloc(1, sizeof *sim);
  if (sim == NULL) return SMPC_E_NOMEM;
  sim->n = n;
  sim->par = *params;
  sim->rng = params->seed;
  sim->running = -1;
  sim->latency = (uint64_t)(params->rtt_ms * 1e6 / 2);
  /* Never what limits the throughput: twice what a round trip can carry. */
  uint64_t carried = (uint64_t)(params->rtt_ms * params->mbit_per_s * 125.0 * 2);
  sim->window = carried > SMALLEST_WINDOW ? carried : SMALLEST_WINDOW;
  pthread_mutex_init(&sim->lock, NULL);
  pthread_cond_init(&sim->all_done, NULL);
  for (unsigned i = 0; i < n; i++) pthread_cond_init(&sim->party[i].turn, NULL);
  sim->pipe = smpi_alloc((size_t)n * n, sizeof *sim->pipe);
  sim->end = smpi_alloc((size_t)n * n, sizeof *sim->end);
  if (sim->pipe == NULL || sim->end == NULL) {
    smpi_sim_free(sim);
    return SMPC_E_NOMEM;
  }
  for (unsigned i = 0; i < n * n; i++) wire_up(sim, i / n, i % n);
  *out = sim;
  return SMPC_OK;
}

void smpi_sim_free(struct smpi_sim *sim) {
  if (sim == NULL) return;
  for (unsigned i = 0; i < sim->n * sim->n; i++) {
    if (sim->pipe != NULL) smpi_sim_drain(&sim->pipe[i]);
    if (sim->end != NULL) smpi_free(sim->end[i].slot);
  }
  for (unsigned i = 0; i < sim->n; i++) pthread_cond_destroy(&sim->party[i].turn);
  pthread_cond_destroy(&sim->all_done);
  pthread_mutex_destroy(&sim->lock);
  smpi_free(sim->pipe);
  smpi_free(sim->end);
  smpi_free(sim);
}

uint64_t smpi_sim_now_us(const struct smpi_sim *sim) { return sim->now / 1000; }
uint64_t smpi_sim_sends(const struct smpi_sim *sim, unsigned party) { return sim->party[party].sends; }
uint64_t smpi_sim_recvs(const struct smpi_sim *sim, unsigned party) { return sim->party[party].recvs; }
uint64_t smpi_sim_bytes(const struct smpi_sim *sim, unsigned from, unsigned to) {
  return sim->pipe[from * sim->n + to].bytes;
}
