/* parties.c - see parties.h. */
#include "support/parties.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "support/seams.h"
#include "support/tap.h"
#include "support/test.h"
#include "triple/cost.h"
#include "triple/dealer.h"

uint64_t test_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

/* --- who they are ---------------------------------------------------------------- */

static void make_keys(smpc_member *m, uint8_t link_secret[32], uint64_t seed, unsigned i) {
  uint64_t state = seed * 64 + i + 1;
  uint8_t signing[64];
  for (int w = 0; w < 32; w += 8) smpi_put64(link_secret + w, test_random(&state));
  crypto_scalarmult_base(m->link_key, link_secret);
  crypto_sign_seed_keypair(m->sign_key, signing, link_secret);
}

struct smpi_cost parties_busiest(const struct parties_result *r, unsigned n) {
  struct smpi_cost most = {0};
  for (unsigned i = 0; i < n; i++) {
    if (r->spent[i].rounds > most.rounds) most.rounds = r->spent[i].rounds;
    if (r->spent[i].bytes > most.bytes) most.bytes = r->spent[i].bytes;
  }
  return most;
}

void parties_config(smpc_config *cfg, uint8_t link_secret[32], const struct parties *p, unsigned me) {
  *cfg = (smpc_config)SMPC_CONFIG_INIT;
  cfg->security = SMPC_SEMI_HONEST;
  cfg->source = p->source ? p->source : SMPC_DEALER;
  cfg->frac_bits = p->frac_bits ? p->frac_bits : 20;
  cfg->timeout_ms = cfg->wait_ms = p->timeout_ms ? p->timeout_ms : 5000;
  cfg->me = smpc_p(me);
  cfg->parties = p->n + p->dealer;
  snprintf(cfg->purposes, sizeof cfg->purposes, "*");
  for (unsigned i = 0; i < cfg->parties; i++) {
    smpc_member *m = &cfg->member[i];
    uint8_t secret[32];
    snprintf(m->name, sizeof m->name, i == p->n ? "dealer" : "party%u", i);
    snprintf(m->address, sizeof m->address, "tcp://192.0.2.%u:7700", i + 1); /* never dialled */
    m->roles = i == p->n ? SMPC_DEAL : p->roles ? p->roles[i] : SMPC_INPUT | SMPC_COMPUTE | SMPC_RESULT;
    make_keys(m, i == me ? link_secret : secret, p->seed, i);
  }
}

/* --- one run ------------------------------------------------------------------------ */

struct run {
  const struct parties *p;
  parties_body body;
  void *ctx;
  struct parties_result *r;
};
struct seat { /* a party's way to its simulated network */
  struct smpi_sim *sim;
  unsigned me;
};

static smpc_err open_simulated(void *ctx, struct smpi_mesh **mesh, const struct smpi_mesh_config *cfg,
                               struct smpi_fault *fault) {
  struct seat *seat = ctx;
  return smpi_sim_mesh_open(seat->sim, seat->me, cfg, mesh, fault);
}

static void party(struct smpi_sim *sim, unsigned me, void *ctx) {
  struct run *run = ctx;
  struct parties_result *r = run->r;
  struct seat seat = {sim, me};
  struct smpi_network net = {open_simulated, &seat};
  struct smpc_session *s;
  smpc_config cfg;
  uint8_t link_secret[32];
  parties_config(&cfg, link_secret, run->p, me);
  if (run->p->configure != NULL) run->p->configure(&cfg, me, run->ctx);
  r->open[me] = smpi_session_open_on(&s, &cfg, link_secret, &net, run->p->watch, run->ctx);
  tap_party(me);
  if (r->open[me] == SMPC_OK && run->p->dealer && smpi_rank(s) >= 0) r->open[me] = smpi_triple_open(s);
  r->sends_open[me] = smpi_sim_sends(sim, me);
  r->recvs_open[me] = smpi_sim_recvs(sim, me);
  if (r->open[me] == SMPC_OK && me == run->p->n) {
    (void)smpi_dealer_serve(s); /* records its fault */
  } else if (r->open[me] == SMPC_OK) {
    run->body(s, me, run->ctx);
  }
  if (s != NULL) r->fault[me] = s->fault;
  if (s != NULL) r->spent[me] = smpi_spent(s);
  r->close[me] = s == NULL ? r->open[me] : smpi_session_close(s);
}

