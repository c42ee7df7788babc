/* session.c - a session's life, its running program, and its rounds. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "session/config.h"
#include "session/session_impl.h"

/* --- life ------------------------------------------------------------------ */

void smpi_session_count_afresh(struct smpc_session *s) {
  s->spent = (struct smpi_cost){.parties = s->parties, .source = s->cfg.source};
}

static void number_parties(struct smpc_session *s) {
  s->rank = s->dealer = -1;
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    if (s->cfg.member[i].roles & SMPC_DEAL) s->dealer = (int)i;
    if (!(s->cfg.member[i].roles & SMPC_COMPUTE)) continue;
    if (i == s->cfg.me.id) s->rank = (int)s->parties;
    s->member_of_rank[s->parties++] = (uint8_t)i;
  }
  smpi_session_count_afresh(s);
}

static struct smpc_session *create(const smpc_config *cfg, smpc_watch_fn watch, void *user) {
  struct smpc_session *s = smpi_secret_alloc(1, sizeof *s);
  if (s == NULL) return NULL;
  if (cfg->size == sizeof *cfg) s->cfg = *cfg; /* else it may be shorter: refused below */
  s->watch = watch;
  s->watch_user = user;
  s->pid = getpid();
  s->op = "";
  s->fault.party = -1;
  smpi_hash_begin(&s->program, "smpc program 1");
  return s;
}

/* A mesh's failure becomes the session's. */
static smpc_err fail_as(struct smpc_session *s, smpc_err err, const struct smpi_fault *f) {
  return smpi_fail(s, err, f->party, "%s", f->text[0] ? f->text : smpi_err_text(err));
}

/* The mesh's news become events of the session. */
static void on_peer(void *user, int peer, const char *text) {
  (void)peer;
  smpi_note(user, SMPC_EVENT_PEER, text);
}

static smpc_err connect_all(struct smpc_session *s, const uint8_t link_secret[32], const struct smpi_network *net) {
  struct smpi_mesh_peer *peer = smpi_alloc(s->cfg.parties, sizeof *peer);
  struct smpi_mesh *mesh = NULL;
  if (peer == NULL) return smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    const smpc_member *m = &s->cfg.member[i];
    memcpy(peer[i].name, m->name, sizeof peer[i].name);
    memcpy(peer[i].address, m->address, sizeof peer[i].address);
    memcpy(peer[i].link_key, m->link_key, sizeof peer[i].link_key);
  }
  struct smpi_mesh_config mc = {
      .me = s->cfg.me.id, .n = s->cfg.parties, .peer = peer, .listen = s->cfg.listen, .link_secret = link_secret,
      .timeout_ms = s->cfg.timeout_ms, .wait_ms = s->cfg.wait_ms, .is_canceled = &s->is_canceled,
      .watch = on_peer, .watch_user = s};
  smpi_agreement_tag(mc.agreement_tag, &s->cfg);
  struct smpi_fault fault = {.party = -1};
  smpc_err err = net->open(net->ctx, &mesh, &mc, &fault);
  smpi_free(peer);
  if (err != SMPC_OK) return fail_as(s, err, &fault);
  s->mesh = mesh;
  return SMPC_OK;
}

smpc_err smpi_session_open_on(struct smpc_session **out, const smpc_config *cfg, const uint8_t link_secret[32],
                              const struct smpi_network *net, smpc_watch_fn watch, void *user) {
  struct smpi_fault fault = {.party = -1};
  smpc_err err = smpi_config_valid(cfg, &fault);
  struct smpc_session *s = *out = create(cfg, watch, user);
  if (s == NULL) return SMPC_E_NOMEM;
  s->op = "smpc_session_open";
  if (err != SMPC_OK) return smpi_fail(s, err, fault.party, "%s", fault.text);
  number_parties(s);
  TRY(connect_all(s, link_secret, net));
  TRY(smpi_session_agree(s));
  s->op = "";
  smpi_session_count_afresh(s); /* setting up is not part of the program */
out:
  return err;
}

