/* fault.c - what goes wrong in the simulated network: closing, cutting,
 * flipping, delaying, crashing, falling silent. */
#include "sim_impl.h"

static void at_most(uint64_t *t, uint64_t bound) {
  if (*t > bound) *t = bound;
}

/* What was sent still arrives, then the end; the other writer learns one
 * latency later. */
void smpi_sim_close_end(struct smpi_sim_end *e) {
  if (e->closed) return;
  e->closed = true;
  uint64_t news = e->sim->now + e->sim->latency;
  at_most(&e->out->eof_at, news > e->out->last_arrival ? news : e->out->last_arrival);
  if (!e->in->silent) at_most(&e->in->broken_at, news);
  e->sim->party[e->peer].poked = true;
}

/* The link is gone for both; what has left before still arrives. */
static void cut(struct smpi_sim_end *e) {
  e->sim->party[e->me].poked = e->sim->party[e->peer].poked = true;
  uint64_t news = e->sim->now + e->sim->latency;
  at_most(&e->out->eof_at, news > e->out->last_arrival ? news : e->out->last_arrival);
  at_most(&e->in->eof_at, news);
  at_most(&e->out->broken_at, e->sim->now);
  at_most(&e->in->broken_at, e->sim->now);
}

void smpi_sim_crash(struct smpi_sim *sim, unsigned party) {
  sim->party[party].crashed = true;
  for (unsigned j = 0; j < sim->n; j++)
    if (j != party) smpi_sim_close_end(&sim->end[party * sim->n + j]);
}

static void silence(struct smpi_sim *sim, unsigned party) {
  for (unsigned j = 0; j < sim->n; j++)
    if (j != party) sim->pipe[party * sim->n + j].silent = sim->pipe[j * sim->n + party].silent = true;
}

/* What was on its way to this end is gone with the link. */
static void lose(struct smpi_sim_end *e) {
  e->in->lost = true;
  at_most(&e->in->eof_at, e->sim->now);
}

static void flip(uint8_t *data, uint64_t bit) { data[bit / 8] ^= (uint8_t)(1u << (bit % 8)); }

void smpi_sim_fault_op(struct smpi_sim_end *e, enum smpi_sim_where where, uint8_t *data, size_t len) {
  struct smpi_sim *sim = e->sim;
  const struct smpi_sim_party *p = &sim->party[e->me];
  uint64_t op = 1 + (where == SMPI_SIM_AT_SEND ? p->sends : p->recvs);
  for (size_t i = 0; i < sim->par.n_faults; i++) {
    const struct smpi_sim_fault *f = &sim->par.fault[i];
    if (f->where != where || f->from != e->me || f->at != op) continue;
    switch (f->what) {
      case SMPI_SIM_CUT:
        cut(e);
        if (where == SMPI_SIM_AT_RECV) lose(e);
        break;
      case SMPI_SIM_FLIP:
        if (len > 0) flip(data, f->amount % (8 * (uint64_t)len));
        break;
      case SMPI_SIM_DELAY: e->out->delay = f->amount * 1000; break;
      case SMPI_SIM_CRASH: smpi_sim_crash(sim, e->me); break;
      case SMPI_SIM_SILENCE: silence(sim, e->me); break;
    }
  }
}

size_t smpi_sim_fault_bytes(struct smpi_sim_end *e, uint8_t *data, size_t len) {
  struct smpi_sim *sim = e->sim;
  size_t keep = len;
  for (size_t i = 0; i < sim->par.n_faults; i++) {
    const struct smpi_sim_fault *f = &sim->par.fault[i];
    if (f->where != SMPI_SIM_AT_BYTE || f->from != e->me || f->to != e->peer) continue;
    if (f->at < e->out->bytes || f->at - e->out->bytes >= len) continue;
    size_t at = (size_t)(f->at - e->out->bytes);
    if (f->what == SMPI_SIM_FLIP) flip(data + at, f->amount % 8);
    else if (f->what == SMPI_SIM_DELAY) e->out->delay = f->amount * 1000;
    else if (at < keep) keep = at;
  }
  return keep;
}

void smpi_sim_fault_stop(struct smpi_sim_end *e) {
  const struct smpi_sim_params *par = &e->sim->par;
  for (size_t i = 0; i < par->n_faults; i++) {
    const struct smpi_sim_fault *f = &par->fault[i];
    if (f->where != SMPI_SIM_AT_BYTE || f->from != e->me || f->to != e->peer || f->at != e->out->bytes) continue;
    if (f->what == SMPI_SIM_CUT) cut(e);
    if (f->what == SMPI_SIM_CRASH) smpi_sim_crash(e->sim, e->me);
    if (f->what == SMPI_SIM_SILENCE) silence(e->sim, e->me);
  }
}
