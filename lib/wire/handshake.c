/* handshake.c - from a connected stream to a secure link.
 *
 *     dialer                         acceptor
 *       hello               ->
 *                           <-         hello          (prologue = both, dialer's first)
 *       Noise KK message 1  ->
 *                           <-         Noise KK message 2, record UP
 *       record UP           ->
 *
 * The link is up when each side has opened the other's UP: only then are both
 * keys confirmed.  Handshake payloads are empty.  A difference of agreement is
 * reported after that, when it is certain who claims it. */
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "rand/entropy.h"
#include "wire/mesh_impl.h"

/* What one handshake carries from step to step. */
struct meeting {
  struct smpi_mesh *mesh;
  unsigned peer;
  const char *name;
  bool dialer;
  struct smpi_link *link;
  uint64_t deadline;
  struct smpi_greeting greeting;
  struct smpi_noise noise;
  struct smpi_fault *fault;
};

smpc_err smpi_greeting_make(struct smpi_greeting *g, const struct smpi_mesh *m, unsigned peer) {
  smpc_err err;
  memset(g, 0, sizeof *g);
  g->mine = (struct smpi_hello){.version = SMPI_WIRE_VERSION, .flags = smpi_cpu_has_aes() ? SMPI_HELLO_AES : 0,
                                .from = (uint16_t)m->me, .to = (uint16_t)peer, .members = (uint16_t)m->n};
  memcpy(g->mine.tag, m->agreement_tag, sizeof g->mine.tag);
  TRY(smpi_entropy(g->mine.run_id, sizeof g->mine.run_id));
  smpi_hello_encode(g->mine_bytes, &g->mine);
out:
  return err;
}

static smpc_err blame(struct meeting *m, smpc_err err, const char *what) {
  if (err == SMPC_E_TIMEOUT)
    return smpi_fault_set(m->fault, err, (int)m->peer, "%s does not answer: no %s within %d s", m->name, what,
                          SMPI_HANDSHAKE_MS / 1000);
  if (err == SMPC_E_CLOSED)
    return smpi_fault_set(m->fault, err, (int)m->peer, "%s closed the connection instead of sending its %s", m->name, what);
  return smpi_fault_set(m->fault, err, (int)m->peer, "the handshake with %s failed: %s", m->name, smpi_err_text(err));
}

static smpc_err read_hello(struct meeting *m) {
  struct smpi_greeting *g = &m->greeting;
  smpc_err err = smpi_link_read_raw(m->link, g->theirs_bytes, SMPI_HELLO_LEN, m->deadline);
  if (err != SMPC_OK) return blame(m, err, "hello");
  err = smpi_hello_decode(&g->theirs, g->theirs_bytes);
  if (err == SMPC_OK) return SMPC_OK;
  return smpi_fault_set(m->fault, err, (int)m->peer, "what answers in place of %s does not speak this protocol", m->name);
}

/* The acceptor answers before it judges, so that the dialer can see what differs. */
static smpc_err exchange_hellos(struct meeting *m) {
  smpc_err err;
  struct smpi_greeting *g = &m->greeting;
  if (!m->dialer) TRY(read_hello(m));
  err = smpi_link_write_raw(m->link, g->mine_bytes, SMPI_HELLO_LEN);
  if (err != SMPC_OK) return blame(m, err, "hello");
  if (m->dialer) TRY(read_hello(m));
  err = smpi_hello_check(&g->mine, &g->theirs, m->name, m->fault);
  if (err != SMPC_OK && !m->dialer) (void)m->link->stream->ops->flush(m->link->stream);
out:
  return err;
}

/* AES only where both have it in hardware: elsewhere it would be slow and not constant time. */
static enum smpi_cipher choose_cipher(const struct smpi_greeting *g) {
  return (g->mine.flags & g->theirs.flags & SMPI_HELLO_AES) != 0 ? SMPI_AESGCM : SMPI_CHACHAPOLY;
}