smpc_err smpi_session_dry(struct smpc_session **out, const smpc_config *cfg) {
  struct smpi_fault fault = {.party = -1};
  smpc_err err = smpi_config_valid(cfg, &fault);
  struct smpc_session *s = *out = create(cfg, NULL, NULL);
  if (s == NULL) return SMPC_E_NOMEM;
  s->is_dry = true;
  if (err != SMPC_OK) return smpi_fail(s, err, fault.party, "%s", fault.text);
  number_parties(s);
  return SMPC_OK;
}

static void close_slots(struct smpc_session *s) {
  for (unsigned i = 0; i < SMPI_SLOTS; i++) {
    if (s->slot[i].close != NULL) s->slot[i].close(s->slot[i].state);
    s->slot[i].close = NULL;
    s->slot[i].state = NULL;
  }
}

static void wipe_keys(struct smpc_session *s) {
  smpi_prg_close(s->own);
  s->own = NULL;
  for (unsigned i = 0; i < SMPC_MAX_PARTIES; i++) {
    smpi_prg_close(s->pair[i]);
    s->pair[i] = NULL;
  }
}

smpc_err smpi_session_close(struct smpc_session *s) {
  if (s == NULL) return SMPC_OK;
  if (s->pid != getpid()) return SMPC_E_STATE; /* the parent's memory, links and keys: leave them alone */
  smpi_step(s, "smpc_session_close");
  if (!s->is_dry && smpi_status(s) == SMPC_OK && s->cfg.me.id != (unsigned)s->dealer)
    (void)smpi_compare_programs(s); /* records its fault */
  if (s->guard != NULL) s->guard->end(s->guard_ctx, s);
  close_slots(s);
  smpc_err err = smpi_status(s);
  smpi_mesh_close(atomic_exchange(&s->mesh, NULL), err == SMPC_OK);
  wipe_keys(s);
  smpi_scratch_end(&s->scratch);
  smpi_stock_end(&s->stock);
  smpi_secret_free(s);
  return err;
}

/* The handle stays valid until its own thread closes it, so the mesh does too:
 * the caller must not cancel a session that may be closing. */
void smpi_session_cancel(struct smpc_session *s) {
  if (s == NULL || s->pid != getpid()) return; /* a child would cut the parent's links */
  s->is_canceled = true;
  struct smpi_mesh *mesh = s->mesh;
  if (mesh != NULL) smpi_mesh_cancel(mesh);
}

/* --- the running program ----------------------------------------------------- */

void smpi_step(struct smpc_session *s, const char *op) {
  s->step++;
  s->op = op;
  smpi_absorb(s, op, strlen(op));
}

void smpi_absorb(struct smpc_session *s, const void *data, size_t len) {
  smpi_hash_add(&s->program, data, len);
  s->tag_is_fresh = false;
}

void smpi_absorb_u64(struct smpc_session *s, uint64_t v) {
  smpi_hash_add_u64(&s->program, v);
  s->tag_is_fresh = false;
}

static struct smpi_tag tag(struct smpc_session *s) {
  if (!s->tag_is_fresh) {
    uint8_t digest[SMPI_HASH_LEN];
    smpi_hash_peek(&s->program, digest);
    s->program_tag = smpi_get64(digest);
    s->tag_is_fresh = true;
  }
  struct smpi_tag t = {s->step, s->program_tag};
  return t;
}

smpc_err smpi_compare_programs(struct smpc_session *s) {
  uint8_t mine[SMPI_HASH_LEN], theirs[SMPC_MAX_PARTIES][SMPI_HASH_LEN];
  struct smpi_flow flow[SMPC_MAX_PARTIES] = {{0}};
  size_t n = 0;
  smpi_hash_peek(&s->program, mine);
  for (unsigned i = 0; i < s->cfg.parties; i++) {
    if (i == s->cfg.me.id || (int)i == s->dealer) continue;
    flow[n++] = (struct smpi_flow){.peer = i, .out_len = sizeof mine, .in_len = sizeof mine, .out = mine, .in = theirs[i]};
  }
  smpc_err err = smpi_exchange(s, flow, n);
  for (size_t k = 0; err == SMPC_OK && k < n; k++)
    if (!smpi_ct_equal(mine, flow[k].in, sizeof mine))
      err = smpi_fail(s, SMPC_E_DESYNC, (int)flow[k].peer, "%s runs a different program up to step %llu",
                      smpi_member_name(s, flow[k].peer), (unsigned long long)s->step);
  return err;
}

