/* channel.c - see channel.h. */
#include "wire/channel.h"

#include "base/bytes.h"

_Static_assert((uint64_t)SMPI_REKEY_EVERY * ((SMPI_RECORD_MAX + 15) / 16) <= UINT64_C(1) << 28,
               "at most 2^28 AES blocks under one key");

smpc_err smpi_channel_begin(struct smpi_channel *ch, enum smpi_cipher cipher, const uint8_t send[SMPI_AEAD_KEY],
                            const uint8_t recv[SMPI_AEAD_KEY]) {
  smpc_err err;
  TRY(smpi_aead_new(&ch->tx, cipher, send, true));
  TRY(smpi_aead_new(&ch->rx, cipher, recv, false));
out:
  if (err != SMPC_OK) smpi_channel_end(ch);
  return err;
}

void smpi_channel_end(struct smpi_channel *ch) {
  smpi_aead_free(ch->tx);
  smpi_aead_free(ch->rx);
  ch->tx = ch->rx = NULL;
}

/* Both ends count the same records, so both step to the next key together. */
static smpc_err rekey_when_due(struct smpi_aead *a) {
  return smpi_aead_count(a) % SMPI_REKEY_EVERY == 0 ? smpi_aead_rekey(a) : SMPC_OK;
}

smpc_err smpi_channel_seal(struct smpi_channel *ch, uint8_t *record, size_t len, enum smpi_record type) {
  smpc_err err;
  SMPI_VERIFY(len <= SMPI_CONTENT_MAX);
  smpi_put16(record, (uint16_t)(len + 1 + SMPI_AEAD_TAG));
  record[2 + len] = (uint8_t)type;
  TRY(smpi_aead_seal(ch->tx, record + 2, len + 1, NULL, 0));
  TRY(rekey_when_due(ch->tx));
out:
  return err;
}

smpc_err smpi_channel_measure(size_t *total, const uint8_t *record, size_t available) {
  *total = 0;
  if (available < 2) return SMPC_OK;
  size_t len = 2 + (size_t)smpi_get16(record);
  if (len < SMPI_RECORD_EXTRA || len > SMPI_RECORD_MAX) return SMPC_E_FORMAT;
  *total = len;
  return SMPC_OK;
}

smpc_err smpi_channel_open(struct smpi_channel *ch, uint8_t *record, size_t total, uint8_t *type, size_t *len) {
  smpc_err err;
  *len = total - SMPI_RECORD_EXTRA;
  TRY(smpi_aead_open(ch->rx, record + 2, *len + 1, NULL, 0));
  *type = record[2 + *len];
  TRY(rekey_when_due(ch->rx));
out:
  return err;
}