static smpc_err noise_begin(struct meeting *m) {
  smpc_err err;
  uint8_t prologue[2 * SMPI_HELLO_LEN], ephemeral[32];
  const struct smpi_greeting *g = &m->greeting;
  memcpy(prologue, m->dialer ? g->mine_bytes : g->theirs_bytes, SMPI_HELLO_LEN);
  memcpy(prologue + SMPI_HELLO_LEN, m->dialer ? g->theirs_bytes : g->mine_bytes, SMPI_HELLO_LEN);
  TRY(smpi_entropy(ephemeral, sizeof ephemeral));
  TRY(smpi_noise_begin(&m->noise, choose_cipher(g), m->dialer, prologue, sizeof prologue, m->mesh->secret, ephemeral,
                       m->mesh->member[m->peer].key));
out:
  smpi_wipe(ephemeral, sizeof ephemeral);
  if (err != SMPC_OK) return blame(m, err, "");
  return err;
}

static smpc_err write_message(struct meeting *m) {
  uint8_t message[SMPI_NOISE_OVERHEAD];
  smpc_err err = smpi_noise_write(&m->noise, message, NULL, 0);
  if (err == SMPC_OK) err = smpi_link_write_raw(m->link, message, sizeof message);
  return err == SMPC_OK ? err : blame(m, err, "answer");
}

static smpc_err read_first(struct meeting *m, const uint8_t message[SMPI_NOISE_OVERHEAD]) {
  smpc_err err = smpi_noise_read(&m->noise, NULL, message, 0);
  if (err != SMPC_E_AUTH) return err == SMPC_OK ? err : blame(m, err, "");
  return smpi_fault_set(m->fault, err, (int)m->peer,
                        "a connection that claims to be %s does not hold its key, or took another key for this party's",
                        m->name);
}

static smpc_err read_second(struct meeting *m) {
  uint8_t message[SMPI_NOISE_OVERHEAD];
  smpc_err err = smpi_link_read_raw(m->link, message, sizeof message, m->deadline);
  if (err == SMPC_E_CLOSED)
    return smpi_fault_set(m->fault, SMPC_E_AUTH, (int)m->peer,
                          "%s ended the handshake: it holds another key than this party expects, or expects another key "
                          "of this party",
                          m->name);
  if (err != SMPC_OK) return blame(m, err, "answer to the handshake");
  err = smpi_noise_read(&m->noise, NULL, message, 0);
  if (err != SMPC_E_AUTH) return err == SMPC_OK ? err : blame(m, err, "");
  return smpi_fault_set(m->fault, err, (int)m->peer, "what answers in place of %s does not hold its key", m->name);
}

/* Both Noise messages have passed: switch to records. */
static smpc_err start_channel(struct meeting *m) {
  smpc_err err;
  uint8_t send[SMPI_AEAD_KEY], recv[SMPI_AEAD_KEY];
  enum smpi_cipher cipher = m->noise.cipher;
  TRY(smpi_noise_split(&m->noise, send, recv, m->link->binding));
  TRY(smpi_channel_begin(&m->link->channel, cipher, send, recv));
out:
  smpi_wipe(send, sizeof send);
  smpi_wipe(recv, sizeof recv);
  return err == SMPC_OK ? err : blame(m, err, "");
}

static smpc_err say_up(struct meeting *m) {
  smpc_err err;
  uint8_t *content;
  pthread_mutex_lock(&m->link->send_lock);
  TRY(smpi_link_room(m->link, &content, 0, true));
  TRY(smpi_link_seal(m->link, 0, SMPI_UP));
  TRY(smpi_link_submit(m->link));
out:
  pthread_mutex_unlock(&m->link->send_lock);
  return err == SMPC_OK ? err : blame(m, err, "confirmation");
}

static smpc_err hear_up(struct meeting *m) {
  struct smpi_received r;
  uint64_t now = smpi_link_now(m->link);
  smpc_err err = smpi_link_next(m->link, &r, now < m->deadline ? (unsigned)(m->deadline - now) : 0);
  if (err == SMPC_OK && (r.type != SMPI_UP || r.len != 0)) err = SMPC_E_FORMAT;
  return err == SMPC_OK ? err : blame(m, err, "confirmation");
}

