/* What a peer or a stranger may put on the wire, as any bytes: hellos, frame
 * headers, heartbeats, aborts, record lengths, and whole records.  What decodes
 * is its own encoding; nothing that was not sealed opens. */
#include "wire/frame.h"
#include "wire/hello.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool cond) {
  if (!cond) abort();
}

static void try_hello(const uint8_t *bytes, size_t len) {
  uint8_t in[SMPI_HELLO_LEN] = {0}, again[SMPI_HELLO_LEN];
  struct smpi_hello h, mine = {.version = SMPI_WIRE_VERSION, .from = 0, .to = 1, .members = 3};
  struct smpi_fault fault = {0};
  memcpy(in, bytes, len < sizeof in ? len : sizeof in);
  if (smpi_hello_decode(&h, in) != SMPC_OK) return;
  smpc_err err = smpi_hello_check(&mine, &h, "peer", &fault);
  must((err == SMPC_OK) == (fault.text[0] == 0));
  if (h.version != SMPI_WIRE_VERSION) return;
  smpi_hello_encode(again, &h);
  must(memcmp(in, again, sizeof in) == 0);
}

static void try_contents(const uint8_t *bytes, size_t len) {
  uint8_t again[64];
  struct smpi_frame f;
  struct smpi_beat b;
  struct smpi_abort a;
  if (smpi_frame_decode(&f, bytes, len) == SMPC_OK) {
    smpi_frame_encode(again, &f);
    must(len >= SMPI_FRAME_LEN && memcmp(bytes, again, SMPI_FRAME_LEN) == 0);
  }
  if (smpi_beat_decode(&b, bytes, len) == SMPC_OK) {
    smpi_beat_encode(again, &b);
    must(len == SMPI_BEAT_LEN && memcmp(bytes, again, len) == 0);
  }
  if (smpi_abort_decode(&a, bytes, len) == SMPC_OK) {
    struct smpi_fault fault = {0};
    smpi_abort_encode(again, &a);
    must(len == SMPI_ABORT_LEN && memcmp(bytes, again, len) == 0);
    if (a.differs != SMPI_SAME)
      smpi_desync_set(&fault, 1, "peer", (enum smpi_differs)a.differs, a.step, a.yours, a.mine);
  }
}

static void try_record(const uint8_t *bytes, size_t len) {
  static const uint8_t key[SMPI_AEAD_KEY] = {1};
  static uint8_t record[SMPI_RECORD_MAX];
  struct smpi_channel ch;
  size_t total, content_len;
  uint8_t type;
  if (smpi_channel_measure(&total, bytes, len) != SMPC_OK || total == 0 || total > len) return;
  must(total <= SMPI_RECORD_MAX && total >= SMPI_RECORD_EXTRA);
  must(smpi_channel_begin(&ch, SMPI_CHACHAPOLY, key, key) == SMPC_OK);
  memcpy(record, bytes, total);
  must(smpi_channel_open(&ch, record, total, &type, &content_len) == SMPC_E_AUTH);
  smpi_channel_end(&ch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  try_hello(bytes, len);
  try_contents(bytes, len);
  try_record(bytes, len);
  return 0;
}