void parties_run(const struct parties *p, parties_body body, void *ctx, struct parties_result *r) {
  struct smpi_sim_params par = {.seed = p->seed, .rtt_ms = p->rtt_ms, .mbit_per_s = p->mbit_per_s, .fault = p->fault,
                                .n_faults = p->n_faults, .trace = p->trace, .trace_user = p->trace_user};
  struct smpi_sim *sim;
  struct run run = {p, body, ctx, r};
  void *all[SMPC_MAX_PARTIES];
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) all[i] = &run;
  memset(r, 0, sizeof *r);
  r->members = p->n + p->dealer;
  for (unsigned i = 0; i < r->members; i++) r->open[i] = r->close[i] = SMPC_E_NOMEM;
  seam_entropy_reset(p->seed, p->entropy_fails_at);
  if (smpi_sim_new(&sim, r->members, &par) != SMPC_OK) return;
  (void)smpi_sim_run(sim, party, all);
  r->us = smpi_sim_now_us(sim);
  for (unsigned i = 0; i < r->members; i++) {
    r->sends[i] = smpi_sim_sends(sim, i);
    r->recvs[i] = smpi_sim_recvs(sim, i);
    for (unsigned j = 0; j < r->members; j++) r->bytes[i][j] = smpi_sim_bytes(sim, i, j);
  }
  smpi_sim_free(sim);
}

void parties_run_ok(const struct parties *p, parties_body body, void *ctx, struct parties_result *out) {
  struct parties_result mine, *r = out != NULL ? out : &mine;
  uint64_t live = seam_heap_live();
  parties_run(p, body, ctx, r);
  bool well = true;
  for (unsigned i = 0; i < r->members; i++) {
    if (r->open[i] == SMPC_OK && r->close[i] == SMPC_OK) continue;
    well = false;
    print_error("party %u of %u (seed %llu): open %d, close %d: %s\n", i, r->members, (unsigned long long)p->seed,
                r->open[i], r->close[i], r->fault[i].text);
  }
  assert_true(well);
  assert_int_equal(seam_heap_live(), live);
}

/* --- shares -------------------------------------------------------------------------- */

void shares_new(struct shares *sh, unsigned parties, size_t n) {
  *sh = (struct shares){.parties = parties, .n = n};
  for (unsigned i = 0; i < parties; i++) assert_non_null(sh->of[i] = calloc(n ? n : 1, sizeof(shr)));
}

void shares_free(struct shares *sh) {
  for (unsigned i = 0; i < sh->parties; i++) free(sh->of[i]);
  *sh = (struct shares){0};
}

void shares_split(struct shares *sh, const uint64_t *clear, bool by_xor, uint64_t seed) {
  for (size_t k = 0; k < sh->n; k++) {
    uint64_t rest = clear[k];
    for (unsigned i = 1; i < sh->parties; i++) {
      uint64_t r = test_random(&seed);
      sh->of[i][k].v = r;
      rest = by_xor ? rest ^ r : rest - r;
    }
    sh->of[0][k].v = rest;
  }
}

uint64_t shares_sum(const struct shares *sh, size_t k) {
  uint64_t v = 0;
  for (unsigned i = 0; i < sh->parties; i++) v += sh->of[i][k].v;
  return v;
}

uint64_t shares_xor(const struct shares *sh, size_t k) {
  uint64_t v = 0;
  for (unsigned i = 0; i < sh->parties; i++) v ^= sh->of[i][k].v;
  return v;
}
