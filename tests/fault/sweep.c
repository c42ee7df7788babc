/* sweep.c - see sweep.h. */
#include "sweep.h"

#include <stdio.h>
#include <string.h>

#include "support/seams.h"
#include "support/test.h"

static const char *const name_of[SWEEP_WHATS] = {"allocation", "random call", "cut",  "crash",
                                                 "silence",    "flip",        "delay"};

/* What a party may end with when something of this kind failed somewhere, and
 * what one party must end with if any failed at all.  A peer that goes away in
 * the middle of a handshake cannot be told from one that refused our key. */
static bool may_end_with(enum sweep_what what, smpc_err e, bool in_handshake) {
  if (what == SWEEP_DELAY) return e == SMPC_OK;
  if (in_handshake && e == SMPC_E_AUTH) return true;
  if (e == SMPC_OK || e == SMPC_E_PEER || e == SMPC_E_CLOSED || e == SMPC_E_TIMEOUT) return true;
  switch (what) {
    case SWEEP_ALLOC: return e == SMPC_E_NOMEM;
    case SWEEP_RANDOM: return e == SMPC_E_RNG;
    case SWEEP_FLIP: return e == SMPC_E_AUTH || e == SMPC_E_FORMAT || e == SMPC_E_VERSION || e == SMPC_E_PARAM;
    case SWEEP_CUT: case SWEEP_CRASH: case SWEEP_SILENCE: case SWEEP_DELAY: case SWEEP_WHATS: break;
  }
  return false;
}

static bool is_exact(enum sweep_what what, smpc_err e) {
  switch (what) {
    case SWEEP_ALLOC: return e == SMPC_E_NOMEM;
    case SWEEP_RANDOM: return e == SMPC_E_RNG;
    case SWEEP_SILENCE: return e == SMPC_E_TIMEOUT;
    case SWEEP_FLIP: return e == SMPC_E_AUTH || e == SMPC_E_FORMAT || e == SMPC_E_VERSION || e == SMPC_E_PARAM;
    case SWEEP_CUT: case SWEEP_CRASH: return e == SMPC_E_CLOSED;
    case SWEEP_DELAY: case SWEEP_WHATS: break;
  }
  return false;
}

enum { HANDSHAKES_US = 20000000 }; /* their deadlines are their own, whatever the session's */

/* One run, and where it stands in the sweep. */
struct run {
  const struct sweep *sw;
  enum sweep_what what;
  uint64_t k;
  unsigned where; /* enum smpi_sim_where, for the network's faults */
  unsigned party, to;
  struct parties_result r;
};

static void complain(const struct run *run, int me, const char *text) {
  static const char *const place[] = {"", "byte", "sending", "receiving"};
  print_error("%s: %s %llu (party %u, %s): %s\n", run->sw->name, name_of[run->what], (unsigned long long)run->k,
              run->party, place[run->where], text);
  for (unsigned i = 0; i < run->r.members; i++)
    print_error("  %c party %u: open %d, end %d: %s\n", (int)i == me ? '>' : ' ', i, run->r.open[i], run->r.close[i],
                run->r.fault[i].text);
  fail();
}

/* Once all sessions are open, whoever fails because a party died says which. */
static bool names_the_dead(const struct run *run, unsigned i) {
  char name[16];
  if ((run->what != SWEEP_CRASH && run->what != SWEEP_SILENCE) || i == run->party) return true;
  for (unsigned k = 0; k < run->r.members; k++)
    if (run->r.open[k] != SMPC_OK) return true;
  if (run->r.fault[i].code == SMPC_OK) return true; /* while closing: the code is all there is */
  snprintf(name, sizeof name, run->party == run->sw->p.n ? "dealer" : "party%u", run->party);
  return strstr(run->r.fault[i].text, name) != NULL;
}

/* The smallest number of failed parties is 0: what fails after the last result
 * (a farewell) need not trouble anybody. */
static bool judge(const struct run *run, uint64_t live, uint64_t dry_us) {
  bool any = false, exact = false;
  for (unsigned i = 0; i < run->r.members; i++) {
    smpc_err e = run->r.close[i];
    if (!may_end_with(run->what, e, run->r.open[i] == e)) complain(run, (int)i, "this fault cannot cause that error");
    if (!names_the_dead(run, i)) complain(run, (int)i, "it does not name the party that is gone");
    const char *wrong = run->sw->judge(run->sw->ctx, i, run->r.open[i] == SMPC_OK);
    if (wrong != NULL) complain(run, (int)i, wrong);
    any |= e != SMPC_OK;
    exact |= is_exact(run->what, e);
  }
  if (any && !exact) complain(run, -1, "nobody has the exact error");
  uint64_t most_us = dry_us + HANDSHAKES_US + 4000 * (uint64_t)run->sw->p.timeout_ms;
  if (run->r.us > most_us) complain(run, -1, "it took too long");
  if (seam_heap_live() != live) complain(run, -1, "memory was not given back");
  return any;
}

