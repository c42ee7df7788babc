/* exchange.c - the pump: data in both directions between all peers at once.
 *
 * In step k, chunk k is submitted to every peer (and as many later chunks as
 * find a free slot), then chunk k is received from every peer, in the order of
 * the flows, and consumed where it was decrypted.
 *
 * Why nobody waits for ever.  Suppose everybody is stuck.  Let A be a party at
 * the smallest step k of all.
 *   - A waits to receive chunk k from B.  B is at a step >= k.  If B is past
 *     submitting chunk k to A, it arrives: the bytes before it in that stream
 *     are chunks < k, which A has consumed.  Otherwise B is at step k too and
 *     waits for a slot towards some C; but C is at a step >= k, so it consumed
 *     all chunks < k of B's, and nothing beyond k is submitted before k is: the
 *     slots towards C run empty and B goes on.
 *   - A waits for a slot towards B: the same argument with B in C's place.
 * So somebody at the smallest step always moves.  A peer that runs another
 * program, or none, is found by the header of a message, by what heartbeats
 * tell, by its silence or by its end: each ends the wait. */
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/mesh_impl.h"

/* What the functions below have in common: one exchange. */
struct run {
  struct smpi_mesh *mesh;
  const struct smpi_tag *tag;
  struct smpi_fault *fault;
};

static const char *name_of(const struct run *r, const struct smpi_pump *p) { return r->mesh->member[p->flow->peer].name; }

/* --- failing ------------------------------------------------------------------ */

static smpc_err fail(struct run *r, const struct smpi_pump *p, smpc_err code, const char *what) {
  struct smpi_mesh *m = r->mesh;
  if (atomic_load(&m->canceled)) return smpi_fault_set(r->fault, m->root = SMPC_E_CANCELED, -1, "canceled");
  m->root = code;
  m->blame = (int)p->flow->peer;
  return smpi_fault_set(r->fault, code, m->blame, "%s %s (step %" PRIu64 ")", name_of(r, p), what, r->tag->step);
}

/* Name the difference here and tell the peer, which will name the same. */
static smpc_err differ(struct run *r, const struct smpi_pump *p, enum smpi_differs what, uint64_t here, uint64_t there) {
  uint8_t content[SMPI_ABORT_LEN];
  struct smpi_abort a = {.code = SMPC_E_DESYNC, .differs = (uint8_t)what, .blame = (uint8_t)p->flow->peer,
                         .step = r->tag->step, .mine = here, .yours = there};
  smpi_abort_encode(content, &a);
  pthread_mutex_lock(&p->link->send_lock);
  (void)smpi_link_say_locked(p->link, SMPI_ABORT, content, sizeof content);
  pthread_mutex_unlock(&p->link->send_lock);
  r->mesh->root = SMPC_E_DESYNC;
  r->mesh->blame = (int)p->flow->peer;
  return smpi_desync_set(r->fault, (int)p->flow->peer, name_of(r, p), what, r->tag->step, here, there);
}

/* A peer said why it stops. */
static smpc_err heed_abort(struct run *r, const struct smpi_pump *p, const struct smpi_received *rec) {
  struct smpi_abort a;
  struct smpi_mesh *m = r->mesh;
  if (smpi_abort_decode(&a, rec->content, rec->len) != SMPC_OK) return fail(r, p, SMPC_E_FORMAT, "sent a malformed abort");
  int peer = (int)p->flow->peer;
  bool names_other = a.blame < m->n && a.blame != m->me && (int)a.blame != peer;
  m->root = (smpc_err)a.code;
  m->blame = names_other ? a.blame : peer;
  if (a.code == SMPC_E_DESYNC && a.differs != SMPI_SAME)
    return smpi_desync_set(r->fault, peer, name_of(r, p), (enum smpi_differs)a.differs, a.step, a.yours, a.mine);
  if (a.code == SMPC_E_CANCELED && !names_other)
    return smpi_fault_set(r->fault, SMPC_E_PEER, peer,
                          "%s stopped the session at step %" PRIu64 ": its user or its program canceled it",
                          name_of(r, p), a.step);
  if (names_other)
    return smpi_fault_set(r->fault, a.code == SMPC_E_DESYNC ? SMPC_E_DESYNC : SMPC_E_PEER, m->blame,
                          "%s ended the session at step %" PRIu64 " because of %s: %s", name_of(r, p), a.step,
                          m->member[a.blame].name, smpi_err_text((smpc_err)a.code));
  return smpi_fault_set(r->fault, a.code == SMPC_E_DESYNC ? SMPC_E_DESYNC : SMPC_E_PEER, peer,
                        "%s ended the session at step %" PRIu64 ": %s%s", name_of(r, p), a.step,
                        smpi_err_text((smpc_err)a.code), a.blame == m->me ? " (it means the link to this party)" : "");
}

