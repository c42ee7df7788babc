/* link.c - see link.h. */
#include "wire/link.h"

#include <string.h>

#include "base/mem.h"

smpc_err smpi_link_new(struct smpi_link **link, struct smpi_stream *stream) {
  struct smpi_link *l = smpi_alloc(1, sizeof *l);
  uint8_t *buffer = smpi_secret_alloc(1, SMPI_LINK_BUFFER); /* holds shares in clear */
  *link = l;
  if (l == NULL || buffer == NULL || pthread_mutex_init(&l->send_lock, NULL) != 0) {
    smpi_secret_free(buffer);
    smpi_free(l);
    stream->ops->free(stream);
    *link = NULL;
    return SMPC_E_NOMEM;
  }
  l->stream = stream;
  l->buffer = buffer;
  return SMPC_OK;
}

void smpi_link_free(struct smpi_link *l) {
  if (l == NULL) return;
  l->stream->ops->free(l->stream);
  smpi_channel_end(&l->channel);
  smpi_secret_free(l->buffer);
  pthread_mutex_destroy(&l->send_lock);
  smpi_free(l);
}

/* --- sending --------------------------------------------------------------- */

static smpc_err take_slot(struct smpi_link *l, bool wait) {
  if (l->slot != NULL) return SMPC_OK;
  l->fill = 0;
  l->slot = l->stream->ops->slot(l->stream, wait);
  if (l->slot != NULL) return SMPC_OK;
  smpc_err err = l->stream->ops->submit(l->stream, 0); /* tells why */
  return err == SMPC_OK ? SMPC_E_TIMEOUT : err;
}

smpc_err smpi_link_submit(struct smpi_link *l) {
  if (l->slot == NULL) return SMPC_OK;
  l->slot = NULL;
  l->sent_ms = smpi_link_now(l);
  smpc_err err = l->stream->ops->submit(l->stream, l->fill);
  /* What was sealed did not leave: the peer could not open anything after the gap. */
  if (err != SMPC_OK) l->said_goodbye = true;
  return err;
}

smpc_err smpi_link_write_raw(struct smpi_link *l, const uint8_t *data, size_t len) {
  smpc_err err;
  TRY(take_slot(l, true));
  memcpy(l->slot, data, len);
  l->fill = len;
  TRY(smpi_link_submit(l));
out:
  return err;
}

smpc_err smpi_link_room(struct smpi_link *l, uint8_t **content, size_t len, bool wait) {
  smpc_err err;
  if (l->slot != NULL && l->fill + len + SMPI_RECORD_EXTRA > SMPI_SLOT_LEN) TRY(smpi_link_submit(l));
  TRY(take_slot(l, wait));
  *content = l->slot + l->fill + 2;
out:
  return err;
}

smpc_err smpi_link_seal(struct smpi_link *l, size_t len, enum smpi_record type) {
  smpc_err err;
  TRY(smpi_channel_seal(&l->channel, l->slot + l->fill, len, type));
  l->fill += len + SMPI_RECORD_EXTRA;
  if (type == SMPI_DATA) l->data_out++; /* read without the lock: only the mesh's thread sends DATA */
out:
  return err;
}

smpc_err smpi_link_say_locked(struct smpi_link *l, enum smpi_record type, const uint8_t *content, size_t len) {
  smpc_err err;
  uint8_t *at;
  if (l->said_goodbye) return SMPC_E_CLOSED;
  TRY(smpi_link_room(l, &at, len, false));
  if (len > 0) memcpy(at, content, len);
  l->said_goodbye = type == SMPI_ABORT || type == SMPI_FIN;
  TRY(smpi_link_seal(l, len, type));
  TRY(smpi_link_submit(l));
out:
  return err;
}

void smpi_link_beat(struct smpi_link *l, uint64_t idle_ms, const struct smpi_tag *tag) {
  uint8_t content[SMPI_BEAT_LEN];
  if (pthread_mutex_trylock(&l->send_lock) != 0) return; /* it is sending right now */
  if (smpi_link_now(l) - l->sent_ms >= idle_ms) {
    /* One atomic word tells both that we wait and what we have: a stale pair could accuse a peer falsely. */
    struct smpi_beat b = {tag->step, tag->program, atomic_load(&l->waiting)};
    smpi_beat_encode(content, &b);
    (void)smpi_link_say_locked(l, SMPI_BEAT, content, sizeof content); /* a dead link is noticed by the receiver */
  }
  pthread_mutex_unlock(&l->send_lock);
}

