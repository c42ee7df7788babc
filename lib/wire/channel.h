/* channel.h - records: what the secure channel puts on the stream.
 *
 * A record is   length u16 || ciphertext,   and its plaintext   content || type u8.
 * Each direction has its own key and a strict counter, so a record that was
 * altered, repeated, left out, exchanged or turned back does not open. */
#ifndef SMPI_CHANNEL_H
#define SMPI_CHANNEL_H

#include "wire/aead.h"
#include "wire/mesh.h"

enum smpi_record { SMPI_UP = 1, SMPI_DATA = 2, SMPI_BEAT = 3, SMPI_ABORT = 4, SMPI_FIN = 5 };

enum {
  SMPI_FRAME_LEN = 32,                                /* AGREEMENT: header of a message, see frame.h */
  SMPI_CONTENT_MAX = SMPI_FRAME_LEN + SMPI_CHUNK,     /* AGREEMENT */
  SMPI_RECORD_EXTRA = 2 + 1 + SMPI_AEAD_TAG,          /* length, type, tag */
  SMPI_RECORD_MAX = SMPI_CONTENT_MAX + SMPI_RECORD_EXTRA,
};
_Static_assert(SMPI_RECORD_MAX - 2 <= 65535, "a Noise message has at most 65535 bytes");

struct smpi_channel { struct smpi_aead *tx, *rx; };

smpc_err smpi_channel_begin(struct smpi_channel *ch, enum smpi_cipher cipher, const uint8_t send[SMPI_AEAD_KEY],
                            const uint8_t recv[SMPI_AEAD_KEY]);
void smpi_channel_end(struct smpi_channel *ch); /* wipes the keys */

/* Make a record of the len content bytes that lie at record + 2; it takes
 * len + SMPI_RECORD_EXTRA bytes. */
smpc_err smpi_channel_seal(struct smpi_channel *ch, uint8_t *record, size_t len, enum smpi_record type);

/* The length of the record that begins here, or 0 when fewer than 2 of its
 * bytes are there.  SMPC_E_FORMAT: no record has such a length. */
smpc_err smpi_channel_measure(size_t *total, const uint8_t *record, size_t available);

/* Open a whole record in place; its content is then at record + 2.
 * SMPC_E_AUTH, and nothing of it is left. */
smpc_err smpi_channel_open(struct smpi_channel *ch, uint8_t *record, size_t total, uint8_t *type, size_t *len);

#endif