static smpc_err dial(struct meeting *m) {
  smpc_err err;
  TRY(exchange_hellos(m));
  TRY(noise_begin(m));
  TRY(write_message(m));
  TRY(read_second(m));
  TRY(start_channel(m));
  TRY(hear_up(m));
  TRY(say_up(m));
out:
  return err;
}

/* `message` is the dialer's first, when hellos and it have been read already. */
static smpc_err accept_dialer(struct meeting *m, const uint8_t *message) {
  smpc_err err;
  uint8_t first[SMPI_NOISE_OVERHEAD];
  if (message == NULL) {
    TRY(exchange_hellos(m));
    err = smpi_link_read_raw(m->link, first, sizeof first, m->deadline);
    if (err != SMPC_OK) return blame(m, err, "first message of the handshake");
    message = first;
  }
  TRY(noise_begin(m));
  TRY(read_first(m, message));
  TRY(write_message(m));
  TRY(start_channel(m));
  TRY(say_up(m));
  TRY(hear_up(m));
out:
  return err;
}

/* A second handshake never displaces a live link, only one whose stream has ended, and that only when
 * it has succeeded: anybody can begin one. */
static bool is_linked(const struct smpi_member *member) {
  if (member->link == NULL) return false;
  (void)smpi_link_listen(member->link);
  return !member->link->peer_left;
}

static smpc_err attach(struct meeting *m, struct smpi_stream *stream, const uint8_t *message) {
  smpc_err err;
  struct smpi_member *member = &m->mesh->member[m->peer];
  TRY(smpi_link_new(&m->link, stream)); /* the stream is the link's, or freed */
  m->deadline = smpi_link_now(m->link) + SMPI_HANDSHAKE_MS;
  m->name = member->name;
  if (is_linked(member)) TRY(smpi_fault_set(m->fault, SMPC_E_STATE, (int)m->peer, "a link to %s is up already", m->name));
  TRY(m->dialer ? dial(m) : accept_dialer(m, message));
  TRY(smpi_hello_same_agreement(&m->greeting.mine, &m->greeting.theirs, m->name, m->fault));
  m->link->heard_ms = m->link->sent_ms = smpi_link_now(m->link);
  smpi_link_free(member->link); /* one whose stream has ended */
  member->link = m->link;
out:
  smpi_wipe(&m->noise, sizeof m->noise);
  if (err == SMPC_OK) return err;
  (void)smpi_fault_set(m->fault, err, (int)m->peer, "%s", smpi_err_text(err)); /* unless it is said already */
  if (m->link != NULL && err == SMPC_E_PARAM) (void)m->link->stream->ops->flush(m->link->stream);
  smpi_link_free(m->link);
  return err;
}

smpc_err smpi_mesh_attach(struct smpi_mesh *mesh, unsigned peer, struct smpi_stream *stream, bool dialer,
                          struct smpi_fault *fault) {
  struct meeting m = {.mesh = mesh, .peer = peer, .dialer = dialer, .fault = fault};
  smpc_err err = peer < mesh->n && peer != mesh->me ? SMPC_OK : SMPC_E_ARG;
  if (err == SMPC_OK) err = smpi_greeting_make(&m.greeting, mesh, peer);
  if (err != SMPC_OK) {
    stream->ops->free(stream);
    return smpi_fault_set(fault, err, (int)peer, "%s", smpi_err_text(err));
  }
  return attach(&m, stream, NULL);
}

smpc_err smpi_mesh_attach_greeted(struct smpi_mesh *mesh, unsigned peer, struct smpi_stream *stream,
                                  const struct smpi_greeting *g, const uint8_t message[SMPI_NOISE_OVERHEAD],
                                  struct smpi_fault *fault) {
  struct meeting m = {.mesh = mesh, .peer = peer, .dialer = false, .greeting = *g, .fault = fault};
  return attach(&m, stream, message);
}