static smpc_err lost(struct run *r, const struct smpi_pump *p, smpc_err err) {
  switch (err) {
  case SMPC_E_CLOSED: return fail(r, p, err, "is gone: the connection ended without a goodbye");
  case SMPC_E_TIMEOUT: return fail(r, p, err, "has been silent for too long");
  case SMPC_E_AUTH: return fail(r, p, err, "sent bytes that do not authenticate: the connection was tampered with");
  case SMPC_E_FORMAT: return fail(r, p, err, "sent a record of an impossible kind or length");
  default: return fail(r, p, err, smpi_err_text(err));
  }
}

/* The link failed under a send.  The peer's last word may still be readable. */
static smpc_err lost_sending(struct run *r, const struct smpi_pump *p, smpc_err err) {
  struct smpi_received rec;
  if (err != SMPC_E_CLOSED) return lost(r, p, err);
  uint64_t deadline = smpi_link_now(p->link) + SMPI_LINGER_MS;
  while (smpi_link_now(p->link) <= deadline && smpi_link_next(p->link, &rec, SMPI_LINGER_MS) == SMPC_OK)
    if (rec.type == SMPI_ABORT) return heed_abort(r, p, &rec);
  return lost(r, p, err);
}

/* --- sending -------------------------------------------------------------------- */

/* No slot is free although one is needed: the peer does not read.  As long as
 * it gives signs of life it is only slow. */
static smpc_err await_room(struct run *r, struct smpi_pump *p, uint8_t **content, size_t len) {
  smpc_err err;
  uint64_t heard = smpi_link_now(p->link);
  for (;;) {
    err = smpi_link_room(p->link, content, len, true);
    if (err != SMPC_E_TIMEOUT) return err;
    if (atomic_load(&r->mesh->canceled)) return SMPC_E_CANCELED;
    uint64_t now = smpi_link_now(p->link);
    if (smpi_link_listen(p->link)) heard = now;
    if (now - heard >= r->mesh->timeout_ms) return SMPC_E_TIMEOUT;
  }
}

/* Write the next chunk of p into its room and encrypt it there. */
static smpc_err send_chunk(struct run *r, struct smpi_pump *p, uint8_t *content, size_t head, size_t len) {
  const struct smpi_flow *f = p->flow;
  if (head > 0) smpi_frame_encode(content, &(struct smpi_frame){r->tag->step, r->tag->program, f->out_len});
  if (f->produce != NULL) f->produce(f->ctx, f->peer, p->out, content + head, len);
  else memcpy(content + head, (const uint8_t *)f->out + p->out, len);
  p->out += len;
  return smpi_link_seal(p->link, head + len, SMPI_DATA);
}

/* Submit chunk k, waiting if need be, and later ones while there is room. */
static smpc_err send_locked(struct run *r, struct smpi_pump *p, size_t k) {
  smpc_err err = SMPC_OK;
  uint8_t *content;
  while (p->out < p->flow->out_len) {
    size_t head = p->out == 0 ? SMPI_FRAME_LEN : 0, len = smpi_min(SMPI_CHUNK, p->flow->out_len - p->out);
    err = smpi_link_room(p->link, &content, head + len, false);
    if (err == SMPC_E_TIMEOUT && p->out / SMPI_CHUNK > k) return SMPC_OK;
    if (err == SMPC_E_TIMEOUT) err = await_room(r, p, &content, head + len);
    TRY(err);
    TRY(send_chunk(r, p, content, head, len));
  }
  TRY(smpi_link_submit(p->link));
out:
  return err;
}

