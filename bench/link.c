/* link.c - the bench of one secure link: its round trip and bulk rates beside
 * plain TCP and beside the cipher alone, all in one run, so that their ratios
 * mean something on a noisy machine. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "bench.h"
#include "session/session.h"
#include "wire/aead.h"

enum { TRIPS = 2000, MESSAGE = 64, RECORDS = 2000, LEAST_BULK = 256 << 20 };

static void put_nothing(void *ctx, unsigned peer, size_t off, uint8_t *buf, size_t len) {
  (void)ctx, (void)peer, (void)off, (void)buf, (void)len; /* whatever stands there is sent */
}
static void take_nothing(void *ctx, unsigned peer, size_t off, const uint8_t *buf, size_t len) {
  (void)ctx, (void)peer, (void)off, (void)buf, (void)len;
}

smpc_err barrier(struct bench *b) { return smpi_exchange_all(b->s, 1, put_nothing, take_nothing, NULL); }

/* One direction between the first two ranks. */
static smpc_err one_way(struct bench *b, size_t len, unsigned from) {
  int rank = smpi_rank(b->s);
  if (rank < 0 || rank > 1) return SMPC_OK;
  bool sends = rank == (int)from;
  const struct smpi_flow flow = {.peer = smpi_member_of_rank(b->s, rank == 0), .out_len = sends ? len : 0,
                                 .in_len = sends ? 0 : len, .produce = put_nothing, .consume = take_nothing};
  return smpi_exchange(b->s, &flow, 1);
}

smpc_err time_duplex(struct bench *b, size_t len, double *seconds) {
  smpc_err err;
  *seconds = 0;
  TRY(barrier(b));
  double t = b->now(b);
  TRY(smpi_exchange_all(b->s, len, put_nothing, take_nothing, NULL));
  *seconds = b->now(b) - t;
out:
  return err;
}

/* From the first to the second, until the first knows that it has arrived. */
static smpc_err one_bulk(struct bench *b, size_t len, size_t i) {
  smpc_err err;
  TRY(barrier(b));
  begin_online(b, i);
  TRY(one_way(b, len, 0));
  TRY(one_way(b, 1, 1));
  end_online(b, i);
out:
  return err;
}

/* In the simulation all trips are alike, and third parties wait without heartbeats. */
static int trips_of(const struct bench *b) { return b->o->is_sim ? 10 : TRIPS; }

/* Seconds of a message there and one back. */
static smpc_err sealed_round_trip(struct bench *b, double *rtt) {
  smpc_err err = barrier(b);
  double t = 0;
  int trips = trips_of(b);
  for (int i = -trips / 10; err == SMPC_OK && i < trips; i++) {
    if (i == 0) t = b->now(b);
    err = one_way(b, MESSAGE, 0);
    if (err == SMPC_OK) err = one_way(b, MESSAGE, 1);
  }
  *rtt = (b->now(b) - t) / trips;
  return err;
}

/* Quotients are of one moment: before each sealed figure the plain one. */
static smpc_err time_round_trips(struct bench *b, int plain) {
  double sealed[MAX_REPEAT], bare[MAX_REPEAT], ratio[MAX_REPEAT];
  size_t n = b->o->repeat;
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < n; i++) {
    TRY(barrier(b));
    bare[i] = plain < 0 ? 0 : plain_round_trip(b, plain);
    TRY(sealed_round_trip(b, &sealed[i]));
    ratio[i] = bare[i] > 0 ? sealed[i] / bare[i] : 0;
  }
  add_extra(b, "rtt_us", median(sealed, n) * 1e6);
  if (plain < 0) return SMPC_OK;
  add_extra(b, "plain_rtt_us", median(bare, n) * 1e6);
  add_extra(b, "rtt_ratio", median(ratio, n));
out:
  return err;
}

