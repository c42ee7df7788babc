/* test_channel.c - wire/channel.h and wire/frame.h: what was altered, moved or repeated does not
 * open; lengths are checked before anything else. */
#include "support/test.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "wire/channel.h"
#include "wire/frame.h"

struct pair {
  struct smpi_channel a, b;
};

static void begin(struct pair *p) {
  uint8_t up[32], down[32];
  memset(up, 1, sizeof up);
  memset(down, 2, sizeof down);
  memset(p, 0, sizeof *p);
  assert_int_equal(smpi_channel_begin(&p->a, SMPI_CHACHAPOLY, up, down), SMPC_OK);
  assert_int_equal(smpi_channel_begin(&p->b, SMPI_CHACHAPOLY, down, up), SMPC_OK);
}
static void end(struct pair *p) { smpi_channel_end(&p->a), smpi_channel_end(&p->b); }

/* A record with `len` bytes `fill`, by ch. */
static size_t seal(struct smpi_channel *ch, uint8_t *record, size_t len, int fill) {
  memset(record + 2, fill, len);
  assert_int_equal(smpi_channel_seal(ch, record, len, SMPI_DATA), SMPC_OK);
  return len + SMPI_RECORD_EXTRA;
}

static smpc_err open_record(struct smpi_channel *ch, uint8_t *record, size_t available) {
  size_t total, len;
  uint8_t type;
  smpc_err err = smpi_channel_measure(&total, record, available);
  if (err != SMPC_OK) return err;
  if (total == 0 || total > available) return SMPC_E_TIMEOUT; /* more bytes are needed */
  return smpi_channel_open(ch, record, total, &type, &len);
}

static void records_carry_type_and_content(void **state) {
  (void)state;
  struct pair p;
  uint8_t *record = smpi_alloc(1, SMPI_RECORD_MAX), type;
  const size_t sizes[] = {0, 1, 31, SMPI_CHUNK, SMPI_CONTENT_MAX};
  begin(&p);
  for (size_t i = 0; i < 5; i++) {
    size_t total, len;
    memset(record + 2, (int)(7 + i), sizes[i]);
    assert_int_equal(smpi_channel_seal(&p.a, record, sizes[i], (enum smpi_record)(1 + i)), SMPC_OK);
    assert_int_equal(smpi_channel_measure(&total, record, 2), SMPC_OK);
    assert_int_equal(total, sizes[i] + SMPI_RECORD_EXTRA);
    assert_int_equal(smpi_channel_open(&p.b, record, total, &type, &len), SMPC_OK);
    assert_int_equal(type, 1 + i);
    assert_int_equal(len, sizes[i]);
    for (size_t j = 0; j < len; j++) assert_int_equal(record[2 + j], 7 + i);
  }
  end(&p);
  smpi_free(record);
}

static void no_flipped_bit_passes(void **state) {
  (void)state;
  for (size_t bit = 0; bit < 8 * (20 + SMPI_RECORD_EXTRA); bit++) {
    struct pair p;
    uint8_t record[200] = {0};
    begin(&p);
    size_t total = seal(&p.a, record, 20, 'x');
    record[bit / 8] ^= (uint8_t)(1 << bit % 8);
    assert_int_not_equal(open_record(&p.b, record, total), SMPC_OK);
    end(&p);
  }
}

static void order_and_direction_are_fixed(void **state) {
  (void)state;
  struct pair p;
  uint8_t first[64], second[64], copy[64], back[64];
  begin(&p);
  size_t total = seal(&p.a, first, 8, '1');
  seal(&p.a, second, 8, '2');
  memcpy(copy, second, sizeof copy);
  assert_int_equal(open_record(&p.b, copy, total), SMPC_E_AUTH); /* out of order, or one cut out */
  memcpy(copy, first, sizeof copy);
  memcpy(back, first, sizeof back);
  assert_int_equal(open_record(&p.a, back, total), SMPC_E_AUTH); /* reflected */
  assert_int_equal(open_record(&p.b, first, total), SMPC_OK);
  assert_int_equal(open_record(&p.b, copy, total), SMPC_E_AUTH); /* replayed */
  assert_int_equal(open_record(&p.b, second, total), SMPC_OK);
  end(&p);
}