static smpc_err send_ahead(struct run *r, struct smpi_pump *p, size_t k) {
  pthread_mutex_lock(&p->link->send_lock);
  bool is_broken = p->link->said_goodbye && p->out < p->flow->out_len; /* a heartbeat may have found out first */
  smpc_err err = is_broken ? SMPC_E_CLOSED : send_locked(r, p, k);
  pthread_mutex_unlock(&p->link->send_lock);
  return err == SMPC_OK ? err : lost_sending(r, p, err);
}

/* --- receiving ------------------------------------------------------------------ */

/* A heartbeat while I wait for this peer, for `waited` milliseconds so far.  Two
 * things in it cannot be in one program:
 *   - it waits for me too, and has all I sent: both submit before they wait;
 *   - it has been at my step, with another program hash, for long.  (At first
 *     it may be an old heartbeat of an earlier round of the step.) */
static smpc_err heed_beat(struct run *r, const struct smpi_pump *p, const struct smpi_received *rec, uint64_t waited) {
  struct smpi_beat b;
  const struct smpi_tag *t = r->tag;
  if (smpi_beat_decode(&b, rec->content, rec->len) != SMPC_OK) return fail(r, p, SMPC_E_FORMAT, "sent a malformed heartbeat");
  if (b.waiting == 1 + p->link->data_out) return differ(r, p, SMPI_BOTH_WAIT, t->step, b.step);
  if (waited >= r->mesh->timeout_ms / 2 && b.step == t->step && b.program != t->program && b.program != 0 && t->program != 0)
    return differ(r, p, SMPI_PROGRAM, t->program, b.program);
  return SMPC_OK;
}

/* A record that is not the data waited for.  SMPC_OK: go on waiting. */
static smpc_err heed_record(struct run *r, const struct smpi_pump *p, const struct smpi_received *rec, uint64_t waited) {
  switch (rec->type) {
  case SMPI_BEAT: return heed_beat(r, p, rec, waited);
  case SMPI_ABORT: return heed_abort(r, p, rec);
  case SMPI_FIN: return fail(r, p, SMPC_E_CLOSED, "ended its session early");
  default: return lost(r, p, SMPC_E_FORMAT);
  }
}

/* While one peer keeps me waiting, another may have said that it stops. */
static smpc_err hear_others(struct run *r, const struct smpi_pump *p) {
  for (unsigned i = 0; i < r->mesh->n; i++) {
    struct smpi_link *l = r->mesh->member[i].link;
    const struct smpi_flow flow = {.peer = i};
    const struct smpi_pump other = {.flow = &flow, .link = l};
    struct smpi_received rec;
    if (l == NULL || l == p->link) continue;
    (void)smpi_link_listen(l);
    smpc_err err = smpi_link_find_abort(l, &rec);
    if (err != SMPC_E_TIMEOUT) return err == SMPC_OK ? heed_abort(r, &other, &rec) : lost(r, &other, err);
  }
  return SMPC_OK;
}

/* Wait for the next DATA record of p's peer; heartbeats keep the wait alive. */
static smpc_err next_data(struct run *r, struct smpi_pump *p, struct smpi_received *rec) {
  const unsigned timeout = r->mesh->timeout_ms, slice = (unsigned)smpi_min(timeout / 4 + 1, SMPI_LOOK_MS);
  const uint64_t begin = smpi_link_now(p->link);
  for (;;) {
    smpc_err err = atomic_load(&r->mesh->canceled) ? SMPC_E_CANCELED : smpi_link_next(p->link, rec, slice);
    if (err == SMPC_OK && rec->type == SMPI_DATA) return err;
    uint64_t now = smpi_link_now(p->link), heard = p->link->heard_ms > begin ? p->link->heard_ms : begin;
    if (err == SMPC_OK) err = heed_record(r, p, rec, now - begin);
    else if (err != SMPC_E_TIMEOUT || now - heard >= timeout) err = lost(r, p, err);
    else err = hear_others(r, p);
    if (err != SMPC_OK) return err;
    atomic_store(&p->link->waiting, 1 + p->link->data_in); /* the heartbeat to p is to say so */
    smpi_mesh_beat(r->mesh);
  }
}