/* The k-th allocation or random call of the whole run. */
static bool fail_machine(struct run *run, uint64_t live, uint64_t dry_us) {
  struct parties p = run->sw->p;
  if (run->what == SWEEP_RANDOM) p.entropy_fails_at = run->k;
  seam_heap_reset(run->what == SWEEP_ALLOC ? run->k : 0);
  parties_run(&p, run->sw->body, run->sw->ctx, &run->r);
  seam_heap_reset(0);
  return judge(run, live, dry_us);
}

static bool fail_network(struct run *run, uint64_t live, uint64_t dry_us) {
  static const enum smpi_sim_what effect[SWEEP_WHATS] = {0, 0, SMPI_SIM_CUT, SMPI_SIM_CRASH, SMPI_SIM_SILENCE,
                                                         SMPI_SIM_FLIP, SMPI_SIM_DELAY};
  /* A fifth of the deadline: a handshake has three messages, one after another. */
  uint64_t amount = run->what == SWEEP_DELAY ? 200 * (uint64_t)run->sw->p.timeout_ms : 7 * run->k;
  struct smpi_sim_fault f = {effect[run->what], run->where, run->party, run->to, run->k, amount};
  struct parties p = run->sw->p;
  p.fault = &f;
  p.n_faults = 1;
  parties_run(&p, run->sw->body, run->sw->ctx, &run->r);
  return judge(run, live, dry_us);
}

unsigned sweep(const struct sweep *sw, enum sweep_what what) {
  unsigned runs = 0, failed = 0, every = sw->every ? sw->every : 1;
  uint64_t live = seam_heap_live();
  struct parties_result dry;
  struct run run = {.sw = sw, .what = what};
  seam_heap_reset(0);
  parties_run_ok(&sw->p, sw->body, sw->ctx, &dry);
  uint64_t machine = what == SWEEP_ALLOC ? seam_heap_count() : what == SWEEP_RANDOM ? seam_entropy_count() : 0;
  for (run.k = 1; run.k <= machine; run.k += every, runs++) failed += fail_machine(&run, live, dry.us);
  for (run.party = 0; machine == 0 && run.party < dry.members; run.party++) {
    run.where = SMPI_SIM_AT_SEND;
    for (run.k = 1; run.k <= dry.sends[run.party]; run.k += every, runs++) failed += fail_network(&run, live, dry.us);
    run.where = SMPI_SIM_AT_RECV;
    if (what == SWEEP_FLIP || what == SWEEP_DELAY) continue;
    for (run.k = 1; run.k <= dry.recvs[run.party]; run.k += every, runs++) failed += fail_network(&run, live, dry.us);
  }
  print_message("# %s: %u runs with one %s failing each, %u ended in an error\n", sw->name, runs, name_of[what],
                failed);
  if (runs == 0 || (failed < runs / 2 && what != SWEEP_DELAY)) fail_msg("%s: the faults were hardly noticed", sw->name);
  return runs;
}

unsigned sweep_bytes(const struct sweep *sw, enum sweep_what what, unsigned places) {
  unsigned runs = 0, failed = 0;
  uint64_t live = seam_heap_live();
  struct parties_result dry;
  struct run run = {.sw = sw, .what = what, .where = SMPI_SIM_AT_BYTE};
  parties_run_ok(&sw->p, sw->body, sw->ctx, &dry);
  for (run.party = 0; run.party < dry.members; run.party++)
    for (run.to = 0; run.to < dry.members; run.to++)
      for (unsigned i = 0; i < places && run.to != run.party; i++, runs++) {
        run.k = dry.bytes[run.party][run.to] * i / places + i % 7;
        failed += fail_network(&run, live, dry.us);
      }
  print_message("# %s: %u runs with one %s at a byte each, %u ended in an error\n", sw->name, runs, name_of[what],
                failed);
  if (runs == 0 || failed < runs / 2) fail_msg("%s: the faults were hardly noticed", sw->name);
  return runs;
}