static void hostile_lengths_are_refused_by_their_two_bytes(void **state) {
  (void)state;
  const size_t shortest = SMPI_RECORD_EXTRA - 2, longest = SMPI_RECORD_MAX - 2;
  size_t total;
  for (size_t len = 0; len < 65536; len++) {
    uint8_t head[2];
    smpi_put16(head, (uint16_t)len);
    smpc_err want = len < shortest || len > longest ? SMPC_E_FORMAT : SMPC_OK;
    assert_int_equal(smpi_channel_measure(&total, head, 2), want);
    assert_int_equal(total, want == SMPC_OK ? len + 2 : 0);
    assert_int_equal(smpi_channel_measure(&total, head, 1), SMPC_OK);
    assert_int_equal(total, 0);
  }
}

/* Both ends change keys after the same record; a record under the old key does not open. */
static void keys_change_after_their_number_of_records(void **state) {
  (void)state;
  struct pair p;
  uint8_t record[64], late[64];
  begin(&p);
  for (unsigned i = 0; i < SMPI_REKEY_EVERY + 10; i++) {
    size_t total = seal(&p.a, record, 8, (int)(i & 0xff));
    assert_int_equal(open_record(&p.b, record, total), SMPC_OK);
    assert_int_equal(record[2], i & 0xff);
  }
  smpi_aead_set_count(p.a.tx, 5);
  smpi_aead_set_count(p.b.rx, 5);
  struct pair fresh;
  begin(&fresh);
  smpi_aead_set_count(fresh.a.tx, 5);
  size_t total = seal(&fresh.a, late, 8, 'z');
  assert_int_equal(open_record(&p.b, late, total), SMPC_E_AUTH); /* the first key at the same counter */
  total = seal(&p.a, late, 8, 'z');
  assert_int_equal(open_record(&p.b, late, total), SMPC_OK);
  end(&p), end(&fresh);
}

/* --- frames -------------------------------------------------------------------------- */

static void frames_are_strict(void **state) {
  (void)state;
  uint8_t b[SMPI_FRAME_LEN + 1];
  struct smpi_frame f = {1, 2, 3}, g;
  smpi_frame_encode(b, &f);
  assert_int_equal(smpi_frame_decode(&g, b, SMPI_FRAME_LEN), SMPC_OK);
  assert_true(g.step == 1 && g.program == 2 && g.len == 3);
  assert_int_equal(smpi_frame_decode(&g, b, SMPI_FRAME_LEN - 1), SMPC_E_FORMAT);
  b[31] = 1;
  assert_int_equal(smpi_frame_decode(&g, b, SMPI_FRAME_LEN), SMPC_E_FORMAT);
}

static void beats_and_aborts_are_strict(void **state) {
  (void)state;
  uint8_t b[SMPI_ABORT_LEN + 1] = {0};
  struct smpi_beat beat = {4, 5, 6}, beat2;
  smpi_beat_encode(b, &beat);
  assert_int_equal(smpi_beat_decode(&beat2, b, SMPI_BEAT_LEN), SMPC_OK);
  assert_memory_equal(&beat, &beat2, sizeof beat);
  assert_int_equal(smpi_beat_decode(&beat2, b, SMPI_BEAT_LEN + 1), SMPC_E_FORMAT);
  struct smpi_abort a = {SMPC_E_DESYNC, SMPI_LENGTH, 3, 7, 8, 9}, a2;
  smpi_abort_encode(b, &a);
  assert_int_equal(smpi_abort_decode(&a2, b, SMPI_ABORT_LEN), SMPC_OK);
  assert_true(a2.code == SMPC_E_DESYNC && a2.differs == SMPI_LENGTH && a2.blame == 3);
  assert_true(a2.step == 7 && a2.mine == 8 && a2.yours == 9);
  for (size_t len = 0; len <= SMPI_ABORT_LEN + 1; len++)
    if (len != SMPI_ABORT_LEN) assert_int_equal(smpi_abort_decode(&a2, b, len), SMPC_E_FORMAT);
  b[2] = SMPI_BOTH_WAIT + 1;
  assert_int_equal(smpi_abort_decode(&a2, b, SMPI_ABORT_LEN), SMPC_E_FORMAT);
  b[2] = 0, b[5] = 1;
  assert_int_equal(smpi_abort_decode(&a2, b, SMPI_ABORT_LEN), SMPC_E_FORMAT);
  a.code = SMPC_OK; /* nobody ends a session because all is well */
  smpi_abort_encode(b, &a);
  assert_int_equal(smpi_abort_decode(&a2, b, SMPI_ABORT_LEN), SMPC_E_FORMAT);
}

TEST_MAIN(T(records_carry_type_and_content), T(no_flipped_bit_passes), T(order_and_direction_are_fixed),
          T(hostile_lengths_are_refused_by_their_two_bytes), T(keys_change_after_their_number_of_records),
          T(frames_are_strict), T(beats_and_aborts_are_strict))
