/* test_records.c - a peer that holds its key and then sends what no program would: hostile lengths,
 * headers, types.  Each ends the session with the right code; memory stays where it is. */
#include "support/test.h"

#include <pthread.h>

#include "base/bytes.h"
#include "support/local_ports.h"
#include "support/mesh_support.h"
#include "wire/mesh_impl.h"

enum { MEMORY_MAX_KB = 16 * 1024 };

/* Party 0 follows the protocol, expecting 100 bytes; party 1 writes into its stream by hand. */
struct play {
  struct smpi_mesh_config cfg[2];
  struct smpi_fault fault;
  void (*attack)(struct smpi_link *l, uint64_t value);
  uint64_t value;
};

static void *honest(void *arg) {
  struct play *y = arg;
  struct smpi_mesh *mesh;
  uint8_t in[100];
  struct smpi_tag tag = {1, 2};
  struct smpi_flow f = {.peer = 1, .in_len = sizeof in, .in = in};
  if (smpi_mesh_open(&mesh, &y->cfg[0], &y->fault) != SMPC_OK) return NULL;
  if (smpi_mesh_exchange(mesh, &tag, &f, 1, &y->fault) != SMPC_OK) smpi_mesh_abort(mesh, y->fault.code, 1);
  smpi_mesh_close(mesh, false);
  return NULL;
}

static void *attacker(void *arg) {
  struct play *y = arg;
  struct smpi_mesh *mesh;
  struct smpi_fault fault = {0};
  struct smpi_received r;
  if (smpi_mesh_open(&mesh, &y->cfg[1], &fault) != SMPC_OK) return NULL;
  struct smpi_link *l = mesh->member[0].link;
  y->attack(l, y->value);
  for (int i = 0; i < 100 && !l->peer_left; i++) /* until the other side has ended it */
    if (smpi_link_next(l, &r, 100) != SMPC_E_TIMEOUT) break;
  smpi_mesh_close(mesh, false);
  return NULL;
}

static struct smpi_fault play(void (*attack)(struct smpi_link *l, uint64_t value), uint64_t value) {
  struct members m;
  struct play y = {.attack = attack, .value = value};
  pthread_t t[2];
  members_make(&m, 2);
  snprintf(m.peer[0].address, sizeof m.peer[0].address, "tcp://127.0.0.1:%u", free_port());
  for (unsigned i = 0; i < 2; i++) y.cfg[i] = members_config(&m, i, 2000);
  pthread_create(&t[0], NULL, honest, &y);
  pthread_create(&t[1], NULL, attacker, &y);
  for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
  return y.fault;
}

/* --- what the attacker writes ---------------------------------------------------------- */

static void say(struct smpi_link *l, enum smpi_record type, const uint8_t *content, size_t len) {
  uint8_t *at;
  pthread_mutex_lock(&l->send_lock);
  if (smpi_link_room(l, &at, len, true) == SMPC_OK) {
    memcpy(at, content, len);
    (void)smpi_link_seal(l, len, type);
    (void)smpi_link_submit(l);
  }
  pthread_mutex_unlock(&l->send_lock);
}

/* A record of this length, then as many bytes as it may want. */
static void length_prefix(struct smpi_link *l, uint64_t value) {
  static uint8_t bytes[70000];
  smpi_put16(bytes, (uint16_t)value);
  (void)smpi_link_write_raw(l, bytes, sizeof bytes);
}
static void payload_length(struct smpi_link *l, uint64_t value) {
  uint8_t content[SMPI_FRAME_LEN + 100] = {0};
  smpi_frame_encode(content, &(struct smpi_frame){1, 2, value});
  say(l, SMPI_DATA, content, sizeof content);
}
/* The right header, and `value` bytes of the 100. */
static void content_length(struct smpi_link *l, uint64_t value) {
  static uint8_t content[SMPI_CONTENT_MAX];
  smpi_frame_encode(content, &(struct smpi_frame){1, 2, 100});
  say(l, SMPI_DATA, content, value);
}
static void record_type(struct smpi_link *l, uint64_t value) {
  uint8_t content[SMPI_FRAME_LEN + 100] = {0};
  say(l, (enum smpi_record)value, content, sizeof content);
}
static void reserved_bits(struct smpi_link *l, uint64_t value) {
  uint8_t content[SMPI_FRAME_LEN + 100] = {0};
  smpi_frame_encode(content, &(struct smpi_frame){1, 2, 100});
  smpi_put64(content + 24, value);
  say(l, SMPI_DATA, content, sizeof content);
}

static void check_code(void (*attack)(struct smpi_link *l, uint64_t value), uint64_t value, smpc_err code) {
  struct smpi_fault f = play(attack, value);
  if (f.code != code || f.party != 1) fail_msg("value %llu: code %d: %s", (unsigned long long)value, f.code, f.text);
}

static void record_lengths(void **state) {
  (void)state;
  const uint64_t impossible[] = {0, 1, SMPI_RECORD_EXTRA - 3, SMPI_RECORD_MAX - 1, 65535};
  for (size_t i = 0; i < 5; i++) check_code(length_prefix, impossible[i], SMPC_E_FORMAT);
  const uint64_t possible[] = {SMPI_RECORD_EXTRA - 2, 100, SMPI_RECORD_MAX - 2};
  for (size_t i = 0; i < 3; i++) check_code(length_prefix, possible[i], SMPC_E_AUTH);
}

static void announced_lengths(void **state) {
  (void)state;
  const uint64_t lens[] = {0, 1, 99, 101, 1ull << 31, 1ull << 32, 1ull << 63, UINT64_MAX};
  long before = resident_kb();
  for (size_t i = 0; i < 8; i++) check_code(payload_length, lens[i], SMPC_E_DESYNC);
  assert_true(resident_kb() - before < MEMORY_MAX_KB);
}

static void records_that_do_not_fit_their_message(void **state) {
  (void)state;
  const uint64_t lens[] = {0, 1, SMPI_FRAME_LEN - 1, SMPI_FRAME_LEN, SMPI_FRAME_LEN + 99, SMPI_FRAME_LEN + 101,
                           SMPI_CONTENT_MAX};
  for (size_t i = 0; i < 7; i++) check_code(content_length, lens[i], SMPC_E_FORMAT);
  check_code(reserved_bits, 1, SMPC_E_FORMAT);
  check_code(reserved_bits, 1ull << 63, SMPC_E_FORMAT);
}

static void kinds_of_records(void **state) {
  (void)state;
  const uint64_t kinds[] = {0, SMPI_UP, SMPI_BEAT, SMPI_ABORT, 6, 255}; /* with content of a wrong length */
  for (size_t i = 0; i < 6; i++) check_code(record_type, kinds[i], SMPC_E_FORMAT);
  check_code(record_type, SMPI_FIN, SMPC_E_CLOSED);
}

TEST_MAIN(T(record_lengths), T(announced_lengths), T(records_that_do_not_fit_their_message), T(kinds_of_records))