/* Compare the header of a message with what this party's program expects. */
static smpc_err check_header(struct run *r, const struct smpi_pump *p, const struct smpi_received *rec) {
  struct smpi_frame f;
  const struct smpi_tag *t = r->tag;
  if (smpi_frame_decode(&f, rec->content, rec->len) != SMPC_OK) return fail(r, p, SMPC_E_FORMAT, "sent a malformed header");
  if (f.step != t->step) return differ(r, p, SMPI_STEP, t->step, f.step);
  if (f.program != t->program) return differ(r, p, SMPI_PROGRAM, t->program, f.program);
  if (f.len != p->flow->in_len) return differ(r, p, SMPI_LENGTH, p->flow->in_len, f.len);
  return SMPC_OK;
}

static smpc_err receive_chunk(struct run *r, struct smpi_pump *p) {
  smpc_err err;
  const struct smpi_flow *f = p->flow;
  struct smpi_received rec;
  TRY(next_data(r, p, &rec));
  size_t head = p->in == 0 ? SMPI_FRAME_LEN : 0, len = smpi_min(SMPI_CHUNK, f->in_len - p->in);
  if (head > 0) TRY(check_header(r, p, &rec));
  if (rec.len != head + len) return lost(r, p, SMPC_E_FORMAT);
  if (f->consume != NULL) f->consume(f->ctx, f->peer, p->in, rec.content + head, len);
  else memcpy((uint8_t *)f->in + p->in, rec.content + head, len);
  p->in += len;
out:
  return err;
}

/* --- the exchange ----------------------------------------------------------------- */

static smpc_err prepare(struct smpi_mesh *m, const struct smpi_flow *flow, size_t n, size_t *n_chunks) {
  bool seen[SMPC_MAX_PARTIES] = {false};
  *n_chunks = 0;
  if (n > m->n) return SMPC_E_ARG;
  for (size_t i = 0; i < n; i++) {
    const struct smpi_flow *f = &flow[i];
    if (f->peer >= m->n || seen[f->peer] || m->member[f->peer].link == NULL) return SMPC_E_ARG;
    seen[f->peer] = true;
    m->pump[i] = (struct smpi_pump){.flow = f, .link = m->member[f->peer].link};
    size_t longer = f->out_len > f->in_len ? f->out_len : f->in_len;
    if (smpi_ceil_div(longer, SMPI_CHUNK) > *n_chunks) *n_chunks = smpi_ceil_div(longer, SMPI_CHUNK);
  }
  return SMPC_OK;
}

static smpc_err pump_chunk(struct run *r, size_t n, size_t k) {
  smpc_err err = SMPC_OK;
  struct smpi_pump *pump = r->mesh->pump;
  for (size_t i = 0; i < n; i++) TRY(send_ahead(r, &pump[i], k));
  for (size_t i = 0; i < n; i++)
    if (pump[i].in < pump[i].flow->in_len) TRY(receive_chunk(r, &pump[i]));
out:
  return err;
}

smpc_err smpi_mesh_exchange(struct smpi_mesh *mesh, const struct smpi_tag *tag, const struct smpi_flow *flow, size_t n,
                            struct smpi_fault *fault) {
  smpc_err err;
  size_t n_chunks;
  struct run r = {mesh, tag, fault};
  if (atomic_load(&mesh->canceled)) return smpi_fault_set(fault, SMPC_E_CANCELED, -1, "canceled");
  if (mesh->root != SMPC_OK) return smpi_fault_set(fault, SMPC_E_STATE, -1, "an earlier exchange has failed");
  err = prepare(mesh, flow, n, &n_chunks);
  if (err != SMPC_OK) return smpi_fault_set(fault, err, -1, "the flows of an exchange must go to different linked peers");
  pthread_mutex_lock(&mesh->tag_lock);
  mesh->tag = *tag;
  pthread_mutex_unlock(&mesh->tag_lock);
  if (!mesh->has_ticker) smpi_mesh_beat(mesh); /* many waits, each too short for a heartbeat, add up for others */
  for (size_t k = 0; k < n_chunks; k++) TRY(pump_chunk(&r, n, k));
out:
  return err;
}