/* --- rounds ------------------------------------------------------------------ */

smpc_err smpi_exchange_tagged(struct smpc_session *s, struct smpi_tag t, const struct smpi_flow *flow, size_t n) {
  struct smpi_fault fault = {.party = -1};
  if (s->fault.code != SMPC_OK) return s->fault.code;
  if (s->is_canceled) return smpi_fail(s, SMPC_E_CANCELED, -1, "the session was canceled");
  smpc_err err = smpi_mesh_exchange(s->mesh, &t, flow, n, &fault);
  return err == SMPC_OK ? err : fail_as(s, err, &fault);
}

smpc_err smpi_exchange(struct smpc_session *s, const struct smpi_flow *flow, size_t n) {
  bool with_dealer = (int)s->cfg.me.id == s->dealer || (n == 1 && (int)flow[0].peer == s->dealer);
  smpc_err err = smpi_exchange_tagged(s, with_dealer ? (struct smpi_tag){0} : tag(s), flow, n);
  if (err != SMPC_OK) return err;
  uint64_t bytes = 0;
  for (size_t i = 0; i < n; i++) bytes += flow[i].out_len;
  if (with_dealer || s->is_offline) {
    s->spent.offline_bytes += bytes;
    if (s->expected_offline != 0) smpi_progress(s, s->spent.offline_bytes - s->offline_from, s->expected_offline);
  } else {
    s->spent.rounds++;
    s->spent.bytes += bytes;
    if (s->expected_rounds != 0) smpi_progress(s, s->spent.rounds, s->expected_rounds);
  }
  return SMPC_OK;
}

smpc_err smpi_exchange_all(struct smpc_session *s, size_t len,
                           void (*produce)(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len),
                           void (*consume)(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len),
                           void *ctx) {
  struct smpi_flow flow[SMPC_MAX_COMPUTING] = {{0}};
  size_t n = 0;
  for (unsigned r = 0; r < s->parties; r++) {
    if ((int)r == s->rank) continue;
    flow[n++] = (struct smpi_flow){.peer = s->member_of_rank[r], .out_len = len, .in_len = len, .produce = produce,
                                   .consume = consume, .ctx = ctx};
  }
  return smpi_exchange(s, flow, n);
}

void smpi_offline(struct smpc_session *s, bool is_on) { s->is_offline = is_on; }

/* --- failure ----------------------------------------------------------------- */

/* After the first failure nothing may use this session's keys again, and the
 * others are told at once. */
smpc_err smpi_fail(struct smpc_session *s, smpc_err code, int member, const char *fmt, ...) {
  if (s->pid != getpid()) return SMPC_E_STATE; /* a child that told the others would seal under its parent's counters */
  if (s->fault.code != SMPC_OK) return s->fault.code;
  char text[sizeof s->fault.text];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  if (s->is_canceled) {
    code = SMPC_E_CANCELED; /* whatever the closed links looked like */
    member = -1;
    snprintf(text, sizeof text, "the session was canceled");
  }
  smpi_fault_set(&s->fault, code, member, "%s", text);
  struct smpi_mesh *mesh = s->mesh;
  if (mesh != NULL) smpi_mesh_abort(mesh, code, s->step);
  wipe_keys(s);
  return code;
}

smpc_err smpi_status(const struct smpc_session *s) { return s->fault.code; }

/* --- what protocols ask ------------------------------------------------------ */