/* --- receiving -------------------------------------------------------------- */

/* Receive more bytes behind those at hand, moving these to the front when the
 * space up to the end could not hold a whole record. */
static smpc_err receive(struct smpi_link *l, unsigned wait_ms) {
  size_t got = 0;
  if (l->lo == l->hi) l->lo = l->hi = l->opened = 0;
  if (l->lo > 0 && (SMPI_LINK_BUFFER - l->lo < SMPI_RECORD_MAX || l->hi == SMPI_LINK_BUFFER)) {
    memmove(l->buffer, l->buffer + l->lo, l->hi - l->lo);
    l->hi -= l->lo;
    l->opened = l->opened > l->lo ? l->opened - l->lo : 0;
    l->lo = 0;
  }
  smpc_err err = l->stream->ops->recv(l->stream, l->buffer + l->hi, SMPI_LINK_BUFFER - l->hi, &got, wait_ms);
  if (err == SMPC_OK) l->hi += got;
  if (err != SMPC_OK && err != SMPC_E_TIMEOUT) l->peer_left = true;
  return err;
}

bool smpi_link_listen(struct smpi_link *l) {
  size_t before = l->hi - l->lo;
  return before < SMPI_LINK_BUFFER - SMPI_RECORD_MAX && receive(l, 0) == SMPC_OK;
}

/* The whole record at `at`, in clear: records are opened in order, and once. */
static smpc_err open_record(struct smpi_link *l, size_t at, size_t total, struct smpi_received *r) {
  uint8_t *record = l->buffer + at;
  smpc_err err = SMPC_OK;
  *r = (struct smpi_received){.content = record + 2, .len = total - SMPI_RECORD_EXTRA};
  r->type = record[2 + r->len]; /* in clear, if it has been opened */
  if (at < l->opened) return SMPC_OK;
  TRY(smpi_channel_open(&l->channel, record, total, &r->type, &r->len));
  l->opened = at + total;
out:
  return err;
}

smpc_err smpi_link_find_abort(struct smpi_link *l, struct smpi_received *r) {
  smpc_err err;
  for (size_t at = l->lo, total;; at += total) {
    TRY(smpi_channel_measure(&total, l->buffer + at, l->hi - at));
    if (total == 0 || total > l->hi - at) return SMPC_E_TIMEOUT;
    TRY(open_record(l, at, total, r));
    if (r->type == SMPI_ABORT) break;
  }
  l->peer_left = true;
out:
  return err;
}

smpc_err smpi_link_read_raw(struct smpi_link *l, uint8_t *out, size_t len, uint64_t deadline_ms) {
  smpc_err err = SMPC_OK;
  while (l->hi - l->lo < len) {
    uint64_t now = smpi_link_now(l);
    TRY(now >= deadline_ms ? SMPC_E_TIMEOUT : receive(l, (unsigned)(deadline_ms - now)));
  }
  memcpy(out, l->buffer + l->lo, len);
  l->lo += len;
out:
  return err;
}

/* Have a whole record at lo.  Bytes that trickle in do not extend the wait. */
static smpc_err await_record(struct smpi_link *l, size_t *total, unsigned wait_ms) {
  smpc_err err;
  uint64_t deadline = 0;
  for (;;) {
    TRY(smpi_channel_measure(total, l->buffer + l->lo, l->hi - l->lo));
    if (*total != 0 && *total <= l->hi - l->lo) break;
    if (deadline != 0 && smpi_link_now(l) >= deadline) return SMPC_E_TIMEOUT;
    if (deadline == 0) deadline = smpi_link_now(l) + wait_ms;
    TRY(receive(l, wait_ms));
  }
out:
  return err;
}

smpc_err smpi_link_next(struct smpi_link *l, struct smpi_received *r, unsigned wait_ms) {
  smpc_err err;
  size_t total;
  atomic_store(&l->waiting, 1 + l->data_in);
  err = await_record(l, &total, wait_ms);
  atomic_store(&l->waiting, 0);
  TRY(err);
  TRY(open_record(l, l->lo, total, r));
  l->lo += total;
  l->heard_ms = smpi_link_now(l);
  l->data_in += r->type == SMPI_DATA;
  if (r->type == SMPI_ABORT || r->type == SMPI_FIN) l->peer_left = true;
out:
  return err;
}
