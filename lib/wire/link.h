/* link.h - one secure link: a stream, its channel, and the buffers between.
 *
 * The send side belongs to whoever holds send_lock; whenever it is free, no
 * slot is held and everything written has been submitted.  The receive side
 * belongs to the mesh's thread. */
#ifndef SMPI_LINK_H
#define SMPI_LINK_H

#include <pthread.h>
#include <stdatomic.h>

#include "wire/frame.h"
#include "wire/stream.h"

enum { SMPI_LINK_BUFFER = 5 * 64 * 1024 }; /* LOCAL: one receive may bring many records */

struct smpi_link {
  struct smpi_stream *stream;
  uint8_t binding[64];

  pthread_mutex_t send_lock;
  struct smpi_channel channel;
  uint8_t *slot; /* being filled, or NULL */
  size_t fill;
  uint64_t sent_ms, data_out; /* time of the last submit; DATA records sent   */
  bool said_goodbye;          /* ABORT or FIN is out: nothing more may be sent */

  uint8_t *buffer;            /* bytes [lo, hi) have been received and not read */
  size_t lo, hi, opened;      /* of these [lo, opened) are records in clear        */
  uint64_t heard_ms, data_in; /* time of the last good record; DATA records received */
  _Atomic uint64_t waiting;   /* for heartbeats: 0, or 1 + data_in while blocked on this peer */
  bool peer_left;             /* its ABORT or FIN was read, or the stream has ended */
};

/* A record as received: content points into the buffer until the next call. */
struct smpi_received {
  uint8_t type, *content;
  size_t len;
};

smpc_err smpi_link_new(struct smpi_link **link, struct smpi_stream *stream); /* owns the stream, even if it fails */
void smpi_link_free(struct smpi_link *link);                                 /* NULL is allowed */

static inline uint64_t smpi_link_now(const struct smpi_link *l) { return l->stream->ops->now_ms(l->stream); }

/* Bytes outside the channel, for the handshake. */
smpc_err smpi_link_write_raw(struct smpi_link *l, const uint8_t *data, size_t len);
smpc_err smpi_link_read_raw(struct smpi_link *l, uint8_t *out, size_t len, uint64_t deadline_ms);

/* --- sending, with send_lock held ---------------------------------------- */
/* Room for a record with len content bytes, which go to *content; submits a
 * full slot.  SMPC_E_TIMEOUT: no slot is free (yet, if `wait`). */
smpc_err smpi_link_room(struct smpi_link *l, uint8_t **content, size_t len, bool wait);
smpc_err smpi_link_seal(struct smpi_link *l, size_t len, enum smpi_record type); /* the record made there */
smpc_err smpi_link_submit(struct smpi_link *l);
/* One short record, sent at once.  Never waits: SMPC_E_TIMEOUT when no slot is
 * free; SMPC_E_CLOSED after ABORT or FIN. */
smpc_err smpi_link_say_locked(struct smpi_link *l, enum smpi_record type, const uint8_t *content, size_t len);

/* A heartbeat that tells my current tag, if nothing was sent since `idle_ms`
 * ago; takes the lock if it is free, and never waits. */
void smpi_link_beat(struct smpi_link *l, uint64_t idle_ms, const struct smpi_tag *tag);

/* --- receiving ------------------------------------------------------------ */
/* The next record.  SMPC_E_TIMEOUT: none came within wait_ms.  SMPC_E_CLOSED,
 * SMPC_E_FORMAT, SMPC_E_AUTH. */
smpc_err smpi_link_next(struct smpi_link *l, struct smpi_received *r, unsigned wait_ms);
/* Read what is there without waiting; true if anything came. */
bool smpi_link_listen(struct smpi_link *l);
/* An ABORT among what was read; what stands before it is opened and left for smpi_link_next().
 * SMPC_E_TIMEOUT: there is none.  SMPC_E_FORMAT, SMPC_E_AUTH. */
smpc_err smpi_link_find_abort(struct smpi_link *l, struct smpi_received *r);

#endif