unsigned smpi_parties(const struct smpc_session *s) { return s->parties; }
int smpi_rank(const struct smpc_session *s) { return s->rank; }
unsigned smpi_member_of_rank(const struct smpc_session *s, unsigned rank) { return s->member_of_rank[rank]; }
int smpi_rank_of(const struct smpc_session *s, unsigned member) {
  for (unsigned r = 0; r < s->parties; r++)
    if (s->member_of_rank[r] == member) return (int)r;
  return -1;
}
unsigned smpi_me(const struct smpc_session *s) { return s->cfg.me.id; }
int smpi_dealer(const struct smpc_session *s) { return s->dealer; }
smpc_source smpi_source_of(const struct smpc_session *s) { return s->cfg.source; }
bool smpi_pool_is_shared(const struct smpc_session *s) {
  for (unsigned r = 0; r < s->parties; r++)
    if (!(s->have_pool >> s->member_of_rank[r] & 1)) return false;
  return true;
}
const char *smpi_member_name(const struct smpc_session *s, unsigned member) { return s->cfg.member[member].name; }
unsigned smpi_frac_bits(const struct smpc_session *s) { return s->cfg.frac_bits; }
struct smpi_cost smpi_spent(const struct smpc_session *s) { return s->spent; }
void smpi_spent_add(struct smpc_session *s, const struct smpi_cost *taken) {
  for (unsigned k = 0; k < sizeof taken->corr / sizeof taken->corr[0]; k++) {
    s->spent.corr[k] += taken->corr[k];
    s->spent.pooled[k] += taken->pooled[k];
  }
  s->spent.mask_words += taken->mask_words;
  s->spent.product_words += taken->product_words;
}
void smpi_session_id(const struct smpc_session *s, uint8_t id[32]) { memcpy(id, s->id, 32); }
struct smpi_prg *smpi_prg_own(struct smpc_session *s) { return s->own; }
struct smpi_prg *smpi_prg_pair(struct smpc_session *s, unsigned member) { return s->pair[member]; }

void *smpi_scratch(struct smpc_session *s, size_t n, size_t size) {
  void *p = size != 0 && n > SIZE_MAX / size ? NULL : smpi_scratch_take(&s->scratch, n * size);
  if (p == NULL) smpi_fail(s, SMPC_E_NOMEM, -1, "out of memory");
  return p;
}
size_t smpi_scratch_mark(const struct smpc_session *s) { return smpi_scratch_here(&s->scratch); }
void smpi_scratch_release(struct smpc_session *s, size_t mark) { smpi_scratch_back(&s->scratch, mark); }

void *smpi_block_get(struct smpc_session *s, size_t n, size_t size) { return smpi_stock_get(&s->stock, n, size); }
void smpi_block_put(struct smpc_session *s, void *p, size_t n, size_t size) { smpi_stock_put(&s->stock, p, n, size); }

void smpi_slot_set(struct smpc_session *s, enum smpi_slot slot, void *state, void (*close)(void *state)) {
  s->slot[slot] = (struct smpi_slot_entry){state, close};
}
void *smpi_slot_get(const struct smpc_session *s, enum smpi_slot slot) { return s->slot[slot].state; }

void smpi_expect_offline(struct smpc_session *s, uint64_t bytes) {
  s->offline_from = s->spent.offline_bytes;
  s->expected_offline = bytes;
}

void smpi_progress(struct smpc_session *s, uint64_t done, uint64_t total) {
  unsigned percent = total == 0 ? 100 : (unsigned)(100.0 * (double)done / (double)total);
  smpc_event e = {.kind = SMPC_EVENT_PROGRESS, .op = s->op, .text = "", .done = done, .total = total};
  if (s->watch == NULL || percent == s->percent || percent > 100) return; /* closing is not in the estimate */
  s->percent = percent;
  (void)s->watch(&e, s->watch_user);
}

static void tell(struct smpc_session *s, smpc_event e) {
  e.op = s->op;
  if (s->watch != NULL) (void)s->watch(&e, s->watch_user);
}

void smpi_note_about(struct smpc_session *s, unsigned member, const char *text) {
  tell(s, (smpc_event){.kind = SMPC_EVENT_NOTE, .text = text, .to = {UINT64_C(1) << member}});
}

void smpi_note(struct smpc_session *s, smpc_event_kind kind, const char *text) {
  tell(s, (smpc_event){.kind = kind, .text = text});
}