/* Seconds of one round in which everybody sends 64 bytes to everybody. */
static smpc_err small_exchange(struct bench *b, double *seconds) {
  smpc_err err = barrier(b);
  double t = b->now(b);
  int trips = trips_of(b);
  for (int i = 0; err == SMPC_OK && i < trips; i++)
    err = smpi_exchange_all(b->s, MESSAGE, put_nothing, take_nothing, NULL);
  *seconds = (b->now(b) - t) / trips;
  return err;
}

/* Bytes a second that one core seals in full records. */
static double seal_rate(const struct bench *b, enum smpi_cipher cipher) {
  const uint8_t key[SMPI_AEAD_KEY] = {1};
  struct smpi_aead *a;
  uint8_t *record = calloc(1, SMPI_CHUNK + SMPI_AEAD_TAG);
  if (record == NULL || smpi_aead_new(&a, cipher, key, true) != SMPC_OK) {
    free(record);
    return 0;
  }
  double t = b->now(b);
  for (int i = 0; i < RECORDS; i++) (void)smpi_aead_seal(a, record, SMPI_CHUNK, NULL, 0);
  double rate = (double)SMPI_CHUNK * RECORDS / (b->now(b) - t);
  smpi_aead_free(a);
  free(record);
  return rate;
}

/* One direction, beside plain TCP and beside the cipher in use alone, which runs at the first party while the others
 * wait.  One thread that seals and then sends could reach `aead_bound` of the cipher alone. */
static smpc_err time_bulk(struct bench *b, int plain, size_t len) {
  enum smpi_cipher used = smpi_cpu_has_aes() ? SMPI_AESGCM : SMPI_CHACHAPOLY; /* as the handshake agrees on like machines */
  bool is_measured = smpi_is_first(b->s) && !b->o->is_sim;
  double ratio[MAX_REPEAT], bound[MAX_REPEAT], bare[MAX_REPEAT], seconds[MAX_REPEAT];
  size_t n = b->f.repeats = b->o->repeat;
  smpc_err err = SMPC_OK;
  for (size_t i = 0; i < n; i++) {
    TRY(barrier(b));
    bare[i] = plain < 0 ? 0 : plain_rate(b, plain);
    double rate = is_measured ? seal_rate(b, used) : 0;
    TRY(one_bulk(b, len, i));
    seconds[i] = b->f.seconds[i];
    ratio[i] = rate > 0 ? (double)len / seconds[i] / rate : 0;
    bound[i] = bare[i] > 0 ? bare[i] / (bare[i] + rate) : 0;
  }
  add_extra(b, "bulk_bytes_per_second", (double)len / median(seconds, n));
  if (is_measured) {
    add_extra(b, "chachapoly_bytes_per_second", seal_rate(b, SMPI_CHACHAPOLY));
    add_extra(b, "aesgcm_bytes_per_second", seal_rate(b, SMPI_AESGCM));
    add_extra(b, "aead_ratio", median(ratio, n));
  }
  if (plain < 0) return SMPC_OK;
  add_extra(b, "plain_bytes_per_second", median(bare, n));
  add_extra(b, "aead_bound", median(bound, n));
out:
  return err;
}

smpc_err run_link(struct bench *b) {
  size_t len = b->o->n < LEAST_BULK && !b->o->is_sim ? LEAST_BULK : b->o->n;
  double small, duplex[MAX_REPEAT];
  smpc_err err;
  int plain = plain_open(b);
  TRY(time_round_trips(b, plain));
  TRY(small_exchange(b, &small));
  TRY(time_bulk(b, plain, len));
  for (size_t i = 0; i < b->o->repeat; i++) TRY(time_duplex(b, len, &duplex[i]));
  b->f.rounds = 2; /* there, and the answer */
  b->f.bytes = (double)len;
  add_extra(b, "exchange_us", small * 1e6);
  add_extra(b, "duplex_bytes_per_second", (double)len / median(duplex, b->o->repeat));
out:
  if (plain >= 0) close(plain);
  return err;
}
