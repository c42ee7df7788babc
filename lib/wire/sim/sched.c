/* sched.c - the baton and the clock of the simulated network.
 *
 * With the lock held, sim->running names the one party that runs.  A party that
 * waits picks the next one: among those that can go on now, by the seeded
 * generator; when there is none, time jumps to the first moment at which one
 * can.  There always is one: every wait has a deadline. */
#include "sim_impl.h"

/* LOCAL: polls in a row before time may move for a party that never waits. */
enum { POLLS_BEFORE_TIME = 64 };

static uint64_t random_word(struct smpi_sim *sim) { /* SplitMix64: order of turns only */
  uint64_t z = (sim->rng += 0x9e3779b97f4a7c15u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* The next moment after now at which anything changes for a polling party. */
static uint64_t next_event(const struct smpi_sim *sim, unsigned party) {
  uint64_t t = SMPI_SIM_NEVER;
  for (unsigned j = 0; j < sim->n; j++) {
    const struct smpi_sim_end *e = &sim->end[party * sim->n + j];
    if (j == party || !e->taken) continue;
    uint64_t at[3] = {smpi_sim_arrival(sim, e->in), smpi_sim_slot_at(sim, e), smpi_sim_eof(e->in)};
    for (int i = 0; i < 3; i++)
      if (at[i] > sim->now) t = earlier(t, at[i]);
  }
  return t != SMPI_SIM_NEVER ? t : sim->now + 1000000;
}

/* When party i can go on. */
static uint64_t ready_at(const struct smpi_sim *sim, unsigned i) {
  const struct smpi_sim_party *p = &sim->party[i];
  switch (p->wait) {
    case SMPI_SIM_GO: return 0;
    case SMPI_SIM_WAIT_RECV:
      if (p->end->closed) return 0;
      return earlier(earlier(smpi_sim_arrival(sim, p->end->in), smpi_sim_eof(p->end->in)), p->deadline);
    case SMPI_SIM_WAIT_SLOT: return earlier(smpi_sim_slot_at(sim, p->end), p->deadline);
    case SMPI_SIM_WAIT_FLUSH: return smpi_sim_flush_at(p->end);
    case SMPI_SIM_POLL: return p->poked ? 0 : next_event(sim, i);
    case SMPI_SIM_DONE: break;
  }
  return SMPI_SIM_NEVER;
}

/* Choose who runs next, moving time as far as needed; -1 when all are done. */
static int pick(struct smpi_sim *sim) {
  uint64_t first = SMPI_SIM_NEVER, at[SMPI_SIM_MAX];
  for (unsigned i = 0; i < sim->n; i++) first = earlier(first, at[i] = ready_at(sim, i));
  if (first == SMPI_SIM_NEVER) return -1;
  if (first > sim->now) sim->now = first;
  unsigned can[SMPI_SIM_MAX], n = 0;
  for (unsigned i = 0; i < sim->n; i++)
    if (at[i] <= sim->now) can[n++] = i;
  return (int)can[random_word(sim) % n];
}

static void pass_baton(struct smpi_sim *sim) {
  sim->running = pick(sim);
  if (sim->running >= 0) pthread_cond_signal(&sim->party[sim->running].turn);
  else pthread_cond_signal(&sim->all_done);
}

static void await_turn(struct smpi_sim *sim, unsigned me) {
  while (sim->running != (int)me) pthread_cond_wait(&sim->party[me].turn, &sim->lock);
}

void smpi_sim_wait(struct smpi_sim_end *e, enum smpi_sim_wait what, uint64_t deadline) {
  struct smpi_sim *sim = e->sim;
  struct smpi_sim_party *p = &sim->party[e->me];
  p->wait = what;
  p->end = e;
  p->deadline = deadline;
  p->poked = false;
  if (what != SMPI_SIM_GO && what != SMPI_SIM_POLL) p->polls = 0;
  pass_baton(sim);
  await_turn(sim, e->me);
  p->wait = SMPI_SIM_GO;
}

void smpi_sim_poll(struct smpi_sim_end *e) {
  bool idle = ++e->sim->party[e->me].polls > POLLS_BEFORE_TIME;
  smpi_sim_wait(e, idle ? SMPI_SIM_POLL : SMPI_SIM_GO, 0);
}

struct start {
  struct smpi_sim *sim;
  unsigned me;
};

static void *party_main(void *arg) {
  struct smpi_sim *sim = ((struct start *)arg)->sim;
  unsigned me = ((struct start *)arg)->me;
  pthread_mutex_lock(&sim->lock);
  await_turn(sim, me);
  pthread_mutex_unlock(&sim->lock);
  sim->fn(sim, me, sim->ctx == NULL ? NULL : sim->ctx[me]);
  pthread_mutex_lock(&sim->lock);
  for (unsigned j = 0; j < sim->n; j++)
    if (j != me) smpi_sim_close_end(&sim->end[me * sim->n + j]);
  sim->party[me].wait = SMPI_SIM_DONE;
  sim->done++;
  pass_baton(sim);
  pthread_mutex_unlock(&sim->lock);
  return NULL;
}

smpc_err smpi_sim_run(struct smpi_sim *sim, void (*fn)(struct smpi_sim *, unsigned, void *), void *const ctx[]) {
  if (sim->ran) return SMPC_E_STATE;
  sim->ran = true;
  sim->fn = fn;
  sim->ctx = ctx;
  struct start start[SMPI_SIM_MAX];
  unsigned started = 0;
  pthread_mutex_lock(&sim->lock);
  for (; started < sim->n; started++) {
    start[started] = (struct start){sim, started};
    if (pthread_create(&sim->party[started].thread, NULL, party_main, &start[started]) != 0) break;
  }
  smpc_err err = started == sim->n ? SMPC_OK : SMPC_E_NOMEM;
  for (unsigned i = started; i < sim->n; i++) { /* those that never came: as if they had died at once */
    smpi_sim_crash(sim, i);
    sim->party[i].wait = SMPI_SIM_DONE;
    sim->done++;
  }
  pass_baton(sim);
  while (sim->done < sim->n) pthread_cond_wait(&sim->all_done, &sim->lock);
  pthread_mutex_unlock(&sim->lock);
  for (unsigned i = 0; i < started; i++) pthread_join(sim->party[i].thread, NULL);
  return err;
}
